// The markets a simulated venue serves, made from a recording's metadata, each with an empty book.
import type { MarketMeta } from '../contract.ts';
import type { VenueMarket, VenueOrder } from './exchange-types.ts';
import { LiveBook } from './live-book.ts';

const DEFAULT_TICK_E4 = 100;
const DEFAULT_MIN_SIZE_MICROS = 5_000_000;

/** One market for every Polymarket entry that has both tokens: frames name both, so the others cannot be served. */
export function createVenueMarkets(metas: readonly MarketMeta[]): VenueMarket[] {
  return metas.flatMap((meta) => {
    if (meta.venue !== 'polymarket' || meta.noToken === undefined) return [];
    return {
      meta,
      conditionId: meta.id.slice(meta.id.indexOf(':') + 1),
      tokens: [meta.yesToken, meta.noToken],
      minSizeMicros: meta.minSizeMicros ?? DEFAULT_MIN_SIZE_MICROS,
      negRisk: meta.negRisk === true,
      tickE4: meta.tickRanges?.[0]?.tickE4 ?? DEFAULT_TICK_E4,
      lastTradeText: '',
      toldMs: 0,
      haltedUntilMs: 0,
      book: new LiveBook<VenueOrder>(),
    };
  });
}
