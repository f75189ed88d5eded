// Works baskets off: concludes them when every quantity is known, unwinds lone legs, reports exposure. Executor's thread.
import type { Breaker } from '../breaker/breaker.ts';
import { CAUSE_UNWIND_FAILED } from '../breaker/causes.ts';
import type { RefusalCounts } from '../breaker/refusals.ts';
import {
  allFinal,
  type BasketPhase,
  excessesOf,
  heldMicros,
  isUnwound,
  leaveUnsigned,
  type OpenBasket,
  setsMicros,
} from './baskets.ts';
import type { ExecuteOptions } from './options.ts';
import type { Scribe } from './scribe.ts';
import type { Sender } from './sender.ts';
import { countUnwind, type ExecuteStats } from './stats.ts';
import { type Exposure, exposuresOf, Unhedged, type UnhedgedFacts } from './unhedged.ts';
import type { UnwindPlan, UnwindPlanner } from './unwind.ts';
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
  /** True while the market's venue says that it takes no orders that trade at once. */
  isHalted(marketIndex: number): boolean;
  /** True when the market is over: its shares are sold to nobody any more, and paid once who won is known. */
  isOver(marketIndex: number): boolean;
}

/** Between two looks at a basket that is carried. */
const LOOK_AGAIN_NS = 1e9;
const NOTHING: UnwindPlan = { kind: 'carry', drafts: [], covers: [], pricesMicros: {}, refused: {} };

export class Work {
  readonly #parts: WorkParts;
  readonly baskets = new Map<number, OpenBasket>();
  readonly #unhedged: Unhedged;
  /** What the duty cycle looks at: baskets sent or being unwound, and baskets with lone legs. */
  readonly #working = new Set<OpenBasket>();
  readonly #exposed = new Set<OpenBasket>();
  #missedOrders = 0;
  #unwindCostMicros = 0;

  constructor(parts: WorkParts) {
    this.#parts = parts;
    this.#unhedged = new Unhedged(parts.scribe.ledger);
  }

  add(basket: OpenBasket): void {
    this.baskets.set(basket.rootBatchId, basket);
    this.#working.add(basket);
  }

  /** Baskets sent or being unwound. */
  workingCount(): number {
    return this.#working.size;
  }

  /** Looks again at a basket one of whose orders changed: a late fill or a failed trade reopens it. */
  touch(rootBatchId: number, nowNs: number): void {
    const basket = this.baskets.get(rootBatchId);
    if (basket === undefined) return;
    this.#countMissed(basket);
    if (!allFinal(basket)) return;
    if (basket.phase !== 'working' && this.#stillHolds(basket)) {
      this.#unhedged.measure(basket, nowNs);
      this.#recount(basket, nowNs);
      return;
    }
    this.#reopen(basket);
    this.#conclude(basket, nowNs);
  }

  #reopen(basket: OpenBasket): void {
    if (basket.phase === 'carried') this.#parts.stats.basketsCarried -= 1;
    basket.phase = 'working';
    this.#working.add(basket);
    this.#countCost(basket);
  }

  /** A token is over and was paid: as a lone leg it is none any more. */
  paid(token: string, nowNs: number): void {
    for (const basket of this.baskets.values()) {
      if (![...basket.legs, ...basket.covers].some((leg) => leg.token === token)) continue;
      basket.paid.add(token);
      this.touch(basket.rootBatchId, nowNs);
    }
  }

  /**
   * Takes up unwinds whose pause is over, and looks whether what is carried, with attempts left, has a way out again. Answers
   * how many orders it sent.
   */
  unwindDue(nowNs: number): number {
    let sent = 0;
    for (const basket of this.#working) {
      if (basket.nextUnwindNs > nowNs || !allFinal(basket)) continue;
      sent += this.#unwind(basket, nowNs);
    }
    for (const basket of this.#exposed) {
      if (basket.phase === 'carried' && basket.nextUnwindNs <= nowNs && allFinal(basket)) {
        sent += this.#lookAgain(basket, nowNs);
      }
    }
    return sent;
  }

  #lookAgain(basket: OpenBasket, nowNs: number): number {
    const { options, planner, sender } = this.#parts;
    if (basket.attempts >= options.unwindAttempts) return 0;
    basket.nextUnwindNs = nowNs + Math.max(options.unwindPauseMs * 1e6, LOOK_AGAIN_NS);
    if (!sender.ready() || planner.plan(basket, nowNs).kind === 'carry') return 0;
    this.#reopen(basket);
    basket.waitingSinceNs = Number.POSITIVE_INFINITY;
    return this.#unwind(basket, nowNs);
  }

  /** What lone legs cost, and for how long. */
  unhedged(nowNs: number): UnhedgedFacts {
    return this.#unhedged.facts(nowNs);
  }

  /** Cost of what is lone now times how long it has been, in dollar seconds. */
  unhedgedDollarSeconds(nowNs: number): number {
    return this.#unhedged.openDollarSeconds(nowNs);
  }

  /** Every share that is not part of a complete set, while orders for it are out or after all attempts. */
  exposures(): Exposure[] {
    return exposuresOf(this.#exposed);
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
    this.#unhedged.measure(basket, nowNs);
    if (excessesOf(basket).length > 0) {
      if (basket.exposedSinceNs === Number.POSITIVE_INFINITY) {
        basket.exposedSinceNs = nowNs;
        this.#exposed.add(basket);
        this.#parts.watch.addFailure(basket);
      }
      if (basket.nextUnwindNs <= nowNs) this.#unwind(basket, nowNs);
      return;
    }
    basket.exposedSinceNs = Number.POSITIVE_INFINITY;
    basket.waitingSinceNs = Number.POSITIVE_INFINITY;
    this.#exposed.delete(basket);
    if (setsMicros(basket) > 0) this.#end(basket, 'complete', nowNs);
    else if (isUnwound(basket)) this.#end(basket, 'unwound', nowNs);
    else this.#end(basket, basket.legs.some((leg) => heldMicros(basket, leg) > 0) ? 'paid' : 'missed', nowNs);
  }

  #end(basket: OpenBasket, phase: BasketPhase, nowNs: number): void {
    const { stats, watch } = this.#parts;
    basket.phase = phase;
    this.#working.delete(basket);
    if (phase === 'complete') {
      stats.basketsComplete += 1;
      if (basket.attempts === 0) watch.succeeded(basket);
    } else if (phase === 'missed') {
      stats.basketsMissed += 1;
      watch.missed(basket);
    }
    if (phase === 'paid') stats.basketsPaid += 1;
    if (phase !== 'carried' && isUnwound(basket)) stats.basketsUnwound += 1;
    if (phase === 'carried') stats.basketsCarried += 1;
    this.#recount(basket, nowNs);
  }

  /** The basket's contribution to the run's result, corrected when a late event changes it. */
  #recount(basket: OpenBasket, nowNs: number): void {
    const micros = this.#parts.scribe.ledger.baskets.get(basket.rootBatchId)?.lockedMicros ?? 0;
    this.#parts.watch.addResult(basket.rootBatchId, micros - basket.countedMicros, nowNs);
    basket.countedMicros = micros;
    this.#countCost(basket);
  }

  #unwind(basket: OpenBasket, nowNs: number): number {
    const { options, planner, sender, refusals } = this.#parts;
    if (basket.attempts >= options.unwindAttempts) return this.#carry(basket, nowNs);
    basket.nextUnwindNs = nowNs + options.unwindPauseMs * 1e6;
    // Looked at first: a busy gateway must not cost an intent and a sync each time.
    if (!sender.ready()) {
      refusals.add('GATEWAY_BUSY');
      return this.#wait(basket, nowNs);
    }
    const plan = planner.plan(basket, nowNs);
    return plan.kind === 'carry' ? this.#wait(basket, nowNs, plan) : this.#send(basket, plan, nowNs);
  }

  #send(basket: OpenBasket, plan: UnwindPlan, nowNs: number): number {
    const { sender, stats, refusals } = this.#parts;
    const { rootBatchId, basketIndex } = basket;
    const { drafts, covers, gateLegs } = plan;
    // Before the intents, and durable with them: what covers a leg is known before its first fill.
    this.#record(basket, plan, nowNs);
    // A payout of 0: these orders open no leg of the basket.
    const orders = { basketIndex, payoutE4: 0, drafts, attempt: basket.attempts + 1 };
    const sent =
      gateLegs === undefined
        ? sender.send({ ...orders, rootBatchId })
        : sender.sendBuying({ ...orders, gateLegs }, rootBatchId);
    if ('cause' in sent) {
      refusals.add(sent.cause);
      if (sent.cause === 'NOT_SIGNED') leaveUnsigned(basket, plan.kind, nowNs);
      return this.#wait(basket, nowNs, plan);
    }
    basket.unsigned.delete(plan.kind);
    countUnwind(stats, plan.kind);
    // Only orders that left are an attempt.
    basket.attempts += 1;
    basket.waitingSinceNs = Number.POSITIVE_INFINITY;
    basket.isCarryTold = false;
    basket.covers.push(...covers.filter(({ token }) => !basket.covers.some((known) => known.token === token)));
    this.#countCost(basket);
    basket.orders.push(...sent.orders);
    stats.ordersSent += sent.orders.length;
    stats.unwindOrdersSent += sent.orders.length;
    return sent.orders.length;
  }

  #record(basket: OpenBasket, { kind, pricesMicros, refused, covers }: UnwindPlan, nowNs: number): void {
    const { rootBatchId } = basket;
    this.#parts.scribe.record({
      ...{ type: 'unwind', atNs: nowNs, rootBatchId, kind, pricesMicros, refused },
      covers: covers.map(({ marketIndex, marketId, token, view, negRisk, of }) => {
        return { marketIndex, marketId, token, view, negRisk, of };
      }),
    });
  }

  /** Nothing could be sent now (no way out, a busy gateway): waits, but not for ever. */
  #wait(basket: OpenBasket, nowNs: number, plan: UnwindPlan = NOTHING): number {
    // A pause is no news: from the second look on it is carried, and said so.
    if (basket.waitingSinceNs < nowNs) this.#tellCarry(basket, plan, nowNs);
    basket.waitingSinceNs = Math.min(basket.waitingSinceNs, nowNs);
    const { isHalted, options, sender } = this.#parts;
    // A halted venue takes orders again by itself, and a restart lets them out once it is reconciled: the wait counts from then on.
    if (sender.isHeld || excessesOf(basket).some((leg) => isHalted(leg.marketIndex))) basket.waitingSinceNs = nowNs;
    const isOver = nowNs - basket.waitingSinceNs >= options.unwindWaitMs * 1e6;
    return isOver ? this.#carry(basket, nowNs) : 0;
  }

  #tellCarry(basket: OpenBasket, plan: UnwindPlan, nowNs: number): void {
    if (basket.isCarryTold) return;
    basket.isCarryTold = true;
    this.#record(basket, { ...plan, kind: 'carry', covers: [] }, nowNs);
    countUnwind(this.#parts.stats, 'carry');
  }

  /** What is left is held: an operator has to act, unless it is all of markets that are over and will be paid. */
  #carry(basket: OpenBasket, nowNs: number): number {
    const { breaker, isOver } = this.#parts;
    this.#tellCarry(basket, NOTHING, nowNs);
    this.#end(basket, 'carried', nowNs);
    const isStuck = excessesOf(basket).some(({ marketIndex }) => !isOver(marketIndex));
    if (isStuck) breaker.trip(CAUSE_UNWIND_FAILED, 0);
    return 0;
  }
}
