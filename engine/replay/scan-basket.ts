// Looks at one basket's books as they stand: whether it could be had at once, at what gap, on books of what age. Off the
// hot path, between two messages.
import * as L from '../../wasm/layout.ts';
import type { Basket } from '../basket/compile.ts';
import type { Books } from '../book/books.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import type { Arena } from '../memory/arena.ts';
import type { ScannedBasket } from '../observe/scan-facts.ts';

/** Ages beyond which the gate refuses a book, ns. */
export interface GateAges {
  readonly dataAgeNs: number;
  readonly verifiedAgeNs: number;
}

/** True when the gate would refuse the book of a market at `nowNs` for its age. */
export function isTooOld(books: Books, market: number, nowNs: number, { dataAgeNs, verifiedAgeNs }: GateAges): boolean {
  return nowNs - books.dataNs(market) > dataAgeNs || nowNs - books.verifiedNs(market) > verifiedAgeNs;
}

/** Follows one basket. */
export class BasketLooks {
  readonly markets: readonly number[];
  readonly #arena: Arena;
  readonly #books: Books;
  readonly #basket: Basket;
  readonly #index: number;
  #gapE4Max = Number.NEGATIVE_INFINITY;
  #netE4Max = Number.NEGATIVE_INFINITY;
  #fresh = false;

  /** `index`: its place in the table; `markets`: market index of each leg. */
  constructor(arena: Arena, books: Books, basket: Basket, index: number, markets: readonly number[]) {
    this.#arena = arena;
    this.#books = books;
    this.#basket = basket;
    this.#index = index;
    this.markets = markets;
  }

  look(nowNs: number, ages: GateAges): void {
    let gapE4 = this.#basket.payoutE4;
    for (const [place, { action }] of this.#basket.legs.entries()) {
      const market = this.markets[place]!;
      if (this.#books.state(market) !== L.BOOK_SYNCED) return;
      const isYes = action === L.ACTION_BUY_YES;
      const priceE4 = isYes ? this.#books.bestAskE4(market) : PRICE_ONE_E4 - this.#books.bestBidE4(market);
      if (priceE4 >= PRICE_ONE_E4) return;
      gapE4 -= priceE4;
    }
    const slack = (this.#arena.at(L.REGION_BASKETS, this.#index) + L.BASKET_SLACK_E4) >> 2;
    this.#gapE4Max = Math.max(this.#gapE4Max, gapE4);
    this.#netE4Max = Math.max(this.#netE4Max, this.#arena.i32[slack]!);
    this.#fresh ||= this.markets.every((market) => !isTooOld(this.#books, market, nowNs, ages));
  }

  result({ standing, doubt }: Pick<ScannedBasket, 'standing' | 'doubt'>): ScannedBasket {
    const evaluated = this.#gapE4Max > Number.NEGATIVE_INFINITY;
    const feeUnknown = this.markets.some((market) => {
      return this.#arena.u32[(this.#arena.at(L.REGION_MARKETS, market) + L.MARKET_FEE) >> 2] === L.FEE_UNKNOWN;
    });
    return {
      ...{ id: this.#basket.id, standing, doubt, evaluated, tooOld: evaluated && !this.#fresh, feeUnknown },
      gapE4Max: evaluated ? this.#gapE4Max : undefined,
      netE4Max: evaluated && !feeUnknown ? this.#netE4Max : undefined,
    };
  }
}
