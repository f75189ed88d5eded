// Takes up what earlier runs left in the journal, keeps everything in until the venues are known to have the same, and tells
// the digest of the live state. Executor's thread.
import type { Breaker } from '../breaker/breaker.ts';
import { CAUSE_UNWIND_FAILED, CAUSES } from '../breaker/causes.ts';
import type { Clock } from '../core/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type JournalState, stateDigest } from '../ledger/state.ts';
import type { Arena } from '../memory/arena.ts';
import type { Markets } from '../venue/markets.ts';
import { adoptState, NOT_FOLLOWED } from './adopt.ts';
import { allFinal, excessesOf, type OpenBasket } from './baskets.ts';
import type { Desk } from './desk.ts';
import { mayRest } from './orders.ts';
import type { Sender } from './sender.ts';
import type { Venues } from './venues.ts';
import type { Watch } from './watch.ts';
import type { Work } from './work.ts';

export interface RestartParts {
  readonly arena: Arena;
  readonly clock: Clock;
  readonly markets: Markets;
  readonly ledger: Ledger;
  readonly venues: Venues;
  readonly desk: Desk;
  readonly work: Work;
  readonly sender: Sender;
  readonly watch: Watch;
  readonly breaker: Breaker;
}

/** What was taken up. */
export interface AdoptedCounts {
  readonly orders: number;
  /** Orders that had no outcome. */
  readonly unknownOrders: number;
  /** Fills that were neither confirmed nor failed. */
  readonly openFills: number;
  /** Baskets with orders without an outcome, unsettled fills or lone legs. */
  readonly openBaskets: number;
}

export class Restart {
  readonly #parts: RestartParts;
  /** Baskets of earlier runs that are over. */
  readonly #overBefore = new Map<number, OpenBasket>();
  /** What each of them came to, as far as it was counted. */
  #counted: Map<number, number> = new Map();
  #isReconciling = false;

  constructor(parts: RestartParts) {
    this.#parts = parts;
  }

  /** True while nothing may leave. */
  get isReconciling(): boolean {
    return this.#isReconciling;
  }

  /**
   * Takes up what earlier runs left and sends nothing until `reconciled`: orders without an outcome are asked about, lone
   * legs wait. Throws RangeError with what cannot be taken up. Call once, before the first duty cycle.
   */
  adopt(state: JournalState, nowNs: number): AdoptedCounts {
    const { arena, clock, markets, venues, desk, work, sender, watch, breaker } = this.#parts;
    const { orders, baskets, over, refused } = adoptState(state, arena, markets, nowNs);
    if (refused !== '') throw new RangeError(`markets: ${refused}`);
    // What only a person closes stays open over a restart.
    for (const { name, bit, closedBy } of CAUSES) {
      if (closedBy === 'person' && state.causes.has(name)) breaker.trip(bit, 0);
    }
    const unknownOrders = orders.filter(({ final }) => !final).length;
    this.#isReconciling = true;
    for (const basket of over) this.#overBefore.set(basket.rootBatchId, basket);
    sender.isHeld = true;
    venues.adopt(orders.map(({ request }) => request));
    desk.adopt(orders, nowNs);
    const wallMs = clock.wallMs();
    venues.adoptSent(state.sent, wallMs);
    watch.adopt(state.losses, nowNs, wallMs);
    this.#counted = state.counted;
    // What was concluded when the run was killed, before the journal was told of its result.
    for (const basket of over) this.#recount(basket, nowNs);
    for (const basket of baskets) {
      work.add(basket);
      work.touch(basket.rootBatchId, nowNs);
    }
    const openFills = orders.reduce((sum, order) => sum + order.openFills, 0);
    return { orders: orders.length, unknownOrders, openFills, openBaskets: baskets.length };
  }

  /** Orders of unknown outcome, of which nothing may be concluded yet. */
  openOrders(): number {
    return this.#parts.desk.openOrders();
  }

  /** Orders with a fill that is neither confirmed nor failed. */
  unsettledOrders(): number {
    return this.#parts.desk.unsettledOrders();
  }

  /** Orders without an outcome that rest, or may: the venue said that they do, or their type does. */
  restingOrders(): string[] {
    const resting = [...this.#parts.desk.allOrders()].filter(mayRest);
    return resting.map(({ request }) => request.orderId);
  }

  /** What the venues have is what the ledger says: trading begins. */
  reconciled(): void {
    this.#isReconciling = false;
    this.#parts.sender.isHeld = false;
  }

  /** A token was paid: complete sets of earlier runs that got less, or more, than they promised count as that. */
  paid(token: string, nowNs: number): void {
    for (const basket of this.#overBefore.values()) {
      if (![...basket.legs, ...basket.covers].some((leg) => leg.token === token)) continue;
      basket.paid.add(token);
      this.#recount(basket, nowNs);
    }
  }

  /** An order of a basket changed: one that was over is worked off again if something of it is lone, or not known to its end. */
  touch(rootBatchId: number, nowNs: number): void {
    const basket = this.#overBefore.get(rootBatchId);
    if (basket !== undefined) this.#lookAgain(basket, nowNs);
    this.#parts.work.touch(rootBatchId, nowNs);
  }

  #lookAgain(basket: OpenBasket, nowNs: number): void {
    const { work, breaker } = this.#parts;
    const isOver = allFinal(basket) && excessesOf(basket).length === 0;
    const isFollowed = [...basket.legs, ...basket.covers].every(({ marketIndex }) => marketIndex !== NOT_FOLLOWED);
    if (isOver || !isFollowed) this.#recount(basket, nowNs);
    // Nothing is sold where there is no book: somebody has to look, and the next run has to follow that market.
    if (!isOver && !isFollowed) breaker.trip(CAUSE_UNWIND_FAILED, 0);
    if (isOver || !isFollowed) return;
    this.#overBefore.delete(basket.rootBatchId);
    basket.countedMicros = this.#counted.get(basket.rootBatchId) ?? 0;
    work.add(basket);
  }

  #recount({ rootBatchId }: OpenBasket, nowNs: number): void {
    const { ledger, watch } = this.#parts;
    const micros = ledger.baskets.get(rootBatchId)?.lockedMicros ?? 0;
    watch.addResult(rootBatchId, micros - (this.#counted.get(rootBatchId) ?? 0), nowNs);
    this.#counted.set(rootBatchId, micros);
  }

  /** Of everything that decides; the fold of the journal has the same. */
  digest(): string {
    const { ledger, desk, work, watch } = this.#parts;
    const orders = [...desk.allOrders()].map((order) => [order.request.orderId, order] as const);
    return stateDigest(ledger, watch.losses, orders, [...this.#overBefore.values(), ...work.baskets.values()]);
  }
}
