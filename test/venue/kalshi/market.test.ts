// Single markets, price levels and fees of Kalshi's answers: recorded ones are read, damaged ones refused by name.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TickRange } from '../../../engine/venue/contract.ts';
import { takerFeeMicrosRoundedUp } from '../../../engine/venue/fees.ts';
import { TAPERED_DECI_CENT, uniformGrid } from '../../../engine/venue/grid.ts';
import type { JsonObject, JsonValue } from '../../../engine/venue/json.ts';
import { KalshiCatalogue } from '../../../engine/venue/kalshi/catalogue.ts';
import { kalshiFee, readFeeTerms } from '../../../engine/venue/kalshi/fees.ts';
import { kalshiGrid } from '../../../engine/venue/kalshi/grid.ts';
import { type KalshiMarket, kalshiStateFault, readKalshiMarket } from '../../../engine/venue/kalshi/market.ts';
import { dollarsText } from '../../../engine/venue/kalshi/text.ts';

const SAVED = JSON.parse(readFileSync('test/fixtures/kalshi/markets-2026-07-20.json', 'utf8')) as {
  market: JsonObject;
}[];
const EVENT = JSON.parse(readFileSync('test/fixtures/kalshi/event-2026-08-10.json', 'utf8')) as JsonObject;
const AS_OF_MS = Date.parse('2026-07-20T19:00:00Z');
const FED = SAVED.find(({ market }) => market['ticker'] === 'KXFEDDECISION-26JUL-H0')!.market;

function read(more: JsonObject): KalshiMarket {
  const market = readKalshiMarket({ ...FED, ...more });
  if (typeof market === 'string') throw new Error(market);
  return market;
}

test('every recorded market is read exactly', () => {
  const markets = SAVED.map(({ market }) => readKalshiMarket(market));
  expect(markets.filter((market) => typeof market === 'string')).toEqual([]);
  const fed = read({});
  expect(fed).toMatchObject({ ticker: 'KXFEDDECISION-26JUL-H0', eventTicker: 'KXFEDDECISION-26JUL', status: 'active' });
  expect(fed).toMatchObject({
    volumeMicros: 8_842_791_540_000,
    closeMs: Date.parse('2026-07-29T17:59:00Z'),
    structure: 'linear_cent',
  });
  expect(fed.meta).toEqual({
    ...{ id: 'kalshi:KXFEDDECISION-26JUL-H0', venue: 'kalshi', yesToken: 'KXFEDDECISION-26JUL-H0' },
    endMs: Date.UTC(2026, 6, 29, 18, 5),
    title: 'Will the Federal Reserve Hike rates by 0bps at their July 2026 meeting?: Fed maintains rate',
    ...{ event: 'KXFEDDECISION-26JUL', minSizeMicros: 1_000_000, tickRanges: uniformGrid(100) },
  });
  const byTicker = new Map(markets.map((market) => [(market as KalshiMarket).ticker, market as KalshiMarket]));
  expect(byTicker.get('KXMENWORLDCUP-26-AR')!.meta.tickRanges).toEqual(uniformGrid(10));
  expect(byTicker.get('KXATP-26WIM-AUG')!.meta.minSizeMicros).toBe(10_000);
  const states = [...byTicker.values()].map((market) => kalshiStateFault(market, AS_OF_MS));
  expect(states.filter((state) => state !== undefined)).toEqual(['settled']);
});

test.each([
  [{ ticker: null }, 'badTicker'],
  [{ ticker: 'kxfed' }, 'badTicker'],
  [{ event_ticker: 'A B' }, 'badTicker'],
  [{ price_ranges: [] }, 'badGrid'],
  [{ price_level_structure: 'new', price_ranges: null }, 'badGrid'],
  [{ price_level_structure: 'deci_cent' }, 'badGrid'],
  [{ price_ranges: [{ start: '0.0000', end: '1.0000', step: 0.01 }] }, 'badGrid'],
  [{ status: 'open' }, 'unknownStatus'],
  [{ close_time: 'soon' }, 'badTime'],
  [{ close_time: null }, 'badTime'],
  [{ notional_value_dollars: '10.0000' }, 'badNotional'],
  [{ volume_fp: '-1' }, 'badVolume'],
  [{ title: 7 }, 'badText'],
  [{ is_provisional: 'no' }, 'badFlag'],
])('a market with %j is refused as %s', (more, reason) => {
  expect(readKalshiMarket({ ...FED, ...(more as JsonObject) })).toBe(reason);
});

test.each([
  [{ status: 'initialized' }, 'unopened'],
  [{ status: 'inactive' }, 'paused'],
  [{ status: 'closed' }, 'closed'],
  [{ status: 'determined' }, 'determined'],
  [{ status: 'disputed' }, 'disputed'],
  [{ status: 'amended' }, 'amended'],
  [{ status: 'finalized' }, 'settled'],
  [{ market_type: 'scalar' }, 'scalar'],
  [{ is_provisional: true }, 'provisional'],
  [{ close_time: '2026-07-20T19:00:00Z' }, 'ended'],
  [{ close_time: '2026-07-20T19:00:00.001Z' }, undefined],
])('a market with %j is %s', (more, state) => {
  expect(kalshiStateFault(read(more), AS_OF_MS)).toBe(state);
});

test('price levels are read from their ranges in any order and joined; a known name alone is enough', () => {
  const text = ({ startE4, endE4, tickE4 }: TickRange): JsonObject => ({
    ...{ start: dollarsText(startE4), end: dollarsText(endE4), step: dollarsText(tickE4) },
  });
  const tapered = TAPERED_DECI_CENT.map(text);
  expect(kalshiGrid('tapered_deci_cent', [...tapered].reverse())).toEqual(TAPERED_DECI_CENT);
  expect(kalshiGrid('tapered_deci_cent', undefined)).toEqual(TAPERED_DECI_CENT);
  expect(kalshiGrid('center_deci_edge_centi_cent', tapered)).toEqual(TAPERED_DECI_CENT);
  const halves = [
    { startE4: 0, endE4: 5_000, tickE4: 100 },
    { startE4: 5_000, endE4: 10_000, tickE4: 100 },
  ].map(text);
  expect(kalshiGrid('linear_cent', halves)).toEqual(uniformGrid(100));
  for (const name of [undefined, 'new', 'constructor', '__proto__', 3])
    expect(kalshiGrid(name, undefined)).toBeUndefined();
  for (const ranges of ['x', [1], tapered.slice(1), [...tapered, ...tapered]] as JsonValue[]) {
    expect(kalshiGrid('new', ranges)).toBeUndefined();
  }
});

/** 0.07 x multiplier x count x p x (1 - p) in dollars, rounded up to the cent, in integers of their own. */
function feeByHand(multiplierE6: bigint, count: bigint, priceE4: bigint): bigint {
  const product = 7n * multiplierE6 * count * priceE4 * (10_000n - priceE4);
  const cent = 100n * 1_000_000n * 10_000n * 10_000n;
  return ((product * 100n + cent - 1n) / cent) * 10_000n;
}

test('the fee of an order is that of the venue’s formula, rounded up to the cent', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 1, max: 100_000 }),
      fc.integer({ min: 1, max: 9_999 }),
      (percent, count, priceE4) => {
        const fee = kalshiFee(readFeeTerms({ fee_type: 'quadratic', fee_multiplier: percent / 100 }, ''));
        if (typeof fee === 'string') throw new Error(fee);
        const found = takerFeeMicrosRoundedUp(fee.taker, priceE4, count * 1e6);
        expect(BigInt(found)).toBe(feeByHand(BigInt(percent) * 10_000n, BigInt(count), BigInt(priceE4)));
      },
    ),
  );
  const usual = kalshiFee(readFeeTerms({ fee_type: 'quadratic', fee_multiplier: 1 }, ''));
  // 100 contracts at 0.50: 0.07 x 100 x 0.25 = 1.75 dollars.
  expect(typeof usual === 'string' ? usual : takerFeeMicrosRoundedUp(usual.taker, 5_000, 100e6)).toBe(1_750_000);
});

test('makers pay by the fee type, what is no formula is unknown, and odd multipliers round up', () => {
  const of = (fee_type: JsonValue, fee_multiplier: JsonValue) =>
    kalshiFee(readFeeTerms({ fee_type, fee_multiplier }, ''));
  expect(of('quadratic', 1)).toMatchObject({ taker: { rateE6: 70_000 }, makerRateE6: 0 });
  expect(of('quadratic_with_maker_fees', 1)).toMatchObject({ taker: { rateE6: 70_000 }, makerRateE6: 17_500 });
  expect(of('quadratic_with_combo_maker_fees', 0.5)).toMatchObject({ taker: { rateE6: 35_000 }, makerRateE6: 17_500 });
  expect(of('quadratic', 0)).toMatchObject({ taker: { rateE6: 0 } });
  expect(of('quadratic', 0.500001)).toMatchObject({ taker: { rateE6: 35_001 } });
  for (const type of ['flat', 'cubic', 'constructor']) expect(of(type, 1)).toBe('feeType');
  for (const bad of ['1', null, -1, 1e-7, 11]) expect(of('quadratic', bad)).toBe('feeMultiplier');
  expect(of(3, 1)).toBe('feeType');
  for (const none of [null, '']) expect(of(none, 1)).toBe('seriesUnknown');
});

test('the fee is that of the series, or of the event where it has its own; unread ones are unknown', () => {
  const catalogue = new KalshiCatalogue();
  catalogue.addAny(EVENT);
  const market = [...catalogue.entries.values()][0]!.market!;
  expect([market.ticker, market.winner]).toEqual(['KXGOLD15M-26AUG101900-00', 'yes']);
  expect(catalogue.eventOf(market)).toMatchObject({ series: 'KXGOLD15M', mutuallyExclusive: false });
  expect(catalogue.feeOf(market)).toBe('seriesUnknown');
  catalogue.addAny({ series: { ticker: 'KXGOLD15M', fee_type: 'quadratic_with_maker_fees', fee_multiplier: 1 } });
  expect(catalogue.feeOf(market)).toMatchObject({ makerRateE6: 17_500 });
  const override = { fee_type_override: 'quadratic', fee_multiplier_override: 0.5 };
  catalogue.addEvent({ ...(EVENT['event'] as JsonObject), ...override });
  expect(catalogue.feeOf(market)).toMatchObject({ feeType: 'quadratic', taker: { rateE6: 35_000 }, makerRateE6: 0 });
  catalogue.addEvent({ event_ticker: 'x', series_ticker: 'Y' });
  expect([catalogue.eventsRefused, [...catalogue.series]]).toEqual([1, ['KXGOLD15M']]);
});

test.each([
  // A quarter of the fee, were the series' multiplier taken.
  [
    { fee_type_override: null, fee_multiplier_override: 2 },
    { feeType: 'quadratic', taker: { rateE6: 140_000 } },
  ],
  [{ fee_multiplier_override: 2 }, { feeType: 'quadratic', taker: { rateE6: 140_000 } }],
  [{ fee_type_override: 'quadratic_with_maker_fees', fee_multiplier_override: null }, { makerRateE6: 8_750 }],
  [{ fee_type_override: 'flat' }, 'feeType'],
  [{ fee_type_override: 3 }, 'feeType'],
  [{ fee_multiplier_override: '2' }, 'feeMultiplier'],
])('an event with %j overrides the one and leaves the other to its series', (override, fee) => {
  const catalogue = new KalshiCatalogue();
  catalogue.addAny(EVENT);
  catalogue.addEvent({ ...(EVENT['event'] as JsonObject), ...(override as JsonObject) });
  const market = catalogue.entries.get('KXGOLD15M-26AUG101900-00')!.market!;
  expect(catalogue.feeOf(market)).toBe('seriesUnknown');
  catalogue.addSeries({ ticker: 'KXGOLD15M', fee_type: 'quadratic', fee_multiplier: 0.5 });
  const found = catalogue.feeOf(market);
  if (typeof fee === 'string') expect(found).toBe(fee);
  else expect(found).toMatchObject(fee);
});

test('of two copies the newest counts, whichever came first', () => {
  const [older, newer] = ['2026-07-20T00:00:00Z', '2026-07-20T00:00:01Z'].map((updated_time, at) => ({
    ...{ ...FED, updated_time, volume_fp: `${at}.00` },
  }));
  for (const order of [
    [older, newer],
    [newer, older],
  ]) {
    const catalogue = new KalshiCatalogue();
    for (const market of order) catalogue.addMarket(market!);
    expect([catalogue.repeated, catalogue.entries.get('KXFEDDECISION-26JUL-H0')?.market?.volumeMicros]).toEqual([
      1, 1e6,
    ]);
  }
  const catalogue = new KalshiCatalogue();
  for (const value of [3, {}, { ticker: 'A' }, []]) catalogue.addMarket(value);
  expect([...catalogue.entries.values()].map(({ key, fault }) => [key, fault])).toEqual([
    ['nameless 1', 'notAnObject'],
    ['nameless 2', 'badTicker'],
    ['A', 'badTicker'],
    ['nameless 3', 'notAnObject'],
  ]);
});
