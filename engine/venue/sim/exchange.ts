// The simulated venue's exchange: markets with their live books, orders from acceptance to their end, trades from
// match to settlement. Knows no sockets: what happens goes to listeners, time and chance are handed in.
import { assert } from '../../core/assert.ts';
import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import { costMicrosRoundedUp } from '../../core/units.ts';
import type { MarketMeta } from '../contract.ts';
import { takerFeeMicrosRoundedUp } from '../fees.ts';
import type { Account, Accounts } from './accounts.ts';
import { fillCrossed, fillQueued, otherSide, takeLevel } from './crossing.ts';
import type {
  ExchangeListener,
  NewOrder,
  Placement,
  Print,
  VenueMarket,
  VenueOrder,
  VenueTrade,
} from './exchange-types.ts';
import { lastTradeText } from './frames.ts';
import { type Incoming, takeLevels } from './matching.ts';
import { foldOrder, isMarketable, orderError } from './order-rules.ts';
import type { BookSide, TapeEvent, TapeStep } from './tape.ts';
import { type SettlementOptions, Trades } from './trades.ts';
import { createVenueMarkets } from './venue-markets.ts';

/** Orders kept for look-ups; beyond it new ones are refused, loudly. */
const ORDERS_MAX = 1_000_000;
export const FOK_KILLED = "order couldn't be fully filled. FOK orders are fully filled or killed.";
export const FAK_KILLED =
  'no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.';

/** Markets, orders and trades of one venue. */
export class Exchange {
  readonly markets: readonly VenueMarket[];
  readonly orders = new Map<string, VenueOrder>();
  readonly trades: Trades;
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #listener: ExchangeListener;
  readonly #marketByCondition: ReadonlyMap<string, VenueMarket>;
  readonly #viewByToken = new Map<string, { market: VenueMarket; view: number }>();
  readonly #hit = (order: VenueOrder, sizeMicros: number) => this.#fillMaker(order, sizeMicros);
  #sequence = 0;

  constructor(
    metas: readonly MarketMeta[],
    accounts: Accounts,
    clock: Clock,
    random: Random,
    settlement: SettlementOptions,
    listener: ExchangeListener,
  ) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#listener = listener;
    this.trades = new Trades(accounts, clock, random, settlement, listener);
    this.markets = createVenueMarkets(metas);
    this.#marketByCondition = new Map(this.markets.map((market) => [market.conditionId, market]));
    for (const market of this.markets) {
      for (const [view, token] of market.tokens.entries()) this.#viewByToken.set(token, { market, view });
    }
  }

  market(conditionId: string): VenueMarket | undefined {
    return this.#marketByCondition.get(conditionId);
  }

  /** The market of a token and which outcome it is, or undefined. */
  tokenView(token: string): { readonly market: VenueMarket; readonly view: number } | undefined {
    return this.#viewByToken.get(token);
  }

  /** Applies one venue batch of the tape: shadow, live book, then what rests and is now crossed or traded through. */
  applyStep(step: TapeStep): void {
    const market = this.market(step.conditionId);
    if (market === undefined) return;
    const hadSnapshot = market.book.hasSnapshot;
    for (const event of step.events) market.book.applyTape(event);
    fillCrossed(market.book, this.#hit);
    if (market.book.hasSnapshot) this.#listener.book(market, !hadSnapshot);
    for (const event of step.events) this.#applyPrint(market, event);
    market.book.reviewQueues(this.#clock.wallMs());
  }

  /** Takes an order that passed authentication: checks, matches, rests or kills. */
  place(account: Account, request: NewOrder): Placement {
    const error = this.refusalOf(account, request);
    if (error !== undefined) return { accepted: false, error };
    return this.#match(this.#createOrder(account, request), request);
  }

  /** Why the venue's rules refuse an order now, or undefined. */
  refusalOf(account: Account, request: NewOrder): string | undefined {
    const at = this.tokenView(request.token);
    if (at === undefined) return `the orderbook ${request.token} does not exist`;
    if (this.orders.has(request.id)) return 'order already exists: Duplicated.';
    if (this.#clock.wallMs() < at.market.haltedUntilMs) return 'the market is not accepting orders';
    if (this.orders.size >= ORDERS_MAX) return 'service unavailable: order table is full';
    return orderError(account, this.#accounts, at.market, at.view, request);
  }

  /** True when the order would take at once. */
  wouldTake(request: NewOrder): boolean {
    const at = this.tokenView(request.token);
    return at !== undefined && isMarketable(at.market, foldOrder(request, at.view));
  }

  /** Places an order that was answered `delayed`: what the rules now have against it is told on the user channel. */
  placeLate(account: Account, request: NewOrder): void {
    const error = this.refusalOf(account, request);
    if (error === undefined) this.place(account, request);
    else if (!this.orders.has(request.id)) this.#kill(this.#createOrder(account, request), error);
  }

  /** Cancels what rests of an order; false when nothing does. */
  cancel(order: VenueOrder, status = 'CANCELED'): boolean {
    if (!order.market.book.cancel(order)) return false;
    this.#release(order, order.reservedMicros);
    order.status = status;
    this.#listener.order(order, 'CANCELLATION');
    this.#listener.book(order.market, false);
    return true;
  }

  /** Open orders of an account. */
  openOrders(account: Account): VenueOrder[] {
    return this.markets.flatMap(({ book }) =>
      [...book.restingBestFirst('bid'), ...book.restingBestFirst('ask')].filter((order) => order.account === account),
    );
  }

  #createOrder(account: Account, request: NewOrder): VenueOrder {
    const at = this.tokenView(request.token);
    assert(at !== undefined, 'an order that passed the rules has a market');
    const { market, view } = at;
    const order: VenueOrder = {
      id: request.id,
      account,
      market,
      view,
      tokenSide: request.side,
      limitE4: request.limitE4,
      sizeMicros: request.sizeMicros,
      type: request.type,
      createdMs: this.#clock.wallMs(),
      status: 'LIVE',
      matchedMicros: 0,
      reservedMicros: 0,
      tradeIds: [],
      ...foldOrder(request, view),
      sequence: this.#sequence++,
      aheadMicros: 0,
      leftMicros: request.sizeMicros,
    };
    this.orders.set(order.id, order);
    return order;
  }

  #match(order: VenueOrder, request: NewOrder): Placement {
    const { market } = order;
    const incoming: Incoming = {
      side: order.side,
      limitE4: order.priceE4,
      sizeMicros: order.sizeMicros,
      type: order.type,
    };
    const other = otherSide(order.side);
    const isOwn = (resting: VenueOrder) => resting.account === order.account;
    const takes = takeLevels(market.book.bestFirst(other, isOwn), incoming);
    const isResting = order.type === 'GTC' || order.type === 'GTD';
    if (takes.length === 0 && !isResting) return this.#kill(order, order.type === 'FOK' ? FOK_KILLED : FAK_KILLED);
    if (!isResting || takes.length > 0) order.status = 'MATCHED';
    const trades: VenueTrade[] = [];
    for (const { priceE4, sizeMicros } of takes) {
      trades.push(this.#takeLevel(order, other, priceE4, sizeMicros));
    }
    if (order.leftMicros > 0 && isResting) this.#rest(order);
    this.#listener.order(order, takes.length > 0 ? 'UPDATE' : 'PLACEMENT');
    for (const trade of trades) this.#listener.trade(trade);
    if (order.leftMicros > 0 && !isResting) {
      order.status = 'CANCELED';
      this.#listener.order(order, 'CANCELLATION');
    }
    this.#listener.book(market, false);
    for (const { priceE4, sizeMicros, transactionHash } of trades) {
      this.#print(market, { view: order.view, priceE4, sizeMicros, takerSide: request.side, transactionHash });
    }
    return { accepted: true, order, trades };
  }

  #kill(order: VenueOrder, error: string): Placement {
    order.status = `CANCELED_${error}`;
    this.#listener.order(order, 'CANCELLATION');
    return { accepted: false, error };
  }

  /** One level of a taker's walk: the makers on it by time, then the trade of the taker. */
  #takeLevel(order: VenueOrder, other: BookSide, priceE4: number, sizeMicros: number): VenueTrade {
    const { book, meta } = order.market;
    const isOwn = (resting: VenueOrder) => resting.account === order.account;
    const makers = takeLevel(book, other, { priceE4, sizeMicros }, isOwn, this.#hit);
    const tokenE4 = order.view === 0 ? priceE4 : 10_000 - priceE4;
    const feeMicros = meta.fee === undefined ? 0 : takerFeeMicrosRoundedUp(meta.fee, tokenE4, sizeMicros);
    order.leftMicros -= sizeMicros;
    order.matchedMicros += sizeMicros;
    return this.trades.book(order, { priceE4: tokenE4, sizeMicros, feeMicros }, 'TAKER', makers);
  }

  /** A resting order is hit at its own price; makers pay no fee. */
  #fillMaker(order: VenueOrder, sizeMicros: number): void {
    const before = order.reservedMicros;
    order.market.book.fillResting(order, sizeMicros);
    order.matchedMicros += sizeMicros;
    if (order.leftMicros === 0) order.status = 'MATCHED';
    this.#release(order, before - reservationFor(order));
    const trade = this.trades.book(order, { priceE4: order.limitE4, sizeMicros, feeMicros: 0 }, 'MAKER', []);
    this.#listener.order(order, 'UPDATE');
    this.#listener.trade(trade);
  }

  #rest(order: VenueOrder): void {
    order.market.book.rest(order);
    order.status = 'LIVE';
    order.reservedMicros = reservationFor(order);
    const { account, tokenSide, market, view } = order;
    this.#accounts.reserve(account, tokenSide, market.tokens[view]!, order.reservedMicros);
  }

  #release(order: VenueOrder, micros: number): void {
    assert(micros >= 0 && micros <= order.reservedMicros, 'an order releases what it reserved');
    order.reservedMicros -= micros;
    this.#accounts.reserve(order.account, order.tokenSide, order.market.tokens[order.view]!, -micros);
  }

  #applyPrint(market: VenueMarket, event: TapeEvent): void {
    if (event.kind === 'tick' && event.tickE4 !== market.tickE4) {
      const oldTickE4 = market.tickE4;
      market.tickE4 = event.tickE4;
      this.#listener.tick(market, oldTickE4);
    }
    if (event.kind !== 'trade') return;
    const { takerBuysYes, onNo, sizeMicros } = event;
    const met = { priceE4: event.priceE4, sizeMicros };
    if (fillQueued(market.book, takerBuysYes ? 'ask' : 'bid', met, this.#hit)) this.#listener.book(market, false);
    this.#print(market, {
      view: onNo ? 1 : 0,
      priceE4: onNo ? 10_000 - event.priceE4 : event.priceE4,
      sizeMicros,
      takerSide: takerBuysYes !== onNo ? 'BUY' : 'SELL',
      transactionHash: event.transactionHash,
    });
  }

  #print(market: VenueMarket, print: Print): void {
    market.lastTradeText = lastTradeText(print.priceE4);
    this.#listener.print(market, print);
  }
}

/** What a resting order holds: the cost of its rest, or its shares. */
function reservationFor(order: VenueOrder): number {
  return order.tokenSide === 'BUY' ? costMicrosRoundedUp(order.limitE4, order.leftMicros) : order.leftMicros;
}
