// Writes compiled baskets into the arena's tables and shards their markets over detectors. Supervisor, before start:
// WASM reads BASKETS, LEGS, MARKET_LEGS and GROUPS and keeps only slacks and lanes.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import type { Basket } from './compile.ts';
import { writeGroups } from './lanes.ts';

/** Index of a market id, or undefined; Markets has it. */
export interface MarketIndexes {
  indexOf(id: string): number | undefined;
}

/**
 * Writes `baskets`; index in the table = place in the list. Every market is registered and its book not yet open.
 * Throws RangeError naming what is full, unknown, or split over detectors.
 */
export function writeBaskets(arena: Arena, markets: MarketIndexes, baskets: readonly Basket[]): void {
  const legTotal = baskets.reduce((sum, { legs }) => sum + legs.length, 0);
  need('baskets', baskets.length, arena.region(L.REGION_BASKETS).count);
  need('legs', legTotal, arena.region(L.REGION_LEGS).count);
  const placed = baskets.map((basket) => placeOf(arena, markets, basket));
  const firstLanes = writeGroups(
    arena,
    baskets.map(({ legs, payoutE4 }, index) => ({
      legCount: legs.length,
      payoutE4,
      detector: placed[index]!.detector,
    })),
  );
  const legs: WrittenLeg[] = [];
  for (const [index, basket] of baskets.entries()) {
    writeBasket(arena, index, basket, legs.length);
    for (const [place, { action }] of basket.legs.entries()) {
      const laneAt = firstLanes[index]! + place * L.LANE_ROW_BYTES;
      const leg = { market: placed[index]!.markets[place]!, action, basket: index, laneAt };
      writeLeg(arena, legs.length, leg);
      legs.push(leg);
    }
  }
  writeIndex(arena, legs);
}

/**
 * Detector of each market, so that all legs of a basket are in one thread: whole connected components of the basket
 * graph, each to the detector that has the fewest markets so far. Markets without a basket go the same way, alone.
 */
export function shardMarkets(
  marketIds: readonly string[],
  baskets: readonly Basket[],
  detectors: number,
): Map<string, number> {
  const parent = new Map(marketIds.map((id) => [id, id]));
  // Every look-up halves the way to the root, so that a long chain of baskets costs no more than a short one.
  const root = (id: string): string => {
    for (let at = id; ; ) {
      const above = parent.get(at);
      if (above === undefined) throw new RangeError(`basket leg ${at}: allowed registered markets`);
      if (above === at) return at;
      const next = parent.get(above)!;
      parent.set(at, next);
      at = next;
    }
  };
  for (const { legs } of baskets) {
    for (const { marketId } of legs) parent.set(root(marketId), root(legs[0]!.marketId));
  }
  const groups = new Map<string, string[]>();
  for (const id of marketIds) {
    const group = groups.get(root(id));
    if (group === undefined) groups.set(root(id), [id]);
    else group.push(id);
  }
  const load = new Array<number>(detectors).fill(0);
  const shard = new Map<string, number>();
  for (const group of [...groups.values()].sort((a, b) => b.length - a.length)) {
    const detector = load.indexOf(Math.min(...load));
    load[detector]! += group.length;
    for (const id of group) shard.set(id, detector);
  }
  return shard;
}

function need(key: string, wanted: number, room: number): void {
  if (wanted > room) throw new RangeError(`arena.${key}: ${room}, needed ${wanted}; raise it`);
}

function indexOf(markets: MarketIndexes, basket: Basket, id: string): number {
  const index = markets.indexOf(id);
  if (index === undefined) throw new RangeError(`basket ${basket.id}: market ${id} is not registered`);
  return index;
}

interface Placed {
  readonly detector: number;
  /** Market index of each leg. */
  readonly markets: readonly number[];
}

function placeOf(arena: Arena, markets: MarketIndexes, basket: Basket): Placed {
  const indexes = basket.legs.map(({ marketId }) => indexOf(markets, basket, marketId));
  const first = arena.region(L.REGION_MARKETS).at;
  const detectorOf = (market: number): number => arena.u32[(first + market * L.MARKET_BYTES + L.MARKET_DETECTOR) >> 2]!;
  const detector = detectorOf(indexes[0]!);
  if (indexes.some((market) => detectorOf(market) !== detector)) {
    const all = [...new Set(indexes.map(detectorOf))];
    throw new RangeError(`basket ${basket.id}: legs on detectors ${all.join(', ')}`);
  }
  return { detector, markets: indexes };
}

interface WrittenLeg {
  readonly market: number;
  readonly action: number;
  readonly basket: number;
  readonly laneAt: number;
}

function writeBasket(arena: Arena, index: number, { kind, legs, payoutE4 }: Basket, firstLeg: number): void {
  const word = arena.at(L.REGION_BASKETS, index) >> 2;
  arena.u32[word + (L.BASKET_KIND >> 2)] = kind;
  arena.u32[word + (L.BASKET_LEG_FIRST >> 2)] = firstLeg;
  arena.u32[word + (L.BASKET_LEG_COUNT >> 2)] = legs.length;
  arena.u32[word + (L.BASKET_PAYOUT_E4 >> 2)] = payoutE4;
  arena.i32[word + (L.BASKET_SLACK_E4 >> 2)] = payoutE4 - legs.length * L.NOT_READY_E4;
}

function writeLeg(arena: Arena, index: number, { market, action, basket, laneAt }: WrittenLeg): void {
  const word = arena.at(L.REGION_LEGS, index) >> 2;
  arena.u32[word + (L.LEG_MARKET >> 2)] = market;
  arena.u32[word + (L.LEG_ACTION >> 2)] = action;
  arena.u32[word + (L.LEG_BASKET >> 2)] = basket;
  arena.u32[word + (L.LEG_LANE_AT >> 2)] = laneAt;
}

/** {first, YES legs, NO legs} per market, then one entry per leg by market, its YES legs first. */
function writeIndex(arena: Arena, legs: readonly WrittenLeg[]): void {
  const marketCount = arena.region(L.REGION_MARKETS).count;
  const ofMarket = Array.from({ length: marketCount }, (): [WrittenLeg[], WrittenLeg[]] => [[], []]);
  for (const leg of legs) ofMarket[leg.market]![leg.action === L.ACTION_BUY_YES ? 0 : 1].push(leg);
  const { u32 } = arena;
  const head = arena.region(L.REGION_MARKET_LEGS).at >> 2;
  let next = 0;
  for (const [market, [yes, no]] of ofMarket.entries()) {
    const at = head + market * (L.MARKET_LEG_BYTES >> 2);
    u32[at + (L.INDEX_FIRST >> 2)] = next;
    u32[at + (L.INDEX_YES_COUNT >> 2)] = yes.length | (no.length << 16);
    for (const { basket, laneAt } of [...yes, ...no]) {
      const entry = head + (marketCount + next) * (L.MARKET_LEG_BYTES >> 2);
      u32[entry + (L.ENTRY_BASKET >> 2)] = basket;
      u32[entry + (L.ENTRY_LANE_AT >> 2)] = laneAt;
      next += 1;
    }
  }
}
