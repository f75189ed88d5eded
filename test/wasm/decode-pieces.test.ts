// The generic scanner learns what stands between values. What it has met before must never change how it judges a frame:
// one decoder, which has met all the frames before, against an oracle that remembers nothing.
import { expect, test } from 'vitest';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import * as L from '../../wasm/layout.ts';
import { DecoderUnderTest, TEST_PLAN } from '../oracle/harness.ts';
import { JsonOracle } from '../oracle/json-decoder.ts';

const CONDITION = `0x${'c'.repeat(64)}`;
const YES = '1'.repeat(77);
const METAS: readonly MarketMeta[] = [
  { id: `polymarket:${CONDITION}`, venue: 'polymarket', yesToken: YES, tickRanges: uniformGrid(100) },
];
const LIMITS = { stagingSlots: TEST_PLAN.stagingSlots, scanBytes: TEST_PLAN.scanBytes, registerUnknown: false };
/** What may stand for a value, and what may not. */
const VALUES = [
  '"x"',
  '""',
  '5',
  '-1.5e3',
  'true',
  'null',
  '{}',
  '[]',
  '{"sid":1}',
  '["a",2]',
  '01',
  '"',
  'x',
  ',',
  '}',
];
const SPACES = ['', ' ', '\n  ', '\r\n\t'];

/** Judges every frame with one decoder and with the oracle; answers how often each verdict came. */
function judged(texts: readonly string[]): Map<string, number> {
  const under = new DecoderUnderTest(METAS, false);
  const oracle = new JsonOracle(METAS, LIMITS);
  const counts = new Map<string, number>();
  for (const text of texts) {
    const bytes = Buffer.from(text);
    const verdict = under.judge(bytes, L.VENUE_POLYMARKET);
    expect(oracle.judge(bytes, L.VENUE_POLYMARKET), text).toEqual(verdict);
    counts.set(verdict.kind, (counts.get(verdict.kind) ?? 0) + 1);
  }
  return counts;
}

/** A price_change whose members all have `space` before them and `colon` behind their keys. */
function change(space: string, colon: string, first = ''): string {
  const object = (members: readonly (readonly [string, string])[]): string =>
    `{${members.map(([key, value]) => `${space}"${key}"${colon}${value}`).join(',')}${space}}`;
  const hash = 'f3cc31114e050a10b3d72e6f8a2233f63b19489c';
  const price = { price: '0.27', size: '5', side: 'SELL', hash, best_bid: '0.26', best_ask: '0.51' };
  const texts = Object.entries({ ...price, asset_id: YES }).map(([key, text]) => [key, `"${text}"`] as const);
  const members = [
    ['timestamp', '"1777366994943"'],
    ['price_changes', `[${object(texts)}]`],
    ['event_type', '"price_change"'],
    ['market', `"${CONDITION}"`],
  ] as const;
  return object(first === '' ? members : [[first, '1'], ...members]);
}

test('a value of another type, or none, behind a piece that was met before another', () => {
  const texts = VALUES.flatMap((before) =>
    VALUES.flatMap((value) =>
      SPACES.flatMap((space) =>
        [before, value].map(
          (text) => `{"event_type":"x","sid":${space}${text},${space}"price"${space}:${text}${space}}`,
        ),
      ),
    ),
  );
  const counts = judged(texts);
  expect([...counts.keys()].sort()).toEqual(['reject', 'unknown']);
  expect(Math.min(...counts.values())).toBeGreaterThan(500);
});

test('a frame cut anywhere behind the same frame whole, which still lies behind its end', () => {
  const whole = change(' ', ': ');
  const counts = judged(Array.from(whole, (_, at) => [whole, whole.slice(0, at)]).flat());
  // The empty text is refused as well.
  expect(counts).toEqual(
    new Map([
      ['records', whole.length],
      ['reject', whole.length],
    ]),
  );
});

test('commas, colons, braces and quotes left out or doubled in a frame that was met before', () => {
  const whole = change('\n', ' :');
  const marks = Array.from(whole, (char, at) => ({ char, at })).filter(({ char }) => ',:{}[]"'.includes(char));
  const texts = marks.flatMap(({ char, at }) => [
    whole,
    whole.slice(0, at) + whole.slice(at + 1),
    whole.slice(0, at) + char + whole.slice(at),
  ]);
  const counts = judged(texts);
  expect(counts.get('records')).toBeGreaterThanOrEqual(marks.length);
  expect(counts.get('reject')).toBeGreaterThan(marks.length);
});

test('a byte that is no plain text in each string, key and gap of a frame that was met before', () => {
  const whole = change(' ', ': ');
  for (const byte of ['\\', '\x01', '\u00e9']) {
    const texts = Array.from(whole, (_, at) => [whole, whole.slice(0, at) + byte + whole.slice(at)]).flat();
    expect(judged(texts).get('records')).toBeGreaterThanOrEqual(whole.length);
  }
});

test('more layouts than are learnt at one place, keys too long to learn, and more pieces than there is room for', () => {
  const layouts = Array.from({ length: 3 * L.PIECES_BESIDE_MAX }, (_, at) => change(' '.repeat(at), ':'));
  const long = [change('', ':', 'k'.repeat(L.PIECE_TEXT_BYTES)), change(' '.repeat(L.PIECE_TEXT_BYTES), ': ')];
  const many = Array.from({ length: L.PIECES_MAX + 10 }, (_, at) => `"key${at}":"${at}"`);
  const junk = `{"event_type":"x",${many.join(',')}}`;
  const counts = judged([...layouts, ...layouts, ...long, ...long, junk, ...layouts, junk, junk, ...long]);
  expect(counts).toEqual(
    new Map([
      ['records', 3 * layouts.length + 3 * long.length],
      ['unknown', 3],
    ]),
  );
});

test('a mark that differs in its lowest bits from the one that belongs there is refused, met before or not', () => {
  const neighbours: Readonly<Record<string, string>> = {
    ',': '-',
    ':': ';',
    '"': '#',
    '{': 'z',
    '}': '|',
    '[': 'Z',
    ']': '\\',
  };
  const texts = SPACES.flatMap((space) => {
    const good = change(space, ':');
    const bad = [...good].flatMap((mark, at) => {
      const other = neighbours[mark];
      return other === undefined ? [] : [good.slice(0, at) + other + good.slice(at + 1)];
    });
    return [...bad, good, ...bad];
  });
  const counts = judged(texts);
  expect(counts.get('reject')).toBeGreaterThan(300);
});
