// Shards markets over detectors by the baskets that bind them together, before the start; later baskets have to do with the
// shards as they are. Pure.
import type { Basket } from './compile.ts';

/**
 * Detector of each market, so that all legs of a basket are in one thread: whole connected components of the basket
 * graph, each to the detector that has the fewest markets so far. Markets without a basket go the same way, alone.
 * Throws RangeError naming a leg whose market is not among `marketIds`.
 */
export function shardMarkets(
  marketIds: readonly string[],
  baskets: readonly Basket[],
  detectors: number,
): Map<string, number> {
  const roots = rootsOf(marketIds, baskets);
  const groups = new Map<number, string[]>();
  for (const [place, id] of marketIds.entries()) {
    const group = groups.get(roots[place]!);
    if (group === undefined) groups.set(roots[place]!, [id]);
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

/** Baskets whose legs are all of one detector, and those that would bind markets of two together. */
export function withinShards<B extends Pick<Basket, 'legs'>>(
  baskets: readonly B[],
  detectorOf: (marketId: string) => number,
): { readonly within: B[]; readonly across: B[] } {
  const [within, across] = [[] as B[], [] as B[]];
  for (const basket of baskets) {
    const detectors = new Set(basket.legs.map(({ marketId }) => detectorOf(marketId)));
    (detectors.size === 1 ? within : across).push(basket);
  }
  return { within, across };
}

/** For each market the place of the one that stands for its component. */
function rootsOf(marketIds: readonly string[], baskets: readonly Basket[]): Int32Array {
  const placeOf = new Map(marketIds.map((id, place) => [id, place]));
  const parent = Int32Array.from(marketIds, (_, place) => place);
  // Every look-up halves the way to the root, so that a long chain of baskets costs no more than a short one.
  const root = (place: number): number => {
    let at = place;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  const known = (id: string): number => {
    const place = placeOf.get(id);
    if (place === undefined) throw new RangeError(`basket leg ${id}: allowed registered markets`);
    return place;
  };
  for (const { legs } of baskets) {
    const first = root(known(legs[0]!.marketId));
    for (const { marketId } of legs) parent[root(known(marketId))] = first;
  }
  return parent.map((_, place) => root(place));
}
