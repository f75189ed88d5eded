// Plays the workload's cycle in steps and verifies it: shared by every suite that plays it. Books are held against what
// they must be, which no variant has a part in.
import { bookChecksum, type LevelSource } from './checksum.ts';
import { OracleBooks } from './oracle.ts';
import type { Workload } from './workload.ts';

/** What all books fold to at the half of a cycle and at its end, known without any variant. */
export interface BookTruth {
  readonly half: string;
  readonly end: string;
}

/** Of the whole cycle, as the workload drew it. */
export function truthOf({ halfChecksum, endChecksum }: Workload): BookTruth {
  return { half: halfChecksum, end: endChecksum };
}

/** Of the frames `indexes` alone: the oracle reads them. */
export function truthOfPart({ metas, snapshots, frames }: Workload, indexes: readonly number[]): BookTruth {
  const oracle = new OracleBooks(metas);
  for (const snapshot of snapshots) oracle.onFrame(snapshot.toString());
  const half = indexes.length / 2;
  const [atHalf, atEnd] = [indexes.slice(0, half), indexes.slice(half)].map((part) => {
    for (const index of part) oracle.onFrame(frames[index]!.toString());
    return bookChecksum(oracle);
  });
  return { half: atHalf!, end: atEnd! };
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
  /** The books it keeps, where it keeps any, and what they must be. */
  readonly books?: { readonly levels: LevelSource; readonly truth: BookTruth };
  /** Fold of whatever else it comes to; '' adds nothing. */
  readonly fold?: () => string;
}

/** Books, then the rest. Throws when the books are not what they must be. */
function folded({ books, fold }: Cycle, place: keyof BookTruth): string {
  const rest = fold?.() ?? '';
  if (books === undefined) return rest;
  const found = bookChecksum(books.levels);
  const wanted = books.truth[place];
  if (found !== wanted) throw new Error(`the books at the ${place} of the cycle are ${found}, must be ${wanted}`);
  return rest === '' ? found : `${found}/${rest}`;
}

/** `before`, `run` and `verify` of a variant that plays `cycle` round and round. */
export function played(cycle: Cycle) {
  const { length, step, prepare, play, begin } = cycle;
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
      const half = folded(cycle, 'half');
      while (next !== 0) untimed();
      return `${half}.${folded(cycle, 'end')}`;
    },
  };
}
