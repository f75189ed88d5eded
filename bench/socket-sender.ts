// The sender of bench/socket.ts in a process of its own: serves the canonical workload's frames, framed beforehand, over
// loopback TCP and TLS, and writes them as it is told to.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { LiveClock } from '../engine/core/clock.ts';
import { createCertificate } from './certificate.ts';
import { PACED_GAP_NS, type PlayOrder, type SenderMessage, type SenderSetup } from './socket-wire.ts';
import { createWorkload, FULL_PLAN, SMOKE_PLAN } from './workload.ts';

/** Text frames of the whole cycle in one buffer, and where each begins. */
interface FramedCycle {
  readonly bytes: Buffer;
  readonly starts: readonly number[];
}

type Played = Omit<Extract<SenderMessage, { kind: 'played' }>, 'kind'>;

const WRITE_BYTES = 1_048_576;
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function framed(frames: readonly Buffer[]): FramedCycle {
  const starts = [0];
  const parts = frames.map((payload) => {
    if (payload.length < 126 || payload.length > 65_535) throw new RangeError(`frame of ${payload.length} bytes`);
    const frame = Buffer.concat([Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]), payload]);
    starts.push(starts.at(-1)! + frame.length);
    return frame;
  });
  return { bytes: Buffer.concat(parts), starts };
}

/** Ends when the kernel took all of it. Answers 1 when it had to wait for room, else 0. */
async function write(socket: Socket, bytes: Buffer): Promise<number> {
  const taken = new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  if (socket.writableLength === 0) return 0;
  await taken;
  return 1;
}

/** The descriptor behind a socket without TLS; -1 where the system has none that can be written to. */
function descriptorOf(socket: Socket): number {
  return (socket as unknown as { readonly _handle: { readonly fd?: number } })._handle.fd ?? -1;
}

/** One write system call and nothing else: a stream's write costs as much again. Answers the bytes not taken. */
function writeOnce(fd: number, bytes: Buffer, from: number, to: number): number {
  if (fd < 0) return to - from;
  try {
    return to - from - writeSync(fd, bytes, from, to - from);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    return to - from;
  }
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

async function playFrames(socket: Socket, cycle: FramedCycle, order: PlayOrder, clock: LiveClock): Promise<Played> {
  const { bytes, starts } = cycle;
  const frames = starts.length - 1;
  const fd = descriptorOf(socket);
  let waits = 0;
  const sentNs = new Float64Array(order.style === 'paced' ? order.count : 0);
  const startNs = clock.nowNs();
  for (let sent = 0; sent < order.count; sent += 1) {
    const index = (order.first + sent) % frames;
    if (order.style === 'paced') {
      const dueNs = startNs + sent * PACED_GAP_NS;
      while (clock.nowNs() < dueNs);
      sentNs[sent] = clock.nowNs();
    }
    const end = starts[index + 1]!;
    const left = writeOnce(fd, bytes, starts[index]!, end);
    // The kernel is full: the stream waits for room. Never a second frame behind it: the two would be joined.
    if (left === 0) continue;
    waits += 1;
    await write(socket, bytes.subarray(end - left, end));
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

function tell(message: SenderMessage): void {
  process.send!(message);
}

async function main({ mode, startNs }: SenderSetup): Promise<void> {
  const clock = new LiveClock(BigInt(startNs));
  const cycle = framed(createWorkload(mode === 'full' ? FULL_PLAN : SMOKE_PLAN).frames);
  const sockets = new Map<string, Promise<Socket>>();
  const opened = new Map<string, (socket: Socket) => void>();
  /** The connection that asks for `path`, now or later: a client may dial and order in one go. */
  const socketOf = (path: string): Promise<Socket> => {
    const known = sockets.get(path) ?? new Promise<Socket>((resolve) => opened.set(path, resolve));
    sockets.set(path, known);
    return known;
  };
  const take = (socket: Socket): void =>
    serve(socket, (path, ready) => {
      void socketOf(path);
      opened.get(path)?.(ready);
    });
  const certificate = createCertificate();
  const plain = createServer(take).listen(0, '127.0.0.1');
  const secure = createTlsServer(certificate, take).listen(0, '127.0.0.1');
  await Promise.all([once(plain, 'listening'), once(secure, 'listening')]);
  const [port, tlsPort] = [plain, secure].map((server) => (server.address() as AddressInfo).port) as [number, number];
  const play = async (order: PlayOrder): Promise<Played> => {
    const socket = await socketOf(order.path);
    return order.style === 'bulk' ? playBulk(socket, cycle, order) : playFrames(socket, cycle, order, clock);
  };
  process.on('message', (order: PlayOrder) => {
    void play(order).then((played) => tell({ kind: 'played', ...played }));
  });
  process.on('disconnect', () => process.exit(0));
  tell({ kind: 'ready', port, tlsPort, ca: certificate.cert });
}

await main(JSON.parse(process.argv[2] ?? '') as SenderSetup);
