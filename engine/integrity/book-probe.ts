// Compares live books with what the venue answers when it is asked: the one proof for a book whose feed says nothing.
// The verifier's thread. It sends nothing itself; whoever holds the connection hands the answer in.
//
// An answer that our book differs from is no proof yet: messages may be on the way, also of the same venue millisecond.
// So it waits, and when our book has not got past the answer's venue time after the grace, messages are missing.
import { BOOK_SYNCED, VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import type { Books } from '../book/books.ts';
import type { BookStatement } from '../venue/statements.ts';
import { BookCopy } from './book-copy.ts';
import type { CheckedMarkets } from './contract.ts';
import { digestOf } from './hash-claim.ts';
import { MarketTerms } from './terms.ts';

/** What an answer says of our book; `undecided`: the book moved on meanwhile, or is the newer one. */
type ProbeVerdict = 'agreed' | 'differed' | 'undecided' | 'failed';

export interface ProbeResult {
  readonly verdict: ProbeVerdict;
  /** Last frame of our book. */
  readonly frameSeq: number;
  /** When the answer was asked for: the book was right then at the earliest. */
  readonly askedNs: number;
  /** It differed, and in its best prices. */
  readonly topDiffers: boolean;
}

export interface ProbePlace {
  readonly books: Books;
  readonly markets: CheckedMarkets;
  readonly graceNs: number;
  readonly onVerdict: (market: number, result: ProbeResult) => void;
}

interface Pending {
  readonly market: number;
  readonly answered: BookCopy;
  readonly askedNs: number;
  readonly untilNs: number;
}

export class BookProbe {
  readonly #place: ProbePlace;
  #pending: Pending[] = [];

  constructor(place: ProbePlace) {
    this.#place = place;
  }

  /** Takes the answer for one token's book. */
  answered(statement: BookStatement, askedNs: number, nowNs: number): void {
    const { markets, graceNs, onVerdict, books } = this.#place;
    const market = markets.indexOf(statement.marketId);
    if (market === undefined) return;
    const view = [VIEW_YES, VIEW_NO].find((one) => markets.tokenOf(market, one) === statement.token);
    if (view === undefined || !proves(statement, view)) {
      onVerdict(market, { verdict: 'failed', frameSeq: books.frameSeq(market), askedNs, topDiffers: false });
      return;
    }
    this.#judge({ market, answered: BookCopy.ofStatement(statement, view), askedNs, untilNs: nowNs + graceNs }, nowNs);
  }

  /** Looks again at what waits; call now and then. */
  review(nowNs: number): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const one of pending) this.#judge(one, nowNs);
  }

  #judge(one: Pending, nowNs: number): void {
    const { books, onVerdict } = this.#place;
    const copy = BookCopy.ofBook(books, one.market);
    const verdict = copy === undefined ? undefined : compare(copy, one.answered, nowNs >= one.untilNs);
    if (copy === undefined || verdict === undefined) {
      this.#pending.push(one);
      return;
    }
    const topDiffers = verdict === 'differed' && !copy.topEquals(one.answered);
    onVerdict(one.market, { verdict, frameSeq: copy.frameSeq(), askedNs: one.askedNs, topDiffers });
  }
}

/** undefined: our book may still get there. */
function compare(own: BookCopy, answered: BookCopy, graceOver: boolean): ProbeVerdict | undefined {
  if (own.state() !== BOOK_SYNCED) return 'undecided';
  if (own.equals(answered)) return 'agreed';
  if (own.venueMs() > answered.venueMs()) return 'undecided';
  return graceOver ? 'differed' : undefined;
}

/** The answer's own hash holds. */
export function proves(statement: BookStatement, view: number): boolean {
  const terms = new MarketTerms();
  terms.state(statement.terms);
  const digest = digestOf({ books: BookCopy.ofStatement(statement, view), index: 0, view }, statement);
  return terms.explain(digest, statement.hash, statement.terms.tickText);
}
