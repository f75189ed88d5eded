// How a feed's time was spent: per market gaps, silences and the time its book could be traded on; per basket the time
// all its legs could at once. Between two messages nothing changes but ages, so each span is cut where the first age
// ends. Follows one set of books on their own receive times; off the hot path.
import { BOOK_EMPTY, BOOK_STALE, BOOK_SYNCED } from '../../wasm/layout.ts';

/** What is read of books. */
interface TimedBooks {
  state(marketIndex: number): number;
  /** Receive time of the last message whose top agreed, or of the last snapshot. */
  verifiedNs(marketIndex: number): number;
}

/** Ages beyond which a book is not traded, and silences told of. */
export interface TimeLimits {
  readonly dataAgeNs: number;
  readonly verifiedAgeNs: number;
  readonly silenceNs: number;
}

/** Times of one market, ns. */
export interface MarketTimes {
  messages: number;
  /** The feed broke off: another connection took over, or the book became STALE. */
  gaps: number;
  silences: number;
  silenceNsMax: number;
  /** The book was proven, whatever its age. */
  syncedNs: number;
  /** And fresh enough for the gate. */
  tradableNs: number;
}

interface Watched {
  readonly times: MarketTimes;
  readonly connections: Set<number>;
  connection: number;
  lastNs: number;
  state: number;
  /** False from evidence against the book to its next snapshot. */
  trusted: boolean;
}

/** Keeps the times of markets by index. */
export class FeedTime {
  readonly #books: TimedBooks;
  readonly #limits: TimeLimits;
  readonly #markets: Watched[] = [];
  /** Last data by connection. */
  readonly #dataNs = new Map<number, number>();
  readonly #baskets: { readonly legs: readonly number[]; tradableNs: number }[];
  #nowNs = 0;

  /** `baskets`: market indexes of each basket's legs. */
  constructor(books: TimedBooks, limits: TimeLimits, baskets: readonly (readonly number[])[]) {
    this.#books = books;
    this.#limits = limits;
    this.#baskets = baskets.map((legs) => ({ legs, tradableNs: 0 }));
  }

  /** Time goes on to `recvNs`; to be called before a message of that time is applied. */
  advance(recvNs: number): void {
    if (recvNs <= this.#nowNs) return;
    const ends = this.#markets.map((market, index) => {
      if (market.state !== BOOK_SYNCED || !market.trusted) return 0;
      const endNs = Math.min(recvNs, this.#freshUntilNs(market, index));
      market.times.syncedNs += recvNs - this.#nowNs;
      market.times.tradableNs += Math.max(0, endNs - this.#nowNs);
      return endNs;
    });
    for (const basket of this.#baskets) {
      const endNs = Math.min(...basket.legs.map((leg) => ends[leg] ?? 0));
      basket.tradableNs += Math.max(0, endNs - this.#nowNs);
    }
    this.#nowNs = recvNs;
  }

  /** A message of `connection` that told of these markets was applied. */
  message(marketIndexes: readonly number[], connection: number): void {
    this.#dataNs.set(connection, this.#nowNs);
    for (const index of marketIndexes) this.#heard(this.#market(index), connection);
    for (const [index, market] of this.#markets.entries()) {
      const state = this.#books.state(index);
      if (state === BOOK_STALE && market.state !== BOOK_STALE && market.state !== BOOK_EMPTY) market.times.gaps += 1;
      market.state = state;
    }
  }

  /** Evidence against the book (false), or its next snapshot (true). */
  trust(marketIndex: number, trusted: boolean): void {
    this.#market(marketIndex).trusted = trusted;
  }

  /** The recording is over: silences that last are counted. */
  end(): void {
    for (const market of this.#markets) if (market.times.messages > 0) this.#silent(market);
  }

  /** Times of a market; all zero for one nothing was heard of. */
  timesOf(marketIndex: number): Readonly<MarketTimes> {
    return this.#market(marketIndex).times;
  }

  basketTradableNs(basket: number): number {
    return this.#baskets[basket]!.tradableNs;
  }

  #heard(market: Watched, connection: number): void {
    const { times, connections } = market;
    if (times.messages > 0) this.#silent(market);
    if (connections.size > 0 && !connections.has(connection)) times.gaps += 1;
    connections.add(connection);
    market.connection = connection;
    market.lastNs = this.#nowNs;
    times.messages += 1;
  }

  #silent({ times, lastNs }: Watched): void {
    const silentNs = this.#nowNs - lastNs;
    if (silentNs > this.#limits.silenceNs) times.silences += 1;
    times.silenceNsMax = Math.max(times.silenceNsMax, silentNs);
  }

  #freshUntilNs({ connection }: Watched, index: number): number {
    const { dataAgeNs, verifiedAgeNs } = this.#limits;
    const dataNs = this.#dataNs.get(connection) ?? Number.NEGATIVE_INFINITY;
    return Math.min(dataNs + dataAgeNs, this.#books.verifiedNs(index) + verifiedAgeNs);
  }

  #market(index: number): Watched {
    for (let next = this.#markets.length; next <= index; next += 1) this.#markets.push(newWatched());
    return this.#markets[index]!;
  }
}

function newWatched(): Watched {
  const times = { messages: 0, gaps: 0, silences: 0, silenceNsMax: 0, syncedNs: 0, tradableNs: 0 };
  return { times, connections: new Set(), connection: -1, lastNs: 0, state: BOOK_EMPTY, trusted: true };
}
