// The reader of Gamma and the rhythm of its readings, as the config has them. Pure.
import type { Config } from '../../config/schema.ts';
import type { RestGets } from '../rest-get.ts';
import { restGets } from '../rest-setup.ts';
import { queriesFor } from './gamma-reader.ts';
import type { GammaSyncOptions } from './gamma-sync.ts';

const WARM_PATH = '/status';

/** The public reader of Gamma that the config describes, at `url`. */
export function gammaGets({ venues }: Config, url: string): RestGets {
  return restGets(url, WARM_PATH, venues.polymarket.gamma);
}

export function gammaSyncOptions({ venues, markets, relations, arena }: Config): GammaSyncOptions {
  const { gamma, select, metadataSyncMinutes: everyMinutes } = venues.polymarket;
  return { select, everyMinutes, pageSize: gamma.pageSize, room: arena, declared: { markets, relations } };
}

/** True when `select` names anything. */
export function namesAnything(select: Config['venues']['polymarket']['select']): boolean {
  return queriesFor(select).length > 0;
}
