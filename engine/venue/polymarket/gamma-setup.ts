// The reader of Gamma and the rhythm of its readings, as the config has them. Pure.
import type { Config } from '../../config/schema.ts';
import { RestGets } from '../rest-get.ts';
import { queriesFor } from './gamma-reader.ts';
import type { GammaSyncOptions } from './gamma-sync.ts';

const RETRY_MS = 500;
const WARM_PATH = '/status';

/** The public reader of Gamma that the config describes, at `url`. */
export function gammaGets({ gamma }: Config['venues']['polymarket'], url: string): RestGets {
  const { connections, requestsPerSecond, deadlineMs, answerBytesMax, attempts: attemptsMax } = gamma;
  return new RestGets({
    ...{ url, warmPath: WARM_PATH, userAgent: 'dutchbook', connections, requestsPerSecond, deadlineMs, answerBytesMax },
    ...{ attemptsMax, retryMs: RETRY_MS, connectMs: deadlineMs },
  });
}

export function gammaSyncOptions({ venues, markets, relations, arena }: Config): GammaSyncOptions {
  const { gamma, select, metadataSyncMinutes: everyMinutes } = venues.polymarket;
  return { select, everyMinutes, pageSize: gamma.pageSize, room: arena, declared: { markets, relations } };
}

/** True when `select` names anything. */
export function namesAnything(select: Config['venues']['polymarket']['select']): boolean {
  return queriesFor(select).length > 0;
}
