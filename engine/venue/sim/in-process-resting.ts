// Orders that rest at the in-process venue, and their places in the queues of books that do not know of them. They are
// filled by trades on the tape that reach them, and by a book that crosses them. Executor's thread.
//
// An order joins behind what rests at its price when its book is first seen at rest. Trades at the price move it up, and
// cancellations only when there is nothing left behind it that could have been cancelled (noteLevel).
import { assert } from '../../core/assert.ts';
import { costMicrosRoundedUp } from '../../core/units.ts';
import type { Account, Accounts } from './accounts.ts';
import type { BookReader, Impact } from './impact.ts';
import type { Placed } from './in-process-trades.ts';
import { noteLevel, type Queued, shareTrade } from './matching.ts';
import type { BookSide } from './tape.ts';

/** A trade that the market's own takers made, folded to YES. */
export interface TapeTrade {
  readonly marketIndex: number;
  /** True when the taker bought YES, or sold NO: he met asks. */
  readonly takerBuysYes: boolean;
  readonly priceE4: number;
  readonly sizeMicros: number;
}

/** Trades of the feed since the last take, in its order. */
export interface TradeSource {
  take(onTrade: (trade: TapeTrade) => void): number;
}

interface RestingOrder extends Queued {
  readonly placed: Placed;
  readonly side: BookSide;
  /** Of YES. */
  readonly priceE4: number;
  /** False until its book was seen: it has no place yet, and only a trade through its price would reach it. */
  isQueued: boolean;
  reservedMicros: number;
}

export interface RestingParts {
  readonly books: BookReader;
  readonly impact: Impact;
  readonly accounts: Accounts;
  readonly account: Account;
  /** Absent: who has trades says them by traded(). */
  readonly trades?: TradeSource | undefined;
  /** `sizeMicros` of a resting order were taken, at its own price. */
  onFill(placed: Placed, sizeMicros: number): void;
}

/** Open orders of the account. */
export const RESTING_MAX = 1_000;

export class RestingOrders {
  readonly #parts: RestingParts;
  /** In time order. */
  readonly #orders = new Map<Placed, RestingOrder>();
  /** Whose place was found since the last take: trades on their way may be of before. */
  readonly #joining = new Set<RestingOrder>();

  constructor(parts: RestingParts) {
    this.#parts = parts;
  }

  get isFull(): boolean {
    return this.#orders.size >= RESTING_MAX;
  }

  /** What is left of the order rests at `priceE4` of YES. */
  rest(placed: Placed, side: BookSide, priceE4: number, nowMs: number): void {
    const leftMicros = placed.order.sizeMicros - placed.matchedMicros;
    const order = { placed, side, priceE4, leftMicros, reservedMicros: 0, aheadMicros: 0, isQueued: false };
    placed.isOpen = true;
    this.#orders.set(placed, order);
    this.#reserve(order);
    this.#look(order, nowMs);
  }

  /** Takes off what rests of an order, or waits in the taker's window; false when nothing is open. */
  cancel(placed: Placed): boolean {
    const { isOpen } = placed;
    placed.isOpen = false;
    const order = this.#orders.get(placed);
    if (order === undefined) return isOpen;
    order.leftMicros = 0;
    this.#reserve(order);
    this.#end(order);
    return isOpen;
  }

  /** Orders of a market, oldest first. */
  ofMarket(marketIndex: number): Placed[] {
    return [...this.#orders.keys()].filter(({ order }) => order.marketIndex === marketIndex);
  }

  /** Looks at the books again: what they say of each order's place, and what crosses it now. */
  review(nowMs: number): void {
    for (const order of [...this.#orders.values()]) {
      this.#look(order, nowMs);
      this.#fillCrossed(order);
    }
  }

  /** Before books are looked at: what a trade took is booked before the level that it left is seen. */
  takeTrades(): void {
    this.#parts.trades?.take((trade) => this.traded(trade));
  }

  /** After books were looked at: who joined behind what he saw is not moved up by trades of before. */
  endJoining(): void {
    if (this.#joining.size === 0) return;
    this.takeTrades();
    this.#joining.clear();
  }

  /** A trade on the tape that our resting orders would have met. */
  traded({ marketIndex, takerBuysYes, priceE4, sizeMicros }: TapeTrade): void {
    const side = takerBuysYes ? 'ask' : 'bid';
    const sign = takerBuysYes ? 1 : -1;
    const bestFirst = [...this.#orders.values()]
      .filter((order) => order.side === side && order.placed.order.marketIndex === marketIndex)
      .filter((order) => (order.isQueued || order.priceE4 !== priceE4) && !this.#joining.has(order))
      .sort((a, b) => sign * (a.priceE4 - b.priceE4));
    const { fills, externalMicros } = shareTrade(side, priceE4, sizeMicros, bestFirst);
    for (const { order, sizeMicros: micros } of fills) this.#fill(order, micros);
    for (const order of bestFirst) {
      if (order.priceE4 === priceE4) order.aheadMicros = Math.max(0, order.aheadMicros - externalMicros);
    }
  }

  #look(order: RestingOrder, nowMs: number): void {
    const { marketIndex } = order.placed.order;
    const levelMicros = this.#parts.books.sizeAt(marketIndex, order.side === 'bid', order.priceE4);
    // A book that is not trusted says nothing of cancellations.
    if (levelMicros === undefined) order.shrunk = undefined;
    else if (order.isQueued) noteLevel(order, levelMicros, nowMs);
    else {
      order.aheadMicros = levelMicros;
      order.isQueued = true;
      this.#joining.add(order);
    }
  }

  /** The other side has come to the order: it trades at its own price with what crossed it. */
  #fillCrossed(order: RestingOrder): void {
    const { impact } = this.#parts;
    const { marketIndex } = order.placed.order;
    const isBid = order.side === 'bid';
    for (const { priceE4, sizeMicros } of impact.levels(marketIndex, !isBid, order.priceE4)) {
      const micros = Math.min(order.leftMicros, sizeMicros);
      if (micros === 0) return;
      impact.take(marketIndex, !isBid, priceE4, micros);
      this.#fill(order, micros);
    }
  }

  #fill(order: RestingOrder, sizeMicros: number): void {
    order.leftMicros -= sizeMicros;
    this.#reserve(order);
    if (order.leftMicros === 0) this.#end(order);
    this.#parts.onFill(order.placed, sizeMicros);
  }

  #end(order: RestingOrder): void {
    order.placed.isOpen = false;
    this.#orders.delete(order.placed);
  }

  /** Holds what the rest may cost, or its shares. */
  #reserve(order: RestingOrder): void {
    const { accounts, account } = this.#parts;
    const { side, token, limitE4 } = order.placed.order;
    const micros = side === 'BUY' ? costMicrosRoundedUp(limitE4, order.leftMicros) : order.leftMicros;
    assert(order.leftMicros >= 0, 'an order is filled at most whole');
    accounts.reserve(account, side, token, micros - order.reservedMicros);
    order.reservedMicros = micros;
  }
}
