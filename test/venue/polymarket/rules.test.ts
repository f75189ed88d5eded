// Rounding of Polymarket orders: sizes at which every amount is exact, and what is refused before it is sent.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uniformGrid } from '../../../engine/venue/grid.ts';
import {
  buyRule,
  expirationText,
  marketOrderAmounts,
  orderAmounts,
  orderFault,
  ROUNDING,
  restingFault,
} from '../../../engine/venue/polymarket/rules.ts';

const SHARE = 1_000_000;
const tick = fc.constantFrom(...ROUNDING.map(({ tickE4 }) => tickE4));
const priceOnTick = tick.chain((tickE4) =>
  fc.integer({ min: 1, max: 10_000 / tickE4 - 1 }).map((ticks) => ({ tickE4, limitE4: ticks * tickE4 })),
);

test('a BUY states whole cents and the shares they buy at the limit: the sizes next to any are found from both sides', () => {
  fc.assert(
    fc.property(priceOnTick, fc.integer({ min: 1, max: 500_000_000 }), ({ tickE4, limitE4 }, wanted) => {
      const rule = buyRule(uniformGrid(tickE4));
      const step = 10 ** (6 - ROUNDING.find((row) => row.tickE4 === tickE4)!.amountDecimals);
      const sharesOf = (cents: number): number => {
        const exact = (BigInt(cents) * 100_000_000n) / BigInt(limitE4);
        return Number(exact - (exact % BigInt(step)));
      };
      // The reference counts cents up from well below.
      let cents = Math.max(0, Math.floor((wanted * limitE4) / 1e8) - 2);
      while (sharesOf(cents + 1) <= wanted) cents += 1;
      const below = sharesOf(cents);
      const above = below === wanted ? wanted : sharesOf(cents + 1);
      expect([rule.atMost(limitE4, wanted), rule.atLeast(limitE4, wanted)]).toEqual([below, above]);
      const stated = marketOrderAmounts('BUY', limitE4, above, tickE4);
      expect(stated).toEqual({ makerMicros: (below === wanted ? cents : cents + 1) * 10_000, takerMicros: above });
      expect(() => marketOrderAmounts('BUY', limitE4, above + step, tickE4)).toThrow(RangeError);
    }),
    { numRuns: 1_000 },
  );
});

test('7 shares at 0.123 cannot be bought: 86 cents buy 6.99186, 87 buy 7.07317', () => {
  const rule = buyRule(uniformGrid(10));
  expect([rule.atMost(1_230, 7 * SHARE), rule.atLeast(1_230, 7 * SHARE)]).toEqual([6_991_860, 7_073_170]);
  expect(marketOrderAmounts('BUY', 1_230, 6_991_860, 10)).toEqual({ makerMicros: 860_000, takerMicros: 6_991_860 });
  expect(rule.atMost(5_000, 19_999)).toBe(0);
  expect(rule.atLeast(9_990, 1_000_000_000_000)).toBeGreaterThanOrEqual(1_000_000_000_000);
});

test('a SELL gives shares of two decimals for an amount within the decimals of its tick', () => {
  fc.assert(
    fc.property(priceOnTick, fc.integer({ min: 1, max: 1_000_000 }), ({ tickE4, limitE4 }, hundredths) => {
      const { makerMicros, takerMicros } = marketOrderAmounts('SELL', limitE4, hundredths * 10_000, tickE4);
      const row = ROUNDING.find((candidate) => candidate.tickE4 === tickE4)!;
      expect(makerMicros).toBe(hundredths * 10_000);
      expect(takerMicros % 10 ** (6 - row.amountDecimals)).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('what the venue would refuse is named before it is sent', () => {
  const cents = uniformGrid(100);
  expect(orderFault('BUY', 3_000, 10 * SHARE, cents)).toBeUndefined();
  expect(orderFault('BUY', 3_050, 10 * SHARE, cents)).toBe('limit 3050 E4 is not on the tick');
  expect(orderFault('BUY', 3_000, 3 * SHARE, cents)).toBe('amount 900000 is below 1000000');
  expect(orderFault('BUY', 3_000, 10 * SHARE + 1, cents)).toBe('size 10000001 is not what whole cents buy at 3000 E4');
  expect(orderFault('SELL', 3_000, 3 * SHARE, cents)).toBeUndefined();
  expect(orderFault('SELL', 3_000, 3 * SHARE + 1, cents)).toBe('size 3000001 is not a multiple of 10000 micro-shares');
  expect(orderFault('BUY', 0, SHARE, cents)).toBe('limit 0 E4 is not on the tick');
  expect(orderFault('SELL', 3_000, 0, cents)).toBe('size is zero');
});

test('an order that may rest states shares of two decimals and their exact worth; its end is a minute later than it means', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 1_000_000 }), (cents, hundredths) => {
      const [limitE4, sizeMicros] = [cents * 100, hundredths * 10_000];
      for (const type of ['GTC', 'GTD', 'postOnly'] as const) {
        const buy = orderAmounts(type, 'BUY', limitE4, sizeMicros, 100);
        const sell = orderAmounts(type, 'SELL', limitE4, sizeMicros, 100);
        expect(BigInt(buy.makerMicros) * 10_000n).toBe(BigInt(limitE4) * BigInt(sizeMicros));
        expect(buy.takerMicros).toBe(sizeMicros);
        expect(sell).toEqual({ makerMicros: buy.takerMicros, takerMicros: buy.makerMicros });
        expect(orderFault('BUY', limitE4, sizeMicros, uniformGrid(100), type)).toBeUndefined();
      }
    }),
  );
  expect(expirationText(undefined)).toBe('0');
  expect(expirationText(1_780_000_000_000)).toBe('1780000060');
});

test('what rests is refused by name when its size, its least size or its end is not one', () => {
  const order = { type: 'GTC', sizeMicros: 5_000_000 } as const;
  expect(restingFault(order, 5_000_000)).toBeUndefined();
  expect(restingFault(order, 5_000_001)).toBe('size 5000000 is below 5000001 micro-shares');
  expect(restingFault({ ...order, sizeMicros: 5_000_001 }, 0)).toMatch(/not a multiple of 10000/);
  for (const [type, expiresMs, isFault] of [
    ['GTD', undefined, true],
    ['GTD', 1, false],
    ['GTC', 1, true],
    ['FOK', 1, true],
    ['postOnly', 1, false],
    ['postOnly', undefined, false],
  ] as const) {
    const fault = restingFault({ type, sizeMicros: 5_000_000, expiresMs }, 0);
    expect(fault).toBe(isFault ? 'only a GTD says when it ends' : undefined);
  }
});
