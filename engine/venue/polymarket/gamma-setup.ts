// The reader of Gamma and the rhythm of its readings, as the config has them. Pure.
import type { Config } from '../../config/schema.ts';
import type { RestGets } from '../rest-get.ts';
import { restGets } from '../rest-setup.ts';
import type { Taken } from '../taken.ts';
import { queriesFor } from './gamma-reader.ts';
import type { GammaSyncOptions } from './gamma-sync.ts';

const WARM_PATH = '/status';

/** The public reader of Gamma that the config describes, at `url`. */
export function gammaGets({ venues }: Config, url: string): RestGets {
  return restGets(url, WARM_PATH, venues.polymarket.gamma);
}

/** `declared`: what stands in the arena beside its markets; those of the config. */
export function gammaSyncOptions(config: Config, declared: Taken = config): GammaSyncOptions {
  const { gamma, select, metadataSyncMinutes: everyMinutes } = config.venues.polymarket;
  return { select, everyMinutes, pageSize: gamma.pageSize, room: config.arena, declared };
}

/** True when `select` names anything. */
export function namesAnything(select: Config['venues']['polymarket']['select']): boolean {
  return queriesFor(select).length > 0;
}
