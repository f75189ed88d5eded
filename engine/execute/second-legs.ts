// Legs that wait for what the hardest one fills at another venue: sent with that size once its outcome is known, or given up.
// Executor's thread. What waits is in the ledger with its cash set aside; giving it up frees that and nothing leaves.
//
// The limit stays the one it was planned with, so that a late second leg costs fill and not price; the gate looks again at
// the moment it is sent.
import type { Gate } from '../breaker/gate.ts';
import type { RefusalCause, RefusalCounts } from '../breaker/refusals.ts';
import type { OrderDraft } from '../venue/contract.ts';
import type { OpenBasket } from './baskets.ts';
import type { BasketPlan } from './batch.ts';
import type { Desk } from './desk.ts';
import type { ExecuteOptions } from './options.ts';
import type { TrackedOrder } from './orders.ts';
import type { PartBatch } from './parts.ts';
import type { Sender } from './sender.ts';
import type { Sent } from './sending.ts';
import type { ExecuteStats } from './stats.ts';
import type { Venues } from './venues.ts';

export interface SecondLegParts {
  readonly gate: Gate;
  readonly sender: Sender;
  readonly desk: Desk;
  readonly venues: Venues;
  readonly options: ExecuteOptions;
  readonly stats: ExecuteStats;
  readonly refusals: RefusalCounts;
}

/** A basket of which a part waits. */
interface Waiting {
  readonly basket: OpenBasket;
  readonly plan: BasketPlan;
  /** Orders of the parts that have left. */
  readonly sent: TrackedOrder[];
  readonly parts: PartBatch[];
  readonly untilNs: number;
  /** Why it could not leave so far; each counts once. */
  readonly hindered: Set<RefusalCause>;
}

/** Refusals that another look will not lift. */
const FOR_GOOD = new Set<RefusalCause>([
  'BREAKER_OPEN',
  'REDUCE_ONLY',
  'NOT_SIGNED',
  'MARKET_CLOSED',
  'MARKET_WITHDRAWN',
  'EPOCH_CHANGED',
]);

export class SecondLegs {
  readonly #parts: SecondLegParts;
  readonly #waiting = new Set<Waiting>();

  constructor(parts: SecondLegParts) {
    this.#parts = parts;
  }

  /** The parts of `basket` that wait; `basket.orders` holds the orders of all. */
  add(basket: OpenBasket, plan: BasketPlan, parts: readonly PartBatch[], nowNs: number): void {
    const waits = new Set(parts.flatMap(({ orders }) => orders.map(({ orderId }) => orderId)));
    const sent = basket.orders.filter(({ request }) => !waits.has(request.orderId));
    const untilNs = nowNs + this.#parts.options.secondLegMs * 1e6;
    this.#waiting.add({ basket, plan, sent, parts: [...parts], untilNs, hindered: new Set() });
  }

  /** Sends or gives up what need not wait any longer; answers how many orders left. */
  review(nowNs: number): number {
    let sent = 0;
    for (const waiting of this.#waiting) {
      if (!waiting.sent.every(({ final }) => final)) continue;
      sent += this.#next(waiting, nowNs);
    }
    return sent;
  }

  #next(waiting: Waiting, nowNs: number): number {
    const { sent, plan } = waiting;
    const part = waiting.parts[0]!;
    const filled = Math.min(...sent.map(({ filledMicros }) => filledMicros));
    if (filled === 0) return this.#giveUp(waiting, 'FIRST_LEG_MISSED', nowNs);
    const sets = Math.min(filled, plan.sizeMicros);
    const cause = this.#refusal(waiting, part, nowNs);
    if (cause !== undefined) return this.#hindered(waiting, cause, nowNs);
    const drafts = part.places.map((place) => {
      // What was planned covers all sets, whatever its rounding.
      return sets === plan.sizeMicros ? plan.drafts[place]! : this.#sized(plan.drafts[place]!, sets);
    });
    const { maker } = this.#parts.venues.get(part.venue)!;
    if (drafts.some((draft) => maker.fault(draft) !== undefined)) return this.#giveUp(waiting, 'ORDER_RULES', nowNs);
    const isSame = drafts.every(({ sizeMicros }, at) => sizeMicros === part.orders[at]!.sizeMicros);
    const result = isSame
      ? this.#parts.sender.sendWaiting(plan, part, waiting.basket.rootBatchId)
      : this.#instead(waiting, drafts, nowNs);
    if ('cause' in result) {
      if (isSame) return this.#hindered(waiting, result.cause, nowNs);
      waiting.parts.shift();
      return this.#giveUp(waiting, result.cause, nowNs);
    }
    this.#sent(waiting, part, drafts, sets, isSame ? [] : result.orders);
    waiting.sent.push(...result.orders);
    return result.orders.length;
  }

  /** Other orders take the place of the first part that waits. */
  #instead(waiting: Waiting, drafts: readonly OrderDraft[], nowNs: number): Sent {
    const part = waiting.parts[0]!;
    this.#deny(part, 'RESIZED', nowNs);
    return this.#parts.sender.sendInstead(waiting.plan, part, drafts, waiting.basket.rootBatchId);
  }

  #sent(waiting: Waiting, part: PartBatch, drafts: readonly OrderDraft[], sets: number, added: TrackedOrder[]): void {
    const { basket, parts } = waiting;
    parts.shift();
    if (parts.length === 0) this.#waiting.delete(waiting);
    basket.orders.push(...added);
    for (const [at, place] of part.places.entries()) {
      basket.legs[place]!.residualMicros = Math.max(0, drafts[at]!.sizeMicros - sets);
    }
    this.#parts.stats.ordersSent += drafts.length;
  }

  /** Waits for another look, or gives up. */
  #hindered(waiting: Waiting, cause: RefusalCause, nowNs: number): number {
    if (FOR_GOOD.has(cause)) return this.#giveUp(waiting, cause, nowNs);
    if (cause !== 'SECOND_LEG_LATE' && !waiting.hindered.has(cause)) this.#parts.refusals.add(cause);
    waiting.hindered.add(cause);
    return nowNs >= waiting.untilNs ? this.#giveUp(waiting, 'SECOND_LEG_LATE', nowNs) : 0;
  }

  #refusal({ basket, plan, untilNs }: Waiting, { places }: PartBatch, nowNs: number): RefusalCause | undefined {
    if (nowNs > untilNs) return 'SECOND_LEG_LATE';
    const legs = places.map((place) => plan.gateLegs[place]!);
    return this.#parts.gate.screen(legs, nowNs, { ownRoot: basket.rootBatchId, isLater: true });
  }

  /** The least order that covers what filled, at most the one that was planned. */
  #sized(draft: OrderDraft, sets: number): OrderDraft {
    const rule = this.#parts.venues.of(draft.marketIndex)!.maker.buyRule(draft.marketIndex);
    return { ...draft, sizeMicros: Math.min(draft.sizeMicros, rule.atLeast(draft.limitE4, sets)) };
  }

  /** Nothing more of it leaves: what filled alone is unwound as any lone leg. */
  #giveUp(waiting: Waiting, cause: RefusalCause, nowNs: number): number {
    this.#waiting.delete(waiting);
    this.#parts.refusals.add(cause);
    for (const { id } of waiting.parts) this.#parts.desk.deny(id, nowNs);
    return 0;
  }

  #deny({ id }: PartBatch, cause: RefusalCause, nowNs: number): void {
    this.#parts.refusals.add(cause);
    this.#parts.desk.deny(id, nowNs);
  }
}
