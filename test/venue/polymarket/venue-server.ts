// A small venue for gateway tests: HTTP and user channel on a free port, with faults that count how often they fired.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export type Fault = 'silence' | '500' | '502html' | '403html' | 'reset' | 'lostAnswer' | 'notJson' | 'shortAnswer';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export class VenueServer {
  readonly received: Received[] = [];
  readonly fired: Fault[] = [];
  readonly userTexts: string[] = [];
  fault: Fault | undefined;
  /** Answers a request that no fault took. */
  answer: (request: Received) => { status: number; body: string; headers?: Record<string, string> } = () => ({
    status: 200,
    body: '{}',
  });
  connections = 0;
  #user: WebSocket | undefined;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;

  private constructor() {
    this.#server = createServer({ keepAliveTimeout: 0 }, (request, response) => this.#onRequest(request, response));
    this.#server.on('connection', () => {
      this.connections += 1;
    });
    this.#sockets = new WebSocketServer({ server: this.#server, path: '/ws/user' });
    this.#sockets.on('connection', (socket) => {
      this.#user = socket;
      socket.on('message', (data) => {
        const text = String(data);
        this.userTexts.push(text);
        if (text === 'PING') socket.send('PONG');
      });
    });
  }

  static async start(): Promise<VenueServer> {
    const server = new VenueServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Requests but those that keep the connection warm. */
  calls(): Received[] {
    return this.received.filter(({ path }) => path !== '/time');
  }

  push(message: unknown): void {
    this.#user!.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  dropUser(): void {
    this.#user!.terminate();
  }

  dropHttp(): void {
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const got: Received = { method, path: url, headers, body: Buffer.concat(pieces).toString('utf8') };
      this.received.push(got);
      const fault = got.path === '/time' ? undefined : this.fault;
      if (fault !== undefined) this.#fail(fault, request, response, got);
      else {
        const { status, body, headers: extra } = this.answer(got);
        response.writeHead(status, { 'content-type': 'application/json', ...extra }).end(body);
      }
    });
  }

  #fail(fault: Fault, request: IncomingMessage, response: ServerResponse, got: Received): void {
    this.fired.push(fault);
    if (fault === 'silence') return;
    if (fault === 'lostAnswer') request.socket.destroy();
    else if (fault === '500') response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"oops"}');
    else if (fault === '502html') response.writeHead(502).end('<html>bad gateway</html>');
    else if (fault === '403html') response.writeHead(403).end('<html>error code: 1010</html>');
    else if (fault === 'notJson') response.writeHead(200).end('[{"success":tru');
    else if (fault === 'shortAnswer') response.writeHead(200).end('[]');
    else {
      const { body } = this.answer(got);
      response.writeHead(200, { 'content-length': String(body.length) });
      response.write(body.slice(0, 10), () => request.socket.resetAndDestroy());
    }
  }
}

/** Resolves when `holds` does; rejects after `deadlineMs`. Real sockets: there is nothing but events to wait for. */
export async function until(holds: () => boolean, what: string, deadlineMs = 5_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
