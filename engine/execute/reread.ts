// The third age of a book: before a basket is sent, legs that nothing proved for a while are read again, all by one request
// to the venue, and the basket is evaluated again with what the answer offers. Executor's thread; one basket at a time.
import { ACTION_BUY_YES, SIDE_ASK, SIDE_BID, VIEW_YES } from '../../wasm/layout.ts';
import { Books } from '../book/books.ts';
import { costMicrosRoundedUp, PRICE_ONE_E4 } from '../core/units.ts';
import type { BookCopy } from '../integrity/book-copy.ts';
import { provenBooks } from '../integrity/proven-books.ts';
import type { Arena } from '../memory/arena.ts';
import type { AskBooks, FeeSchedule } from '../venue/contract.ts';
import { takerFeeMicrosRoundedUp } from '../venue/fees.ts';
import type { Markets } from '../venue/markets.ts';
import type { ExecuteStats } from './stats.ts';
import type { Opportunity, OpportunityLeg } from './take.ts';

export interface RereadParts {
  readonly arena: Arena;
  readonly markets: Markets;
  readonly ask: AskBooks;
  /** A leg whose book nothing proved for longer is read again, ms. */
  readonly ageMs: number;
  readonly stats: ExecuteStats;
  feeOf(marketIndex: number): FeeSchedule | undefined;
}

/** An opportunity whose old legs were read again. */
export interface RereadOpportunity {
  readonly askedNs: number;
  /** With the legs as the venue answered them; undefined: there was no answer that proves itself for each. */
  readonly opportunity: Opportunity | undefined;
}

export class Reread {
  readonly #parts: RereadParts;
  readonly #books: Books;
  /** The opportunity whose legs are asked for. */
  #asking: Opportunity | undefined;
  #answered: RereadOpportunity | undefined;

  constructor(parts: RereadParts) {
    this.#parts = parts;
    this.#books = new Books(parts.arena);
  }

  /** Legs that must be read again before they are sent. */
  oldLegs(legs: readonly OpportunityLeg[], nowNs: number): OpportunityLeg[] {
    const ageNs = this.#parts.ageMs * 1e6;
    return legs.filter(({ marketIndex }) => nowNs - this.#books.verifiedNs(marketIndex) > ageNs);
  }

  /** Asks for the books of `old`, legs of `opportunity`. False: another question is out, or the connection is not there. */
  ask(opportunity: Opportunity, old: readonly OpportunityLeg[], nowNs: number): boolean {
    if (this.busy()) return false;
    const { ask, markets, stats } = this.#parts;
    const tokens = old.map(({ marketIndex }) => markets.tokenOf(marketIndex, VIEW_YES));
    // First, because the answer may come before the call returns.
    this.#asking = opportunity;
    const isAsked = ask(tokens, (body) => {
      if (this.#asking !== opportunity) return;
      this.#asking = undefined;
      this.#answered = { askedNs: nowNs, opportunity: this.#again(opportunity, old, body) };
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

  #again(opportunity: Opportunity, old: readonly OpportunityLeg[], body: string | undefined): Opportunity | undefined {
    const books = provenBooks(body, this.#parts.markets);
    if (old.some(({ marketIndex }) => !books.has(marketIndex))) return undefined;
    const offered = opportunity.legs.map((leg) => {
      const book = old.includes(leg) ? books.get(leg.marketIndex) : undefined;
      return book === undefined ? undefined : offersOf(book.copy, leg);
    });
    // All legs buy the same number of shares: the least that any of them still offers within its limit.
    const sizes = offered.map((levels) => levels?.reduce((sum, [, size]) => sum + size, 0) ?? Number.POSITIVE_INFINITY);
    const sizeMicros = Math.min(opportunity.sizeMicros, ...sizes);
    if (sizeMicros < opportunity.sizeMicros) this.#parts.stats.basketsShrunk += 1;
    const legs = opportunity.legs.map((leg, index) => {
      const levels = offered[index];
      return levels === undefined || sizeMicros === 0
        ? leg
        : walked(leg, levels, sizeMicros, this.#parts.feeOf(leg.marketIndex));
    });
    return { ...opportunity, sizeMicros, legs };
  }
}

type Offers = readonly (readonly [priceE4: number, sizeMicros: number])[];

/** What the book offers of the outcome that the leg buys, best first, within the leg's limit. */
function offersOf(copy: BookCopy, { action, limitE4 }: OpportunityLeg): Offers {
  const buysYes = action === ACTION_BUY_YES;
  const offers: [number, number][] = [];
  copy.eachLevel(0, buysYes ? SIDE_ASK : SIDE_BID, Number.POSITIVE_INFINITY, (priceE4, sizeMicros) => {
    const boughtE4 = buysYes ? priceE4 : PRICE_ONE_E4 - priceE4;
    if (boughtE4 <= limitE4) offers.push([boughtE4, sizeMicros]);
  });
  return offers;
}

/** The leg at `sizeMicros`, which the offers hold: cost and fee, both rounded up, and the worst price needed. */
function walked(leg: OpportunityLeg, offers: Offers, sizeMicros: number, fee: FeeSchedule | undefined): OpportunityLeg {
  let left = sizeMicros;
  let costMicros = 0;
  let feeMicros = 0;
  let limitE4 = leg.limitE4;
  for (const [priceE4, offeredMicros] of offers) {
    if (left === 0) break;
    const take = Math.min(left, offeredMicros);
    costMicros += costMicrosRoundedUp(priceE4, take);
    feeMicros += fee === undefined ? 0 : takerFeeMicrosRoundedUp(fee, priceE4, take);
    limitE4 = priceE4;
    left -= take;
  }
  return { ...leg, limitE4, sizeMicros, costMicros, feeMicros };
}
