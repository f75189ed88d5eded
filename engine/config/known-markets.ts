// Markets and relations of a recording with those the config declares: the recording's metadata wins, and what it does not
// say of a market the config may. Pure.
import type { MarketMeta, Relation } from '../venue/contract.ts';
import type { Config } from './schema.ts';

export interface KnownMarkets {
  readonly markets: readonly MarketMeta[];
  readonly relations: readonly Relation[];
}

/** Every market once, the recording's first. */
export function knownMarkets(recorded: KnownMarkets, config: Config): KnownMarkets {
  const declared = new Map<string, MarketMeta>(config.markets.map((market) => [market.id, market]));
  const ids = new Set(recorded.markets.map(({ id }) => id));
  return {
    markets: [
      ...recorded.markets.map((market) => completed(market, declared.get(market.id))),
      ...config.markets.filter(({ id }) => !ids.has(id)),
    ],
    relations: [...recorded.relations, ...config.relations],
  };
}

/** `market` with what only `declared` says of it. */
function completed(market: MarketMeta, declared: MarketMeta | undefined): MarketMeta {
  if (declared === undefined) return market;
  const said = Object.entries(market).filter(([, value]) => value !== undefined);
  return { ...declared, ...Object.fromEntries(said) } as MarketMeta;
}
