// What the parts of the simulated exchange share: its markets, its orders, and what it tells the channels.
import type { MarketMeta } from '../contract.ts';
import type { Account } from './accounts.ts';
import type { FrameMarket } from './frames.ts';
import type { LiveBook, Resting } from './live-book.ts';
import type { OrderType } from './signed-order.ts';
import type { VenueTrade } from './trades.ts';

/** One market as the venue runs it. */
export interface VenueMarket extends FrameMarket {
  readonly meta: MarketMeta;
  readonly book: LiveBook<VenueOrder>;
}

/** An order as it arrives: checked for shape and signature, not yet against the venue's rules. */
export interface NewOrder {
  readonly id: string;
  readonly token: string;
  readonly side: 'BUY' | 'SELL';
  /** Of the token. */
  readonly limitE4: number;
  readonly sizeMicros: number;
  readonly type: OrderType;
  readonly postOnly: boolean;
}

/** An accepted order. `side`, `priceE4` and `leftMicros` (of Resting) are folded to YES. */
export interface VenueOrder extends Resting {
  readonly id: string;
  readonly account: Account;
  readonly market: VenueMarket;
  /** 0 YES, 1 NO. */
  readonly view: number;
  readonly tokenSide: 'BUY' | 'SELL';
  readonly limitE4: number;
  readonly sizeMicros: number;
  readonly type: OrderType;
  readonly createdMs: number;
  status: string;
  matchedMicros: number;
  reservedMicros: number;
  readonly tradeIds: string[];
}

/** A trade to print on the market channel; price of the token of `view`. */
export interface Print {
  readonly view: number;
  readonly priceE4: number;
  readonly sizeMicros: number;
  readonly takerSide: 'BUY' | 'SELL';
  readonly transactionHash: string;
}

/** What the channels are told, in order. */
export interface ExchangeListener {
  /** The market's book may have changed; `isFirstSnapshot`: the tape has just opened it. */
  book(market: VenueMarket, isFirstSnapshot: boolean): void;
  tick(market: VenueMarket, oldTickE4: number): void;
  print(market: VenueMarket, print: Print): void;
  order(order: VenueOrder, type: 'PLACEMENT' | 'UPDATE' | 'CANCELLATION'): void;
  trade(trade: VenueTrade): void;
}

/** What became of a new order. */
export type Placement =
  | { readonly accepted: false; readonly error: string }
  | { readonly accepted: true; readonly order: VenueOrder; readonly trades: readonly VenueTrade[] };
