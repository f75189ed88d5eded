// The solver beside a search over every size, and what it finds that the compiled baskets do not.
import { expect, test } from 'vitest';
import { linearSolver } from '../../engine/basket/lp.ts';
import { type Offer, type Solution, solveGroup } from '../../engine/basket/solve.ts';
import { endsFrom, systemOf } from '../../engine/basket/states.ts';
import { Random } from '../../engine/core/random.ts';
import type { AbnormalEnd, FeeSchedule, MarketMeta, Relation } from '../../engine/venue/contract.ts';
import { ACTION_BUY_NO, ACTION_BUY_YES } from '../../wasm/layout.ts';
import { bestOf } from '../helpers/basket-oracle.ts';

const FREE: FeeSchedule = { rateE6: 0, exponent: 1, roundMicros: 1 };
const CRYPTO: FeeSchedule = { rateE6: 70_000, exponent: 1, roundMicros: 10 };
const KALSHI: FeeSchedule = { rateE6: 70_000, exponent: 1, roundMicros: 10_000 };
const SHARE = 1_000_000;
const IDS = ['polymarket:a', 'polymarket:b', 'polymarket:c'] as const;
const solver = await linearSolver();

const offer = (
  marketId: string,
  action: number,
  levels: readonly (readonly [number, number])[],
  fee = FREE,
): Offer => ({
  ...{ marketId, action, fee, minSizeMicros: 0 },
  levels: levels.map(([priceE4, shares]) => ({ priceE4, sizeMicros: shares * SHARE })),
});

function solved(relation: Relation, offers: readonly Offer[], metas: readonly MarketMeta[] = []): Solution {
  return solveGroup(systemOf(relation, endsFrom(metas))!, offers, solver)!;
}

const EVENT: Relation = { kind: 'exactlyOne', markets: IDS };

test('the portfolio of a pair is as good as the best of all sizes, and its sums are exact', () => {
  const random = new Random(30);
  const relation: Relation = { kind: 'implies', markets: [IDS[0], IDS[1]] };
  let edges = 0;
  for (let number = 0; number < 200; number += 1) {
    const fees = [random.pick([FREE, CRYPTO, KALSHI]), random.pick([FREE, CRYPTO, KALSHI])];
    const offers = [IDS[0], IDS[1]].map((id, side) => {
      let priceE4 = random.integer(3_000, 5_200);
      const levels = Array.from({ length: random.integer(1, 4) }, () => {
        priceE4 += 10 * random.integer(1, 20);
        return [priceE4, random.integer(1, 40)] as const;
      });
      return offer(id, side === 0 ? ACTION_BUY_NO : ACTION_BUY_YES, levels, fees[side]);
    });
    const found = solved(relation, offers);
    const legs = offers.map(({ levels, fee }) => ({
      ...{ fee, minSizeMicros: 0, levels: levels.map(({ priceE4, sizeMicros }) => [priceE4, sizeMicros] as const) },
    }));
    const best = bestOf(legs, 10_000, 1, 0);
    const bestMicros = Number(best?.edgeMicros ?? 0n);
    const roundedMicros = fees.reduce((sum, { roundMicros }) => sum + roundMicros + 1, 0);
    expect(found.profitMicros).toBeLessThanOrEqual(Math.max(bestMicros, 0));
    if (found.refused === '') expect(found.profitMicros).toBeGreaterThanOrEqual(bestMicros - roundedMicros);
    expect(found.programmeMicros).toBeGreaterThanOrEqual(found.profitMicros);
    if (found.legs.length === 0) continue;
    edges += 1;
    expect(new Set(found.legs.map(({ sizeMicros }) => sizeMicros)).size).toBe(1);
    expect(found.profitMicros).toBe(found.worstPayoutMicros - found.costMicros - found.feeMicros);
  }
  expect(edges).toBeGreaterThan(50);
});

test('an outcome without a bid does not keep the others’ NO side from being found', () => {
  // 0.60 + 0.45 bid and nothing for the third: the basket of every NO cannot be bought.
  const offers = [offer(IDS[0], ACTION_BUY_NO, [[4_000, 20]]), offer(IDS[1], ACTION_BUY_NO, [[5_500, 30]])];
  const found = solved(EVENT, [...offers, offer(IDS[2], ACTION_BUY_YES, [[9_000, 10]])]);
  expect(found.legs.map(({ marketId, sizeMicros }) => [marketId, sizeMicros])).toEqual([
    [IDS[0], 20 * SHARE],
    [IDS[1], 20 * SHARE],
  ]);
  expect([found.profitMicros, found.costMicros, found.worstPayoutMicros]).toEqual([1_000_000, 19_000_000, 20_000_000]);
  expect(found.worstState).toBe(`${IDS[0]} YES, every other NO`);
});

test('a portfolio is as deep as its thinnest leg still earns', () => {
  const yes = IDS.map((id, place) =>
    offer(id, ACTION_BUY_YES, [[[3_000, 3_000, 3_500][place]!, [50, 20, 50][place]!]]),
  );
  yes[1] = offer(IDS[1], ACTION_BUY_YES, [
    [3_000, 20],
    [3_400, 10],
    [3_600, 100],
  ]);
  // 20 at 0.95, 10 more at 0.99, and at 1.01 nothing more.
  const found = solved(EVENT, [...yes, offer(IDS[1], ACTION_BUY_NO, [[7_500, 100]])]);
  expect(found.profitMicros).toBe(1_100_000);
  expect(found.legs.map(({ sizeMicros, limitE4 }) => [sizeMicros, limitE4])).toEqual([
    [30 * SHARE, 3_000],
    [30 * SHARE, 3_400],
    [30 * SHARE, 3_500],
  ]);
});

test('books that are fair earn nothing, and a market crossed in itself takes no part', () => {
  const fair = IDS.map((id) => offer(id, ACTION_BUY_YES, [[3_400, 50]]));
  expect(solved(EVENT, fair)).toMatchObject({ legs: [], profitMicros: 0, programmeMicros: 0 });
  expect(solved(EVENT, [])).toMatchObject({ legs: [], profitMicros: 0 });
  const crossed = [offer(IDS[0], ACTION_BUY_YES, [[3_000, 50]]), offer(IDS[0], ACTION_BUY_NO, [[6_000, 50]])];
  expect(solved(EVENT, crossed)).toMatchObject({ legs: [], profitMicros: 0, programmeMicros: 0 });
});

test('a split counts half, and a refund gives the price back and not the fee', () => {
  const metaOf = (end: AbnormalEnd) =>
    IDS.map(
      (id): MarketMeta => ({
        ...{ id, venue: 'polymarket', yesToken: id, negRisk: true, event: 'e' },
        abnormalEnds: [end],
      }),
    );
  const no = [4_000, 5_500, 9_900].map((priceE4, place) => offer(IDS[place]!, ACTION_BUY_NO, [[priceE4, 10]]));
  expect(solved(EVENT, no).profitMicros).toBeGreaterThan(0);
  // 10 of each pay 20 or 15; 10 of the first two pay 10 either way.
  const split = solved(EVENT, no, metaOf('split'));
  expect([split.profitMicros, split.legs.length]).toEqual([500_000, 2]);
  expect(solved(EVENT, no, metaOf('refund')).profitMicros).toBe(0);
});

test('a size below what the venue takes is shown and not to be bought', () => {
  const offers = IDS.map((id) => ({ ...offer(id, ACTION_BUY_YES, [[3_000, 2]]), minSizeMicros: 5 * SHARE }));
  expect(solved(EVENT, offers)).toMatchObject({ refused: 'minSize', profitMicros: 200_000 });
});
