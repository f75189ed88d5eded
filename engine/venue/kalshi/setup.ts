// The reader of Kalshi's REST and the rhythm of its readings, as the config has them. Pure.
import type { Config } from '../../config/schema.ts';
import type { RestGets } from '../rest-get.ts';
import { restGets } from '../rest-setup.ts';
import type { Taken } from '../taken.ts';
import type { KalshiSelect } from './reader.ts';
import type { KalshiSyncOptions } from './sync.ts';

const WARM_PATH = '/exchange/status';

/** The public reader that the config describes, at `url`. */
export function kalshiGets({ venues }: Config, url: string): RestGets {
  return restGets(url, WARM_PATH, venues.kalshi.rest);
}

/** `declared`: what stands in the arena beside its markets; those of the config. */
export function kalshiSyncOptions(config: Config, declared: Taken = config): KalshiSyncOptions {
  const { rest, select, metadataSyncMinutes: everyMinutes } = config.venues.kalshi;
  return { select, everyMinutes, pageSize: rest.pageSize, room: config.arena, declared };
}

/** True when `select` names anything. */
export function namesAnyKalshi({ series, events, markets }: KalshiSelect): boolean {
  return series.length + events.length + markets.length > 0;
}
