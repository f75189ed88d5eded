// Fees of both venues against the slow reference, on draws and on the venues' own numbers.
import { expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import { textFromScaled } from '../../engine/core/units.ts';
import type { FeeSchedule } from '../../engine/venue/contract.ts';
import { feeNanosPerShareRoundedUp, takerFeeMicrosRoundedUp } from '../../engine/venue/fees.ts';
import { kalshiFee, readFeeTerms } from '../../engine/venue/kalshi/fees.ts';
import { type FeeTerms, feeInSteps } from './fees.ts';

const DRAWS = Number(process.env['DUTCHBOOK_FEE_DRAWS'] ?? 20_000);
const SEED = Number(process.env['DUTCHBOOK_SEED'] ?? 20_261_128);

/** Polymarket's rates of 2026 in millionths, Kalshi's, and whatever else a config may state. */
const RATES_E6 = [0, 30_000, 40_000, 50_000, 70_000];
const STEPS_MICROS = [1, 10, 100, 10_000];

function termsOf({ rateE6, exponent, roundMicros, builderBps }: FeeSchedule): FeeTerms {
  const [rate, step] = [textFromScaled(rateE6, 6), textFromScaled(roundMicros, 6)];
  return { rate, exponent, step, builder: textFromScaled(builderBps ?? 0, 4) };
}

function drawn(random: Random): { fee: FeeSchedule; priceE4: number; sizeMicros: number } {
  const rateE6 = random.chance(0.7) ? RATES_E6[random.integer(0, RATES_E6.length - 1)]! : random.integer(0, 1_000_000);
  const exponent = random.chance(0.7) ? 1 : random.integer(0, 4);
  const roundMicros = STEPS_MICROS[random.integer(0, STEPS_MICROS.length - 1)]!;
  const fee = { rateE6, exponent, roundMicros, builderBps: random.chance(0.5) ? 0 : random.integer(1, 1_000) };
  const tickE4 = [1, 10, 100][random.integer(0, 2)]!;
  const lotMicros = [1, 10_000, 1_000_000][random.integer(0, 2)]!;
  const sizeMicros = random.integer(0, 10 ** random.integer(1, 6)) * lotMicros;
  return { fee, priceE4: random.integer(0, 10_000 / tickE4) * tickE4, sizeMicros };
}

test(`fees equal the big-integer reference on ${DRAWS} draws (seed ${SEED})`, { timeout: 600_000 }, () => {
  const random = new Random(SEED);
  let onStep = 0;
  let charged = 0;
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const { fee, priceE4, sizeMicros } = drawn(random);
    const price = textFromScaled(priceE4, 4);
    const terms = termsOf(fee);
    const found = takerFeeMicrosRoundedUp(fee, priceE4, sizeMicros);
    const expected = Number(feeInSteps(terms, price, textFromScaled(sizeMicros, 6))) * fee.roundMicros;
    if (found !== expected) expect({ draw, fee, priceE4, sizeMicros, found }).toEqual({ found: expected });
    // A share's fee as the table holds it: platform and builder each exact or rounded up to a nano-dollar.
    const nanos = feeNanosPerShareRoundedUp(fee, priceE4);
    const share = Number(feeInSteps({ ...terms, step: '0.000000001' }, price, '1'));
    if (nanos !== share) expect({ draw, fee, priceE4, nanos }).toEqual({ nanos: share });
    if (found > 0) charged += 1;
    if (
      found > 0 &&
      feeInSteps({ ...terms, step: '0.000000000001' }, price, textFromScaled(sizeMicros, 6)) ===
        BigInt(found) * 1_000_000n
    )
      onStep += 1;
  }
  console.log(`${DRAWS} fees: ${charged} above nothing, ${onStep} of them on their step exactly`);
  expect(charged).toBeGreaterThan(DRAWS / 2);
  expect(onStep).toBeGreaterThan(DRAWS / 100);
});

const CRYPTO: FeeSchedule = { rateE6: 70_000, exponent: 1, roundMicros: 10 };

test("Polymarket's fees are those of its table, at least a hundred-thousandth of a dollar, and builders' are on top", () => {
  const cents = [5_000, 3_000, 7_000, 1_000, 9_000].map(
    (priceE4) => takerFeeMicrosRoundedUp(CRYPTO, priceE4, 1e6) / 1e4,
  );
  expect(cents).toEqual([1.75, 1.47, 1.47, 0.63, 0.63]);
  expect([200, 9_800].map((priceE4) => takerFeeMicrosRoundedUp(CRYPTO, priceE4, 1e6))).toEqual([1_380, 1_380]);
  expect(2 * takerFeeMicrosRoundedUp(CRYPTO, 5_000, 1e6)).toBe(35_000);
  // Economics, 0.05: a hundred shares at 0.925.
  expect(takerFeeMicrosRoundedUp({ ...CRYPTO, rateE6: 50_000 }, 9_250, 100e6)).toBe(346_880);
  expect(takerFeeMicrosRoundedUp(CRYPTO, 5_000, 1)).toBe(10);
  expect(takerFeeMicrosRoundedUp({ ...CRYPTO, rateE6: 0 }, 5_000, 100e6)).toBe(0);
  expect(takerFeeMicrosRoundedUp({ ...CRYPTO, rateE6: 0, builderBps: 25 }, 4_000, 100e6)).toBe(100_000);
  expect(takerFeeMicrosRoundedUp({ ...CRYPTO, builderBps: 25 }, 4_000, 100e6)).toBe(1_680_000 + 100_000);
});

test("Kalshi's fees are those of its schedule: up to the cent per order, by multiplier, and makers' by their factor", () => {
  const of = (feeType: string, multiplier: number) => {
    const fee = kalshiFee(readFeeTerms({ fee_type: feeType, fee_multiplier: multiplier }, ''));
    if (typeof fee === 'string') throw new Error(fee);
    return fee;
  };
  const usual = of('quadratic', 1);
  const cents = (priceE4: number, contracts: number) =>
    takerFeeMicrosRoundedUp(usual.taker, priceE4, contracts * 1e6) / 1e4;
  expect([100, 500, 1_000, 2_500, 5_000, 7_500, 9_900].map((priceE4) => cents(priceE4, 1))).toEqual([
    1, 1, 1, 2, 2, 2, 1,
  ]);
  expect([100, 500, 1_000, 2_500, 5_000, 7_500, 9_900].map((priceE4) => cents(priceE4, 100))).toEqual([
    7, 34, 63, 132, 175, 132, 7,
  ]);
  expect(takerFeeMicrosRoundedUp(of('quadratic', 0.5).taker, 5_000, 100e6)).toBe(880_000);
  expect(
    [usual, of('quadratic_with_maker_fees', 1), of('quadratic_with_combo_maker_fees', 2)].map((fee) => fee.makerRateE6),
  ).toEqual([0, 17_500, 70_000]);
});
