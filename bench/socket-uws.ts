// The sender's side of single frames over uWebSockets.js, the server of everything that Dutchbook serves: one send, and
// so one write system call, a frame. Runs in the sender's process, outside the library's handlers: within those it
// joins what is sent.
import { loadUws, type UwsSocket } from '../engine/ingest/server.ts';
import type { FrameWriter } from './socket-writer.ts';

const TAKEN = 1;
const BACKPRESSURE_BYTES_MAX = 64 * 1024 * 1024;

/** Listens on a free port; undefined where the library has no binary. `onOpen` gets each connection by its path. */
export async function serveByUws(
  frames: readonly Buffer[],
  onOpen: (path: string, writer: FrameWriter) => void,
): Promise<number | undefined> {
  const uws = await loadUws();
  if (uws === undefined) return undefined;
  const writers = new Map<UwsSocket, UwsWriter>();
  const app = uws.App().ws('/*', {
    compression: 0,
    maxPayloadLength: 1024,
    maxBackpressure: BACKPRESSURE_BYTES_MAX,
    idleTimeout: 0,
    sendPingsAutomatically: false,
    // What clients send after the handshake is of no interest.
    message: () => undefined,
    upgrade: (response, request, context) => {
      const user = { path: request.getUrl() };
      response.upgrade(user, request.getHeader('sec-websocket-key'), '', '', context);
    },
    open: (socket) => {
      const writer = new UwsWriter(socket, frames);
      writers.set(socket, writer);
      onOpen((socket.getUserData() as { path: string }).path, writer);
    },
    drain: (socket) => writers.get(socket)?.drained(),
    close: (socket) => writers.delete(socket),
  });
  return new Promise((resolve, reject) => {
    app.listen('127.0.0.1', 0, (listening) => {
      if (listening) resolve(uws.us_socket_local_port(listening));
      else reject(new Error('uWebSockets.js cannot listen'));
    });
  });
}

class UwsWriter implements FrameWriter {
  readonly #socket: UwsSocket;
  readonly #frames: readonly Buffer[];
  #onRoom: (() => void) | undefined;

  constructor(socket: UwsSocket, frames: readonly Buffer[]) {
    this.#socket = socket;
    this.#frames = frames;
  }

  write(index: number): 0 | Promise<void> {
    if (this.#socket.send(this.#frames[index]!, false) === TAKEN) return 0;
    return new Promise((resolve) => {
      // Out of the handler first: what is sent within one is joined.
      this.#onRoom = () => setImmediate(resolve);
    });
  }

  drained(): void {
    if (this.#socket.getBufferedAmount() > 0) return;
    this.#onRoom?.();
    this.#onRoom = undefined;
  }
}
