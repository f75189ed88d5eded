// A table of baskets that is replaced between two frames: under drawn frames and swaps, detectors on two tables at a time,
// what is told of each basket equals a reference over that table; and the records of a replaced table are told apart.
import { expect, test } from 'vitest';
import { writeBaskets } from '../../engine/basket/table.ts';
import { RefusalCounts } from '../../engine/breaker/refusals.ts';
import { VirtualClock } from '../../engine/core/clock.ts';
import { Random } from '../../engine/core/random.ts';
import { DetectAgent, type DetectExports } from '../../engine/detect/detect.ts';
import { createStats } from '../../engine/execute/stats.ts';
import { Tables } from '../../engine/execute/tables.ts';
import { type Opportunity, takeOpportunity } from '../../engine/execute/take.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { publishTable, tableTaken } from '../../engine/memory/basket-table.ts';
import { Ring } from '../../engine/memory/ring.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { detectorCounter, FrameWriter } from '../helpers/records.ts';

const SEED = Number(process.env['DUTCHBOOK_SEED'] ?? 20_261_128);
const STEPS = Number(process.env['DUTCHBOOK_TABLE_STEPS'] ?? 6_000);
const SHARE = 1_000_000;
const MARKETS = 12;
const DETECTORS = 2;

interface Drawn {
  readonly id: string;
  readonly kind: number;
  readonly payoutE4: number;
  readonly legs: readonly { readonly marketId: string; readonly action: number; readonly ratio: number }[];
}

/** Best prices and their sizes, as the last frame of each market had them. */
interface Top {
  readonly bidE4: number;
  readonly askE4: number;
  readonly sizeMicros: number;
}

const idOf = (market: number): string => `polymarket:m${market}`;
const marketOf = (id: string): number => Number(id.slice('polymarket:m'.length));
const detectorOf = (market: number): number => market % DETECTORS;

/** Some of the baskets of `last`, in another order, and new ones; legs of one detector. */
function drawTable(random: Random, last: readonly Drawn[]): Drawn[] {
  const kept = last.filter(() => random.chance(0.6));
  const fresh = Array.from({ length: random.integer(1, 6) }, (_, index): Drawn => {
    const detector = random.integer(0, DETECTORS - 1);
    const own = Array.from({ length: MARKETS }, (__, market) => market).filter((one) => detectorOf(one) === detector);
    const legs = Array.from({ length: random.integer(2, 4) }, () => {
      const marketId = idOf(own.splice(random.integer(0, own.length - 1), 1)[0]!);
      return { marketId, action: random.integer(0, 1), ratio: 1 };
    });
    return { id: `drawn:${index}`, kind: L.BASKET_KIND_SAME, payoutE4: 5_000 * legs.length, legs };
  });
  return [...kept, ...fresh]
    .map((basket) => ({ basket, at: random.float() }))
    .sort((a, b) => a.at - b.at)
    .map(({ basket }) => basket)
    .slice(0, 24);
}

/** Profit and size of a basket over books of one level and no fees; undefined: none. */
function edgeOf({ legs, payoutE4 }: Drawn, tops: readonly (Top | undefined)[]): string | undefined {
  let [costE4, sizeMicros] = [0, Number.POSITIVE_INFINITY];
  for (const { marketId, action } of legs) {
    const top = tops[marketOf(marketId)];
    if (top === undefined) return undefined;
    costE4 += action === L.ACTION_BUY_YES ? top.askE4 : 10_000 - top.bidE4;
    sizeMicros = Math.min(sizeMicros, top.sizeMicros);
  }
  return costE4 < payoutE4 ? `${((payoutE4 - costE4) * sizeMicros) / 10_000} of ${sizeMicros}` : undefined;
}

/** Two detectors, their rings, and what each has told by the table it works by. */
class World {
  readonly arena: Arena = smallArena({ markets: MARKETS, baskets: 32, legs: 256, detectors: DETECTORS });
  readonly clock = new VirtualClock(1);
  readonly markets = new Markets(this.arena);
  readonly feed: FrameWriter[];
  readonly rings: Ring[];
  readonly agents: DetectAgent[];
  /** Tables by generation. */
  readonly tables: Drawn[][] = [];
  readonly tops: (Top | undefined)[] = new Array<undefined>(MARKETS).fill(undefined);
  /** By detector: generation worked by, and what is told of its baskets. */
  readonly told = Array.from({ length: DETECTORS }, () => ({ table: 0, edges: new Map<number, string>() }));
  opportunities = 0;

  constructor(first: Drawn[]) {
    for (let market = 0; market < MARKETS; market += 1) {
      const meta = { id: idOf(market), venue: 'polymarket', yesToken: `t${market}` } as const;
      const fee = { rateE6: 0, exponent: 1, roundMicros: 1 };
      this.markets.register({ ...meta, tickRanges: uniformGrid(100), fee }, detectorOf(market));
    }
    this.tables.push(first);
    writeBaskets(this.arena, this.markets, first);
    this.feed = this.told.map((_, detector) => new FrameWriter(this.arena, detector));
    this.rings = this.told.map((_, i) => new Ring(this.arena, this.arena.at(L.REGION_OPPORTUNITY_RINGS, i)));
    this.agents = this.told.map((_, detector) => {
      const exports = wasmOver<DetectExports>(this.arena, detector + 1);
      const limits = { seqScope: 'marketFiltered', minEdgeMicros: 1, minEdgePerUnitE4: 0 } as const;
      return new DetectAgent({ ...limits, arena: this.arena, exports, agentIndex: detector + 1, clock: this.clock });
    });
  }

  swap(table: Drawn[]): void {
    this.tables.push(table);
    writeBaskets(this.arena, this.markets, table, this.tables.length - 1);
    publishTable(this.arena, this.tables.length - 1);
  }

  /** A frame with the whole book of one market, which its detector works off later. */
  frame(market: number, top: Top): void {
    const feed = this.feed[detectorOf(market)]!.next().clear(market);
    feed.level({ market, side: L.SIDE_BID, priceE4: top.bidE4, sizeMicros: top.sizeMicros });
    feed.level({ market, side: L.SIDE_ASK, priceE4: top.askE4, sizeMicros: top.sizeMicros }).end({ market });
    this.tops[market] = top;
  }

  /** The market's book is not tradable until its next frame; a sweep over all baskets follows behind that one. */
  stale(market: number): void {
    this.feed[detectorOf(market)]!.next().control(L.CONTROL_OP_STALE, { market });
    this.tops[market] = undefined;
  }

  /** The detector's turn, and what it told. */
  turn(detector: number): void {
    while (this.agents[detector]!.doWork(0) > 0);
    while (true) {
      const onGone = ({ basketIndex, table }: { basketIndex: number; table: number }): void => {
        this.#at(detector, table).delete(basketIndex);
      };
      const taken = takeOpportunity(this.arena, this.rings[detector]!, onGone);
      if (taken === undefined) break;
      this.opportunities += 1;
      const basket = this.tables[taken.table]![taken.place]!;
      expect(legsOf(taken)).toEqual(basket.legs.map(({ marketId, action }) => `${action} ${marketOf(marketId)}`));
      this.#at(detector, taken.table).set(taken.place, `${taken.edgeMicros} of ${taken.sizeMicros}`);
    }
    const { table } = this.told[detector]!;
    const worksBy = this.arena.u32[(this.arena.at(L.REGION_AGENTS, detector + 1) + L.AGENT_TABLE) >> 2]!;
    if (worksBy !== table) this.told[detector] = { table: worksBy, edges: new Map() };
  }

  /** What is told of the detector's baskets is what the reference finds over the books as they are. */
  expectReference(detector: number): number {
    const { table, edges } = this.told[detector]!;
    const expected = new Map<number, string>();
    for (const [index, basket] of this.tables[table]!.entries()) {
      const edge = edgeOf(basket, this.tops);
      if (edge !== undefined && detectorOf(marketOf(basket.legs[0]!.marketId)) === detector) expected.set(index, edge);
    }
    expect({ table, told: [...edges].sort(([a], [b]) => a - b) }).toEqual({ table, told: [...expected] });
    return expected.size;
  }

  /** Edges by a table: the first record of another one ends what was told by the one before. */
  #at(detector: number, table: number): Map<number, string> {
    if (this.told[detector]!.table !== table) this.told[detector] = { table, edges: new Map() };
    return this.told[detector]!.edges;
  }
}

function legsOf({ legs }: Opportunity): string[] {
  return legs.map(({ action, marketIndex }) => `${action} ${marketIndex}`);
}

test(`${STEPS} drawn frames and swaps: what is told equals the reference by the table worked by (seed ${SEED})`, () => {
  const random = new Random(SEED);
  const world = new World(drawTable(random, []));
  let [edges, swaps, behind] = [0, 0, 0];
  for (let step = 0; step < STEPS; step += 1) {
    if (random.chance(0.05) && tableTaken(world.arena)) {
      world.swap(drawTable(random, world.tables.at(-1)!));
      swaps += 1;
    } else if (random.chance(0.03)) {
      world.stale(random.integer(0, MARKETS - 1));
    } else {
      const askE4 = 100 * random.integer(30, 70);
      const bidE4 = askE4 - 100 * random.integer(1, 4);
      world.frame(random.integer(0, MARKETS - 1), { bidE4, askE4, sizeMicros: SHARE * random.integer(1, 9) });
    }
    // Now and then a detector is late: it works by the old table while the other has the new one.
    for (let detector = 0; detector < DETECTORS; detector += 1) {
      if (random.chance(0.3)) continue;
      world.turn(detector);
      edges += world.expectReference(detector);
    }
    if (new Set(world.told.map(({ table }) => table)).size > 1) behind += 1;
  }
  expect(detectorCounter(world.arena, L.COUNTER_SWEEPS)).toBeGreaterThan(5);
  expect(swaps).toBeGreaterThan(STEPS / 40);
  expect(edges).toBeGreaterThan(STEPS);
  expect(behind).toBeGreaterThan(swaps / 5);
  expect(world.opportunities).toBeGreaterThan(STEPS / 2);
});

test('of a replaced table opportunities are refused by name, ends of what stays are told, and a number is never another’s', () => {
  const basket = (id: string, markets: number[]): Drawn => ({
    ...{ id, kind: L.BASKET_KIND_SAME, payoutE4: 10_000 },
    legs: markets.map((market) => ({ marketId: idOf(market), action: L.ACTION_BUY_YES, ratio: 1 })),
  });
  const [stays, goes, comes] = [basket('stays', [0, 2]), basket('goes', [4, 6]), basket('comes', [8, 10])];
  const world = new World([goes, stays]);
  const gone: string[] = [];
  const refusals = new RefusalCounts();
  const { arena } = world;
  const onGone = ({ basketIndex }: { basketIndex: number }): void => void gone.push(`${basketIndex}`);
  const tables = new Tables({ arena, refusals, stats: createStats(), onGone });
  const cheap = { bidE4: 3_900, askE4: 4_000, sizeMicros: SHARE };
  for (let market = 0; market < MARKETS; market += 2) world.frame(market, cheap);
  while (world.agents[0]!.doWork(0) > 0);
  // Both are in the ring when the table is replaced, and the one that stays ends by the old one.
  world.frame(0, { bidE4: 8_900, askE4: 9_000, sizeMicros: SHARE });
  while (world.agents[0]!.doWork(0) > 0);
  world.swap([stays, comes]);
  expect(tableTaken(arena)).toBe(false);
  expect(tables.replaced(5)).toEqual([0]);
  expect(tables.take(tables.rings[0]!)).toBeUndefined();
  expect(refusals.toObject()).toEqual({ TABLE_REPLACED: 2 });
  expect(gone).toEqual(['0', '1']);
  while (world.agents[0]!.doWork(0) > 0);
  const found = tables.take(tables.rings[0]!)!;
  // The index that it has was another basket's, its number was nobody's.
  expect(found).toMatchObject({ place: 1, table: 1, basketIndex: arena.region(L.REGION_BASKETS).count });
  expect(legsOf(found)).toEqual(['0 8', '0 10']);
  expect(tables.isOld(found)).toBe(false);
  world.agents[1]!.doWork(0);
  expect(tableTaken(arena)).toBe(true);
  // Back to the first order: what was there before comes with a number of its own.
  world.swap([goes, comes, stays]);
  expect(tables.replaced(5)).toEqual([]);
  expect(tables.isOld(found)).toBe(true);
  while (world.agents[0]!.doWork(0) > 0);
  const numbers = [tables.take(tables.rings[0]!)!, tables.take(tables.rings[0]!)!].map((one) => one.basketIndex);
  expect(numbers).toEqual([found.basketIndex + 1, found.basketIndex]);
});
