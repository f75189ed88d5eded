// A venue of a replay and of a paper run: a Gateway whose live book is the engine's own books less what our fills took, by
// the rules of the venue that it stands for. Same matching and same account books as the served venue. Runs on the
// executor's thread, on its clock; deterministic by seed and books.

import type { Cleared } from '../../breaker/pass.ts';
import { assert } from '../../core/assert.ts';
import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import type {
  CancelReport,
  FeeSchedule,
  Gateway,
  OrderAnswer,
  OrderBatch,
  OrderRequest,
  Resolution,
  VenueEvent,
  VenueName,
} from '../contract.ts';
import { isFeePerOrder } from '../fees.ts';
import { type Account, Accounts, type LedgerReport } from './accounts.ts';
import { type BookReader, Impact } from './impact.ts';
import { DueList } from './in-process-due.ts';
import { RestingOrders, type TapeTrade, type TradeSource } from './in-process-resting.ts';
import { answerOf, arrivalError, mayRest } from './in-process-rules.ts';
import { InProcessTrades, type Placed } from './in-process-trades.ts';
import { drawLatencyMs, type Latency } from './latency.ts';
import { takeLevels } from './matching.ts';
import type { TapeLevel } from './tape.ts';
import type { SettlementOptions } from './trades.ts';

export interface InProcessOptions {
  /** Absent: Polymarket. */
  readonly venue?: VenueName;
  readonly books: BookReader;
  readonly clock: Clock;
  readonly random: Random;
  readonly cashMicros: number;
  readonly latency: Latency;
  readonly settlement: SettlementOptions;
  readonly trades?: TradeSource;
  /** Undefined: the fee is unknown and the order refused. */
  feeOf(marketIndex: number): FeeSchedule | undefined;
  /** 0 when `token` is the market's YES, 1 when it is its NO. */
  viewOf(marketIndex: number, token: string): number;
}

const FUNDER = 'in-process';
/** Orders remembered for questions about them; the oldest go. */
const ORDERS_KEPT = 100_000;
const DUPLICATED = 'order already exists: Duplicated.';

/** One account's way to a venue that lives inside the process. */
export class InProcessVenue implements Gateway {
  readonly venue: VenueName;
  readonly #options: InProcessOptions;
  readonly #accounts: Accounts;
  readonly #account: Account;
  readonly #impact: Impact;
  readonly #latencies: Random;
  readonly #trades: InProcessTrades;
  readonly #resting: RestingOrders;
  readonly #due = new DueList();
  readonly #events: VenueEvent[] = [];
  readonly #placed = new Map<string, Placed>();

  constructor(options: InProcessOptions) {
    this.#options = options;
    this.venue = options.venue ?? 'polymarket';
    const { cashMicros, random, books, trades } = options;
    const none = { apiKey: FUNDER, secret: '', passphrase: '', signer: FUNDER, funder: FUNDER };
    this.#accounts = new Accounts([{ ...none, cashMicros }]);
    this.#account = this.#accounts.all[0]!;
    this.#impact = new Impact(books);
    this.#latencies = random.split();
    const [accounts, account] = [this.#accounts, this.#account];
    this.#trades = new InProcessTrades({
      ...{ accounts, account, settlement: options.settlement, random: random.split() },
      feeOf: (marketIndex) => options.feeOf(marketIndex),
      isFeePerOrder: isFeePerOrder(this.venue),
      schedule: (atNs, orderId, happen) => this.#due.add(atNs, orderId, happen),
      push: (event) => this.#events.push(event),
    });
    const onFill = (placed: Placed, sizeMicros: number): void => this.#made(placed, sizeMicros);
    this.#resting = new RestingOrders({ books, trades, impact: this.#impact, accounts, account, onFill });
  }

  /** Address that `ledger()` names its account by. */
  readonly funder = FUNDER;

  /** Time of the next thing that will happen, ns, or undefined: how far a finished replay must still move its clock. */
  get nextDueNs(): number | undefined {
    return this.#due.nextNs;
  }

  /** Shares of an outcome that could still be bought within `limitE4`, after what our fills took. */
  leftMicros(marketIndex: number, isYes: boolean, limitE4: number): number {
    this.#impact.refresh();
    const levels = this.#impact.levels(marketIndex, !isYes, isYes ? limitE4 : 10_000 - limitE4);
    return levels.reduce((sum, { sizeMicros }) => sum + sizeMicros, 0);
  }

  submit(pass: Cleared, batch: OrderBatch): void {
    assert(pass.batchId === batch.id, 'the pass is for this batch');
    this.#events.push({ kind: 'sent', batchId: batch.id, atNs: this.#options.clock.nowNs() });
    const orderId = batch.orders[0]?.orderId ?? '';
    this.#due.add(this.#arrivalNs(), orderId, (atNs) => this.#matchBatch(batch, atNs));
  }

  /** Takes a latency, as an order does; what was filled before that stays filled. */
  cancel(orderId: string): boolean {
    this.#due.add(this.#arrivalNs(), orderId, () => {
      const placed = this.#placed.get(orderId);
      if (placed === undefined || this.#cancelMany([placed]) === 0) this.query(orderId);
    });
    return true;
  }

  cancelEverything(): Promise<CancelReport> {
    return new Promise((resolve) => {
      this.#due.add(this.#arrivalNs(), '', () => {
        const cancelled = this.#cancelMany([...this.#placed.values()]);
        resolve({ cancelled, refused: {}, failure: '', requests: 1 });
      });
    });
  }

  /** Cancels what rests in the market, and pays with the next poll or after its last trade is settled. */
  redeem(resolution: Resolution): void {
    const { marketIndex } = resolution;
    this.#due.add(this.#options.clock.nowNs(), '', () => {
      this.#cancelMany(this.#resting.ofMarket(marketIndex));
      this.#trades.redeem(resolution);
      this.#impact.forget(marketIndex);
    });
  }

  /** A trade that the market's own takers made: what rests may have been met by it. */
  traded(trade: TapeTrade): void {
    this.#resting.traded(trade);
  }

  poll(limit: number, onEvent: (event: VenueEvent) => void): number {
    const nowNs = this.#options.clock.nowNs();
    this.#resting.takeTrades();
    this.#impact.refresh();
    this.#resting.review(nowNs / 1e6);
    this.#due.happenUntil(nowNs);
    this.#resting.endJoining();
    const events = this.#events.splice(0, limit);
    for (const event of events) onEvent(event);
    return events.length;
  }

  ready(): boolean {
    return true;
  }

  /** Fills come before the state they lead to. */
  query(orderId: string): void {
    const placed = this.#placed.get(orderId);
    if (placed === undefined) {
      this.#events.push({ kind: 'absent', orderId });
      return;
    }
    for (const trade of placed.trades) this.#events.push(trade);
    const type = placed.isOpen ? 'PLACEMENT' : 'CANCELLATION';
    this.#events.push({ kind: 'order', orderId, type, matchedMicros: placed.matchedMicros });
  }

  async close(): Promise<void> {
    this.#due.clear();
  }

  /** The venue's own books, as the served venue's GET /sim/ledger. */
  ledger(): LedgerReport {
    return this.#accounts.report();
  }

  /** When what is sent now is there. */
  #arrivalNs(): number {
    const { clock, latency } = this.#options;
    const delayMs = drawLatencyMs(latency, this.#latencies);
    return clock.nowNs() + Math.round(delayMs * 1e6);
  }

  /** Answer first, then what happened to each order: as the HTTP answer and the user channel tell it. */
  #matchBatch(batch: OrderBatch, atNs: number): void {
    const answers: OrderAnswer[] = [];
    const told: VenueEvent[] = [];
    for (const order of batch.orders) {
      const { orderId } = order;
      const error = this.#placed.has(orderId) ? DUPLICATED : this.#refusalOf(order);
      if (error !== undefined) {
        answers.push({ orderId, accepted: false, status: 'refused', error });
      } else if (this.#options.latency.takerDelayMs > 0 && this.#levelsFor(order).length > 0) {
        this.#delay(order, atNs);
        answers.push({ orderId, accepted: true, status: 'delayed', error: '' });
      } else {
        const placed = this.#place(order);
        this.#match(placed, atNs);
        answers.push(answerOf(placed));
        told.push(...this.#stateOf(placed));
      }
    }
    this.#events.push({ kind: 'answer', batchId: batch.id, answers }, ...told);
  }

  /** The order would trade at once: it is matched after the venue's window, with what is there then. */
  #delay(order: OrderRequest, atNs: number): void {
    const placed = this.#place(order);
    placed.isOpen = true;
    this.#due.add(atNs + this.#options.latency.takerDelayMs * 1e6, order.orderId, (nowNs) => {
      if (!placed.isOpen) return;
      placed.isOpen = false;
      // Its money may have gone elsewhere meanwhile: then it is killed.
      if (this.#refusalOf(order) === undefined) this.#match(placed, nowNs);
      this.#events.push(...this.#stateOf(placed));
    });
  }

  #place(order: OrderRequest): Placed {
    const placed: Placed = { order, isOpen: false, matchedMicros: 0, trades: [], taken: [], takerFeeMicros: 0 };
    this.#placed.set(order.orderId, placed);
    if (this.#placed.size > ORDERS_KEPT) {
      const [oldestId, oldest] = this.#placed.entries().next().value!;
      this.#placed.delete(oldestId);
      if (oldest.isOpen) this.#placed.set(oldestId, oldest);
    }
    return placed;
  }

  /** What the user channel tells of an order that is matched as far as it can be now. */
  #stateOf({ order, matchedMicros, trades, isOpen }: Placed): VenueEvent[] {
    const rests = matchedMicros === 0 ? 'PLACEMENT' : 'UPDATE';
    const type = isOpen ? rests : matchedMicros === order.sizeMicros ? 'UPDATE' : 'CANCELLATION';
    return [...trades, { kind: 'order', orderId: order.orderId, type, matchedMicros }];
  }

  #cancelMany(all: readonly Placed[]): number {
    const gone = all.filter((placed) => this.#resting.cancel(placed));
    for (const { order, matchedMicros } of gone) {
      this.#events.push({ kind: 'order', orderId: order.orderId, type: 'CANCELLATION', matchedMicros });
    }
    return gone.length;
  }

  /** A resting order was taken at its own price. */
  #made(placed: Placed, sizeMicros: number): void {
    const { orderId, limitE4: priceE4 } = placed.order;
    const trade = this.#trades.fill(placed, { priceE4, sizeMicros, isMaker: true }, this.#options.clock.nowNs());
    const { matchedMicros } = placed;
    this.#events.push(trade, { kind: 'order', orderId, type: 'UPDATE', matchedMicros });
  }

  #refusalOf(order: OrderRequest): string | undefined {
    const { marketIndex, token } = order;
    return arrivalError(order, {
      ...{ venue: this.venue, fee: this.#options.feeOf(marketIndex), isOver: this.#trades.isOver(marketIndex) },
      ...{ isFull: this.#resting.isFull, isMarketable: this.#levelsFor(order).length > 0 },
      freeShares: this.#accounts.freeShares(this.#account, token),
      freeCashMicros: this.#accounts.freeCashMicros(this.#account),
      wallMs: this.#options.clock.wallMs(),
    });
  }

  /** What the order could take now, folded to YES, best first. */
  #levelsFor(order: OrderRequest): TapeLevel[] {
    const { isBuy, limitE4 } = this.#folded(order);
    return this.#impact.levels(order.marketIndex, !isBuy, limitE4);
  }

  /** The order in terms of YES. */
  #folded({ marketIndex, token, side, limitE4 }: OrderRequest) {
    const view = this.#options.viewOf(marketIndex, token);
    return { view, isBuy: (side === 'BUY') === (view === 0), limitE4: view === 0 ? limitE4 : 10_000 - limitE4 };
  }

  #match(placed: Placed, atNs: number): void {
    const { order } = placed;
    const { sizeMicros, type } = order;
    const { view, isBuy, limitE4 } = this.#folded(order);
    const takes = takeLevels(this.#levelsFor(order), { side: isBuy ? 'bid' : 'ask', limitE4, sizeMicros, type });
    for (const take of takes) {
      this.#impact.take(order.marketIndex, !isBuy, take.priceE4, take.sizeMicros);
      const priceE4 = view === 0 ? take.priceE4 : 10_000 - take.priceE4;
      this.#trades.fill(placed, { priceE4, sizeMicros: take.sizeMicros, isMaker: false }, atNs);
    }
    if (!mayRest(order) || placed.matchedMicros === sizeMicros) return;
    this.#resting.rest(placed, isBuy ? 'bid' : 'ask', limitE4, this.#options.clock.nowNs() / 1e6);
    if (order.expiresMs !== undefined) this.#expire(placed, order.expiresMs);
  }

  /** What rests of it then goes. */
  #expire(placed: Placed, expiresMs: number): void {
    const { clock } = this.#options;
    const atNs = clock.nowNs() + Math.round((expiresMs - clock.wallMs()) * 1e6);
    this.#due.add(atNs, placed.order.orderId, () => this.#cancelMany([placed]));
  }
}
