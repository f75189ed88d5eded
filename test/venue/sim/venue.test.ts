// The simulated venue over its sockets: channels, REST, orders, faults, as a client sees them.
import { afterEach, expect, test } from 'vitest';
import type { TapeFrame } from '../../../engine/venue/sim/tape.ts';
import { openVenue, type Venue, type VenueInput } from '../../../engine/venue/sim/venue.ts';
import {
  accountSetup,
  type ClientBook,
  CONDITION,
  call,
  change,
  clientHash,
  connect,
  frame,
  MARKET,
  NO,
  signedOrder,
  snapshot,
  trade,
  YES,
} from './support.ts';

const OPENING = snapshot(
  0,
  [
    ['0.4', '100'],
    ['0.45', '50'],
  ],
  [
    ['0.6', '300'],
    ['0.55', '200'],
    ['0.5', '40'],
  ],
);

let venue: Venue | undefined;
afterEach(async () => {
  await venue?.close();
  venue = undefined;
});

async function open(frames: Iterable<TapeFrame>, options: Partial<VenueInput> = {}): Promise<Venue> {
  venue = await openVenue({
    seed: 1,
    speed: 'max',
    accounts: [accountSetup(0), accountSetup(1)],
    markets: [MARKET],
    frames,
    latency: { minMs: 0, maxMs: 0 },
    settlement: { minedMsMean: 5, confirmedMsMean: 5 },
    ...options,
  });
  return venue;
}

function idle(filler: number): TapeFrame {
  const timestamp = String(1_000_000 + filler);
  return frame(0, { market: CONDITION, new_tick_size: '0.01', timestamp, event_type: 'tick_size_change' });
}

/** A tape that goes on when the test says so. */
function gatedTape(first: TapeFrame): { frames: Iterable<TapeFrame>; later: TapeFrame[] } {
  const later: TapeFrame[] = [];
  return {
    later,
    frames: {
      *[Symbol.iterator]() {
        yield first;
        // Between the test's frames the tape says every two ms that the tick is what it is: it tells nobody anything.
        for (let filler = 1; ; filler += 1) yield { ...(later.shift() ?? idle(filler)), atNs: filler * 2e6 };
      },
    },
  };
}

interface Change {
  readonly asset_id: string;
  readonly price: string;
  readonly size: string;
  readonly side: string;
  readonly hash: string;
  readonly best_bid: string;
  readonly best_ask: string;
}

function bookOf(
  message: { bids: { price: string; size: string }[]; asks: { price: string; size: string }[] } & Record<
    string,
    unknown
  >,
): ClientBook {
  return {
    bids: new Map(message.bids.map(({ price, size }) => [price, size])),
    asks: new Map(message.asks.map(({ price, size }) => [price, size])),
    lastTrade: String(message['last_trade_price']),
    tick: String(message['tick_size']),
  };
}

/** Follows the stream as a client would and checks every hash, top and mirror. */
function follow() {
  const books = new Map<string, ClientBook>();
  let verified = 0;
  const onMessage = (text: string) => {
    if (text === 'PONG') return;
    const message = JSON.parse(text);
    for (const item of Array.isArray(message) ? message : [message]) {
      if (item.event_type === 'book') {
        const book = bookOf(item);
        books.set(item.asset_id, book);
        expect(clientHash(book, item.asset_id, item.timestamp)).toBe(item.hash);
        verified += 1;
      }
      if (item.event_type === 'last_trade_price') {
        const [whole, fraction = ''] = String(item.price).split('.');
        for (const book of books.values()) book.lastTrade = `${whole}.${fraction.padEnd(3, '0')}`;
      }
      if (item.event_type !== 'price_change') continue;
      const changes = item.price_changes as Change[];
      for (const [index, { asset_id, price, size, side }] of changes.entries()) {
        const book = books.get(asset_id)!;
        const levels = side === 'BUY' ? book.bids : book.asks;
        if (size === '0') levels.delete(price);
        else levels.set(price, size);
        const mirror = changes[index ^ 1]!;
        expect(mirror.size).toBe(size);
        expect(mirror.side).not.toBe(side);
        expect(mirror.asset_id).not.toBe(asset_id);
        expect(Math.round((Number(mirror.price) + Number(price)) * 10_000)).toBe(10_000);
      }
      for (const { asset_id, hash, best_bid, best_ask } of changes) {
        const book = books.get(asset_id)!;
        expect(clientHash(book, asset_id, item.timestamp)).toBe(hash);
        expect(Number(best_bid)).toBe(Math.max(0, ...[...book.bids.keys()].map(Number)));
        expect(Number(best_ask)).toBe(Math.min(1, ...[...book.asks.keys()].map(Number)));
        verified += 1;
      }
    }
  };
  return { books, onMessage, verified: () => verified };
}

const isChange = (message: string) => message.includes('"price_change"');
const subscribe = (tokens: string[]) => JSON.stringify({ assets_ids: tokens, type: 'market' });
const buy = (limitE4: number, shares: number, type: 'GTC' | 'FOK' | 'FAK' = 'FAK') =>
  ({ token: YES, side: 'BUY', limitE4, sizeMicros: shares * 1e6, type }) as const;

test('take a level; the next tape update of another level leaves it taken', async () => {
  const tape = gatedTape(OPENING);
  const { marketUrl, restUrl } = await open(tape.frames, { speed: 1 });
  const client = await connect(marketUrl);
  client.socket.sendText(subscribe([YES, NO]));
  const follower = follow();
  follower.onMessage(await client.next());
  expect(follower.books.get(YES)!.asks.get('0.5')).toBe('40');

  const { element, id } = signedOrder(0, buy(5_000, 40));
  const { json } = await call(restUrl, 0, 'POST', '/orders', [element]);
  expect(json).toMatchObject([{ success: true, errorMsg: '', orderID: id, status: 'matched', takingAmount: '40' }]);
  follower.onMessage(await client.until(isChange));
  expect(follower.books.get(YES)!.asks.has('0.5')).toBe(false);

  tape.later.push(change(10, 'SELL', '0.55', '250'));
  const next = await client.until((message) => {
    follower.onMessage(message);
    return isChange(message);
  });
  expect(JSON.parse(next).price_changes).toHaveLength(2);
  expect(follower.books.get(YES)!.asks.get('0.55')).toBe('250');
  expect(follower.books.get(YES)!.asks.has('0.5')).toBe(false);
  const book = (await (await fetch(`${restUrl}/book?token_id=${YES}`)).json()) as { asks: { price: string }[] };
  expect(book.asks.map(({ price }) => price)).toEqual(['0.6', '0.55']);

  tape.later.push(change(20, 'SELL', '0.5', '70'));
  await client.until((message) => {
    follower.onMessage(message);
    return isChange(message);
  });
  expect(follower.books.get(YES)!.asks.get('0.5')).toBe('30');
});

test('the opening frame is an array with the best level last, and PING is answered by PONG', async () => {
  const { marketUrl } = await open([OPENING]);
  const client = await connect(marketUrl);
  client.socket.sendText('PING');
  expect(await client.next()).toBe('PONG');
  client.socket.sendText(subscribe([YES, NO, '12345']));
  const [yes, no] = JSON.parse(await client.next());
  expect([yes.asset_id, no.asset_id, yes.timestamp]).toEqual([YES, NO, no.timestamp]);
  expect(yes.bids.at(-1)).toEqual({ price: '0.45', size: '50' });
  expect(yes.asks.at(-1)).toEqual({ price: '0.5', size: '40' });
  expect(no.bids.at(-1)).toEqual({ price: '0.5', size: '40' });
  expect(no.asks.at(-1)).toEqual({ price: '0.55', size: '50' });
});

test('every frame of a busy tape with orders between verifies by an independent hash, top and mirror', async () => {
  const frames: TapeFrame[] = [OPENING];
  for (let at = 1; at <= 300; at += 1) {
    const price = (30 + ((at * 7) % 15)) / 100;
    frames.push(change(at * 3, 'BUY', String(price), String((at * 13) % 90)));
    if (at % 10 === 0) frames.push(trade(at * 3 + 1, 'BUY', '0.55', '3'));
  }
  const { marketUrl, restUrl, tapeEnded } = await open(frames, { speed: 1 });
  const client = await connect(marketUrl);
  const follower = follow();
  client.socket.sendText(subscribe([YES, NO]));
  follower.onMessage(await client.next());
  const posted = [5_000, 5_500, 5_500].map((limitE4) => {
    const { element } = signedOrder(0, buy(limitE4, 10));
    return call(restUrl, 0, 'POST', '/orders', [element]);
  });
  await Promise.all(posted);
  expect(await tapeEnded).toBe('');
  client.socket.sendText('PING');
  await client.until((message) => {
    follower.onMessage(message);
    return message === 'PONG';
  });
  expect(follower.verified()).toBeGreaterThan(500);
});

test('frames have the spacing of the venue', async () => {
  const { marketUrl } = await open([OPENING, change(10, 'BUY', '0.45', '0')]);
  const client = await connect(marketUrl);
  client.socket.sendText(subscribe([YES]));
  expect(await client.next()).toMatch(
    /^\[\{"market":"0x[0-9a-f]+","asset_id":"\d+","timestamp":"\d+","hash":"[0-9a-f]{40}","bids":\[\{"price":"0\.4","size":"100"\},/,
  );
  expect(await client.until(isChange)).toMatch(
    /^\{"market":"0x[0-9a-f]+", "price_changes":\[\{"asset_id":"\d+", "price":"0\.45", "size":"0", "side":"BUY", "hash":"[0-9a-f]{40}", "best_bid":"0\.4", "best_ask":"0\.5"\}, \{"asset_id":"\d+", "price":"0\.55", "size":"0", "side":"SELL", "hash":"[0-9a-f]{40}", "best_bid":"0\.5", "best_ask":"0\.6"\}\], "timestamp":"\d+", "event_type":"price_change"\}$/,
  );
});

test('orders, user events and settlement reach the account, and the books of all sum to zero', async () => {
  const { userUrl, restUrl } = await open([OPENING]);
  const { apiKey, secret, passphrase } = accountSetup(0);
  const user = await connect(userUrl);
  user.socket.sendText(JSON.stringify({ auth: { apiKey, secret, passphrase }, markets: [CONDITION], type: 'user' }));
  user.socket.sendText('PING');
  expect(await user.next()).toBe('PONG');

  const fak = signedOrder(0, buy(5_500, 100));
  const fok = signedOrder(0, buy(5_000, 10, 'FOK'));
  const answer = await call(restUrl, 0, 'POST', '/orders', [fak.element, fok.element]);
  expect(answer.json).toMatchObject([
    { status: 'matched', takingAmount: '100', makingAmount: '53' },
    { status: '', orderID: '', errorMsg: "order couldn't be fully filled. FOK orders are fully filled or killed." },
  ]);
  const events: Record<string, string>[] = [];
  await user.until((message) => {
    events.push(JSON.parse(message));
    return events.filter(({ status }) => status === 'CONFIRMED').length === 2;
  });
  expect(events[0]).toMatchObject({ event_type: 'order', type: 'UPDATE', id: fak.id, size_matched: '100' });
  const trades = events.filter(({ event_type, status }) => event_type === 'trade' && status === 'MATCHED');
  expect(trades.map(({ price, size, taker_order_id }) => [price, size, taker_order_id])).toEqual([
    ['0.5', '40', fak.id],
    ['0.55', '60', fak.id],
  ]);
  const killed = events.find(({ id }) => id === fok.id);
  expect(killed).toMatchObject({ type: 'CANCELLATION', size_matched: '' });
  for (const { id } of trades) {
    const statuses = events.filter((event) => event['id'] === id).map(({ status }) => status);
    expect(statuses).toEqual(['MATCHED', 'MINED', 'CONFIRMED']);
  }

  const ledger = venue!.ledger();
  // 40 x 0.50 + 60 x 0.55 = 53; fees 0.07 x p(1-p) per share, up to 10 micros: 0.7 and 1.0395.
  expect(ledger.accounts[0]).toMatchObject({
    cashMicros: 1_000_000_000 - 53_000_000 - 1_739_500,
    feesMicros: 1_739_500,
    fills: 2,
    positions: { [YES]: 100_000_000 },
  });
  expect(ledger.house).toEqual({
    cashMicros: 53_000_000,
    feesMicros: 1_739_500,
    positions: { [YES]: -100_000_000 },
  });
  expect(await (await fetch(`${restUrl}/sim/ledger`)).json()).toEqual(ledger);
});

test('a wrong signature, a foreign owner, an off-tick price and too little cash are refused leg by leg', async () => {
  const { restUrl } = await open([OPENING]);
  const legs = [
    signedOrder(0, buy(5_000, 10), 1),
    signedOrder(1, buy(5_000, 10)),
    signedOrder(0, buy(5_050, 20)),
    signedOrder(0, buy(5_000, 4_000)),
    signedOrder(0, buy(5_000, 1)),
    signedOrder(0, buy(4_000, 4, 'GTC')),
    signedOrder(0, { ...buy(4_500, 10), side: 'SELL' }),
    signedOrder(0, buy(5_000, 10)),
  ];
  const { json } = await call(
    restUrl,
    0,
    'POST',
    '/orders',
    legs.map(({ element }) => element),
  );
  const errors = (json as { errorMsg: string; orderID: string }[]).map(({ errorMsg }) => errorMsg);
  expect(errors).toEqual([
    'invalid signature',
    'the order owner has to be the owner of the API KEY',
    expect.stringContaining('breaks minimum tick size rule: 0.01'),
    'not enough balance / allowance',
    expect.stringContaining('min size: $1'),
    expect.stringContaining('lower than the minimum: 5'),
    'not enough balance / allowance',
    '',
  ]);
  expect(venue!.stats().badSignatures).toBe(1);
  const again = await call(restUrl, 0, 'POST', '/orders', [legs[7]!.element]);
  expect(again.json).toMatchObject([{ errorMsg: 'order already exists: Duplicated.' }]);
});

test('private calls without a valid HMAC are 401', async () => {
  const { restUrl } = await open([OPENING]);
  const answer = await fetch(`${restUrl}/orders`, { method: 'POST', body: '[]' });
  expect(answer.status).toBe(401);
  expect((await call(restUrl, 0, 'GET', '/data/orders')).status).toBe(200);
  expect(venue!.stats().unauthorized).toBe(1);
});

test('a resting order waits behind the flow, trades with the tape, and is cancelled', async () => {
  const tape = gatedTape(OPENING);
  const { restUrl, marketUrl } = await open(tape.frames, { speed: 1 });
  const client = await connect(marketUrl);
  client.socket.sendText(subscribe([YES]));
  await client.next();
  const resting = signedOrder(0, buy(4_500, 20, 'GTC'));
  const { json } = await call(restUrl, 0, 'POST', '/orders', [resting.element]);
  expect(json).toMatchObject([{ status: 'live', orderID: resting.id }]);
  expect(JSON.parse(await client.until(isChange)).price_changes[0]).toMatchObject({ price: '0.45', size: '70' });

  tape.later.push(trade(10, 'SELL', '0.45', '49'));
  await client.until((message) => message.includes('last_trade_price'));
  const look = async () => (await call(restUrl, 0, 'GET', `/data/order/${resting.id}`)).json;
  expect(await look()).toMatchObject({ size_matched: '0', status: 'LIVE' });
  tape.later.push(trade(20, 'SELL', '0.45', '6'));
  await client.until((message) => message.includes('last_trade_price'));
  expect(await look()).toMatchObject({ size_matched: '5', status: 'LIVE' });

  const canceled = await call(restUrl, 0, 'DELETE', '/orders', [resting.id, '0x00']);
  expect(canceled.json).toEqual({ canceled: [resting.id], not_canceled: { '0x00': 'order not found' } });
  expect(await look()).toMatchObject({ status: 'CANCELED', size_matched: '5' });
  const [account] = venue!.ledger().accounts;
  expect(account).toMatchObject({ cashMicros: 1_000_000_000 - 2_250_000, reservedCashMicros: 0, feesMicros: 0 });
});

test('planted faults fire as scripted: 500, lost answer after acceptance, late answer, 425 then post-only', async () => {
  const { restUrl } = await open([OPENING], {
    faults: [
      { kind: 'http500', firstRequest: 1 },
      { kind: 'lostAnswer', firstRequest: 2 },
      { kind: 'lateAnswer', firstRequest: 3, ms: 50 },
      { kind: 'http425', firstRequest: 4, ms: 0, postOnlyMs: 60_000 },
    ],
  });
  const post = (wish: Parameters<typeof signedOrder>[1]) => {
    const signed = signedOrder(0, wish);
    return { id: signed.id, answer: call(restUrl, 0, 'POST', '/orders', [signed.element]) };
  };
  expect((await post(buy(5_000, 10)).answer).status).toBe(500);
  const lost = post(buy(5_000, 10));
  await expect(lost.answer).rejects.toThrow();
  expect((await call(restUrl, 0, 'GET', `/data/order/${lost.id}`)).json).toMatchObject({ status: 'MATCHED' });
  expect((await post(buy(5_000, 10)).answer).json).toMatchObject([{ status: 'matched' }]);
  expect((await post(buy(5_000, 10)).answer).json).toMatchObject([
    { errorMsg: 'the exchange was restarted: only post-only orders are accepted' },
  ]);
  expect((await post({ ...buy(4_000, 10, 'GTC'), postOnly: true }).answer).json).toMatchObject([{ status: 'live' }]);
  expect(venue!.stats().faults).toEqual({ http500: 1, lostAnswer: 1, lateAnswer: 1, http425: 1 });
});

test('a trade whose settlement fails gives cash, fee and shares back', async () => {
  const { restUrl, userUrl } = await open([OPENING], { settlement: { minedMsMean: 1, failProbability: 1 } });
  const { apiKey, secret, passphrase } = accountSetup(0);
  const user = await connect(userUrl);
  user.socket.sendText(JSON.stringify({ auth: { apiKey, secret, passphrase }, type: 'user' }));
  user.socket.sendText('PING');
  await user.next();
  await call(restUrl, 0, 'POST', '/orders', [signedOrder(0, buy(5_000, 10)).element]);
  await user.until((message) => message.includes('"FAILED"'));
  expect(venue!.ledger().accounts[0]).toMatchObject({
    cashMicros: 1_000_000_000,
    feesMicros: 0,
    positions: {},
    failedFills: 1,
  });
});

test('in the taker window an order is answered delayed and matched later, if the level is still there', async () => {
  const { restUrl, userUrl } = await open([OPENING], { latency: { minMs: 0, maxMs: 0, takerDelayMs: 30 } });
  const { apiKey, secret, passphrase } = accountSetup(0);
  const user = await connect(userUrl);
  user.socket.sendText(JSON.stringify({ auth: { apiKey, secret, passphrase }, type: 'user' }));
  user.socket.sendText('PING');
  await user.next();
  const first = signedOrder(0, buy(5_000, 40, 'FOK'));
  const second = signedOrder(0, buy(5_000, 40, 'FOK'));
  const { json } = await call(restUrl, 0, 'POST', '/orders', [first.element, second.element]);
  expect(json).toMatchObject([{ status: 'delayed' }, { status: 'delayed' }]);
  expect(JSON.parse(await user.next())).toMatchObject({ id: first.id, status: 'MATCHED' });
  const killed = await user.until((message) => message.includes(second.id));
  expect(JSON.parse(killed)).toMatchObject({ type: 'CANCELLATION' });
});

test('market parameters are served as the venue serves them', async () => {
  const { restUrl } = await open([OPENING]);
  const get = async (path: string) => (await fetch(restUrl + path)).json();
  expect(await get('/ok')).toBe('OK');
  expect(await get('/version')).toEqual({ version: 2 });
  expect(await get(`/tick-size?token_id=${NO}`)).toEqual({ minimum_tick_size: 0.01 });
  expect(await get(`/neg-risk?token_id=${NO}`)).toEqual({ neg_risk: false });
  expect(await get(`/clob-markets/${CONDITION}`)).toMatchObject({ mos: 5, mts: 0.01, fd: { r: 0.07, e: 1, to: true } });
  expect((await fetch(`${restUrl}/book?token_id=7`)).status).toBe(404);
  const posted = await fetch(`${restUrl}/books`, {
    method: 'POST',
    body: JSON.stringify([{ token_id: YES }, { token_id: '7' }, { token_id: NO }]),
  });
  const books = (await posted.json()) as Record<string, unknown>[];
  expect(books.map(({ asset_id }) => asset_id)).toEqual([YES, NO]);
  expect(Object.keys(books[0]!)).toEqual([
    'market',
    'asset_id',
    'timestamp',
    'hash',
    'bids',
    'asks',
    'min_order_size',
    'tick_size',
    'neg_risk',
    'last_trade_price',
  ]);
});

test('with 502 tokens on one connection no book comes, only changes', async () => {
  const fillers = Array.from({ length: 250 }, (_, index) => ({
    ...{ ...MARKET, id: `polymarket:0x${String(index).padStart(64, '0')}` },
    ...{ yesToken: String(10 * index + 1), noToken: String(10 * index + 2) },
  }));
  const tape = gatedTape(OPENING);
  const { marketUrl, stats } = await open(tape.frames, { markets: [...fillers, MARKET], speed: 1 });
  const client = await connect(marketUrl);
  const tokens = [...fillers.flatMap(({ yesToken, noToken }) => [yesToken, noToken]), YES, NO];
  client.socket.sendText(subscribe(tokens));
  client.socket.sendText('PING');
  expect(await client.next()).toBe('PONG');
  expect(stats().booksWithheld).toBe(502);
  tape.later.push(change(1, 'BUY', '0.41', '7'));
  expect(await client.until((text) => text.includes('price_change'))).toContain(YES);
  client.socket.terminate();
});
