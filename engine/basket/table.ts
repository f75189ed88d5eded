// Writes compiled baskets into an area of the arena's table. Supervisor, before start, and the reload thread, into the area
// that is not in force: WASM reads BASKETS, LEGS, MARKET_LEGS and GROUPS and keeps only slacks and lanes.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import { basketAt, tableRegion } from '../memory/basket-table.ts';
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

/** What the table takes of a basket. */
export type TableBasket = Pick<Basket, 'id' | 'kind' | 'legs' | 'payoutE4'>;

/**
 * Writes `baskets` as the table of `generation`; index in the table = place in the list. Every market is registered; of
 * generation 0 its book is not yet open, and the area of a later one is in nobody's hands. Throws RangeError naming what
 * is full, unknown, split over detectors, or bought otherwise than share for share; a later table is not in force then.
 */
export function writeBaskets(
  arena: Arena,
  markets: MarketIndexes,
  baskets: readonly TableBasket[],
  generation = 0,
): void {
  const legTotal = baskets.reduce((sum, { legs }) => sum + legs.length, 0);
  need('baskets', baskets.length, arena.region(L.REGION_BASKETS).count);
  need('legs', legTotal, arena.region(L.REGION_LEGS).count);
  const legs: Legs = {
    ...{ market: new Uint32Array(legTotal), action: new Uint32Array(legTotal) },
    ...{ basket: new Uint32Array(legTotal), laneAt: new Float64Array(legTotal) },
  };
  const before = generation === 0 ? new Map<string, number>() : basketsByLegs(arena, generation - 1);
  if (generation > 0) clearArea(arena, generation);
  let leg = 0;
  for (const [index, basket] of baskets.entries()) {
    writeBasket(arena, index, basket, leg, generation);
    for (const { marketId, action, ratio } of basket.legs) {
      if (ratio !== 1) throw new RangeError(`basket ${basket.id}: ratio ${ratio}, allowed 1`);
      legs.market[leg] = indexOf(markets, basket, marketId);
      legs.action[leg] = action;
      legs.basket[leg] = index;
      leg += 1;
    }
  }
  placeLanes(arena, baskets, legs, generation);
  writeLegs(arena, legs, generation);
  writeIndex(arena, legs, generation);
  if (generation > 0) tieToBefore(arena, basketsByLegs(arena, generation), before, generation);
}

function clearArea(arena: Arena, generation: number): void {
  for (const id of [L.REGION_BASKETS, L.REGION_GROUPS, L.REGION_LANES]) {
    const { at, count, bytesEach } = arena.region(tableRegion(id, generation));
    arena.bytes.fill(0, at, at + count * bytesEach);
  }
}

/** Says of every basket which one of the table before it is. */
function tieToBefore(
  arena: Arena,
  baskets: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
  generation: number,
): void {
  for (const [legs, index] of baskets) {
    arena.u32[(basketAt(arena, index, generation) + L.BASKET_BEFORE) >> 2] = (before.get(legs) ?? -1) + 1;
  }
}

/** Index of every basket of a table by what it is: kind, payout and legs in any order. */
function basketsByLegs(arena: Arena, generation: number): Map<string, number> {
  const { u32 } = arena;
  const { count } = arena.region(L.REGION_BASKETS);
  const legsFirst = arena.region(tableRegion(L.REGION_LEGS, generation)).at >> 2;
  const byLegs = new Map<string, number>();
  for (let index = 0; index < count; index += 1) {
    const word = basketAt(arena, index, generation) >> 2;
    const legs = u32[word + (L.BASKET_LEG_COUNT >> 2)]!;
    if (legs === 0) break;
    const names = Array.from({ length: legs }, (_, place) => {
      const leg = legsFirst + (u32[word + (L.BASKET_LEG_FIRST >> 2)]! + place) * (L.LEG_BYTES >> 2);
      return `${u32[leg + (L.LEG_ACTION >> 2)] === L.ACTION_BUY_YES ? 'y' : 'n'}${u32[leg + (L.LEG_MARKET >> 2)]}`;
    });
    const kind = u32[word + (L.BASKET_KIND >> 2)]! & 0xffff;
    byLegs.set(`${kind} ${u32[word + (L.BASKET_PAYOUT_E4 >> 2)]} ${names.sort().join(' ')}`, index);
  }
  return byLegs;
}

function need(key: string, wanted: number, room: number): void {
  if (wanted > room) throw new RangeError(`arena.${key}: ${room}, needed ${wanted}; raise it`);
}

function indexOf(markets: MarketIndexes, basket: TableBasket, id: string): number {
  const index = markets.indexOf(id);
  if (index === undefined) throw new RangeError(`basket ${basket.id}: market ${id} is not registered`);
  return index;
}

function writeBasket(
  arena: Arena,
  index: number,
  { kind, legs, payoutE4 }: TableBasket,
  firstLeg: number,
  generation: number,
): void {
  const word = basketAt(arena, index, generation) >> 2;
  arena.u32[word + (L.BASKET_KIND >> 2)] = ((generation << 16) | kind) >>> 0;
  arena.u32[word + (L.BASKET_LEG_FIRST >> 2)] = firstLeg;
  arena.u32[word + (L.BASKET_LEG_COUNT >> 2)] = legs.length;
  arena.u32[word + (L.BASKET_PAYOUT_E4 >> 2)] = payoutE4;
  arena.i32[word + (L.BASKET_SLACK_E4 >> 2)] = payoutE4 - legs.length * L.NOT_READY_E4;
}

/** Groups the baskets by detector and size and fills in every leg's lane. */
function placeLanes(arena: Arena, baskets: readonly TableBasket[], legs: Legs, generation: number): void {
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
  const firstLanes = writeGroups(arena, laned, generation);
  let leg = 0;
  for (const [index, { legCount }] of laned.entries()) {
    for (let place = 0; place < legCount; place += 1) {
      legs.laneAt[leg] = firstLanes[index]! + place * L.LANE_ROW_BYTES;
      leg += 1;
    }
  }
}

function writeLegs(arena: Arena, { market, action, basket, laneAt }: Legs, generation: number): void {
  const { u32 } = arena;
  const first = arena.region(tableRegion(L.REGION_LEGS, generation)).at >> 2;
  for (let leg = 0; leg < market.length; leg += 1) {
    const word = first + leg * (L.LEG_BYTES >> 2);
    u32[word + (L.LEG_MARKET >> 2)] = market[leg]!;
    u32[word + (L.LEG_ACTION >> 2)] = action[leg]!;
    u32[word + (L.LEG_BASKET >> 2)] = basket[leg]!;
    u32[word + (L.LEG_LANE_AT >> 2)] = laneAt[leg]!;
  }
}

/** {first, YES legs, NO legs} per market, then one entry per leg by market, its YES legs first. */
function writeIndex(arena: Arena, legs: Legs, generation: number): void {
  const { u32 } = arena;
  const marketCount = arena.region(L.REGION_MARKETS).count;
  // Two places per market, YES before NO: how many, then where the next one goes.
  const counts = new Uint32Array(2 * marketCount);
  const placeOf = (leg: number): number => 2 * legs.market[leg]! + (legs.action[leg] === L.ACTION_BUY_YES ? 0 : 1);
  for (let leg = 0; leg < legs.market.length; leg += 1) counts[placeOf(leg)]! += 1;
  const next = new Uint32Array(2 * marketCount);
  for (let place = 1; place < next.length; place += 1) next[place] = next[place - 1]! + counts[place - 1]!;
  const head = arena.region(tableRegion(L.REGION_MARKET_LEGS, generation)).at >> 2;
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
