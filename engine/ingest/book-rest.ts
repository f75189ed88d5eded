// The venue's books by REST, where the stream does not serve: those of a feed whose stream is lost, again and again, and
// single ones whose stream brings nothing, to see whether it has frozen. Ingest thread, off the hot path: an answer of
// twenty books holds the thread for some milliseconds, so questions are small and few are asked at a time.
import { BOOK_PENDING, BOOK_SYNCED, SIDE_ASK, SIDE_BID, VENUE_POLYMARKET, VIEW_YES } from '../../wasm/layout.ts';
import type { Books } from '../book/books.ts';
import { booksBody, booksOf, type RestBook } from '../venue/polymarket/books-answer.ts';
import { type RestFault, type RestGetOptions, RestGets } from '../venue/rest-get.ts';
import type { PlacedSink } from './feed-contract.ts';
import { marketOf, type TokenPlace } from './first-books.ts';
import type { OutboundFeed } from './outbound.ts';

export interface BookRestSetup {
  readonly rest: RestGetOptions;
  /** Time between two questions about the books of a lost stream. */
  readonly pollMs: number;
  readonly tokensPerRequest: number;
  /** A book without a frame for this long, while its connection is open, is compared with the venue's; 0: never. */
  readonly assetIdleMs: number;
  /** So much newer the venue's must be to count against the stream: its frame may be on the way. */
  readonly graceMs: number;
}

/** What happened, by name. */
export interface BookRestCounts {
  /** Questions about lost streams, and books taken from their answers. */
  polls: number;
  booksPolled: number;
  /** Answers that came when the stream was back: not taken. */
  booksLate: number;
  booksUnreadable: number;
  /** Questions that had no answer in the end. */
  failed: number;
  /** Books that were compared because their stream brought nothing, and those that the venue has otherwise. */
  assetsCompared: number;
  assetsFrozen: number;
}

interface Poll {
  dueNs: number;
  isAsked: boolean;
}

const LEVELS_MAX = 10_001;
/** Answers to which asking on is what gets an address banned: nothing is asked for a minute. */
const BANS: ReadonlySet<RestFault> = new Set(['forbidden', 'challenged']);
const BAN_PAUSE_NS = 60e9;
const COMPARE_EVERY_NS = 250e6;

export class BookRest {
  readonly #setup: BookRestSetup;
  readonly #sink: PlacedSink;
  readonly #books: Books;
  readonly #gets: RestGets;
  /** By connection. */
  readonly #polls: Poll[] = [];
  /** When each quiet market was last asked about, ns. */
  readonly #comparedNs = new Map<number, number>();
  #isComparing = false;
  #pauseUntilNs = 0;
  #nextCompareNs = 0;
  #nowNs = 0;
  readonly counts: BookRestCounts = {
    ...{ polls: 0, booksPolled: 0, booksLate: 0, booksUnreadable: 0 },
    ...{ failed: 0, assetsCompared: 0, assetsFrozen: 0 },
  };

  constructor(setup: BookRestSetup, sink: PlacedSink, books: Books) {
    this.#setup = setup;
    this.#sink = sink;
    this.#books = books;
    this.#gets = new RestGets(setup.rest);
  }

  close(): Promise<void> {
    return this.#gets.close();
  }

  doWork(nowNs: number, feeds: readonly OutboundFeed[]): number {
    this.#nowNs = nowNs;
    if (nowNs < this.#pauseUntilNs) return this.#gets.doWork(nowNs);
    for (const [connection, feed] of feeds.entries()) {
      this.#polls[connection] ??= { dueNs: 0, isAsked: false };
      const poll = this.#polls[connection];
      if (feed.mode === 'poll' && !poll.isAsked && nowNs >= poll.dueNs) this.#poll(feed, connection, poll);
    }
    if (this.#setup.assetIdleMs > 0 && !this.#isComparing && nowNs >= this.#nextCompareNs) this.#compareQuiet(feeds);
    return this.#gets.doWork(nowNs);
  }

  /** All books of the feed, some tokens a question; the next round begins when all answers are there. */
  #poll(feed: OutboundFeed, connection: number, poll: Poll): void {
    const tokens = [...this.#oneTokenPerMarket(feed)];
    const { tokensPerRequest, pollMs } = this.#setup;
    let open = 0;
    poll.dueNs = this.#nowNs + pollMs * 1e6;
    for (let first = 0; first < tokens.length; first += tokensPerRequest) {
      open += 1;
      this.counts.polls += 1;
      this.#ask(tokens.slice(first, first + tokensPerRequest), (books) => {
        for (const book of books) this.#take(book, feed, connection);
        open -= 1;
        poll.isAsked = open > 0;
      });
    }
    poll.isAsked = open > 0;
  }

  /** One view is the whole book. */
  *#oneTokenPerMarket(feed: OutboundFeed): Generator<string> {
    const seen = new Set<number>();
    for (const token of feed.tokens) {
      const place = this.#sink.placeOf(token);
      if (place === undefined || seen.has(marketOf(place))) continue;
      seen.add(marketOf(place));
      yield token;
    }
  }

  /** The stream's own snapshot may be newer than this answer, and nothing in either says so. */
  #take({ frame }: RestBook, feed: OutboundFeed, connection: number): void {
    if (feed.isStreaming || feed.mode !== 'poll') {
      this.counts.booksLate += 1;
      return;
    }
    this.counts.booksPolled += 1;
    this.#sink.frame(Buffer.from(frame), VENUE_POLYMARKET, connection);
  }

  #ask(tokens: readonly string[], onBooks: (books: readonly RestBook[]) => void): void {
    this.#gets.post('/books', booksBody(tokens), (result) => {
      if ('fault' in result && BANS.has(result.fault)) this.#pauseUntilNs = this.#nowNs + BAN_PAUSE_NS;
      const read = 'value' in result ? booksOf(result.value) : undefined;
      if (read === undefined) this.counts.failed += 1;
      else this.counts.booksUnreadable += read.unreadable;
      onBooks(read?.books ?? []);
    });
  }

  /** Asks about the books that have been without a frame for too long, as many as one question holds. */
  #compareQuiet(feeds: readonly OutboundFeed[]): void {
    this.#nextCompareNs = this.#nowNs + COMPARE_EVERY_NS;
    const tokens: string[] = [];
    const seenMs = new Map<string, number>();
    for (const token of this.#quietTokens(feeds)) {
      if (tokens.length === this.#setup.tokensPerRequest) break;
      const market = marketOf(this.#sink.placeOf(token)!);
      this.#comparedNs.set(market, this.#nowNs);
      seenMs.set(token, this.#books.venueMs(market));
      tokens.push(token);
    }
    if (tokens.length === 0) return;
    this.#isComparing = true;
    this.#ask(tokens, (books) => {
      this.#isComparing = false;
      for (const book of books) this.#judge(book, seenMs.get(book.token));
    });
  }

  *#quietTokens(feeds: readonly OutboundFeed[]): Generator<string> {
    const idleNs = this.#setup.assetIdleMs * 1e6;
    for (const feed of feeds) {
      if (!feed.isStreaming || this.#nowNs - feed.openNs < idleNs) continue;
      for (const token of this.#oneTokenPerMarket(feed)) {
        const market = marketOf(this.#sink.placeOf(token)!);
        const state = this.#books.state(market);
        const sinceNs = Math.max(this.#books.recvNs(market), this.#comparedNs.get(market) ?? 0);
        if ((state === BOOK_SYNCED || state === BOOK_PENDING) && this.#nowNs - sinceNs >= idleNs) yield token;
      }
    }
  }

  /** A venue's book that is newer and different, while the stream still brought nothing, refutes the stream. */
  #judge(book: RestBook, seenMs: number | undefined): void {
    const place = this.#sink.placeOf(book.token);
    if (place === undefined || seenMs === undefined) return;
    const market = marketOf(place);
    this.counts.assetsCompared += 1;
    if (this.#books.venueMs(market) !== seenMs || book.venueMs <= seenMs + this.#setup.graceMs) return;
    if (this.#isEqual(book, place)) return;
    this.counts.assetsFrozen += 1;
    this.#sink.lostMarket(market, this.#nowNs);
  }

  #isEqual({ bids, asks }: RestBook, place: TokenPlace): boolean {
    const isYes = (place & 1) === VIEW_YES;
    const market = marketOf(place);
    return (
      this.#isSideEqual(market, SIDE_BID, isYes ? bids : mirrored(asks)) &&
      this.#isSideEqual(market, SIDE_ASK, isYes ? asks : mirrored(bids))
    );
  }

  #isSideEqual(market: number, side: number, theirs: ReadonlyMap<number, number>): boolean {
    let isEqual = true;
    const levels = this.#books.eachLevel(market, side, LEVELS_MAX, (priceE4, sizeMicros) => {
      isEqual = theirs.get(priceE4) === sizeMicros;
      return isEqual;
    });
    return isEqual && levels === theirs.size;
  }
}

/** A NO bid at p is a YES ask at 1 - p. */
function mirrored(side: ReadonlyMap<number, number>): Map<number, number> {
  return new Map([...side].map(([priceE4, sizeMicros]) => [10_000 - priceE4, sizeMicros]));
}
