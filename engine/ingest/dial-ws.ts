// The dialling transport over ws.
import type { Socket } from 'node:net';
import {
  CLOSE_TIMEOUT_MS,
  type DialedSocket,
  type DialOptions,
  HANDSHAKE_TIMEOUT_MS,
  MAX_PAYLOAD_BYTES,
  USER_AGENT,
} from './dial-contract.ts';
import { targetOf } from './ws-handshake.ts';
import { asBytes, type WebSocket, WS_LIMITS, wsLibrary } from './ws-lib.ts';

/** Not in the library's types. */
const TIMEOUTS = { closeTimeout: CLOSE_TIMEOUT_MS };

/** Dials `url`. Throws SyntaxError for an unusable URL; everything later comes as `onClose`. */
export function dialWs(url: string, options: DialOptions): DialedSocket {
  // What ws says of an unusable URL repeats it.
  targetOf(url);
  const ws = new (wsLibrary().WebSocket)(url, {
    ...WS_LIMITS,
    headers: { 'user-agent': USER_AGENT, ...options.headers },
    perMessageDeflate: false,
    maxPayload: options.maxPayloadBytes ?? MAX_PAYLOAD_BYTES,
    handshakeTimeout: options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
    ...TIMEOUTS,
    allowSynchronousEvents: true,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  let socket: Socket | undefined;
  let lastError = '';
  ws.on('upgrade', (response) => {
    socket = response.socket;
  });
  ws.on('open', () => {
    // Not before ws listens itself, or what came with the answer would be lost; but ahead of it in the row.
    if (options.onRead !== undefined) socket?.prependListener('data', () => options.onRead?.());
    if (options.onReadEnd !== undefined) socket?.on('data', () => options.onReadEnd?.());
    options.onOpen();
  });
  ws.on('message', (data, isBinary) => options.onMessage(asBytes(data), !isBinary));
  ws.on('pong', () => options.onPong?.());
  ws.on('error', (error) => {
    lastError = error.message;
  });
  ws.on('close', (code, reason) => options.onClose(code, reason.length > 0 ? reason.toString('utf8') : lastError));
  return {
    sendText: (text) => sendIfOpen(ws, text),
    sendBytes: (bytes) => sendIfOpen(ws, bytes),
    ping: () => pingIfOpen(ws),
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

function pingIfOpen(ws: WebSocket): boolean {
  if (ws.readyState !== ws.OPEN) return false;
  ws.ping();
  return true;
}

function sendIfOpen(ws: WebSocket, message: string | Uint8Array): boolean {
  if (ws.readyState !== ws.OPEN) return false;
  ws.send(message, { binary: typeof message !== 'string' });
  return true;
}
