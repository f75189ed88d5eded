// What the suites of single baskets measure on: events of so many markets each, every book of 20 levels a side, and the
// same books in the TypeScript baseline.
import { Random } from '../../engine/core/random.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { Ring } from '../../engine/memory/ring.ts';
import type { MarketMeta, Relation } from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import * as L from '../../wasm/layout.ts';
import { CarefulBooks } from '../baseline/careful.ts';
import { CarefulDetector, type OnOpportunity } from '../baseline/detect.ts';
import { createArena, createDetector, writeFrameEnd, writeLevel } from '../rig.ts';

const SEED = 20_261_128;
const TICK_E4 = 10;
const LEVELS = 20;
/** So far below the asks the bids begin that the other side of the event is no bargain either. */
const SPREAD_E4 = 100;
const SHARE = 1_000_000;
const FEE = { rateE6: 10_000, exponent: 1, roundMicros: 10 };
/** The basket of all YES of the first event, whose depth is walked. */
export const YES_BASKET = 0;

interface Level {
  readonly market: number;
  readonly side: number;
  readonly priceE4: number;
  readonly sizeMicros: number;
}

/** Events and their books; the markets of one event follow one another. */
export interface BasketWorld {
  readonly metas: readonly MarketMeta[];
  readonly relations: readonly Relation[];
  readonly levels: readonly Level[];
  /** Best ask by market, priceE4. */
  readonly asksE4: readonly number[];
}

function metaOf(market: number): MarketMeta {
  const id = `polymarket:0x${market.toString(16).padStart(64, '0')}`;
  const terms = { tickRanges: uniformGrid(TICK_E4), minSizeMicros: 5 * SHARE, fee: FEE };
  return { id, venue: 'polymarket', yesToken: `${market}1`, noToken: `${market}2`, negRisk: true, ...terms };
}

/** Events of `legs` markets whose best asks, all nearly alike, sum to `askSumE4`, whole ticks. */
export function drawWorld(events: number, legs: number, askSumE4: number): BasketWorld {
  const random = new Random(SEED + legs);
  const ticks = askSumE4 / TICK_E4;
  const metas = Array.from({ length: events * legs }, (_, market) => metaOf(market));
  const asksE4 = metas.map((_, market) => TICK_E4 * Math.floor((ticks + (market % legs)) / legs));
  const levels: Level[] = [];
  for (const [market, askE4] of asksE4.entries()) {
    for (let depth = 0; depth < LEVELS; depth += 1) {
      const size = (): number => random.integer(5 * SHARE, 200 * SHARE);
      levels.push({ market, side: L.SIDE_ASK, priceE4: askE4 + depth * TICK_E4, sizeMicros: size() });
      const bidE4 = askE4 - SPREAD_E4 - depth * TICK_E4;
      if (bidE4 > 0) levels.push({ market, side: L.SIDE_BID, priceE4: bidE4, sizeMicros: size() });
    }
  }
  const relations = Array.from({ length: events }, (_, event): Relation => {
    const markets = metas.slice(event * legs, (event + 1) * legs).map(({ id }) => id);
    return { kind: 'exactlyOne', markets };
  });
  return { metas, relations, levels, asksE4 };
}

/** The world in an arena, its books SYNCED. */
export function openOurs({ metas, relations, levels, asksE4 }: BasketWorld): { arena: Arena; wasm: DetectExports } {
  const arena = createArena({ metas, snapshots: [], frames: [] }, relations);
  const wasm = createDetector(arena);
  const ring = new Ring(arena, arena.at(L.REGION_LEVEL_RINGS, 0));
  const byMarket: Level[][] = metas.map(() => []);
  for (const level of levels) byMarket[level.market]!.push(level);
  for (const [market, askE4] of asksE4.entries()) {
    const common = { market, flags: 0, frameSeq: market + 1 };
    const clear = { side: 0, priceE4: 0, sizeMicros: 0, flags: L.LEVEL_FLAG_SNAPSHOT_FIRST };
    writeLevel(arena, ring.claim(L.LEVEL_SLOTS), { ...common, ...clear, kind: L.KIND_CLEAR });
    for (const level of byMarket[market]!) {
      writeLevel(arena, ring.claim(L.LEVEL_SLOTS), { ...common, ...level, kind: L.KIND_SET });
    }
    const bidE4 = askE4 - SPREAD_E4;
    const top = {
      ...{ market: Uint32Array.of(market), side: new Uint8Array(1), priceE4: new Uint16Array(1) },
      ...{ sizeMicros: new Float64Array(1), bestBidE4: Uint16Array.of(bidE4), bestAskE4: Uint16Array.of(askE4) },
    };
    writeFrameEnd(arena, ring.claim(L.FRAME_END_SLOTS), top, 0, market + 1);
    ring.publish();
    while (wasm.drain(64) > 0) wasm.publishOpportunities(0);
  }
  return { arena, wasm };
}

/** The world in the baseline's books. */
export function openCareful(
  { metas, relations, levels }: BasketWorld,
  onOpportunity: OnOpportunity,
): { books: CarefulBooks; detector: CarefulDetector } {
  const books = new CarefulBooks(metas.length);
  for (const { market, side, priceE4, sizeMicros } of levels) books.set(market, side, priceE4, sizeMicros);
  return { books, detector: new CarefulDetector({ metas, relations }, books, onOpportunity) };
}
