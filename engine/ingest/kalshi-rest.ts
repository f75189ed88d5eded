// Kalshi's books by REST while their stream is lost: asks for all of them in rounds and hands the answers to the feed. Ingest
// thread, off the hot path: an answer of twenty books holds the thread for some milliseconds, so questions are small and
// few are asked at a time. Unsigned: the venue's market data is for everybody.
import { BOOKS_PER_REQUEST_MAX, booksPath, type PolledBook, polledBooksOf } from '../venue/kalshi/books-answer.ts';
import { type RestFault, type RestGetOptions, RestGets } from '../venue/rest-get.ts';
import type { KalshiFeed } from './kalshi-feed.ts';

export interface KalshiRestSetup {
  readonly rest: RestGetOptions;
  /** Time between two rounds of questions about the books of a lost stream. */
  readonly pollMs: number;
  /** Above what the venue takes it is that. */
  readonly booksPerRequest: number;
}

/** What happened, by name. */
export interface KalshiRestCounts {
  /** Questions about lost streams, and books taken from their answers. */
  polls: number;
  booksPolled: number;
  /** Answers that came when a stream had been there since the question: not taken. */
  booksLate: number;
  booksUnreadable: number;
  /** Asked for, and not in the answer. */
  booksAbsent: number;
  /** Read, and refused by the decoder: off the market's price levels, say. */
  booksRefused: number;
  /** Questions that had no answer in the end. */
  failed: number;
}

interface Poll {
  dueNs: number;
  open: number;
}

/** Answers to which asking on is what gets an address banned: nothing is asked for a minute. */
const BANS: ReadonlySet<RestFault> = new Set(['forbidden', 'challenged']);
const BAN_PAUSE_NS = 60e9;

export class KalshiRest {
  readonly #setup: KalshiRestSetup;
  readonly #gets: RestGets;
  readonly #polls = new WeakMap<KalshiFeed, Poll>();
  #pauseUntilNs = 0;
  #nowNs = 0;
  readonly counts: KalshiRestCounts = {
    ...{ polls: 0, booksPolled: 0, booksLate: 0, booksUnreadable: 0, booksAbsent: 0, booksRefused: 0, failed: 0 },
  };

  constructor(setup: KalshiRestSetup) {
    this.#setup = setup;
    this.#gets = new RestGets(setup.rest);
  }

  close(): Promise<void> {
    return this.#gets.close();
  }

  doWork(nowNs: number, feeds: readonly KalshiFeed[]): number {
    this.#nowNs = nowNs;
    if (nowNs >= this.#pauseUntilNs) for (const feed of feeds) this.#poll(feed);
    return this.#gets.doWork(nowNs);
  }

  /** All books of the feed, some a question; the next round begins when all answers are there. */
  #poll(feed: KalshiFeed): void {
    if (!feed.wantsPoll) return;
    const poll = this.#polls.get(feed) ?? { dueNs: 0, open: 0 };
    this.#polls.set(feed, poll);
    if (poll.open > 0 || this.#nowNs < poll.dueNs) return;
    const { tickers } = feed;
    const streams = feed.care.counts.opens;
    const each = Math.min(this.#setup.booksPerRequest, BOOKS_PER_REQUEST_MAX);
    poll.dueNs = this.#nowNs + this.#setup.pollMs * 1e6;
    for (let first = 0; first < tickers.length; first += each) {
      const asked = tickers.slice(first, first + each);
      poll.open += 1;
      this.counts.polls += 1;
      this.#ask(asked, (books) => {
        poll.open -= 1;
        if (books === undefined) return;
        // What is said of a market that nobody asked for is not heard.
        const own = books.filter(({ ticker }) => asked.includes(ticker));
        this.counts.booksAbsent += asked.length - own.length;
        for (const book of own) this.#take(feed, book, streams);
      });
    }
  }

  #take(feed: KalshiFeed, book: PolledBook, streams: number): void {
    const taken = feed.takePolled(book, streams);
    if (taken === 'late') this.counts.booksLate += 1;
    else if (taken === 'refused') this.counts.booksRefused += 1;
    else this.counts.booksPolled += 1;
  }

  #ask(tickers: readonly string[], onBooks: (books: readonly PolledBook[] | undefined) => void): void {
    this.#gets.get(booksPath(tickers), (result) => {
      if ('fault' in result && BANS.has(result.fault)) this.#pauseUntilNs = this.#nowNs + BAN_PAUSE_NS;
      const read = 'value' in result ? polledBooksOf(result.value) : undefined;
      if (read === undefined) this.counts.failed += 1;
      else this.counts.booksUnreadable += read.unreadable;
      onBooks(read?.books);
    });
  }
}
