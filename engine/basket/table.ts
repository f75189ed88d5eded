// Writes compiled baskets into the arena's tables and shards their markets over detectors. Supervisor, before start:
// WASM reads BASKETS, LEGS and MARKET_LEGS and keeps only the sums in them.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import type { Basket } from './compile.ts';

/** Index of a market id, or undefined; Markets has it. */
export interface MarketIndexes {
  indexOf(id: string): number | undefined;
}

/**
 * Writes `baskets`; index in the table = place in the list. Every market is registered and its book not yet open.
 * Throws RangeError naming what is full, unknown, or split over detectors.
 */
export function writeBaskets(arena: Arena, markets: MarketIndexes, baskets: readonly Basket[]): void {
  const { view } = arena;
  const legTotal = baskets.reduce((sum, { legs }) => sum + legs.length, 0);
  need('baskets', baskets.length, arena.region(L.REGION_BASKETS).count);
  need('legs', legTotal, arena.region(L.REGION_LEGS).count);
  const legsByMarket = new Map<number, number[]>();
  let legIndex = 0;
  for (const [index, basket] of baskets.entries()) {
    const at = arena.at(L.REGION_BASKETS, index);
    view.setUint32(at + L.BASKET_KIND, basket.kind, true);
    view.setUint32(at + L.BASKET_LEG_FIRST, legIndex, true);
    view.setUint32(at + L.BASKET_LEG_COUNT, basket.legs.length, true);
    view.setUint32(at + L.BASKET_PAYOUT_E4, basket.payoutE4, true);
    oneDetector(arena, markets, basket);
    for (const { marketId, action } of basket.legs) {
      const market = indexOf(markets, basket, marketId);
      writeLeg(arena, legIndex, market, action, index);
      legsByMarket.set(market, [...(legsByMarket.get(market) ?? []), legIndex]);
      legIndex += 1;
    }
  }
  writeIndex(arena, legsByMarket);
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
  const root = (id: string): string => {
    const above = parent.get(id);
    if (above === undefined) throw new RangeError(`basket leg ${id}: allowed registered markets`);
    return above === id ? id : root(above);
  };
  for (const { legs } of baskets) {
    for (const { marketId } of legs) parent.set(root(marketId), root(legs[0]!.marketId));
  }
  const groups = new Map<string, string[]>();
  for (const id of marketIds) groups.set(root(id), [...(groups.get(root(id)) ?? []), id]);
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

function oneDetector(arena: Arena, markets: MarketIndexes, basket: Basket): void {
  const detectors = new Set(
    basket.legs.map(({ marketId }) => {
      const at = arena.at(L.REGION_MARKETS, indexOf(markets, basket, marketId));
      return arena.view.getUint32(at + L.MARKET_DETECTOR, true);
    }),
  );
  if (detectors.size > 1) throw new RangeError(`basket ${basket.id}: legs on detectors ${[...detectors].join(', ')}`);
}

function writeLeg(arena: Arena, index: number, market: number, action: number, basket: number): void {
  const at = arena.at(L.REGION_LEGS, index);
  arena.view.setUint32(at + L.LEG_MARKET, market, true);
  arena.view.setUint32(at + L.LEG_ACTION, action, true);
  arena.view.setUint32(at + L.LEG_BASKET, basket, true);
  arena.view.setUint32(at + L.LEG_PRICE_E4, L.NO_LEG_PRICE, true);
}

/** {first, count} per market, then the leg indexes sorted by market. */
function writeIndex(arena: Arena, legsByMarket: ReadonlyMap<number, readonly number[]>): void {
  const { at } = arena.region(L.REGION_MARKET_LEGS);
  const marketCount = arena.region(L.REGION_MARKETS).count;
  const indexes = (at + marketCount * L.MARKET_LEG_BYTES) >> 2;
  let first = 0;
  for (let market = 0; market < marketCount; market += 1) {
    const legs = legsByMarket.get(market) ?? [];
    const entry = (at + market * L.MARKET_LEG_BYTES) >> 2;
    arena.u32[entry] = first;
    arena.u32[entry + 1] = legs.length;
    arena.u32.set(legs, indexes + first);
    first += legs.length;
  }
}
