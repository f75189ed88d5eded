// Numbers at the bounds the decode rules set, judged by the WASM decoder and both oracles: one inside, one outside.
import { expect, test } from 'vitest';
import { REJECT_NAMES } from '../../engine/memory/counters.ts';
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { simdjsonState } from '../../engine/venue/json.ts';
import * as L from '../../wasm/layout.ts';
import { DecoderUnderTest, TEST_PLAN } from '../oracle/harness.ts';
import { JsonOracle } from '../oracle/json-decoder.ts';
import { SimdjsonOracle } from '../oracle/simdjson-decoder.ts';

const CONDITION = `0x${'c'.repeat(64)}`;
const YES = '1'.repeat(77);
const TICKER = 'KXTEST-26';
const HASH = 'f3cc31114e050a10b3d72e6f8a2233f63b19489c';
const METAS: readonly MarketMeta[] = [
  { id: `polymarket:${CONDITION}`, venue: 'polymarket', yesToken: YES, tickRanges: uniformGrid(100) },
  { id: `kalshi:${TICKER}`, venue: 'kalshi', yesToken: TICKER, tickRanges: uniformGrid(100) },
];
const LIMITS = { stagingSlots: TEST_PLAN.stagingSlots, scanBytes: TEST_PLAN.scanBytes, registerUnknown: false };

/** Outcome of a frame, by a short name; all decoders share it. */
function outcomeOf(text: string, venue: number): string {
  const bytes = Buffer.from(text);
  const verdict = new DecoderUnderTest(METAS, false).judge(bytes, venue);
  expect(new JsonOracle(METAS, LIMITS).judge(bytes, venue), text).toEqual(verdict);
  if (simdjsonState() === 'native')
    expect(new SimdjsonOracle(METAS, LIMITS).judge(bytes, venue), text).toEqual(verdict);
  if (verdict.kind === 'records') return /size=-?\d+/.exec(verdict.lines[0] ?? '')?.[0] ?? 'no size';
  return verdict.kind === 'reject' ? REJECT_NAMES[verdict.cause]! : verdict.kind;
}

function change(price: string, size: string, stamp = '1777366994943'): string {
  const members = `"asset_id":"${YES}", "price":"${price}", "size":"${size}", "side":"BUY", "hash":"${HASH}", "best_bid":"0.27", "best_ask":"0.51"`;
  return `{"market":"${CONDITION}", "price_changes":[{${members}}], "timestamp":"${stamp}", "event_type":"price_change"}`;
}

function delta(size: string, seq = '7', stamp = '1786401938602'): string {
  return `{"type":"orderbook_delta","sid":1,"seq":${seq},"msg":{"market_ticker":"${TICKER}","market_id":"x","price_dollars":"0.4600","delta_fp":"${size}","side":"yes","ts":"t","ts_ms":${stamp}}}`;
}

const zeros = (count: number): string => '0'.repeat(count);

const SIZES: readonly (readonly [string, string])[] = [
  ['0', 'size=0'],
  ['0.000001', 'size=1'],
  ['0.0000001', 'offGrid'],
  ['0.0000010', 'size=1'],
  ['1234567.123456', 'size=1234567123456'],
  ['12345678.123456', 'size=12345678123456'],
  ['123456789.5', 'size=123456789500000'],
  ['999999999.999999', 'size=999999999999999'],
  ['1000000000', 'size=1000000000000000'],
  ['1000000000.000000', 'size=1000000000000000'],
  ['1000000000.000001', 'outOfRange'],
  ['1000000001', 'outOfRange'],
  // Too large and too fine: the first of the two is what is wrong with it.
  ['1234567890123.0000001', 'outOfRange'],
  // 2^58 shares: times 10^6 nothing of it is left in 64 bits.
  ['288230376151711744', 'outOfRange'],
  ['288230376151711749', 'outOfRange'],
  ['18446744073709551617', 'outOfRange'],
  [`5.${zeros(30)}`, 'size=5000000'],
  [`5.${zeros(31)}`, 'badNumber'],
  [`0.${zeros(5)}1${zeros(24)}`, 'size=1'],
  [`0.${zeros(6)}1${zeros(23)}`, 'offGrid'],
  ['01', 'badNumber'],
  ['00', 'badNumber'],
  ['1.', 'badNumber'],
  ['.1', 'badNumber'],
  ['1:', 'badNumber'],
  ['1/', 'badNumber'],
  ['1.2:', 'badNumber'],
  ['1.2/', 'badNumber'],
  ['1.2.3', 'badNumber'],
];

test.each(SIZES)('size %s is %s', (size, outcome) => {
  expect(outcomeOf(change('0.27', size), L.VENUE_POLYMARKET)).toBe(outcome);
  expect(outcomeOf(delta(size), L.VENUE_KALSHI)).toBe(outcome);
});

test.each([
  ['-0.000001', 'size=-1'],
  ['-1000000000', 'size=-1000000000000000'],
  ['-1000000000.000001', 'outOfRange'],
  ['-', 'badNumber'],
  ['--1', 'badNumber'],
  ['-01', 'badNumber'],
  [`-5.${zeros(29)}`, 'size=-5000000'],
  [`-5.${zeros(31)}`, 'badNumber'],
])('a Kalshi delta of %s is %s', (size, outcome) => {
  expect(outcomeOf(delta(size), L.VENUE_KALSHI)).toBe(outcome);
});

test.each([
  ['0.01', 'size=5000000'],
  ['0.99', 'size=5000000'],
  ['0.9900', 'size=5000000'],
  ['0.99000', 'size=5000000'],
  ['0.99001', 'offGrid'],
  ['0.0001', 'offGrid'],
  ['0.9999', 'offGrid'],
  ['0.0000', 'outOfRange'],
  ['0', 'outOfRange'],
  ['1', 'outOfRange'],
  ['1.00', 'outOfRange'],
  ['1.01', 'outOfRange'],
  ['42949672.97', 'outOfRange'],
  [`0.27${zeros(28)}`, 'size=5000000'],
  [`0.27${zeros(29)}`, 'badNumber'],
])('price %s is %s', (price, outcome) => {
  expect(outcomeOf(change(price, '5'), L.VENUE_POLYMARKET)).toBe(outcome);
});

test.each([
  ['0', 'size=5000000'],
  ['9', 'size=5000000'],
  ['999999999999999', 'size=5000000'],
  ['1000000000000000', 'badNumber'],
  ['00', 'badNumber'],
  ['01', 'badNumber'],
  ['1:', 'badNumber'],
  ['1/', 'badNumber'],
  ['', 'badNumber'],
])('time stamp and sequence number %s: %s', (integer, outcome) => {
  expect(outcomeOf(change('0.27', '5', integer), L.VENUE_POLYMARKET)).toBe(outcome);
  if (!/^(0|[1-9]\d*)$/.test(integer)) return;
  expect(outcomeOf(delta('5', integer), L.VENUE_KALSHI)).toBe(outcome);
  expect(outcomeOf(delta('5', '7', integer), L.VENUE_KALSHI)).toBe(outcome);
});
