// What the ledger holds of tokens, fills and orders. Types only; part of the ledger's fold.
import type { BasketMove } from './baskets.ts';
import type { IntentOrder } from './records.ts';

/** What is held of one token. */
export interface Position {
  readonly matchedMicros: number;
  readonly confirmedMicros: number;
  readonly costMicros: number;
}

export interface MutablePosition {
  matchedMicros: number;
  confirmedMicros: number;
  costMicros: number;
}

/** What one fill moved, kept so that a failed trade can be taken back exactly. */
export interface Moved {
  readonly order: IntentOrder;
  readonly ofBasket: BasketMove;
  readonly cash: number;
  readonly size: number;
  readonly cost: number;
  readonly fee: number;
  readonly realised: number;
  state: 'matched' | 'confirmed' | 'failed';
}

export interface OpenOrder {
  readonly order: IntentOrder;
  readonly rootBatchId: number;
  reserveMicros: number;
}
