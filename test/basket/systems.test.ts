// Compiled baskets of generated systems beside two that know nothing of them: a linear programme and an enumeration of all
// corners. Everything but the programme itself is whole numbers, so equal means equal.
// DUTCHBOOK_BASKET_SYSTEMS=10000: the long form, and what is found in mixed systems is printed.
import { expect, test } from 'vitest';
import { payoutsOf } from '../../engine/basket/certificate.ts';
import { dominates, holdingOf } from '../../engine/basket/combine.ts';
import { compileRelations } from '../../engine/basket/compile.ts';
import { linearSolver } from '../../engine/basket/lp.ts';
import { endsFrom, jointSystem } from '../../engine/basket/states.ts';
import { vertexPortfolios } from '../../engine/basket/vertices.ts';
import { Random } from '../../engine/core/random.ts';
import type { Relation } from '../../engine/venue/contract.ts';
import { type Corner, cornerKey, cornersOf, drawSystem, sharesOf, truthsOf } from '../helpers/relations-oracle.ts';
import { EQUAL_SETTLEMENTS } from '../helpers/settlement.ts';

const SYSTEMS = Number(process.env['DUTCHBOOK_BASKET_SYSTEMS'] ?? 200);
const LARGE_SYSTEMS = Math.max(20, Math.floor(SYSTEMS / 20));
const NO_ENDS = endsFrom([]);
const ALL = { basketsPerGroupMax: 100_000 };
const solver = await linearSolver();

const idsOf = (count: number): string[] => Array.from({ length: count }, (_, place) => `polymarket:${place}`);

/** What a leg pays in a truth: 1 or 0. */
function paysOf(truth: number, leg: number): number {
  return ((truth >> (leg >> 1)) & 1) === 1 - (leg & 1) ? 1 : 0;
}

/** Asks by leg in E4, no market below one dollar in all: near a belief over the truths, with errors that leave edges. */
function drawAsks(random: Random, marketCount: number, truths: readonly number[]): number[] {
  const weights = truths.map(() => random.exponential(1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length: marketCount }, (_, place) => {
    const yes = truths.reduce((sum, truth, at) => sum + ((truth >> place) & 1 ? weights[at]! : 0), 0) / total;
    const askE4 = Math.min(9_999, Math.max(1, Math.round(10_000 * yes + 800 * random.normal())));
    return [askE4, Math.min(9_999, 10_000 - askE4 + random.integer(0, 200))];
  }).flat();
}

/** Exact comparison of cost per dollar: negative when `a` is cheaper. */
const cheaper = (a: Cost, b: Cost): number => a.costE4 * b.payout - b.costE4 * a.payout;

interface Cost {
  readonly costE4: number;
  readonly payout: number;
}

function costOf({ shares, payout }: Corner, asksE4: readonly number[]): Cost {
  return { costE4: shares.reduce((sum, share, leg) => sum + share * asksE4[leg]!, 0), payout };
}

function cheapest(costs: readonly Cost[]): Cost {
  return costs.reduce((best, one) => (cheaper(one, best) < 0 ? one : best));
}

/** YES and NO of each market: what costs a dollar at least in a book that is not crossed. */
function pairCosts(asksE4: readonly number[]): Cost[] {
  return Array.from({ length: asksE4.length / 2 }, (_, place) => ({
    costE4: asksE4[2 * place]! + asksE4[2 * place + 1]!,
    payout: 1,
  }));
}

/** The cheapest portfolio that pays a dollar in every truth, by the programme, brought to whole shares. */
function programmeCost(truths: readonly number[], asksE4: readonly number[]): Cost {
  const columns = asksE4.map((_, leg) => leg);
  const rows = truths.map((truth) => ({ columns, values: columns.map((leg) => paysOf(truth, leg)), atLeast: 1 }));
  const bounds = { lower: columns.map(() => 0), upper: columns.map(() => 1) };
  const solved = solver.maximise({ costs: asksE4.map((ask) => -ask), ...bounds, rows })!;
  for (let payout = 1; payout <= 64; payout += 1) {
    const shares = solved.columns.map((value) => Math.round(value * payout));
    if (shares.some((share, leg) => Math.abs(share - solved.columns[leg]! * payout) > 1e-6)) continue;
    const paid = truths.map((truth) => shares.reduce((sum, share, leg) => sum + share * paysOf(truth, leg), 0));
    expect(Math.min(...paid)).toBeGreaterThanOrEqual(payout);
    return costOf({ shares, payout }, asksE4);
  }
  throw new Error(`no whole shares: ${solved.columns.join(', ')}`);
}

test(`up to 6 markets: compiled = linear programme = enumeration in ${SYSTEMS} systems of mixed relations`, () => {
  const random = new Random(20_261_128);
  const found = { systems: 0, corners: 0, kept: 0, ratios: 0, edges: 0, ratioBetter: 0, ratioOnly: 0 };
  for (let number = 0; number < SYSTEMS; number += 1) {
    const markets = idsOf(random.integer(2, 6));
    const relations = drawSystem(random, markets, EQUAL_SETTLEMENTS);
    const system = jointSystem(relations, NO_ENDS)!;
    const truths = truthsOf(system.markets, relations);
    expect(system.states.length).toBe(truths.length);
    const corners = cornersOf(system.markets.length, truths);
    const searched = vertexPortfolios(system)!;
    const asCorner = (one: (typeof searched)[number]): Corner => ({
      ...{ shares: sharesOf(system.markets, one.legs), payout: one.payoutE4 / 10_000 },
    });
    expect(searched.map(asCorner).map(cornerKey).sort(), JSON.stringify(relations)).toEqual(
      corners.map(cornerKey).sort(),
    );
    const compiled = compileRelations(relations, ALL);
    const baskets = [...compiled.baskets, ...compiled.untraded.map(({ basket }) => basket)];
    expect(compiled.untraded.every(({ reason }) => reason === 'ratio')).toBe(true);
    for (const basket of baskets) {
      const { payoutsE4, worst } = payoutsOf(system, basket.legs);
      const shares = sharesOf(system.markets, basket.legs);
      const paid = truths.map((truth) => shares.reduce((sum, share, leg) => sum + share * paysOf(truth, leg), 0));
      expect(payoutsE4[worst]).toBe(basket.payoutE4);
      expect(10_000 * Math.min(...paid)).toBe(basket.payoutE4);
    }
    // What was dropped earns no more per unit than what stayed, at any prices.
    const held = baskets.map(holdingOf);
    for (const one of searched) expect(held.some((basket) => dominates(basket, holdingOf(one)))).toBe(true);
    found.systems += 1;
    found.corners += corners.length;
    found.kept += compiled.baskets.length;
    found.ratios += compiled.untraded.length;
    const asksE4 = drawAsks(random, system.markets.length, truths);
    const best = cheapest([...corners.map((corner) => costOf(corner, asksE4)), ...pairCosts(asksE4)]);
    expect(cheaper(programmeCost(truths, asksE4), best)).toBe(0);
    if (best.costE4 >= 10_000 * best.payout) continue;
    found.edges += 1;
    const plain = corners.filter(({ shares }) => Math.max(...shares) === 1).map((corner) => costOf(corner, asksE4));
    const plainBest = cheapest([...plain, ...pairCosts(asksE4)]);
    if (cheaper(best, plainBest) < 0) found.ratioBetter += 1;
    if (plainBest.costE4 >= 10_000 * plainBest.payout) found.ratioOnly += 1;
  }
  expect(found.edges).toBeGreaterThan(SYSTEMS / 4);
  if (SYSTEMS > 1_000) console.log('up to 6 markets:', JSON.stringify(found));
});

const PURE: Readonly<Record<string, (markets: readonly string[]) => Relation[]>> = {
  exactlyOne: (markets) => [{ kind: 'exactlyOne', markets }],
  atMostOne: (markets) => [{ kind: 'atMostOne', markets }],
  ladder: (markets) => [{ kind: 'ladder', markets }],
  implies: (markets) =>
    markets.slice(1).map((id, place): Relation => ({ kind: 'implies', markets: [markets[place >> 1]!, id] })),
  same: (markets) =>
    markets.slice(1).map((id, place): Relation => {
      return { kind: 'same', markets: [markets[place >> 1]!, id], fingerprints: EQUAL_SETTLEMENTS };
    }),
};

/** The least that a dollar costs with a compiled basket, or with its cheapest legs alone as far as they still pay. */
function compiledCost(relations: readonly Relation[], truths: readonly number[], asksE4: readonly number[]): Cost {
  const markets = [...new Set(relations.flatMap((relation) => relation.markets))];
  const { baskets, untraded } = compileRelations(relations, ALL);
  const costs = pairCosts(asksE4);
  for (const { legs } of [...baskets, ...untraded.map(({ basket }) => basket)]) {
    const shares = sharesOf(markets, legs);
    const held = shares.flatMap((share, leg) => (share > 0 ? [leg] : [])).sort((a, b) => asksE4[a]! - asksE4[b]!);
    for (let count = 1; count <= held.length; count += 1) {
      const some = shares.map((share, leg) => (held.indexOf(leg) < count ? share : 0));
      const paid = truths.map((truth) => some.reduce((sum, share, leg) => sum + share * paysOf(truth, leg), 0));
      const payout = Math.min(...paid);
      if (payout > 0) costs.push(costOf({ shares: some, payout }, asksE4));
    }
  }
  return cheapest(costs);
}

for (const [kind, make] of Object.entries(PURE)) {
  test(`7 to 12 markets of ${kind} alone: a compiled dollar costs what the programme's costs`, () => {
    const random = new Random(7);
    for (let number = 0; number < LARGE_SYSTEMS / 4; number += 1) {
      const relations = make(idsOf(random.integer(7, 12)));
      const markets = [...new Set(relations.flatMap((relation) => relation.markets))];
      const truths = truthsOf(markets, relations);
      const asksE4 = drawAsks(random, markets.length, truths);
      expect(cheaper(compiledCost(relations, truths, asksE4), programmeCost(truths, asksE4))).toBe(0);
    }
  });
}

test(`7 to 12 markets of ${LARGE_SYSTEMS} mixed systems: compiled is never better than the programme, and mostly as good`, () => {
  const random = new Random(12);
  const found = { systems: 0, edges: 0, found: 0, asGood: 0 };
  for (let number = 0; number < LARGE_SYSTEMS; number += 1) {
    const markets = idsOf(random.integer(7, 12));
    const relations = drawSystem(random, markets, EQUAL_SETTLEMENTS);
    const own = [...new Set(relations.flatMap((relation) => relation.markets))];
    const truths = truthsOf(own, relations);
    const asksE4 = drawAsks(random, own.length, truths);
    const [compiled, programme] = [compiledCost(relations, truths, asksE4), programmeCost(truths, asksE4)];
    expect(cheaper(compiled, programme)).toBeGreaterThanOrEqual(0);
    found.systems += 1;
    if (programme.costE4 >= 10_000 * programme.payout) continue;
    found.edges += 1;
    if (compiled.costE4 < 10_000 * compiled.payout) found.found += 1;
    if (cheaper(compiled, programme) === 0) found.asGood += 1;
  }
  expect(found.found).toBeGreaterThan(0.9 * found.edges);
  if (SYSTEMS > 1_000) console.log('7 to 12 markets, mixed:', JSON.stringify(found));
});
