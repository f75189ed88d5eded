// The shortest path for price changes: it takes what the venue sends, alone, and stages what the generic path stages.
//
// Which path took a frame cannot be seen from the records, which are the same. So the frames are decoded once by the
// generic path; then the key table is emptied, without which only the paths that have learnt the market's ids know it:
// the shortest one, and the generic one, which is counted as a fallback.
import { expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import * as L from '../../wasm/layout.ts';
import { recordedFrames, recordedMarkets } from '../oracle/corpus.ts';
import { DecoderUnderTest } from '../oracle/harness.ts';

const CONDITION = `0x${'0123456789abcdef'.repeat(4)}`;
const YES = `7${'1234567890'.repeat(7)}123456`;
const NO = `8${'0987654321'.repeat(7)}54321`;
const META: MarketMeta = {
  id: `polymarket:${CONDITION}`,
  venue: 'polymarket',
  yesToken: YES,
  noToken: NO,
  tickRanges: uniformGrid(10),
};
const FRAME_SEQ = 640;
const CONNECTION = 0x1234;
const RECV_NS = 987_654_321;
const SEED = 20_261_121;

class Bench {
  readonly under: DecoderUnderTest;
  readonly #scan: number;
  readonly #staging: number;

  constructor(metas: readonly MarketMeta[]) {
    this.under = new DecoderUnderTest(metas, false);
    this.#scan = this.under.arena.region(L.REGION_SCAN).at;
    this.#staging = this.under.arena.region(L.REGION_STAGING).at;
  }

  /** What a path answers and stages for the frame. */
  #judged(text: string, path: 'decode' | 'decodeGeneric'): string {
    const { bytes } = this.under.arena;
    bytes.set(Buffer.from(text), this.#scan);
    bytes.fill(0xee, this.#staging, this.#staging + 128 * L.RING_SLOT_BYTES);
    const slots = this.under.exports[path](L.VENUE_POLYMARKET, this.#scan, text.length, CONNECTION, FRAME_SEQ, RECV_NS);
    const staged = bytes.slice(this.#staging, this.#staging + Math.max(0, slots) * L.RING_SLOT_BYTES);
    return `${slots} ${Buffer.from(staged).toString('hex')}`;
  }

  /** The frames, by the generic path, then by the shortest alone; how many it took, and what it left or got wrong. */
  withoutKeys(frames: readonly string[]): {
    readonly taken: number;
    readonly wrong: string[];
    readonly left: string[];
  } {
    for (const text of frames) this.under.judge(Buffer.from(text), L.VENUE_POLYMARKET);
    const expected = frames.map((text) => this.#judged(text, 'decodeGeneric'));
    const { at, count } = this.under.arena.region(L.REGION_KEYS);
    this.under.arena.bytes.fill(0, at, at + count * L.KEY_BYTES);
    const [wrong, left]: [string[], string[]] = [[], []];
    let taken = 0;
    for (const [place, text] of frames.entries()) {
      const before = this.under.counters.get(L.COUNTER_DECODER_FALLBACKS);
      const found = this.#judged(text, 'decode');
      const fellBack = this.under.counters.get(L.COUNTER_DECODER_FALLBACKS) !== before;
      if (found === expected[place]) {
        if (fellBack) left.push(text);
        else taken += 1;
      } else if (/^[1-9]/.test(found)) wrong.push(`${text}\n${found}\n${expected[place]}`);
      else left.push(text);
    }
    return { taken, wrong, left };
  }
}

const recordedChanges = recordedFrames()
  .filter(
    ({ venue, text }) => venue === L.VENUE_POLYMARKET && text.startsWith('{"market"') && /"price_changes"/.test(text),
  )
  .map(({ text }) => text.trimEnd())
  .filter((text) => !/"best_(?:bid|ask)":"(?:0|1|)"/.test(text));

test('recorded price changes with a level on both sides are taken, byte for byte as by the generic path', () => {
  expect(recordedChanges.length).toBeGreaterThan(100);
  const { taken, wrong, left } = new Bench(recordedMarkets()).withoutKeys(recordedChanges);
  expect(wrong).toEqual([]);
  expect(left).toEqual([]);
  expect(taken).toBe(recordedChanges.length);
});

interface Change {
  readonly token: string;
  readonly price: string;
  readonly size: string;
  readonly side: string;
  readonly hash: string;
  readonly bid: string;
  readonly ask: string;
}

const member = ({ token, price, size, side, hash, bid, ask }: Change): string =>
  `{"asset_id":"${token}", "price":"${price}", "size":"${size}", "side":"${side}", "hash":"${hash}", "best_bid":"${bid}", "best_ask":"${ask}"}`;

function frameOf(changes: readonly Change[], stamp = '1777366994943'): string {
  return `{"market":"${CONDITION}", "price_changes":[${changes.map(member).join(', ')}], "timestamp":"${stamp}", "event_type":"price_change"}`;
}

const trimmed = (thousandths: number): string => `${thousandths / 1000}`;
const SIZES = [
  '0',
  '1',
  '9',
  '10',
  '99.5',
  '100.25',
  '999.99',
  '12345',
  '123456',
  '1234567.12',
  '0.5',
  '0.01',
  '5.123456',
];

function randomChange(random: Random, prices: readonly number[]): Change {
  const no = random.chance(0.5);
  const thousandths = random.pick(prices);
  const bid = random.integer(1, 998);
  const buys = random.chance(0.5);
  return {
    token: no ? NO : YES,
    price: trimmed(no ? 1000 - thousandths : thousandths),
    size: random.pick(SIZES),
    side: buys ? 'BUY' : 'SELL',
    hash: Array.from({ length: 40 }, () => random.pick([...'0123456789abcdef'])).join(''),
    bid: trimmed(bid),
    ask: trimmed(random.integer(bid + 1, 999)),
  };
}

test(`any list of changes of both tokens is taken, mirrors and long lists too (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const frames: string[] = [];
  for (let turn = 0; turn < 600; turn += 1) {
    // Few prices, so that the other token says the same again; now and then more changes than a mirror is looked for.
    const prices = Array.from({ length: 1 + random.integer(0, 3) }, () => random.integer(1, 998));
    const count = turn % 50 === 0 ? 60 + random.integer(0, 19) : random.integer(1, 6);
    frames.push(frameOf(Array.from({ length: count }, () => randomChange(random, prices))));
  }
  const { wrong, left, taken } = new Bench([META]).withoutKeys(frames);
  expect(wrong.slice(0, 2)).toEqual([]);
  expect(left.slice(0, 2)).toEqual([]);
  expect(taken).toBe(frames.length);
});

test('a change with one byte that is another is left to the other paths or staged as the generic path does', () => {
  const bench = new Bench([META]);
  const good = frameOf([
    {
      token: YES,
      price: '0.27',
      size: '5',
      side: 'BUY',
      hash: 'f3cc31114e050a10b3d72e6f8a2233f63b19489c',
      bid: '0.27',
      ask: '0.51',
    },
    {
      token: NO,
      price: '0.73',
      size: '5',
      side: 'SELL',
      hash: '0000000000000000000000000000000000000000',
      bid: '0.49',
      ask: '0.73',
    },
  ]);
  const frames: string[] = [good];
  for (let at = 0; at < good.length; at += 1) {
    for (const other of ['0', '9', 'f', 'g', '"', ' ', '.', '}', 'A', '/', ':']) {
      frames.push(good.slice(0, at) + other + good.slice(at + 1));
    }
  }
  const { wrong, taken } = bench.withoutKeys(frames);
  expect(wrong).toEqual([]);
  expect(taken).toBeGreaterThan(400);
});

test('a size is taken for that of the change before only when it is that, to the last byte', () => {
  const first = { token: YES, price: '0.27', side: 'BUY', hash: 'a'.repeat(40), bid: '0.27', ask: '0.51' };
  const second = { ...first, token: NO, price: '0.73', side: 'SELL', bid: '0.49', ask: '0.73' };
  const sizes = ['5', '5.', '5.0', '5.01', '55', '5", "side":', '5"', '', '05', '12345.67', '12345.68', '123456.78'];
  const long = ['123456.7812', '123456.7813', '1234567.1234', '1234567.12345', '1234567.123456', '1234567.123457'];
  const all = [...sizes, ...long];
  const frames = all.flatMap((size) =>
    all.map((other) =>
      frameOf([
        { ...first, size },
        { ...second, size: other },
        { ...first, size },
      ]),
    ),
  );
  const { wrong, taken } = new Bench([META]).withoutKeys(frames);
  expect(wrong).toEqual([]);
  expect(taken).toBeGreaterThan(100);
});

test('the time is read anew when its first digits are others, and must be 13 digits in quotes', () => {
  const change = { token: YES, price: '0.27', size: '5', side: 'BUY', hash: 'a'.repeat(40), bid: '0.27', ask: '0.51' };
  const stamps = ['1777366994943', '1777366994944', '1777366899999', '1777367000000', '9999999999999', '1000000000000'];
  const odd = [
    '0777366994943',
    '177736699494',
    '17773669949430',
    '1777366994x43',
    '17773669949.3',
    'x777366994943',
    '/777366994943',
  ];
  const good = stamps.flatMap((one) => stamps.map((other) => [one, other])).flat();
  const { wrong, left, taken } = new Bench([META]).withoutKeys(good.map((stamp) => frameOf([change, change], stamp)));
  expect([wrong, left]).toEqual([[], []]);
  expect(taken).toBe(good.length);
  const mixed = odd.flatMap((stamp) => ['1777366994943', stamp]).map((stamp) => frameOf([change], stamp));
  expect(new Bench([META]).withoutKeys(mixed).wrong).toEqual([]);
});
