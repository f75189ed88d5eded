// Bytes each variant allocates per operation: heap growth over many calls with a young generation so large that nothing
// is collected in between. Only in a child process started with BYTES_FLAGS.
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Suite } from './harness.ts';

/** V8 flags of the child process that measures bytes. */
export const BYTES_FLAGS: readonly string[] = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];

/** `collections` above 0 make `bytesPerOp` a lower bound. */
export interface BytesResult {
  readonly variant: string;
  readonly bytesPerOp: number;
  readonly collections: number;
}

const BYTES_MAX = 128 * 1_048_576;

declare const gc: () => void;

/** Counts garbage collections from now on; `stop` answers how many there were, after the queue has been delivered. */
export function countCollections(): { stop(): Promise<number> } {
  let collections = 0;
  // Entries of collections before this moment may still be on their way.
  const fromMs = performance.now();
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().filter(({ startTime }) => startTime >= fromMs).length;
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    async stop() {
      // Entries arrive by the event loop.
      for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setTimeout(resolve, 20));
      observer.disconnect();
      return collections;
    },
  };
}

/** Measures every variant of `suite` over `samples` calls, fewer for one that allocates much. */
export async function measureBytes(suite: Suite, samples: number): Promise<BytesResult[]> {
  const results: BytesResult[] = [];
  for (const { name, run, before, opsPerSample } of suite.variants) {
    const calls = (count: number): number => {
      let grown = 0;
      let done = 0;
      while (done < count && grown < BYTES_MAX) {
        before?.();
        const usedBefore = getHeapStatistics().used_heap_size;
        run();
        grown += getHeapStatistics().used_heap_size - usedBefore;
        done += 1;
      }
      return grown / (done * opsPerSample);
    };
    calls(samples);
    gc();
    const empty = overheadBytes(samples);
    const counter = countCollections();
    const bytesPerOp = Math.max(0, calls(samples) - empty / opsPerSample);
    results.push({ variant: name, bytesPerOp, collections: await counter.stop() });
  }
  return results;
}

/** What asking for the heap's size allocates itself, per sample: the mean over as many as are taken. */
function overheadBytes(samples: number): number {
  let grown = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    const usedBefore = getHeapStatistics().used_heap_size;
    grown += getHeapStatistics().used_heap_size - usedBefore;
  }
  return grown / samples;
}
