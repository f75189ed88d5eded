// What our own fills took out of books that do not know of us: the in-process venue's live book over the engine's
// books, by the same rule as the simulated venue's (the market's deltas, never below zero).
import type { TapeLevel } from './tape.ts';

/**
 * The engine's books as the matcher needs them: levels of a side, best first. `isBid`: the bids. A book that can not be
 * trusted now has no levels, and sizes that nobody knows.
 */
export interface BookReader {
  eachLevel(marketIndex: number, isBid: boolean, onLevel: (priceE4: number, sizeMicros: number) => boolean): void;
  /** undefined: not known now; the level may come back as it was. */
  sizeAt(marketIndex: number, isBid: boolean, priceE4: number): number | undefined;
}

interface Taken {
  readonly marketIndex: number;
  readonly isBid: boolean;
  readonly priceE4: number;
  /** Size in the book when last looked at. */
  shadowMicros: number;
  /** What is left of it for us. */
  liveMicros: number;
}

/**
 * Levels remembered at most. Beyond it a level that nothing was taken from shows nothing: to forget what we took would
 * give it to us twice.
 */
export const TAKEN_MAX = 4_096;

/** The levels we have taken from, until the market has made them whole. */
export class Impact {
  readonly #books: BookReader;
  readonly #taken = new Map<string, Taken>();
  /** Sizes in the book by price, of the side last looked at: books of other threads move on between look and take. */
  readonly #looked = new Map<number, number>();

  constructor(books: BookReader) {
    this.#books = books;
  }

  /**
   * Moves every taken level by what the book changed since the last look. Between two looks only the difference is
   * seen: a level that went and came back counts as unchanged, which gives us less than the venue would.
   */
  refresh(): void {
    for (const [key, taken] of this.#taken) {
      const shadowMicros = this.#books.sizeAt(taken.marketIndex, taken.isBid, taken.priceE4);
      if (shadowMicros === undefined) continue;
      taken.liveMicros = Math.max(0, taken.liveMicros + shadowMicros - taken.shadowMicros);
      taken.shadowMicros = shadowMicros;
      // Whole again, or gone: what comes next is new.
      if (taken.liveMicros >= shadowMicros) this.#taken.delete(key);
    }
  }

  /** Live levels of a side within `limitE4`, best first. */
  levels(marketIndex: number, isBid: boolean, limitE4: number): TapeLevel[] {
    const levels: TapeLevel[] = [];
    this.#looked.clear();
    this.#books.eachLevel(marketIndex, isBid, (priceE4, shadowMicros) => {
      if (isBid ? priceE4 < limitE4 : priceE4 > limitE4) return false;
      const taken = this.#taken.get(keyOf(marketIndex, isBid, priceE4));
      const liveMicros = taken?.liveMicros ?? (this.#taken.size + levels.length < TAKEN_MAX ? shadowMicros : 0);
      const sizeMicros = Math.min(liveMicros, shadowMicros);
      this.#looked.set(priceE4, shadowMicros);
      if (sizeMicros > 0) levels.push({ priceE4, sizeMicros });
      return true;
    });
    return levels;
  }

  /** Nothing of the market can be taken any more. */
  forget(marketIndex: number): void {
    for (const [key, taken] of this.#taken) if (taken.marketIndex === marketIndex) this.#taken.delete(key);
  }

  /** Takes from a live level of the side that levels() was asked for last. */
  take(marketIndex: number, isBid: boolean, priceE4: number, micros: number): void {
    const key = keyOf(marketIndex, isBid, priceE4);
    const taken = this.#taken.get(key);
    if (taken !== undefined) {
      taken.liveMicros -= micros;
      return;
    }
    const shadowMicros = this.#looked.get(priceE4)!;
    this.#taken.set(key, { marketIndex, isBid, priceE4, shadowMicros, liveMicros: shadowMicros - micros });
  }
}

function keyOf(marketIndex: number, isBid: boolean, priceE4: number): string {
  return `${marketIndex}/${isBid ? 'bid' : 'ask'}/${priceE4}`;
}

/** What Impact needs of the engine's Books. */
interface EngineBooks {
  eachLevel(
    marketIndex: number,
    side: number,
    limit: number,
    onLevel: (priceE4: number, sizeMicros: number) => unknown,
  ): number;
  sizeAt(marketIndex: number, side: number, priceE4: number): number;
}

/** The engine's books as a BookReader. `sideBid`, `sideAsk`: its side codes. */
export function readerOf(books: EngineBooks, sideBid: number, sideAsk: number): BookReader {
  return {
    eachLevel: (marketIndex, isBid, onLevel) => {
      books.eachLevel(marketIndex, isBid ? sideBid : sideAsk, Number.POSITIVE_INFINITY, onLevel);
    },
    sizeAt: (marketIndex, isBid, priceE4) => books.sizeAt(marketIndex, isBid ? sideBid : sideAsk, priceE4),
  };
}
