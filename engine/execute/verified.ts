// What can be bought and sold on books that may be relied on: SYNCED, not refuted, not doubted, at rest, of a market that is
// not over. Executor's thread; reads books that detectors write, by version.
import * as L from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import { Seals } from '../integrity/seals.ts';
import type { Arena } from '../memory/arena.ts';
import type { Fill } from '../venue/fees.ts';
import { type LeftMicros, offersLeft, offersNow } from './offers.ts';

const NOT_TRADED = L.MARKET_FLAG_CLOSED | L.MARKET_FLAG_WITHDRAWN;

export class VerifiedBooks {
  readonly #arena: Arena;
  readonly #books: Books;
  readonly #seals: Seals;
  readonly #leftMicros: LeftMicros | undefined;

  constructor(arena: Arena, leftMicros: LeftMicros | undefined) {
    this.#arena = arena;
    this.#books = new Books(arena);
    this.#seals = new Seals(arena);
    this.#leftMicros = leftMicros;
  }

  /** Epoch of the market's book. */
  epoch(marketIndex: number): number {
    return this.#books.epoch(marketIndex);
  }

  /**
   * What is asked for an outcome (VIEW_*), best first, down to `beyondE4` behind the best, less what our own fills took;
   * undefined: no book to rely on.
   */
  asks(marketIndex: number, view: number, beyondE4: number): Fill[] | undefined {
    if (!this.#isVerified(marketIndex)) return undefined;
    const action = view === L.VIEW_YES ? L.ACTION_BUY_YES : L.ACTION_BUY_NO;
    const leg = { marketIndex, action, limitE4: PRICE_ONE_E4 - 1 };
    const shown = offersNow(this.#books, leg);
    if (shown === undefined) return undefined;
    const left = offersLeft(shown, leg, this.#leftMicros);
    return left.filter(([priceE4]) => priceE4 <= left[0]![0] + beyondE4);
  }

  /** The same of what is bid for it: a bid for an outcome is an offer of the other one. */
  bids(marketIndex: number, view: number, beyondE4: number): Fill[] | undefined {
    const other = view === L.VIEW_YES ? L.VIEW_NO : L.VIEW_YES;
    return this.asks(marketIndex, other, beyondE4)?.map(([priceE4, size]) => [PRICE_ONE_E4 - priceE4, size]);
  }

  #isVerified(marketIndex: number): boolean {
    const flags = Atomics.load(this.#arena.u32, (this.#arena.at(L.REGION_MARKETS, marketIndex) + L.MARKET_FLAGS) >> 2);
    if ((flags & NOT_TRADED) !== 0 || this.#books.state(marketIndex) !== L.BOOK_SYNCED) return false;
    return !this.#seals.isRefuted(marketIndex) && !this.#seals.isDoubted(marketIndex);
  }
}
