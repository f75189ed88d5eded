// The simulated Kalshi venue's exchange: markets with their live books, orders from acceptance to their end, fills, pauses
// and payouts. Knows no sockets: what happens goes to a listener, time and chance are handed in.

import { VIEW_NO, VIEW_YES } from '../../../wasm/layout.ts';
import { assert } from '../../core/assert.ts';
import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import { kalshiOutcome } from '../kalshi/outcome.ts';
import type { Account, Accounts } from './accounts.ts';
import { fillCrossed, fillQueued, otherSide, takeLevel } from './crossing.ts';
import { type BookChange, KalshiBook } from './kalshi-book.ts';
import { collateralMicros, heldMicros } from './kalshi-collateral.ts';
import type {
  KalshiFill,
  KalshiListener,
  KalshiMarket,
  KalshiOrder,
  KalshiPlacement,
  KalshiRefusal,
  KalshiSettlement,
  KalshiTerms,
  NewKalshiOrder,
} from './kalshi-exchange-types.ts';
import { BALANCE_STEP_MICROS } from './kalshi-fill-fees.ts';
import { KalshiFills } from './kalshi-fills.ts';
import { ownMet, takesOf } from './kalshi-matching.ts';
import { ALREADY_THERE, accountRefusal, FOK_KILLED, marketRefusal, ownRefusal, reduced } from './kalshi-order-rules.ts';
import { LiveBook } from './live-book.ts';
import type { Take } from './matching.ts';
import type { BookSide } from './tape.ts';
import { uuidOf } from './trades.ts';

export class KalshiExchange {
  readonly orders = new Map<string, KalshiOrder>();
  readonly fills: KalshiFills;
  readonly settlements: KalshiSettlement[] = [];
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #listener: KalshiListener;
  readonly #ids: Random;
  readonly #terms: ReadonlyMap<string, KalshiTerms>;
  readonly #markets = new Map<string, KalshiMarket>();
  readonly #clientIds = new Set<string>();
  readonly #hit = (order: KalshiOrder, sizeMicros: number) => this.#fillMaker(order, sizeMicros);
  #sequence = 0;
  /** No order is taken: trading as a whole rests. */
  isPaused = false;

  constructor(
    terms: readonly KalshiTerms[],
    accounts: Accounts,
    clock: Clock,
    random: Random,
    listener: KalshiListener,
  ) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#listener = listener;
    this.#ids = random.split();
    this.fills = new KalshiFills(accounts, clock, random.split());
    this.#terms = new Map(terms.map((one) => [one.ticker, one]));
  }

  /** A market by its ticker; the first who names it makes it. */
  market(ticker: string): KalshiMarket {
    let market = this.#markets.get(ticker);
    if (market === undefined) {
      const [tape, told] = [new KalshiBook(ticker), new KalshiBook(ticker)];
      const terms = this.#terms.get(ticker);
      market = { ticker, terms, status: 'active', tape, told, book: new LiveBook<KalshiOrder>() };
      this.#markets.set(ticker, market);
    }
    return market;
  }

  /** A market that has been named before. */
  find(ticker: string): KalshiMarket | undefined {
    return this.#markets.get(ticker);
  }

  get markets(): Iterable<KalshiMarket> {
    return this.#markets.values();
  }

  /** Moves a book as the tape has it; orders that are crossed trade. */
  applyTape(market: KalshiMarket, changes: readonly BookChange[]): void {
    for (const change of changes) {
      market.tape.apply(change);
      const { side, priceE4: ownE4 } = change;
      const sizeMicros = market.tape.sizeAt(side, ownE4);
      const [folded, priceE4] = side === 'yes' ? (['bid', ownE4] as const) : (['ask', 10_000 - ownE4] as const);
      market.book.applyTape({ kind: 'set', side: folded, priceE4, sizeMicros, onNo: side === 'no' });
    }
    fillCrossed(market.book, this.#hit);
    this.#listener.book(market);
    market.book.reviewQueues(this.#clock.wallMs());
  }

  /** A trade of the tape: orders that rest would have been met. `side`: of the orders that were taken. */
  applyTrade(market: KalshiMarket, side: BookSide, trade: Take): void {
    if (fillQueued(market.book, side, trade, this.#hit)) this.#listener.book(market);
  }

  /** Takes an order that can be read and was signed for: checks, matches, rests or kills. */
  place(account: Account, wanted: NewKalshiOrder): KalshiPlacement {
    const market = this.#terms.has(wanted.ticker) ? this.market(wanted.ticker) : undefined;
    const request = reduced(account, wanted);
    if (request === undefined) return { refusal: ownRefusal('reduce_only_no_position') };
    const refusal = this.#refusal(account, market, request);
    if (refusal !== undefined) return { refusal };
    assert(market !== undefined, 'an order that passed the rules has a market');
    const order = this.#create(account, market, request);
    const takes = takesOf(order);
    const taken = takes.reduce((sum, { sizeMicros }) => sum + sizeMicros, 0);
    // A killed order is no order, but its id is spent.
    if (request.clientId !== '') this.#clientIds.add(request.clientId);
    if (request.timeInForce === 'fill_or_kill' && taken < order.sizeMicros) return { refusal: FOK_KILLED };
    this.orders.set(order.id, order);
    return { order, fills: this.#match(order, takes) };
  }

  /** Cancels what rests of an order; what was taken off the book, 0 when nothing rests. */
  cancel(order: KalshiOrder): number {
    const { leftMicros } = order;
    if (order.status !== 'resting' || !order.market.book.cancel(order)) return 0;
    this.#end(order, 'canceled');
    this.#listener.book(order.market);
    return leftMicros;
  }

  /** What is against giving a resting order another price or size. */
  amendRefusal(order: KalshiOrder, priceE4: number, sizeMicros: number): KalshiRefusal | undefined {
    const { account, market, leftMicros } = order;
    const request = { ...order.request, clientId: '', priceE4, sizeMicros };
    order.leftMicros = 0;
    const refusal = this.#refusal(account, market, request);
    order.leftMicros = leftMicros;
    return refusal;
  }

  /** Leaves `leftMicros` of a resting order, which keeps its place. */
  decrease(order: KalshiOrder, leftMicros: number): void {
    if (leftMicros <= 0) {
      this.cancel(order);
      return;
    }
    const less = order.leftMicros - leftMicros;
    order.sizeMicros -= less;
    order.market.book.fillResting(order, less);
    this.#change(order);
    this.#listener.book(order.market);
  }

  /** Gives a resting order another price or more: it comes last there, and takes what it crosses. */
  amend(order: KalshiOrder, priceE4: number, leftMicros: number): readonly KalshiFill[] {
    order.market.book.cancel(order);
    order.sizeMicros += leftMicros - order.leftMicros;
    Object.assign(order, { priceE4, leftMicros, sequence: this.#sequence });
    this.#sequence += 1;
    return this.#match(order, takesOf(order));
  }

  /** Orders of an account that rest. */
  resting(account: Account): KalshiOrder[] {
    return [...this.orders.values()].filter((order) => order.account === account && order.status === 'resting');
  }

  /** Cash that the account's resting orders hold, in all markets but `without`. */
  heldMicros(account: Account, without?: KalshiMarket): number {
    let held = 0;
    for (const market of this.#markets.values()) {
      if (market !== without) held += collateralMicros(account, market, []);
    }
    return held;
  }

  /** Cancels orders whose time is over. */
  expire(): void {
    const nowS = this.#clock.wallMs() / 1_000;
    for (const order of this.orders.values()) {
      if (order.status === 'resting' && (order.request.expiresS ?? Number.POSITIVE_INFINITY) <= nowS)
        this.cancel(order);
    }
  }

  /** Trading of a market, or of the whole exchange, rests; orders that said so are cancelled. */
  pause(market?: KalshiMarket): void {
    if (market === undefined) this.isPaused = true;
    else market.status = 'paused';
    for (const order of this.orders.values()) {
      const isMeant = market === undefined || order.market === market;
      if (isMeant && order.request.cancelOnPause) this.cancel(order);
    }
  }

  /** A market is over: what rests is cancelled. */
  closeMarket(market: KalshiMarket): void {
    market.status = 'closed';
    for (const order of this.orders.values()) if (order.market === market) this.cancel(order);
  }

  /** Pays what is held of a market at `yesPayoutE4` a share of YES, each posted payout rounded down to the cent. */
  settle(market: KalshiMarket, yesPayoutE4: number): void {
    if (market.status === 'settled') return;
    this.closeMarket(market);
    market.status = 'settled';
    for (const account of this.#accounts.all) {
      const { ticker } = market;
      const [yesMicros, noMicros] = [heldMicros(account, ticker, VIEW_YES), heldMicros(account, ticker, VIEW_NO)];
      const before = account.cashMicros;
      this.#accounts.pay(account, kalshiOutcome(ticker, VIEW_YES), yesPayoutE4, BALANCE_STEP_MICROS);
      this.#accounts.pay(account, kalshiOutcome(ticker, VIEW_NO), 10_000 - yesPayoutE4, BALANCE_STEP_MICROS);
      const paidMicros = account.cashMicros - before;
      const settlement = { account, ticker, yesPayoutE4, yesMicros, noMicros, paidMicros };
      if (yesMicros + noMicros > 0) this.settlements.push({ ...settlement, atMs: this.#clock.wallMs() });
    }
  }

  #refusal(account: Account, market: KalshiMarket | undefined, request: NewKalshiOrder): KalshiRefusal | undefined {
    if (this.isPaused) return ownRefusal('trading_is_paused', 409);
    if (this.#clientIds.has(request.clientId)) return ALREADY_THERE;
    const refusal = marketRefusal(market, request);
    if (refusal !== undefined || market === undefined) return refusal;
    return accountRefusal(account, market, request, this.heldMicros(account, market));
  }

  #create(account: Account, market: KalshiMarket, request: NewKalshiOrder): KalshiOrder {
    const { side, priceE4, sizeMicros, clientId } = request;
    const nowMs = this.#clock.wallMs();
    this.#sequence += 1;
    return {
      ...{ id: uuidOf(this.#ids), clientId, account, market, side, priceE4, sizeMicros, request },
      ...{ leftMicros: sizeMicros, aheadMicros: 0, sequence: this.#sequence, matchedMicros: 0, roundedMicros: 0 },
      ...{ status: 'resting', createdMs: nowMs, updatedMs: nowMs },
      ...{ cost: { taker: 0, maker: 0 }, fees: { taker: 0, maker: 0 } },
    };
  }

  #match(order: KalshiOrder, takes: readonly Take[]): readonly KalshiFill[] {
    const { market, side, request } = order;
    const isOwn = (resting: KalshiOrder) => resting.account === order.account;
    if (request.selfTrade === 'maker') for (const own of ownMet(order)) this.cancel(own);
    const fills = takes.map((take) => {
      takeLevel(market.book, otherSide(side), take, isOwn, this.#hit);
      order.leftMicros -= take.sizeMicros;
      return this.fills.book(order, take, true);
    });
    for (const fill of fills) this.#listener.fill(fill);
    const rests = order.leftMicros > 0 && request.timeInForce === 'good_till_canceled' && ownMet(order).length === 0;
    if (rests) {
      market.book.rest(order);
      this.#change(order);
    } else this.#end(order, order.leftMicros > 0 ? 'canceled' : 'executed');
    this.#listener.book(market);
    return fills;
  }

  /** A resting order is met at its own price. */
  #fillMaker(order: KalshiOrder, sizeMicros: number): void {
    order.market.book.fillResting(order, sizeMicros);
    const fill = this.fills.book(order, { priceE4: order.priceE4, sizeMicros }, false);
    this.#listener.fill(fill);
    if (order.leftMicros > 0) this.#change(order);
    else this.#end(order, 'executed');
  }

  #end(order: KalshiOrder, status: 'canceled' | 'executed'): void {
    order.status = status;
    order.leftMicros = 0;
    this.#change(order);
  }

  #change(order: KalshiOrder): void {
    order.updatedMs = this.#clock.wallMs();
    this.#listener.order(order);
  }
}
