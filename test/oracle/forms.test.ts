// The fast paths take every form of number that was recorded, in every place it may stand in: none of these frames may fall
// back, or the venue's own traffic would.
import { expect, test } from 'vitest';
import * as L from '../../wasm/layout.ts';
import { documentedFrames, recordedFrames, recordedMarkets, type Sample, smallBooks } from './corpus.ts';
import { DecoderUnderTest, TEST_PLAN } from './harness.ts';

const FRAME_BYTES_MAX = 1500;
const SAMPLES_PER_SHAPE = 3;
const FAST = /"price_changes"|"book"|orderbook_snapshot|orderbook_delta|"type":"trade"/;
/** A member with a number, quoted or not: name, what stands before the number, the number. */
const MEMBER = /"([a-z_]+)":( ?"?)(-?\d*\.?\d*)(?="|,|\})/g;
/** A level of a Kalshi snapshot. */
const LEVEL = /\["(\d*\.?\d*)","(\d*\.?\d*)"\]/g;

interface Place {
  readonly name: string;
  readonly at: number;
  readonly text: string;
}

/** Where a frame has numbers, and of which member. */
function placesOf(text: string): Place[] {
  const members = [...text.matchAll(MEMBER)].map((match) => {
    const [whole, name, , value] = match as unknown as [string, string, string, string];
    return { name, at: match.index + whole.length - value.length, text: value };
  });
  const levels = [...text.matchAll(LEVEL)].flatMap((match) => {
    const [, price, size] = match as unknown as [string, string, string];
    return [
      { name: 'level price', at: match.index + 2, text: price },
      { name: 'level size', at: match.index + 5 + price.length, text: size },
    ];
  });
  return [...members, ...levels].filter(({ text: value, name }) => value !== '' && !/asset_id|hash|market/.test(name));
}

/** One recorded number of each form, by member: 0.27 and 0.31 are one form. */
function formsByName(samples: readonly Sample[]): Map<string, string[]> {
  const forms = new Map<string, Map<string, string>>();
  for (const { text } of samples) {
    for (const { name, text: value } of placesOf(text)) {
      const known = forms.get(name) ?? new Map<string, string>();
      known.set(value.replace(/[1-9]/g, '9').replace(/(?<=[9.])0(?=\d)/g, '9'), value);
      forms.set(name, known);
    }
  }
  return new Map([...forms].map(([name, known]) => [name, [...known.values()]]));
}

function shapeOf(text: string): string {
  return text.replace(/[0-9a-zA-Z.-]{1,}(?=")/g, (word) => (/\d/.test(word) ? '#' : word)).replace(/\d+/g, '#');
}

test('every recorded form of number in every place of every fast shape is taken without falling back', () => {
  const recorded = recordedFrames().filter(({ text }) => FAST.test(text));
  const forms = formsByName(recorded);
  expect(forms.size).toBeGreaterThan(8);
  expect([...forms.values()].flat().length).toBeGreaterThan(60);
  const perShape = new Map<string, number>();
  const under = new DecoderUnderTest(recordedMarkets(), false);
  const fellBack: string[] = [];
  let taken = 0;
  for (const { venue, text } of [...smallBooks(), ...recorded]) {
    const count = (perShape.get(shapeOf(text)) ?? 0) + 1;
    if (text.length > FRAME_BYTES_MAX || count > SAMPLES_PER_SHAPE) continue;
    perShape.set(shapeOf(text), count);
    for (const { name, at, text: value } of placesOf(text)) {
      for (const other of forms.get(name) ?? []) {
        const changed = text.slice(0, at) + other + text.slice(at + value.length);
        const before = under.counters.get(L.COUNTER_FALLBACKS_FAST_SHAPE);
        const verdict = under.judge(Buffer.from(changed), venue);
        if (verdict.kind === 'records') taken += 1;
        if (under.counters.get(L.COUNTER_FALLBACKS_FAST_SHAPE) !== before)
          fellBack.push(`${name} ${other}: ${changed}`);
      }
    }
  }
  expect(fellBack.slice(0, 5)).toEqual([]);
  expect(taken).toBeGreaterThan(500);
});

test('a Kalshi snapshot without one side, or without both, is taken without falling back', () => {
  const under = new DecoderUnderTest(recordedMarkets(), false);
  const whole = smallBooks().find(({ text }) => text.includes('yes_dollars_fp') && text.includes('no_dollars_fp'))!;
  const [yes] = /,"yes_dollars_fp":\[\[.*?\]\]/.exec(whole.text) ?? [''];
  const [no] = /,"no_dollars_fp":\[\[.*?\]\]/.exec(whole.text) ?? [''];
  expect(Math.min(yes.length, no.length)).toBeGreaterThan(20);
  const levelsOf = (text: string): number => {
    const verdict = under.judge(Buffer.from(text), L.VENUE_KALSHI);
    return verdict.kind === 'records'
      ? verdict.lines.filter((line) => line.includes(`kind=${L.KIND_SET} `)).length
      : -1;
  };
  const without = (...sides: readonly string[]): number =>
    levelsOf(sides.reduce((text, side) => text.replace(side, ''), whole.text));
  expect([without(), without(yes), without(no), without(yes, no)]).toEqual([4, 2, 2, 0]);
  expect(under.counters.get(L.COUNTER_FALLBACKS_FAST_SHAPE)).toBe(0);
});

/** Frames that fell back, of those that were to be decoded on the fast path; each must give records. */
function fallenBack(texts: readonly string[], venue: number): string[] {
  const under = new DecoderUnderTest(recordedMarkets(), false);
  return texts.filter((text) => {
    const before = under.counters.get(L.COUNTER_DECODER_FALLBACKS);
    expect(under.judge(Buffer.from(text), venue).kind, text).toBe('records');
    return under.counters.get(L.COUNTER_DECODER_FALLBACKS) !== before;
  });
}

test('a top without a bid or an ask is taken without falling back, in each of the ways that are documented', () => {
  const changes = recordedFrames()
    .filter(({ text }) => text.includes('"price_changes":[{"asset_id'))
    .slice(0, 5);
  const tops = documentedFrames().filter(({ text }) => text.includes('"event_type":"best_bid_ask"'));
  expect([changes.length, tops.length]).toEqual([5, 2]);
  const texts = [...changes, ...tops].flatMap(({ text }) =>
    ['0', ''].flatMap((bid) =>
      ['1', ''].map((ask) =>
        text
          .replaceAll(/"best_bid": ?"[^"]*"/g, (member) => member.replace(/"[^"]*"$/, `"${bid}"`))
          .replaceAll(/"best_ask": ?"[^"]*"/g, (member) => member.replace(/"[^"]*"$/, `"${ask}"`)),
      ),
    ),
  );
  expect(new Set(texts).size).toBeGreaterThanOrEqual(24);
  expect(fallenBack(texts, L.VENUE_POLYMARKET)).toEqual([]);
});

test('Kalshi deltas and trades, Polymarket trades and tops of any time a stamp can state do not fall back', () => {
  const kalshi = ['orderbook_delta', 'trade'].map(
    (type) => recordedFrames().find(({ text }) => text.includes(`"type":"${type}"`))!.text,
  );
  const polymarket = documentedFrames()
    .filter(({ text }) => /"event_type":"(best_bid_ask|last_trade_price)"/.test(text))
    .map(({ text }) => text);
  expect(polymarket).toHaveLength(3);
  const stamped = (texts: readonly string[], stamp: string): string[] =>
    texts.map((text) => text.replace(/("ts_ms":|"timestamp": ?")\d+/, `$1${stamp}`));
  for (const stamp of ['0', '1', '999999999999999']) {
    expect(fallenBack(stamped(kalshi, stamp), L.VENUE_KALSHI)).toEqual([]);
    expect(fallenBack(stamped(polymarket, stamp), L.VENUE_POLYMARKET)).toEqual([]);
  }
});

test('a snapshot that fills the staging area to the last slot is taken without falling back, one level more is refused', () => {
  const stagingSlots = 256;
  const levels = stagingSlots - L.LEVEL_SLOTS - L.FRAME_END_SLOTS;
  const under = new DecoderUnderTest(recordedMarkets(), false, { ...TEST_PLAN, stagingSlots });
  const refresh = smallBooks().find(({ text }) => text.startsWith('{') && text.includes('"book"'))!.text;
  const [level] = /\{"price":"[^}]*\}/.exec(refresh) ?? [''];
  const withBids = (count: number): string =>
    refresh
      .replace(/"bids":\[.*?\]/, `"bids":[${Array.from({ length: count }, () => level).join(',')}]`)
      .replace(/"asks":\[.*?\]/, '"asks":[]');
  const full = under.judge(Buffer.from(withBids(levels)), L.VENUE_POLYMARKET);
  expect(full.kind === 'records' && full.lines.filter((line) => line.includes(`kind=${L.KIND_SET} `)).length).toBe(
    levels,
  );
  expect(under.counters.get(L.COUNTER_DECODER_FALLBACKS)).toBe(0);
  expect(under.judge(Buffer.from(withBids(levels + 1)), L.VENUE_POLYMARKET)).toEqual({
    kind: 'reject',
    cause: L.REJECT_TOO_MANY_LEVELS,
  });
});
