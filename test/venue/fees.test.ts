// The fee of one share: the quick way for the usual exponent beside the definition in big integers.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { feeNanosPerShareRoundedUp } from '../../engine/venue/fees.ts';

/** rate x (price x (1 - price))^exponent in nano-dollars, rounded up. */
function byDefinition(rateE6: number, exponent: number, priceE4: number): number {
  const power = BigInt(exponent);
  const numerator = BigInt(rateE6) * (BigInt(priceE4) * BigInt(10_000 - priceE4)) ** power * 1_000n;
  const divisor = 100_000_000n ** power;
  return Number(numerator / divisor) + (numerator % divisor === 0n ? 0 : 1);
}

test('the fee of a share at any price, rate and exponent is the definition, rounded up against ourselves', () => {
  const rate = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(
      rate,
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 10_000 }),
      (rateE6, exponent, priceE4) => {
        const fee = { rateE6, exponent, roundMicros: 1 };
        expect(feeNanosPerShareRoundedUp(fee, priceE4)).toBe(byDefinition(rateE6, exponent, priceE4));
      },
    ),
    { numRuns: 2_000 },
  );
  const usual = { rateE6: 40_000, exponent: 1, roundMicros: 10 };
  expect(feeNanosPerShareRoundedUp(usual, 5_000)).toBe(10_000_000);
  expect(feeNanosPerShareRoundedUp({ ...usual, rateE6: 1 }, 1)).toBe(1);
  for (const priceE4 of [0, 10_000]) expect(feeNanosPerShareRoundedUp(usual, priceE4)).toBe(0);
});
