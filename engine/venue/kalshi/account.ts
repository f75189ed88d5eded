// Asks Kalshi what the account has: cash, contracts by market, orders that rest. Before a live run begins and before one that
// goes on trades; main thread. Lists are read to their last page, or the venue has not said it.
import { VIEW_NO, VIEW_YES } from '../../../wasm/layout.ts';
import type { Clock } from '../../core/clock.ts';
import { scaledFromText } from '../../core/units.ts';
import { asking } from '../ask-once.ts';
import { isJsonObject, type JsonObject, type JsonValue, member, textOf } from '../json.ts';
import { positionMicrosOf } from './answers.ts';
import { isKalshiNo, kalshiOutcome, tickerOfOutcome } from './outcome.ts';
import { payoutE4Of } from './payouts.ts';
import type { RequestSigner } from './sign.ts';

const WARM_PATH = '/exchange/status';
const CENT_MICROS = 10_000;
const POSITIONS_PER_PAGE = 1_000;
const ORDERS_PER_PAGE = 200;
/** Of a market that is traded, will be or may be again. */
const GOES_ON: ReadonlySet<string> = new Set(['initialized', 'active', 'inactive']);
/** A list that goes on for longer is none. */
const PAGES_MAX = 100;

/** Who asks. */
export interface KalshiAsker {
  readonly httpUrl: string;
  readonly signer: RequestSigner;
  readonly userAgent: string;
}

export interface KalshiAccount {
  /** What is free: without what the orders that rest hold. */
  readonly cashMicros: number;
  /** Contracts by outcome, of each market of one only: the venue nets. Of every market of which any are held. */
  readonly positions: ReadonlyMap<string, number>;
  /** By the id that whoever sent them gave, or by the venue's where he gave none. */
  readonly restingOrders: readonly string[];
}

type Get = (path: string, query: string) => Promise<JsonValue>;

/** Rejects with one sentence when the venue does not say it. */
export function readKalshiAccount(asker: KalshiAsker, clock: Clock): Promise<KalshiAccount> {
  return told(asker, clock, async (get) => {
    // What rests first: it may fill meanwhile, and is then in what is asked after it.
    const resting = await listed(get, '/portfolio/orders', `status=resting&limit=${ORDERS_PER_PAGE}`, 'orders');
    const cashMicros = cashMicrosOf(await get('/portfolio/balance', ''));
    const which = `count_filter=position&limit=${POSITIONS_PER_PAGE}`;
    const held = await listed(get, '/portfolio/positions', which, 'market_positions');
    const positions = new Map(held.map(positionOf).filter(([, micros]) => micros !== 0));
    return { cashMicros, positions, restingOrders: resting.map(orderIdOf) };
  });
}

/**
 * What the venue has paid of these outcomes, by their list of settlements; one that is not listed is left out. Rejects with
 * one sentence when the venue does not say it.
 */
export async function readKalshiPaid(
  asker: KalshiAsker,
  outcomes: readonly string[],
  clock: Clock,
): Promise<{ token: string; payoutE4: number }[]> {
  return told(asker, clock, async (get) => {
    const paid: { token: string; payoutE4: number }[] = [];
    for (const ticker of new Set(outcomes.map(tickerOfOutcome))) {
      const query = `ticker=${encodeURIComponent(ticker)}`;
      const list = await listed(get, '/portfolio/settlements', query, 'settlements');
      const found = list.find((one) => textOf(one, 'ticker') === ticker);
      const yesE4 = found === undefined ? undefined : payoutE4Of(found);
      if (yesE4 === undefined) continue;
      for (const token of outcomes.filter((one) => tickerOfOutcome(one) === ticker)) {
        paid.push({ token, payoutE4: isKalshiNo(token) ? 10_000 - yesE4 : yesE4 });
      }
    }
    return paid;
  });
}

/**
 * Which of these outcomes are of markets that nobody trades any more, paid or not; one that the venue does not list any more
 * is over. Rejects with one sentence when the venue does not say it.
 */
export async function readKalshiOver(asker: KalshiAsker, outcomes: readonly string[], clock: Clock): Promise<string[]> {
  return told(asker, clock, async (get) => {
    const tickers = [...new Set(outcomes.map(tickerOfOutcome))];
    const query = `tickers=${tickers.map(encodeURIComponent).join(',')}&limit=${tickers.length}`;
    const markets = await listed(get, '/markets', query, 'markets');
    const going = markets.filter((market) => GOES_ON.has(textOf(market, 'status'))).map((one) => textOf(one, 'ticker'));
    return outcomes.filter((outcome) => !going.includes(tickerOfOutcome(outcome)));
  });
}

/** Runs `talk` with signed questions. */
async function told<T>(
  { httpUrl, signer, userAgent }: KalshiAsker,
  clock: Clock,
  talk: (get: Get) => Promise<T>,
): Promise<T> {
  const prefix = new URL(httpUrl).pathname.replace(/\/$/, '');
  try {
    return await asking({ httpUrl, warmPath: WARM_PATH, userAgent }, clock, (ask) =>
      talk((path, query) => {
        return ask({ path, query, headers: () => signer.headers('GET', prefix + path, clock.wallMs()) });
      }),
    );
  } catch (error) {
    throw new Error(`Kalshi’s word on the account: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** All pages of a list. */
async function listed(get: Get, path: string, query: string, key: string): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  let cursor = '';
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const value = await get(path, `?${query}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
    const list = isJsonObject(value) ? member(value, key) : undefined;
    if (!Array.isArray(list) || !list.every(isJsonObject)) throw new Error(`no list in the answer to ${path}`);
    all.push(...list.filter(isJsonObject));
    const next = isJsonObject(value) ? (member(value, 'cursor') ?? '') : '';
    if (typeof next !== 'string') throw new Error(`no cursor in the answer to ${path}`);
    if (next === '') return all;
    cursor = next;
  }
  throw new Error(`more than ${PAGES_MAX} pages in the answers to ${path}`);
}

/** Exact where the venue says it in dollars; in whole cents otherwise, which it always says. */
function cashMicrosOf(balance: JsonValue): number {
  if (!isJsonObject(balance)) throw new Error('no balance in its answer');
  const exact = scaledFromText(textOf(balance, 'balance_dollars'), 6);
  const cents = member(balance, 'balance');
  const micros = exact ?? (typeof cents === 'number' ? cents * CENT_MICROS : Number.NaN);
  if (!Number.isSafeInteger(micros) || micros < 0) throw new Error('no balance in its answer');
  return micros;
}

/** Signed: contracts of YES, or those of NO below zero. */
function positionOf(position: JsonObject): readonly [outcome: string, micros: number] {
  const [ticker, micros] = [textOf(position, 'ticker'), positionMicrosOf(position)];
  if (ticker === '' || micros === undefined) throw new Error('a position that cannot be read in its answer');
  return [kalshiOutcome(ticker, micros < 0 ? VIEW_NO : VIEW_YES), Math.abs(micros)];
}

function orderIdOf(order: JsonObject): string {
  const id = textOf(order, 'client_order_id') || textOf(order, 'order_id');
  if (id === '') throw new Error('an order without an id in its answer');
  return id;
}
