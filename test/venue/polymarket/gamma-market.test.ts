// Markets of Gamma's answers: what real ones become, and the name of everything that can be wrong with one.
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../engine/venue/json.ts';
import { type GammaMarket, readGammaMarket, stateFault } from '../../../engine/venue/polymarket/gamma-market.ts';
import { SHAPE_REASONS } from '../../../engine/venue/polymarket/gamma-reasons.ts';
import { LIST_MS, SAVED, saved, savedMarket } from '../../helpers/gamma.ts';

function read(value: JsonValue): GammaMarket {
  const market = readGammaMarket(value);
  if (typeof market === 'string') throw new Error(market);
  return market;
}

const FED = savedMarket(SAVED.crossVenue, 'will-there-be-no-change-in-fed');

test('a real neg-risk market becomes the engine’s metadata, every number exactly', () => {
  const market = read(FED);
  const condition = '0x8bf1c1536ecb1c08fe13c6b71e8ab1f58bf3461c4cb79f5f1679f869a06aef86';
  expect(market.meta).toEqual({
    id: `polymarket:${condition}`,
    venue: 'polymarket',
    yesToken: JSON.parse(String(FED['clobTokenIds']))[0],
    noToken: JSON.parse(String(FED['clobTokenIds']))[1],
    title: 'Will there be no change in Fed interest rates after the July 2026 meeting?',
    event: undefined,
    negRisk: true,
    tickRanges: [{ startE4: 0, endE4: 10_000, tickE4: 10 }],
    minSizeMicros: 5_000_000,
    endMs: Date.UTC(2026, 6, 29),
    fee: { rateE6: 50_000, exponent: 1, roundMicros: 10 },
  });
  expect(market).toMatchObject({ version: 'v1', outcomes: ['Yes', 'No'], feeTakerOnly: true, feeRebateE6: 250_000 });
  expect(market).toMatchObject({ questionIndex: 2, isOther: false, winner: undefined, acceptingOrders: true });
  expect(market.endMs).toBe(Date.parse('2026-07-29T00:00:00Z'));
});

test('every saved market reads, and what it says is kept apart: fees, ticks, names, winners', () => {
  const all = [SAVED.list, SAVED.btc, SAVED.edge, SAVED.crossVenue].flatMap(saved);
  const markets = all.map(read);
  expect(markets.length).toBe(36);
  const fees = markets.map(({ meta }) => meta.fee?.rateE6);
  expect(new Set(fees)).toEqual(new Set([0, 30_000, 50_000, 70_000, undefined]));
  expect(new Set(markets.map(({ meta }) => meta.tickRanges?.[0]?.tickE4))).toEqual(new Set([10, 100]));
  const btc = saved(SAVED.btc).map(read);
  for (const [index, market] of btc.entries()) {
    expect(market.outcomes).toEqual(['Up', 'Down']);
    const [up] = JSON.parse(String(saved(SAVED.btc)[index]!['outcomePrices'])) as string[];
    expect(market.winner).toBe(up === '1' ? 'yes' : 'no');
  }
  expect(new Set(btc.map(({ winner }) => winner))).toEqual(new Set(['yes', 'no']));
  const sports = read(savedMarket(SAVED.crossVenue, 'fifwc-fra-mar'));
  expect(sports.outcomes).toEqual(['France', 'Morocco']);
});

test('the volume is rounded down to micro-dollars, noise and all', () => {
  expect(read({ ...FED, volume: '4399581.9609969705' }).volumeMicros).toBe(4_399_581_960_996);
  expect(read({ ...FED, volume: 0 }).volumeMicros).toBe(0);
  expect(read({ ...FED, volume: 5e-324 }).volumeMicros).toBe(0);
});

test('the outcome that is called Yes, Up or Over is YES wherever it stands', () => {
  const tokens = JSON.parse(String(FED['clobTokenIds'])) as string[];
  const turned = read({ ...FED, outcomes: '["No", "Yes"]' });
  expect([turned.meta.yesToken, turned.meta.noToken]).toEqual([tokens[1], tokens[0]]);
  expect(turned.outcomes).toEqual(['Yes', 'No']);
});

test('a v2 market is named by its position ids, a v1 market by its token ids, and neither by the other’s', () => {
  const ids = ['111', '222'];
  const v2 = read({ ...FED, version: 'v2', positionIds: ids, clobTokenIds: null });
  expect(v2).toMatchObject({ version: 'v2', meta: { yesToken: '111', noToken: '222' } });
  expect(read({ ...FED, version: 'v2', positionIds: JSON.stringify(ids) }).meta.yesToken).toBe('111');
  expect(readGammaMarket({ ...FED, version: 'v2' })).toBe('badTokens');
  expect(readGammaMarket({ ...FED, clobTokenIds: null, positionIds: ids })).toBe('badTokens');
});

test('lists may come as arrays, numbers as text', () => {
  const plain = {
    ...FED,
    outcomes: ['Yes', 'No'],
    clobTokenIds: ['1', '2'],
    orderMinSize: '5',
    orderPriceMinTickSize: '0.0025',
  };
  expect(read(plain).meta).toMatchObject({ yesToken: '1', minSizeMicros: 5_000_000, tickRanges: [{ tickE4: 25 }] });
});

test('what is not said stays unknown: fee, neg-risk, order book, winner', () => {
  const { feeSchedule: _, feesEnabled: __, negRisk: ___, enableOrderBook: ____, ...silent } = FED;
  const market = read(silent);
  expect(market.meta.fee).toBeUndefined();
  expect(market.meta.negRisk).toBeUndefined();
  expect(market.hasOrderBook).toBeUndefined();
  expect(read({ ...silent, feesEnabled: true }).meta.fee).toBeUndefined();
  expect(read({ ...silent, feesEnabled: false }).meta.fee).toEqual({ rateE6: 0, exponent: 1, roundMicros: 10 });
  const closed = { ...FED, closed: true, outcomePrices: '["1", "0"]' };
  expect(read(closed).winner).toBeUndefined();
  expect(read({ ...closed, umaResolutionStatus: 'proposed' }).winner).toBeUndefined();
  expect(read({ ...closed, umaResolutionStatus: 'resolved' }).winner).toBe('yes');
  expect(read({ ...closed, umaResolutionStatus: 'resolved', outcomePrices: '["0.5", "0.5"]' }).winner).toBe('split');
  // Last prices that were never put right name nobody.
  for (const prices of ['["0.9995", "0.0005"]', '["1", "1"]', '["0.6", "0.4"]', '["1"]']) {
    const stated = { ...closed, umaResolutionStatus: 'resolved', outcomePrices: prices };
    expect(read(stated).winner, prices).toBeUndefined();
  }
});

const rate = (fields: JsonObject): JsonObject => ({
  feeSchedule: { ...(FED['feeSchedule'] as JsonObject), ...fields },
});

describe('what is wrong with a market is named', () => {
  test.each<[JsonValue, keyof typeof SHAPE_REASONS]>([
    [null, 'notAnObject'],
    [[FED], 'notAnObject'],
    ['{}', 'notAnObject'],
    [{}, 'badConditionId'],
    [{ ...FED, conditionId: '0xABC' }, 'badConditionId'],
    [{ ...FED, conditionId: `${FED['conditionId']}0` }, 'badConditionId'],
    [{ ...FED, conditionId: 7 }, 'badConditionId'],
    [{ ...FED, slug: '' }, 'badText'],
    [{ ...FED, slug: 7 }, 'badText'],
    [{ ...FED, question: 'x'.repeat(2_001) }, 'badText'],
    [{ ...FED, active: 'true' }, 'badFlag'],
    [{ ...FED, closed: null }, 'badFlag'],
    [{ ...FED, acceptingOrders: 1 }, 'badFlag'],
    [{ ...FED, negRisk: 'yes' }, 'badFlag'],
    [{ ...FED, outcomes: '["Yes"]' }, 'badOutcomes'],
    [{ ...FED, outcomes: '["Yes", "Yes"]' }, 'badOutcomes'],
    [{ ...FED, outcomes: '["Yes", "No", "Maybe"]' }, 'badOutcomes'],
    [{ ...FED, outcomes: '["Yes", 1]' }, 'badOutcomes'],
    [{ ...FED, outcomes: '["Yes", "No"' }, 'badOutcomes'],
    [{ ...FED, outcomes: '["Up", "Down"]' }, 'badOutcomes'],
    [{ ...FED, version: 'v3' }, 'unknownVersion'],
    [{ ...FED, version: 2 }, 'unknownVersion'],
    [{ ...FED, clobTokenIds: '["1", "1"]' }, 'badTokens'],
    [{ ...FED, clobTokenIds: '["1", "2", "3"]' }, 'badTokens'],
    [{ ...FED, clobTokenIds: '["1", 2]' }, 'badTokens'],
    [{ ...FED, clobTokenIds: '["1", "-2"]' }, 'badTokens'],
    [{ ...FED, clobTokenIds: `["1", "${2n ** 256n}"]` }, 'badTokens'],
    [{ ...FED, clobTokenIds: '' }, 'badTokens'],
    [{ ...FED, orderPriceMinTickSize: 0 }, 'badTick'],
    [{ ...FED, orderPriceMinTickSize: 0.003 }, 'badTick'],
    [{ ...FED, orderPriceMinTickSize: 0.00005 }, 'badTick'],
    [{ ...FED, orderPriceMinTickSize: 0.5 }, 'badTick'],
    [{ ...FED, orderPriceMinTickSize: null }, 'badTick'],
    [{ ...FED, orderMinSize: 0 }, 'badMinSize'],
    [{ ...FED, orderMinSize: -5 }, 'badMinSize'],
    [{ ...FED, orderMinSize: '5e0' }, 'badMinSize'],
    [{ ...FED, orderMinSize: 1e-7 }, 'badMinSize'],
    [{ ...FED, endDate: null }, 'badEndDate'],
    [{ ...FED, endDate: '2026-13-01T00:00:00Z' }, 'badEndDate'],
    [{ ...FED, endDate: '2026-07-29' }, 'badEndDate'],
    [{ ...FED, updatedAt: 1 }, 'badEndDate'],
    [{ ...FED, feeSchedule: 0.05 }, 'badFee'],
    [{ ...FED, feeSchedule: {} }, 'badFee'],
    [{ ...FED, ...rate({ rate: -0.05 }) }, 'badFee'],
    [{ ...FED, ...rate({ rate: 1.1 }) }, 'badFee'],
    [{ ...FED, ...rate({ rate: 0.0500001 }) }, 'badFee'],
    [{ ...FED, ...rate({ exponent: 0.5 }) }, 'badFee'],
    [{ ...FED, ...rate({ exponent: 5 }) }, 'badFee'],
    [{ ...FED, ...rate({ takerOnly: 'yes' }) }, 'badFee'],
    [{ ...FED, ...rate({ rebateRate: 2 }) }, 'badFee'],
    [{ ...FED, feesEnabled: false }, 'feeContradiction'],
    [{ ...FED, volume: '-1' }, 'badVolume'],
    [{ ...FED, volume: 'much' }, 'badVolume'],
    [{ ...FED, volume: '99999999999' }, 'badVolume'],
  ])('%j is %s', (value, reason) => {
    expect(readGammaMarket(value)).toBe(reason);
    expect(SHAPE_REASONS[reason].length).toBeGreaterThan(5);
  });
});

test('what keeps a good market from being traded is named; the real zombie and the real stale slug are', () => {
  const fault = (market: JsonObject, wallMs: number, byName = false) => stateFault(read(market), wallMs, 7, byName);
  expect(fault(FED, Date.parse('2026-07-20T19:10:00Z'))).toBeUndefined();
  const august = Date.parse('2026-08-16T14:30:00Z');
  expect(fault(savedMarket(SAVED.edge, 'btc-updown-5m-1766162100'), august)).toBe('zombie');
  const stale = savedMarket(SAVED.edge, 'bitcoin-up-or-down-august-16-2pm-et');
  expect(fault(stale, august, true)).toBe('staleSlug');
  expect(fault(savedMarket(SAVED.edge, 'bitcoin-up-or-down-august-16-2026'), august)).toBeUndefined();
  expect(fault(saved(SAVED.btc)[0]!, august)).toBe('closed');
  expect(fault({ ...FED, archived: true }, 0)).toBe('archived');
  expect(fault({ ...FED, active: false }, 0)).toBe('inactive');
  expect(fault({ ...FED, enableOrderBook: false }, 0)).toBe('noOrderBook');
  expect(fault({ ...FED, acceptingOrders: false }, 0)).toBe('notAcceptingOrders');
  // Ended three days ago and still trading, as real markets do while they wait for their resolution; and two months ago.
  expect(fault(savedMarket(SAVED.list, 'israel-x-hezbollah'), LIST_MS)).toBeUndefined();
  expect(fault(savedMarket(SAVED.list, 'will-grigor-dimitrov'), LIST_MS)).toBe('ended');
});
