// The one way out: signs, journals the intents, makes them durable, passes the gate, submits. Executor's thread.
//
// What is handed over together leaves together: one sync for all intents, one pass of the gate, one request per venue. A
// basket whose legs lie at several venues leaves at all of them at once, or at the hardest first and the rest waits for
// what that one filled (`crossVenue`); what waits has its intents durable and its cash set aside.
import { type Gate, type GateBasket, isRefused } from '../breaker/gate.ts';
import type { RefusalCause } from '../breaker/refusals.ts';
import type { Clock } from '../core/clock.ts';
import type { IntentOrder } from '../ledger/records.ts';
import type { FeeSchedule, OrderDraft, OrderRequest, VenueName } from '../venue/contract.ts';
import { isFeePerOrder } from '../venue/fees.ts';
import { type BasketPlan, spendMicrosMax } from './batch.ts';
import type { Desk } from './desk.ts';
import type { CrossVenue } from './options.ts';
import type { TrackedOrder } from './orders.ts';
import { type Part, type PartBatch, partsOf } from './parts.ts';
import type { Scribe } from './scribe.ts';
import type { Buying, Reducing, Sent, SentBasket, Terms } from './sending.ts';
import { Signatures } from './signatures.ts';
import type { Venues } from './venues.ts';

export interface SenderParts {
  readonly clock: Clock;
  readonly gate: Gate;
  readonly venues: Venues;
  readonly scribe: Scribe;
  readonly desk: Desk;
  readonly crossVenue: CrossVenue;
  /** Of earlier runs of the journal. */
  readonly lastBatchId: number;
  feeOf(marketIndex: number): FeeSchedule | undefined;
}

/** A basket on its way out. */
interface Outgoing {
  readonly plan: Buying;
  readonly parts: readonly PartBatch[];
  /** Of `parts`, those that leave now. */
  readonly now: readonly PartBatch[];
  readonly rootBatchId: number;
  /** Set when it was sent before and this part waited. */
  readonly ownRoot?: number;
}

export class Sender {
  readonly #parts: SenderParts;
  readonly #signatures: Signatures;
  readonly #leaving = new Map<VenueName, OrderRequest[]>();
  #lastBatchId: number;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#lastBatchId = parts.lastBatchId;
    this.#signatures = new Signatures(parts.venues, parts.clock);
  }

  /** Nothing is to leave. */
  isHeld = false;

  /** False while no gateway takes a batch. */
  ready(): boolean {
    return !this.isHeld && this.#parts.venues.anyReady();
  }

  /** Orders that have passed the gate and are about to be handed to a venue. */
  leaving(venue: VenueName): readonly OrderRequest[] {
    return this.#leaving.get(venue) ?? [];
  }

  /** Sends baskets together; their parts at one venue must fit in one of its requests. Answers each in turn. */
  sendBaskets(plans: readonly BasketPlan[]): Sent[] {
    return this.#sendAll(plans.map((plan) => this.#outgoing(plan)));
  }

  /** Sends a part that waited, through the gate once more: its intents are durable, its orders followed. */
  sendWaiting(plan: BasketPlan, part: PartBatch, rootBatchId: number): Sent {
    const signed = this.#signatures.begin([part])();
    if (signed === undefined) return { cause: this.#signatures.cause([part]) };
    return this.#pass([{ plan, parts: signed, now: signed, rootBatchId, ownRoot: rootBatchId }], true)[0]!;
  }

  /** Sends orders in place of a part that waited: of other sizes, as a basket's part of their own. */
  sendInstead(plan: BasketPlan, { venue, places }: Part, drafts: readonly OrderDraft[], rootBatchId: number): Sent {
    const orders = this.#make(venue, drafts);
    this.#lastBatchId += 1;
    const part = { venue, places, id: this.#lastBatchId, orders };
    return this.#sendAll([{ plan, parts: [part], now: [part], rootBatchId }])[0]!;
  }

  /** Sends orders that buy for a basket's lone legs: one request per venue, all of them or none. */
  sendBuying(plan: Buying, rootBatchId: number): Sent {
    const names = plan.drafts.map(({ marketIndex }) => this.#parts.venues.nameOf(marketIndex));
    const parts = [...new Set(names)].map((venue): PartBatch => {
      const places = names.flatMap((name, place) => (name === venue ? [place] : []));
      this.#lastBatchId += 1;
      const drafts = places.map((place) => plan.drafts[place]!);
      return { venue, places, id: this.#lastBatchId, orders: this.#make(venue, drafts) };
    });
    return this.#sendAll([{ plan, parts, now: parts, rootBatchId }])[0]!;
  }

  /** Sends orders that reduce exposure, those of venues that take some now. Refused only when none left. */
  send({ basketIndex, payoutE4, drafts, rootBatchId, attempt }: Reducing): Sent {
    const { venues, scribe } = this.#parts;
    let cause: RefusalCause | undefined;
    const batches: PartBatch[] = [];
    for (const venue of new Set(drafts.map(({ marketIndex }) => venues.nameOf(marketIndex)))) {
      const refusal = venues.refusal(venue);
      cause ??= refusal;
      if (refusal !== undefined) continue;
      const own = drafts.filter(({ marketIndex }) => venues.nameOf(marketIndex) === venue);
      const orders = this.#make(venue, own.slice(0, venues.get(venue)!.maker.ordersPerRequestMax));
      this.#lastBatchId += 1;
      batches.push({ id: this.#lastBatchId, venue, places: [], orders });
    }
    for (const batch of batches) this.#intend(batch, { basketIndex, payoutE4, rootBatchId, attempt });
    const signing = batches.map((batch) => this.#signatures.begin([batch]));
    // Without a durable intent nothing may leave, reducing or not: after a crash nobody would know of it.
    const isDurable = batches.length > 0 && scribe.sync();
    const signed = signing.map((wait, at) => wait()?.[0] ?? this.#signatures.cause([batches[at]!]));
    const orders: TrackedOrder[] = [];
    for (const [at, batch] of batches.entries()) {
      const refusal = isDurable ? this.#reduce(signed[at]!, basketIndex, rootBatchId, orders) : 'BREAKER_OPEN';
      if (refusal !== undefined) this.#recordGate(batch.id, refusal);
      cause ??= refusal;
    }
    if (orders.length === 0) return { cause: cause ?? 'GATEWAY_BUSY' };
    return { batchId: orders[0]!.batchId, orders, passedNs: this.#parts.clock.nowNs(), waiting: [] };
  }

  #reduce(
    batch: PartBatch | RefusalCause,
    basketIndex: number,
    root: number,
    sent: TrackedOrder[],
  ): RefusalCause | undefined {
    if (typeof batch === 'string') return batch;
    const { gate, clock, desk, venues } = this.#parts;
    const { id, venue, orders } = batch;
    const passedNs = clock.nowNs();
    const result = gate.passReducing({ id, venue, orders }, passedNs);
    if (isRefused(result)) return result.cause;
    this.#recordGate(id, '');
    sent.push(...desk.follow({ batchId: id, rootBatchId: root, orders }, id, passedNs));
    venues.get(venue)!.gateway.submit(result, { id, basketIndex, orders });
    return undefined;
  }

  #make(venue: VenueName, drafts: readonly OrderDraft[]): OrderRequest[] {
    const wallMs = this.#parts.clock.wallMs();
    return drafts.map((draft) => this.#parts.venues.get(venue)!.maker.make(draft, wallMs));
  }

  #outgoing(plan: BasketPlan): Outgoing {
    const names = plan.drafts.map(({ marketIndex }) => this.#parts.venues.nameOf(marketIndex));
    const parts = partsOf(plan, names);
    const waits = this.#parts.crossVenue === 'afterFirst' && parts.length > 1;
    const batches = parts.map(({ venue, places }, at): PartBatch => {
      this.#lastBatchId += 1;
      // What fills alone sizes the rest: a part of it is as good as the whole.
      const type = waits && at === 0 && places.length === 1 ? 'FAK' : 'FOK';
      const drafts = places.map((place) => ({ ...plan.drafts[place]!, type }) as const);
      return { id: this.#lastBatchId, venue, places, orders: this.#make(venue, drafts) };
    });
    return { plan, parts: batches, now: waits ? batches.slice(0, 1) : batches, rootBatchId: batches[0]!.id };
  }

  /**
   * Order of the steps matters: an intent is durable before the gate, and the gate is the last thing before submit. The
   * signatures are made while the intents are written to the disk.
   */
  #sendAll(baskets: readonly Outgoing[]): Sent[] {
    for (const { plan, parts, rootBatchId } of baskets) {
      for (const part of parts) this.#intend(part, { ...plan, rootBatchId });
    }
    const signing = baskets.map((basket) => this.#sign(basket));
    const isDurable = this.#parts.scribe.sync();
    // Waited for though nothing will leave: no signature may be on its way when the next are asked for.
    const signed = signing.map((wait) => wait());
    if (!isDurable) return baskets.map((basket) => this.#refuse(basket, 'BREAKER_OPEN'));
    const passed = this.#pass(signed.filter((basket) => basket !== undefined));
    return signed.map((basket, place) => {
      return basket === undefined ? this.#refuse(baskets[place]!) : passed.shift()!;
    });
  }

  /** Has all parts signed, also those that wait: a limit of the signer's must not come to light when the first is filled. */
  #sign(basket: Outgoing): () => Outgoing | undefined {
    const wait = this.#signatures.begin(basket.parts);
    return () => {
      const parts = wait();
      if (parts === undefined) return undefined;
      return { ...basket, parts, now: basket.now.map((part) => parts[basket.parts.indexOf(part)]!) };
    };
  }

  #pass(baskets: readonly Outgoing[], isFollowed = false): Sent[] {
    const { clock, gate } = this.#parts;
    const requestIds = this.#requestIds(baskets);
    const passedNs = clock.nowNs();
    const results: Sent[] = [];
    const leaving = new Map<number, { venue: VenueName; basketIndex: number; orders: OrderRequest[] }>();
    const judged = baskets.map((basket) => this.#gateBasket(basket, requestIds));
    const passes = gate.pass(judged, passedNs, (place, cause) => {
      const basket = baskets[place]!;
      if (cause !== undefined) {
        results.push(isFollowed ? { cause } : this.#refuse(basket, cause));
        return;
      }
      results.push(this.#cleared(basket, requestIds, passedNs, isFollowed));
      for (const { venue, orders } of basket.now) {
        const id = requestIds.get(venue)!;
        const request = leaving.get(id) ?? { venue, basketIndex: basket.plan.basketIndex, orders: [] };
        request.orders.push(...orders);
        leaving.set(id, request);
        this.#leaving.set(venue, request.orders);
      }
    });
    this.#leaving.clear();
    for (const pass of passes) {
      const { venue, basketIndex, orders } = leaving.get(pass.batchId)!;
      this.#parts.venues.get(venue)!.gateway.submit(pass, { id: pass.batchId, basketIndex, orders });
    }
    return results;
  }

  /** One request per venue: named as the only part that it carries, or by a number of its own. */
  #requestIds(baskets: readonly Outgoing[]): Map<VenueName, number> {
    const ids = new Map<VenueName, number>();
    const parts = baskets.flatMap(({ now }) => now);
    for (const { venue, id } of parts) {
      const isShared = parts.filter((part) => part.venue === venue).length > 1;
      if (isShared && !ids.has(venue)) this.#lastBatchId += 1;
      if (!ids.has(venue)) ids.set(venue, isShared ? this.#lastBatchId : id);
    }
    return ids;
  }

  #gateBasket(basket: Outgoing, requestIds: ReadonlyMap<VenueName, number>): GateBasket {
    const { plan, now, parts, ownRoot, rootBatchId } = basket;
    return {
      legs: parts.flatMap(({ places }) => places.map((place) => plan.gateLegs[place]!)),
      orders: now.flatMap(({ orders }) => orders),
      waiting: parts.filter((part) => !now.includes(part)).flatMap(({ orders }) => orders),
      requestIds: now.map(({ venue }) => requestIds.get(venue)!),
      ...{ ownRoot, isLater: parts[0]!.id !== rootBatchId },
    };
  }

  #cleared(
    { parts, now, rootBatchId }: Outgoing,
    requestIds: ReadonlyMap<VenueName, number>,
    passedNs: number,
    isFollowed: boolean,
  ): SentBasket {
    const { desk } = this.#parts;
    const followed = new Map<string, TrackedOrder>();
    for (const part of parts) {
      if (!isFollowed) this.#recordGate(part.id, '');
      const own = { batchId: part.id, rootBatchId, orders: part.orders };
      const isNow = now.includes(part);
      const tracked = isNow ? desk.follow(own, requestIds.get(part.venue)!, passedNs) : desk.await(own);
      for (const order of tracked) followed.set(order.request.orderId, order);
    }
    const byLeg = parts.flatMap(({ places, orders }) => orders.map((order, at) => [places[at]!, order] as const));
    byLeg.sort(([a], [b]) => a - b);
    const orders = byLeg.map(([, { orderId }]) => followed.get(orderId)!);
    return { batchId: parts[0]!.id, orders, passedNs, waiting: parts.filter((part) => !now.includes(part)) };
  }

  #intend(
    { id: batchId, orders }: PartBatch,
    plan: Terms & { basketIndex: number; payoutE4: number; rootBatchId: number },
  ): void {
    const { basketIndex, payoutE4, rootBatchId, sizeMicros: setsMicros, exitMicros, attempt } = plan;
    const { clock, scribe } = this.#parts;
    const intents = orders.map((order) => this.#intentOf(order));
    const of = { batchId, rootBatchId, basketIndex, payoutE4, setsMicros, exitMicros, attempt };
    scribe.record({ type: 'intent', atNs: clock.nowNs(), ...of, orders: intents });
  }

  #intentOf(order: OrderRequest): IntentOrder {
    const { wire: _, ...intent } = order;
    const { marketIndex, side, limitE4, sizeMicros } = order;
    const terms = {
      fee: this.#parts.feeOf(marketIndex),
      isFeePerOrder: isFeePerOrder(this.#parts.venues.nameOf(marketIndex)),
    };
    return { ...intent, reserveMicros: side === 'BUY' ? spendMicrosMax(terms, limitE4, sizeMicros) : 0 };
  }

  #refuse({ parts }: Outgoing, cause: RefusalCause = this.#signatures.cause(parts)): Sent {
    for (const { id } of parts) this.#recordGate(id, cause);
    return { cause };
  }

  #recordGate(batchId: number, cause: RefusalCause | ''): void {
    this.#parts.scribe.record({ type: 'gate', atNs: this.#parts.clock.nowNs(), batchId, cause });
  }
}
