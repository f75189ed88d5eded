// Trades of the simulated venue: booked at the match, settled later, and taken back when settlement fails. Driven by
// settleDue(), so that it runs on a real and on a virtual clock alike.
import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import type { Accounts } from './accounts.ts';
import type { ExchangeListener, TradeStatus, VenueOrder, VenueTrade } from './exchange-types.ts';

export interface SettlementOptions {
  /** Mean of the exponentially distributed time from match to block, and from block to confirmation, ms. */
  readonly minedMsMean: number;
  readonly confirmedMsMean: number;
  /** Chance that a trade ends FAILED instead of MINED. */
  readonly failProbability: number;
  /** Chance that a trade is RETRYING first; absent: none. */
  readonly retryProbability?: number;
}

interface Pending {
  readonly trade: VenueTrade;
  readonly next: TradeStatus;
  readonly dueMs: number;
}

/** All trades, in the order they were matched. */
export class Trades {
  readonly all: VenueTrade[] = [];
  readonly #accounts: Accounts;
  readonly #clock: Clock;
  readonly #ids: Random;
  readonly #settling: Random;
  readonly #options: SettlementOptions;
  readonly #listener: ExchangeListener;
  #pending: Pending[] = [];

  constructor(
    accounts: Accounts,
    clock: Clock,
    random: Random,
    options: SettlementOptions,
    listener: ExchangeListener,
  ) {
    this.#accounts = accounts;
    this.#clock = clock;
    this.#ids = random.split();
    this.#settling = random.split();
    this.#options = options;
    this.#listener = listener;
  }

  /** Trades whose settlement is open. */
  get unsettled(): number {
    return this.#pending.length;
  }

  /** Books a fill of `order` at `priceE4` of its token. */
  book(
    order: VenueOrder,
    fill: { priceE4: number; sizeMicros: number; feeMicros: number },
    role: VenueTrade['role'],
    makers: VenueTrade['makers'],
  ): VenueTrade {
    const { priceE4, sizeMicros, feeMicros } = fill;
    const token = order.market.tokens[order.view]!;
    const nowMs = this.#clock.wallMs();
    const trade: VenueTrade = {
      id: uuidOf(this.#ids),
      order,
      role,
      priceE4,
      sizeMicros,
      money: this.#accounts.fill(order.account, { token, side: order.tokenSide, priceE4, sizeMicros }, feeMicros),
      transactionHash: `0x${hexOf(this.#ids, 8)}`,
      matchMs: nowMs,
      makers,
      status: 'MATCHED',
      updateMs: nowMs,
    };
    order.tradeIds.push(trade.id);
    this.all.push(trade);
    const isRetried =
      this.#options.retryProbability !== undefined && this.#settling.chance(this.#options.retryProbability);
    this.#await(trade, isRetried ? 'RETRYING' : this.#end());
    return trade;
  }

  #end(): TradeStatus {
    return this.#settling.chance(this.#options.failProbability) ? 'FAILED' : 'MINED';
  }

  #await(trade: VenueTrade, next: TradeStatus): void {
    const { minedMsMean, confirmedMsMean } = this.#options;
    const meanMs = next === 'CONFIRMED' ? confirmedMsMean : minedMsMean;
    this.#pending.push({ trade, next, dueMs: this.#clock.wallMs() + this.#settling.exponential(meanMs) });
  }

  /** Moves every trade whose time has come one status on; answers how many. */
  settleDue(): number {
    const nowMs = this.#clock.wallMs();
    const due = this.#pending.filter(({ dueMs }) => dueMs <= nowMs);
    if (due.length === 0) return 0;
    this.#pending = this.#pending.filter(({ dueMs }) => dueMs > nowMs);
    for (const { trade, next } of due) {
      trade.status = next;
      trade.updateMs = nowMs;
      if (next === 'FAILED') this.#accounts.reverse(trade.order.account, trade.money);
      if (next === 'MINED') this.#await(trade, 'CONFIRMED');
      if (next === 'RETRYING') this.#await(trade, this.#end());
      this.#listener.trade(trade);
    }
    return due.length;
  }
}

function hexOf(random: Random, words: number): string {
  let hex = '';
  for (let word = 0; word < words; word += 1) hex += random.uint32().toString(16).padStart(8, '0');
  return hex;
}

/** A drawn id in the form of a UUID. */
export function uuidOf(random: Random): string {
  const hex = hexOf(random, 4);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
