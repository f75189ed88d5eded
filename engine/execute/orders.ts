// The order state machine as one table, and what the executor knows of each order. Executor's thread only.
//
// Unknown is a state of its own: it is left only on the venue's evidence, and nothing is ever sent a second time.
import type { OrderRequest } from '../venue/contract.ts';
import type { FillFee } from './fill-fees.ts';

/** `intent` is durable, not yet sent. `matched` may still fail at settlement: only `confirmed` is settled. */
export type OrderState =
  | 'intent'
  | 'sent'
  | 'live'
  | 'partly'
  | 'matched'
  | 'unknown'
  | 'refused'
  | 'deniedLocally'
  | 'cancelled'
  | 'confirmed'
  | 'failed';

/**
 * What moves an order: `denied` the gate, `sent` its last byte left, `refused` the venue's definite no, `lost` no usable
 * answer, `resting` live or delayed, `matched` the answer says so, `part` and `full` fills, `killed` the rest is
 * cancelled, `absent` the venue has never heard of it, `confirmed` all fills settled, `failed` a fill was reversed.
 */
export type OrderEvent =
  | 'denied'
  | 'sent'
  | 'refused'
  | 'lost'
  | 'resting'
  | 'matched'
  | 'part'
  | 'full'
  | 'killed'
  | 'absent'
  | 'confirmed'
  | 'failed';

type Row = Readonly<Partial<Record<OrderEvent, OrderState>>>;

const FILLS: Row = { part: 'partly', full: 'matched' };
const EVIDENCE: Row = { ...FILLS, resting: 'live', matched: 'matched', killed: 'cancelled', failed: 'failed' };

/** Next state by state and event; an event without an entry changes nothing and is counted. */
export const ORDER_TRANSITIONS: Readonly<Record<OrderState, Row>> = {
  // The user channel may speak before the socket reports the last byte, and before the answer.
  intent: { ...EVIDENCE, denied: 'deniedLocally', sent: 'sent', refused: 'refused', lost: 'unknown' },
  sent: { ...EVIDENCE, refused: 'refused', lost: 'unknown' },
  unknown: { ...EVIDENCE, absent: 'refused' },
  live: { ...EVIDENCE, absent: 'refused' },
  partly: { ...FILLS, matched: 'matched', killed: 'cancelled', confirmed: 'confirmed', failed: 'failed' },
  matched: { full: 'matched', confirmed: 'confirmed', failed: 'failed' },
  cancelled: { part: 'cancelled', full: 'matched', confirmed: 'confirmed', failed: 'failed' },
  failed: { part: 'failed', full: 'failed' },
  // Evidence of a fill overrules what was concluded: late booking after a lost answer exists.
  refused: { ...FILLS },
  deniedLocally: {},
  confirmed: { part: 'matched', full: 'matched' },
};

/** One order as the executor follows it. Sizes in micro-shares. */
export interface TrackedOrder {
  readonly request: OrderRequest;
  readonly batchId: number;
  /** Batch that opened the basket. */
  readonly rootBatchId: number;
  /** Request that carried it to the venue, 0 before. */
  requestId: number;
  state: OrderState;
  /** Sum of fills that have not failed. */
  filledMicros: number;
  /** Fills that have not failed. */
  fillFees: FillFee[];
  /** Fills matched and not yet confirmed or failed. */
  openFills: number;
  /** Final matched size as the venue stated it, NOT_STATED before. */
  statedMicros: number;
  /** True once the ledger was told that the order takes no more cash. */
  final: boolean;
  /** Time of the next question to the venue, Infinity when none is due. */
  askAtNs: number;
  asks: number;
  absents: number;
  sentNs: number;
}

export const NOT_STATED = -1;

/** Starts following an order as an intent. */
export function trackOrder(request: OrderRequest, batchId: number, rootBatchId: number): TrackedOrder {
  return {
    request,
    batchId,
    rootBatchId,
    requestId: 0,
    state: 'intent',
    filledMicros: 0,
    fillFees: [],
    openFills: 0,
    statedMicros: NOT_STATED,
    final: false,
    askAtNs: Number.POSITIVE_INFINITY,
    asks: 0,
    absents: 0,
    sentNs: 0,
  };
}

/** Moves the order; false when the table has no entry for the event. */
export function moveOrder(order: TrackedOrder, event: OrderEvent): boolean {
  const next = ORDER_TRANSITIONS[order.state][event];
  if (next === undefined) return false;
  order.state = next;
  return true;
}

/** True while an order without an outcome rests, or may: the venue said that it does, or its type does. */
export function mayRest({ final, state, request: { type } }: TrackedOrder): boolean {
  return !final && (state === 'live' || (type !== 'FOK' && type !== 'FAK'));
}

/** True when the quantity is settled between us and the venue: nothing more can be filled, every fill has arrived. */
export function quantityKnown(order: TrackedOrder): boolean {
  if (order.state === 'refused' || order.state === 'deniedLocally') return true;
  if (order.filledMicros >= order.request.sizeMicros) return true;
  // A failed trade takes the fill back after the quantity was known: the order had its outcome.
  if (order.state === 'failed') return true;
  return order.statedMicros !== NOT_STATED && order.filledMicros >= order.statedMicros;
}
