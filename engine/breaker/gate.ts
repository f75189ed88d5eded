// The gate: the one place that makes a Cleared. Runs once for all requests of one or several baskets, on the executor's
// thread, after the intents are durable. All legs of a basket or none. `screen` runs the same checks early, so that signing
// and fsync are not spent in vain.
import * as L from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import { Seals } from '../integrity/seals.ts';
import type { Arena } from '../memory/arena.ts';
import type { OrderRequest, VenueName } from '../venue/contract.ts';
import { venueOf } from '../venue/markets.ts';
import { type Breaker, NO_SLOT } from './breaker.ts';
import type { BreakerLimits } from './limits.ts';
import type { Cleared } from './pass.ts';
import type { RefusalCause, Refused } from './refusals.ts';
import { breakerRefusal, stateOf } from './state.ts';

/** One leg as the gate judges it. */
export interface GateLeg {
  readonly marketIndex: number;
  /** Epoch of the book that the decision was taken on. */
  readonly epoch: number;
  /** ACTION_BUY_YES or ACTION_BUY_NO. */
  readonly action: number;
  /** Limit of the outcome bought. */
  readonly limitE4: number;
  /** Cost at the limit and the fee: what the leg can take from the cash. */
  readonly spendMicros: number;
}

/** What the gate asks the executor's ledger, gateways and orders. */
export interface GateState {
  /** Free collateral at a venue. */
  availableMicros(venue: VenueName): number;
  openNotionalMicros(): number;
  /** Why a venue takes no order that trades at once: nobody trades there, it says so, no idle client. */
  venueRefusal(venue: VenueName): RefusalCause | undefined;
  /** Why those orders are beyond what the venue is sent at most. */
  capRefusal(venue: VenueName, orders: readonly OrderRequest[]): RefusalCause | undefined;
  /** An order of unknown outcome, or one without outcome yet, on that market; those of basket `ownRoot` do not count. */
  marketHold(marketIndex: number, ownRoot?: number): 'MARKET_BLOCKED' | 'MARKET_BUSY' | undefined;
  /** True when one of `orders` could trade with an order of ours that rests or is on its way. */
  meetsOwn(orders: readonly OrderRequest[]): boolean;
}

/** A basket as the gate judges it. */
export interface GateBasket {
  readonly legs: readonly GateLeg[];
  readonly orders: readonly OrderRequest[];
  /** Its orders that wait for those: a cap that would keep them from following keeps the basket from beginning. */
  readonly waiting?: readonly OrderRequest[];
  /** Requests that carry its orders now: they stay announced when it passes. */
  readonly requestIds: readonly number[];
  /** The batch that opened it, when its legs wait for the gate a second time: their cash is set aside, their market theirs. */
  readonly ownRoot?: number | undefined;
  /** Part of its basket left before, so that it takes no probe: any later leg, and what buys the way out of a lone leg. */
  readonly isLater?: boolean | undefined;
}

/** One request of reducing orders. */
export interface ReducingRequest {
  readonly id: number;
  readonly venue: VenueName;
  readonly orders: readonly OrderRequest[];
}

const WINDOW_START = (L.BREAKER_AT + L.BREAKER_ORDER_WINDOW_START) >> 2;
const WINDOW_COUNT = (L.BREAKER_AT + L.BREAKER_ORDER_WINDOW_COUNT) >> 2;

/** True when the gate refused. */
export function isRefused(result: Cleared | Refused): result is Refused {
  return 'cause' in result;
}

function minuteOf(nowNs: number): number {
  return Math.floor(nowNs / 60e9);
}

export class Gate {
  readonly #arena: Arena;
  readonly #breaker: Breaker;
  readonly #limits: BreakerLimits;
  readonly #state: GateState;
  readonly #books: Books;
  readonly #seals: Seals;
  #minuteStart = 0;
  #minuteOrders = 0;

  constructor(arena: Arena, breaker: Breaker, limits: BreakerLimits, state: GateState) {
    this.#arena = arena;
    this.#breaker = breaker;
    this.#limits = limits;
    this.#state = state;
    this.#books = new Books(arena);
    this.#seals = new Seals(arena);
  }

  /** Orders passed in the minute of `nowNs`, for the orderRate cause. */
  ordersThisMinute(nowNs: number): number {
    return minuteOf(nowNs) === this.#minuteStart ? this.#minuteOrders : 0;
  }

  /** The gate's checks without announcing: why `legs` would be refused now, or undefined. */
  screen(
    legs: readonly GateLeg[],
    nowNs: number,
    { ownRoot, isLater }: Pick<GateBasket, 'ownRoot' | 'isLater'> = {},
  ): RefusalCause | undefined {
    return (
      breakerRefusal(this.#breaker.word(), isLater === true) ??
      this.#refusal({ legs, orders: [], requestIds: [], ownRoot, isLater }, nowNs)
    );
  }

  /**
   * Announces the requests of `baskets`, re-reads the breaker and judges the baskets in order. `onJudged` is told of each
   * before the next is judged, so that what it takes of cash and markets counts. Answers the passes of the requests that
   * carry a basket which may leave; they stay announced until the caller retires them, the others are retired.
   */
  pass(
    baskets: readonly GateBasket[],
    nowNs: number,
    onJudged: (place: number, cause: RefusalCause | undefined) => void,
  ): Cleared[] {
    const ids = [...new Set(baskets.flatMap(({ requestIds }) => requestIds))];
    const announced = ids.filter((id) => this.#breaker.announce(id) !== NO_SLOT);
    const leaving = new Set<number>();
    for (const [place, basket] of baskets.entries()) {
      const isWhole = basket.requestIds.every((id) => announced.includes(id));
      const cause = isWhole ? this.#judge(basket, nowNs) : 'GATEWAY_BUSY';
      onJudged(place, cause);
      if (cause !== undefined) continue;
      this.#countOrders(basket.orders.length, nowNs);
      for (const id of basket.requestIds) leaving.add(id);
    }
    for (const id of announced) if (!leaving.has(id)) this.#breaker.retire(id);
    return [...leaving].map((batchId) => ({ batchId }) as Cleared);
  }

  /** For orders that only reduce exposure: passes a tripped breaker, still announced, still one request at a time. */
  passReducing({ id, venue, orders }: ReducingRequest, nowNs: number): Cleared | Refused {
    const state = this.#state;
    const beyond = state.venueRefusal(venue) ?? state.capRefusal(venue, orders);
    const cause = beyond ?? (state.meetsOwn(orders) ? 'SELF_TRADE' : undefined);
    if (cause !== undefined) return { cause };
    if (this.#breaker.announce(id) === NO_SLOT) return { cause: 'GATEWAY_BUSY' };
    this.#countOrders(orders.length, nowNs);
    return { batchId: id } as Cleared;
  }

  #judge(basket: GateBasket, nowNs: number): RefusalCause | undefined {
    const isFollowed = basket.isLater === true;
    const refused = breakerRefusal(this.#breaker.word(), isFollowed) ?? this.#refusal(basket, nowNs);
    if (refused !== undefined || isFollowed || stateOf(this.#breaker.word()) === 'closed') return refused;
    // Last of all, so that no probe is spent on what is refused for another reason.
    return this.#breaker.takeProbe() ? undefined : (breakerRefusal(this.#breaker.word(), false) ?? 'PROBES_OUT');
  }

  #refusal(basket: GateBasket, nowNs: number): RefusalCause | undefined {
    const { legs, ownRoot, waiting = [] } = basket;
    const orders = [...basket.orders, ...waiting];
    const venues = [...new Set(legs.map(({ marketIndex }) => venueOf(this.#arena, marketIndex)))];
    for (const venue of venues) {
      const cause = this.#state.venueRefusal(venue);
      if (cause !== undefined) return cause;
    }
    for (const leg of legs) {
      const cause = this.#legRefusal(leg, nowNs, ownRoot);
      if (cause !== undefined) return cause;
    }
    const cause = ownRoot === undefined ? this.#moneyRefusal(basket, venues) : undefined;
    if (cause !== undefined) return cause;
    if (this.#ordersInSecond(nowNs) + legs.length > this.#limits.ordersPerSecond) return 'ORDER_RATE';
    for (const venue of venues) {
      const own = orders.filter(({ marketIndex }) => venueOf(this.#arena, marketIndex) === venue);
      const beyond = own.length === 0 ? undefined : this.#state.capRefusal(venue, own);
      if (beyond !== undefined) return beyond;
    }
    return this.#state.meetsOwn(orders) ? 'SELF_TRADE' : undefined;
  }

  /** Caps of the basket and of all that is open, and the free collateral of each venue. */
  #moneyRefusal({ legs, isLater }: GateBasket, venues: readonly VenueName[]): RefusalCause | undefined {
    const spendMicros = legs.reduce((sum, leg) => sum + leg.spendMicros, 0);
    if (spendMicros > this.#limits.basketNotionalMicros) return 'NOTIONAL_CAP';
    const isProbe = isLater !== true && stateOf(this.#breaker.word()) === 'halfOpen';
    if (isProbe && spendMicros > this.#limits.probeMicros) return 'NOTIONAL_CAP';
    if (this.#state.openNotionalMicros() + spendMicros > this.#limits.openNotionalMicros) return 'NOTIONAL_CAP';
    for (const venue of venues) {
      let there = 0;
      for (const leg of legs) if (venueOf(this.#arena, leg.marketIndex) === venue) there += leg.spendMicros;
      if (there > this.#state.availableMicros(venue)) return 'CASH';
    }
    return undefined;
  }

  #legRefusal(leg: GateLeg, nowNs: number, ownRoot: number | undefined): RefusalCause | undefined {
    const { view } = this.#arena;
    const marketAt = this.#arena.at(L.REGION_MARKETS, leg.marketIndex);
    const flags = Atomics.load(this.#arena.u32, (marketAt + L.MARKET_FLAGS) >> 2);
    if ((flags & L.MARKET_FLAG_CLOSED) !== 0) return 'MARKET_CLOSED';
    // Its book may be SYNCED still: the record that makes it STALE is on its way through the stream.
    if ((flags & L.MARKET_FLAG_WITHDRAWN) !== 0) return 'MARKET_WITHDRAWN';
    if (view.getUint32(marketAt + L.MARKET_FEE, true) === L.FEE_UNKNOWN) return 'FEE_UNKNOWN';
    const hold = this.#state.marketHold(leg.marketIndex, ownRoot);
    if (hold !== undefined) return hold;
    const bookAt = this.#arena.at(L.REGION_BOOKS, leg.marketIndex);
    const versionAt = (bookAt + L.BOOK_VERSION) >> 2;
    const version = Atomics.load(this.#arena.u32, versionAt);
    const cause = this.#bookRefusal(leg, marketAt, bookAt, nowNs);
    // What was read from a book in change may belong to two frames: neither a pass nor a cause may rest on it.
    if ((version & 1) !== 0 || Atomics.load(this.#arena.u32, versionAt) !== version) return 'BOOK_IN_CHANGE';
    return cause;
  }

  #bookRefusal(leg: GateLeg, marketAt: number, bookAt: number, nowNs: number): RefusalCause | undefined {
    const { view } = this.#arena;
    if (view.getUint32(bookAt + L.BOOK_STATE, true) !== L.BOOK_SYNCED) return 'BOOK_NOT_SYNCED';
    // The evidence is on its way through the stream; nothing is sent on that book meanwhile.
    if (this.#seals.isRefuted(leg.marketIndex) || this.#seals.isDoubted(leg.marketIndex)) return 'BOOK_REFUTED';
    if (view.getUint32(bookAt + L.BOOK_EPOCH, true) !== leg.epoch) return 'EPOCH_CHANGED';
    if (view.getUint32(marketAt + L.MARKET_EPOCH, true) !== leg.epoch) return 'EPOCH_CHANGED';
    const dataAgeNs = nowNs - this.#books.dataNs(leg.marketIndex);
    const verifiedAgeNs = nowNs - this.#books.verifiedNs(leg.marketIndex);
    if (dataAgeNs > this.#limits.dataAgeMs * 1e6) return 'BOOK_TOO_OLD';
    if (verifiedAgeNs > this.#limits.verifiedAgeMs * 1e6) return 'BOOK_UNPROVEN';
    return this.#outsideCollar(leg, bookAt) ? 'COLLAR' : undefined;
  }

  /** A limit that is no price, or lies further above the best price of its outcome than the collar. */
  #outsideCollar(leg: GateLeg, bookAt: number): boolean {
    const { view } = this.#arena;
    if (leg.limitE4 <= 0 || leg.limitE4 >= 10_000) return true;
    const bestE4 =
      leg.action === L.ACTION_BUY_YES
        ? view.getUint32(bookAt + L.BOOK_BEST_ASK_E4, true)
        : 10_000 - view.getUint32(bookAt + L.BOOK_BEST_BID_E4, true);
    return leg.limitE4 > bestE4 + this.#limits.collarE4;
  }

  #ordersInSecond(nowNs: number): number {
    const { u32 } = this.#arena;
    const second = Math.floor(nowNs / 1e9);
    return u32[WINDOW_START] === second ? u32[WINDOW_COUNT]! : 0;
  }

  #countOrders(orders: number, nowNs: number): void {
    const { u32 } = this.#arena;
    const second = Math.floor(nowNs / 1e9);
    u32[WINDOW_COUNT] = this.#ordersInSecond(nowNs) + orders;
    u32[WINDOW_START] = second;
    this.#minuteOrders = this.ordersThisMinute(nowNs) + orders;
    this.#minuteStart = minuteOf(nowNs);
  }
}
