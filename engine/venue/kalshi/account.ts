// Asks Kalshi, once and before a live run begins, for the account's cash and what it holds. Main thread.
import type { Clock } from '../../core/clock.ts';
import { scaledFromText } from '../../core/units.ts';
import { askOnce, type Question } from '../ask-once.ts';
import { isJsonObject, type JsonObject, member, textOf } from '../json.ts';
import type { RequestSigner } from './sign.ts';

const WARM_PATH = '/exchange/status';
const CENT_MICROS = 10_000;
const POSITIONS_MAX = 1_000;

/** Who asks. */
export interface KalshiAsker {
  readonly httpUrl: string;
  readonly signer: RequestSigner;
  readonly userAgent: string;
}

export interface KalshiAccount {
  readonly cashMicros: number;
  /** Tickers of markets of which contracts are held. */
  readonly held: readonly string[];
}

/** Rejects with one sentence when the venue does not say it. */
export async function readKalshiAccount(
  { httpUrl, signer, userAgent }: KalshiAsker,
  clock: Clock,
): Promise<KalshiAccount> {
  const prefix = new URL(httpUrl).pathname.replace(/\/$/, '');
  const question = (path: string, query: string): Question => ({
    ...{ path, query },
    headers: () => signer.headers('GET', prefix + path, clock.wallMs()),
  });
  try {
    const questions = [
      question('/portfolio/balance', ''),
      question('/portfolio/positions', `?limit=${POSITIONS_MAX}&count_filter=position`),
    ];
    const [balance, positions] = await askOnce({ httpUrl, warmPath: WARM_PATH, userAgent }, questions, clock);
    return { cashMicros: cashMicrosOf(balance!), held: heldOf(positions!) };
  } catch (error) {
    throw new Error(`Kalshi’s word on the account: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Exact where the venue says it in dollars; in whole cents otherwise, which it always says. */
function cashMicrosOf(balance: JsonObject): number {
  const exact = scaledFromText(textOf(balance, 'balance_dollars'), 6);
  const cents = member(balance, 'balance');
  const micros = exact ?? (typeof cents === 'number' ? cents * CENT_MICROS : Number.NaN);
  if (!Number.isSafeInteger(micros) || micros < 0) throw new Error('no balance in its answer');
  return micros;
}

/** One page: that there are more changes nothing of what is said. */
function heldOf(positions: JsonObject): string[] {
  const list = member(positions, 'market_positions');
  if (!Array.isArray(list) || !list.every(isJsonObject)) throw new Error('no list of positions in its answer');
  return list.filter((one) => !/^-?0(\.0+)?$/.test(textOf(one, 'position_fp'))).map((one) => textOf(one, 'ticker'));
}
