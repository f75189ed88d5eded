// Detection is incremental: after every change of a long seeded stream the opportunities told equal those of the slow
// reference over all baskets, while walks happen only with an edge at the top, and not for changes no walk rests on.
import { describe, expect, test } from 'vitest';
import { type Basket, compileBaskets } from '../../engine/basket/compile.ts';
import { writeBaskets } from '../../engine/basket/table.ts';
import { Random } from '../../engine/core/random.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { FeeSchedule } from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { bestOf, type OracleLeg, type OracleResult } from '../helpers/basket-oracle.ts';
import { detectorCounter, drainAll, FrameWriter, takeOpportunities } from '../helpers/records.ts';

const SEED = Number(process.env['DUTCHBOOK_SEED'] ?? 20_261_121);
const CHANGES = 4_000;
const OUTCOMES = 4;
const FREE: FeeSchedule = { rateE6: 0, exponent: 1, roundMicros: 1 };
const CHARGED: FeeSchedule = { rateE6: 3_000, exponent: 1, roundMicros: 10 };
const IDS = Array.from({ length: OUTCOMES }, (_, at) => `polymarket:m${at}`);

/** Sizes by price of both sides of every market. */
type Model = readonly (readonly [Map<number, number>, Map<number, number>])[];

function levelsOf(model: Model, market: number, action: number): [number, number][] {
  const buysYes = action === L.ACTION_BUY_YES;
  const levels = [...model[market]![buysYes ? L.SIDE_ASK : L.SIDE_BID]!];
  return levels
    .map(([priceE4, sizeMicros]): [number, number] => [buysYes ? priceE4 : 10_000 - priceE4, sizeMicros])
    .sort(([a], [b]) => a - b);
}

function legsOf(model: Model, { legs }: Basket, fee: FeeSchedule): OracleLeg[] {
  return legs.map(({ marketId, action }) => {
    return { levels: levelsOf(model, IDS.indexOf(marketId), action), fee, minSizeMicros: 0 };
  });
}

/** What the best prices alone leave of the payout, before fees; undefined when a leg has no price. */
function topEdgeE4(legs: readonly OracleLeg[], payoutE4: number): number | undefined {
  if (legs.some(({ levels }) => levels.length === 0)) return undefined;
  return legs.reduce((left, { levels }) => left - levels[0]![0], payoutE4);
}

/** Moves one level: near the top or deep, never across the other side. Asks of all outcomes add up to about 1. */
function drawChange(random: Random, model: Model): { market: number; side: number; priceE4: number; size: number } {
  const market = random.integer(0, OUTCOMES - 1);
  const side = random.integer(0, 1);
  const away = random.chance(0.4) ? random.integer(0, 3) : random.integer(4, 30);
  const priceE4 = side === L.SIDE_ASK ? 2_490 + 10 * away : 2_480 - 10 * away;
  const levels = model[market]![side]!;
  const removed = levels.has(priceE4) && random.chance(0.55);
  return { market, side, priceE4, size: removed ? 0 : random.integer(1, 400) * 100_000 };
}

interface Seen {
  changes: number;
  walks: number;
  told: number;
  withEdge: number;
  gone: number;
  /** Changes of a market of a basket with an edge at the top that started no walk. */
  spared: number;
}

function playStream(fee: FeeSchedule): Seen {
  const arena = smallArena({ feeSchedules: 4 });
  const markets = new Markets(arena);
  for (const id of IDS) {
    markets.register({ id, venue: 'polymarket', yesToken: `${id}-yes`, fee, tickRanges: uniformGrid(10) });
  }
  const baskets = compileBaskets([{ kind: 'exactlyOne', markets: IDS }]);
  writeBaskets(arena, markets, baskets);
  const wasm = wasmOver<DetectExports>(arena, 1);
  wasm.setEdgeLimits(1, 0);
  wasm.openBooks();
  const feed = new FrameWriter(arena);
  const model: Model = IDS.map(() => [new Map(), new Map()]);
  for (const market of IDS.keys()) feed.next().clear(market).end({ market });
  drainAll(wasm);
  const random = new Random(SEED);
  const open: (OracleResult | undefined)[] = baskets.map(() => undefined);
  const seen: Seen = { changes: 0, walks: 0, told: 0, gone: 0, withEdge: 0, spared: 0 };
  for (; seen.changes < CHANGES; seen.changes += 1) {
    const { market, side, priceE4, size } = drawChange(random, model);
    if (size === 0) model[market]![side]!.delete(priceE4);
    else model[market]![side]!.set(priceE4, size);
    const before = detectorCounter(arena, L.COUNTER_BASKETS_EVALUATED);
    feed.next().level({ market, side, priceE4, sizeMicros: size }).end({ market });
    drainAll(wasm);
    const walks = detectorCounter(arena, L.COUNTER_BASKETS_EVALUATED) - before;
    const gone: number[] = [];
    const found = new Map(takeOpportunities(arena, 0, gone).map((one) => [one.basket, one]));
    let edges = 0;
    let atStake = 0; // of these, the baskets that buy what the changed side offers
    for (const [index, basket] of baskets.entries()) {
      const legs = legsOf(model, basket, fee);
      const edge = topEdgeE4(legs, basket.payoutE4);
      if (edge !== undefined && edge > 0) {
        edges += 1;
        const buysYes = basket.legs[0]!.action === L.ACTION_BUY_YES;
        if (buysYes === (side === L.SIDE_ASK)) atStake += 1;
      }
      const best = edge === undefined ? undefined : bestOf(legs, basket.payoutE4, 1, 0);
      const old = open[index];
      const isNew = best !== undefined && (best.edgeMicros !== old?.edgeMicros || best.sizeMicros !== old.sizeMicros);
      open[index] = best;
      const told = found.get(index);
      expect([seen.changes, told?.edgeMicros, told?.sizeMicros]).toEqual(
        isNew ? [seen.changes, best.edgeMicros, best.sizeMicros] : [seen.changes, undefined, undefined],
      );
      const ends = old !== undefined && best === undefined;
      expect([seen.changes, gone.filter((basket) => basket === index).length]).toEqual([seen.changes, ends ? 1 : 0]);
      if (isNew) seen.told += 1;
      if (ends) seen.gone += 1;
    }
    expect(walks, `walks at change ${seen.changes}`).toBeLessThanOrEqual(atStake);
    seen.walks += walks;
    if (edges > 0) seen.withEdge += 1;
    if (edges > 0 && walks === 0) seen.spared += 1;
  }
  return seen;
}

describe('incremental detection', () => {
  for (const [name, fee] of [
    ['free', FREE],
    ['charged', CHARGED],
  ] as const) {
    test(`tells what the reference finds after each of ${CHANGES} changes, ${name} of fees (seed ${SEED})`, () => {
      const { told, gone, withEdge, walks, spared } = playStream(fee);
      console.log(
        `${name}: ${withEdge} changes with an edge, ${walks} walks, ${spared} spared, ${told} told, ${gone} gone`,
      );
      expect(gone).toBeGreaterThan(10);
      expect(told).toBeGreaterThan(50);
      expect(withEdge).toBeGreaterThan(300);
      expect(withEdge).toBeLessThan(CHANGES - 300);
      expect(spared).toBeGreaterThan(1_000);
      expect(walks).toBeGreaterThanOrEqual(told);
    });
  }
});
