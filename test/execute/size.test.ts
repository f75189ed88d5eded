// The size of a basket against brute force over every size that could be sent, on small books with fees, roundings and minima.
import { expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import { bestSize, type SizeBounds, type SizedLeg, type SizeLeg } from '../../engine/execute/size.ts';
import type { FeeSchedule } from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { contractRule } from '../../engine/venue/kalshi/rules.ts';
import { buyRule } from '../../engine/venue/polymarket/rules.ts';
import { type BruteLeg, bruteBest } from '../oracle/sizes.ts';

const BOOKS = Number(process.env['DUTCHBOOK_SIZE_BOOKS'] ?? 120);
const SEED = Number(process.env['DUTCHBOOK_SEED'] ?? 20_261_128);
const SHARE = 1_000_000;

const KALSHI: FeeSchedule = { rateE6: 70_000, exponent: 1, roundMicros: 10_000 };
const POLYMARKET: readonly FeeSchedule[] = [
  { rateE6: 0, exponent: 1, roundMicros: 10 },
  { rateE6: 70_000, exponent: 1, roundMicros: 10 },
  { rateE6: 50_000, exponent: 1, roundMicros: 10, builderBps: 20 },
  { rateE6: 250_000, exponent: 2, roundMicros: 10 },
];

interface Drawn {
  readonly legs: readonly BruteLeg[];
  readonly payoutE4: number;
  readonly sizeMicrosMax: number;
  readonly legMicrosMin: number;
  readonly spendMicrosMax: number;
}

function drawLeg(random: Random, aboutE4: number): BruteLeg {
  const isKalshi = random.chance(0.3);
  const tickE4 = isKalshi ? 100 : [10, 100, 50, 25][random.integer(0, 3)]!;
  const stepMicros = random.chance(0.5) ? SHARE : 10_000;
  let priceE4 = Math.min(10_000 - tickE4, Math.max(tickE4, Math.round(aboutE4 / tickE4) * tickE4));
  const offers: [number, number][] = [];
  for (let depth = random.integer(1, 3); depth > 0 && priceE4 < 10_000; depth -= 1) {
    offers.push([priceE4, random.chance(0.5) ? random.integer(2, 9) * SHARE : random.integer(10_000, 9 * SHARE)]);
    priceE4 += tickE4 * random.integer(1, 3);
  }
  const fee = isKalshi ? KALSHI : POLYMARKET[random.integer(0, 3)]!;
  return { offers, tickE4, fee, venue: isKalshi ? 'kalshi' : 'polymarket', stepMicros };
}

function draw(random: Random): Drawn {
  const count = random.integer(2, 4);
  const isNoSide = random.chance(0.3);
  const payoutE4 = isNoSide ? (count - 1) * 10_000 : 10_000;
  const gapE4 = random.integer(0, 1_000);
  const weights = Array.from({ length: count }, () => random.float() + (isNoSide ? 2 : 0.2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    legs: weights.map((weight) => drawLeg(random, (weight / total) * (payoutE4 - gapE4))),
    payoutE4,
    sizeMicrosMax: random.chance(0.5) ? 1_000 * SHARE : random.integer(SHARE, 15 * SHARE),
    legMicrosMin: random.chance(0.7) ? 0 : random.integer(1, 2_000_000),
    spendMicrosMax: random.chance(0.7) ? 1e12 : random.integer(1_000_000, 8_000_000),
  };
}

function sizeLeg({ offers, tickE4, fee, venue, stepMicros }: BruteLeg): SizeLeg {
  const isKalshi = venue === 'kalshi';
  return {
    offers,
    fee,
    isFeePerOrder: isKalshi,
    rule: isKalshi ? contractRule(stepMicros) : buyRule(uniformGrid(tickE4)),
  };
}

function boundsOf({ legs, sizeMicrosMax, legMicrosMin, spendMicrosMax }: Drawn): SizeBounds<string> {
  const isBelowDollar = ({ limitE4, sizeMicros }: SizedLeg, place: number): boolean =>
    legs[place]!.venue === 'polymarket' && limitE4 * sizeMicros < 1e10;
  return {
    sizeMicrosMax,
    notStatable: 'nothing',
    tooSmall: (sized) =>
      sized.some(isBelowDollar) || sized.some(({ costMicros }) => costMicros < legMicrosMin) ? 'nothing' : undefined,
    tooLarge: (sized) =>
      sized.reduce((sum, { costMicros, feeMicros }) => sum + costMicros + feeMicros, 0) > spendMicrosMax
        ? 'nothing'
        : undefined,
  };
}

test(`the size of ${BOOKS} small books is that of brute force over all sizes (seed ${SEED})`, {
  timeout: 7_200_000,
}, () => {
  const random = new Random(SEED);
  let [sized, profits, below] = [0, 0, 0];
  let lostMicros = 0;
  for (let book = 0; book < BOOKS; book += 1) {
    const drawn = draw(random);
    const legs = drawn.legs.map(sizeLeg);
    const expected = bruteBest(drawn);
    const found = bestSize(legs, drawn.payoutE4, boundsOf(drawn), Number.POSITIVE_INFINITY);
    const edge = typeof found === 'string' ? undefined : BigInt(found.edgeMicros);
    if (edge !== expected) expect({ book, drawn, edge }).toEqual({ book, drawn, edge: expected });
    if (expected === undefined || typeof found === 'string') continue;
    sized += 1;
    if (expected <= 0n) continue;
    profits += 1;
    // With the candidates of the product it may find less, and never more.
    const quick = bestSize(legs, drawn.payoutE4, boundsOf(drawn));
    if (typeof quick === 'string') throw new Error(`book ${book}: no size within the candidates`);
    lostMicros += found.edgeMicros - quick.edgeMicros;
    if (quick.edgeMicros < found.edgeMicros) below += 1;
    expect(quick.edgeMicros).toBeLessThanOrEqual(found.edgeMicros);
  }
  console.log(
    `${sized} of ${BOOKS} books had a size, ${profits} a profit; ${below} found less by 256 candidates, ${lostMicros} micro-dollars in all`,
  );
  expect(sized / BOOKS).toBeGreaterThan(0.4);
  expect(profits / BOOKS).toBeGreaterThan(0.2);
  expect(below / BOOKS).toBeLessThan(0.05);
});
