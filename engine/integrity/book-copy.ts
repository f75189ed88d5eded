// One market's folded book at one moment, out of the engine's memory or out of an answer of the venue: what a check may
// take its time over while the book itself moves on. Off the hot path.
import { BOOK_SYNCED, SIDE_ASK, SIDE_BID, VIEW_NO } from '../../wasm/layout.ts';
import type { Books } from '../book/books.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import type { BookStatement } from '../venue/statements.ts';
import type { CheckedBooks } from './contract.ts';

type Levels = readonly (readonly [priceE4: number, sizeMicros: number])[];

/** The market index given to its methods does not matter: it is a copy of one book. */
export class BookCopy implements CheckedBooks {
  readonly epoch: number;
  readonly #state: number;
  readonly #venueMs: number;
  readonly #frameSeq: number;
  /** Best first, by side. */
  readonly #sides: readonly [Levels, Levels];

  private constructor(
    sides: readonly [Levels, Levels],
    { epoch, state, venueMs, frameSeq }: { epoch: number; state: number; venueMs: number; frameSeq: number },
  ) {
    this.#sides = sides;
    this.epoch = epoch;
    this.#state = state;
    this.#venueMs = venueMs;
    this.#frameSeq = frameSeq;
  }

  /** Copies the book, from any thread; undefined while its detector changes it. */
  static ofBook(books: Books, market: number): BookCopy | undefined {
    const version = books.version(market);
    if ((version & 1) !== 0) return undefined;
    const head = {
      ...{ epoch: books.epoch(market), state: books.state(market) },
      ...{ venueMs: books.venueMs(market), frameSeq: books.frameSeq(market) },
    };
    const side = (which: number): Levels => {
      const levels: [number, number][] = [];
      books.eachLevel(market, which, Number.POSITIVE_INFINITY, (priceE4, sizeMicros) => {
        levels.push([priceE4, sizeMicros]);
      });
      return levels;
    };
    const copy = new BookCopy([side(SIDE_BID), side(SIDE_ASK)], head);
    return books.version(market) === version ? copy : undefined;
  }

  /** The book that an answer states of its token, which is view `view` of the market. */
  static ofStatement({ levels, venueMs }: BookStatement, view: number): BookCopy {
    const sides: [[number, number][], [number, number][]] = [[], []];
    for (const { side, priceE4, sizeMicros } of levels) {
      const no = view === VIEW_NO;
      sides[no ? 1 - side : side]!.push([no ? PRICE_ONE_E4 - priceE4 : priceE4, sizeMicros]);
    }
    sides[SIDE_BID].sort(([a], [b]) => b - a);
    sides[SIDE_ASK].sort(([a], [b]) => a - b);
    return new BookCopy(sides, { epoch: 0, state: BOOK_SYNCED, venueMs, frameSeq: 0 });
  }

  state(): number {
    return this.#state;
  }

  venueMs(): number {
    return this.#venueMs;
  }

  frameSeq(): number {
    return this.#frameSeq;
  }

  /** 0 without a bid. */
  bestBidE4(): number {
    return this.#sides[SIDE_BID][0]?.[0] ?? 0;
  }

  /** 10,000 without an ask. */
  bestAskE4(): number {
    return this.#sides[SIDE_ASK][0]?.[0] ?? PRICE_ONE_E4;
  }

  eachLevel(
    _market: number,
    side: number,
    limit: number,
    onLevel: (priceE4: number, sizeMicros: number) => unknown,
  ): number {
    let delivered = 0;
    for (const [priceE4, sizeMicros] of this.#sides[side]!) {
      if (delivered === limit) break;
      delivered += 1;
      if (onLevel(priceE4, sizeMicros) === false) break;
    }
    return delivered;
  }

  /** True when both have the same levels. */
  equals(other: BookCopy): boolean {
    return [SIDE_BID, SIDE_ASK].every((side) => {
      const [own, its] = [this.#sides[side]!, other.#sides[side]!];
      return (
        own.length === its.length && own.every(([price, size], at) => its[at]![0] === price && its[at]![1] === size)
      );
    });
  }

  /** True when both have the same best prices. */
  topEquals(other: BookCopy): boolean {
    return this.bestBidE4() === other.bestBidE4() && this.bestAskE4() === other.bestAskE4();
  }
}
