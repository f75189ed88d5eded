// The book chain: one SHA-256 over every book a tape leaves behind, frame by frame, so that an independent program can
// check the books of a whole run by one value. Written by the replay driver's thread; cold path (books become text).
//
//   c0 = 32 zero bytes; per frame, per market whose book it set or changed, in order of first mention:
//   c = SHA-256(c ‖ utf8(`marketId\nprice size,price size,…\nprice size,…\n`)), bids then asks, best first.
import { createHash } from 'node:crypto';
import { BOOK_EMPTY, SIDE_ASK, SIDE_BID } from '../../wasm/layout.ts';

/** What the chain and the dumps read of books; engine/book/books.ts has it. */
export interface CanonicalBooks {
  /** `price size,price size,…` of one side (SIDE_BID, SIDE_ASK), best first, canonical decimals; '' when empty. */
  canonicalSide(marketIndex: number, side: number): string;
  /** BOOK_EMPTY, BOOK_SYNCED, ... */
  state(marketIndex: number): number;
}

/** Collects frames into the chain. */
export class BookChain {
  readonly #books: CanonicalBooks;
  readonly #idOf: (marketIndex: number) => string;
  #value: Buffer = Buffer.alloc(32);
  /** Frames added so far. */
  frames = 0;

  /** `idOf`: a market's id, `polymarket:…` or `kalshi:…`. */
  constructor(books: CanonicalBooks, idOf: (marketIndex: number) => string) {
    this.#books = books;
    this.#idOf = idOf;
  }

  /** The value so far as 64 hex digits. */
  get hex(): string {
    return this.#value.toString('hex');
  }

  /**
   * Adds one frame. `touched`: the first `count` entries are the markets it set or changed, in order of first
   * mention; a frame that touched none leaves the chain as it is.
   */
  addFrame(touched: ArrayLike<number>, count: number): void {
    this.frames += 1;
    for (let entry = 0; entry < count; entry += 1) {
      const marketIndex = touched[entry]!;
      if (this.#books.state(marketIndex) !== BOOK_EMPTY) this.#add(marketIndex);
    }
  }

  #add(marketIndex: number): void {
    const bids = this.#books.canonicalSide(marketIndex, SIDE_BID);
    const asks = this.#books.canonicalSide(marketIndex, SIDE_ASK);
    this.#value = createHash('sha256')
      .update(this.#value)
      .update(`${this.#idOf(marketIndex)}\n${bids}\n${asks}\n`, 'utf8')
      .digest();
  }
}
