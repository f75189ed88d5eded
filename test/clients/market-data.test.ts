// The official Polymarket client on the market data of a simulated venue that plays recorded sessions: it subscribes,
// builds the books that were recorded, and its REST reads agree with them. The venue counts that it was there.
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import type { TapeFrame } from '../../engine/venue/sim/tape.ts';
import { openVenue } from '../../engine/venue/sim/venue.ts';
import { type ClientBook, clientHash } from '../venue/sim/support.ts';
import { installedVersion, pinnedVersions } from './installed.ts';
import { refusedNames } from './loopback-only.ts';
import {
  actions,
  type ClientEvent,
  collect,
  environmentOf,
  type Level,
  library,
  type OrderBook,
} from './polymarket.ts';

const CONDITION = '0x8bf1c1536ecb1c08fe13c6b71e8ab1f58bf3461c4cb79f5f1679f869a06aef86';
const YES = '111604417349377875799825956621596386269673370070912696668140891647145772186047';
const NO = '36015050921127306245266044699797268780268172446856063291868548314968920497494';
const TOKENS = [YES, NO];

const FED: MarketMeta = {
  ...{ id: `polymarket:${CONDITION}`, venue: 'polymarket', yesToken: YES, noToken: NO, negRisk: true },
  ...{ title: 'No change in Fed interest rates after July 2026?', minSizeMicros: 5_000_000 },
  tickRanges: [{ startE4: 0, endE4: 10_000, tickE4: 10 }],
  fee: { rateE6: 50_000, exponent: 1, roundMicros: 10 },
};

/** The recorded texts of that market: a snapshot, 24 changes, a trade with its new book. */
const TEXTS = readFileSync('test/fixtures/polymarket/market-channel-fed.jsonl', 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as string)
  .filter((text) => text.includes(CONDITION));
const TICK_TEXT = `{"market":"${CONDITION}","asset_id":"${YES}","old_tick_size":"0.001","new_tick_size":"0.0001","timestamp":"1784578740000","event_type":"tick_size_change"}`;

function framesOf(texts: readonly string[]): TapeFrame[] {
  return texts.map((text, at) => ({ atNs: at * 1e6, bytes: Buffer.from(text), venue: 'polymarket' }));
}

/** Other markets of recorded sessions, without books: they fill Gamma's lists. */
const OTHERS: readonly MarketMeta[] = (
  JSON.parse(readFileSync('test/fixtures/polymarket/markets.json', 'utf8')) as Record<string, string>[]
).map(({ condition, yesToken, noToken }) => ({
  ...{ id: `polymarket:${condition}`, venue: 'polymarket', yesToken: yesToken!, noToken: noToken! },
}));

async function open(markets: readonly MarketMeta[] = [FED]) {
  const frames = framesOf([...TEXTS, TICK_TEXT]);
  const venue = await openVenue({ seed: 1, speed: 'max', accounts: [], markets, frames });
  onTestFinished(() => venue.close());
  return { venue, client: library.createPublicClient({ environment: environmentOf(venue) }) };
}

interface Kept extends ClientBook {
  /** Hashes that were told, and how many of them this book has. */
  told: number;
  held: number;
}

/** Keeps a book per token from what the client delivers, and recomputes each hash that it is told. */
function keepBooks(events: readonly ClientEvent[]): Map<string, Kept> {
  const books = new Map<string, Kept>();
  const check = (token: string, hash: string, timestamp: number): void => {
    const book = books.get(token)!;
    book.told += 1;
    const facts = { condition: CONDITION, negRisk: true };
    if (clientHash(book, token, String(timestamp), facts) === hash) book.held += 1;
  };
  for (const { type, payload } of events) {
    if (type === 'book') {
      const [bids, asks] = [payload.bids, payload.asks].map((side) => new Map(side.map((of) => [of.price, of.size])));
      const facts = { lastTrade: payload.lastTradePrice ?? '', tick: payload.tickSize };
      books.set(payload.tokenId, { bids: bids!, asks: asks!, ...facts, told: 0, held: 0 });
      check(payload.tokenId, payload.hash, payload.timestamp);
    } else if (type === 'price_change') {
      for (const { tokenId, side, price, size } of payload.priceChanges) {
        const levels = books.get(tokenId)![side === 'BUY' ? 'bids' : 'asks'];
        if (size === '0') levels.delete(price);
        else levels.set(price, size);
      }
      for (const { tokenId, hash } of payload.priceChanges) check(tokenId, hash, payload.timestamp);
    } else if (type === 'last_trade_price') {
      // Books write it with three decimals at least.
      for (const book of books.values()) book.lastTrade = payload.price.padEnd(5, '0');
    } else if (type === 'tick_size_change') books.get(payload.tokenId)!.tick = payload.newTickSize;
  }
  return books;
}

/** The same, from the recorded texts by plain maps: levels of YES by price, as numbers. */
function recordedBook(): Record<'bids' | 'asks', [price: number, size: number][]> {
  const sides = { bids: new Map<number, number>(), asks: new Map<number, number>() };
  for (const value of TEXTS.flatMap((text) => JSON.parse(text))) {
    if (value.asset_id === YES && value.event_type === 'book') {
      for (const side of ['bids', 'asks'] as const) {
        sides[side] = new Map(value[side].map(({ price, size }: Level) => [Number(price), Number(size)]));
      }
    }
    for (const { asset_id, side, price, size } of value.price_changes ?? []) {
      if (asset_id === YES) sides[side === 'BUY' ? 'bids' : 'asks'].set(Number(price), Number(size));
    }
  }
  const of = (side: Map<number, number>) => [...side].filter(([, size]) => size > 0).sort(([a], [b]) => a - b);
  return { bids: of(sides.bids), asks: of(sides.asks) };
}

function numbersOf(levels: Iterable<Level> | Map<string, string>): [number, number][] {
  const pairs = levels instanceof Map ? [...levels] : [...levels].map(({ price, size }) => [price, size] as const);
  return pairs.map(([price, size]): [number, number] => [Number(price), Number(size)]).sort(([a], [b]) => a - b);
}

test('the clients are installed in the versions that are pinned, and no name beyond this machine is reached', async () => {
  const pinned = pinnedVersions();
  expect(Object.keys(pinned)).toEqual(expect.arrayContaining(['@polymarket/client', 'kalshi-typescript']));
  for (const [name, version] of Object.entries(pinned)) expect(installedVersion(name), name).toBe(version);
  // With the addresses it comes with, the client gets nowhere.
  await expect(library.createPublicClient({}).fetchMidpoint({ tokenId: YES })).rejects.toThrow();
  expect(refusedNames).toContain('clob.polymarket.com');
});

test('the client builds the recorded books from our market channel, and every hash that it is told holds', async () => {
  const { venue, client } = await open();
  const spec = { topic: 'market', tokenIds: TOKENS, customFeatureEnabled: true };
  const events = collect(await client.subscribe([spec]));
  expect(await venue.tapeEnded).toBe('');
  const { marketFrames, subscriptions } = venue.stats();
  const count = (type: string): number => events.filter((event) => event.type === type).length;
  await expect.poll(() => count('tick_size_change')).toBe(2);
  // The two books come in one frame.
  expect(events.length).toBe(marketFrames + 1);
  expect(subscriptions).toBe(1);
  expect(count('book')).toBe(2);
  expect(count('price_change')).toBe(24);
  expect(count('last_trade_price')).toBe(1);
  expect(count('best_bid_ask')).toBeGreaterThan(0);
  const books = keepBooks(events);
  for (const token of TOKENS) expect(books.get(token), token).toMatchObject({ told: 25, held: 25, tick: '0.0001' });
  const truth = recordedBook();
  expect(numbersOf(books.get(YES)!.bids)).toEqual(truth.bids);
  expect(numbersOf(books.get(YES)!.asks)).toEqual(truth.asks);
  const last = events.findLast(({ type }) => type === 'price_change')!.payload.priceChanges[0]!;
  expect([last.bestBid, last.bestAsk]).toEqual(['0.924', '0.925']);
  await client.closeSubscriptions();
});

test('a second subscription shares the connection, has its own books, and ends the connection when it was the last', async () => {
  const { venue, client } = await open([FED, OTHERS[0]!]);
  const first = await client.subscribe([{ topic: 'market', tokenIds: [YES] }]);
  const [ofFirst, second] = [collect(first), await client.subscribe([{ topic: 'market', tokenIds: [NO] }])];
  const ofSecond = collect(second);
  await expect
    .poll(() => [ofFirst, ofSecond].map((events) => events.some(({ type }) => type === 'book')))
    .toEqual([true, true]);
  expect(ofFirst.find(({ type }) => type === 'book')!.payload.tokenId).toBe(YES);
  expect(ofSecond.find(({ type }) => type === 'book')!.payload.tokenId).toBe(NO);
  expect(venue.stats().subscriptions).toBe(2);
  await first.close();
  await second.close();
});

/** Plays the tape to its end. */
async function played(markets?: readonly MarketMeta[]) {
  const { venue, client } = await open(markets);
  const subscription = await client.subscribe([{ topic: 'market', tokenIds: TOKENS }]);
  await venue.tapeEnded;
  await subscription.close();
  return { venue, client };
}

test('its REST reads give the recorded book and its facts, and unknown tokens are refused or left out', async () => {
  const { venue, client } = await played();
  const before = venue.stats().publicRequests;
  const book = await client.fetchOrderBook({ tokenId: YES });
  const truth = recordedBook();
  expect({ bids: numbersOf(book.bids), asks: numbersOf(book.asks) }).toEqual(truth);
  expect(book).toMatchObject({ conditionId: CONDITION, negRisk: true, minOrderSize: '5', lastTradePrice: '0.925' });
  const kept = { bids: levelsOf(book.bids), asks: levelsOf(book.asks), lastTrade: '0.925', tick: '0.0001' };
  expect(clientHash(kept, YES, String(book.timestamp), { condition: CONDITION, negRisk: true })).toBe(book.hash);
  const books = await client.fetchOrderBooks([...TOKENS, '1'].map((tokenId) => ({ tokenId })));
  expect(books.map(({ tokenId }: OrderBook) => tokenId)).toEqual(TOKENS);
  expect(books[0]).toEqual(book);
  expect(numbersOf(books[1]!.bids)).toEqual(mirror(truth.asks));
  expect(await client.fetchMidpoint({ tokenId: YES })).toBe('0.9245');
  expect(await client.fetchMidpoints([{ tokenId: NO }])).toEqual({ [NO]: '0.0755' });
  expect(await client.fetchSpread({ tokenId: NO })).toBe('0.001');
  expect(await client.fetchSpreads([{ tokenId: YES }])).toEqual({ [YES]: '0.001' });
  expect(await client.fetchPrice({ tokenId: YES, side: 'BUY' })).toBe('0.924');
  expect(await client.fetchPrices([{ tokenId: NO, side: 'SELL' }])).toEqual({ [NO]: { SELL: '0.076' } });
  expect(await actions.fetchTickSize(client, { tokenId: YES })).toBe(0.0001);
  expect(await actions.fetchNegRisk(client, { tokenId: NO })).toBe(true);
  expect(await actions.resolveConditionByToken(client, { tokenId: NO })).toBe(CONDITION);
  expect(await actions.fetchMarketInfo(client, { conditionId: CONDITION })).toEqual({
    feeInfo: { rate: 0.05, exponent: 1 },
    tokens: [
      { tokenId: YES, outcome: 'Yes' },
      { tokenId: NO, outcome: 'No' },
    ],
  });
  await expect(client.fetchOrderBook({ tokenId: '1' })).rejects.toThrow('No orderbook exists');
  expect(venue.stats().publicRequests - before).toBe(13);
});

test('its discovery pages through our Gamma to the end and finds markets by slug and by id', async () => {
  const markets = [FED, ...OTHERS];
  const { venue, client } = await open(markets);
  const found: Record<string, unknown>[] = [];
  let pages = 0;
  for await (const { items } of client.listMarkets({ pageSize: 4 })) {
    found.push(...items);
    pages += 1;
    expect(pages).toBeLessThan(20);
  }
  expect(found.map(({ conditionId }) => `polymarket:${conditionId}`)).toEqual(markets.map(({ id }) => id));
  expect(pages).toBe(Math.ceil(markets.length / 4));
  const wanted = {
    conditionId: CONDITION,
    question: FED.title,
    state: expect.objectContaining({ active: true, closed: false, acceptingOrders: true, negRisk: true }),
    outcomes: {
      yes: expect.objectContaining({ label: 'Yes', tokenId: YES }),
      no: expect.objectContaining({ label: 'No', tokenId: NO }),
    },
    trading: expect.objectContaining({
      ...{ minimumOrderSize: '5', minimumTickSize: 0.001, feesEnabled: true },
      feeSchedule: { exponent: 1, rate: '0.05', takerOnly: true, rebateRate: '0' },
    }),
  };
  expect(found[0]).toMatchObject(wanted);
  expect(await client.fetchMarket({ slug: String(found[0]!['slug']) })).toMatchObject(wanted);
  expect(await client.fetchMarket({ id: String(found[0]!['id']) })).toMatchObject(wanted);
  const events = await client.listEvents({ pageSize: 100 }).firstPage();
  expect(events.hasMore).toBe(false);
  expect(events.items).toHaveLength(markets.length);
  const event = await client.fetchEvent({ slug: String(events.items[0]!['slug']) });
  expect(event['markets']).toEqual([expect.objectContaining({ conditionId: CONDITION })]);
  await expect(client.fetchMarket({ slug: 'nowhere' })).rejects.toThrow('not found');
  expect(venue.stats().gammaRequests).toBe(pages + 5);
});

function levelsOf(levels: readonly Level[]): Map<string, string> {
  return new Map(levels.map(({ price, size }) => [price, size]));
}

function mirror(levels: readonly [price: number, size: number][]): [number, number][] {
  return levels.map(([price, size]): [number, number] => [Math.round((1 - price) * 1e4) / 1e4, size]).reverse();
}
