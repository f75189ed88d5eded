// The official Kalshi client's REST reads on a simulated venue that plays recorded messages: its own signatures are
// accepted, a wrong key's are not, and what it reads is what was saved and recorded.
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

type Api<T> = new (configuration: object, basePath: undefined, http: object) => T;

const kalshi = load<{
  readonly Configuration: new (of: object) => object;
  readonly MarketApi: Api<MarketApi>;
  readonly EventsApi: Api<EventsApi>;
  readonly AccountApi: Api<AccountApi>;
}>('kalshi-typescript');
/** The client adds its signing to the HTTP library it is given: one for each, or the keys would mix. */
const axios = load<{ create(): object }>('axios');

function saved<T>(file: string): T {
  return JSON.parse(readFileSync(`test/fixtures/kalshi/${file}`, 'utf8')) as T;
}

const EVENT = saved<{ event: Json; markets: Json[] }>('event-2026-08-10.json');
const MARKETS = saved<{ market: Json }[]>('markets-2026-07-20.json').map(({ market }) => market);

/** A venue whose tape waits, with saved answers in its lists, and one made market. */
async function open() {
  const lists = new KalshiLists();
  lists.addRecorded([{ id: `kalshi:${SECOND}`, venue: 'kalshi', yesToken: SECOND }], Date.now());
  lists.put([EVENT, ...MARKETS] as Parameters<KalshiLists['put']>[0]);
  const venue = new KalshiVenue({
    ...{ keyId: KEY_ID, publicKeyPem: KEYS.publicKey, lists, faults: [], speed: 'max', waitsForStart: true },
    frames: bothWindows(),
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
