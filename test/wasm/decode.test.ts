// Each decode rule of docs/decode-rules.md by name, judged by the WASM decoder and both oracles.
import { expect, test } from 'vitest';
import { REJECT_NAMES } from '../../engine/memory/counters.ts';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { simdjsonState } from '../../engine/venue/json.ts';
import { keyHash } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { DecoderUnderTest, TEST_PLAN } from '../oracle/harness.ts';
import { JsonOracle } from '../oracle/json-decoder.ts';
import type { Verdict } from '../oracle/record.ts';
import { SimdjsonOracle } from '../oracle/simdjson-decoder.ts';

const CONDITION = `0x${'c'.repeat(64)}`;
const YES = '1'.repeat(77);
const NO = '2'.repeat(77);
const TICKER = 'KXTEST-26';
const HASH = 'f3cc31114e050a10b3d72e6f8a2233f63b19489c';
const METAS: readonly MarketMeta[] = [
  { id: `polymarket:${CONDITION}`, venue: 'polymarket', yesToken: YES, noToken: NO, tickRanges: uniformGrid(100) },
  { id: `kalshi:${TICKER}`, venue: 'kalshi', yesToken: TICKER, tickRanges: uniformGrid(100) },
];

/** A one-change price_change with the change's members given. */
function change(members: string): string {
  return `{"market":"${CONDITION}", "price_changes":[{${members}}], "timestamp":"1777366994943", "event_type":"price_change"}`;
}
const GOOD = `"asset_id":"${YES}", "price":"0.27", "size":"5", "side":"BUY", "hash":"${HASH}", "best_bid":"0.27", "best_ask":"0.51"`;
const good = (from: string, to: string): string => change(GOOD.replace(from, to));
const delta = (from: string, to: string): string =>
  `{"type":"orderbook_delta","sid":1,"seq":7,"msg":{"market_ticker":"${TICKER}","market_id":"x","price_dollars":"0.4600","delta_fp":"-9.12","side":"no","ts":"t","ts_ms":1786401938602}}`.replace(
    from,
    to,
  );
const bookWith = (tick: string, price: string): string =>
  `{"market":"${CONDITION}","asset_id":"${YES}","timestamp":"1","hash":"${HASH}","bids":[{"price":"${price}","size":"1"}],"asks":[],"tick_size":"${tick}","event_type":"book"}`;

/** The verdict all decoders share, by a short name. */
function judged(text: string | Buffer, venue: number): { readonly outcome: string; readonly lines: readonly string[] } {
  const bytes = Buffer.from(text);
  const limits = { stagingSlots: TEST_PLAN.stagingSlots, scanBytes: TEST_PLAN.scanBytes, registerUnknown: false };
  const verdict: Verdict = new DecoderUnderTest(METAS, false).judge(bytes, venue);
  expect(new JsonOracle(METAS, limits).judge(bytes, venue)).toEqual(verdict);
  if (simdjsonState() === 'native') expect(new SimdjsonOracle(METAS, limits).judge(bytes, venue)).toEqual(verdict);
  const outcome = verdict.kind === 'reject' ? REJECT_NAMES[verdict.cause]! : verdict.kind;
  return { outcome, lines: verdict.kind === 'records' ? verdict.lines : [] };
}

const POLYMARKET: readonly (readonly [string, string | Buffer, string])[] = [
  ['a change as the venue sends it is taken', change(GOOD), 'records'],
  [
    'key order and white space do not matter',
    `{ "event_type" : "price_change",\n"timestamp":"1","market":"${CONDITION}","price_changes":[{${GOOD}}]}`,
    'records',
  ],
  ['an array that a brace closes is refused', `{"event_type":"news","list":["x"}}`, 'malformed'],
  ['an array that a brace closes is refused in an array', '[["x"},"y"]', 'malformed'],
  ['an array without a comma between its elements is refused', '[{"event_type":"news"}{}]', 'malformed'],
  [
    'a top without levels leaves the part before it as it was',
    `[${change(GOOD.replace(HASH, '0'.repeat(40)))},{"market":"${CONDITION}","asset_id":"${YES}","best_bid":"0.27","best_ask":"0.51","spread":"0.24","timestamp":"1","event_type":"best_bid_ask"}]`,
    'records',
  ],
  [
    'a change repeats one of its own part only',
    `[${change(GOOD)},${bookWith('0.01', '0.40')},${change(
      GOOD.replace(YES, NO).replace('0.27', '0.73').replace('BUY', 'SELL'),
    )}]`,
    'records',
  ],
  ['a line feed behind the frame is taken', `${change(GOOD)}\n`, 'records'],
  ['an escape in data is refused', good('BUY', 'B\\u0055Y'), 'notPlainText'],
  ['a non-ASCII letter in data is refused', good('"price"', '"é":1, "price"'), 'notPlainText'],
  ['invalid UTF-8 is refused', Buffer.concat([Buffer.from(change(GOOD)), Buffer.from([0xff])]), 'invalidUtf8'],
  ['an escape in an unknown event is read', '{"event_type":"news","text":"\\n"}', 'unknown'],
  ['an escape in a control event is read', '{"event_type":"new_market","question":"\\"x\\""}', 'control'],
  ['bytes behind the value are refused', `${change(GOOD)}x`, 'malformed'],
  ['two values are refused', `${change(GOOD)}${change(GOOD)}`, 'malformed'],
  ['a truncated frame is refused', change(GOOD).slice(0, -1), 'malformed'],
  ['an empty message is refused', '', 'malformed'],
  ['a price as a number is refused', good('"0.27"', '0.27'), 'wrongType'],
  ['null is refused where a text is read', good(`"${HASH}"`, 'null'), 'wrongType'],
  ['a root that is a text is refused', '"book"', 'wrongType'],
  ['data and control in one array are refused', `[${change(GOOD)},{"event_type":"new_market"}]`, 'wrongType'],
  ['16 containers are deep enough', good('"price"', `"x":${'['.repeat(13)}${']'.repeat(13)}, "price"`), 'records'],
  ['17 containers are too deep', good('"price"', `"x":${'['.repeat(14)}${']'.repeat(14)}, "price"`), 'tooDeep'],
  ['a skipped number may have an exponent', good('"price"', '"x":-1.5e-07, "price"'), 'records'],
  ['a skipped number of three exponent digits is refused', good('"price"', '"x":1e999, "price"'), 'badNumber'],
  ['a skipped number of 19 digits is refused', good('"price"', '"x":1234567890123456789, "price"'), 'badNumber'],
  ['an empty price is refused', good('"0.27"', '""'), 'badNumber'],
  ['a signed size is refused', good('"5"', '"-5"'), 'badNumber'],
  ['an exponent in a size is refused', good('"5"', '"5e1"'), 'badNumber'],
  ['a leading zero is refused', good('"5"', '"05"'), 'badNumber'],
  ['excess zeros are taken', good('"0.27"', '"0.2700000000"'), 'records'],
  ['excess digits that are not zeros are refused', good('"0.27"', '"0.27001"'), 'offGrid'],
  ['a price off the tick is refused', good('"0.27"', '"0.275"'), 'offGrid'],
  ['a price of 1 is refused', good('"0.27"', '"1"'), 'outOfRange'],
  ['a price of 0 is refused', good('"0.27"', '"0.00"'), 'outOfRange'],
  ['10^9 shares are taken', good('"5"', '"1000000000"'), 'records'],
  ['a millionth of a share more is refused', good('"5"', '"1000000000.000001"'), 'outOfRange'],
  ['another side is refused', good('BUY', 'buy'), 'badSide'],
  ['a hash in capitals is refused', good(HASH, HASH.toUpperCase()), 'badHash'],
  ['another market than the token has is refused', change(GOOD).replace('0xc', '0xd'), 'marketMismatch'],
  ['a third token of a condition is refused', good(YES, '3'.repeat(77)), 'marketMismatch'],
  [
    'a market nobody registered is refused',
    change(GOOD).replace('0xc', '0xd').replace(YES, '3'.repeat(77)),
    'unknownMarket',
  ],
  ['an id of 113 bytes is refused', good(YES, '3'.repeat(113)), 'longKey'],
  ['an empty id is a missing one', good(YES, ''), 'missingField'],
  ['a change without side is refused', good('"side":"BUY", ', ''), 'missingField'],
  ['an event without type is refused', '{"market":"x"}', 'missingField'],
  ['an empty array is ignored', '[]', 'ignored'],
  ['PONG is ignored', 'PONG', 'ignored'],
  ['a snapshot that states another tick is taken', bookWith('0.001', '0.275'), 'records'],
  ['a snapshot whose price is off the tick it states is refused', bookWith('0.001', '0.2755'), 'offGrid'],
];

test.each(POLYMARKET)('Polymarket: %s', (_, text, outcome) => {
  expect(judged(text, L.VENUE_POLYMARKET).outcome).toBe(outcome);
});

test('Polymarket: more levels than the staging area holds are refused', () => {
  const levels = `{"price":"0.27","size":"1"},`.repeat(TEST_PLAN.stagingSlots).slice(0, -1);
  const text = bookWith('0.01', '0.27').replace('{"price":"0.27","size":"1"}', levels);
  expect(judged(text, L.VENUE_POLYMARKET).outcome).toBe('tooManyLevels');
});

test('the last of repeated keys counts, also when it is an array', () => {
  const twice = judged(good('"size":"5"', '"size":"7", "size":"5"'), L.VENUE_POLYMARKET);
  expect(twice.lines).toEqual(judged(change(GOOD), L.VENUE_POLYMARKET).lines);
  const arrays = change(GOOD).replace('"price_changes":', '"price_changes":[{"price":"bad"}], "price_changes":');
  expect(judged(arrays, L.VENUE_POLYMARKET).lines).toEqual(twice.lines);
});

test('a NO change is folded to the YES side and carries MIRROR when it repeats the YES change', () => {
  const no = GOOD.replace(YES, NO).replace('"0.27", "size"', '"0.73", "size"').replace('BUY', 'SELL');
  const { lines } = judged(change(`${GOOD}}, {${no}`), L.VENUE_POLYMARKET);
  expect(lines[0]).toContain('side=0 price=2700 size=5000000 view=0 flags=0');
  expect(lines[1]).toContain(`side=0 price=2700 size=5000000 view=1 flags=${L.LEVEL_FLAG_MIRROR | L.LEVEL_FLAG_LAST}`);
  expect(lines[2]).toContain('top=4900/7300');
});

test('an empty best price, 0 and 1 mean that the side is empty', () => {
  for (const [bid, ask] of [
    ['', ''],
    ['0', '1'],
    ['0.0', '0'],
    ['1', '1.0'],
  ]) {
    const text = change(GOOD.replace('"best_bid":"0.27"', `"best_bid":"${bid}"`).replace('"0.51"', `"${ask}"`));
    expect(judged(text, L.VENUE_POLYMARKET).lines[1]).toContain('top=0/10000');
  }
});

const KALSHI: readonly (readonly [string, string, string])[] = [
  ['a delta as the venue sends it is taken', delta('', ''), 'records'],
  ['a quoted sequence number is refused', delta('"seq":7', '"seq":"7"'), 'wrongType'],
  ['a fractional sequence number is refused', delta('"seq":7', '"seq":7.0'), 'badNumber'],
  ['a delta of plus sign is refused', delta('-9.12', '+9.12'), 'badNumber'],
  ['a delta without side is refused', delta('"side":"no",', ''), 'missingField'],
  ['an unknown ticker is refused', delta(TICKER, 'KXOTHER'), 'unknownMarket'],
  [
    'a snapshot of an empty market is taken',
    `{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"${TICKER}"}}`,
    'records',
  ],
  [
    'a level of three parts is refused',
    `{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"${TICKER}","yes_dollars_fp":[["0.01","1","1"]]}}`,
    'wrongType',
  ],
  ['an acknowledgement is ignored', '{"id":1,"type":"subscribed","msg":{"sid":1}}', 'ignored'],
  ['an error answer goes to the host', '{"id":1,"type":"error","msg":{"code":8,"msg":"no"}}', 'control'],
  ['another channel is unknown', '{"type":"ticker","msg":{}}', 'unknown'],
];

test.each(KALSHI)('Kalshi: %s', (_, text, outcome) => {
  expect(judged(text, L.VENUE_KALSHI).outcome).toBe(outcome);
});

test('a Kalshi NO delta is a YES ask at the complement, with sid and seq', () => {
  const { lines } = judged(delta('', ''), L.VENUE_KALSHI);
  expect(lines[0]).toContain(`kind=${L.KIND_ADD} side=1 price=5400 size=-9120000 view=1`);
  expect(lines[1]).toContain('ms=1786401938602');
  expect(lines[1]).toContain('sequence=1/7');
});

test('the key hash in WASM equals the one that fills the table', () => {
  const under = new DecoderUnderTest([], false);
  const hash = (under.exports as unknown as { keyHash(at: number, bytes: number): number }).keyHash;
  const { at } = under.arena.region(L.REGION_SCAN);
  for (const key of ['', 'a', TICKER, YES, CONDITION, 'x'.repeat(15), 'x'.repeat(16), 'x'.repeat(17)]) {
    const text = Buffer.from(key);
    under.arena.bytes.set(text, at);
    expect(hash(at, text.length) >>> 0).toBe(keyHash(text));
  }
});
