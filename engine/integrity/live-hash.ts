// Hashes of live books: takes a seal, copies the book it speaks of, and judges the one by the other, at a pace per market.
// The verifier's thread; never waits for a detector: a book that moved on before it was copied is tried again.
import { BOOK_SYNCED, SEAL_FOLLOWED, SEAL_IDLE, SEAL_TAKEN, SEAL_WANTED } from '../../wasm/layout.ts';
import type { Books } from '../book/books.ts';
import type { BookStatement } from '../venue/statements.ts';
import { BookCopy } from './book-copy.ts';
import type { CheckedMarkets } from './contract.ts';
import { HashClaim } from './hash-claim.ts';
import type { LiveTerms } from './live-terms.ts';
import type { Seal, Seals } from './seals.ts';
import type { Verdict } from './verdicts.ts';

export interface LiveHashPlace {
  readonly books: Books;
  readonly markets: CheckedMarkets & { idOf(market: number): string };
  readonly seals: Seals;
  readonly terms: LiveTerms;
  /** Pause between a verdict on a market and its next seal, ns. */
  readonly everyNs: number;
  readonly inferTerms: boolean;
  readonly onVerdict: (market: number, seal: Seal, verdict: Verdict, inferred: boolean) => void;
}

interface Waiting {
  readonly seal: Seal;
  readonly claim: HashClaim;
  readonly sinceNs: number;
}

export class LiveHash {
  readonly #place: LiveHashPlace;
  /** Hashes that do not hold yet, by market: their millisecond may not be over. */
  readonly #waiting = new Map<number, Waiting>();
  /** When the market's next seal may be asked for. */
  readonly #nextNs = new Map<number, number>();

  constructor(place: LiveHashPlace) {
    this.#place = place;
  }

  /** Looks at one market; answers whether a hash was computed. */
  turn(market: number, nowNs: number): boolean {
    const { seals } = this.#place;
    const state = seals.state(market);
    if (state === SEAL_WANTED) return false;
    if (state === SEAL_IDLE) {
      if (nowNs >= (this.#nextNs.get(market) ?? 0)) seals.ask(market, true);
      return false;
    }
    const waiting = this.#waiting.get(market);
    if (waiting !== undefined) return this.#review(market, waiting, state, nowNs);
    return this.#begin(market, nowNs);
  }

  /** Since when a hash of the market has not held although no later frame came, ns; undefined: none waits. */
  waitingSince(market: number): number | undefined {
    return this.#place.seals.state(market) === SEAL_TAKEN ? this.#waiting.get(market)?.sinceNs : undefined;
  }

  #begin(market: number, nowNs: number): boolean {
    const { books, seals, terms, inferTerms, onVerdict } = this.#place;
    const copy = BookCopy.ofBook(books, market);
    if (copy === undefined) return false;
    // Read behind the copy: a part of the sealed frame that came since is perhaps in it.
    const isFollowed = seals.state(market) === SEAL_FOLLOWED;
    const seal = seals.read(market);
    if (copy.frameSeq() !== seal.frameSeq || copy.epoch !== seal.epoch || copy.state() !== BOOK_SYNCED) {
      onVerdict(market, seal, 'unverifiable', false);
      this.#rest(market, true, nowNs);
      return false;
    }
    const statement = this.#statementOf(market, seal);
    const held = { books: copy, index: market, view: seal.view };
    const known = terms.of(market);
    const claim: HashClaim = new HashClaim(statement, held, known, inferTerms, (verdict, inferred) => {
      this.#waiting.delete(market);
      onVerdict(market, seal, verdict, inferred);
    });
    if (claim.holds()) this.#judge(market, claim, 'verified', nowNs);
    else if (isFollowed) this.#judge(market, claim, 'unverifiable', nowNs);
    else this.#waiting.set(market, { seal, claim, sinceNs: nowNs });
    return true;
  }

  #review(market: number, { seal, claim }: Waiting, state: number, nowNs: number): boolean {
    const { books, seals, terms, inferTerms } = this.#place;
    // A trade told of since may be what the hash lacked.
    terms.of(market);
    if (claim.holds()) {
      this.#judge(market, claim, 'verified', nowNs);
      return true;
    }
    if (state === SEAL_FOLLOWED && seals.nextMs(market) > seal.venueMs) {
      if (claim.holdsAfterAll()) this.#judge(market, claim, 'verified', nowNs);
      else if (terms.of(market).blamesLevels(inferTerms)) this.#judge(market, claim, 'mismatched', nowNs);
      // The next hash would be no better: it has its pause.
      else this.#judge(market, claim, 'unverifiable', nowNs, false);
      return true;
    }
    if (state === SEAL_FOLLOWED || books.epoch(market) !== seal.epoch) {
      this.#judge(market, claim, 'unverifiable', nowNs);
    }
    return false;
  }

  #judge(market: number, claim: HashClaim, verdict: Verdict, nowNs: number, again = verdict === 'unverifiable'): void {
    claim.judged(verdict);
    this.#rest(market, again, nowNs);
  }

  /** The next seal is asked for at once (`again`: this one came too late to say anything) or after the pause. */
  #rest(market: number, again: boolean, nowNs: number): void {
    const { seals, everyNs } = this.#place;
    this.#nextNs.set(market, nowNs + everyNs);
    seals.ask(market, again);
  }

  #statementOf(market: number, { snapshot, view, venueMs, hash }: Seal): BookStatement {
    const { markets } = this.#place;
    const kind = snapshot ? 'ws' : 'delta';
    const place = { marketId: markets.idOf(market), token: markets.tokenOf(market, view), venueMs, hash };
    return { kind, ...place, top: undefined, levels: [], terms: {} };
  }
}
