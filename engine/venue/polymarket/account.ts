// Asks the venue what an account has: cash, shares of tokens, orders that rest. Before a restarted run trades; main thread.
import type { Clock } from '../../core/clock.ts';
import { deferred } from '../../core/deferred.ts';
import { HttpClient } from '../http.ts';
import { isJsonObject, type JsonValue, jsonOf, member, textOf } from '../json.ts';
import { l2Headers } from './auth.ts';
import type { BalanceAsker } from './balance.ts';

const BALANCE = '/balance-allowance';
const ORDERS = '/data/orders';
const CURSOR_END = 'LTE=';
const PAGES_MAX = 100;
const DEADLINE_MS = 10_000;
const LOOK_MS = 10;

/** What the venue says that the account has, micro-dollars and micro-shares. */
export interface PolymarketAccount {
  readonly cashMicros: number;
  readonly positions: ReadonlyMap<string, number>;
  readonly restingOrders: readonly string[];
}

/** Reads it. Rejects with one sentence when the venue does not say it. */
export async function readAccount(
  asker: BalanceAsker,
  tokens: readonly string[],
  clock: Clock,
): Promise<PolymarketAccount> {
  const { httpUrl: url, userAgent, signatureType } = asker;
  const client = new HttpClient({ url, warmPath: '/time', userAgent, answerBytesMax: 1 << 22, redialMs: 250 });
  try {
    await connected(client, clock);
    const get = (path: string, query: string): Promise<JsonValue | undefined> =>
      getOne(client, asker, clock, path, query);
    const amount = async (what: string): Promise<number> => {
      return amountOf(await get(BALANCE, `?${what}&signature_type=${signatureType}`));
    };
    const cashMicros = await amount('asset_type=COLLATERAL');
    const positions = new Map<string, number>();
    for (const token of tokens) positions.set(token, await amount(`asset_type=CONDITIONAL&token_id=${token}`));
    return { cashMicros, positions, restingOrders: await restingOrders(get) };
  } catch (error) {
    throw new Error(`Polymarket’s word on the account: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await client.close();
  }
}

async function restingOrders(get: (path: string, query: string) => Promise<JsonValue | undefined>): Promise<string[]> {
  const ids: string[] = [];
  let cursor = '';
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const value = await get(ORDERS, cursor === '' ? '' : `?next_cursor=${encodeURIComponent(cursor)}`);
    const list = isJsonObject(value) ? member(value, 'data') : value;
    if (!Array.isArray(list)) throw new Error('no list of orders');
    ids.push(...list.filter(isJsonObject).map((order) => textOf(order, 'id')));
    cursor = isJsonObject(value) ? textOf(value, 'next_cursor') : '';
    if (cursor === '' || cursor === CURSOR_END) return ids;
  }
  throw new Error(`more than ${PAGES_MAX} pages of orders`);
}

async function connected(client: HttpClient, clock: Clock): Promise<void> {
  const untilNs = clock.nowNs() + DEADLINE_MS * 1e6;
  while (!client.ready()) {
    if (clock.nowNs() >= untilNs) throw new Error(`not reached within ${DEADLINE_MS} ms (${client.status})`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function getOne(
  client: HttpClient,
  { credentials, address }: BalanceAsker,
  clock: Clock,
  path: string,
  query: string,
): Promise<JsonValue | undefined> {
  const answer = deferred<{ readonly status: number; readonly body: string }>();
  const lost = (reason: string): void => answer.reject(new Error(reason));
  const call = { method: 'GET', path, body: '' } as const;
  const headers = l2Headers(credentials, address, Math.floor(clock.wallMs() / 1_000), call);
  await connected(client, clock);
  client.call({
    ...{ ...call, path: path + query, headers, deadlineMs: DEADLINE_MS },
    ...{ onSent: () => undefined, onUnsent: lost, onLost: lost, onAnswer: (told) => answer.resolve(told) },
  });
  const { status, body } = await answer.promise;
  if (status !== 200) throw new Error(`status ${status} to ${path}`);
  return jsonOf(body);
}

function amountOf(value: JsonValue | undefined): number {
  const text = isJsonObject(value) ? textOf(value, 'balance') : '';
  const micros = Number(text);
  if (text === '' || !Number.isSafeInteger(micros) || micros < 0) throw new Error('not a balance');
  return micros;
}
