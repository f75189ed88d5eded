// The fee of one share: the quick way for the usual exponent beside the definition in big integers.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { marketsSchema } from '../../engine/config/markets.ts';
import { feeNanosPerShareRoundedUp } from '../../engine/venue/fees.ts';

/** rate x (price x (1 - price))^exponent in nano-dollars, rounded up. */
function byDefinition(rateE6: number, exponent: number, priceE4: number): number {
  const power = BigInt(exponent);
  const numerator = BigInt(rateE6) * (BigInt(priceE4) * BigInt(10_000 - priceE4)) ** power * 1_000n;
  const divisor = 100_000_000n ** power;
  return Number(numerator / divisor) + (numerator % divisor === 0n ? 0 : 1);
}

/** The largest rate that a config or a manifest may state, and the largest exponent: 4 in a config, 8 in a manifest. */
const RATE_E6_MAX = 1_000_000;
const EXPONENT_MAX = 8;

test('no config states a rate beyond the range that is tested here', () => {
  const allowed = (rateE6: number, exponent: number): boolean => {
    const market = { id: 'kalshi:X', venue: 'kalshi', yesToken: 'X', fee: { rateE6, exponent, roundMicros: 1 } };
    return marketsSchema.safeParse([market]).success;
  };
  expect([allowed(RATE_E6_MAX, 4), allowed(RATE_E6_MAX + 1, 1), allowed(1, 5)]).toEqual([true, false, false]);
});

test('at the largest rates every price has the fee of the definition, and beyond 2^53 too', () => {
  const rates = [RATE_E6_MAX, RATE_E6_MAX - 1, 999_983, 360_287_970, 360_287_971, 9_007_199_254];
  for (const rateE6 of rates) {
    for (const exponent of rateE6 > RATE_E6_MAX ? [1] : [0, 1, 2, 4, EXPONENT_MAX]) {
      for (let priceE4 = 0; priceE4 <= 10_000; priceE4 += 1) {
        const found = feeNanosPerShareRoundedUp({ rateE6, exponent, roundMicros: 1 }, priceE4);
        if (found !== byDefinition(rateE6, exponent, priceE4)) expect({ rateE6, exponent, priceE4, found }).toBe(0);
      }
    }
  }
});

test('the fee of a share at any price, rate and exponent is the definition, rounded up against ourselves', () => {
  const rate = fc.integer({ min: 0, max: RATE_E6_MAX });
  fc.assert(
    fc.property(
      rate,
      fc.integer({ min: 0, max: EXPONENT_MAX }),
      fc.integer({ min: 0, max: 10_000 }),
      (rateE6, exponent, priceE4) => {
        const fee = { rateE6, exponent, roundMicros: 1 };
        expect(feeNanosPerShareRoundedUp(fee, priceE4)).toBe(byDefinition(rateE6, exponent, priceE4));
      },
    ),
    { numRuns: 5_000 },
  );
  const usual = { rateE6: 40_000, exponent: 1, roundMicros: 10 };
  expect(feeNanosPerShareRoundedUp(usual, 5_000)).toBe(10_000_000);
  expect(feeNanosPerShareRoundedUp({ ...usual, rateE6: 1 }, 1)).toBe(1);
  for (const priceE4 of [0, 10_000]) expect(feeNanosPerShareRoundedUp(usual, priceE4)).toBe(0);
});
