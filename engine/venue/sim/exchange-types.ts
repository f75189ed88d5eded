// What the parts of the simulated exchange share: its markets, its orders, and what it tells the channels.
import type { MarketMeta } from '../contract.ts';
import type { Account, FillMoney } from './accounts.ts';
import type { LiveBook, Resting } from './live-book.ts';
import type { OrderType } from './signed-order.ts';

/** What the frames of one market name besides its levels. */
export interface FrameMarket {
  readonly conditionId: string;
  /** YES first. */
  readonly tokens: readonly [string, string];
  readonly minSizeMicros: number;
  readonly negRisk: boolean;
  tickE4: number;
  /** Price of the last trade, of the token traded, with at least three decimals; '' before the first. */
  lastTradeText: string;
  /** Venue time of the last frame about it; REST books carry it too, so that their hash is the frame's. */
  toldMs: number;
}

/** One market as the venue runs it. */
export interface VenueMarket extends FrameMarket {
  readonly meta: MarketMeta;
  /** Until then it takes no order, wall ms. */
  haltedUntilMs: number;
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

export type TradeStatus = 'MATCHED' | 'RETRYING' | 'MINED' | 'CONFIRMED' | 'FAILED';

/** One fill of one account's order: a price level of a taker's walk, or one hit of a maker. */
export interface VenueTrade {
  /** UUID shape. */
  readonly id: string;
  readonly order: VenueOrder;
  readonly role: 'TAKER' | 'MAKER';
  /** Of the order's token. */
  readonly priceE4: number;
  readonly sizeMicros: number;
  readonly money: FillMoney;
  readonly transactionHash: string;
  readonly matchMs: number;
  readonly makers: readonly { readonly order: VenueOrder; readonly sizeMicros: number }[];
  status: TradeStatus;
  updateMs: number;
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
