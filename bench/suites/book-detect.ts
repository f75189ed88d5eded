// Suite `book-detect`: what detection adds to an update. Every change lies in a market of a basket; `update and detect`
// applies it, brings the sums of its baskets up to it and evaluates them, `update alone` only applies it. Both work off
// the same records, many to a WASM call. What is detected must be what the TypeScript detector finds.
import { Books } from '../../engine/book/books.ts';
import * as L from '../../wasm/layout.ts';
import { CarefulBooks } from '../baseline/careful.ts';
import { CarefulDetector, createTally } from '../baseline/detect.ts';
import { type BookTruth, played, truthOfPart } from '../cycle.ts';
import type { Suite, Variant } from '../harness.ts';
import {
  arenaLevels,
  createArena,
  createDetector,
  createIngest,
  createOpportunityPoll,
  openThroughPath,
  writeUpdate,
} from '../rig.ts';
import type { Workload } from '../workload.ts';
import { openBaseline } from './book.ts';
import { basketUpdates } from './detect.ts';

const UPDATES_PER_SAMPLE = 64;

/** An arena with its books opened through the path, so that they are SYNCED, and the cycle as records from `at` on. */
function createOurs(workload: Workload, cycle: readonly number[]) {
  const arena = createArena(workload, workload.relations);
  const wasm = createDetector(arena);
  const tally = createTally();
  const poll = createOpportunityPoll(arena, tally.add);
  openThroughPath(workload, arena, createIngest(arena), wasm);
  poll();
  const books = new Books(arena);
  for (const index of cycle) {
    const market = workload.updates.market[index]!;
    if (books.state(market) !== L.BOOK_SYNCED) throw new Error(`the book of market ${market} is not tradable`);
  }
  const { at } = arena.region(L.REGION_SCAN);
  for (const [place, index] of cycle.entries()) {
    writeUpdate(arena, at + place * L.LEVEL_BYTES, workload.updates, index, place + 1);
  }
  return { arena, wasm, at, tally, poll };
}

function updateAlone(workload: Workload, cycle: readonly number[], truth: BookTruth): Variant {
  const { arena, wasm, at } = createOurs(workload, cycle);
  const levels = arenaLevels(arena);
  return {
    name: 'update alone',
    ...played({
      length: cycle.length,
      step: UPDATES_PER_SAMPLE,
      play: (first) => wasm.applyRecords(at + first * L.LEVEL_BYTES, UPDATES_PER_SAMPLE),
      books: { levels, truth },
    }),
  };
}

function updateAndDetect(workload: Workload, cycle: readonly number[], truth: BookTruth): Variant {
  const { arena, wasm, at, tally, poll } = createOurs(workload, cycle);
  const levels = arenaLevels(arena);
  const expected = carefulTallies(workload, cycle);
  let folds = 0;
  return {
    name: 'update and detect',
    ...played({
      length: cycle.length,
      step: UPDATES_PER_SAMPLE,
      prepare: () => {
        poll();
      },
      play: (first) => {
        if (wasm.detectRecords(at + first * L.LEVEL_BYTES, UPDATES_PER_SAMPLE) > 0) wasm.publishOpportunities(0);
      },
      begin: () => {
        poll();
        tally.clear();
        folds = 0;
      },
      books: { levels, truth },
      // Checked here and not folded: the other variant finds nothing.
      fold: () => {
        poll();
        const found = tally.take();
        const wanted = expected[folds]!;
        folds += 1;
        if (found !== wanted) throw new Error(`detected ${found}, the TypeScript detector ${wanted}`);
        return '';
      },
    }),
  };
}

/** What the TypeScript detector finds in the first half of the cycle and in all of it. Throws when that is nothing. */
function carefulTallies(workload: Workload, cycle: readonly number[]): readonly string[] {
  const books = new CarefulBooks(workload.metas.length);
  openBaseline(books, workload);
  const tally = createTally();
  const detector = new CarefulDetector(workload, books, tally.add);
  for (let market = 0; market < workload.metas.length; market += 1) detector.onMarket(market);
  tally.clear();
  const { market, side, priceE4, sizeMicros } = workload.updates;
  const half = cycle.length / 2;
  const tallies = [cycle.slice(0, half), cycle.slice(half)].map((part) => {
    for (const at of part) {
      books.set(market[at]!, side[at]!, priceE4[at]!, sizeMicros[at]!);
      detector.onMarket(market[at]!);
    }
    return tally.take();
  });
  if (tallies[0] === tallies[1]) throw new Error('the workload opens no basket in its second half');
  return tallies;
}

export function createBookDetectSuite(workload: Workload): Suite {
  const cycle = basketUpdates(workload, UPDATES_PER_SAMPLE);
  const truth = truthOfPart(workload, cycle);
  return {
    name: 'book-detect',
    operation: 'change of a basket market',
    variants: [updateAndDetect(workload, cycle, truth), updateAlone(workload, cycle, truth)],
  };
}
