// Opens a server for WebSockets and HTTP: over uWebSockets.js, whose only importer this is, or over ws and node:http
// when the native binary is absent. Runs on, and must be closed by, the thread that opened it.

import type { UwsApp, UwsBehavior, UwsRequest, UwsResponse, UwsSocket } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import {
  CLOSE_GOING_AWAY,
  CLOSE_GRACE_MS,
  CLOSE_TOO_BIG,
  type HttpAnswer,
  type HttpRequest,
  plainAnswer,
  runHandler,
  type Server,
  type ServerOptions,
  type ServerSettings,
  type SocketConnection,
  type SocketRoute,
  type UpgradeRequest,
} from './transport.ts';
import { openWsServer } from './ws-server.ts';

export type { UwsSocket } from 'uWebSockets.js';
export type {
  Server,
  ServerOptions,
  SocketConnection,
  SocketRoute,
} from './transport.ts';

type Uws = typeof import('uWebSockets.js');

const DEFAULTS = {
  host: '127.0.0.1',
  port: 0,
  transport: 'auto',
  maxPayloadBytes: 16 * 1024 * 1024,
  maxBodyBytes: 1024 * 1024,
  maxBackpressureBytes: 16 * 1024 * 1024,
  idleTimeoutS: 120,
  routes: {},
  sockets: {},
} as const;
/** uWebSockets.js cuts a connection at its own limit without a close frame; ours comes first and says 1009. */
const HARD_LIMIT_FACTOR = 4;
const DROPPED = 2;

/** Opens a server. Throws when the port is taken, or when `uws` was demanded and does not load. */
export async function openServer(options: ServerOptions): Promise<Server> {
  const settings: ServerSettings = { ...DEFAULTS, ...options };
  const forced = process.env['DUTCHBOOK_TRANSPORT'];
  const choice = settings.transport === 'auto' && forced !== undefined ? forced : settings.transport;
  if (choice !== 'auto' && choice !== 'uws' && choice !== 'ws') {
    throw new RangeError(`DUTCHBOOK_TRANSPORT: ${choice}, allowed auto, uws or ws`);
  }
  const uws = choice === 'ws' ? undefined : await loadUws();
  if (uws === undefined && choice === 'uws') throw new Error('uWebSockets.js does not load on this platform');
  return uws === undefined ? openWsServer(settings) : openUwsServer(uws, settings);
}

/** uWebSockets.js, or undefined where it is not installed or has no binary. Builds differ in how they export. */
export async function loadUws(): Promise<Uws | undefined> {
  try {
    const loaded = (await import('uWebSockets.js')) as Uws & { default?: Uws };
    return loaded.App === undefined ? loaded.default : loaded;
  } catch {
    // Absence is a supported state, named by `transportName`: nothing is lost by not looking at the error.
    return undefined;
  }
}

function openUwsServer(uws: Uws, settings: ServerSettings): Promise<Server> {
  const app = uws.App();
  const open = new Map<UwsSocket, UwsConn>();
  for (const [path, route] of Object.entries(settings.sockets)) {
    app.ws(path, socketBehavior(settings, route, open));
  }
  app.any('/*', (response, request) => serveHttp(settings, response, request));
  return new Promise((resolve, reject) => {
    app.listen(settings.host, settings.port, (listenSocket) => {
      if (!listenSocket) {
        // The library gives no reason; for a host that resolves it is a port in use.
        const fault = new Error(`cannot listen on ${settings.host}:${settings.port}`);
        reject(Object.assign(fault, { code: 'EADDRINUSE' }));
        return;
      }
      const port = uws.us_socket_local_port(listenSocket);
      resolve({ port, transportName: 'uws', close: () => closeUws(uws, app, listenSocket, open) });
    });
  });
}

/** Says goodbye, waits for the clients a little, then cuts: a listen socket closed with clients connected hangs. */
async function closeUws(
  uws: Uws,
  app: UwsApp,
  listenSocket: unknown,
  open: ReadonlyMap<UwsSocket, UwsConn>,
): Promise<void> {
  uws.us_listen_socket_close(listenSocket);
  for (const conn of [...open.values()]) conn.close(CLOSE_GOING_AWAY, 'server closing');
  for (let waitedMs = 0; open.size > 0 && waitedMs < CLOSE_GRACE_MS; waitedMs += 10) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  app.close();
}

/** A connection over uWebSockets.js, whose socket throws once it is closed. */
class UwsConn implements SocketConnection {
  readonly id: number;
  readonly request: UpgradeRequest;
  data: unknown;
  readonly #socket: UwsSocket;
  readonly #maxBackpressureBytes: number;
  #isOpen = true;

  constructor(id: number, request: UpgradeRequest, socket: UwsSocket, maxBackpressureBytes: number) {
    this.id = id;
    this.request = request;
    this.#socket = socket;
    this.#maxBackpressureBytes = maxBackpressureBytes;
  }

  sendText(text: string): boolean {
    return this.#send(text, false);
  }

  sendBytes(bytes: Uint8Array): boolean {
    return this.#send(bytes, true);
  }

  bufferedBytes(): number {
    return this.#isOpen ? this.#socket.getBufferedAmount() : 0;
  }

  close(code: number, reason = ''): void {
    if (this.#isOpen) this.#socket.end(code, reason);
  }

  markClosed(): void {
    this.#isOpen = false;
  }

  #send(message: string | Uint8Array, isBinary: boolean): boolean {
    if (!this.#isOpen || this.#socket.getBufferedAmount() > this.#maxBackpressureBytes) return false;
    return this.#socket.send(message, isBinary) !== DROPPED;
  }
}

let nextConnId = 1;

function socketBehavior(settings: ServerSettings, route: SocketRoute, open: Map<UwsSocket, UwsConn>): UwsBehavior {
  return {
    maxPayloadLength: settings.maxPayloadBytes * HARD_LIMIT_FACTOR,
    maxBackpressure: settings.maxBackpressureBytes * 2,
    idleTimeout: settings.idleTimeoutS,
    sendPingsAutomatically: true,
    compression: 0,
    upgrade: (response, request, context) => upgradeUws(route, response, request, context),
    open: (socket) => {
      const { upgrade } = socket.getUserData() as { upgrade: UpgradeRequest };
      const conn = new UwsConn(nextConnId++, upgrade, socket, settings.maxBackpressureBytes);
      open.set(socket, conn);
      route.onOpen?.(conn);
    },
    message: (socket, message, isBinary) => {
      const conn = open.get(socket);
      if (conn === undefined) return;
      if (message.byteLength > settings.maxPayloadBytes) conn.close(CLOSE_TOO_BIG, 'message too big');
      else route.onMessage(conn, new Uint8Array(message), !isBinary);
    },
    drain: (socket) => {
      const conn = open.get(socket);
      if (conn !== undefined) route.onDrain?.(conn);
    },
    close: (socket) => {
      const conn = open.get(socket);
      if (conn === undefined) return;
      conn.markClosed();
      open.delete(socket);
      route.onClose?.(conn);
    },
  };
}

function upgradeUws(route: SocketRoute, response: UwsResponse, request: UwsRequest, context: unknown): void {
  const upgrade: UpgradeRequest = {
    path: request.getUrl(),
    query: request.getQuery() ?? '',
    headers: headersOf(request),
  };
  const verdict = route.authorize?.(upgrade.headers, upgrade.path, upgrade.query) ?? true;
  if (verdict !== true) {
    response.writeStatus(statusLine(verdict)).end('', true);
    return;
  }
  const key = request.getHeader('sec-websocket-key');
  // No extension is offered back: frames are never compressed.
  response.upgrade({ upgrade }, key, request.getHeader('sec-websocket-protocol'), '', context);
}

/** Collects the body, bounded, and answers. The request object dies with this call, so it is copied first. */
function serveHttp(settings: ServerSettings, response: UwsResponse, request: UwsRequest): void {
  const head = {
    method: request.getCaseSensitiveMethod(),
    path: request.getUrl(),
    query: request.getQuery() ?? '',
    headers: headersOf(request),
  };
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isDone = false;
  response.onAborted(() => {
    isDone = true;
  });
  response.onData((chunk, isLast) => {
    if (isDone) return;
    bytes += chunk.byteLength;
    if (bytes > settings.maxBodyBytes) {
      isDone = true;
      answerUws(response, plainAnswer(413, 'body too large'), true);
      return;
    }
    // The chunk is valid during this call only.
    chunks.push(Buffer.from(new Uint8Array(chunk)));
    if (!isLast) return;
    const whole: HttpRequest = { ...head, body: Buffer.concat(chunks) };
    void runHandler(settings.routes, whole).then((answer) => {
      if (isDone) return;
      isDone = true;
      answerUws(response, answer, false);
    });
  });
}

function answerUws(response: UwsResponse, answer: HttpAnswer, closeConnection: boolean): void {
  if (answer === 'hangUp') {
    response.close();
    return;
  }
  response.cork(() => {
    response.writeStatus(statusLine(answer.status));
    response.writeHeader('content-type', answer.contentType ?? 'application/json');
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.writeHeader(name, value);
    response.end(answer.body, closeConnection);
  });
}

function statusLine(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? 'Unknown'}`;
}

function headersOf(request: UwsRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  request.forEach((key, value) => {
    headers[key] = value;
  });
  return headers;
}
