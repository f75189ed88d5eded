// Ticks that the feed told and Gamma may not know yet, each with the venue's time. Gamma's tick counts again only when it
// was asked for, and last written, after the feed's. Cold path.
import { uniformGrid } from '../grid.ts';
import type { GammaMarket } from './gamma-market.ts';

interface TickFact {
  readonly tickE4: number;
  readonly venueMs: number;
}

/** `market` on the tick `tickE4`. */
export function withTick(market: GammaMarket, tickE4: number): GammaMarket {
  return { ...market, meta: { ...market.meta, tickRanges: uniformGrid(tickE4) } };
}

export class TickFacts {
  readonly #ticks = new Map<string, TickFact>();

  /** A tick_size_change. Answers false for one older than what is known: they arrive twice and out of order. */
  told(marketId: string, tickE4: number, venueMs: number): boolean {
    if ((this.#ticks.get(marketId)?.venueMs ?? -1) > venueMs) return false;
    this.#ticks.set(marketId, { tickE4, venueMs });
    return true;
  }

  forget(marketId: string): void {
    this.#ticks.delete(marketId);
  }

  /** `market` with the feed's tick where that is newer, and whether Gamma's differed. `askedMs`: when Gamma was asked. */
  over(market: GammaMarket, askedMs: number): { readonly market: GammaMarket; readonly stale: boolean } {
    const fact = this.#ticks.get(market.meta.id);
    if (fact === undefined || Math.min(askedMs, market.updatedMs) > fact.venueMs) return { market, stale: false };
    const stale = market.meta.tickRanges?.[0]?.tickE4 !== fact.tickE4;
    return { market: withTick(market, fact.tickE4), stale };
  }
}
