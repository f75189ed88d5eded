// What is handed to the sender, and what it answers. Types only; executor's thread.
import type { RefusalCause } from '../breaker/refusals.ts';
import type { OrderDraft } from '../venue/contract.ts';
import type { BasketPlan } from './batch.ts';
import type { TrackedOrder } from './orders.ts';
import type { PartBatch } from './parts.ts';

/** What the gate judges and the ledger is told of orders that buy. */
export type Buying = Pick<BasketPlan, 'basketIndex' | 'payoutE4' | 'drafts' | 'gateLegs'> & Terms;

/** What the journal is told besides: of a basket that opens its sets and exit, of an unwind which attempt it is. */
export interface Terms {
  readonly sizeMicros?: number | undefined;
  readonly exitMicros?: number | undefined;
  readonly attempt?: number | undefined;
}

/** Orders that reduce exposure. */
export interface Reducing extends Terms {
  readonly basketIndex: number;
  readonly payoutE4: number;
  readonly drafts: readonly OrderDraft[];
  /** Batch that opened the basket. */
  readonly rootBatchId: number;
}

/** Orders of a basket that opens: what left, and what waits for it. */
export interface SentBasket {
  readonly batchId: number;
  /** By leg, those that wait included. */
  readonly orders: TrackedOrder[];
  readonly passedNs: number;
  /** Parts that wait for the first part's fill; none when all left. */
  readonly waiting: readonly PartBatch[];
}

/** A batch that left, or why it did not. */
export type Sent = SentBasket | { readonly cause: RefusalCause };
