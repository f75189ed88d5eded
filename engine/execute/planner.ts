// Plans one opportunity at a time from what the engine knows now: the books as they are, our own impact, the ledger's room.
// Executor's thread.
import * as L from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import type { Breaker } from '../breaker/breaker.ts';
import type { BreakerLimits } from '../breaker/limits.ts';
import type { RefusalCause } from '../breaker/refusals.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Arena } from '../memory/arena.ts';
import { basketAt } from '../memory/basket-table.ts';
import type { FeeSchedule } from '../venue/contract.ts';
import type { Fill } from '../venue/fees.ts';
import type { Markets } from '../venue/markets.ts';
import { type BasketPlan, legMarketOf, planBasket } from './batch.ts';
import { Caps, type Room, type Spend } from './caps.ts';
import { type LeftMicros, offersLeft, offersNow } from './offers.ts';
import type { ExecuteOptions } from './options.ts';
import type { Opportunity } from './take.ts';
import type { Venues } from './venues.ts';

/** A part of ExecuteParts. */
export interface PlannerParts {
  readonly arena: Arena;
  readonly venues: Venues;
  readonly markets: Markets;
  readonly options: ExecuteOptions;
  readonly breaker: Breaker;
  readonly limits: BreakerLimits;
  readonly leftMicros?: LeftMicros | undefined;
  feeOf(marketIndex: number): FeeSchedule | undefined;
  eventOf(marketIndex: number): string | undefined;
  /** What baskets that wait to be sent will spend. */
  waiting(): readonly Spend[];
}

export class Planner {
  readonly #parts: PlannerParts;
  readonly #books: Books;
  readonly #caps: Caps;

  constructor(parts: PlannerParts, ledger: Ledger) {
    this.#parts = parts;
    this.#books = new Books(parts.arena);
    const { markets, breaker, limits, options } = parts;
    const eventOf = (market: number): string | undefined => parts.eventOf(market);
    this.#caps = new Caps({ markets, ledger, breaker, limits, options, eventOf, waiting: () => parts.waiting() });
  }

  /** The orders of `opportunity`, which is by the table in force, or why there are none. */
  plan(opportunity: Opportunity): BasketPlan | RefusalCause {
    const { arena, venues, markets, options, leftMicros } = this.#parts;
    const { legs, place } = opportunity;
    const makers = legs.flatMap(({ marketIndex }) => venues.of(marketIndex)?.maker ?? []);
    if (makers.length < legs.length) return 'VENUE_READONLY';
    const offers: Fill[][] = [];
    for (const leg of legs) {
      const shown = leg.offers ?? offersNow(this.#books, leg);
      if (shown === undefined) return 'BOOK_IN_CHANGE';
      if (shown.length === 0) return 'EDGE_GONE';
      const left = offersLeft(shown, leg, leftMicros);
      if (left.length === 0) return 'OWN_IMPACT';
      offers.push(left);
    }
    const basket = basketAt(arena, place);
    const kind = arena.view.getUint16(basket + L.BASKET_KIND, true);
    return planBasket({
      ...{ opportunity, offers, options, kind, room: this.#caps.room(false) },
      exitMicros: this.#exitMicros(kind, legs.length),
      payoutE4: arena.view.getUint32(basket + L.BASKET_PAYOUT_E4, true),
      markets: legs.map((leg, at) => legMarketOf(arena, markets, makers[at]!, leg, this.#parts.feeOf(leg.marketIndex))),
    });
  }

  /** What may be spent now on the way out of a lone leg. */
  roomOfWayOut(): Room {
    return this.#caps.room(true);
  }

  /**
   * What it costs to turn complete sets into cash. Sets of all NO are converted by one step; of all YES, and across venues,
   * one leg wins; else any leg may.
   */
  #exitMicros(kind: number, legs: number): number {
    const { options } = this.#parts;
    if (kind === L.BASKET_KIND_NEG_RISK_NO) return options.convertMicros;
    const wins = kind === L.BASKET_KIND_NEG_RISK_YES || kind === L.BASKET_KIND_SAME ? 1 : legs;
    return wins * options.redeemMicros;
  }
}
