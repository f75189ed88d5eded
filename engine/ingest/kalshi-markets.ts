// The markets of one Kalshi connection: which it carries, which of them pause, and whether their books call for another
// connection. Ingest thread; reads book states, decides only.
import { BOOK_EMPTY, BOOK_STALE, BOOK_SYNCED } from '../../wasm/layout.ts';
import type { Books } from '../book/books.ts';
import type { KalshiLifecycle } from '../venue/kalshi/control.ts';
import type { KalshiSink } from './kalshi-contract.ts';
import { canBeHelped, FeedWatch, type ResyncLimits } from './resync.ts';

export interface KalshiLimits extends ResyncLimits {
  /** A connection on which a market has no book after so long is replaced. */
  readonly firstBookMs: number;
}

export class KalshiMarkets {
  readonly #books: Books;
  readonly #watch: FeedWatch;
  readonly #firstBookNs: number;
  readonly #sink: Pick<KalshiSink, 'marketOf' | 'withdrawn'>;
  readonly #tickers = new Map<number, string>();
  /** One that it has or had: all belong to one detector, which is told of the end when all are gone too. */
  first: number | undefined;
  /** Since when a book is due, of the markets that do not pause; no snapshot makes the others tradable. */
  readonly #dueNs = new Map<number, number>();

  constructor(books: Books, limits: KalshiLimits, sink: Pick<KalshiSink, 'marketOf' | 'withdrawn'>) {
    this.#books = books;
    this.#watch = new FeedWatch(books, limits);
    this.#firstBookNs = limits.firstBookMs * 1e6;
    this.#sink = sink;
  }

  get tickers(): readonly string[] {
    return [...this.#tickers.values()];
  }

  get trading(): Iterable<number> {
    return this.#dueNs.keys();
  }

  get tradingTickers(): readonly string[] {
    return [...this.trading].map((market) => this.#tickers.get(market)!);
  }

  /** True when a book is tradable: there is something to keep. */
  get hasGoodBooks(): boolean {
    return [...this.trading].some((market) => this.#books.state(market) === BOOK_SYNCED);
  }

  /** True for one of its own. */
  has(ticker: string): boolean {
    const market = this.#sink.marketOf(ticker);
    return market !== undefined && this.#tickers.has(market);
  }

  get paused(): readonly number[] {
    return [...this.#tickers.keys()].filter((market) => !this.#dueNs.has(market));
  }

  /** Those whose book a snapshot has brought back all the same. */
  get pausedInVain(): readonly number[] {
    return this.paused.filter((market) => {
      const state = this.#books.state(market);
      return state !== BOOK_STALE && state !== BOOK_EMPTY;
    });
  }

  tickerOf(market: number): string | undefined {
    return this.#tickers.get(market);
  }

  /** Takes registered markets, all or none; answers the tickers that are new. Throws RangeError when one is not. */
  add(tickers: readonly string[], nowNs: number): string[] {
    const added = new Map<number, string>();
    for (const ticker of tickers) {
      const market = this.#sink.marketOf(ticker);
      if (market === undefined) throw new RangeError(`kalshi:${ticker}: not a registered market`);
      if (!this.#tickers.has(market)) added.set(market, ticker);
    }
    for (const [market, ticker] of added) {
      this.first ??= market;
      this.#tickers.set(market, ticker);
      this.resume(market, nowNs);
    }
    return [...added.values()];
  }

  /** Leaves markets; answers those that it had, with their tickers. */
  remove(tickers: readonly string[]): (readonly [market: number, ticker: string])[] {
    const leaving = new Set(tickers);
    const removed = [...this.#tickers].filter(([, ticker]) => leaving.has(ticker));
    for (const [market] of removed) {
      this.pause(market);
      this.#tickers.delete(market);
    }
    return removed;
  }

  /** A pause begins, or is over. */
  live(market: number, { change }: KalshiLifecycle, nowNs: number): void {
    if (change === 'paused') this.pause(market);
    else if (change === 'resumed') this.resume(market, nowNs);
  }

  /** The gate refuses it from now on: a snapshot that is under way would make its book tradable for a moment. */
  pause(market: number): void {
    this.#sink.withdrawn(market, true);
    this.#dueNs.delete(market);
    this.#watch.remove(market);
  }

  resume(market: number, nowNs: number): void {
    this.#sink.withdrawn(market, false);
    if (!this.#dueNs.has(market)) this.#dueNs.set(market, nowNs);
    this.#watch.add(market);
  }

  /** True when the connection, open since `openNs` (0 = not open), must be replaced now. */
  wantsResync(openNs: number, nowNs: number): boolean {
    const books = this.#books;
    const absent = [...this.#dueNs].filter(
      ([market]) => books.state(market) === BOOK_EMPTY && canBeHelped(books, market),
    );
    const isLate = absent.some(([, dueNs]) => nowNs - Math.max(dueNs, openNs) > this.#firstBookNs);
    const isComplete = absent.length === 0 && nowNs - openNs > this.#firstBookNs;
    return this.#watch.wantsResync(openNs, nowNs, isLate, isComplete);
  }
}
