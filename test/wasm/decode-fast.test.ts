// The fast paths speculate; these tests aim at what they speculate on: every byte of every shape changed, every shape cut
// anywhere with the rest of it still lying behind, glued frames, swapped fields, numbers of every length. In each case
// decode must answer what the generic path answers, with the same bytes staged. (Both against two oracles: test/oracle.)
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import * as L from '../../wasm/layout.ts';
import { documentedFrames, recordedFrames, recordedMarkets, smallBooks } from '../oracle/corpus.ts';
import { DecoderUnderTest, TEST_PLAN } from '../oracle/harness.ts';

const ODD_BYTES = [0x00, 0x22, 0x2e, 0x30, 0x31, 0x39, 0x3a, 0x60, 0x67, 0x7d, 0xff];
const FIRST_ODD_BYTE = 0x41; // lies behind the frame, as whatever a receive buffer held before

const textsOf = (frames: readonly { venue: number; text: string }[], wanted: number): string[] =>
  frames.filter(({ venue }) => venue === wanted).map(({ text }) => text.trimEnd());
const polymarket = (frames: readonly { venue: number; text: string }[]): string[] =>
  textsOf(frames, L.VENUE_POLYMARKET);

function fallbacks(under: DecoderUnderTest): number {
  return under.counters.get(L.COUNTER_DECODER_FALLBACKS);
}

test('no recorded Polymarket frame needs the generic path, whichever tokens come first', () => {
  const under = new DecoderUnderTest(recordedMarkets(), false);
  const taken: Record<string, number> = {};
  const shapes = ['price_change', 'book', 'last_trade_price', 'best_bid_ask'];
  const bba = documentedFrames().filter(({ text }) => text.includes('best_bid_ask'));
  for (const text of polymarket([...recordedFrames(), ...bba, ...recordedFrames()])) {
    const verdict = under.judge(Buffer.from(text), L.VENUE_POLYMARKET);
    if (verdict.kind !== 'records') continue;
    const shape = shapes.find((name) => text.includes(`"event_type":"${name}"`) || text.includes(`": "${name}"`));
    taken[shape ?? text.slice(-200)] = (taken[shape ?? text.slice(-200)] ?? 0) + 1;
    expect(fallbacks(under), text.slice(0, 2000)).toBe(0);
  }
  expect(Object.keys(taken).sort()).toEqual([...shapes].sort());
  expect(taken['price_change']).toBeGreaterThan(100);
  expect(taken['book']).toBeGreaterThan(15);
});

/** One decoder for all cases: none of them changes what it knows. */
const under = new DecoderUnderTest(recordedMarkets(), false, { ...TEST_PLAN, scanBytes: 1_048_576 });
const scan = under.arena.region(L.REGION_SCAN).at;
const staging = under.arena.region(L.REGION_STAGING).at;

/** Answer and staged bytes of one of the two paths. */
function staged(name: 'decode' | 'decodeGeneric', length: number, venue: number): Buffer {
  const answer = under.exports[name](venue, scan, length, 3, 64, 9e9);
  const bytes = Buffer.alloc(4 + Math.max(0, answer) * L.RING_SLOT_BYTES);
  bytes.writeInt32LE(answer);
  bytes.set(under.arena.bytes.subarray(staging, staging + bytes.length - 4), 4);
  return bytes;
}

/** Both paths' answer for `length` bytes of `bytes` from `venue`; fails when answers or staged bytes differ. */
function answeredBy(venue: number, bytes: Buffer, length = bytes.length): number {
  under.arena.bytes.fill(FIRST_ODD_BYTE, scan + bytes.length, scan + bytes.length + 256);
  under.arena.bytes.set(bytes, scan);
  const fast = staged('decode', length, venue);
  const generic = staged('decodeGeneric', length, venue);
  if (!fast.equals(generic))
    expect(fast.toString('hex'), bytes.toString('latin1', 0, length)).toBe(generic.toString('hex'));
  return fast.readInt32LE();
}

function answered(bytes: Buffer): number {
  return answeredBy(L.VENUE_POLYMARKET, bytes);
}

const changes = polymarket(recordedFrames()).filter((text) => text.includes('"price_changes":[{"asset_id'));
const twoChanges = changes.find((text) => text.split('"side"').length === 3)!;
const market = /"market":"(\w+)"/.exec(twoChanges)![1]!;
const [yes, no] = [...twoChanges.matchAll(/"asset_id":"(\d+)"/g)].map(([, token]) => token!) as [string, string];
const one = /\{"asset_id".*?\}/.exec(twoChanges)![0];
const changesOf = (...list: string[]): string =>
  `{"market":"${market}", "price_changes":[${list.join(', ')}], "timestamp":"1777366994943", "event_type":"price_change"}`;
const books = polymarket(smallBooks()).map((text) => (text.startsWith('[') ? text : `[${text}]`));
const book = books.reduce((shortest, text) => (text.length < shortest.length ? text : shortest));
const refresh = polymarket(smallBooks()).find((text) => text.startsWith('{'))!;
const trade = `{"market":"${market}","asset_id":"${yes}","price":"0.92","size":"216.216215","fee_rate_bps":"0","side":"BUY","timestamp":"1784578733812","event_type":"last_trade_price","transaction_hash":"0x05cc387abf197675"}`;
const top = `{"market":"${market}", "asset_id":"${no}", "best_bid":"0.63", "best_ask":"0.64", "spread":"0.01", "timestamp":"1789156413830", "event_type":"best_bid_ask"}`;

const ofKalshi = textsOf(recordedFrames(), L.VENUE_KALSHI);
const kalshi = (...words: string[]): string => ofKalshi.find((text) => words.every((word) => text.includes(word)))!;
const snapshot = kalshi('"orderbook_snapshot"', '"no_dollars_fp"');
const traded = kalshi('"trade"', '"taker_side":"yes"');

/** A frame of each shape, all of which a fast path takes. */
const OF_POLYMARKET: readonly (readonly [string, string])[] = [
  ['price_change of one change', changesOf(one)],
  ['price_change of two changes', twoChanges],
  ['price_change of three changes', changesOf(one, one.replace(yes, no), one)],
  ['snapshots in an array', book],
  ['refresh after a trade', refresh],
  ['last_trade_price', trade],
  ['last_trade_price without a transaction', trade.replace(/,"transaction_hash":"\w+"/, '')],
  ['best_bid_ask', top],
  ['best_bid_ask without a bid', top.replace('"0.63"', '""')],
];
const OF_KALSHI: readonly (readonly [string, string])[] = [
  ['orderbook_delta for yes', kalshi('"orderbook_delta"', '"side":"yes"', '"delta_fp":"-')],
  ['orderbook_delta for no', kalshi('"orderbook_delta"', '"side":"no"', '"delta_fp":"-')],
  ['orderbook_delta that adds', ofKalshi.find((text) => /"delta_fp":"\d/.test(text))!],
  ['trade for yes', traded],
  ['trade for no', kalshi('"trade"', '"taker_side":"no"')],
  ['orderbook_snapshot', snapshot],
  ['orderbook_snapshot of yes alone', snapshot.replace(/,"no_dollars_fp":\[\[.*?\]\]/, '')],
  ['orderbook_snapshot of no alone', snapshot.replace(/"yes_dollars_fp":\[\[.*?\]\],/, '')],
  ['orderbook_snapshot of nothing', ofKalshi.find((text) => !text.includes('[') && text.includes('_snapshot'))!],
];
type Shape = readonly [name: string, text: string, venue: number, others: readonly (readonly [string, string])[]];
const SHAPES: readonly Shape[] = [
  ...OF_POLYMARKET.map(([name, text]) => [name, text, L.VENUE_POLYMARKET, OF_POLYMARKET] as const),
  ...OF_KALSHI.map(([name, text]) => [name, text, L.VENUE_KALSHI, OF_KALSHI] as const),
];

beforeAll(() => {
  // Twice: the first time a market's tokens are looked up, the second time they are known.
  for (const text of [...changes, ...books]) under.judge(Buffer.from(text), L.VENUE_POLYMARKET);
  for (const [, text, venue] of SHAPES) under.judge(Buffer.from(text), venue);
});

test.each(SHAPES)('%s: taken without the generic path, with its records', (_, text, venue) => {
  const before = fallbacks(under);
  expect(answeredBy(venue, Buffer.from(text))).toBeGreaterThan(0);
  expect(fallbacks(under)).toBe(before);
});

describe.each(SHAPES)('%s', (_, text, venue, others) => {
  const plain = Buffer.from(text);
  const answered = (bytes: Buffer, length?: number): number => answeredBy(venue, bytes, length);

  test('any byte changed', () => {
    const answers = new Set<number>();
    for (let at = 0; at < plain.length; at += 1) {
      for (const byte of ODD_BYTES) {
        const bytes = Buffer.from(plain);
        bytes[at] = byte;
        answers.add(answered(bytes));
      }
      const bytes = Buffer.from(plain);
      bytes[at]! ^= 1 << (at & 7);
      answered(bytes);
    }
    expect(answers.size).toBeGreaterThan(3);
  });

  test('cut anywhere, with the rest still behind it; and with a byte less or more anywhere', () => {
    for (let at = 0; at < plain.length; at += 1) {
      expect(answered(plain, at), String(at)).toBeLessThanOrEqual(0);
      answered(Buffer.concat([plain.subarray(0, at), plain.subarray(at + 1)]));
      answered(Buffer.concat([plain.subarray(0, at), Buffer.from('0'), plain.subarray(at)]));
      answered(Buffer.concat([plain.subarray(0, at), plain.subarray(at, at + 1), plain.subarray(at)]));
    }
  });

  test('glued to another frame', () => {
    for (const [, other] of others) {
      for (const glue of ['', ',', '\n', ' ']) answered(Buffer.from(text + glue + other));
      answered(Buffer.from(`[${text},${other}]`));
    }
  });

  test('two fields or two strings swapped', () => {
    for (const pattern of [/"\w+": ?"[^"]*"/g, /"[^"]*"/g]) {
      const found = [...text.matchAll(pattern)];
      for (const a of found) {
        for (const b of found.slice(0, 40)) {
          if (a.index + a[0].length > b.index) continue;
          const between = text.slice(a.index + a[0].length, b.index);
          answered(Buffer.from(text.slice(0, a.index) + b[0] + between + a[0] + text.slice(b.index + b[0].length)));
        }
      }
    }
  });

  test('a value without its closing quote, without its opening quote, or without both', () => {
    let refused = 0;
    for (const { index, 0: quoted } of text.matchAll(/"[^"]*"/g)) {
      const [before, behind] = [text.slice(0, index), text.slice(index + quoted.length)];
      for (const left of ['', '"', quoted.slice(0, -1), quoted.slice(1), quoted.slice(1, -1), `${quoted}"`]) {
        if (answered(Buffer.from(before + left + behind)) < 0) refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(20);
  });

  test('numbers of every length', () => {
    const random = new Random(20_261_121);
    const digits = (count: number): string => Array.from({ length: count }, () => random.integer(0, 9)).join('');
    const numbers = [
      '',
      '.',
      '0',
      '1',
      '00',
      '01',
      '0.',
      '.5',
      '1.0',
      '-1',
      '1e3',
      '0x1',
      '1000000000',
      '1000000000.1',
    ];
    for (let whole = 0; whole <= 16; whole += 1) {
      for (let fraction = 0; fraction <= 16; fraction += 1) numbers.push(`${digits(whole)}.${digits(fraction)}`);
      numbers.push(
        digits(whole),
        `0.${digits(whole)}`,
        `0.5${'0'.repeat(whole)}`,
        `${digits(1)}${'0'.repeat(whole)}.5`,
      );
    }
    let taken = 0;
    for (const { index, 0: found } of text.matchAll(/(?<=")-?[0-9.]{1,13}(?=")|(?<=":)[0-9]+/g)) {
      const [before, behind] = [text.slice(0, index), text.slice(index + found.length)];
      for (const number of numbers) if (answered(Buffer.from(before + number + behind)) > 0) taken += 1;
    }
    expect(taken).toBeGreaterThan(10);
  });
});

test('price_change of more changes than a part may mirror, and of more than the staging area holds', () => {
  const mirrored = one.replace(yes, no);
  for (const count of [4, 63, 64, 65, 66, 200, 2045, 2046, 2047, 2048]) {
    const list = Array.from({ length: count }, (_, at) => (at % 7 === 3 ? mirrored : one));
    answered(Buffer.from(changesOf(...list)));
  }
});

test('ids of other lengths, of another market, and unknown ones', () => {
  const tokens = [
    yes,
    no,
    `${yes}0`,
    yes.slice(1),
    `1${yes.slice(1)}`,
    `${yes.slice(0, -1)}0`,
    '1'.repeat(64),
    '7',
    '',
  ];
  const conditions = [market, market.slice(1), `${market}0`, `${market.slice(0, -1)}0`, market.toUpperCase()];
  for (const [, text] of OF_POLYMARKET) {
    for (const token of tokens) answered(Buffer.from(text.replace(/("asset_id": ?)"\d+"/, `$1"${token}"`)));
    for (const token of tokens) answered(Buffer.from(text.replaceAll(/("asset_id": ?)"\d+"/g, `$1"${token}"`)));
    for (const condition of conditions) answered(Buffer.from(text.replace(/0x\w{64}/, condition)));
  }
});

test('tickers of other lengths and of another market, prices beside the grid and beyond it', () => {
  const ticker = /"market_ticker":"([^"]+)"/.exec(snapshot)![1]!;
  const tickers = [ticker.slice(1), `${ticker}0`, `${ticker.slice(0, -1)}1`, ticker.toLowerCase(), 'K', '', yes];
  for (const [, text] of OF_KALSHI) {
    for (const other of tickers) {
      expect(answeredBy(L.VENUE_KALSHI, Buffer.from(text.replace(ticker, other)))).toBeLessThanOrEqual(0);
    }
    for (const price of ['0.0000', '0.0050', '0.01', '0.9900', '0.9999', '1.0000', '10.0000', '0.00500']) {
      answeredBy(L.VENUE_KALSHI, Buffer.from(text.replace(/"0\.\d{4}"/, `"${price}"`)));
    }
  }
});
