// Markets and relations of a recording with those the config declares: the recording's metadata wins. Pure.
import type { MarketMeta, Relation } from '../venue/contract.ts';
import type { Config } from './schema.ts';

export interface KnownMarkets {
  readonly markets: readonly MarketMeta[];
  readonly relations: readonly Relation[];
}

/** Every market once, the recording's first. */
export function knownMarkets(recorded: KnownMarkets, config: Config): KnownMarkets {
  const ids = new Set(recorded.markets.map(({ id }) => id));
  return {
    markets: [...recorded.markets, ...config.markets.filter(({ id }) => !ids.has(id))],
    relations: [...recorded.relations, ...config.relations],
  };
}
