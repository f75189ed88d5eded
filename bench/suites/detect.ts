// Suite `detect`: one change in a market of a neg-risk basket taken from the ring, applied, judged and its baskets
// evaluated, opportunities polled. Beside it the same with a Map book and a TypeScript loop over the touched baskets.
import { Ring } from '../../engine/memory/ring.ts';
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
  writeFrameEnd,
  writeUpdate,
} from '../rig.ts';
import type { Workload } from '../workload.ts';
import { openBaseline } from './book.ts';

const UPDATES_PER_SAMPLE = 64;

/**
 * Indexes of the updates of markets in baskets, a multiple of twice `step`: still a cycle, as both halves lose the same
 * markets.
 */
export function basketUpdates({ metas, relations, updates }: Workload, step: number): number[] {
  const inBaskets = new Set(relations.flatMap(({ markets }) => [...markets]));
  const found = [...updates.market.keys()].filter((at) => inBaskets.has(metas[updates.market[at]!]!.id));
  const half = Math.floor(found.length / 2 / step) * step;
  return [...found.slice(0, half), ...found.slice(found.length - half)];
}

function ours(workload: Workload, cycle: readonly number[], truth: BookTruth): Variant {
  const arena = createArena(workload, workload.relations);
  const wasm = createDetector(arena);
  const tally = createTally();
  const poll = createOpportunityPoll(arena, tally.add);
  openThroughPath(workload, arena, createIngest(arena), wasm);
  poll();
  const ring = new Ring(arena, arena.at(L.REGION_LEVEL_RINGS, 0));
  const events = (arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_EVENTS) >> 2;
  const levels = arenaLevels(arena);
  let frameSeq = 1;
  return {
    name: 'dutchbook',
    ...played({
      length: cycle.length,
      step: UPDATES_PER_SAMPLE,
      prepare: (first) => {
        for (const index of cycle.slice(first, first + UPDATES_PER_SAMPLE)) {
          frameSeq = (frameSeq + 1) >>> 0;
          writeUpdate(arena, ring.claim(L.LEVEL_SLOTS), workload.updates, index, frameSeq);
          writeFrameEnd(arena, ring.claim(L.FRAME_END_SLOTS), workload.updates, index, frameSeq);
        }
        ring.publish();
      },
      play: () => {
        while (wasm.drain(UPDATES_PER_SAMPLE) > 0) {
          if ((arena.u32[events]! & L.EVENT_OPPORTUNITIES) !== 0) wasm.publishOpportunities(0);
          poll();
        }
      },
      begin: tally.clear,
      books: { levels, truth },
      fold: tally.take,
    }),
  };
}

function careful(workload: Workload, cycle: readonly number[], truth: BookTruth): Variant {
  const books = new CarefulBooks(workload.metas.length);
  openBaseline(books, workload);
  const tally = createTally();
  const detector = new CarefulDetector(workload, books, tally.add);
  const { market, side, priceE4, sizeMicros } = workload.updates;
  for (let at = 0; at < workload.metas.length; at += 1) detector.onMarket(at);
  return {
    name: 'careful',
    ...played({
      length: cycle.length,
      step: UPDATES_PER_SAMPLE,
      play: (first) => {
        for (let place = first; place < first + UPDATES_PER_SAMPLE; place += 1) {
          const at = cycle[place]!;
          books.set(market[at]!, side[at]!, priceE4[at]!, sizeMicros[at]!);
          detector.onMarket(market[at]!);
        }
      },
      begin: tally.clear,
      books: { levels: books, truth },
      fold: tally.take,
    }),
  };
}

export function createDetectSuite(workload: Workload): Suite {
  const cycle = basketUpdates(workload, UPDATES_PER_SAMPLE);
  const truth = truthOfPart(workload, cycle);
  return {
    name: 'detect',
    operation: 'change applied and its baskets evaluated',
    variants: [ours(workload, cycle, truth), careful(workload, cycle, truth)],
  };
}
