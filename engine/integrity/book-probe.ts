// Compares live books with what the venue answers when it is asked: the one proof for a book whose feed says nothing.
// The verifier's thread. It sends nothing itself; whoever holds the connection hands the answer in.
//
// An answer that our book differs from is no proof yet: messages may be on the way, also of the same venue millisecond.
// So it waits, and when our book has not got past the answer's venue time after the grace, messages are missing.
import { BOOK_SYNCED } from '../../wasm/layout.ts';
import type { Books } from '../book/books.ts';
import { BookCopy } from './book-copy.ts';

/** What an answer says of our book; `undecided`: the book moved on meanwhile, is the newer one, or the run ended first. */
type ProbeVerdict = 'agreed' | 'differed' | 'undecided';

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
  /** How long our book may lag an answer, from its receipt, ns: what it shows may be sent to us after it. */
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

  /** Takes the market's book as the venue answered it: asked for at `askedNs`, received at `nowNs` at the latest. */
  answered(market: number, answered: BookCopy, askedNs: number, nowNs: number): void {
    this.#judge({ market, answered, askedNs, untilNs: nowNs + this.#place.graceNs }, nowNs);
  }

  /** Looks again at what waits; call now and then. */
  review(nowNs: number): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const one of pending) this.#judge(one, nowNs);
  }

  /** Nothing more will come: what still waits is undecided. */
  end(): void {
    const { books, onVerdict } = this.#place;
    for (const { market, askedNs } of this.#pending) {
      onVerdict(market, { verdict: 'undecided', frameSeq: books.frameSeq(market), askedNs, topDiffers: false });
    }
    this.#pending = [];
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
