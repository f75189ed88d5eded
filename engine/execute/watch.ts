// Compares the run with its limits each duty cycle and trips the breaker by name; journals what became of it, with who and
// why. Executor's thread.
import * as L from '../../wasm/layout.ts';
import type { Breaker } from '../breaker/breaker.ts';
import * as C from '../breaker/causes.ts';
import type { BreakerLimits } from '../breaker/limits.ts';
import { stateOf } from '../breaker/state.ts';
import { Losses } from '../ledger/losses.ts';
import type { BreakerEvent, KilledVenue } from '../ledger/records.ts';
import type { Arena } from '../memory/arena.ts';
import type { OpenBasket } from './baskets.ts';
import { Failures, type Tried } from './failures.ts';
import type { Most, OpenMoney } from './open-money.ts';
import { Recovery } from './recovery.ts';
import type { Scribe } from './scribe.ts';
import { SilentVenues } from './silent-venues.ts';

/** What was counted stays as it is while nothing is sent: these do not keep the cool-down from beginning. */
const COUNTED = C.CAUSE_CONSECUTIVE_FAILURES | C.CAUSE_ERROR_RATE | C.CAUSE_LATENCY;

/** What the watch is told each duty cycle. */
export interface WatchInput {
  readonly unknownBatches: number;
  readonly ordersThisMinute: number;
  readonly markets: number;
  readonly unhedgedDollarSeconds: number;
}

export interface WatchParts {
  readonly arena: Arena;
  readonly breaker: Breaker;
  readonly limits: BreakerLimits;
  readonly scribe: Scribe;
  readonly openMoney: OpenMoney;
}

export class Watch {
  readonly #parts: WatchParts;
  #losses = new Losses();
  #isDayTold = false;
  readonly #failures: Failures;
  readonly #recovery: Recovery;
  readonly #silent: SilentVenues;
  /** Causes whose limit is passed now. */
  #holding = 0;
  /** By cause: who tripped it and why, until it is journalled. */
  readonly #whys = new Map<number, readonly [string, string]>();
  #seenWord = 0;
  #openMicros = -1;
  #most: Most = { marketMicros: 0, eventMicros: 0, venueMicros: 0, positions: 0 };

  constructor(parts: WatchParts) {
    this.#parts = parts;
    const { breaker, limits, arena } = parts;
    this.#failures = new Failures(limits);
    this.#silent = new SilentVenues(arena, limits.staleFeedsMs);
    this.#recovery = new Recovery({
      ...{ breaker, limits },
      onStep: (event, causes, why, nowNs) => this.note(event, causes, 'recovery', why, nowNs),
      onHalfOpen: () => this.#failures.clear(),
      reopen: (causes, why) => this.trip(causes, 'recovery', why),
    });
  }

  /** Goes on from what earlier runs lost. */
  adopt(losses: Losses, nowNs: number, wallMs: number): void {
    this.#losses = losses;
    losses.beginRun();
    this.turn(nowNs, wallMs);
  }

  get losses(): Losses {
    return this.#losses;
  }

  /** Before anything happens in a duty cycle: the time is `wallMs`. Journals the day that begins, and the run's first. */
  turn(nowNs: number, wallMs: number): void {
    const begun = this.#losses.at(wallMs);
    if (begun === undefined && this.#isDayTold) return;
    this.#isDayTold = true;
    this.#parts.scribe.record({ type: 'day', atNs: nowNs, day: this.#losses.day, wallMs });
  }

  /** A basket was concluded, or came to something else than it did: it changed the result by `micros`. */
  addResult(rootBatchId: number, micros: number, nowNs: number): void {
    if (micros === 0) return;
    this.#parts.scribe.record({ type: 'result', atNs: nowNs, rootBatchId, micros });
    this.#losses.add(micros);
  }

  /** A basket was refused by the venue, is of unknown outcome, or had a lone leg: told of it more than once, it counts once. */
  addFailure(basket: Tried): void {
    if (this.#failures.failed(basket)) {
      this.#recovery.failed('a basket was refused, is of unknown outcome, or has a lone leg');
    }
  }

  /** A basket came out as meant. */
  succeeded(basket: OpenBasket): void {
    this.#failures.succeeded(basket);
    this.#recovery.succeeded(basket.openedNs);
  }

  /** Nothing of it filled. */
  missed(basket: OpenBasket): void {
    this.#failures.missed(basket);
    this.#recovery.missed(basket.openedNs);
  }

  /** A basket was sent. */
  sent(basket: OpenBasket, nowNs: number): void {
    this.#failures.sent(basket.basketIndex, nowNs);
    this.#recovery.sent(basket);
  }

  /** Its last byte left so long after its frame; undefined: of no frame. */
  left(tookNs: number | undefined): void {
    if (tookNs !== undefined) this.#failures.left(tookNs);
  }

  /** Opens the breaker; the next check journals it. */
  trip(causes: number, who: string, why: string): void {
    this.#whys.set(causes, [who, why]);
    this.#parts.breaker.trip(causes, 0);
  }

  /** An operator has seen it all: what was counted and lost so far counts no more. */
  rebase(): void {
    this.#failures.clear();
    this.#losses.rebase();
  }

  /** Journals a step of the breaker that this thread has taken. */
  note(
    event: BreakerEvent,
    causes: number,
    who: string,
    why: string,
    nowNs: number,
    venues?: readonly KilledVenue[],
  ): void {
    // Not the word as it is: another thread may have tripped since, and that is still to be told.
    if (event === 'trip' || event === 'kill') this.#seenWord |= causes | L.BREAKER_OPEN;
    else if (event === 'halfOpen') this.#seenWord = causes | L.BREAKER_HALF_OPEN;
    else if (event === 'closed' || event === 'reset') this.#seenWord = 0;
    this.#parts.scribe.record({ type: 'breaker', atNs: nowNs, event, causes: C.causeNames(causes), who, why, venues });
  }

  /** Trips whatever has passed its limit; journals what any thread has tripped. */
  check(input: WatchInput, nowNs: number): void {
    const { arena, limits } = this.#parts;
    this.#holding = 0;
    this.#hold(C.CAUSE_GUARD_WORD, arena.guardsIntact() ? 0 : 1, 0);
    this.#checkMoney(input);
    const failures = this.#failures;
    this.#hold(C.CAUSE_ORDER_RATE, input.ordersThisMinute, limits.ordersPerMinute);
    this.#hold(C.CAUSE_CONSECUTIVE_FAILURES, failures.inRow, limits.consecutiveFailures - 1);
    this.#hold(C.CAUSE_ERROR_RATE, failures.rateBps, limits.errorRateBps - 1);
    this.#hold(C.CAUSE_LATENCY, failures.lateInRow, limits.latencyBaskets - 1);
    this.#hold(C.CAUSE_REPEATED_EXECUTION, failures.repeats(nowNs), limits.repeatsPerMinute);
    this.#hold(C.CAUSE_UNKNOWN_OUTCOMES, input.unknownBatches, limits.unknownOutcomes - 1);
    this.#hold(C.CAUSE_STALE_FEEDS, this.#silent.longestMs(input.markets, nowNs), limits.staleFeedsMs);
    this.#journalTrips(nowNs);
    this.#recovery.review(this.#holding, nowNs);
  }

  #checkMoney(input: WatchInput): void {
    const { limits, scribe, openMoney } = this.#parts;
    const losses = this.#losses;
    this.#hold(C.CAUSE_REALISED_LOSS_RUN, losses.runMicros, limits.realisedLossRunMicros);
    this.#hold(C.CAUSE_REALISED_LOSS_DAY, losses.dayMicros, limits.realisedLossDayMicros);
    this.#hold(C.CAUSE_REALISED_LOSS_HOUR, losses.hourMicros, limits.realisedLossHourMicros);
    this.#hold(C.CAUSE_DRAWDOWN, losses.drawdownMicros, limits.drawdownMicros);
    this.#hold(C.CAUSE_UNHEDGED_TIME, input.unhedgedDollarSeconds, limits.unhedgedDollarSeconds);
    const openMicros = scribe.ledger.openNotionalMicros;
    this.#hold(C.CAUSE_OPEN_NOTIONAL, openMicros, limits.openNotionalMicros);
    // By market only when something moved: it is a walk over all that is held.
    const movedMicros = openMicros + scribe.ledger.returning.micros;
    if (movedMicros !== this.#openMicros) this.#most = openMoney.most();
    this.#openMicros = movedMicros;
    this.#hold(C.CAUSE_MARKET_EXPOSURE, this.#most.marketMicros, limits.marketExposureMicros);
    this.#hold(C.CAUSE_EVENT_EXPOSURE, this.#most.eventMicros, limits.eventExposureMicros);
    this.#hold(C.CAUSE_VENUE_EXPOSURE, this.#most.venueMicros, limits.venueExposureMicros);
    this.#hold(C.CAUSE_OPEN_POSITIONS, this.#most.positions, limits.openPositions);
  }

  /** One trip per cause while it is open: a limit that stays passed does not trip again and again. */
  #hold(cause: number, figure: number, limit: number): void {
    if (figure <= limit) return;
    if ((cause & COUNTED) === 0) this.#holding |= cause;
    const word = this.#parts.breaker.word();
    if (stateOf(word) === 'open' && (word & cause) !== 0) return;
    this.trip(cause, 'watch', `${C.causeNames(cause).join()} ${figure}, limit ${limit}`);
  }

  /** Trips since the last look, by any thread: each cause that came, or all when it opened again for the same. */
  #journalTrips(nowNs: number): void {
    const word = this.#parts.breaker.word();
    const seen = this.#seenWord;
    if (stateOf(word) !== 'open') return;
    const causes = word & L.BREAKER_CAUSES_MASK;
    let added = causes & ~seen;
    if (stateOf(seen) !== 'open') added |= causes & this.#told();
    // Half-open, and open again for what it was open for.
    if (stateOf(seen) !== 'open' && added === 0) added = causes;
    for (const [told, [who, why]] of this.#whys) {
      if ((added & told) !== 0) this.note('trip', told, who, why, nowNs);
    }
    const untold = added & ~this.#told();
    this.#whys.clear();
    for (const { bit, by, meaning } of C.CAUSES) {
      if ((untold & bit) !== 0) this.note('trip', bit, by, meaning, nowNs);
    }
  }

  /** Causes of which this thread knows who and why. */
  #told(): number {
    let causes = 0;
    for (const told of this.#whys.keys()) causes |= told;
    return causes;
  }
}
