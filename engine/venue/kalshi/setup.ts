// The reader of Kalshi's REST and the rhythm of its readings, as the config has them. Pure.
import type { Config } from '../../config/schema.ts';
import type { MarketMeta, Relation } from '../contract.ts';
import type { RestGets } from '../rest-get.ts';
import { restGets } from '../rest-setup.ts';
import type { KalshiSelect } from './reader.ts';
import type { KalshiSyncOptions } from './sync.ts';

const WARM_PATH = '/exchange/status';

/** The public reader that the config describes, at `url`. */
export function kalshiGets({ venues }: Config, url: string): RestGets {
  return restGets(url, WARM_PATH, venues.kalshi.rest);
}

/** `taken`: markets and relations of another venue that have their room in the arena already. */
export function kalshiSyncOptions(
  { venues, markets, relations, arena }: Config,
  taken: { readonly markets: readonly MarketMeta[]; readonly relations: readonly Relation[] } = NOTHING,
): KalshiSyncOptions {
  const { rest, select, metadataSyncMinutes: everyMinutes } = venues.kalshi;
  const declared = { markets: [...taken.markets, ...markets], relations: [...taken.relations, ...relations] };
  return { select, everyMinutes, pageSize: rest.pageSize, room: arena, declared };
}

const NOTHING = { markets: [], relations: [] };

/** True when `select` names anything. */
export function namesAnyKalshi({ series, events, markets }: KalshiSelect): boolean {
  return series.length + events.length + markets.length > 0;
}
