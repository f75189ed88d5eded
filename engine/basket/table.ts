// Writes compiled baskets into the arena's tables. Supervisor, before start: WASM reads BASKETS, LEGS, MARKET_LEGS and
// GROUPS and keeps only slacks and lanes.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import type { Basket } from './compile.ts';
import { writeGroups } from './lanes.ts';

/** Index of a market id, or undefined; Markets has it. */
export interface MarketIndexes {
  indexOf(id: string): number | undefined;
}

/** Columns of all legs, basket by basket. */
interface Legs {
  readonly market: Uint32Array;
  readonly action: Uint32Array;
  readonly basket: Uint32Array;
  readonly laneAt: Float64Array;
}

/**
 * Writes `baskets`; index in the table = place in the list. Every market is registered and its book not yet open.
 * Throws RangeError naming what is full, unknown, split over detectors, or bought otherwise than share for share.
 */
export function writeBaskets(arena: Arena, markets: MarketIndexes, baskets: readonly Basket[]): void {
  const legTotal = baskets.reduce((sum, { legs }) => sum + legs.length, 0);
  need('baskets', baskets.length, arena.region(L.REGION_BASKETS).count);
  need('legs', legTotal, arena.region(L.REGION_LEGS).count);
  const legs: Legs = {
    ...{ market: new Uint32Array(legTotal), action: new Uint32Array(legTotal) },
    ...{ basket: new Uint32Array(legTotal), laneAt: new Float64Array(legTotal) },
  };
  let leg = 0;
  for (const [index, basket] of baskets.entries()) {
    writeBasket(arena, index, basket, leg);
    for (const { marketId, action, ratio } of basket.legs) {
      if (ratio !== 1) throw new RangeError(`basket ${basket.id}: ratio ${ratio}, allowed 1`);
      legs.market[leg] = indexOf(markets, basket, marketId);
      legs.action[leg] = action;
      legs.basket[leg] = index;
      leg += 1;
    }
  }
  placeLanes(arena, baskets, legs);
  writeLegs(arena, legs);
  writeIndex(arena, legs);
}

function need(key: string, wanted: number, room: number): void {
  if (wanted > room) throw new RangeError(`arena.${key}: ${room}, needed ${wanted}; raise it`);
}

function indexOf(markets: MarketIndexes, basket: Basket, id: string): number {
  const index = markets.indexOf(id);
  if (index === undefined) throw new RangeError(`basket ${basket.id}: market ${id} is not registered`);
  return index;
}

function writeBasket(arena: Arena, index: number, { kind, legs, payoutE4 }: Basket, firstLeg: number): void {
  const word = arena.at(L.REGION_BASKETS, index) >> 2;
  arena.u32[word + (L.BASKET_KIND >> 2)] = kind;
  arena.u32[word + (L.BASKET_LEG_FIRST >> 2)] = firstLeg;
  arena.u32[word + (L.BASKET_LEG_COUNT >> 2)] = legs.length;
  arena.u32[word + (L.BASKET_PAYOUT_E4 >> 2)] = payoutE4;
  arena.i32[word + (L.BASKET_SLACK_E4 >> 2)] = payoutE4 - legs.length * L.NOT_READY_E4;
}

/** Groups the baskets by detector and size and fills in every leg's lane. */
function placeLanes(arena: Arena, baskets: readonly Basket[], legs: Legs): void {
  const marketsAt = arena.region(L.REGION_MARKETS).at;
  const detectorOf = (leg: number): number =>
    arena.u32[(marketsAt + legs.market[leg]! * L.MARKET_BYTES + L.MARKET_DETECTOR) >> 2]!;
  let first = 0;
  const laned = baskets.map((basket) => {
    const detector = detectorOf(first);
    const end = first + basket.legs.length;
    for (; first < end; first += 1) {
      if (detectorOf(first) !== detector)
        throw new RangeError(`basket ${basket.id}: legs on detectors ${detector}, ${detectorOf(first)}`);
    }
    return { legCount: basket.legs.length, payoutE4: basket.payoutE4, detector };
  });
  const firstLanes = writeGroups(arena, laned);
  let leg = 0;
  for (const [index, { legCount }] of laned.entries()) {
    for (let place = 0; place < legCount; place += 1) {
      legs.laneAt[leg] = firstLanes[index]! + place * L.LANE_ROW_BYTES;
      leg += 1;
    }
  }
}

function writeLegs(arena: Arena, { market, action, basket, laneAt }: Legs): void {
  const { u32 } = arena;
  const first = arena.region(L.REGION_LEGS).at >> 2;
  for (let leg = 0; leg < market.length; leg += 1) {
    const word = first + leg * (L.LEG_BYTES >> 2);
    u32[word + (L.LEG_MARKET >> 2)] = market[leg]!;
    u32[word + (L.LEG_ACTION >> 2)] = action[leg]!;
    u32[word + (L.LEG_BASKET >> 2)] = basket[leg]!;
    u32[word + (L.LEG_LANE_AT >> 2)] = laneAt[leg]!;
  }
}

/** {first, YES legs, NO legs} per market, then one entry per leg by market, its YES legs first. */
function writeIndex(arena: Arena, legs: Legs): void {
  const { u32 } = arena;
  const marketCount = arena.region(L.REGION_MARKETS).count;
  // Two places per market, YES before NO: how many, then where the next one goes.
  const counts = new Uint32Array(2 * marketCount);
  const placeOf = (leg: number): number => 2 * legs.market[leg]! + (legs.action[leg] === L.ACTION_BUY_YES ? 0 : 1);
  for (let leg = 0; leg < legs.market.length; leg += 1) counts[placeOf(leg)]! += 1;
  const next = new Uint32Array(2 * marketCount);
  for (let place = 1; place < next.length; place += 1) next[place] = next[place - 1]! + counts[place - 1]!;
  const head = arena.region(L.REGION_MARKET_LEGS).at >> 2;
  const words = L.MARKET_LEG_BYTES >> 2;
  for (let market = 0; market < marketCount; market += 1) {
    u32[head + market * words + (L.INDEX_FIRST >> 2)] = next[2 * market]!;
    u32[head + market * words + (L.INDEX_YES_COUNT >> 2)] = counts[2 * market]! | (counts[2 * market + 1]! << 16);
  }
  for (let leg = 0; leg < legs.market.length; leg += 1) {
    const place = placeOf(leg);
    const entry = head + (marketCount + next[place]!) * words;
    next[place]! += 1;
    u32[entry + (L.ENTRY_BASKET >> 2)] = legs.basket[leg]!;
    u32[entry + (L.ENTRY_LANE_AT >> 2)] = legs.laneAt[leg]!;
  }
}
