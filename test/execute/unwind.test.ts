// The choice among the ways out of an incomplete basket against brute force over every way and size, on small books.
import { expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import type { Lot } from '../../engine/execute/sale.ts';
import { bestWay, priceWays } from '../../engine/execute/unwind-prices.ts';
import type { Buy, Scene } from '../../engine/execute/unwind-scene.ts';
import type { FeeSchedule } from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { contractRule } from '../../engine/venue/kalshi/rules.ts';
import { buyRule } from '../../engine/venue/polymarket/rules.ts';
import type { BruteLeg } from '../oracle/sizes.ts';
import { type BruteKind, type BruteLoose, type BruteScene, bruteWays } from '../oracle/unwinds.ts';

const SCENES = Number(process.env['DUTCHBOOK_UNWIND_SCENES'] ?? 88);
const SEED = Number(process.env['DUTCHBOOK_SEED'] ?? 20_261_128);
const SHARE = 1_000_000;

const KALSHI: FeeSchedule = { rateE6: 70_000, exponent: 1, roundMicros: 10_000 };
const POLYMARKET: readonly FeeSchedule[] = [
  { rateE6: 0, exponent: 1, roundMicros: 10 },
  { rateE6: 50_000, exponent: 1, roundMicros: 10 },
  { rateE6: 70_000, exponent: 1, roundMicros: 10, builderBps: 100 },
];

type Level = readonly [number, number];

interface Book {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  readonly tickE4: number;
  readonly fee: FeeSchedule;
  readonly venue: BruteLeg['venue'];
}

function drawSide(random: Random, fromE4: number, stepE4: number): Level[] {
  const levels: Level[] = [];
  let priceE4 = fromE4;
  for (let depth = random.integer(0, 2); depth > 0 && priceE4 > 0 && priceE4 < 10_000; depth -= 1) {
    levels.push([priceE4, random.chance(0.5) ? random.integer(1, 4) * SHARE : random.integer(10_000, 4 * SHARE)]);
    priceE4 += stepE4 * random.integer(1, 4);
  }
  return levels;
}

function drawBook(random: Random, aboutE4: number, isKalshi = false): Book {
  const tickE4 = isKalshi || random.chance(0.7) ? 100 : 10;
  const bidE4 = Math.max(tickE4, Math.min(9_800, Math.round(aboutE4 / tickE4) * tickE4));
  const fee = isKalshi ? KALSHI : POLYMARKET[random.integer(0, 2)]!;
  return {
    bids: drawSide(random, bidE4, -tickE4),
    asks: drawSide(random, bidE4 + tickE4 * random.integer(1, 8), tickE4),
    ...{ tickE4, fee, venue: isKalshi ? 'kalshi' : 'polymarket' },
  };
}

function side(book: Book, offers: readonly Level[]): BruteLeg {
  const { tickE4, fee, venue } = book;
  return { offers, tickE4, fee, venue, stepMicros: 10_000 };
}

function mirrored(levels: readonly Level[]): Level[] {
  return levels.map(([priceE4, size]) => [10_000 - priceE4, size]);
}

/** YES and NO legs of an event of a few outcomes, some of them held; NO sides can be converted. */
function draw(random: Random): BruteScene {
  const count = random.integer(2, 3);
  const isNoSide = random.chance(0.4);
  const books = Array.from({ length: count }, () => drawBook(random, random.integer(100, 16_000 / count)));
  const looses = books.map(() => (random.chance(0.5) ? 0 : drawSize(random)));
  if (Math.max(...looses) === 0) looses[0] = drawSize(random);
  if (Math.min(...looses) > 0) looses[random.integer(0, count - 1)] = 0;
  const legs = books.map((book, place): BruteLoose => {
    const twin = drawBook(random, random.integer(500, 9_000), random.chance(0.5));
    const loose = looses[place]!;
    const [bids, asks] = isNoSide ? [mirrored(book.asks), mirrored(book.bids)] : [book.bids, book.asks];
    return {
      ...{ loose, isExcess: loose > 0, bids: side(book, bids), asks: side(book, asks) },
      complement: side(book, mirrored(bids)),
      ...(random.chance(0.4) ? { hedge: side(twin, twin.asks) } : {}),
    };
  });
  const event = books.map((book, place) => ({ place, bids: side(book, book.bids) }));
  return {
    ...{ legs, payoutE4: isNoSide ? (count - 1) * 10_000 : 10_000, mayComplete: random.chance(0.8) },
    ...{ exit: random.integer(0, 1) * 5_000, pair: random.integer(0, 1) * 5_000, convert: 3_000 },
    pairE4: 10_000 - 25 * random.integer(0, 1),
    ...(isNoSide ? { event } : {}),
  };
}

function drawSize(random: Random): number {
  return random.chance(0.5) ? random.integer(1, 4) * SHARE : random.integer(10_000, 4 * SHARE);
}

function buyOf({ offers, tickE4, fee, venue, stepMicros }: BruteLeg): Buy {
  const isKalshi = venue === 'kalshi';
  const rule = isKalshi ? contractRule(stepMicros) : buyRule(uniformGrid(tickE4));
  return { marketIndex: 0, offers, fee, isFeePerOrder: isKalshi, rule };
}

function lotOf({ offers, fee, venue, stepMicros }: BruteLeg): Lot {
  return { bids: offers, fee, isFeePerOrder: venue === 'kalshi', stepMicros };
}

function sceneOf(brute: BruteScene): Scene {
  return {
    legs: brute.legs.map(({ loose, isExcess, bids, asks, complement, hedge }) => ({
      ...{ looseMicros: loose, excessMicros: isExcess ? loose : 0, sale: lotOf(bids), more: buyOf(asks) },
      ...{ complement: buyOf(complement), hedge: hedge === undefined ? undefined : buyOf(hedge) },
    })),
    ...{
      payoutE4: brute.payoutE4,
      exitMicros: brute.exit,
      pairMicros: brute.pair,
      pairE4: brute.pairE4,
      mayComplete: brute.mayComplete,
    },
    conversion:
      brute.event === undefined
        ? undefined
        : {
            members: brute.event.map(({ place, bids }) => ({
              sale: lotOf(bids),
              place: brute.legs[place!]!.isExcess ? place : undefined,
            })),
            costMicros: brute.convert,
          },
    room: () => undefined,
  };
}

/** The first of the best. */
function bestOf(ways: ReadonlyMap<BruteKind, bigint>): BruteKind | 'carry' {
  let best: BruteKind | 'carry' = 'carry';
  let most = 0n;
  for (const [kind, value] of ways) if (value > most) [best, most] = [kind, value];
  return best;
}

test(`of ${SCENES} incomplete baskets each takes the way and size of brute force, and every way is taken (seed ${SEED})`, {
  timeout: 3_600_000,
}, () => {
  const random = new Random(SEED);
  const taken = new Map<string, number>();
  for (let index = 0; index < SCENES; index += 1) {
    const brute = draw(random);
    const expected = bruteWays(brute);
    const ways = priceWays(sceneOf(brute));
    const found = new Map(ways.map(({ kind, valueMicros }) => [kind, BigInt(valueMicros)]));
    const best = bestWay(ways, () => undefined).best;
    const kind = best?.kind ?? 'carry';
    const told = { index, brute, kind, value: BigInt(best?.valueMicros ?? 0), kinds: [...found.keys()] };
    const meant = bestOf(expected);
    expect(told).toEqual({
      index,
      brute,
      kind: meant,
      value: expected.get(meant as BruteKind) ?? 0n,
      kinds: [...expected.keys()],
    });
    // A way that is not taken is never told to bring more than it could.
    for (const [way, value] of expected) expect(found.get(way)! <= value, `${index} ${way}`).toBe(true);
    taken.set(kind, (taken.get(kind) ?? 0) + 1);
  }
  console.log(`ways taken: ${[...taken].map(([kind, count]) => `${kind} ${count}`).join(', ')}`);
  for (const kind of ['sellBack', 'complement', 'hedge', 'convert', 'complete', 'carry']) {
    expect(taken.get(kind) ?? 0, kind).toBeGreaterThan(0);
  }
});
