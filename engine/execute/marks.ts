// What holdings would bring if they were sold now: the verified bids walked down, less fees. Executor's thread; made anew
// for every report.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import type { FeeSchedule } from '../venue/contract.ts';
import { isFeePerOrder } from '../venue/fees.ts';
import { type Markets, venueOf } from '../venue/markets.ts';
import type { LeftMicros } from './offers.ts';
import { type Lot, saleOf } from './sale.ts';
import { VerifiedBooks } from './verified.ts';

export interface MarkParts {
  readonly arena: Arena;
  readonly markets: Markets;
  readonly leftMicros?: LeftMicros | undefined;
  feeOf(marketIndex: number): FeeSchedule | undefined;
}

/** Any bid counts: what is held has no limit below which it is not sold. */
const ANY_E4 = 10_000;

export class Marks {
  readonly #parts: MarkParts;
  readonly #books: VerifiedBooks;
  /** Market and view of each token. */
  readonly #outcomes = new Map<string, readonly [number, number]>();
  readonly #lots = new Map<string, Lot | undefined>();

  constructor(parts: MarkParts) {
    this.#parts = parts;
    this.#books = new VerifiedBooks(parts.arena, parts.leftMicros);
    for (let market = 0; market < parts.markets.count; market += 1) {
      for (const view of [L.VIEW_YES, L.VIEW_NO]) {
        const token = parts.markets.outcomeOf(market, view);
        if (token !== '') this.#outcomes.set(token, [market, view]);
      }
    }
  }

  /** What `sizeMicros` of a token would bring, micro-dollars; undefined: nobody bids on a book to rely on. */
  worthOf(token: string, sizeMicros: number): number | undefined {
    const lot = this.#lotOf(token);
    return lot === undefined || lot.bids.length === 0 ? undefined : Math.max(0, saleOf(lot, sizeMicros).netMicros);
  }

  /** Looks at the bids of these tokens now; later questions about them are answered by what they are now. */
  keep(tokens: Iterable<string>): void {
    for (const token of tokens) this.#lotOf(token);
  }

  #lotOf(token: string): Lot | undefined {
    if (this.#lots.has(token)) return this.#lots.get(token);
    const outcome = this.#outcomes.get(token);
    const lot = outcome === undefined ? undefined : this.#read(...outcome);
    this.#lots.set(token, lot);
    return lot;
  }

  #read(marketIndex: number, view: number): Lot | undefined {
    const { arena } = this.#parts;
    const fee = this.#parts.feeOf(marketIndex);
    const bids = this.#books.bids(marketIndex, view, ANY_E4);
    if (bids === undefined || fee === undefined) return undefined;
    return { bids, fee, isFeePerOrder: isFeePerOrder(venueOf(arena, marketIndex)), stepMicros: 1 };
  }
}
