// Compares the run with its limits each duty cycle and trips the breaker by name. Executor's thread.
import * as L from '../../wasm/layout.ts';
import type { Breaker } from '../breaker/breaker.ts';
import {
  CAUSE_CONSECUTIVE_FAILURES,
  CAUSE_GUARD_WORD,
  CAUSE_OPEN_NOTIONAL,
  CAUSE_ORDER_RATE,
  CAUSE_REALISED_LOSS_DAY,
  CAUSE_REALISED_LOSS_RUN,
  CAUSE_STALE_FEEDS,
  CAUSE_UNKNOWN_OUTCOMES,
  causeNames,
} from '../breaker/causes.ts';
import type { BreakerLimits } from '../breaker/limits.ts';
import type { Arena } from '../memory/arena.ts';
import type { Scribe } from './scribe.ts';

const DAY_MS = 86_400_000;
const FEED_CHECK_NS = 1e9;
/** Venues are numbered from 0. */
const VENUES = L.VENUE_KALSHI + 1;
const OVER = L.MARKET_FLAG_CLOSED | L.MARKET_FLAG_WITHDRAWN;

/** What the watch is told each duty cycle. */
export interface WatchInput {
  readonly unknownBatches: number;
  readonly ordersThisMinute: number;
  readonly markets: number;
}

export class Watch {
  readonly #arena: Arena;
  readonly #breaker: Breaker;
  readonly #limits: BreakerLimits;
  readonly #scribe: Scribe;
  #resultMicros = 0;
  #resultAtDayStart = 0;
  #day = -1;
  #failures = 0;
  #nextFeedCheckNs = 0;
  /** Last frame of each venue, by its number. */
  readonly #newestNs = new Float64Array(VENUES);
  #causesSeen = 0;

  constructor(arena: Arena, breaker: Breaker, limits: BreakerLimits, scribe: Scribe) {
    this.#arena = arena;
    this.#breaker = breaker;
    this.#limits = limits;
    this.#scribe = scribe;
  }

  /** Net result of concluded baskets: guaranteed payout - cost - fees. */
  get resultMicros(): number {
    return this.#resultMicros;
  }

  /** A concluded basket changed the run's result by `micros`. */
  addResult(micros: number): void {
    this.#resultMicros += micros;
  }

  /** The day that the journal was left in, and what came of it so far. */
  adopt(day: number, dayMicros: number): void {
    this.#day = day;
    this.#resultAtDayStart = this.#resultMicros - dayMicros;
  }

  /** A basket was refused by the venue, is of unknown outcome, or had a lone leg. */
  addFailure(): void {
    this.#failures += 1;
  }

  /** A basket came out as meant. */
  clearFailures(): void {
    this.#failures = 0;
  }

  /** Trips whatever has passed its limit; journals causes that any thread has added. `wallMs` tells the UTC day. */
  check(input: WatchInput, nowNs: number, wallMs: number): void {
    const limits = this.#limits;
    const day = Math.floor(wallMs / DAY_MS);
    if (day !== this.#day) {
      this.#day = day;
      this.#scribe.record({ type: 'day', atNs: nowNs, day });
      this.#resultAtDayStart = this.#resultMicros;
    }
    const dayMicros = this.#resultMicros - this.#resultAtDayStart;
    this.#tripWhen(!this.#arena.guardsIntact(), CAUSE_GUARD_WORD);
    this.#tripWhen(-this.#resultMicros > limits.realisedLossRunMicros, CAUSE_REALISED_LOSS_RUN);
    this.#tripWhen(-dayMicros > limits.realisedLossDayMicros, CAUSE_REALISED_LOSS_DAY);
    this.#tripWhen(this.#scribe.ledger.openNotionalMicros > limits.openNotionalMicros, CAUSE_OPEN_NOTIONAL);
    this.#tripWhen(input.ordersThisMinute > limits.ordersPerMinute, CAUSE_ORDER_RATE);
    this.#tripWhen(this.#failures >= limits.consecutiveFailures, CAUSE_CONSECUTIVE_FAILURES);
    this.#tripWhen(input.unknownBatches >= limits.unknownOutcomes, CAUSE_UNKNOWN_OUTCOMES);
    if (nowNs >= this.#nextFeedCheckNs) this.#checkFeeds(input.markets, nowNs);
    this.#journalCauses(nowNs);
  }

  /** Silence of a venue counts from the last frame of any of its books; books that never had one say nothing, nor markets given up. */
  #checkFeeds(markets: number, nowNs: number): void {
    this.#nextFeedCheckNs = nowNs + FEED_CHECK_NS;
    if (this.#limits.staleFeedsMs === 0) return;
    const newestNs = this.#newestNs.fill(0);
    const { view } = this.#arena;
    for (let market = 0; market < markets; market += 1) {
      const marketAt = this.#arena.at(L.REGION_MARKETS, market);
      if ((view.getUint32(marketAt + L.MARKET_FLAGS, true) & OVER) !== 0) continue;
      const venue = view.getUint32(marketAt + L.MARKET_VENUE, true);
      const recvNs = view.getFloat64(this.#arena.at(L.REGION_BOOKS, market) + L.BOOK_RECV_NS, true);
      newestNs[venue] = Math.max(newestNs[venue]!, recvNs);
    }
    const oldestNs = nowNs - this.#limits.staleFeedsMs * 1e6;
    for (const ns of newestNs) this.#tripWhen(ns > 0 && ns < oldestNs, CAUSE_STALE_FEEDS);
  }

  /** One trip per cause: a limit that stays passed does not trip again and again. */
  #tripWhen(passed: boolean, cause: number): void {
    if (passed && (this.#breaker.causes() & cause) === 0) this.#breaker.trip(cause, 0);
  }

  #journalCauses(nowNs: number): void {
    const causes = this.#breaker.causes();
    const added = causes & ~this.#causesSeen;
    this.#causesSeen = causes;
    if (added === 0) return;
    const names = causeNames(added);
    this.#scribe.record({ type: 'breaker', atNs: nowNs, event: 'trip', causes: names, who: 'engine', why: 'limit' });
  }
}
