// The official Kalshi client on a simulated venue that plays recorded messages: its own signatures are accepted, a wrong
// key's are not, what it reads is what was saved and recorded, and its orders live through placing, changing, cancelling.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { KalshiLists } from '../../engine/venue/sim/kalshi-lists.ts';
import { KalshiVenue } from '../../engine/venue/sim/kalshi-venue.ts';
import { bothWindows, FIRST, KEY_ID, KEYS, replayTexts, SECOND } from '../helpers/kalshi.ts';
import { load } from './installed.ts';

type Answer<T> = Promise<{ readonly status: number; readonly data: T }>;
type Json = Record<string, unknown>;

interface Book {
  readonly orderbook_fp: { readonly yes_dollars: [string, string][]; readonly no_dollars: [string, string][] };
}

interface MarketApi {
  getMarkets(limit?: number, cursor?: string, eventTicker?: string): Answer<{ markets: Json[]; cursor: string }>;
  getMarket(ticker: string): Answer<{ market: Json }>;
  getMarketOrderbook(ticker: string, depth?: number): Answer<Book>;
  getMarketOrderbooks(tickers: readonly string[]): Answer<{ orderbooks: (Book & { ticker: string })[] }>;
  getSeries(ticker: string): Answer<{ series: Json }>;
}

interface EventsApi {
  getEvent(ticker: string, withNestedMarkets?: boolean): Answer<{ event: Json; markets: Json[] }>;
}

interface AccountApi {
  getAccountApiLimits(): Answer<Json>;
}

interface OrdersApi {
  createOrderV2(order: Json): Answer<Json>;
  batchCreateOrdersV2(request: { orders: Json[] }): Answer<{ orders: Json[] }>;
  batchCancelOrdersV2(request: { orders: Json[] }): Answer<{ orders: Json[] }>;
  cancelOrderV2(orderId: string): Answer<Json>;
  decreaseOrderV2(orderId: string, request: Json): Answer<Json>;
  amendOrderV2(orderId: string, request: Json): Answer<Json>;
  cancelAllOrders(): Answer<void>;
  getOrder(orderId: string): Answer<{ order: Json }>;
  getOrders(ticker?: string): Answer<{ orders: Json[]; cursor: string }>;
}

interface PortfolioApi {
  getBalance(): Answer<Json>;
  getFills(ticker?: string, orderId?: string): Answer<{ fills: Json[]; cursor: string }>;
  getPositions(): Answer<{ market_positions: Json[] }>;
  getSettlements(): Answer<{ settlements: Json[] }>;
}

type Api<T> = new (configuration: object, basePath: undefined, http: object) => T;

const kalshi = load<{
  readonly Configuration: new (of: object) => object;
  readonly MarketApi: Api<MarketApi>;
  readonly EventsApi: Api<EventsApi>;
  readonly AccountApi: Api<AccountApi>;
  readonly OrdersApi: Api<OrdersApi>;
  readonly PortfolioApi: Api<PortfolioApi>;
}>('kalshi-typescript');
/** The client adds its signing to the HTTP library it is given: one for each, or the keys would mix. */
const axios = load<{ create(): object }>('axios');

function saved<T>(file: string): T {
  return JSON.parse(readFileSync(`test/fixtures/kalshi/${file}`, 'utf8')) as T;
}

const EVENT = saved<{ event: Json; markets: Json[] }>('event-2026-08-10.json');
const MARKETS = saved<{ market: Json }[]>('markets-2026-07-20.json').map(({ market }) => market);

const FEE = { rateE6: 70_000, exponent: 1, roundMicros: 10_000 };
const CENTS = [{ startE4: 0, endE4: 10_000, tickE4: 100 }];
const TERMS = { ticker: FIRST, tickRanges: CENTS, stepMicros: 10_000, fee: FEE, makerRateE6: 0 };

/** A venue whose tape waits, with saved answers in its lists, and one made market. */
async function open() {
  const lists = new KalshiLists();
  lists.addRecorded([{ id: `kalshi:${SECOND}`, venue: 'kalshi', yesToken: SECOND }], Date.now());
  lists.put([EVENT, ...MARKETS] as Parameters<KalshiLists['put']>[0]);
  const venue = new KalshiVenue({
    ...{ keyId: KEY_ID, publicKeyPem: KEYS.publicKey, lists, faults: [], speed: 'max', waitsForStart: true },
    frames: bothWindows(),
    trading: { cashMicros: 1_000e6, terms: [TERMS], seed: 1 },
  });
  await venue.open();
  onTestFinished(() => venue.close());
  return venue;
}

function clientsOf(venue: KalshiVenue, credentials: object = { apiKey: KEY_ID, privateKeyPem: KEYS.privateKey }) {
  const configuration = new kalshi.Configuration({ ...credentials, basePath: venue.restUrl });
  return {
    market: new kalshi.MarketApi(configuration, undefined, axios.create()),
    events: new kalshi.EventsApi(configuration, undefined, axios.create()),
    account: new kalshi.AccountApi(configuration, undefined, axios.create()),
    orders: new kalshi.OrdersApi(configuration, undefined, axios.create()),
    portfolio: new kalshi.PortfolioApi(configuration, undefined, axios.create()),
  };
}

/** HTTP status of an answer, or of the error that the client makes of it. */
function statusOf(answer: Answer<unknown>): Promise<number | undefined> {
  return answer.then(
    ({ status }) => status,
    (error: { readonly response?: { readonly status: number } }) => error.response?.status,
  );
}

function textOf({ orderbook_fp }: Book): string {
  const side = (levels: readonly [string, string][]): string =>
    levels.map(([price, size]) => `${Math.round(Number(price) * 1e4)}x${Math.round(Number(size) * 100)}`).join();
  return `${side(orderbook_fp.yes_dollars)}|${side(orderbook_fp.no_dollars)}`;
}

test('its signed reads are accepted and give the saved markets, events and series, page by page', async () => {
  const venue = await open();
  const { market, events, account } = clientsOf(venue);
  const found: Json[] = [];
  let [cursor, pages] = ['', 0];
  do {
    const { data } = await market.getMarkets(4, cursor === '' ? undefined : cursor);
    found.push(...data.markets);
    cursor = data.cursor;
    pages += 1;
  } while (cursor !== '' && pages < 20);
  expect(found.filter(({ ticker }) => ticker !== SECOND)).toEqual([...EVENT.markets, ...MARKETS]);
  expect(pages).toBe(Math.ceil((EVENT.markets.length + MARKETS.length + 1) / 4));
  const { ticker } = MARKETS[0]!;
  expect((await market.getMarket(String(ticker))).data.market).toEqual(MARKETS[0]);
  const event = await events.getEvent(String(EVENT.event['event_ticker']));
  expect(event.data).toEqual(EVENT);
  const made = await market.getSeries('KXGOLD15M');
  expect(made.data.series).toMatchObject({ ticker: 'KXGOLD15M', fee_type: 'quadratic', fee_multiplier: 1 });
  expect((await account.getAccountApiLimits()).data).toMatchObject({ usage_tier: 'basic' });
  expect(venue.stats).toMatchObject({ restRequests: pages + 4, restSigned: pages + 4, refused: {} });
});

test('its order books are those of the recorded messages, before and after them, one or several', async () => {
  const venue = await open();
  const { market } = clientsOf(venue);
  const truth = replayTexts(bothWindows().map(({ text }) => text));
  const opening = await market.getMarketOrderbook(FIRST);
  expect(textOf(opening.data)).toBe([...truth.get(FIRST)!.all][0]);
  venue.start();
  expect(await venue.tapeEnded).toBe('');
  expect(textOf((await market.getMarketOrderbook(FIRST)).data)).toBe(truth.get(FIRST)!.last);
  const { orderbooks } = (await market.getMarketOrderbooks([SECOND, FIRST, 'NONE'])).data;
  expect(orderbooks.map(({ ticker }) => ticker)).toEqual([SECOND, FIRST]);
  expect(orderbooks.map(textOf)).toEqual([SECOND, FIRST].map((ticker) => truth.get(ticker)!.last));
  const top = (await market.getMarketOrderbook(SECOND, 1)).data.orderbook_fp;
  expect(top.yes_dollars).toEqual(orderbooks[0]!.orderbook_fp.yes_dollars.slice(-1));
  expect(venue.stats).toMatchObject({ restSigned: 4, refused: {} });
});

test('a wrong key, a wrong key id and no key are refused, each for its own reason', async () => {
  const venue = await open();
  const wrong = generateKeyPairSync('rsa', {
    ...{ modulusLength: 2_048, publicKeyEncoding: { type: 'spki', format: 'pem' } },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey;
  const { market } = clientsOf(venue, { apiKey: KEY_ID, privateKeyPem: wrong });
  expect(await statusOf(market.getMarketOrderbook(FIRST))).toBe(401);
  const stranger = clientsOf(venue, { apiKey: 'somebody-else', privateKeyPem: KEYS.privateKey });
  expect(await statusOf(stranger.market.getMarkets(1))).toBe(401);
  const nobody = clientsOf(venue, {});
  expect(await statusOf(nobody.account.getAccountApiLimits())).toBe(401);
  // Market data is for everybody.
  expect(await statusOf(nobody.market.getMarketOrderbook(FIRST))).toBe(200);
  expect(venue.stats).toMatchObject({
    ...{ restRequests: 4, restSigned: 0 },
    refused: { badSignature: 1, unknownKey: 1, missing: 1 },
  });
});

function orderOf(side: 'bid' | 'ask', price: string, count: string, more: Json = {}): Json {
  const stp = { self_trade_prevention_type: 'taker_at_cross' };
  return { ticker: FIRST, side, price, count, time_in_force: 'good_till_canceled', ...stp, ...more };
}

test('its orders are placed, batched, read, changed and cancelled, and its account is what they came to', async () => {
  const venue = await open();
  const { orders, portfolio } = clientsOf(venue);
  const taken = await orders.createOrderV2(orderOf('bid', '0.5400', '10.00', { time_in_force: 'fill_or_kill' }));
  expect(taken.status).toBe(201);
  expect(taken.data).toMatchObject({ fill_count: '10.00', remaining_count: '0.00', average_fill_price: '0.5400' });
  // A fee of 0.18 dollar for ten.
  expect(taken.data['average_fee_paid']).toBe('0.0180');
  const killed = orders.createOrderV2(orderOf('bid', '0.5400', '900.00', { time_in_force: 'fill_or_kill' }));
  expect(await statusOf(killed)).toBe(409);
  const batch = await orders.batchCreateOrdersV2({
    orders: [
      orderOf('bid', '0.1000', '5.00', { client_order_id: 'mine-1' }),
      orderOf('ask', '0.9000', '6.00', { client_order_id: 'mine-2' }),
      orderOf('bid', '0.1050', '1.00', { client_order_id: 'mine-3' }),
    ],
  });
  expect(batch.data.orders.map(({ remaining_count, error }) => remaining_count ?? (error as Json)['code'])).toEqual([
    ...['5.00', '6.00', 'invalid_price'],
  ]);
  const [first = '', second = ''] = batch.data.orders.map(({ order_id }) => String(order_id));
  expect((await orders.getOrder(first)).data.order).toMatchObject({ client_order_id: 'mine-1', status: 'resting' });
  expect((await orders.decreaseOrderV2(first, { reduce_by: '2.00' })).data['remaining_count']).toBe('3.00');
  const amended = { ticker: FIRST, side: 'ask', price: '0.8900', count: '7.00' };
  expect((await orders.amendOrderV2(second, amended)).data['remaining_count']).toBe('7.00');
  expect((await orders.cancelOrderV2(first)).data).toMatchObject({ order_id: first, reduced_by: '3.00' });
  const cancelled = await orders.batchCancelOrdersV2({ orders: [{ order_id: second }, { order_id: 'none' }] });
  expect(
    cancelled.data.orders.map(({ reduced_by, error }) => [reduced_by, (error as Json | undefined)?.['code']]),
  ).toEqual([...[['7.00', undefined] as const, ['0.00', 'not_found'] as const]]);
  await orders.createOrderV2(orderOf('bid', '0.0100', '1.00'));
  expect((await orders.cancelAllOrders()).status).toBe(204);
  const { orders: all } = (await orders.getOrders(FIRST)).data;
  expect(all.map(({ status }) => status)).toEqual(['canceled', 'canceled', 'canceled', 'executed']);
  const { fills } = (await portfolio.getFills(FIRST, String(taken.data['order_id']))).data;
  expect(fills).toMatchObject([{ yes_price_dollars: '0.5400', count_fp: '10.00', fee_cost: '0.1800', is_taker: true }]);
  expect((await portfolio.getPositions()).data.market_positions).toMatchObject([
    { ticker: FIRST, position_fp: '10.00' },
  ]);
  expect((await portfolio.getBalance()).data).toMatchObject({ balance: 99_442, balance_dollars: '994.4200' });
  venue.exchange.settle(venue.exchange.market(FIRST), 10_000);
  expect((await portfolio.getBalance()).data['balance_dollars']).toBe('1004.4200');
  expect((await portfolio.getSettlements()).data.settlements).toMatchObject([{ market_result: 'yes', revenue: 1_000 }]);
  expect(venue.stats).toMatchObject({ orderRequests: 4, orders: 6, refused: {} });
  expect(venue.stats.restSigned).toBe(venue.stats.restRequests);
});
