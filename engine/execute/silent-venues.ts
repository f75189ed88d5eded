// How long the quietest venue has been silent, looked at once a second. Executor's thread; reads the books' receive times.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';

const LOOK_NS = 1e9;
/** Venues are numbered from 0. */
const VENUES = L.VENUE_KALSHI + 1;
const OVER = L.MARKET_FLAG_CLOSED | L.MARKET_FLAG_WITHDRAWN;

export class SilentVenues {
  readonly #arena: Arena;
  readonly #isOff: boolean;
  /** Last frame of each venue, by its number. */
  readonly #newestNs = new Float64Array(VENUES);
  #nextLookNs = 0;
  #longestMs = 0;

  /** `limitMs` 0: nobody asks. */
  constructor(arena: Arena, limitMs: number) {
    this.#arena = arena;
    this.#isOff = limitMs === 0;
  }

  /**
   * Silence of a venue counts from the last frame of any of its books; books that never had one say nothing, nor markets
   * given up.
   */
  longestMs(markets: number, nowNs: number): number {
    if (this.#isOff || nowNs < this.#nextLookNs) return this.#longestMs;
    this.#nextLookNs = nowNs + LOOK_NS;
    const newestNs = this.#newestNs.fill(0);
    const { view } = this.#arena;
    for (let market = 0; market < markets; market += 1) {
      const marketAt = this.#arena.at(L.REGION_MARKETS, market);
      if ((view.getUint32(marketAt + L.MARKET_FLAGS, true) & OVER) !== 0) continue;
      const venue = view.getUint32(marketAt + L.MARKET_VENUE, true);
      const recvNs = view.getFloat64(this.#arena.at(L.REGION_BOOKS, market) + L.BOOK_RECV_NS, true);
      newestNs[venue] = Math.max(newestNs[venue]!, recvNs);
    }
    this.#longestMs = 0;
    for (const ns of newestNs) if (ns > 0) this.#longestMs = Math.max(this.#longestMs, Math.floor((nowNs - ns) / 1e6));
    return this.#longestMs;
  }
}
