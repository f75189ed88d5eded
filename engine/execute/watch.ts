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

  /** Silence counts from the last frame of any book; books that never had one say nothing. */
  #checkFeeds(markets: number, nowNs: number): void {
    this.#nextFeedCheckNs = nowNs + FEED_CHECK_NS;
    if (this.#limits.staleFeedsMs === 0) return;
    let newestNs = 0;
    for (let market = 0; market < markets; market += 1) {
      const at = this.#arena.at(L.REGION_BOOKS, market);
      newestNs = Math.max(newestNs, this.#arena.view.getFloat64(at + L.BOOK_RECV_NS, true));
    }
    this.#tripWhen(newestNs > 0 && nowNs - newestNs > this.#limits.staleFeedsMs * 1e6, CAUSE_STALE_FEEDS);
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
