// Rounding of Polymarket orders: sizes at which every amount is exact, and what is refused before it is sent.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commonStepMicros } from '../../../engine/execute/batch.ts';
import { uniformGrid } from '../../../engine/venue/grid.ts';
import { marketOrderAmounts, orderFault, ROUNDING, sizeStepMicros } from '../../../engine/venue/polymarket/rules.ts';

const SHARE = 1_000_000;
const tick = fc.constantFrom(...ROUNDING.map(({ tickE4 }) => tickE4));
const priceOnTick = tick.chain((tickE4) =>
  fc.integer({ min: 1, max: 10_000 / tickE4 - 1 }).map((ticks) => ({ tickE4, limitE4: ticks * tickE4 })),
);

test('a BUY on its step costs whole cents for exactly its shares, and half a step is refused', () => {
  fc.assert(
    fc.property(priceOnTick, fc.integer({ min: 1, max: 10_000 }), ({ limitE4 }, steps) => {
      const step = sizeStepMicros('BUY', limitE4);
      const { makerMicros, takerMicros } = marketOrderAmounts('BUY', limitE4, steps * step);
      expect(makerMicros % 10_000).toBe(0);
      expect(BigInt(makerMicros) * 10_000n).toBe(BigInt(takerMicros) * BigInt(limitE4));
      expect(takerMicros % 10_000).toBe(0);
      // No smaller step of 0.01 share would do: n hundredths cost n x limitE4 / 10^4 cents.
      let least = 1;
      while ((least * limitE4) % 10_000 !== 0) least += 1;
      expect(step).toBe(least * 10_000);
      expect(() => marketOrderAmounts('BUY', limitE4, steps * step - 5_000)).toThrow(RangeError);
    }),
    { numRuns: 300 },
  );
});

test('a SELL gives shares of two decimals for an amount within the decimals of its tick', () => {
  fc.assert(
    fc.property(priceOnTick, fc.integer({ min: 1, max: 1_000_000 }), ({ tickE4, limitE4 }, hundredths) => {
      const { makerMicros, takerMicros } = marketOrderAmounts('SELL', limitE4, hundredths * 10_000);
      const row = ROUNDING.find((candidate) => candidate.tickE4 === tickE4)!;
      expect(makerMicros).toBe(hundredths * 10_000);
      expect(takerMicros % 10 ** (6 - row.amountDecimals)).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('legs of one basket share a size at which each of them has exact amounts', () => {
  fc.assert(
    fc.property(fc.array(priceOnTick, { minLength: 2, maxLength: 15 }), (legs) => {
      const step = commonStepMicros(legs.map(({ limitE4 }) => sizeStepMicros('BUY', limitE4)));
      expect(step).toBeLessThanOrEqual(100 * SHARE);
      for (const { limitE4 } of legs) expect(marketOrderAmounts('BUY', limitE4, step).takerMicros).toBe(step);
    }),
  );
});

test('what the venue would refuse is named before it is sent', () => {
  const cents = uniformGrid(100);
  expect(orderFault('BUY', 3_000, 10 * SHARE, cents)).toBeUndefined();
  expect(orderFault('BUY', 3_050, 10 * SHARE, cents)).toBe('limit 3050 E4 is not on the tick');
  expect(orderFault('BUY', 3_000, 3 * SHARE, cents)).toBe('amount 900000 is below 1000000');
  expect(orderFault('SELL', 3_000, 3 * SHARE, cents)).toBeUndefined();
  expect(orderFault('SELL', 3_000, 3 * SHARE + 1, cents)).toBe('size 3000001 is not a multiple of 10000 micro-shares');
  expect(orderFault('BUY', 0, SHARE, cents)).toBe('limit 0 E4 is not on the tick');
  expect(orderFault('SELL', 3_000, 0, cents)).toBe('size is zero');
});
