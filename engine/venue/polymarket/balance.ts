// Asks the venue, once and before a live run begins, how much cash the account has. Main thread.
import type { Clock } from '../../core/clock.ts';
import { askOnce } from '../ask-once.ts';
import { textOf } from '../json.ts';
import { type ApiCredentials, l2Headers } from './auth.ts';

const PATH = '/balance-allowance';

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
  const { httpUrl, credentials, address, signatureType, userAgent } = asker;
  const call = { method: 'GET', path: PATH, body: '' } as const;
  const question = {
    ...{ path: PATH, query: `?asset_type=COLLATERAL&signature_type=${signatureType}` },
    headers: () => l2Headers(credentials, address, Math.floor(clock.wallMs() / 1_000), call),
  };
  try {
    const [answer] = await askOnce({ httpUrl, warmPath: '/time', userAgent }, [question], clock);
    const text = textOf(answer!, 'balance');
    const micros = Number(text);
    if (text === '' || !Number.isSafeInteger(micros) || micros < 0) throw new Error('not a balance');
    return micros;
  } catch (error) {
    throw new Error(`Polymarket’s balance of the account: ${error instanceof Error ? error.message : String(error)}`);
  }
}
