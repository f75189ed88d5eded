// The public reader of a venue's lists, as the config describes it. Pure.
import type { Config } from '../config/schema.ts';
import { RestGets } from './rest-get.ts';

const RETRY_MS = 500;

/** At `url`; `warmPath` opens its connections. */
export function restGets(
  url: string,
  warmPath: string,
  reader: Omit<Config['venues']['kalshi']['rest'], 'pageSize'>,
): RestGets {
  const { connections, requestsPerSecond, deadlineMs, answerBytesMax, attempts: attemptsMax } = reader;
  return new RestGets({
    ...{ url, warmPath, userAgent: 'dutchbook', connections, requestsPerSecond, deadlineMs, answerBytesMax },
    ...{ attemptsMax, retryMs: RETRY_MS, connectMs: deadlineMs },
  });
}
