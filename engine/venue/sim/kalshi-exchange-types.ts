// What the parts of the simulated Kalshi exchange share: its markets, its orders, its fills, and what it tells the channels.
import type { FeeSchedule, TickRange } from '../contract.ts';
import type { Account } from './accounts.ts';
import type { KalshiBook } from './kalshi-book.ts';
import type { LiveBook, Resting } from './live-book.ts';

/** How a market that orders are taken for trades. */
export interface KalshiTerms {
  readonly ticker: string;
  readonly tickRanges: readonly TickRange[];
  /** Smallest order, and its step: a contract or a hundredth of one. */
  readonly stepMicros: number;
  /** For takers; its rounding is the venue's own. Makers pay `makerRateE6` in the same form. */
  readonly fee: FeeSchedule;
  readonly makerRateE6: number;
}

/** One market as the venue runs it. Orders are taken where it has terms. */
export interface KalshiMarket {
  readonly ticker: string;
  readonly terms: KalshiTerms | undefined;
  status: 'active' | 'paused' | 'closed' | 'settled';
  /** As the tape has it, without orders. */
  readonly tape: KalshiBook;
  readonly book: LiveBook<KalshiOrder>;
  /** As it was told last: what everybody is shown. */
  readonly told: KalshiBook;
}

export type KalshiTimeInForce = 'fill_or_kill' | 'immediate_or_cancel' | 'good_till_canceled';

/** A new order that can be read, not yet held against the venue's rules. Of the YES leg. */
export interface NewKalshiOrder {
  readonly clientId: string;
  readonly ticker: string;
  readonly side: 'bid' | 'ask';
  readonly priceE4: number;
  readonly sizeMicros: number;
  readonly timeInForce: KalshiTimeInForce;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  /** What gives way where it would meet an order of the same account. */
  readonly selfTrade: 'taker_at_cross' | 'maker';
  readonly cancelOnPause: boolean;
  /** Seconds since 1970; undefined: never. */
  readonly expiresS: number | undefined;
}

/** An accepted order. */
export interface KalshiOrder extends Resting {
  readonly id: string;
  clientId: string;
  readonly account: Account;
  readonly market: KalshiMarket;
  priceE4: number;
  sizeMicros: number;
  matchedMicros: number;
  readonly request: NewKalshiOrder;
  status: 'resting' | 'canceled' | 'executed';
  readonly createdMs: number;
  updatedMs: number;
  /** Sub-cent roundings of its fills that it was charged and not given back. */
  roundedMicros: number;
  readonly cost: { taker: number; maker: number };
  readonly fees: { taker: number; maker: number };
}

/** One fill of one order. */
export interface KalshiFill {
  readonly id: string;
  readonly order: KalshiOrder;
  /** Of YES. */
  readonly priceE4: number;
  readonly sizeMicros: number;
  readonly isTaker: boolean;
  readonly feeMicros: number;
  /** Contracts of YES held afterwards; those of NO negative. */
  readonly positionMicros: number;
  readonly atMs: number;
}

/** What one account was paid for a market that is over. */
export interface KalshiSettlement {
  readonly account: Account;
  readonly ticker: string;
  readonly yesPayoutE4: number;
  readonly yesMicros: number;
  readonly noMicros: number;
  readonly paidMicros: number;
  readonly atMs: number;
}

/** A refusal: HTTP status and the code of the error. */
export interface KalshiRefusal {
  readonly status: number;
  readonly code: string;
}

/** What the channels are told, in order. */
export interface KalshiListener {
  /** The market's book may have changed. */
  book(market: KalshiMarket): void;
  order(order: KalshiOrder): void;
  fill(fill: KalshiFill): void;
}

export type KalshiPlacement =
  | { readonly refusal: KalshiRefusal }
  | { readonly order: KalshiOrder; readonly fills: readonly KalshiFill[] };
