// Plays the workload's cycle in steps and verifies it: shared by every suite that keeps books.
import type { Workload } from './workload.ts';

/** What `verify` of a variant that folds nothing but its books comes to, as the workload itself knows it. */
export function expectedFold({ halfChecksum, endChecksum }: Workload): string {
  return `${halfChecksum}.${endChecksum}`;
}

/** What plays a cycle. */
export interface Cycle {
  /** Operations in the whole cycle; a multiple of twice the step. */
  readonly length: number;
  readonly step: number;
  /** Prepares the operations [first, first + step); not timed. */
  readonly prepare?: (first: number) => void;
  /** Does the operations [first, first + step). */
  readonly play: (first: number) => void;
  /** A cycle that will be folded begins. */
  readonly begin?: () => void;
  /** Fold of the state reached. */
  readonly fold: () => string;
}

/** `before`, `run` and `verify` of a variant that plays `cycle` round and round. */
export function played(cycle: Cycle) {
  const { length, step, prepare, play, begin, fold } = cycle;
  if (length === 0 || length % (step * 2) !== 0)
    throw new RangeError(`a cycle of ${length} in steps of ${step}: allowed 2 x step x n`);
  let next = 0;
  const run = (): void => {
    play(next);
    next = next + step === length ? 0 : next + step;
  };
  const untimed = (): void => {
    prepare?.(next);
    run();
  };
  return {
    opsPerSample: step,
    before: () => prepare?.(next),
    run,
    /** Ends the cycle under way, plays another, and folds at its half and at its end. */
    verify: (): string => {
      while (next !== 0) untimed();
      begin?.();
      untimed();
      while (next !== length / 2) untimed();
      const half = fold();
      while (next !== 0) untimed();
      return `${half}.${fold()}`;
    },
  };
}
