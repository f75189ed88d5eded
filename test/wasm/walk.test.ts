// The depth walk equals brute force over every size there is, on small books with fees, rounding steps and least sizes.
import { expect, test } from 'vitest';
import { compileBaskets } from '../../engine/basket/compile.ts';
import { writeBaskets } from '../../engine/basket/table.ts';
import { Random } from '../../engine/core/random.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { FeeSchedule } from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { bestOf, bruteBestOf, type OracleLeg } from '../helpers/basket-oracle.ts';
import { FrameWriter, takeOpportunities } from '../helpers/records.ts';

const BOOKS = Number(process.env['DUTCHBOOK_SIZE_BOOKS'] ?? 250);
const SEED = Number(process.env['DUTCHBOOK_SEED'] ?? 20_261_128);
const SHARE = 1_000_000;
const FEES: readonly FeeSchedule[] = [
  { rateE6: 0, exponent: 1, roundMicros: 1 },
  { rateE6: 20_000, exponent: 1, roundMicros: 10 },
  { rateE6: 100_000, exponent: 2, roundMicros: 10 },
  { rateE6: 10_000, exponent: 1, roundMicros: 10, builderBps: 20 },
  // A cent for the whole order: a rounding step is dozens of lots.
  { rateE6: 70_000, exponent: 1, roundMicros: 10_000 },
];
const MINIMA = [0, 0, 0, 0, 500_000, 1_234_567];
const EVENTS = 24;

interface TestEvent {
  readonly markets: readonly { readonly index: number; readonly fee: FeeSchedule; readonly minSizeMicros: number }[];
}

/** Events of 2 to 5 markets, each market of some fee and least size. */
function openEvents(random: Random): {
  arena: ReturnType<typeof smallArena>;
  wasm: DetectExports;
  events: TestEvent[];
} {
  const arena = smallArena({ baskets: 64, feeSchedules: 8, markets: 128, legs: 512 });
  const table = new Markets(arena);
  const ids: string[][] = [];
  const events = Array.from({ length: EVENTS }, (_, event): TestEvent => {
    const own: string[] = [];
    ids.push(own);
    const markets = Array.from({ length: 2 + (event % 4) }, (_, place) => {
      const id = `polymarket:e${event}-${place}`;
      const [fee, minSizeMicros] = [random.pick(FEES), random.pick(MINIMA)];
      own.push(id);
      table.register({
        id,
        venue: 'polymarket',
        yesToken: `${id}-yes`,
        fee,
        minSizeMicros,
        tickRanges: uniformGrid(10),
      });
      return { index: table.indexOf(id)!, fee, minSizeMicros };
    });
    return { markets };
  });
  writeBaskets(arena, table, compileBaskets(ids.map((markets) => ({ kind: 'exactlyOne', markets }))));
  const wasm = wasmOver<DetectExports>(arena, 1);
  wasm.openBooks();
  return { arena, wasm, events };
}

/** Asks of each market, best first, whose best prices sum to about a dollar less `gapE4`. */
function drawAsks(random: Random, count: number): [number, number][][] {
  const gapE4 = random.integer(100, 900);
  const weights = Array.from({ length: count }, () => random.float() + 0.2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => {
    let priceE4 = Math.max(10, Math.round(((weight / total) * (10_000 - gapE4)) / 10) * 10);
    const levels: [number, number][] = [];
    for (let depth = random.integer(3, 6); depth > 0 && priceE4 < 10_000; depth -= 1) {
      // A level may end within a lot, or several of them within one.
      const size = random.chance(0.3) ? random.integer(1, 30_000) : random.integer(10_000, 2 * SHARE);
      levels.push([priceE4, random.chance(0.3) ? Math.ceil(size / 10_000) * 10_000 : size]);
      priceE4 += 10 * random.integer(1, 8);
    }
    return levels;
  });
}

test(`the walk of ${BOOKS} small books finds what brute force over all sizes finds (seed ${SEED})`, {
  timeout: 7_200_000,
}, () => {
  const random = new Random(SEED);
  const { arena, wasm, events } = openEvents(random);
  const feed = new FrameWriter(arena);
  for (const { markets } of events) for (const { index } of markets) feed.next().clear(index).end({ market: index });
  while (wasm.drain(64) > 0);
  let [found, between, least, limited] = [0, 0, 0, 0];
  for (let book = 0; book < BOOKS; book += 1) {
    const { markets } = events[random.integer(0, EVENTS - 1)]!;
    const asks = drawAsks(random, markets.length);
    const legs = markets.map(
      ({ fee, minSizeMicros }, place): OracleLeg => ({ levels: asks[place]!, fee, minSizeMicros }),
    );
    const minEdge = random.chance(0.7) ? 1 : random.integer(1, 50_000);
    const minPerUnitE4 = random.chance(0.7) ? 0 : random.integer(1, 200);
    const expected = bruteBestOf(legs, 10_000, minEdge, minPerUnitE4);
    expect(bestOf(legs, 10_000, minEdge, minPerUnitE4), `reference, book ${book}`).toEqual(expected);
    wasm.setEdgeLimits(minEdge, minPerUnitE4);
    feed.next();
    for (const [place, { index }] of markets.entries()) {
      feed.clear(index);
      for (const [priceE4, sizeMicros] of asks[place]!)
        feed.level({ market: index, side: L.SIDE_ASK, priceE4, sizeMicros });
      feed.end({ market: index }, place === markets.length - 1);
    }
    while (wasm.drain(64) > 0) wasm.publishOpportunities(1);
    const told = takeOpportunities(arena);
    const actual = told.map(({ sizeMicros, costMicros, feeMicros, edgeMicros, legs }) => {
      return {
        sizeMicros,
        costMicros,
        feeMicros,
        edgeMicros,
        legs: legs.map(({ limitE4, cost, fee }) => ({ limitE4, cost, fee: BigInt(fee) })),
      };
    });
    expect({ book, actual }).toEqual({ book, actual: expected === undefined ? [] : [expected] });
    // Closed again, so that the next book of the event tells.
    for (const { index } of markets) feed.next().clear(index).end({ market: index });
    while (wasm.drain(64) > 0) wasm.publishOpportunities(1);
    if (expected === undefined) continue;
    found += 1;
    const ends = asks.flatMap((levels) =>
      levels.map((_, to) => levels.slice(0, to + 1).reduce((sum, [, size]) => sum + size, 0)),
    );
    if (!ends.some((end) => BigInt(end - (end % 10_000)) === expected.sizeMicros)) between += 1;
    if (markets.some(({ minSizeMicros }) => BigInt(Math.ceil(minSizeMicros / 10_000) * 10_000) === expected.sizeMicros))
      least += 1;
    if (minPerUnitE4 > 0) limited += 1;
  }
  console.log(
    `${found} of ${BOOKS} small books had a size, ${between} between level ends, ${least} the least size, ${limited} with a least profit per unit`,
  );
  expect(found / BOOKS).toBeGreaterThan(0.3);
  expect(between / BOOKS).toBeGreaterThan(0.07);
  expect(limited / BOOKS).toBeGreaterThan(0.05);
  expect(least).toBeGreaterThan(0);
});

/** A pair of a free market and one whose fee is rounded up to the cent, at the prices that `asks` give. */
function toldOfPair(asks: readonly [number, number][][], minPerUnitE4: number) {
  const arena = smallArena({ baskets: 4, feeSchedules: 8, markets: 8, legs: 16, fineLadders: 4 });
  const table = new Markets(arena);
  const fees = [FEES[0]!, FEES[4]!];
  const ids = fees.map((fee, place) => {
    const id = `polymarket:p${place}`;
    table.register({
      id,
      venue: 'polymarket',
      yesToken: `${id}-yes`,
      fee,
      minSizeMicros: 0,
      tickRanges: uniformGrid(1),
    });
    return id;
  });
  writeBaskets(arena, table, compileBaskets([{ kind: 'exactlyOne', markets: ids }]));
  const wasm = wasmOver<DetectExports>(arena, 1);
  wasm.openBooks();
  wasm.setEdgeLimits(1, minPerUnitE4);
  const feed = new FrameWriter(arena);
  for (const index of [0, 1]) feed.next().clear(index).end({ market: index });
  feed.next();
  for (const index of [0, 1]) {
    feed.clear(index);
    for (const [priceE4, sizeMicros] of asks[index]!) {
      feed.level({ market: index, side: L.SIDE_ASK, priceE4, sizeMicros });
    }
    feed.end({ market: index }, index === 1);
  }
  while (wasm.drain(64) > 0) wasm.publishOpportunities(1);
  const [told] = takeOpportunities(arena);
  const legs = asks.map((levels, place): OracleLeg => ({ levels, fee: fees[place]!, minSizeMicros: 0 }));
  return { told, best: bestOf(legs, 10_000, 1, minPerUnitE4) };
}

test('a least profit per unit that only the roundings of a long fee step undercut leaves the sizes below that keep it', () => {
  const asks: [number, number][][] = [
    [
      [30, 1_000_800_000],
      [88, 100_000 * SHARE],
    ],
    [[9_900, 200_000 * SHARE]],
  ];
  const { told, best } = toldOfPair(asks, 10);
  expect(best).toBeDefined();
  expect(told!.edgeMicros).toBe(best!.edgeMicros);
  expect(told!.sizeMicros).toBe(best!.sizeMicros);
});

test('pairs with a fee by the cent near a dollar are told wherever a size keeps to the least profit per unit', () => {
  const random = new Random(99);
  let [keeping, equal] = [0, 0];
  for (let pair = 0; pair < 60; pair += 1) {
    const dear = random.integer(9_000, 9_950);
    const cheap = random.integer(10, 9_990 - dear);
    const asks: [number, number][][] = [
      [
        [cheap, random.integer(100, 2_000) * SHARE + random.integer(0, 99) * 10_000],
        [cheap + random.integer(1, 40), random.integer(1, 3_000) * SHARE],
      ],
      [[dear, 10_000 * SHARE]],
    ];
    const { told, best } = toldOfPair(asks, random.integer(1, 60));
    expect(told === undefined, `pair ${pair}`).toBe(best === undefined);
    if (told === undefined || best === undefined) continue;
    keeping += 1;
    equal += told.sizeMicros === best.sizeMicros ? 1 : 0;
    expect(told.edgeMicros).toBeLessThanOrEqual(best.edgeMicros);
    expect(best.edgeMicros - told.edgeMicros).toBeLessThan(20_000n);
  }
  expect(keeping).toBeGreaterThan(20);
  expect(equal / keeping).toBeGreaterThan(0.9);
});
