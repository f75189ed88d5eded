// Asks the venue what an account has: cash, shares of tokens, orders that rest. Before a restarted run trades; main thread.
import type { Clock } from '../../core/clock.ts';
import { asking } from '../ask-once.ts';
import { isJsonObject, type JsonValue, member, textOf } from '../json.ts';
import { amountOf, BALANCE_PATH, type BalanceAsker, questionOf } from './balance.ts';

const ORDERS = '/data/orders';
const CURSOR_END = 'LTE=';
const PAGES_MAX = 100;

type Get = (path: string, query: string) => Promise<JsonValue>;

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
  const { httpUrl, userAgent, signatureType } = asker;
  try {
    return await asking({ httpUrl, warmPath: '/time', userAgent }, clock, async (ask) => {
      const get: Get = (path, query) => ask(questionOf(asker, clock, path, query));
      const amount = async (what: string): Promise<number> => {
        return amountOf(await get(BALANCE_PATH, `?${what}&signature_type=${signatureType}`));
      };
      // What rests first: it may fill meanwhile, and is then in what is asked after it.
      const resting = await restingOrders(get);
      const cashMicros = await amount('asset_type=COLLATERAL');
      const positions = new Map<string, number>();
      for (const token of tokens) positions.set(token, await amount(`asset_type=CONDITIONAL&token_id=${token}`));
      return { cashMicros, positions, restingOrders: resting };
    });
  } catch (error) {
    throw new Error(`Polymarket’s word on the account: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function restingOrders(get: Get): Promise<string[]> {
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
