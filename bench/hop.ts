// Measurement `hop`: how long a record takes from one thread to another, half a round trip between two real threads. Ours
// goes through two of the product's rings to a reader that spins inside WASM, as an idle detector does; MessageChannel
// is used as it is ordinarily, by the event loops of both sides.
//
// Every run starts a thread of its own, so that the kernel places it anew, and measures both ways on it; a variant's
// figures are those of its best run. A round trip includes one clock read, so a hop half of one; nothing is subtracted.
// Every record that comes back is compared with what was sent, and a run in which one stays away throws.
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { type Clock, LiveClock } from '../engine/core/clock.ts';
import { Arena } from '../engine/memory/arena.ts';
import * as L from '../wasm/layout.ts';
import { quantile } from './harness.ts';
import { createLoops, type LoopExports } from './loops.ts';
import type { Mode } from './measurements.ts';

export interface HopResult {
  readonly variant: string;
  readonly hops: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly maxNs: number;
  /** Median of every run, in the order they ran. */
  readonly runP50Ns: readonly number[];
}

/** What the echoing thread is handed. */
export interface HopTask {
  readonly memory: WebAssembly.Memory;
  /** Answers every message with itself. */
  readonly port: MessagePort;
  /** Set when it should end; also ends its wait for records. */
  readonly stop: Int32Array;
}

/** A frame as a message: what a worker without rings would post. */
interface Posted {
  readonly frameSeq: number;
  readonly market: number;
  readonly priceE4: number;
  readonly side: number;
  readonly sizeMicros: number;
}

const RUNS = { full: 5, smoke: 2 };
const RING_TRIPS = { full: 50_000, smoke: 500 };
const MESSAGE_TRIPS = { full: 5_000, smoke: 50 };
const WARMUP_SHARE = 5;
/** Looks of one wait, about a millisecond; then the deadline is asked. */
const LOOKS = 500_000;
const ARRIVAL_MS_MAX = 5_000;

/** All runs of both ways. Throws when a record does not come back, or comes back changed. */
export async function measureHop(mode: Mode): Promise<HopResult[]> {
  const ours: Float64Array[] = [];
  const messages: Float64Array[] = [];
  for (let run = 0; run < RUNS[mode]; run += 1) {
    const peer = await startPeer();
    try {
      messages.push(await messageTrips(peer, MESSAGE_TRIPS[mode]));
      ours.push(ringTrips(peer, RING_TRIPS[mode]));
    } finally {
      await peer.end();
    }
  }
  return [best('dutchbook', ours), best('MessageChannel', messages)];
}

interface Peer {
  readonly arena: Arena;
  readonly loops: LoopExports;
  readonly port: MessagePort;
  readonly stop: Int32Array;
  readonly clock: Clock;
  end(): Promise<void>;
}

async function startPeer(): Promise<Peer> {
  const arena = Arena.create({
    ...{ markets: 1, fineLadders: 0, grids: 1, feeSchedules: 1, baskets: 0, legs: 0, detectors: 1 },
    ...{ levelRingSlots: 4_096, opportunityRingSlots: 4_096, stagingSlots: 64, scanBytes: 4_096 },
  });
  const { port1, port2 } = new MessageChannel();
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const workerData: HopTask = { memory: arena.memory, port: port2, stop };
  const worker = new Worker(new URL('./hop-worker.js', import.meta.url), { workerData, transferList: [port2] });
  await new Promise((resolve, reject) => {
    worker.once('online', resolve);
    worker.once('error', reject);
  });
  const end = async (): Promise<void> => {
    Atomics.store(stop, 0, 1);
    port1.close();
    await worker.terminate();
  };
  return { arena, loops: createLoops(arena), port: port1, stop, clock: new LiveClock(), end };
}

/** Durations of `trips` round trips after a warm-up, ns. */
function messageTrips({ port, clock }: Peer, trips: number): Promise<Float64Array> {
  const warmup = Math.ceil(trips / WARMUP_SHARE);
  const tripNs = new Float64Array(trips);
  let done = -warmup;
  let sentNs = 0;
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`message ${done} did not come back`)), ARRIVAL_MS_MAX * 4);
    const post = (): void => {
      const posted: Posted = { frameSeq: done, market: 17, priceE4: 4_200, side: 1, sizeMicros: 25_000_000 };
      sentNs = clock.nowNs();
      port.postMessage(posted);
    };
    port.on('message', ({ frameSeq, priceE4 }: Posted) => {
      const nowNs = clock.nowNs();
      if (frameSeq !== done || priceE4 !== 4_200) reject(new Error(`message ${done} came back as ${frameSeq}`));
      if (done >= 0) tripNs[done] = nowNs - sentNs;
      done += 1;
      if (done < trips) post();
      else {
        clearTimeout(late);
        resolve(tripNs);
      }
    });
    post();
  });
}

/** The same through two rings; the peer has been told to echo them. */
function ringTrips({ arena, loops, port, clock }: Peer, trips: number): Float64Array {
  port.postMessage('rings');
  const outward = arena.at(L.REGION_LEVEL_RINGS, 0);
  const inward = arena.at(L.REGION_OPPORTUNITY_RINGS, 0);
  const record = arena.region(L.REGION_STAGING).at;
  const { u32 } = arena;
  u32.fill(0x5eed_1e55, record >> 2, (record + L.LEVEL_BYTES) >> 2);
  const warmup = Math.ceil(trips / WARMUP_SHARE);
  const tripNs = new Float64Array(trips);
  for (let trip = -warmup; trip < trips; trip += 1) {
    u32[(record + L.LEVEL_FRAME_SEQ) >> 2] = trip;
    const sentNs = clock.nowNs();
    if (loops.pushRecord(outward, record) === 0) throw new Error('the ring is full');
    let fold = loops.takeRecord(inward, LOOKS);
    let backNs = clock.nowNs();
    while (fold === 0) {
      if (backNs - sentNs > ARRIVAL_MS_MAX * 1e6) throw new Error(`record ${trip} did not come back`);
      fold = loops.takeRecord(inward, LOOKS);
      backNs = clock.nowNs();
    }
    if (fold !== loops.foldBytes(record, L.LEVEL_BYTES, 0)) throw new Error(`record ${trip} came back changed`);
    if (trip >= 0) tripNs[trip] = backNs - sentNs;
  }
  return tripNs;
}

/** Figures of the run with the lowest median. */
function best(variant: string, runs: readonly Float64Array[]): HopResult {
  const sorted = runs.map((tripNs) => tripNs.map((ns) => ns / 2).sort());
  const medians = sorted.map((hops) => quantile(hops, 0.5));
  const hops = sorted[medians.indexOf(Math.min(...medians))];
  if (hops === undefined || hops.length === 0 || !(hops[0]! > 0)) throw new Error(`${variant}: no hop was measured`);
  return {
    variant,
    hops: hops.length,
    p50Ns: quantile(hops, 0.5),
    p99Ns: quantile(hops, 0.99),
    p999Ns: quantile(hops, 0.999),
    maxNs: quantile(hops, 1),
    runP50Ns: medians,
  };
}
