// The third age of a book: before a basket is sent, legs that nothing proved for a while are read again, all by one request
// to the venue, and the basket is evaluated again with what the answer offers. Executor's thread; one basket at a time.
// A book that the answer differs from is doubted: that basket is sent by the answer or not at all, and none after it.
import * as L from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import { BookCopy } from '../integrity/book-copy.ts';
import { type ProvenBook, provenBooks } from '../integrity/proven-books.ts';
import { Seals } from '../integrity/seals.ts';
import type { Arena } from '../memory/arena.ts';
import type { AskBooks } from '../venue/contract.ts';
import type { Fill } from '../venue/fees.ts';
import { type Markets, venueOf } from '../venue/markets.ts';
import { offersOf, sumOf } from './offers.ts';
import type { ExecuteStats } from './stats.ts';
import type { Opportunity, OpportunityLeg } from './take.ts';

export interface RereadParts {
  readonly arena: Arena;
  readonly markets: Markets;
  readonly ask: AskBooks;
  /** A leg whose book nothing proved for longer is read again, ms. */
  readonly ageMs: number;
  readonly stats: ExecuteStats;
}

/** An opportunity whose old legs were read again. */
export interface RereadOpportunity {
  readonly askedNs: number;
  /** With the legs as the venue answered them; undefined: there was no answer that proves itself for each. */
  readonly opportunity: Opportunity | undefined;
  /** Books that the answer differs from, with their last frames. */
  readonly differing: readonly (readonly [market: number, frameSeq: number])[];
}

export class Reread {
  readonly #parts: RereadParts;
  readonly #books: Books;
  readonly #seals: Seals;
  /** The opportunity whose legs are asked for. */
  #asking: Opportunity | undefined;
  #answered: RereadOpportunity | undefined;

  constructor(parts: RereadParts) {
    this.#parts = parts;
    this.#books = new Books(parts.arena);
    this.#seals = new Seals(parts.arena);
  }

  /**
   * Legs that must be read again before they are sent. Polymarket's only: what Kalshi's REST says of a book proves nothing (see
   * ADR 0021). The gate's ages of data and of evidence hold for it all the same.
   */
  oldLegs(legs: readonly OpportunityLeg[], nowNs: number): OpportunityLeg[] {
    const ageNs = this.#parts.ageMs * 1e6;
    const { arena } = this.#parts;
    return legs
      .filter(({ marketIndex }) => venueOf(arena, marketIndex) === 'polymarket')
      .filter(({ marketIndex }) => nowNs - this.#books.verifiedNs(marketIndex) > ageNs);
  }

  /** Asks for the books of `old`, legs of `opportunity`. False: another question is out, or the connection is not there. */
  ask(opportunity: Opportunity, old: readonly OpportunityLeg[], nowNs: number): boolean {
    if (this.busy()) return false;
    const { ask, markets, stats } = this.#parts;
    const tokens = old.map(({ marketIndex }) => markets.tokenOf(marketIndex, L.VIEW_YES));
    // First, because the answer may come before the call returns.
    this.#asking = opportunity;
    const isAsked = ask(tokens, (body) => {
      if (this.#asking !== opportunity) return;
      this.#asking = undefined;
      const books = provenBooks(body, markets);
      const again = this.#again(opportunity, old, books);
      this.#answered = { askedNs: nowNs, opportunity: again, differing: this.#differing(old, books) };
    });
    if (!isAsked) {
      this.#asking = undefined;
      return false;
    }
    stats.basketsReread += 1;
    stats.legsReread += old.length;
    return true;
  }

  /** An opportunity waits for its answer, or answered for its turn. */
  busy(): boolean {
    return this.#asking !== undefined || this.#answered !== undefined;
  }

  /** Gives up what waits; answers whether anything did. An answer that comes after this finds nobody. */
  cancel(): boolean {
    const waited = this.busy();
    this.#asking = undefined;
    this.#answered = undefined;
    return waited;
  }

  /** What was answered since the last call, once. */
  take(): RereadOpportunity | undefined {
    const answered = this.#answered;
    this.#answered = undefined;
    return answered;
  }

  /** Nothing more is sent on the books that the answer differs from until something proves them: for after its basket. */
  doubt({ differing }: RereadOpportunity, nowNs: number): void {
    this.#parts.stats.legsDiffered += differing.length;
    // Without the verifier's questions nobody would look into it.
    if ((this.#parts.arena.u32[(L.HEADER_AT + L.HEADER_CHECKS_OFF) >> 2]! & L.CHECK_REST) !== 0) return;
    for (const [market, frameSeq] of differing) this.#seals.doubted(market, frameSeq, nowNs);
  }

  /** A book that is newer than the answer, or in change, is not compared. */
  #differing(old: readonly OpportunityLeg[], books: ReadonlyMap<number, ProvenBook>): [number, number][] {
    return old.flatMap(({ marketIndex }): [number, number][] => {
      const own = BookCopy.ofBook(this.#books, marketIndex);
      const answered = books.get(marketIndex)?.copy;
      if (own === undefined || answered === undefined || own.state() !== L.BOOK_SYNCED) return [];
      const isOlder = own.venueMs() <= answered.venueMs();
      return isOlder && !own.equals(answered) ? [[marketIndex, own.frameSeq()]] : [];
    });
  }

  #again(
    opportunity: Opportunity,
    old: readonly OpportunityLeg[],
    books: ReadonlyMap<number, ProvenBook>,
  ): Opportunity | undefined {
    if (old.some(({ marketIndex }) => !books.has(marketIndex))) return undefined;
    const offered = opportunity.legs.map((leg) => {
      const book = old.includes(leg) ? books.get(leg.marketIndex) : undefined;
      return book === undefined ? undefined : offersIn(book.copy, leg);
    });
    // All legs buy the same number of shares: the least that any of them still offers within its limit.
    const sizes = offered.map((offers) => (offers === undefined ? Number.POSITIVE_INFINITY : sumOf(offers)));
    const sizeMicros = Math.min(opportunity.sizeMicros, ...sizes);
    if (sizeMicros < opportunity.sizeMicros) this.#parts.stats.basketsShrunk += 1;
    const legs = opportunity.legs.map((leg, index) => ({ ...leg, offers: offered[index] }));
    return { ...opportunity, sizeMicros, legs };
  }
}

function offersIn(copy: BookCopy, leg: OpportunityLeg): Fill[] {
  return offersOf((side, onLevel) => copy.eachLevel(0, side, Number.POSITIVE_INFINITY, onLevel), leg);
}
