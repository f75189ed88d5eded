// The venue of a replay and of a paper run: a Gateway whose live book is the engine's own books less what our fills took.
// Same matching and same account books as the served venue. Runs on the executor's thread, on its clock; deterministic by
// seed and books.

import type { Cleared } from '../../breaker/pass.ts';
import { assert } from '../../core/assert.ts';
import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import { costMicrosRoundedUp } from '../../core/units.ts';
import type { FeeSchedule, Gateway, OrderAnswer, OrderBatch, OrderRequest, VenueEvent } from '../contract.ts';
import { takerFeeMicrosRoundedUp } from '../fees.ts';
import { type Account, Accounts, type FillMoney, type LedgerReport } from './accounts.ts';
import { FAK_KILLED, FOK_KILLED } from './exchange.ts';
import { type BookReader, Impact } from './impact.ts';
import type { Latency } from './latency.ts';
import { takeLevels } from './matching.ts';
import type { TapeLevel } from './tape.ts';

type TradeEvent = VenueEvent & { kind: 'trade' };

export interface InProcessOptions {
  readonly books: BookReader;
  readonly clock: Clock;
  readonly random: Random;
  readonly cashMicros: number;
  readonly latency: Latency;
  /** Mean times from match to MINED and from there to CONFIRMED, ms, and the chance to end FAILED instead. */
  readonly settlement: {
    readonly minedMsMean: number;
    readonly confirmedMsMean: number;
    readonly failProbability: number;
  };
  /** Undefined: the fee is unknown and the order refused. */
  feeOf(marketIndex: number): FeeSchedule | undefined;
  /** 0 when `token` is the market's YES, 1 when it is its NO. */
  viewOf(marketIndex: number, token: string): number;
}

/** Something that happens at the venue at a time; ties go by order id, then by the order they were made. */
interface Due {
  readonly atNs: number;
  readonly orderId: string;
  readonly sequence: number;
  happen(): void;
}

interface Placed {
  readonly order: OrderRequest;
  /** Taken, and not matched yet. */
  isDelayed: boolean;
  matchedMicros: number;
  readonly trades: TradeEvent[];
}

const FUNDER = 'in-process';
/** Orders remembered for questions about them; the oldest go. */
const ORDERS_KEPT = 100_000;
const MARKETABLE_BUY_MIN_MICROS = 1_000_000;
const DUPLICATED = 'order already exists: Duplicated.';

/** One account's way to a venue that lives inside the process. */
export class InProcessVenue implements Gateway {
  readonly venue = 'polymarket';
  readonly #options: InProcessOptions;
  readonly #accounts: Accounts;
  readonly #account: Account;
  readonly #impact: Impact;
  readonly #latencies: Random;
  readonly #settling: Random;
  readonly #due: Due[] = [];
  readonly #events: VenueEvent[] = [];
  readonly #placed = new Map<string, Placed>();
  #sequence = 0;
  #trades = 0;

  constructor(options: InProcessOptions) {
    this.#options = options;
    const { cashMicros, random, books } = options;
    const none = { apiKey: FUNDER, secret: '', passphrase: '', signer: FUNDER, funder: FUNDER };
    this.#accounts = new Accounts([{ ...none, cashMicros }]);
    this.#account = this.#accounts.all[0]!;
    this.#impact = new Impact(books);
    this.#latencies = random.split();
    this.#settling = random.split();
  }

  /** Address that `ledger()` names its account by. */
  readonly funder = FUNDER;

  /** Time of the next thing that will happen, ns, or undefined: how far a finished replay must still move its clock. */
  get nextDueNs(): number | undefined {
    return this.#due[0]?.atNs;
  }

  /** Shares of an outcome that could still be bought within `limitE4`, after what our fills took. */
  leftMicros(marketIndex: number, isYes: boolean, limitE4: number): number {
    this.#impact.refresh();
    const levels = this.#impact.levels(marketIndex, !isYes, isYes ? limitE4 : 10_000 - limitE4);
    return levels.reduce((sum, { sizeMicros }) => sum + sizeMicros, 0);
  }

  submit(pass: Cleared, batch: OrderBatch): void {
    assert(pass.batchId === batch.id, 'the pass is for this batch');
    const { clock, latency } = this.#options;
    const nowNs = clock.nowNs();
    this.#events.push({ kind: 'sent', batchId: batch.id, atNs: nowNs });
    const delayMs = latency.minMs + this.#latencies.float() * (latency.maxMs - latency.minMs);
    const orderId = batch.orders[0]?.orderId ?? '';
    this.#schedule(nowNs + Math.round(delayMs * 1e6), orderId, (atNs) => this.#matchBatch(batch, atNs));
  }

  poll(limit: number, onEvent: (event: VenueEvent) => void): number {
    const nowNs = this.#options.clock.nowNs();
    this.#impact.refresh();
    while (this.#due.length > 0 && this.#due[0]!.atNs <= nowNs) this.#due.shift()!.happen();
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
    // Nothing rests here: whatever was matched or killed is final in its quantity.
    const type = placed.isDelayed ? 'PLACEMENT' : 'CANCELLATION';
    this.#events.push({ kind: 'order', orderId, type, matchedMicros: placed.matchedMicros });
  }

  async close(): Promise<void> {
    this.#due.length = 0;
  }

  /** The venue's own books, as the served venue's GET /sim/ledger. */
  ledger(): LedgerReport {
    return this.#accounts.report();
  }

  #schedule(atNs: number, orderId: string, happen: (atNs: number) => void): void {
    const due: Due = { atNs, orderId, sequence: this.#sequence++, happen: () => happen(atNs) };
    let index = this.#due.length;
    while (index > 0 && isBefore(due, this.#due[index - 1]!)) index -= 1;
    this.#due.splice(index, 0, due);
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
        const accepted = placed.matchedMicros > 0;
        const killed = order.type === 'FOK' ? FOK_KILLED : FAK_KILLED;
        answers.push({ orderId, accepted, status: accepted ? 'matched' : 'refused', error: accepted ? '' : killed });
        told.push(...this.#endOf(placed));
      }
    }
    this.#events.push({ kind: 'answer', batchId: batch.id, answers }, ...told);
  }

  /** The order would trade at once: it is matched after the venue's window, with what is there then. */
  #delay(order: OrderRequest, atNs: number): void {
    const placed = this.#place(order);
    placed.isDelayed = true;
    this.#schedule(atNs + this.#options.latency.takerDelayMs * 1e6, order.orderId, (nowNs) => {
      placed.isDelayed = false;
      // Its money may have gone elsewhere meanwhile: then it is killed.
      if (this.#refusalOf(order) === undefined) this.#match(placed, nowNs);
      this.#events.push(...this.#endOf(placed));
    });
  }

  #place(order: OrderRequest): Placed {
    const placed: Placed = { order, isDelayed: false, matchedMicros: 0, trades: [] };
    this.#placed.set(order.orderId, placed);
    if (this.#placed.size > ORDERS_KEPT) this.#placed.delete(this.#placed.keys().next().value!);
    return placed;
  }

  /** What the user channel tells of an order that is matched as far as it can be. */
  #endOf({ order, matchedMicros, trades }: Placed): VenueEvent[] {
    const type = matchedMicros === order.sizeMicros ? 'UPDATE' : 'CANCELLATION';
    return [...trades, { kind: 'order', orderId: order.orderId, type, matchedMicros }];
  }

  #refusalOf({ marketIndex, token, side, limitE4, sizeMicros }: OrderRequest): string | undefined {
    const fee = this.#options.feeOf(marketIndex);
    if (fee === undefined) return 'the fee of the market is unknown';
    if (side === 'SELL') {
      return this.#accounts.freeShares(this.#account, token) < sizeMicros
        ? 'not enough balance / allowance'
        : undefined;
    }
    const worthMicros = costMicrosRoundedUp(limitE4, sizeMicros);
    if (worthMicros < MARKETABLE_BUY_MIN_MICROS) return 'invalid amount for a marketable BUY order, min size: $1';
    const neededMicros = worthMicros + takerFeeMicrosRoundedUp(fee, limitE4, sizeMicros);
    return this.#accounts.freeCashMicros(this.#account) < neededMicros ? 'not enough balance / allowance' : undefined;
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
      this.#fill(placed, view === 0 ? take.priceE4 : 10_000 - take.priceE4, take.sizeMicros, atNs);
    }
  }

  #fill(placed: Placed, priceE4: number, sizeMicros: number, atNs: number): void {
    const { order } = placed;
    const { orderId, marketIndex, token, side } = order;
    const fee = this.#options.feeOf(marketIndex);
    assert(fee !== undefined, 'an order that passed the rules has a known fee');
    const feeMicros = takerFeeMicrosRoundedUp(fee, priceE4, sizeMicros);
    const money = this.#accounts.fill(this.#account, { token, side, priceE4, sizeMicros }, feeMicros);
    this.#trades += 1;
    const tradeId = `t${this.#trades}`;
    const trade: TradeEvent = {
      ...{ kind: 'trade', tradeId, orderId, token, side, priceE4, sizeMicros },
      status: 'MATCHED',
    };
    placed.matchedMicros += sizeMicros;
    placed.trades.push(trade);
    this.#settle(placed, trade, money, atNs);
  }

  #settle(placed: Placed, trade: TradeEvent, money: FillMoney, atNs: number): void {
    const { minedMsMean, confirmedMsMean, failProbability } = this.#options.settlement;
    const fails = this.#settling.chance(failProbability);
    const minedNs = atNs + Math.round(this.#settling.exponential(minedMsMean) * 1e6);
    const confirmedNs = minedNs + Math.round(this.#settling.exponential(confirmedMsMean) * 1e6);
    const tell = (status: TradeEvent['status']): void => {
      const event = { ...trade, status };
      placed.trades[placed.trades.findIndex(({ tradeId }) => tradeId === trade.tradeId)] = event;
      this.#events.push(event);
    };
    this.#schedule(minedNs, trade.orderId, () => {
      if (fails) this.#accounts.reverse(this.#account, money);
      tell(fails ? 'FAILED' : 'MINED');
    });
    if (!fails) this.#schedule(confirmedNs, trade.orderId, () => tell('CONFIRMED'));
  }
}

function isBefore(a: Due, b: Due): boolean {
  if (a.atNs !== b.atNs) return a.atNs < b.atNs;
  if (a.orderId !== b.orderId) return a.orderId < b.orderId;
  return a.sequence < b.sequence;
}
