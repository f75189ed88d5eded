// Cancels whatever rests in the account at Polymarket, by one request that is repeated until it is answered. Main thread.
import type { Clock } from '../../core/clock.ts';
import type { CancelReport } from '../contract.ts';
import { isJsonObject, member } from '../json.ts';
import { Sweep } from '../sweep.ts';
import { type ApiCredentials, l2Headers } from './auth.ts';

export interface CancelAllOptions {
  readonly httpUrl: string;
  readonly userAgent: string;
  readonly credentials: ApiCredentials;
  readonly address: string;
  readonly deadlineMs: number;
}

const CALL = { method: 'DELETE', path: '/cancel-all', body: '' } as const;

/** Cancels it; never rejects. */
export function cancelEverything(options: CancelAllOptions, clock: Clock): Promise<CancelReport> {
  const { httpUrl: url, userAgent, credentials, address, deadlineMs } = options;
  const sweep = new Sweep({ url, userAgent, warmPath: '/time' }, deadlineMs, clock);
  return sweep.run(async ({ tally }) => {
    const value = await sweep.ask(() => {
      return { ...CALL, headers: l2Headers(credentials, address, Math.floor(clock.wallMs() / 1_000), CALL) };
    });
    const cancelled = isJsonObject(value) ? member(value, 'canceled') : undefined;
    if (!isJsonObject(value) || !Array.isArray(cancelled))
      throw new Error('the answer does not say what was cancelled');
    tally.cancelled += cancelled.length;
    const refused = member(value, 'not_canceled');
    if (!isJsonObject(refused)) return;
    for (const [id, why] of Object.entries(refused)) tally.refused[id] = String(why);
  });
}
