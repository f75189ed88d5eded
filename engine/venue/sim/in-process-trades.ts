// Trades of the in-process venue: booked at the match, settled later, taken back when that fails; and what is held of
// markets that are over, paid after the last word on each trade of them. Executor's thread.
import { assert } from '../../core/assert.ts';
import type { Random } from '../../core/random.ts';
import type { FeeSchedule, OrderRequest, Resolution, VenueEvent } from '../contract.ts';
import { type Fill, orderFeeMicrosRoundedUp, takerFeeMicrosRoundedUp } from '../fees.ts';
import type { Account, Accounts, FillMoney } from './accounts.ts';
import type { SettlementOptions } from './trades.ts';

type TradeEvent = VenueEvent & { kind: 'trade' };

/** An order that the venue took. */
export interface Placed {
  readonly order: OrderRequest;
  /** Waits for its match, or rests: its quantity is not final. */
  isOpen: boolean;
  matchedMicros: number;
  readonly trades: TradeEvent[];
  /** What it took, and the fee of that. */
  readonly taken: Fill[];
  takerFeeMicros: number;
}

/** One match of an order, of its token. */
export interface Match {
  readonly priceE4: number;
  readonly sizeMicros: number;
  readonly isMaker: boolean;
}

export interface TradeParts {
  readonly accounts: Accounts;
  readonly account: Account;
  readonly settlement: SettlementOptions;
  readonly random: Random;
  feeOf(marketIndex: number): FeeSchedule | undefined;
  /** The fee of an order is rounded, not that of each fill. */
  readonly isFeePerOrder: boolean;
  schedule(atNs: number, orderId: string, happen: () => void): void;
  push(event: VenueEvent): void;
}

export class InProcessTrades {
  readonly #parts: TradeParts;
  /** Trades without their last word, by market. */
  readonly #unsettled = new Map<number, number>();
  readonly #over = new Map<number, Resolution>();
  #count = 0;

  constructor(parts: TradeParts) {
    this.#parts = parts;
  }

  /** True when the market takes no orders any more. */
  isOver(marketIndex: number): boolean {
    return this.#over.has(marketIndex);
  }

  /** Books a match; makers pay no fee. */
  fill(placed: Placed, { priceE4, sizeMicros, isMaker }: Match, atNs: number): TradeEvent {
    const { accounts, account, feeOf } = this.#parts;
    const { orderId, marketIndex, token, side } = placed.order;
    const fee = feeOf(marketIndex);
    assert(fee !== undefined, 'an order that passed the rules has a known fee');
    const feeMicros = isMaker ? 0 : this.#takerFee(placed, fee, [priceE4, sizeMicros]);
    const money = accounts.fill(account, { token, side, priceE4, sizeMicros }, feeMicros);
    this.#count += 1;
    const trade: TradeEvent = {
      ...{ kind: 'trade', tradeId: `t${this.#count}`, orderId, token, side, priceE4, sizeMicros },
      ...{ status: 'MATCHED', ...(isMaker ? { isMaker } : {}) },
    };
    placed.matchedMicros += sizeMicros;
    placed.trades.push(trade);
    this.#settle(placed, trade, money, atNs);
    return trade;
  }

  #takerFee(placed: Placed, fee: FeeSchedule, fill: Fill): number {
    placed.taken.push(fill);
    const wholeMicros = orderFeeMicrosRoundedUp(fee, placed.taken);
    const perOrder = wholeMicros - placed.takerFeeMicros;
    const feeMicros = this.#parts.isFeePerOrder ? perOrder : takerFeeMicrosRoundedUp(fee, ...fill);
    placed.takerFeeMicros += feeMicros;
    return feeMicros;
  }

  /** The market is over: it pays when its last trade is settled; a second time does nothing. */
  redeem(resolution: Resolution): void {
    const { marketIndex } = resolution;
    if (this.#over.has(marketIndex)) return;
    this.#over.set(marketIndex, resolution);
    if ((this.#unsettled.get(marketIndex) ?? 0) === 0) this.#pay(resolution);
  }

  #settle(placed: Placed, trade: TradeEvent, money: FillMoney, atNs: number): void {
    const { settlement, random, accounts, account, schedule, push } = this.#parts;
    const { minedMsMean, confirmedMsMean, failProbability } = settlement;
    const fails = random.chance(failProbability);
    const minedNs = atNs + Math.round(random.exponential(minedMsMean) * 1e6);
    const confirmedNs = minedNs + Math.round(random.exponential(confirmedMsMean) * 1e6);
    this.#addUnsettled(placed.order.marketIndex, 1);
    const tell = (status: TradeEvent['status']): void => {
      const event = { ...trade, status };
      placed.trades[placed.trades.findIndex(({ tradeId }) => tradeId === trade.tradeId)] = event;
      push(event);
      if (status !== 'MINED') this.#addUnsettled(placed.order.marketIndex, -1);
    };
    schedule(minedNs, trade.orderId, () => {
      if (fails) accounts.reverse(account, money);
      tell(fails ? 'FAILED' : 'MINED');
    });
    if (!fails) schedule(confirmedNs, trade.orderId, () => tell('CONFIRMED'));
  }

  #addUnsettled(marketIndex: number, change: 1 | -1): void {
    const trades = (this.#unsettled.get(marketIndex) ?? 0) + change;
    this.#unsettled.set(marketIndex, trades);
    const resolution = this.#over.get(marketIndex);
    if (trades === 0 && resolution !== undefined) this.#pay(resolution);
  }

  #pay({ tokens: [yes, no], yesPayoutE4 }: Resolution): void {
    const { accounts, account, push } = this.#parts;
    for (const [token, payoutE4] of [
      [yes, yesPayoutE4],
      [no, 10_000 - yesPayoutE4],
    ] as const) {
      if (!account.positions.has(token)) continue;
      accounts.pay(account, token, payoutE4);
      push({ kind: 'paid', token, payoutE4 });
    }
  }
}
