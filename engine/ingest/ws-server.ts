// The fallback transport of server.ts: the same server over ws and node:http, where uWebSockets.js has no binary.
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  CLOSE_GOING_AWAY,
  CLOSE_GRACE_MS,
  type HttpAnswer,
  plainAnswer,
  runHandler,
  type Server,
  type ServerSettings,
  type SocketConnection,
  type SocketRoute,
  type UpgradeRequest,
} from './transport.ts';
import { asBytes, type WebSocket, WS_LIMITS, wsLibrary } from './ws-lib.ts';

/** Opens the server on ws and node:http. Throws when the port is taken. */
export async function openWsServer(settings: ServerSettings): Promise<Server> {
  const http = createServer((request, response) => void serveHttp(settings, request, response));
  const sockets = new (wsLibrary().WebSocketServer)({
    ...WS_LIMITS,
    noServer: true,
    perMessageDeflate: false,
    maxPayload: settings.maxPayloadBytes,
    skipUTF8Validation: true,
    allowSynchronousEvents: true,
  });
  const open = new Set<WsConn>();
  http.on('upgrade', (request, socket, head) => {
    const upgrade = upgradeOf(request);
    const route = settings.sockets[upgrade.path];
    const verdict = route?.authorize?.(upgrade.headers, upgrade.path, upgrade.query) ?? true;
    if (route === undefined || verdict !== true) {
      const status = route === undefined || verdict === true ? 404 : verdict;
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      accept(settings, route, new WsConn(upgrade, ws, settings.maxBackpressureBytes), socket, open);
    });
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(settings.port, settings.host, resolve);
  });
  const pings = settings.idleTimeoutS > 0 ? setInterval(() => pingIdle(open), settings.idleTimeoutS * 500) : undefined;
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.port;
  return {
    port,
    transportName: 'ws',
    close: async () => {
      clearInterval(pings);
      const stopped = new Promise<void>((resolve) => http.close(() => resolve()));
      for (const conn of open) conn.close(CLOSE_GOING_AWAY, 'server closing');
      for (let waitedMs = 0; open.size > 0 && waitedMs < CLOSE_GRACE_MS; waitedMs += 10) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      for (const conn of open) conn.cut();
      http.closeAllConnections();
      await stopped;
      // The close events of those just cut come with the next turns of the loop.
      for (let turn = 0; open.size > 0 && turn < 100; turn += 1) await new Promise(setImmediate);
    },
  };
}

let nextConnId = 1;

/** A connection over ws. */
class WsConn implements SocketConnection {
  readonly id = nextConnId++;
  readonly request: UpgradeRequest;
  readonly ws: WebSocket;
  data: unknown;
  /** Half idle periods since anything was heard. */
  silentTicks = 0;
  readonly #maxBackpressureBytes: number;

  constructor(request: UpgradeRequest, ws: WebSocket, maxBackpressureBytes: number) {
    this.request = request;
    this.ws = ws;
    this.#maxBackpressureBytes = maxBackpressureBytes;
  }

  sendText(text: string): boolean {
    return this.#send(text);
  }

  sendBytes(bytes: Uint8Array): boolean {
    return this.#send(bytes);
  }

  bufferedBytes(): number {
    return this.ws.bufferedAmount;
  }

  close(code: number, reason = ''): void {
    this.ws.close(code, reason);
  }

  cut(): void {
    this.ws.terminate();
  }

  #send(message: string | Uint8Array): boolean {
    if (this.ws.readyState !== this.ws.OPEN || this.ws.bufferedAmount > this.#maxBackpressureBytes) return false;
    this.ws.send(message, { binary: typeof message !== 'string' });
    return true;
  }
}

function accept(settings: ServerSettings, route: SocketRoute, conn: WsConn, socket: Duplex, open: Set<WsConn>): void {
  const { ws } = conn;
  open.add(conn);
  ws.on('message', (data, isBinary) => {
    conn.silentTicks = 0;
    route.onMessage(conn, asBytes(data), !isBinary);
  });
  ws.on('pong', () => {
    conn.silentTicks = 0;
  });
  // ws closes with the right code itself (1009, 1002); without a listener the error would end the process.
  ws.on('error', () => {});
  ws.on('close', () => {
    open.delete(conn);
    route.onClose?.(conn);
  });
  socket.on('drain', () => {
    if (ws.bufferedAmount <= settings.maxBackpressureBytes) route.onDrain?.(conn);
  });
  route.onOpen?.(conn);
}

/** Twice per idle period: the silent are pinged first and cut at the second time. */
function pingIdle(open: ReadonlySet<WsConn>): void {
  for (const conn of open) {
    conn.silentTicks += 1;
    if (conn.silentTicks > 2) conn.cut();
    else conn.ws.ping();
  }
}

async function serveHttp(settings: ServerSettings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > settings.maxBodyBytes) {
        answerHttp(response.setHeader('connection', 'close'), plainAnswer(413, 'body too large'));
        return;
      }
      chunks.push(chunk);
    }
  } catch {
    // The client went away in the middle of its request: there is nobody to answer.
    response.destroy();
    return;
  }
  const method = request.method ?? 'GET';
  answerHttp(
    response,
    await runHandler(settings.routes, { ...upgradeOf(request), method, body: Buffer.concat(chunks) }),
  );
}

function answerHttp(response: ServerResponse, answer: HttpAnswer): void {
  if (answer === 'hangUp') {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, { 'content-type': answer.contentType ?? 'application/json', ...answer.headers });
  response.end(answer.body);
}

function upgradeOf(request: IncomingMessage): UpgradeRequest {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[key] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { path: mark < 0 ? url : url.slice(0, mark), query: mark < 0 ? '' : url.slice(mark + 1), headers };
}
