// The receivers of bench/socket.ts: the product as topology inline wires it, and ws with the careful baseline. Each
// holds one connection to the sender and takes every frame to its decision.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { type Clock, LiveClock } from '../engine/core/clock.ts';
import { IngestAgent } from '../engine/ingest/ingest.ts';
import { asBytes, wsLibrary } from '../engine/ingest/ws-lib.ts';
import * as L from '../wasm/layout.ts';
import { bookChecksum } from './checksum.ts';
import { INGEST_AGENT } from './rig.ts';
import { createCarefulPath, createProductPath, type WholePath } from './whole-path.ts';
import type { Workload } from './workload.ts';

/** One side of the measurement, its books open and its connection up. */
export interface Receiver {
  readonly name: string;
  /** What it asked the sender for. */
  readonly path: string;
  readonly clock: FirstClock;
  /** Reads of its socket so far. */
  readonly reads: () => number;
  /** Called with all frames decided so far, whenever there are more. */
  readonly onDecided: { tell: (frames: number) => void };
  /** Forgets the opportunities so far. */
  readonly begin: () => void;
  /** Books, and opportunities since begin(), folded. */
  readonly fold: () => string;
  readonly close: () => Promise<void>;
}

/** A clock that remembers its first reading since it was armed: the receive stamp of the first frame. */
export class FirstClock implements Clock {
  readonly #clock: Clock;
  /** 0 = armed. */
  firstNs = 0;

  constructor(startNs: bigint) {
    this.#clock = new LiveClock(startNs);
  }

  nowNs(): number {
    const ns = this.#clock.nowNs();
    if (this.firstNs === 0) this.firstNs = ns;
    return ns;
  }

  stampNow(into: Float64Array, at: number): void {
    this.#clock.stampNow(into, at);
    if (this.firstNs === 0) this.firstNs = into[at]!;
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }
}

const NEVER_MS = 3_600_000;
/** One connection that nothing replaces: a round that loses it fails. */
const NO_CARE = {
  ...{ backoffMsMin: NEVER_MS, backoffMsMax: NEVER_MS, reconnectAttemptsMax: 0, reconnectsPerMinute: 1 },
  ...{ pingMs: NEVER_MS, pongMs: NEVER_MS, idleMs: 0, openMs: NEVER_MS, failuresToPoll: 1_000, canPoll: false },
};
const CONNECT_MS_MAX = 15_000;
const FRAME_BYTES_MAX = 1_048_576;
/** Before the payload of each frame: all have 126 to 65,535 bytes. */
const FRAME_HEADER_BYTES = 4;
const COUNTER_BYTES = 262_144;

function ofPath(name: string, url: string, path: WholePath, clock: FirstClock): Omit<Receiver, 'close' | 'reads'> {
  return {
    ...{ name, clock, path: new URL(url).pathname, onDecided: { tell: () => {} } },
    begin: path.tally.clear,
    fold: () => `${bookChecksum(path.levels)}/${path.tally.take()}`,
  };
}

/** The product, dialled by its own ingest agent: its subscription goes out, the sender pays it no heed. */
export async function openProduct(workload: Workload, url: string, ca: string, startNs: bigint): Promise<Receiver> {
  const clock = new FirstClock(startNs);
  const path = createProductPath(workload, clock);
  const { intake, detect, poll } = path;
  const receiver = ofPath('dutchbook', url, path, clock);
  const { onDecided } = receiver;
  const decoded = (intake.arena.at(L.REGION_COUNTERS, INGEST_AGENT) >> 3) + L.COUNTER_FRAMES_DECODED;
  const { f64 } = intake.arena;
  const opened = f64[decoded]!;
  const setup = {
    ...{ url, ca, transport: 'native' as const, tokens: [], connection: 0, maxFrameBytes: FRAME_BYTES_MAX },
    ...{ care: NO_CARE, copies: 1, customEvents: true, firstBookMs: NEVER_MS },
  };
  const agent = new IngestAgent({ outbound: [setup], seed: 1 }, intake, clock, () => {
    detect();
    poll();
    // Frames that were refused or dropped are missing here, and the round does not end.
    onDecided.tell(f64[decoded]! - opened);
  });
  await agent.open();
  const deadlineNs = clock.nowNs() + CONNECT_MS_MAX * 1e6;
  while (agent.sockets().bytesReceived === 0) {
    if (clock.nowNs() > deadlineNs || agent.sockets().reconnects > 0) throw new Error(`${url}: no connection`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return { ...receiver, reads: () => agent.sockets().reads, close: () => agent.close() };
}

/** ws at its fastest settings, handing each message to the careful baseline and its detection. */
export async function openCareful(workload: Workload, url: string, ca: string, startNs: bigint): Promise<Receiver> {
  const clock = new FirstClock(startNs);
  const path = createCarefulPath(workload, clock);
  const receiver = ofPath('ws + careful', url, path, clock);
  const { onDecided } = receiver;
  const ws = new (wsLibrary().WebSocket)(url, {
    ...{ ca, perMessageDeflate: false, skipUTF8Validation: true, allowSynchronousEvents: true },
    maxPayload: FRAME_BYTES_MAX,
  });
  let frames = 0;
  let reads = 0;
  ws.on('upgrade', ({ socket }) => ws.once('open', () => socket.prependListener('data', () => (reads += 1))));
  ws.on('message', (data) => {
    path.frame(asBytes(data) as Buffer);
    frames += 1;
    onDecided.tell(frames);
  });
  await new Promise((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', reject);
  });
  return { ...receiver, reads: () => reads, close: async () => ws.terminate() };
}

/** Counts bytes and does nothing else: how fast the sender and the kernel are by themselves. Takes whole cycles only. */
export async function openCounter({ frames }: Workload, url: string, startNs: bigint): Promise<Receiver> {
  const { pathname, hostname, port } = new URL(url);
  const clock = new FirstClock(startNs);
  const onDecided = { tell: (_frames: number): void => {} };
  const cycleBytes = frames.reduce((sum, { length }) => sum + FRAME_HEADER_BYTES + length, 0);
  const buffer = new Uint8Array(COUNTER_BYTES);
  let reads = -1;
  let bytes = 0;
  let onOpen = (): void => {};
  const onRead = (count: number): boolean => {
    reads += 1;
    // The first read is the answer to the handshake.
    if (reads === 0) onOpen();
    else bytes += count;
    if (clock.firstNs === 0) clock.nowNs();
    if (reads > 0 && bytes % cycleBytes === 0) onDecided.tell((bytes / cycleBytes) * frames.length);
    return true;
  };
  const socket = connect({ host: hostname, port: Number(port), onread: { buffer, callback: onRead } });
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  await new Promise<void>((resolve, reject) => {
    onOpen = resolve;
    socket.once('error', reject);
  });
  return {
    ...{ name: 'bytes counted', clock, path: pathname, onDecided, begin: () => undefined, fold: () => '' },
    ...{ reads: () => reads, close: async () => void socket.destroy() },
  };
}
