// Suite `path`: one frame from its bytes to the opportunities it opens, on one thread, every frame stamped.
import { played, truthOf } from '../cycle.ts';
import type { Suite, Variant } from '../harness.ts';
import { createPaths, type WholePath } from '../whole-path.ts';
import type { Workload } from '../workload.ts';

const FRAMES_PER_SAMPLE = 64;

/** A path as a variant: frames back to back, verified by its books and the opportunities it found. */
export function pathVariant({ name, frame, levels, tally }: WholePath, workload: Workload): Variant {
  const { frames } = workload;
  return {
    name,
    ...played({
      length: frames.length,
      step: FRAMES_PER_SAMPLE,
      play: (first) => {
        for (let index = first; index < first + FRAMES_PER_SAMPLE; index += 1) frame(frames[index]!);
      },
      begin: tally.clear,
      books: { levels, truth: truthOf(workload) },
      fold: tally.take,
    }),
  };
}

export function createPathSuite(workload: Workload): Suite {
  return {
    name: 'path',
    operation: 'frame, bytes to opportunity',
    variants: createPaths(workload).map((path) => pathVariant(path, workload)),
  };
}
