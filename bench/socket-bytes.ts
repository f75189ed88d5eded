// Bytes that the receivers of bench/socket.ts allocate for one frame, socket to decision: the growth of heap and buffers
// over whole cycles with a young generation so large that nothing is collected meanwhile. In a process of its own with
// BYTES_FLAGS, which would spare the baseline its collections if the times were taken here too.
import { getHeapStatistics } from 'node:v8';
import { runStartNs } from '../engine/core/clock.ts';
import { countCollections } from './allocation.ts';
import { median } from './harness.ts';
import { openSides, playTo, type Side, verifyBoth } from './socket.ts';
import { type Sender, startSender } from './socket-sender-handle.ts';
import type { SenderSetup, WriteStyle } from './socket-wire.ts';
import { createWorkload, FULL_PLAN, SMOKE_PLAN, type Workload } from './workload.ts';

/** One side in one scenario. `collections` above 0 make its bytes a lower bound. */
export interface SocketBytesRow {
  readonly variant: string;
  readonly scenario: string;
  /** Of the JavaScript heap. */
  readonly bytesPerOp: number;
  /** Of buffers, which lie outside of it. */
  readonly bytesPerOpInBuffers: number;
  readonly collections: number;
  readonly frames: number;
}

/** Cycles that run before the first count, so that what is compiled late is compiled. */
const WARM_UP_CYCLES = { full: 6, smoke: 1 };
/** The middle of as many counts: the compiler's own threads leave something on the heap now and then. */
const COUNTS = 3;

declare const gc: () => void;

/** What all scenarios share. */
interface Stand {
  readonly sender: Sender;
  readonly workload: Workload;
  readonly startNs: bigint;
  readonly mode: SenderSetup['mode'];
}

interface Count {
  readonly heap: number;
  readonly buffers: number;
  readonly collections: number;
}

/** What one cycle of `frames` leaves behind for each of them. */
async function countCycle(sender: Sender, side: Side, style: WriteStyle, frames: number): Promise<Count> {
  gc();
  const collected = countCollections();
  const heapBefore = getHeapStatistics().used_heap_size;
  const buffersBefore = process.memoryUsage().arrayBuffers;
  await playTo(sender, side, { style, first: 0, count: frames });
  const heap = (getHeapStatistics().used_heap_size - heapBefore) / frames;
  const buffers = (process.memoryUsage().arrayBuffers - buffersBefore) / frames;
  return { heap, buffers, collections: await collected.stop() };
}

/** Both sides over one URL. Throws when books or opportunities are not the workload's, before or after. */
async function measureStyle(
  stand: Stand,
  style: WriteStyle,
  scenario: string,
  base: string,
): Promise<SocketBytesRow[]> {
  const { sender, workload, mode } = stand;
  const { length } = workload.frames;
  const sides = await openSides(workload, base, sender.ready.ca, stand.startNs);
  await verifyBoth(sender, sides, workload, style);
  const rows: SocketBytesRow[] = [];
  for (const side of sides) {
    await playTo(sender, side, { style, first: 0, count: length * WARM_UP_CYCLES[mode] });
    const counts: Count[] = [];
    while (counts.length < COUNTS) counts.push(await countCycle(sender, side, style, length));
    rows.push({
      ...{ variant: side.receiver.name, scenario, frames: COUNTS * length },
      bytesPerOp: Math.max(0, median(counts.map(({ heap }) => heap))),
      bytesPerOpInBuffers: Math.max(0, median(counts.map(({ buffers }) => buffers))),
      collections: counts.reduce((sum, { collections }) => sum + collections, 0),
    });
  }
  await verifyBoth(sender, sides, workload, style);
  for (const { receiver } of sides) await receiver.close();
  return rows;
}

/** Measures the sustained scenarios. Throws when a frame is lost, or books, opportunities or counts differ. */
export async function measureSocketBytes(mode: SenderSetup['mode']): Promise<SocketBytesRow[]> {
  const startNs = runStartNs();
  const sender = await startSender({ mode, startNs: String(startNs) });
  const { port, singlePort, tlsPort } = sender.ready;
  const workload = createWorkload(mode === 'full' ? FULL_PLAN : SMOKE_PLAN);
  const stand: Stand = { sender, workload, startNs, mode };
  const rows = [
    ...(await measureStyle(stand, 'bulk', 'bulk', `ws://127.0.0.1:${port}/tcp`)),
    ...(await measureStyle(stand, 'single', 'single', `ws://127.0.0.1:${singlePort}/single`)),
    ...(await measureStyle(stand, 'bulk', 'tls', `wss://127.0.0.1:${tlsPort}/tls`)),
  ];
  sender.close();
  return rows;
}
