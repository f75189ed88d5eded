// The simulated Kalshi venue by itself: what it sends has the shape of what was recorded, field by field, and its books
// are those of the tape.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { LiveClock } from '../../../engine/core/clock.ts';
import { dial } from '../../../engine/ingest/dial.ts';
import { KalshiSigner } from '../../../engine/venue/kalshi/sign.ts';
import { countText, dollarsText } from '../../../engine/venue/kalshi/text.ts';
import { KalshiLists } from '../../../engine/venue/sim/kalshi-lists.ts';
import { KalshiVenue } from '../../../engine/venue/sim/kalshi-venue.ts';
import {
  bothWindows,
  FIRST,
  FIRST_TEXTS,
  KEY_ID,
  KEYS,
  replayTexts,
  SECOND,
  SECOND_TEXTS,
} from '../../helpers/kalshi.ts';

/** What a value looks like: keys in their order, kinds of text, numbers by their digits. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([key, field]) => [key, shape(field)]);
  if (typeof value === 'number')
    return Number.isInteger(value) ? (value > 1e12 ? 'ms' : value > 1e9 ? 's' : 'integer') : 'fraction';
  const text = String(value);
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/.test(text)) return 'time';
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return 'uuid';
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/^-?\d+/, '0').replaceAll(/\d/g, '0') : typeof value;
}

/** Shapes by message type. A time has as many digits as it needs; a sequence number, few or many. */
function shapes(texts: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const text of texts) {
    const value = JSON.parse(text);
    value.seq = 1;
    const known = found.get(value.type) ?? new Set();
    found.set(value.type, known.add(JSON.stringify(shape(value))));
  }
  return found;
}

/** Its tape waits. */
async function start() {
  const venue = new KalshiVenue({
    ...{
      keyId: KEY_ID,
      publicKeyPem: KEYS.publicKey,
      lists: new KalshiLists(),
      faults: [],
      speed: 'max',
      waitsForStart: true,
      frames: bothWindows(),
    },
  });
  await venue.open();
  onTestFinished(() => venue.close());
  return venue;
}

function listen(venue: KalshiVenue, transport: 'native' | 'ws') {
  const texts: string[] = [];
  const headers = new KalshiSigner(KEY_ID, KEYS.privateKey).headers(
    'GET',
    '/trade-api/ws/v2',
    new LiveClock().wallMs(),
  );
  const socket = dial(venue.url, {
    ...{ transport, headers, onClose: () => {}, onMessage: (bytes) => texts.push(Buffer.from(bytes).toString()) },
    onOpen: () => {
      const market_tickers = [FIRST, SECOND];
      for (const [at, channel] of ['orderbook_delta', 'trade'].entries()) {
        socket.sendText(
          JSON.stringify({
            ...{ id: at + 1, cmd: 'subscribe' },
            params: { channels: [channel], market_tickers, use_yes_price: false },
          }),
        );
      }
    },
  });
  onTestFinished(() => socket.terminate());
  return texts;
}

test.each(['native', 'ws'] as const)(
  'messages over %s have the recorded shapes, consecutive numbers and the tape’s books',
  async (transport) => {
    const venue = await start();
    const texts = listen(venue, transport);
    const answers = (): number => texts.filter((text) => text.includes('"subscribed"')).length;
    await expect.poll(answers).toBe(2);
    venue.start();
    await venue.tapeEnded;
    await expect.poll(() => texts.length).toBe(venue.stats.changesSent + venue.stats.snapshotsSent + trades + 2);
    const messages = texts.filter((text) => !text.includes('"subscribed"'));
    const recorded = shapes([...FIRST_TEXTS, ...SECOND_TEXTS]);
    for (const [type, own] of shapes(messages)) {
      for (const one of own) expect([...recorded.get(type)!], type).toContain(one);
    }
    expect([...shapes(messages).keys()].sort()).toEqual(['orderbook_delta', 'orderbook_snapshot', 'trade']);
    expect(messages.length).toBeGreaterThan(900);
    for (const sid of [1, 2]) {
      const numbers = messages
        .map((text) => JSON.parse(text))
        .filter((value) => value.sid === sid)
        .map(({ seq }) => seq);
      expect(numbers).toEqual(numbers.map((_, at) => at + 1));
    }
    const [told, truth] = [replayTexts(messages), replayTexts(bothWindows().map(({ text }) => text))];
    for (const ticker of [FIRST, SECOND]) expect(told.get(ticker)!.last).toBe(truth.get(ticker)!.last);
  },
);

const trades = bothWindows().filter(({ text }) => text.includes('"type":"trade"')).length;

/** By channel and market, the types of its messages in their order, a run of one type once. */
function orders(texts: readonly string[]): Record<string, string> {
  const found = new Map<string, string[]>();
  for (const { type, msg } of texts.map((text) => JSON.parse(text))) {
    const of = `${type === 'trade' ? 'trade' : 'orderbook'} ${msg.market_ticker}`;
    const types = found.get(of) ?? [];
    if (types.at(-1) !== type) types.push(type);
    found.set(of, types);
  }
  return Object.fromEntries([...found].map(([of, types]) => [of, types.join(' ')]));
}

test('a subscription is acknowledged, then tells snapshot and changes in the recorded order and in all recorded shapes', async () => {
  const venue = await start();
  const texts = listen(venue, 'native');
  await expect.poll(() => texts.filter((text) => text.includes('"subscribed"')).length).toBe(2);
  venue.start();
  await venue.tapeEnded;
  await expect.poll(() => texts.length).toBe(venue.stats.changesSent + venue.stats.snapshotsSent + trades + 2);
  for (const [id, channel] of [
    [1, 'orderbook_delta'],
    [2, 'trade'],
  ] as const) {
    const own = texts.map((text) => JSON.parse(text)).filter(({ sid, msg }) => (sid ?? msg.sid) === id);
    // No recording has an acknowledgement: this is the documented one.
    expect(own[0]).toEqual({ id, type: 'subscribed', msg: { channel, sid: id } });
    expect(own.filter(({ type }) => type === 'subscribed')).toHaveLength(1);
  }
  const messages = texts.filter((text) => !text.includes('"subscribed"'));
  const recorded = bothWindows().map(({ text }) => text);
  expect(orders(messages)).toEqual(orders(recorded));
  const [told, truth] = [shapes(messages), shapes(recorded)];
  for (const [type, wanted] of truth) expect([...told.get(type)!].sort(), type).toEqual([...wanted].sort());
});

test('a snapshot has the recorded text, and an empty side is left out', async () => {
  const venue = await start();
  const texts = listen(venue, 'native');
  await expect.poll(() => texts.some((text) => text.includes('orderbook_snapshot'))).toBe(true);
  const found = texts.find((text) => text.includes('orderbook_snapshot') && text.includes(FIRST))!;
  const msg = (text: string): string => text.slice(text.indexOf('"msg"'));
  expect(msg(found)).toBe(msg(FIRST_TEXTS[0]!));
  const empty = readFileSync('test/fixtures/kalshi/orderbook-channel.ndjson', 'utf8').trimEnd().split('\n').at(-1)!;
  const book = venue.book(FIRST);
  for (const change of book.changesTo(JSON.parse(empty).msg)) book.apply(change);
  expect(JSON.stringify({ msg: book.snapshotMsg() }).slice(1)).toBe(msg(empty));
  expect(book.restBook()).toEqual({ yes_dollars: [], no_dollars: [] });
});

test('a change takes no more than what rests, however much the tape wants', async () => {
  const book = (await start()).book(FIRST);
  const of = (delta_fp: string, price_dollars = '0.0100', side = 'yes') =>
    book.changeOf({ price_dollars, delta_fp, side });
  expect(of('-500.00')).toEqual({ priceE4: 100, deltaMicros: -183e6, side: 'yes' });
  expect(of('-5.25')).toEqual({ priceE4: 100, deltaMicros: -5_250_000, side: 'yes' });
  expect(of('-5.00', '0.9900')).toBeUndefined();
  for (const bad of [of('x'), of('1.00', '2'), of('1.00', '0.01', 'maybe')]) expect(bad).toBeUndefined();
  expect([dollarsText(4_800), dollarsText(10_000), dollarsText(5)]).toEqual(['0.4800', '1.0000', '0.0005']);
  expect([countText(-40e6), countText(46_020_000), countText(100_000)]).toEqual(['-40.00', '46.02', '0.10']);
});

test('REST takes what is unsigned, refuses a signature that does not hold, and asks for one where an account is meant', async () => {
  const venue = await start();
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(venue.restUrl + path, { headers });
    return { status: answer.status, json: await answer.json() };
  };
  const other = generateKeyPairSync('rsa', {
    ...{ modulusLength: 2_048, publicKeyEncoding: { type: 'spki', format: 'pem' } },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const path = `/markets/${FIRST}/orderbook`;
  const signed = (of: string, key = KEYS.privateKey, aheadMs = 0) =>
    new KalshiSigner(KEY_ID, key).headers('GET', `/trade-api/v2${of}`, new LiveClock().wallMs() + aheadMs);
  const book = venue.book(FIRST).restBook();
  expect(await get(path)).toEqual({ status: 200, json: { orderbook_fp: book } });
  expect(await get(path, signed(path))).toEqual({ status: 200, json: { orderbook_fp: book } });
  expect((await get(path, signed(path, other.privateKey))).status).toBe(401);
  expect((await get(path, signed('/markets'))).status).toBe(401);
  expect((await get(path, signed(path, KEYS.privateKey, -6_000))).status).toBe(401);
  expect((await get('/account/limits')).status).toBe(401);
  expect(await get('/account/limits', signed('/account/limits'))).toMatchObject({ json: { usage_tier: 'basic' } });
  expect(venue.stats).toMatchObject({ restSigned: 2, refused: { badSignature: 2, stale: 1, missing: 1 } });
  expect((await get(`${path}?depth=1`, signed(path))).json).toEqual({
    orderbook_fp: { yes_dollars: [['0.5200', '150.00']], no_dollars: [['0.4600', '173.12']] },
  });
  const { json } = await get(`/markets/orderbooks?tickers=${FIRST}&tickers=NONE&tickers=${SECOND}`);
  expect(json).toMatchObject({ orderbooks: [{ ticker: FIRST, orderbook_fp: book }, { ticker: SECOND }] });
  expect((await get('/markets/orderbooks')).status).toBe(400);
});
