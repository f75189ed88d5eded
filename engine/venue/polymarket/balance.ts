// Asks the venue, once and before a live run begins, how much cash the account has. Main thread.
import type { Clock } from '../../core/clock.ts';
import { askOnce, type Question } from '../ask-once.ts';
import { isJsonObject, type JsonValue, textOf } from '../json.ts';
import { type ApiCredentials, l2Headers } from './auth.ts';

export const BALANCE_PATH = '/balance-allowance';

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
  const { httpUrl, signatureType, userAgent } = asker;
  const question = questionOf(asker, clock, BALANCE_PATH, `?asset_type=COLLATERAL&signature_type=${signatureType}`);
  try {
    const [answer] = await askOnce({ httpUrl, warmPath: '/time', userAgent }, [question], clock);
    return amountOf(answer!);
  } catch (error) {
    throw new Error(`Polymarket’s balance of the account: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A GET of the account, signed when it leaves. */
export function questionOf(
  { credentials, address }: BalanceAsker,
  clock: Clock,
  path: string,
  query: string,
): Question {
  const call = { method: 'GET', path, body: '' } as const;
  return { path, query, headers: () => l2Headers(credentials, address, Math.floor(clock.wallMs() / 1_000), call) };
}

/** The amount in an answer about a balance. Throws when it says none. */
export function amountOf(value: JsonValue): number {
  const text = isJsonObject(value) ? textOf(value, 'balance') : '';
  const micros = Number(text);
  if (text === '' || !Number.isSafeInteger(micros) || micros < 0) throw new Error('not a balance');
  return micros;
}
