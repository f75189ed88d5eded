// Which connection must be replaced because its books do not recover by themselves: reads the book states of the
// markets a feed carries, on the ingest thread, a few times a second. Decides only; the agent replaces the socket.
//
// A book that is SUSPECT or STALE is not traded until a snapshot, and the venue sends snapshots to new subscriptions
// only. A resync that did not help is repeated at doubled distances: a market the venue has no book for must not keep
// tearing down the connection of its neighbours.
import { BOOK_EMPTY, BOOK_FLAG_REFUSED, BOOK_FLAG_RESOLVED, BOOK_STALE, BOOK_SUSPECT } from '../../wasm/layout.ts';
import type { Books } from '../book/books.ts';

export interface ResyncLimits {
  /** A book SUSPECT or STALE for longer asks for a resync. */
  readonly resyncAfterMs: number;
  /** Least time between two resyncs of one connection. */
  readonly resyncEveryMs: number;
}

export const RESYNC_DEFAULTS: ResyncLimits = { resyncAfterMs: 1_000, resyncEveryMs: 5_000 };

/** Distances between resyncs that do not help grow to this many times the least. */
const GAP_FACTOR_MAX = 64;
/** Books that no snapshot makes tradable again. */
const BEYOND_HELP = BOOK_FLAG_REFUSED | BOOK_FLAG_RESOLVED;

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
  /** When each market was first seen SUSPECT or STALE, 0 = it is not. */
  readonly #sinceNs = new Map<number, number>();
  readonly #resyncAfterNs: number;
  readonly #resyncEveryNs: number;
  readonly #faulty: Pace;
  readonly #absent: Pace;
  #lastNs = Number.NEGATIVE_INFINITY;

  constructor(books: Books, limits: ResyncLimits) {
    this.#books = books;
    this.#resyncAfterNs = limits.resyncAfterMs * 1e6;
    this.#resyncEveryNs = limits.resyncEveryMs * 1e6;
    this.#faulty = new Pace(this.#resyncEveryNs);
    this.#absent = new Pace(this.#resyncEveryNs);
  }

  /** Watches one more market of the feed. */
  add(market: number): void {
    if (!this.#sinceNs.has(market)) this.#sinceNs.set(market, 0);
  }

  remove(market: number): void {
    this.#sinceNs.delete(market);
  }

  /**
   * True when the feed's connection, open since `openNs` (0 = not open), must be replaced now. `isAbsent`: a first book
   * has not come; `isComplete`: all have.
   */
  wantsResync(openNs: number, nowNs: number, isAbsent: boolean, isComplete: boolean): boolean {
    const faultyNs = this.#longestFaultNs(openNs, nowNs);
    if (openNs === 0) return false;
    if (faultyNs === 0) this.#faulty.cured();
    if (isComplete) this.#absent.cured();
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
    for (const [market, sinceNs] of this.#sinceNs) {
      const state = canBeHelped(this.#books, market) ? this.#books.state(market) : BOOK_EMPTY;
      if (state !== BOOK_SUSPECT && state !== BOOK_STALE) {
        if (sinceNs !== 0) this.#sinceNs.set(market, 0);
        continue;
      }
      const firstNs = sinceNs === 0 ? nowNs : sinceNs;
      if (sinceNs === 0) this.#sinceNs.set(market, nowNs);
      longestNs = Math.max(longestNs, 1, nowNs - Math.max(firstNs, openNs));
    }
    return longestNs;
  }
}

/** False for a book that no snapshot makes tradable again. */
export function canBeHelped(books: Books, market: number): boolean {
  return (books.flags(market) & BEYOND_HELP) === 0;
}
