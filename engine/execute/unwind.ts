// What to do with legs that filled alone. The seam for a full planner; here: sell back at the best bid. Pure.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import type { OrderDraft, OrderMaker } from '../venue/contract.ts';
import { type Markets, venueOf } from '../venue/markets.ts';

/** Shares of one token beyond the complete sets of its basket. */
export interface Excess {
  readonly marketIndex: number;
  readonly marketId: string;
  readonly token: string;
  /** VIEW_YES or VIEW_NO. */
  readonly view: number;
  readonly negRisk: boolean;
  readonly sizeMicros: number;
}

/** Chooses the orders that bring an excess down. An empty answer means: nothing can be done now. */
export interface UnwindPlanner {
  plan(excesses: readonly Excess[]): OrderDraft[];
}

/** The maker of the orders of a market's venue; undefined: nothing is sent there. */
export type MakerOf = (marketIndex: number) => OrderMaker | undefined;

/**
 * Sells every excess back with one FAK order, limited to `slipE4` below the best bid of the current book. It waits for a
 * book that is SYNCED, since a bid of another may be gone and an attempt with it; it does not ask for freshness: the limit
 * bounds the price, and carrying a lone leg is the worse risk.
 */
export class SellBackPlanner implements UnwindPlanner {
  readonly #arena: Arena;
  readonly #makerOf: MakerOf;
  readonly #slipE4: number;

  constructor(arena: Arena, makerOf: MakerOf, slipE4: number) {
    this.#arena = arena;
    this.#makerOf = makerOf;
    this.#slipE4 = slipE4;
  }

  plan(excesses: readonly Excess[]): OrderDraft[] {
    const drafts: OrderDraft[] = [];
    for (const excess of excesses) {
      const draft = this.#sale(excess);
      if (draft !== undefined) drafts.push(draft);
    }
    return drafts;
  }

  #sale(excess: Excess): OrderDraft | undefined {
    const limitE4 = this.#limitE4(excess);
    if (limitE4 === undefined) return undefined;
    const maker = this.#makerOf(excess.marketIndex);
    if (maker === undefined) return undefined;
    const step = this.#sellStep(excess.marketIndex, maker);
    const sizeMicros = Math.floor(excess.sizeMicros / step) * step;
    if (sizeMicros === 0) return undefined;
    const { marketIndex, marketId, token, negRisk } = excess;
    const draft: OrderDraft = { marketIndex, marketId, token, side: 'SELL', limitE4, sizeMicros, type: 'FAK', negRisk };
    return maker.fault(draft) === undefined ? draft : undefined;
  }

  /** Kalshi's smallest order is the step of its market. */
  #sellStep(market: number, { sellStepMicros }: OrderMaker): number {
    if (venueOf(this.#arena, market) !== 'kalshi') return sellStepMicros;
    const at = this.#arena.at(L.REGION_MARKETS, market) + L.MARKET_MIN_SIZE_MICROS;
    return Math.max(sellStepMicros, Number(this.#arena.view.getBigUint64(at, true)));
  }

  /** Best bid less the slip, on the tick, at least one tick; undefined without a bid in a book that is SYNCED and at rest. */
  #limitE4(excess: Excess): number | undefined {
    const versionAt = (this.#arena.at(L.REGION_BOOKS, excess.marketIndex) + L.BOOK_VERSION) >> 2;
    const version = Atomics.load(this.#arena.u32, versionAt);
    const bestE4 = bestBidOfTokenE4(this.#arena, excess.marketIndex, excess.view);
    const stateAt = this.#arena.at(L.REGION_BOOKS, excess.marketIndex) + L.BOOK_STATE;
    if (this.#arena.view.getUint32(stateAt, true) !== L.BOOK_SYNCED) return undefined;
    // A book in change may show no whole top: the unwind waits for its next turn.
    if ((version & 1) !== 0 || Atomics.load(this.#arena.u32, versionAt) !== version) return undefined;
    if (bestE4 <= 0) return undefined;
    const tickE4 = largestTickE4(this.#arena, excess.marketIndex);
    const slips = Math.floor(this.#slipE4 / tickE4);
    return Math.max(tickE4, bestE4 - slips * tickE4);
  }
}

/** Best bid for one token of a market, 0 when there is none. */
export function bestBidOfTokenE4(arena: Arena, marketIndex: number, view: number): number {
  const at = arena.at(L.REGION_BOOKS, marketIndex);
  if (view === L.VIEW_YES) return arena.view.getUint32(at + L.BOOK_BEST_BID_E4, true);
  const ladderAt = arena.view.getUint32(at + L.BOOK_LADDER_AT, true);
  // A book that was never set has no ladder, and its best ask is not NO_ASK_E4 but 0.
  return ladderAt === 0 ? 0 : 10_000 - arena.view.getUint32(at + L.BOOK_BEST_ASK_E4, true);
}

/** Largest tick of the market's grid; any price that is a multiple of it is on the grid. */
function largestTickE4(arena: Arena, marketIndex: number): number {
  const marketAt = arena.at(L.REGION_MARKETS, marketIndex);
  const gridAt = arena.at(L.REGION_GRIDS, arena.view.getUint32(marketAt + L.MARKET_GRID, true));
  let tickE4 = 1;
  for (let range = 0; range < arena.view.getUint32(gridAt + L.GRID_RANGES, true); range += 1) {
    const rangeAt = gridAt + L.GRID_RANGE_FIRST + range * L.GRID_RANGE_BYTES;
    tickE4 = Math.max(tickE4, arena.view.getUint32(rangeAt + L.GRID_RANGE_TICK_E4, true));
  }
  return tickE4;
}

/** Best bid of every token, priceE4; 0 when nobody bids. */
export function bidsByToken(arena: Arena, markets: Markets): Map<string, number> {
  const bids = new Map<string, number>();
  for (let market = 0; market < markets.count; market += 1) {
    for (const view of [L.VIEW_YES, L.VIEW_NO]) {
      const token = markets.outcomeOf(market, view);
      if (token !== '') bids.set(token, bestBidOfTokenE4(arena, market, view));
    }
  }
  return bids;
}
