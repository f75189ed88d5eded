// The engine's books for the matching of a paper run, read on the main thread while detectors go on changing them: each
// look is of a book between two changes. A book that is not SYNCED, or that never rests, fills nothing.
import { BOOK_SYNCED, SIDE_ASK, SIDE_BID } from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import type { Arena } from '../memory/arena.ts';
import type { BookReader } from '../venue/sim/impact.ts';

/** Looks at a book that its detector is changing before it counts as not known: a change takes microseconds. */
const LOOKS_MAX = 1_000;

export class PaperBooks implements BookReader {
  readonly #books: Books;

  constructor(arena: Arena) {
    this.#books = new Books(arena);
  }

  eachLevel(marketIndex: number, isBid: boolean, onLevel: (priceE4: number, sizeMicros: number) => boolean): void {
    const levels = this.#read(marketIndex, () => {
      const seen: [number, number][] = [];
      this.#books.eachLevel(marketIndex, sideOf(isBid), Number.POSITIVE_INFINITY, (...level) => seen.push(level));
      return seen;
    });
    for (const [priceE4, sizeMicros] of levels ?? []) if (!onLevel(priceE4, sizeMicros)) return;
  }

  sizeAt(marketIndex: number, isBid: boolean, priceE4: number): number | undefined {
    return this.#read(marketIndex, () => this.#books.sizeAt(marketIndex, sideOf(isBid), priceE4));
  }

  #read<Seen>(marketIndex: number, look: () => Seen): Seen | undefined {
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const version = this.#books.version(marketIndex);
      if ((version & 1) !== 0) continue;
      const seen = this.#books.state(marketIndex) === BOOK_SYNCED ? look() : undefined;
      if (this.#books.version(marketIndex) === version) return seen;
    }
    return undefined;
  }
}

function sideOf(isBid: boolean): number {
  return isBid ? SIDE_BID : SIDE_ASK;
}
