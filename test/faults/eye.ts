// Reads what a decision would be taken on: the gate's answer for an order on one market, and the book behind it. The
// gate is the product's; Kalshi, which it refuses for being read only, is asked the same of the same words.

import { Books } from '../../engine/book/books.ts';
import { Breaker, type BreakerExports } from '../../engine/breaker/breaker.ts';
import { Gate } from '../../engine/breaker/gate.ts';
import type { Clock } from '../../engine/core/clock.ts';
import { Seals } from '../../engine/integrity/seals.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import * as L from '../../wasm/layout.ts';
import { wasmOver } from '../helpers/arena.ts';
import type { Times } from './times.ts';
import { bookText, type Levels } from './truth.ts';

const LEVELS_MAX = 20_000;
const CASH_MICROS = 1e12;
const SHARE_MICROS = 1_000_000;
const ALWAYS = {
  availableMicros: () => CASH_MICROS,
  openNotionalMicros: () => 0,
  venueRefusal: () => undefined,
  capRefusal: () => undefined,
  meetsOwn: () => false,
  marketHold: () => undefined,
};

export class Eye {
  readonly #arena: Arena;
  readonly #books: Books;
  readonly #seals: Seals;
  readonly #gate: Gate;
  readonly #times: Times;

  constructor(arena: Arena, clock: Clock, times: Times) {
    this.#arena = arena;
    this.#times = times;
    this.#books = new Books(arena);
    this.#seals = new Seals(arena);
    const breaker = new Breaker(arena, clock, wasmOver<BreakerExports>(arena, arena.detectors + 1));
    const { dataAgeMs, verifiedAgeMs } = times;
    this.#gate = new Gate(arena, breaker, { ...times.config.breaker, dataAgeMs, verifiedAgeMs }, ALWAYS);
  }

  /** Why an order on the book as it is would be refused; undefined: it would be sent. */
  refusal(market: number, nowNs: number): string | undefined {
    const venue = this.#arena.u32[(this.#arena.at(L.REGION_MARKETS, market) + L.MARKET_VENUE) >> 2]!;
    if (venue === L.VENUE_KALSHI) return this.#kalshiRefusal(market, nowNs);
    const [bidE4, askE4] = [this.#books.bestBidE4(market), this.#books.bestAskE4(market)];
    const buysYes = askE4 < L.NO_ASK_E4;
    const leg = {
      ...{ marketIndex: market, epoch: this.#books.epoch(market), spendMicros: SHARE_MICROS },
      action: buysYes ? L.ACTION_BUY_YES : L.ACTION_BUY_NO,
      limitE4: buysYes ? askE4 : L.NO_ASK_E4 - bidE4,
    };
    return this.#gate.screen([leg], nowNs);
  }

  /** Changes with the book. */
  version(market: number): number {
    return this.#books.version(market);
  }

  /** Up to when a hash or an answer has proven the book. */
  provenNs(market: number): number {
    return this.#seals.provenNs(market);
  }

  state(market: number): string {
    return this.#books.stateName(market);
  }

  text(market: number): string {
    return bookText(this.#levels(market, L.SIDE_BID), this.#levels(market, L.SIDE_ASK));
  }

  /** The gate's questions about a book, in its order and by its words. */
  #kalshiRefusal(market: number, nowNs: number): string | undefined {
    const { u32 } = this.#arena;
    const marketAt = this.#arena.at(L.REGION_MARKETS, market);
    const flags = u32[(marketAt + L.MARKET_FLAGS) >> 2]!;
    if ((flags & L.MARKET_FLAG_CLOSED) !== 0) return 'MARKET_CLOSED';
    if ((flags & L.MARKET_FLAG_WITHDRAWN) !== 0) return 'MARKET_WITHDRAWN';
    const marketEpoch = u32[(marketAt + L.MARKET_EPOCH) >> 2];
    if (this.#books.state(market) !== L.BOOK_SYNCED) return 'BOOK_NOT_SYNCED';
    if (this.#seals.isRefuted(market)) return 'BOOK_REFUTED';
    if (this.#books.epoch(market) !== marketEpoch) return 'EPOCH_CHANGED';
    if (nowNs - this.#books.dataNs(market) > this.#times.dataAgeMs * 1e6) return 'BOOK_TOO_OLD';
    return nowNs - this.#books.verifiedNs(market) > this.#times.verifiedAgeMs * 1e6 ? 'BOOK_UNPROVEN' : undefined;
  }

  #levels(market: number, side: number): Levels {
    const levels: [number, number][] = [];
    this.#books.eachLevel(market, side, LEVELS_MAX, (priceE4, sizeMicros) => {
      levels.push([priceE4, sizeMicros]);
    });
    return levels;
  }
}
