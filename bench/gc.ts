// Garbage collections over the whole path with V8's default heap flags, in a process of its own.
import { getHeapStatistics } from 'node:v8';
import { countCollections } from './allocation.ts';
import { bookChecksum } from './checksum.ts';
import { createWarmProductPath } from './whole-path.ts';
import type { Workload } from './workload.ts';

export interface GcResult {
  readonly variant: string;
  readonly frames: number;
  readonly collections: number;
  readonly heapGrowthBytes: number;
  /** True when 16 bytes per frame were allocated on purpose, to show that the check can fail. */
  readonly planted: boolean;
}

const WARMUP_FRAMES = 100_000;
const SETTLE_MS = 200;

/** Holds what was planted: a fraction in a list of anything is a heap number, a header and a double. */
const planted: unknown[] = [undefined];

/** Plays `frames` frames after a warm-up and counts the collections they cause. Throws when the books are wrong then. */
export async function countPathCollections(workload: Workload, frames: number, plant: boolean): Promise<GcResult> {
  if (!(frames > 0)) throw new RangeError(`gc frames ${frames}: allowed from 1`);
  const path = createWarmProductPath(workload);
  const { length } = workload.frames;
  const play = (count: number, first = 0): void => {
    for (let index = first; index < first + count; index += 1) {
      path.frame(workload.frames[index % length]!);
      if (plant) planted[0] = index + 0.5;
    }
  };
  // Whole cycles, so that the counted part starts with the opening books.
  play(Math.ceil(WARMUP_FRAMES / length) * length);
  // What set-up left to do (marking, finalizers) is done before the count starts.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const before = getHeapStatistics().used_heap_size;
  const counter = countCollections();
  play(frames);
  const heapGrowthBytes = getHeapStatistics().used_heap_size - before;
  const collections = await counter.stop();
  // The rest of the last cycle: after it the books are the workload's.
  play((length - (frames % length)) % length, frames);
  if (bookChecksum(path.levels) !== workload.endChecksum) throw new Error('gc: the books are not the workload’s');
  return { variant: 'dutchbook', frames, collections, heapGrowthBytes, planted: plant };
}
