// A venue's hash of one token's book, as a claim on the book the engine holds. Off the hot path.
import { BookDigest } from '../venue/polymarket/book-hash.ts';
import type { BookStatement } from '../venue/statements.ts';
import type { Claim } from './claims.ts';
import type { HeldBook } from './contract.ts';
import type { MarketTerms } from './terms.ts';
import type { Verdict } from './verdicts.ts';

/** Digest of the book as it is now, at the venue time of `statement`. */
export function digestOf({ books, index, view }: HeldBook, { marketId, token, venueMs }: BookStatement): BookDigest {
  const condition = marketId.slice(marketId.indexOf(':') + 1);
  return BookDigest.ofBook(books, { index, condition }, token, view, venueMs);
}

/**
 * Holds when the book is the one hashed: as the message left it, whatever is learned later of what the hash covers
 * besides; or as later messages of its millisecond leave it.
 */
export class HashClaim implements Claim {
  readonly stated: string;
  readonly #statement: BookStatement;
  readonly #held: HeldBook;
  readonly #terms: MarketTerms;
  readonly #mayInfer: boolean;
  readonly #onVerdict: (verdict: Verdict, inferred: boolean) => void;
  readonly #digest: BookDigest;
  /** What was tried last, so that nothing is tried twice. */
  #frameSeq: number;
  #version = -1;
  #inferred = false;

  constructor(
    statement: BookStatement,
    held: HeldBook,
    terms: MarketTerms,
    mayInfer: boolean,
    onVerdict: (verdict: Verdict, inferred: boolean) => void,
  ) {
    this.stated = statement.hash;
    this.#statement = statement;
    this.#held = held;
    this.#terms = terms;
    this.#mayInfer = mayInfer;
    this.#onVerdict = onVerdict;
    this.#digest = digestOf(held, statement);
    this.#frameSeq = held.books.frameSeq(held.index);
  }

  holds(): boolean {
    if (this.#version !== this.#terms.version) {
      this.#version = this.#terms.version;
      if (this.#explains(this.#digest)) return true;
    }
    const { books, index } = this.#held;
    const frameSeq = books.frameSeq(index);
    if (frameSeq === this.#frameSeq) return false;
    this.#frameSeq = frameSeq;
    return books.venueMs(index) === this.#statement.venueMs && this.#explains(digestOf(this.#held, this.#statement));
  }

  holdsAfterAll(): boolean {
    // The other token's hash may have been explained meanwhile, by what explains this one.
    if (this.#explains(this.#digest)) return true;
    const { terms, hash } = this.#statement;
    this.#inferred = this.#mayInfer && this.#terms.infer(this.#digest, hash, terms.tickText);
    return this.#inferred;
  }

  judged(verdict: Verdict): void {
    this.#onVerdict(verdict, this.#inferred);
  }

  #explains(digest: BookDigest): boolean {
    return this.#terms.explain(digest, this.#statement.hash, this.#statement.terms.tickText);
  }
}
