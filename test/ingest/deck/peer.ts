// The scripted server of the test deck: raw TCP or TLS on the loopback, one byte stream per connection under the test's
// control, everything the client sends kept and parsed.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createCertificate } from '../../../bench/certificate.ts';
import { CLOSE, type ClientFrame, clientFrames } from './wire.ts';

const DEADLINE_MS = 20_000;

/** `promise`, or an error that says what did not come. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The server's side of one connection. */
export class Peer {
  readonly frames: ClientFrame[] = [];
  /** What the client did that a client must not do. */
  violation = '';
  head = '';
  readonly socket: Socket;
  readonly ready: Promise<void>;
  /** The client's close frame, or its end without one. */
  readonly closing: Promise<void>;
  #rest: Buffer = Buffer.alloc(0);
  #isReady = (): void => {};
  #isClosing = (): void => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
    this.closing = new Promise((resolve) => {
      this.#isClosing = resolve;
    });
    socket.on('data', (bytes) => this.#take(bytes));
    // A cut by the client is an end like any other; what it means the test sees on the client's side.
    socket.on('error', () => this.#isClosing());
    socket.on('end', () => this.#isClosing());
    socket.on('close', () => this.#isClosing());
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    if (this.head === '') {
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.head = this.#rest.subarray(0, end).toString('latin1');
      this.#rest = this.#rest.subarray(end + 4);
      this.#isReady();
    }
    try {
      const { frames, rest } = clientFrames(this.#rest);
      this.frames.push(...frames);
      this.#rest = rest;
    } catch (error) {
      this.violation = (error as Error).message;
    }
    if (this.violation !== '' || this.frames.some(({ opcode }) => opcode === CLOSE)) this.#isClosing();
  }

  header(name: string): string | undefined {
    return new RegExp(`^${name}: (.*)$`, 'im').exec(this.head)?.[1];
  }

  get accept(): string {
    const key = this.header('sec-websocket-key') ?? '';
    return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  }

  /** The answer that opens the connection, with further header lines. */
  opening(extra = ''): string {
    return (
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${this.accept}\r\n${extra}\r\n`
    );
  }

  write(bytes: Buffer | string): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** Writes piece by piece, each in a turn of its own. */
  async writeAll(pieces: readonly Buffer[]): Promise<void> {
    for (const piece of pieces) {
      if (!this.socket.writable) return;
      if (!this.socket.write(piece)) await Promise.race([once(this.socket, 'drain'), this.closing]);
      else if (pieces.length > 1) await new Promise(setImmediate);
    }
  }

  end(): void {
    this.socket.end();
  }
}

export interface RawServer {
  readonly url: string;
  readonly ca: string;
  /** The next connection, its request read. */
  next(): Promise<Peer>;
  close(): Promise<void>;
}

const certificates = createCertificate();

export async function openRawServer(tls: boolean): Promise<RawServer> {
  const waiting: ((peer: Peer) => void)[] = [];
  const arrived: Peer[] = [];
  const sockets = new Set<Socket>();
  const take = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const peer = new Peer(socket);
    const resolve = waiting.shift();
    if (resolve === undefined) arrived.push(peer);
    else resolve(peer);
  };
  const server = tls
    ? createTlsServer({ ...certificates, allowHalfOpen: true }, take)
    : createServer({ allowHalfOpen: true }, take);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'wss' : 'ws'}://127.0.0.1:${port}/deck?x=1`,
    ca: certificates.cert,
    next: async () => {
      const first = arrived.shift();
      const accepted =
        first === undefined ? new Promise<Peer>((resolve) => waiting.push(resolve)) : Promise.resolve(first);
      const peer = await within(accepted, 'connection');
      await within(peer.ready, 'request');
      return peer;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
