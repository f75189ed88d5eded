// Which connection must be replaced because its books do not recover by themselves: reads the book states of the
// markets a feed carries, on the ingest thread, a few times a second. Decides only; the agent replaces the socket.
//
// A book that is SUSPECT or STALE is not traded until a snapshot, and the venue sends snapshots to new subscriptions
// only. A resync that did not help is repeated at doubled distances: a market the venue has no book for must not keep
// tearing down the connection of its neighbours.
import {
  BOOK_EMPTY,
  BOOK_FLAG_REFUSED,
  BOOK_FLAG_RESOLVED,
  BOOK_STALE,
  BOOK_SUSPECT,
  VIEW_NO,
  VIEW_YES,
} from '../../wasm/layout.ts';
import type { Books } from '../book/books.ts';
import type { Markets } from '../venue/markets.ts';

export interface ResyncLimits {
  /** A book SUSPECT or STALE for longer asks for a resync. */
  readonly resyncAfterMs: number;
  /** Least time between two resyncs of one connection. */
  readonly resyncEveryMs: number;
  /** A book without any snapshot this long after the connection opened asks for one too. */
  readonly firstBookMs: number;
}

export const RESYNC_DEFAULTS: ResyncLimits = { resyncAfterMs: 1_000, resyncEveryMs: 5_000, firstBookMs: 10_000 };

/** Distances between resyncs that do not help grow to this many times the least. */
const GAP_FACTOR_MAX = 64;
/** Books that no snapshot makes tradable again. */
const BEYOND_HELP = BOOK_FLAG_REFUSED | BOOK_FLAG_RESOLVED;

/** Market indexes by feed: a market belongs to the first feed that subscribes one of its tokens. */
export function marketsOfFeeds(markets: Markets, tokensOfFeeds: readonly (readonly string[])[]): number[][] {
  const marketOfToken = new Map<string, number>();
  for (let market = 0; market < markets.count; market += 1) {
    for (const view of [VIEW_YES, VIEW_NO]) marketOfToken.set(markets.tokenOf(market, view), market);
  }
  const taken = new Set<number>();
  return tokensOfFeeds.map((tokens) => {
    const own = new Set<number>();
    for (const token of tokens) {
      const market = marketOfToken.get(token);
      if (market === undefined || taken.has(market)) continue;
      taken.add(market);
      own.add(market);
    }
    return [...own];
  });
}

/** When the next resync for one reason may be: distances double until the reason is gone. */
class Pace {
  readonly #gapNsMin: number;
  #gapNs: number;
  #nextNs = 0;

  constructor(gapNs: number) {
    this.#gapNsMin = gapNs;
    this.#gapNs = gapNs;
  }

  allows(nowNs: number): boolean {
    return nowNs >= this.#nextNs;
  }

  used(nowNs: number): void {
    this.#nextNs = nowNs + this.#gapNs;
    this.#gapNs = Math.min(2 * this.#gapNs, GAP_FACTOR_MAX * this.#gapNsMin);
  }

  cured(): void {
    this.#gapNs = this.#gapNsMin;
  }
}

/** Watches the books of one feed. */
export class FeedWatch {
  readonly #books: Books;
  readonly #markets: readonly number[];
  /** Per place in #markets: when it was first seen SUSPECT or STALE, 0 = it is not. */
  readonly #sinceNs: Float64Array;
  readonly #resyncAfterNs: number;
  readonly #resyncEveryNs: number;
  readonly #firstBookNs: number;
  readonly #faulty: Pace;
  readonly #absent: Pace;
  #lastNs = Number.NEGATIVE_INFINITY;

  constructor(books: Books, markets: readonly number[], limits: ResyncLimits) {
    this.#books = books;
    this.#markets = markets;
    this.#sinceNs = new Float64Array(markets.length);
    this.#resyncAfterNs = limits.resyncAfterMs * 1e6;
    this.#resyncEveryNs = limits.resyncEveryMs * 1e6;
    this.#firstBookNs = limits.firstBookMs * 1e6;
    this.#faulty = new Pace(this.#resyncEveryNs);
    this.#absent = new Pace(this.#resyncEveryNs);
  }

  /** True when the feed's connection, open since `openNs` (0 = not open), must be replaced now. */
  wantsResync(openNs: number, nowNs: number): boolean {
    const faultyNs = this.#longestFaultNs(openNs, nowNs);
    if (openNs === 0) return false;
    const isAbsent = nowNs - openNs > this.#firstBookNs && this.#someEmpty();
    if (faultyNs === 0) this.#faulty.cured();
    if (!isAbsent && nowNs - openNs > this.#firstBookNs) this.#absent.cured();
    if (nowNs - this.#lastNs < this.#resyncEveryNs) return false;
    const forFault = faultyNs > this.#resyncAfterNs && this.#faulty.allows(nowNs);
    const forAbsence = isAbsent && this.#absent.allows(nowNs);
    if (!forFault && !forAbsence) return false;
    if (forFault) this.#faulty.used(nowNs);
    if (forAbsence) this.#absent.used(nowNs);
    this.#lastNs = nowNs;
    return true;
  }

  /** How long the longest faulty book has been faulty on this connection, ns; 0 = none is. */
  #longestFaultNs(openNs: number, nowNs: number): number {
    let longestNs = 0;
    for (const [place, market] of this.#markets.entries()) {
      const state = this.#stateOf(market);
      if (state !== BOOK_SUSPECT && state !== BOOK_STALE) {
        this.#sinceNs[place] = 0;
        continue;
      }
      if (this.#sinceNs[place] === 0) this.#sinceNs[place] = nowNs;
      longestNs = Math.max(longestNs, 1, nowNs - Math.max(this.#sinceNs[place]!, openNs));
    }
    return longestNs;
  }

  #someEmpty(): boolean {
    return this.#markets.some((market) => this.#stateOf(market) === BOOK_EMPTY);
  }

  /** State of a book that can be helped, -1 for any other. */
  #stateOf(market: number): number {
    return (this.#books.flags(market) & BEYOND_HELP) === 0 ? this.#books.state(market) : -1;
  }
}
