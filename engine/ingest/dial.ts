// Dials out to a WebSocket server over ws: one connection, no reconnecting inside, which is the caller's decision.
import type { Socket } from 'node:net';
import { asBytes, WebSocket, WS_LIMITS } from './ws-lib.ts';

export interface DialOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** A larger message closes the connection with 1009. Default 32 MiB: a first snapshot of many assets is large. */
  readonly maxPayloadBytes?: number;
  /** Default 10,000. */
  readonly handshakeTimeoutMs?: number;
  onOpen(): void;
  /** `bytes` are valid during the call only. Text is not checked for UTF-8: the decoder does that itself. */
  onMessage(bytes: Uint8Array, isText: boolean): void;
  /** Exactly once, for every way it ends, a failed handshake included (1006 and why). */
  onClose(code: number, reason: string): void;
}

/** An outbound connection. */
export interface DialedSocket {
  /** False when the connection is not open. */
  sendText(text: string): boolean;
  sendBytes(bytes: Uint8Array): boolean;
  /** Stops reading, so that the peer's data waits in the kernel; `resume` goes on. */
  pause(): void;
  resume(): void;
  /** Closing handshake; `onClose` follows. */
  close(): void;
  /** Cuts the connection now. */
  terminate(): void;
  /** Bytes on the wire so far, handshake and framing included. */
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Bytes accepted and not yet taken by the kernel. */
  readonly bufferedBytes: number;
}

/** Dials `url`. Throws SyntaxError for an unusable URL; everything later comes as `onClose`. */
export function dial(url: string, options: DialOptions): DialedSocket {
  const ws = new WebSocket(url, {
    ...WS_LIMITS,
    headers: { 'user-agent': 'dutchbook', ...options.headers },
    perMessageDeflate: false,
    maxPayload: options.maxPayloadBytes ?? 32 * 1024 * 1024,
    handshakeTimeout: options.handshakeTimeoutMs ?? 10_000,
    skipUTF8Validation: true,
    allowSynchronousEvents: true,
  });
  let socket: Socket | undefined;
  let lastError = '';
  ws.on('upgrade', (response) => {
    socket = response.socket;
  });
  ws.on('open', () => options.onOpen());
  ws.on('message', (data, isBinary) => options.onMessage(asBytes(data), !isBinary));
  ws.on('error', (error) => {
    lastError = error.message;
  });
  ws.on('close', (code, reason) => options.onClose(code, reason.length > 0 ? reason.toString('utf8') : lastError));
  return {
    sendText: (text) => sendIfOpen(ws, text),
    sendBytes: (bytes) => sendIfOpen(ws, bytes),
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    close: () => ws.close(1000),
    terminate: () => ws.terminate(),
    get bytesReceived() {
      return socket?.bytesRead ?? 0;
    },
    get bytesSent() {
      return socket?.bytesWritten ?? 0;
    },
    get bufferedBytes() {
      return ws.bufferedAmount;
    },
  };
}

function sendIfOpen(ws: WebSocket, message: string | Uint8Array): boolean {
  if (ws.readyState !== WebSocket.OPEN) return false;
  ws.send(message, { binary: typeof message !== 'string' });
  return true;
}
