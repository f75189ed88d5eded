// What the evidence is handed: books and markets to read, which checks are on, where faults go. Types only.
import type { LevelSource } from '../venue/polymarket/book-hash.ts';
import type { Check, Verdict } from './verdicts.ts';

/** What the checks read of books; engine/book/books.ts has it. */
export interface CheckedBooks extends LevelSource {
  /** One of BOOK_*. */
  state(marketIndex: number): number;
  /** Venue time of the last message applied, 0 = none. */
  venueMs(marketIndex: number): number;
  /** Number of that message, another one for each. */
  frameSeq(marketIndex: number): number;
  bestBidE4(marketIndex: number): number;
  bestAskE4(marketIndex: number): number;
}

/** One token's book among others. */
export interface HeldBook {
  readonly books: CheckedBooks;
  readonly index: number;
  /** VIEW_YES or VIEW_NO. */
  readonly view: number;
}

/** What the checks read of the market table; engine/venue/markets.ts has it. */
export interface CheckedMarkets {
  indexOf(marketId: string): number | undefined;
  /** Token of view 0 (YES) or 1 (NO), '' when unknown. */
  tokenOf(marketIndex: number, view: number): string;
}

/** Which checks are on; section `integrity` of the config. */
export interface EvidenceOptions {
  /** Hashes of snapshots and changes. */
  readonly hash: boolean;
  /** Answers to requests. */
  readonly rest: boolean;
  readonly top: boolean;
  readonly mirror: boolean;
  readonly sequence: boolean;
  /** Before a hash is called mismatched, every last trade price and tick is tried. */
  readonly inferTerms: boolean;
}

/** Where and when a message was received; `message` counts from 1. */
export interface Received {
  readonly connection: number;
  readonly recvNs: number;
  readonly message: number;
}

/** Evidence against a book. */
export interface Fault extends Received {
  readonly check: Check | 'refused';
  readonly marketId: string;
  /** '' when the fault is not one token's. */
  readonly token: string;
  readonly venueMs: number;
  /** Hash, top or number as stated; the reason of a refusal. */
  readonly stated: string;
}

export interface EvidencePlace {
  readonly books: CheckedBooks;
  readonly markets: CheckedMarkets;
  readonly options: EvidenceOptions;
  /** `full`: every message of each subscription is seen, so a gap in its numbers is a loss. */
  readonly seqScope: 'full' | 'marketFiltered';
  readonly onFault: (fault: Fault) => void;
  /** Told of every verdict on a stated hash or top. */
  readonly onVerdict?: (check: Check, verdict: Verdict, received: Received) => void;
}
