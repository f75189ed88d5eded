// Suite `book`: one change applied and the best level readable after it, from input decoded beforehand.
//
// `dutchbook` applies records that lie in the arena, many to a WASM call, as the detector does when it drains its ring;
// `dutchbook, call each` makes one call per change and reads the best through the typed views after each.
import { Books } from '../../engine/book/books.ts';
import * as L from '../../wasm/layout.ts';
import { ArrayBooks } from '../baseline/array.ts';
import { CarefulBooks } from '../baseline/careful.ts';
import type { BaselineBooks } from '../baseline/contract.ts';
import { played, truthOf } from '../cycle.ts';
import type { Suite, Variant } from '../harness.ts';
import { arenaLevels, createArena, createDetector, forEachSnapshot, writeLevel, writeUpdate } from '../rig.ts';
import type { Workload } from '../workload.ts';

const UPDATES_PER_SAMPLE = 256;

/** The arena with the opening books applied and all updates as records from `at` on. */
function createOurs(workload: Workload) {
  const arena = createArena(workload, []);
  const wasm = createDetector(arena);
  const { at } = arena.region(L.REGION_SCAN);
  forEachSnapshot(workload, (levels) => {
    for (const [index, level] of levels.entries()) writeLevel(arena, at + index * L.LEVEL_BYTES, level);
    wasm.applyRecords(at, levels.length);
  });
  for (let index = 0; index < workload.updates.market.length; index += 1) {
    writeUpdate(arena, at + index * L.LEVEL_BYTES, workload.updates, index, index + 1);
  }
  return { arena, wasm, at };
}

function ours(workload: Workload): Variant {
  const { arena, wasm, at } = createOurs(workload);
  const levels = arenaLevels(arena);
  return {
    name: 'dutchbook',
    ...played({
      length: workload.updates.market.length,
      step: UPDATES_PER_SAMPLE,
      play: (first) => wasm.applyRecords(at + first * L.LEVEL_BYTES, UPDATES_PER_SAMPLE),
      books: { levels, truth: truthOf(workload) },
    }),
  };
}

function oursCallEach(workload: Workload): Variant {
  const { arena, wasm, at } = createOurs(workload);
  const levels = arenaLevels(arena);
  const books = new Books(arena);
  const { market } = workload.updates;
  let sink = 0;
  return {
    name: 'dutchbook, call each',
    ...played({
      length: market.length,
      step: UPDATES_PER_SAMPLE,
      play: (first) => {
        let sum = 0;
        for (let index = first; index < first + UPDATES_PER_SAMPLE; index += 1) {
          wasm.applyRecords(at + index * L.LEVEL_BYTES, 1);
          sum += books.bestAskE4(market[index]!) - books.bestBidE4(market[index]!);
        }
        sink += sum;
        if (sink < 0) throw new Error('books are crossed');
      },
      books: { levels, truth: truthOf(workload) },
    }),
  };
}

/** Opens `books` with the workload's snapshots. */
export function openBaseline(books: BaselineBooks, workload: Workload): void {
  forEachSnapshot(workload, (levels) => {
    for (const { market, kind, side, priceE4, sizeMicros } of levels) {
      if (kind === L.KIND_CLEAR) books.clear(market);
      else books.set(market, side, priceE4, sizeMicros);
    }
  });
}

function baseline(name: string, books: BaselineBooks, workload: Workload): Variant {
  openBaseline(books, workload);
  const { market, side, priceE4, sizeMicros } = workload.updates;
  return {
    name,
    ...played({
      length: market.length,
      step: UPDATES_PER_SAMPLE,
      play: (first) => {
        for (let at = first; at < first + UPDATES_PER_SAMPLE; at += 1) {
          books.set(market[at]!, side[at]!, priceE4[at]!, sizeMicros[at]!);
        }
      },
      books: { levels: books, truth: truthOf(workload) },
    }),
  };
}

export function createBookSuite(workload: Workload): Suite {
  const count = workload.metas.length;
  return {
    name: 'book',
    operation: 'change applied, best level readable',
    variants: [
      ours(workload),
      oursCallEach(workload),
      baseline('careful', new CarefulBooks(count), workload),
      baseline('array', new ArrayBooks(count), workload),
    ],
  };
}
