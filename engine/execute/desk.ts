// Follows every order from its intent to its last word: applies venue events, asks about what stays unknown, never
// sends anything. Executor's thread.
import type { OrderAnswer, OrderRequest, VenueEvent } from '../venue/contract.ts';
import { isFeePerOrder } from '../venue/fees.ts';
import { venueOfId } from '../venue/markets.ts';
import { Asks } from './asks.ts';
import type { Batch, DeskParts, Trade } from './desk-parts.ts';
import { fillFeeOf } from './fill-fees.ts';
import { isMarketMoved } from './market-moved.ts';
import { moveOrder, type OrderEvent, quantityKnown, type TrackedOrder, trackOrder } from './orders.ts';
import { couldMeet } from './self-trade.ts';
import { Settlements } from './settlements.ts';

export class Desk {
  readonly #parts: DeskParts;
  readonly #orders = new Map<string, TrackedOrder>();
  readonly #batches = new Map<number, TrackedOrder[]>();
  /** Batches of each request: of several baskets where they share it. */
  readonly #requests = new Map<number, number[]>();
  readonly #notFinal = new Set<TrackedOrder>();
  readonly #touchedRoots = new Set<number>();
  readonly #settlements: Settlements;
  readonly #asks: Asks;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#settlements = new Settlements(parts.options);
    this.#asks = new Asks(parts);
  }

  /** Follows a batch that the gate has cleared, sent in request `requestId`. Call before submitting: events may come at once. */
  follow(batch: Batch, requestId: number, nowNs: number): TrackedOrder[] {
    const tracked = this.#batches.get(batch.batchId) ?? this.await(batch);
    for (const order of tracked) {
      // Every submitted order is asked about if nothing at all comes back.
      order.requestId = requestId;
      order.sentNs = nowNs;
      order.askAtNs = nowNs + this.#parts.options.outcomeWaitMs * 1e6;
    }
    this.#requests.set(requestId, [...(this.#requests.get(requestId) ?? []), batch.batchId]);
    return tracked;
  }

  /** Follows a batch that passed the gate and waits: its markets are busy, and nobody is asked about it. */
  await(batch: Batch): TrackedOrder[] {
    const tracked = batch.orders.map((request) => trackOrder(request, batch.batchId, batch.rootBatchId));
    for (const order of tracked) {
      this.#orders.set(order.request.orderId, order);
      this.#notFinal.add(order);
    }
    this.#batches.set(batch.batchId, tracked);
    return tracked;
  }

  /**
   * Follows orders of an earlier run. What it left without an outcome is unknown, and asked about at once; fills without
   * their settlement are asked about too. Nothing of it is ever sent.
   */
  adopt(orders: readonly TrackedOrder[], nowNs: number): void {
    for (const order of orders) {
      this.#orders.set(order.request.orderId, order);
      const batch = this.#batches.get(order.batchId);
      if (batch === undefined) this.#batches.set(order.batchId, [order]);
      else batch.push(order);
      this.#settlements.note(order, nowNs);
      if (order.final) continue;
      this.#notFinal.add(order);
      order.sentNs = nowNs;
      order.askAtNs = nowNs;
      if (order.state === 'intent' || order.state === 'sent') this.#move(order, 'lost', nowNs);
    }
  }

  /** Every order that it follows or followed, for the digest. */
  allOrders(): Iterable<TrackedOrder> {
    return this.#orders.values();
  }

  /** A batch that waited is not sent. */
  deny(batchId: number, nowNs: number): void {
    for (const order of this.#batches.get(batchId)!) this.#move(order, 'denied', nowNs);
  }

  /** Why no new order may go to that market, or undefined. Orders of basket `ownRoot` do not count. */
  hold(marketIndex: number, ownRoot?: number): 'MARKET_BLOCKED' | 'MARKET_BUSY' | undefined {
    let busy = false;
    for (const order of this.#notFinal) {
      if (order.request.marketIndex !== marketIndex || order.rootBatchId === ownRoot) continue;
      if (order.state === 'unknown') return 'MARKET_BLOCKED';
      busy = true;
    }
    return busy ? 'MARKET_BUSY' : undefined;
  }

  /** True when one of `orders` could trade with one that has no outcome yet. */
  meetsOwn(orders: readonly OrderRequest[]): boolean {
    for (const { request } of this.#notFinal) {
      const yes = this.#parts.yesOf(request.marketIndex);
      if (orders.some((order) => couldMeet(order, request, yes))) return true;
    }
    return false;
  }

  /** Requests with at least one order of unknown outcome. */
  unknownRequests(): number {
    if (this.#notFinal.size === 0) return 0;
    const requests = new Set<number>();
    for (const { state, requestId } of this.#notFinal) if (state === 'unknown') requests.add(requestId);
    return requests.size;
  }

  /** Orders whose quantity is not known yet. */
  openOrders(): number {
    return this.#notFinal.size;
  }

  /** Orders with a fill that is neither confirmed nor failed. */
  unsettledOrders(): number {
    return this.#settlements.count();
  }

  /** Baskets whose orders changed since the last call. */
  takeTouchedRoots(): number[] {
    const roots = [...this.#touchedRoots];
    this.#touchedRoots.clear();
    return roots;
  }

  /** Applies one event. Events of orders it does not know are counted. */
  apply(event: Exclude<VenueEvent, { kind: 'paid' }>, nowNs: number): void {
    if (event.kind === 'trade') this.#onTrade(event, nowNs);
    else if (event.kind === 'order') this.#onOrder(event, nowNs);
    else if (event.kind === 'absent') this.#onAbsent(event.orderId, nowNs);
    else this.#onBatch(event, nowNs);
  }

  /** Asks the venues about orders that are due, within the budget; answers how many it asked. */
  ask(nowNs: number): number {
    return this.#asks.ask(this.#notFinal, this.#settlements, nowNs);
  }

  #onBatch(event: Extract<VenueEvent, { batchId: number }>, nowNs: number): void {
    // Whatever came back, the socket holds no byte of this request any more, or the connection is gone.
    this.#parts.breaker.retire(event.batchId);
    const batchIds = this.#requests.get(event.batchId);
    if (batchIds === undefined) {
      this.#parts.stats.foreignEvents += 1;
      return;
    }
    if (event.kind === 'sent') {
      for (const batchId of batchIds) {
        this.#parts.scribe.record({ type: 'sent', atNs: event.atNs, batchId });
        this.#parts.onSent(batchId, event.atNs);
      }
    }
    if (event.kind === 'unknown') this.#parts.stats.unknownRequests += 1;
    if (event.kind === 'refused') this.#parts.stats.refusedRequests += 1;
    for (const order of batchIds.flatMap((id) => this.#batches.get(id)!)) {
      if (event.kind === 'sent') {
        order.sentNs = event.atNs;
        if (order.state === 'intent') this.#move(order, 'sent', nowNs);
      } else if (event.kind === 'answer') {
        const answer = event.answers.find(({ orderId }) => orderId === order.request.orderId);
        this.#onAnswer(order, answer, nowNs);
      } else if (event.kind === 'refused') this.#refuse(order, event.error, nowNs);
      else this.#lose(order, nowNs);
    }
  }

  #onAnswer(order: TrackedOrder, answer: OrderAnswer | undefined, nowNs: number): void {
    // An answer that leaves an order out says nothing about it.
    if (answer === undefined) {
      this.#lose(order, nowNs);
    } else if (!answer.accepted || answer.status === 'refused') {
      this.#parts.stats.ordersRefused += 1;
      this.#refuse(order, answer.error, nowNs);
    } else if (answer.status === 'live' || answer.status === 'delayed') {
      this.#move(order, 'resting', nowNs);
    } else if (answer.status === 'unmatched') {
      order.statedMicros = 0;
      this.#move(order, 'killed', nowNs);
    } else {
      if (order.request.type === 'FOK') order.statedMicros = order.request.sizeMicros;
      this.#move(order, 'matched', nowNs);
    }
  }

  #refuse(order: TrackedOrder, error: string, nowNs: number): void {
    if (!isMarketMoved(error)) this.#parts.onFailed(order.rootBatchId);
    this.#move(order, 'refused', nowNs);
  }

  /** Nothing is known: ask soon, and never send again. */
  #lose(order: TrackedOrder, nowNs: number): void {
    this.#parts.onFailed(order.rootBatchId);
    order.askAtNs = Math.min(order.askAtNs, nowNs + this.#parts.options.askPauseMs * 1e6);
    this.#move(order, 'lost', nowNs);
  }

  #onOrder(event: VenueEvent & { kind: 'order' }, nowNs: number): void {
    const order = this.#orders.get(event.orderId);
    if (order === undefined) {
      this.#parts.stats.foreignEvents += 1;
      return;
    }
    if (event.type === 'PLACEMENT') {
      this.#move(order, 'resting', nowNs);
      return;
    }
    const whole = event.matchedMicros >= order.request.sizeMicros;
    if (event.type === 'CANCELLATION' || whole) order.statedMicros = event.matchedMicros;
    this.#move(order, whole ? 'matched' : event.type === 'CANCELLATION' ? 'killed' : 'resting', nowNs);
  }

  #onTrade(event: Trade, nowNs: number): void {
    const { scribe, stats } = this.#parts;
    const order = this.#orders.get(event.orderId);
    if (order === undefined) {
      stats.foreignTrades += 1;
      return;
    }
    const { tradeId, orderId } = event;
    const known = scribe.ledger.hasFill(tradeId, orderId);
    if (!known) this.#fill(order, event, nowNs);
    const state = scribe.ledger.fillState(tradeId, orderId);
    if (event.status === 'CONFIRMED' && state === 'matched') this.#confirm(order, event, nowNs);
    else if (event.status === 'FAILED' && state === 'matched') this.#fail(order, event, nowNs);
    else if (known) stats.repeatedEvents += 1;
  }

  #fill(order: TrackedOrder, event: Trade, nowNs: number): void {
    const { scribe, stats } = this.#parts;
    const { tradeId, orderId, priceE4, sizeMicros } = event;
    const { marketIndex } = order.request;
    const isPerOrder = isFeePerOrder(venueOfId(order.request.marketId));
    const fillFee = fillFeeOf(event, order.fillFees, this.#parts.feeOf(marketIndex), isPerOrder);
    const { feeMicros } = fillFee;
    order.fillFees.push(fillFee);
    scribe.record({ type: 'fill', atNs: nowNs, tradeId, orderId, priceE4, sizeMicros, feeMicros });
    stats.fills += 1;
    order.filledMicros += sizeMicros;
    order.openFills += 1;
    this.#settlements.note(order, nowNs);
    const { side, limitE4 } = order.request;
    if (side === 'BUY' ? priceE4 > limitE4 : priceE4 < limitE4) stats.fillsBeyondLimit += 1;
    this.#move(order, order.filledMicros >= order.request.sizeMicros ? 'full' : 'part', nowNs);
  }

  #confirm(order: TrackedOrder, event: Trade, nowNs: number): void {
    const { tradeId, orderId } = event;
    this.#parts.scribe.record({ type: 'confirmed', atNs: nowNs, tradeId, orderId });
    order.openFills -= 1;
    this.#settlements.note(order, nowNs);
    if (order.openFills === 0 && quantityKnown(order)) this.#move(order, 'confirmed', nowNs);
  }

  #fail(order: TrackedOrder, event: Trade, nowNs: number): void {
    const { tradeId, orderId } = event;
    this.#parts.scribe.record({ type: 'failed', atNs: nowNs, tradeId, orderId });
    this.#parts.stats.fillsFailed += 1;
    order.openFills -= 1;
    this.#settlements.note(order, nowNs);
    order.filledMicros -= event.sizeMicros;
    order.fillFees = order.fillFees.filter((fill) => fill.tradeId !== tradeId);
    this.#move(order, 'failed', nowNs);
  }

  #onAbsent(orderId: string, nowNs: number): void {
    const { options, stats } = this.#parts;
    const order = this.#orders.get(orderId);
    if (order === undefined || order.final) {
      stats.repeatedEvents += 1;
      return;
    }
    order.absents += 1;
    const waitedNs = nowNs - order.sentNs;
    if (order.absents >= options.absentAnswers && waitedNs >= options.absentWindowMs * 1e6) {
      // A resting or unanswered order that the venue does not have either: the same proof holds.
      if (order.state === 'sent' || order.state === 'intent') this.#move(order, 'lost', nowNs);
      this.#move(order, 'absent', nowNs);
    }
  }

  #move(order: TrackedOrder, event: OrderEvent, nowNs: number): void {
    const before = order.state;
    if (!moveOrder(order, event)) this.#parts.stats.ignoredEvents += 1;
    const { orderId } = order.request;
    if (order.state !== before) {
      this.#parts.scribe.record({ type: 'outcome', atNs: nowNs, orderId, state: order.state });
    }
    this.#touchedRoots.add(order.rootBatchId);
    if (order.final || !quantityKnown(order)) return;
    order.final = true;
    order.askAtNs = Number.POSITIVE_INFINITY;
    this.#notFinal.delete(order);
    this.#parts.scribe.record({ type: 'final', atNs: nowNs, orderId, filledMicros: order.filledMicros });
    const batch = this.#batches.get(order.batchId)!;
    if (batch.every(({ final }) => final)) this.#parts.onOutcome(order.batchId, nowNs);
  }
}
