// Asks the venue, once and before a live run begins, how much cash the account has. Main thread.
import type { Clock } from '../../core/clock.ts';
import { deferred } from '../../core/deferred.ts';
import { HttpClient } from '../http.ts';
import { isJsonObject, jsonOf, textOf } from '../json.ts';
import { type ApiCredentials, l2Headers } from './auth.ts';

const PATH = '/balance-allowance';
const DEADLINE_MS = 10_000;
const LOOK_MS = 10;

/** Who asks. */
export interface BalanceAsker {
  readonly httpUrl: string;
  readonly credentials: ApiCredentials;
  readonly address: string;
  readonly signatureType: number;
  readonly userAgent: string;
}

/** Cash in micro-dollars. Rejects with one sentence when the venue does not say it within 10 s. */
export async function readCashMicros(asker: BalanceAsker, clock: Clock): Promise<number> {
  const { httpUrl: url, credentials, address, signatureType, userAgent } = asker;
  const client = new HttpClient({ url, warmPath: '/time', userAgent, answerBytesMax: 1 << 20, redialMs: 250 });
  try {
    const untilNs = clock.nowNs() + DEADLINE_MS * 1e6;
    while (!client.ready()) {
      if (clock.nowNs() >= untilNs) throw new Error(`not reached within ${DEADLINE_MS} ms (${client.status})`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    const answer = deferred<{ readonly status: number; readonly body: string }>();
    const lost = (reason: string): void => answer.reject(new Error(reason));
    const call = { method: 'GET', path: PATH, body: '' } as const;
    const headers = l2Headers(credentials, address, Math.floor(clock.wallMs() / 1_000), call);
    client.call({
      ...{ ...call, path: `${PATH}?asset_type=COLLATERAL&signature_type=${signatureType}`, headers },
      ...{ deadlineMs: DEADLINE_MS, onSent: () => undefined, onUnsent: lost, onLost: lost },
      onAnswer: (told) => answer.resolve(told),
    });
    const { status, body } = await answer.promise;
    const value = jsonOf(body);
    const text = status === 200 && isJsonObject(value) ? textOf(value, 'balance') : '';
    const micros = Number(text);
    if (text === '' || !Number.isSafeInteger(micros) || micros < 0) throw new Error(`status ${status}, not a balance`);
    return micros;
  } catch (error) {
    throw new Error(`Polymarket’s balance of the account: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await client.close();
  }
}
