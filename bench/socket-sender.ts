// The sender of bench/socket.ts in a process of its own: serves the canonical workload's frames over loopback TCP and
// TLS, and writes them as it is told to: in bulk over Node's sockets, one by one over uWebSockets.js where it loads.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { LiveClock } from '../engine/core/clock.ts';
import { createCertificate } from './certificate.ts';
import { type FramedCycle, framed } from './socket-frames.ts';
import { serveByUws } from './socket-uws.ts';
import { PACED_GAP_NS, type PlayOrder, type SenderMessage, type SenderSetup } from './socket-wire.ts';
import { DescriptorWriter, type FrameWriter } from './socket-writer.ts';
import { createWorkload, FULL_PLAN, SMOKE_PLAN } from './workload.ts';

type Played = Omit<Extract<SenderMessage, { kind: 'played' }>, 'kind'>;

/** A connection by what it can be played: the socket is absent where frames can only be written one by one. */
interface Line {
  readonly socket?: Socket;
  readonly writer: FrameWriter;
}

const WRITE_BYTES = 1_048_576;
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Ends when the kernel took all of it. Answers 1 when it had to wait for room, else 0. */
async function write(socket: Socket, bytes: Buffer): Promise<number> {
  const taken = new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  if (socket.writableLength === 0) return 0;
  await taken;
  return 1;
}

async function playBulk(socket: Socket, { bytes, starts }: FramedCycle, { first, count }: PlayOrder): Promise<Played> {
  const cycle = starts.length - 1;
  let waits = 0;
  for (let next = first, left = count; left > 0; ) {
    const run = Math.min(left, cycle - next);
    const end = starts[next + run]!;
    for (let at = starts[next]!; at < end; at += WRITE_BYTES) {
      waits += await write(socket, bytes.subarray(at, Math.min(end, at + WRITE_BYTES)));
    }
    left -= run;
    next = (next + run) % cycle;
  }
  return { sentNs: new Float64Array(0), waits };
}

async function playFrames(writer: FrameWriter, frames: number, order: PlayOrder, clock: LiveClock): Promise<Played> {
  let waits = 0;
  const sentNs = new Float64Array(order.style === 'paced' ? order.count : 0);
  const startNs = clock.nowNs();
  for (let sent = 0; sent < order.count; sent += 1) {
    if (order.style === 'paced') {
      const dueNs = startNs + sent * PACED_GAP_NS;
      while (clock.nowNs() < dueNs);
      sentNs[sent] = clock.nowNs();
    }
    const taken = writer.write((order.first + sent) % frames);
    if (taken === 0) continue;
    waits += 1;
    await taken;
  }
  return { sentNs, waits };
}

/** Answers the handshake; what clients send after it is of no interest. */
function serve(socket: Socket, onOpen: (path: string, socket: Socket) => void): void {
  socket.setNoDelay(true);
  // A receiver that goes away ends its connection; the measurement is over then.
  socket.on('error', () => socket.destroy());
  let head = '';
  const onHead = (bytes: Buffer): void => {
    head += bytes.toString('latin1');
    if (!head.includes('\r\n\r\n')) return;
    socket.off('data', onHead);
    socket.resume();
    const key = /^sec-websocket-key: (.*)$/im.exec(head)?.[1] ?? '';
    const accept = createHash('sha1')
      .update(key.trim() + ACCEPT_SUFFIX)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    onOpen(/^GET (\S+)/.exec(head)?.[1] ?? '', socket);
  };
  socket.on('data', onHead);
}

/** Connections by the path they asked for, now or later: a client may dial and order in one go. */
class Lines {
  readonly #found = new Map<string, Promise<Line>>();
  readonly #openers = new Map<string, (line: Line) => void>();

  of(path: string): Promise<Line> {
    const known = this.#found.get(path) ?? new Promise<Line>((resolve) => this.#openers.set(path, resolve));
    this.#found.set(path, known);
    return known;
  }

  opened(path: string, line: Line): void {
    void this.of(path);
    // Out of the handler that opened it: there uWebSockets.js joins what is sent.
    setImmediate(() => this.#openers.get(path)?.(line));
  }
}

function tell(message: SenderMessage): void {
  process.send!(message);
}

async function main({ mode, startNs }: SenderSetup): Promise<void> {
  const clock = new LiveClock(BigInt(startNs));
  const { frames } = createWorkload(mode === 'full' ? FULL_PLAN : SMOKE_PLAN);
  const cycle = framed(frames);
  const lines = new Lines();
  const take = (socket: Socket): void =>
    serve(socket, (path) => lines.opened(path, { socket, writer: new DescriptorWriter(socket, cycle) }));
  const certificate = createCertificate();
  const plain = createServer(take).listen(0, '127.0.0.1');
  const secure = createTlsServer(certificate, take).listen(0, '127.0.0.1');
  await Promise.all([once(plain, 'listening'), once(secure, 'listening')]);
  const [port, tlsPort] = [plain, secure].map((server) => (server.address() as AddressInfo).port) as [number, number];
  const singlePort = (await serveByUws(frames, (path, writer) => lines.opened(path, { writer }))) ?? port;
  const play = async (order: PlayOrder): Promise<Played> => {
    const { socket, writer } = await lines.of(order.path);
    if (order.style !== 'bulk') return playFrames(writer, frames.length, order, clock);
    if (socket === undefined) throw new Error(`${order.path} takes single frames only`);
    return playBulk(socket, cycle, order);
  };
  process.on('message', (order: PlayOrder) => {
    void play(order).then((played) => tell({ kind: 'played', ...played }));
  });
  process.on('disconnect', () => process.exit(0));
  tell({ kind: 'ready', port, singlePort, tlsPort, ca: certificate.cert });
}

await main(JSON.parse(process.argv[2] ?? '') as SenderSetup);
