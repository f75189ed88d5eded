// Measurement `hot`: bytes per call of every function marked HOT PATH, as heap growth over many calls with a young
// generation so large that nothing is collected in between. In a process of its own with BYTES_FLAGS.
//
// The middle of three counts is taken: the optimiser may take a function while one of them runs, and what a call allocates
// is in all three.
//
// Before it believes a zero it allocates 16 bytes per frame on purpose and throws when it does not find them.
import { getHeapStatistics } from 'node:v8';
import { countCollections } from './allocation.ts';
import { median } from './harness.ts';
import { HOT_DRIVERS } from './hot-drivers.ts';
import { type Calls, createFrameCalls } from './hot-frames.ts';
import type { Mode } from './measurements.ts';
import type { Workload } from './workload.ts';

export interface HotResult {
  readonly variant: string;
  /** The marked functions that a call runs through. */
  readonly functions: string;
  readonly calls: number;
  readonly bytesPerOp: number;
  /** Above 0 the bytes are a lower bound. */
  readonly collections: number;
  /** What 16 bytes planted in each frame were measured as, in the same process. */
  readonly plantedBytesPerOp: number;
}

/** In each of the counts. */
const CALLS = { full: 500_000, smoke: 20_000 };
const COUNTS = 3;
/** Until the optimiser has taken the functions that run once in 64 frames too. */
const WARMUP_CALLS = { full: 400_000, smoke: 20_000 };
const SETTLE_MS = 200;
const PLANTED_BYTES = 16;
/** What a short run may miss of them. */
const PLANTED_SEEN_MIN = 0.9;

declare const gc: () => void;

/** One row per driver. Throws when the planted allocation is not seen. */
export async function measureHot(workload: Workload, mode: Mode): Promise<HotResult[]> {
  const planted = await bytesOf(createFrameCalls(workload, true), mode);
  if (!(planted.bytesPerOp >= PLANTED_BYTES * PLANTED_SEEN_MIN)) {
    throw new Error(`${PLANTED_BYTES} bytes planted in each frame were measured as ${planted.bytesPerOp}`);
  }
  const rows: HotResult[] = [];
  for (const { name, covers, create } of HOT_DRIVERS) {
    const functions = Object.entries(covers).map(([file, names]) => `${file}: ${names.join(' ')}`);
    const measured = await bytesOf(create(workload), mode);
    rows.push({
      ...{ variant: name, functions: functions.join('; ') },
      ...{ ...measured, plantedBytesPerOp: planted.bytesPerOp },
    });
  }
  return rows;
}

async function bytesOf(run: Calls, mode: Mode): Promise<Pick<HotResult, 'calls' | 'bytesPerOp' | 'collections'>> {
  const calls = CALLS[mode];
  // The collection comes before the warm-up: it lets go of code that the warm-up then makes again.
  gc();
  run(WARMUP_CALLS[mode]);
  // What the collection left to do (finalizers, shrinking) is done before the count starts.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const counter = countCollections();
  const bytesPerOp = median(Array.from({ length: COUNTS }, () => grownBytes(run, calls) / calls));
  return { calls: calls * COUNTS, bytesPerOp, collections: await counter.stop() };
}

function grownBytes(run: Calls, calls: number): number {
  getHeapStatistics();
  const before = getHeapStatistics().used_heap_size;
  run(calls);
  return Math.max(0, getHeapStatistics().used_heap_size - before);
}
