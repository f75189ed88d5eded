// The one way out: signs, journals the intents, makes them durable, passes the gate, submits. Executor's thread.
import { type Gate, type GateLeg, isRefused } from '../breaker/gate.ts';
import type { RefusalCause } from '../breaker/refusals.ts';
import type { Clock } from '../core/clock.ts';
import type { IntentOrder } from '../ledger/records.ts';
import type { FeeSchedule, Gateway, OrderBatch, OrderDraft, OrderMaker, OrderRequest } from '../venue/contract.ts';
import { spendMicrosMax } from './batch.ts';
import type { Desk } from './desk.ts';
import type { TrackedOrder } from './orders.ts';
import type { Scribe } from './scribe.ts';

export interface SenderParts {
  readonly clock: Clock;
  readonly gate: Gate;
  readonly gateway: Gateway;
  readonly maker: OrderMaker;
  readonly scribe: Scribe;
  readonly desk: Desk;
  feeOf(marketIndex: number): FeeSchedule | undefined;
}

/** What is to be sent in one request. */
export interface Sending {
  readonly basketIndex: number;
  readonly payoutE4: number;
  readonly drafts: readonly OrderDraft[];
  /** Legs for the gate's checks; absent for orders that only reduce exposure. */
  readonly gateLegs?: readonly GateLeg[];
  /** Batch that opened the basket; absent when this one does. */
  readonly rootBatchId?: number;
}

/** A batch that left, or why it did not. */
export type Sent =
  | { readonly batchId: number; readonly orders: TrackedOrder[]; readonly passedNs: number }
  | { readonly cause: RefusalCause };

export class Sender {
  readonly #parts: SenderParts;
  #lastBatchId = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** False while the gateway takes no batch. */
  ready(): boolean {
    return this.#parts.gateway.ready();
  }

  /**
   * Order of the steps matters: an intent is durable before the gate, and the gate is the last thing before submit. The
   * signatures are made while the intent is written to the disk.
   */
  send(sending: Sending): Sent {
    const { clock, gate, gateway, maker, scribe, desk } = this.#parts;
    const wallMs = clock.wallMs();
    this.#lastBatchId += 1;
    const made = sending.drafts.map((draft) => maker.make(draft, wallMs));
    const intended: OrderBatch = { id: this.#lastBatchId, basketIndex: sending.basketIndex, orders: made };
    const rootBatchId = sending.rootBatchId ?? intended.id;
    this.#intend(intended, rootBatchId, sending.payoutE4);
    const sealing = maker.seal?.(made);
    // Without a durable intent nothing may leave, reducing or not: after a crash nobody would know of it.
    if (!scribe.sync()) return this.#refuse(intended, 'BREAKER_OPEN');
    const orders = sealing === undefined ? made : sealing();
    if ('refused' in orders) return this.#refuse(intended, 'NOT_SIGNED');
    const batch: OrderBatch = { ...intended, orders };
    const passedNs = clock.nowNs();
    const result =
      sending.gateLegs === undefined
        ? gate.passReducing(batch, passedNs)
        : gate.pass(batch, sending.gateLegs, passedNs);
    if (isRefused(result)) return this.#refuse(batch, result.cause);
    scribe.record({ type: 'gate', atNs: passedNs, batchId: batch.id, cause: '' });
    const tracked = desk.follow(batch, rootBatchId, passedNs);
    gateway.submit(result, batch);
    return { batchId: batch.id, orders: tracked, passedNs };
  }

  #intend(batch: OrderBatch, rootBatchId: number, payoutE4: number): void {
    const { clock, scribe } = this.#parts;
    const orders = batch.orders.map((order) => this.#intentOf(order));
    const { id: batchId, basketIndex } = batch;
    scribe.record({ type: 'intent', atNs: clock.nowNs(), batchId, rootBatchId, basketIndex, payoutE4, orders });
  }

  #intentOf(order: OrderRequest): IntentOrder {
    const { orderId, marketIndex, marketId, token, side, limitE4, sizeMicros, type } = order;
    const fee = this.#parts.feeOf(marketIndex);
    const reserveMicros = side === 'BUY' ? spendMicrosMax(fee, limitE4, sizeMicros) : 0;
    return { orderId, marketIndex, marketId, token, side, limitE4, sizeMicros, type, reserveMicros };
  }

  #refuse(batch: OrderBatch, cause: RefusalCause): Sent {
    this.#parts.scribe.record({ type: 'gate', atNs: this.#parts.clock.nowNs(), batchId: batch.id, cause });
    return { cause };
  }
}
