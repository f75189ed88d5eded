// The product's own count of decisions on wrong books, kept by its own class over the decisions that a case would have let
// through, so that it stands beside what the oracle says of them. One thread; told by the watch.
import { Books } from '../../engine/book/books.ts';
import { Decisions } from '../../engine/execute/decisions.ts';
import { createStats } from '../../engine/execute/stats.ts';
import type { Arena } from '../../engine/memory/arena.ts';

export interface ProductCounts {
  readonly proven: number;
  /** `decisionsOnWrongBook`: upper bounds, since evidence tells between which two looks at a book a fault began. */
  readonly top: number;
  readonly depth: number;
  readonly notJudged: number;
}

export class ProductCount {
  readonly #stats = createStats();
  readonly #books: Books;
  readonly #decisions: Decisions;
  readonly #rereadAgeNs: number;

  /** `rereadAgeMs`: a book that nothing proved for longer is read again before anything is sent on it. */
  constructor(arena: Arena, rereadAgeMs: number) {
    this.#books = new Books(arena);
    this.#decisions = new Decisions(arena, this.#stats);
    this.#rereadAgeNs = rereadAgeMs * 1e6;
  }

  /** The gate let a decision on `market` through. One that has its book read again first is the answer's, not the book's. */
  note(market: number, nowNs: number): void {
    if (nowNs - this.#books.verifiedNs(market) <= this.#rereadAgeNs) this.#decisions.note([market], nowNs);
  }

  review(nowNs: number): void {
    this.#decisions.review(nowNs);
  }

  /** What is not judged by now never is. */
  end(nowNs: number): ProductCounts {
    this.#decisions.review(nowNs, true);
    const { decisionsProven, decisionsOnWrongTop, decisionsOnWrongDepth, decisionsNotJudged } = this.#stats;
    return {
      ...{ proven: decisionsProven, top: decisionsOnWrongTop, depth: decisionsOnWrongDepth },
      notJudged: decisionsNotJudged,
    };
  }
}
