// Works baskets off: concludes them when every quantity is known, unwinds lone legs, reports exposure. Executor's thread.
import type { Breaker } from '../breaker/breaker.ts';
import { CAUSE_UNWIND_FAILED } from '../breaker/causes.ts';
import type { RefusalCounts } from '../breaker/refusals.ts';
import {
  allFinal,
  type BasketPhase,
  excessesOf,
  heldMicros,
  isSoldBack,
  type OpenBasket,
  setsMicros,
} from './baskets.ts';
import type { ExecuteOptions } from './options.ts';
import type { Scribe } from './scribe.ts';
import type { Sender } from './sender.ts';
import type { ExecuteStats } from './stats.ts';
import type { UnwindPlanner } from './unwind.ts';
import type { Watch } from './watch.ts';

export interface WorkParts {
  readonly breaker: Breaker;
  readonly scribe: Scribe;
  readonly sender: Sender;
  readonly planner: UnwindPlanner;
  readonly watch: Watch;
  readonly options: ExecuteOptions;
  readonly stats: ExecuteStats;
  readonly refusals: RefusalCounts;
  /** True when the market is over: its shares are sold to nobody any more, and paid once who won is known. */
  isOver(marketIndex: number): boolean;
}

/** Shares of one token beyond complete sets, since when. */
export interface Exposure {
  readonly rootBatchId: number;
  readonly marketId: string;
  readonly token: string;
  readonly sizeMicros: number;
  readonly sinceNs: number;
  /** True when nothing more is tried: an operator has to act. */
  readonly carried: boolean;
}

export class Work {
  readonly #parts: WorkParts;
  readonly #baskets = new Map<number, OpenBasket>();
  /** What the duty cycle looks at: baskets sent or being unwound, and baskets with lone legs. */
  readonly #working = new Set<OpenBasket>();
  readonly #exposed = new Set<OpenBasket>();
  #missedOrders = 0;
  #unwindCostMicros = 0;

  constructor(parts: WorkParts) {
    this.#parts = parts;
  }

  add(basket: OpenBasket): void {
    this.#baskets.set(basket.rootBatchId, basket);
    this.#working.add(basket);
  }

  /** Baskets sent or being unwound. */
  workingCount(): number {
    return this.#working.size;
  }

  /** Looks again at a basket one of whose orders changed: a late fill or a failed trade reopens it. */
  touch(rootBatchId: number, nowNs: number): void {
    const basket = this.#baskets.get(rootBatchId);
    if (basket === undefined) return;
    this.#countMissed(basket);
    if (!allFinal(basket)) return;
    if (basket.phase !== 'working' && this.#stillHolds(basket)) {
      this.#recount(basket);
      return;
    }
    if (basket.phase === 'carried') this.#parts.stats.basketsCarried -= 1;
    basket.phase = 'working';
    this.#working.add(basket);
    this.#countCost(basket);
    this.#conclude(basket, nowNs);
  }

  /** A token is over and was paid: as a lone leg it is none any more. */
  paid(token: string, nowNs: number): void {
    for (const basket of this.#baskets.values()) {
      if (!basket.legs.some((leg) => leg.token === token)) continue;
      basket.paid.add(token);
      this.touch(basket.rootBatchId, nowNs);
    }
  }

  /** Takes up unwinds whose pause is over. Answers how many orders it sent. */
  unwindDue(nowNs: number): number {
    let sent = 0;
    for (const basket of this.#working) {
      if (basket.nextUnwindNs > nowNs || !allFinal(basket)) continue;
      sent += this.#unwind(basket, nowNs);
    }
    return sent;
  }

  /** Every share that is not part of a complete set, while orders for it are out or after all attempts. */
  exposures(): Exposure[] {
    const found: Exposure[] = [];
    for (const basket of this.#exposed) {
      for (const { marketId, token, sizeMicros } of excessesOf(basket)) {
        const { rootBatchId, exposedSinceNs: sinceNs, phase } = basket;
        found.push({ rootBatchId, marketId, token, sizeMicros, sinceNs, carried: phase === 'carried' });
      }
    }
    return found;
  }

  /** Legs that were sent and came too late: the venue killed or refused the order, or filled less than asked. */
  missedOrders(): number {
    return this.#missedOrders;
  }

  /** What baskets that had lone legs lost, net: unwound legs are worth nothing, complete sets their payout. */
  unwindCostMicros(): number {
    return Math.max(0, this.#unwindCostMicros);
  }

  /** Corrects the running count of missed orders by what the basket's orders say now. */
  #countMissed(basket: OpenBasket): void {
    let missed = 0;
    for (const { request, final, state, filledMicros } of basket.orders) {
      if (!final || state === 'deniedLocally') continue;
      if (request.side === 'BUY' && filledMicros < request.sizeMicros) missed += 1;
    }
    this.#missedOrders += missed - basket.countedMissed;
    basket.countedMissed = missed;
  }

  /** Corrects the running cost of unwinds by what the basket lost so far. */
  #countCost(basket: OpenBasket): void {
    const hadLoneLegs = basket.attempts > 0 || basket.phase === 'carried';
    const micros = hadLoneLegs ? -basket.countedMicros : 0;
    this.#unwindCostMicros += micros - basket.countedCostMicros;
    basket.countedCostMicros = micros;
  }

  #stillHolds(basket: OpenBasket): boolean {
    return excessesOf(basket).length > 0 === (basket.phase === 'carried');
  }

  #conclude(basket: OpenBasket, nowNs: number): void {
    if (excessesOf(basket).length > 0) {
      if (basket.exposedSinceNs === Number.POSITIVE_INFINITY) {
        basket.exposedSinceNs = nowNs;
        this.#exposed.add(basket);
        this.#parts.watch.addFailure();
      }
      if (basket.nextUnwindNs <= nowNs) this.#unwind(basket, nowNs);
      return;
    }
    basket.exposedSinceNs = Number.POSITIVE_INFINITY;
    basket.waitingSinceNs = Number.POSITIVE_INFINITY;
    this.#exposed.delete(basket);
    if (setsMicros(basket) > 0) this.#end(basket, 'complete');
    else if (isSoldBack(basket)) this.#end(basket, 'unwound');
    else this.#end(basket, basket.legs.some((leg) => heldMicros(basket, leg) > 0) ? 'paid' : 'missed');
  }

  #end(basket: OpenBasket, phase: BasketPhase): void {
    const { stats, watch } = this.#parts;
    basket.phase = phase;
    this.#working.delete(basket);
    if (phase === 'complete') {
      stats.basketsComplete += 1;
      if (basket.attempts === 0) watch.clearFailures();
    } else if (phase === 'missed') stats.basketsMissed += 1;
    else if (phase === 'paid') stats.basketsPaid += 1;
    if (phase !== 'carried' && isSoldBack(basket)) stats.basketsUnwound += 1;
    if (phase === 'carried') stats.basketsCarried += 1;
    this.#recount(basket);
  }

  /** The basket's contribution to the run's result, corrected when a late event changes it. */
  #recount(basket: OpenBasket): void {
    const micros = this.#parts.scribe.ledger.baskets.get(basket.rootBatchId)?.lockedMicros ?? 0;
    this.#parts.watch.addResult(micros - basket.countedMicros);
    basket.countedMicros = micros;
    this.#countCost(basket);
  }

  #unwind(basket: OpenBasket, nowNs: number): number {
    const { options, planner, sender, stats, refusals } = this.#parts;
    if (basket.attempts >= options.unwindAttempts) return this.#carry(basket);
    basket.nextUnwindNs = nowNs + options.unwindPauseMs * 1e6;
    // Looked at first: a busy gateway must not cost an intent and a sync each time.
    if (!sender.ready()) {
      refusals.add('GATEWAY_BUSY');
      return this.#wait(basket, nowNs);
    }
    const drafts = planner.plan(excessesOf(basket));
    if (drafts.length === 0) return this.#wait(basket, nowNs);
    const { rootBatchId, basketIndex } = basket;
    const sent = sender.send({ basketIndex, payoutE4: 0, drafts, rootBatchId });
    if ('cause' in sent) {
      refusals.add(sent.cause);
      return this.#wait(basket, nowNs);
    }
    // Only orders that left are an attempt.
    basket.attempts += 1;
    basket.waitingSinceNs = Number.POSITIVE_INFINITY;
    this.#countCost(basket);
    basket.orders.push(...sent.orders);
    stats.ordersSent += sent.orders.length;
    stats.unwindOrdersSent += sent.orders.length;
    return sent.orders.length;
  }

  /** Nothing could be sent now (no bid, a busy gateway): waits, but not for ever. */
  #wait(basket: OpenBasket, nowNs: number): number {
    basket.waitingSinceNs = Math.min(basket.waitingSinceNs, nowNs);
    const isOver = nowNs - basket.waitingSinceNs >= this.#parts.options.unwindWaitMs * 1e6;
    return isOver ? this.#carry(basket) : 0;
  }

  /** What is left is held: an operator has to act, unless it is all of markets that are over and will be paid. */
  #carry(basket: OpenBasket): number {
    const { breaker, isOver } = this.#parts;
    this.#end(basket, 'carried');
    const isStuck = excessesOf(basket).some(({ marketIndex }) => !isOver(marketIndex));
    if (isStuck) breaker.trip(CAUSE_UNWIND_FAILED, 0);
    return 0;
  }
}
