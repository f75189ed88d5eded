// The connections of the Kalshi feed: those that its markets need at the start, further ones for markets that come while it
// runs, and the end of those whose markets are all gone. Ingest thread; its agent drives it.
import { MARKETS_PER_SUBSCRIPTION_MAX } from '../venue/kalshi/commands.ts';
import { KALSHI_CONNECTION_FIRST, PUSHED_CONNECTION_FIRST } from './ingest-setup.ts';
import type { KalshiFeedSetup } from './kalshi-contract.ts';
import { type KalshiFeedFacts, type KalshiTotals, kalshiFeedFacts, kalshiTotals } from './kalshi-facts.ts';
import type { KalshiFeed } from './kalshi-feed.ts';
import type { KalshiRest, KalshiRestSetup } from './kalshi-rest.ts';
import { kalshiFeedSetups } from './kalshi-shards.ts';

/** The Kalshi feed of a run. Holds a secret, as its connections do. */
export interface KalshiPlace {
  /** What every connection is like. */
  readonly setup: Omit<KalshiFeedSetup, 'tickers' | 'connection'>;
  /** Registered markets that are subscribed at the start; there may be none. */
  readonly tickers: readonly string[];
}

/** Feeds by their setups or by their markets, and where lost streams are asked for. */
interface KalshiSources {
  readonly kalshi?: readonly KalshiFeedSetup[];
  readonly kalshiPlace?: KalshiPlace | undefined;
  readonly kalshiRest?: KalshiRestSetup | undefined;
}

interface Makers {
  /** Index of a registered market. */
  marketOf(ticker: string): number | undefined;
  detectorOf(market: number): number;
  make(setup: KalshiFeedSetup): KalshiFeed;
}

export class KalshiFeeds {
  readonly feeds: KalshiFeed[];
  /** Connections without markets, which are being closed, by number. */
  readonly #ending = new Map<number, KalshiFeed>();
  readonly #numbers = new Map<KalshiFeed, number>();
  readonly #place: KalshiPlace | undefined;
  readonly #makers: Makers;
  readonly #restSetup: KalshiRestSetup | undefined;
  #rest: KalshiRest | undefined;
  readonly #isOpened: boolean;
  /** What connections that are over have brought. */
  readonly #before = { bytesReceived: 0, reads: 0, reconnects: 0 };
  #totalsBefore: KalshiTotals = kalshiTotals([]);

  /** Throws RangeError when a ticker is not registered, or more connections are needed than there are numbers. */
  constructor({ kalshi = [], kalshiPlace, kalshiRest }: KalshiSources, makers: Makers) {
    this.#place = kalshiPlace;
    this.#restSetup = kalshiRest;
    this.#makers = makers;
    const { tickers = [], setup } = kalshiPlace ?? {};
    const detectorOf = (ticker: string): number => this.#detectorOf(ticker);
    const planned = setup === undefined ? [] : kalshiFeedSetups(tickers, detectorOf, setup, KALSHI_CONNECTION_FIRST);
    const most = PUSHED_CONNECTION_FIRST - KALSHI_CONNECTION_FIRST;
    if (planned.length > most) {
      throw new RangeError(`Kalshi: ${tickers.length} markets need ${planned.length} connections, allowed ${most}`);
    }
    this.feeds = [...kalshi, ...planned].map((one) => this.#make(one));
    this.#isOpened = setup !== undefined || kalshi.length > 0;
  }

  get bytesReceived(): number {
    return this.#all().reduce((sum, feed) => sum + feed.bytesReceived, this.#before.bytesReceived);
  }

  get reads(): number {
    return this.#all().reduce((sum, feed) => sum + feed.reads, this.#before.reads);
  }

  get reconnects(): number {
    return this.#all().reduce((sum, feed) => sum + feed.reconnects, this.#before.reconnects);
  }

  /** Undefined: this engine has no Kalshi feed at all. */
  get facts(): KalshiFeedFacts | undefined {
    if (!this.#isOpened) return undefined;
    return kalshiFeedFacts(this.feeds, kalshiTotals(this.#all(), this.#totalsBefore), this.#rest?.counts);
  }

  async open(): Promise<void> {
    if (this.#restSetup !== undefined) {
      // Loaded where it is wanted only: what it imports is a good part of a start.
      const { KalshiRest } = await import('./kalshi-rest.ts');
      this.#rest = new KalshiRest(this.#restSetup);
    }
    for (const feed of this.feeds) feed.open();
  }

  doWork(nowNs: number): number {
    const work = this.feeds.reduce((sum, feed) => sum + feed.doWork(nowNs), 0);
    return work + (this.#rest?.doWork(nowNs, this.feeds) ?? 0);
  }

  /** Subscribes a registered market beside others of its detector, or on a new connection; false when there can be none. */
  subscribe(ticker: string): boolean {
    if (this.#place === undefined) return false;
    const detector = this.#detectorOf(ticker);
    const withRoom = this.feeds.find(({ tickers }) => {
      return tickers.length < MARKETS_PER_SUBSCRIPTION_MAX && this.#detectorOf(tickers[0]!) === detector;
    });
    if (withRoom !== undefined) {
      withRoom.addMarkets([ticker]);
      return true;
    }
    const connection = this.#freeNumber();
    if (connection === undefined) return false;
    const feed = this.#make({ ...this.#place.setup, tickers: [ticker], connection });
    this.feeds.push(feed);
    feed.open();
    return true;
  }

  /** Their frames are wanted no more; a connection without markets is closed. */
  unsubscribe(tickers: readonly string[]): void {
    for (const feed of [...this.feeds]) {
      const own = tickers.filter((ticker) => feed.tickers.includes(ticker));
      if (own.length === 0) continue;
      feed.removeMarkets(own);
      if (feed.tickers.length === 0) this.#end(feed);
    }
  }

  /** Closes every connection; resolves when all they brought was handed on. */
  async close(): Promise<void> {
    await Promise.all(this.#all().map((feed) => feed.close()));
    await this.#rest?.close();
  }

  /** Cuts what close() did not get to its end. */
  cut(): void {
    for (const feed of this.#all()) feed.cut();
  }

  #all(): readonly KalshiFeed[] {
    return this.#ending.size === 0 ? this.feeds : [...this.feeds, ...this.#ending.values()];
  }

  #make(setup: KalshiFeedSetup): KalshiFeed {
    const feed = this.#makers.make(setup);
    this.#numbers.set(feed, setup.connection);
    return feed;
  }

  #end(feed: KalshiFeed): void {
    const number = this.#numbers.get(feed)!;
    this.feeds.splice(this.feeds.indexOf(feed), 1);
    this.#ending.set(number, feed);
    void feed.close().then(() => {
      this.#ending.delete(number);
      this.#numbers.delete(feed);
      this.#before.bytesReceived += feed.bytesReceived;
      this.#before.reads += feed.reads;
      this.#before.reconnects += feed.reconnects;
      this.#totalsBefore = kalshiTotals([feed], this.#totalsBefore);
    });
  }

  #freeNumber(): number | undefined {
    const taken = new Set(this.#numbers.values());
    for (let number = KALSHI_CONNECTION_FIRST; number < PUSHED_CONNECTION_FIRST; number += 1) {
      if (!taken.has(number)) return number;
    }
    return undefined;
  }

  #detectorOf(ticker: string): number {
    const market = this.#makers.marketOf(ticker);
    if (market === undefined) throw new RangeError(`kalshi:${ticker}: not a registered market`);
    return this.#makers.detectorOf(market);
  }
}
