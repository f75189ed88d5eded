// The slow reference for unwinds: every way, every size, every order by its venue's rules, in big integers. It shares no code
// with engine/execute or the venues' rules.
import { type BruteLeg, feeOf, type Order, orderFee, ordersOf } from './sizes.ts';

/** A leg of an incomplete basket: what is loose of it, and the books that it can be sold and bought on. */
export interface BruteLoose {
  readonly loose: number;
  readonly isExcess: boolean;
  /** Bids for it, as a leg whose offers they are; a sale's step is its stepMicros. */
  readonly bids: BruteLeg;
  readonly asks: BruteLeg;
  readonly complement: BruteLeg;
  readonly hedge?: BruteLeg;
}

export interface BruteScene {
  readonly legs: readonly BruteLoose[];
  readonly payoutE4: number;
  readonly exit: number;
  /** What a pair is worth, E4. */
  readonly pairE4: number;
  readonly pair: number;
  readonly mayComplete: boolean;
  /** YES bids of every outcome of the event and, where NO of it is loose, its leg. */
  readonly event?: readonly { readonly place?: number; readonly bids: BruteLeg }[];
  readonly convert: number;
}

export type BruteKind = 'sellBack' | 'complement' | 'hedge' | 'convert' | 'complete';

const E4 = 10_000n;
const memory = new WeakMap<BruteLeg, bigint[]>();

function netOf(bids: BruteLeg, size: bigint): bigint {
  let left = size;
  let proceeds = 0n;
  const fills: [number, bigint][] = [];
  for (const [priceE4, bid] of bids.offers) {
    const take = left < BigInt(bid) ? left : BigInt(bid);
    if (take === 0n) break;
    proceeds += (take * BigInt(priceE4)) / E4;
    fills.push([priceE4, take]);
    left -= take;
  }
  const perFill = (): bigint => fills.reduce((sum, [priceE4, take]) => sum + feeOf(bids, priceE4, take), 0n);
  return proceeds - (bids.venue === 'kalshi' ? orderFee(bids, fills) : perFill());
}

/** Most that any sale of up to `size` brings: sales by their steps, each better or as good as all smaller ones. */
function soldBest(bids: BruteLeg, size: bigint): bigint {
  const known = memory.get(bids) ?? [0n];
  memory.set(bids, known);
  const depth = bids.offers.reduce((sum, [, micros]) => sum + micros, 0);
  const most = size < BigInt(depth) ? size : BigInt(depth);
  const steps = Number(most / BigInt(bids.stepMicros));
  for (let step = known.length; step <= steps; step += 1) {
    const net = netOf(bids, BigInt(step * bids.stepMicros));
    known.push(net > known[step - 1]! ? net : known[step - 1]!);
  }
  return known[Math.max(0, steps)]!;
}

function restOf({ loose, isExcess, bids }: BruteLoose, handled: bigint): bigint {
  const left = BigInt(loose) - handled;
  return isExcess && left > 0n ? soldBest(bids, left) : 0n;
}

function total(values: readonly bigint[]): bigint {
  return values.reduce((sum, value) => sum + value, 0n);
}

function covers(scene: BruteScene, kind: 'complement' | 'hedge'): bigint | undefined {
  const legs = scene.legs.map((leg) => {
    const book = leg.isExcess ? leg[kind] : undefined;
    const pairs = (book === undefined ? [] : ordersOf(book))
      .filter(({ size, isRefused }) => size <= BigInt(leg.loose) && !isRefused)
      .map(({ size, cost, fee }) => {
        const paid = (size * BigInt(scene.pairE4)) / E4 - cost - fee - BigInt(scene.pair);
        return paid + (kind === 'hedge' ? restOf(leg, size) : 0n);
      });
    const best = pairs.length === 0 ? undefined : pairs.reduce((most, value) => (value > most ? value : most));
    return { sold: restOf(leg, 0n), best };
  });
  const isAnyBetter = legs.some(({ sold, best }) => best !== undefined && best > sold);
  if (legs.every(({ best }) => best === undefined)) return undefined;
  return total(legs.map(({ sold, best }) => (best === undefined || (isAnyBetter && best <= sold) ? sold : best)));
}

function complete(scene: BruteScene): bigint | undefined {
  const { legs, payoutE4 } = scene;
  if (!scene.mayComplete) return undefined;
  const orders = legs.map(({ asks }) => ordersOf(asks));
  const most = legs.reduce((max, { loose }) => Math.max(max, loose), 0);
  const ends = new Set<bigint>(legs.map(({ loose }) => BigInt(loose)));
  for (const [place, { loose }] of legs.entries())
    for (const { size } of orders[place]!) ends.add(BigInt(loose) + size);
  // A share more than an order reaches is the first that the next one is for.
  for (const end of [...ends]) ends.add(end + 1n);
  for (const { loose } of legs) for (let left = loose; left > 0; left -= 10_000) ends.add(BigInt(left));
  let best: bigint | undefined;
  for (const sets of ends) {
    if (sets <= 0n || sets > BigInt(most)) continue;
    const bought: (Order | undefined)[] = legs.flatMap(({ loose }, place) => {
      const missing = sets - BigInt(loose);
      return missing <= 0n ? [] : [orders[place]!.find(({ size }) => size >= missing)];
    });
    if (bought.length === 0 || bought.some((order) => order === undefined || order.isRefused)) continue;
    const spent = total(bought.map((order) => order!.cost + order!.fee));
    const left = total(legs.map((leg) => restOf(leg, sets)));
    const value = (sets * BigInt(payoutE4)) / E4 - spent - BigInt(scene.exit) + left;
    if (best === undefined || value > best) best = value;
  }
  return best;
}

function convert({ event, legs, convert: cost }: BruteScene): bigint | undefined {
  const loose = (event ?? []).filter(({ place }) => place !== undefined && legs[place]!.isExcess);
  let best: bigint | undefined;
  for (let mask = 1; mask < 2 ** loose.length; mask += 1) {
    const chosen = loose.filter((_, index) => ((mask >> index) & 1) === 1);
    const others = event!.filter((member) => !chosen.includes(member));
    const most = Math.min(...chosen.map(({ place }) => legs[place!]!.loose));
    const sizes = Array.from({ length: Math.floor(most / 10_000) }, (_, step) => BigInt((step + 1) * 10_000));
    for (const size of new Set([...sizes, BigInt(most)])) {
      const kept = total(legs.map((leg, at) => restOf(leg, chosen.some(({ place }) => place === at) ? size : 0n)));
      const sold = total(others.map(({ bids }) => soldBest(bids, size)));
      const value = BigInt(chosen.length - 1) * size + sold + kept - BigInt(cost);
      if (best === undefined || value > best) best = value;
    }
  }
  return best;
}

/** What each way brings at its best size; ways that cannot be had are left out. */
export function bruteWays(scene: BruteScene): Map<BruteKind, bigint> {
  const sold = total(scene.legs.map((leg) => restOf(leg, 0n)));
  const ways: [BruteKind, bigint | undefined][] = [
    ['sellBack', sold > 0n ? sold : undefined],
    ['complement', covers(scene, 'complement')],
    ['hedge', covers(scene, 'hedge')],
    ['convert', convert(scene)],
    ['complete', complete(scene)],
  ];
  return new Map(ways.filter((way): way is [BruteKind, bigint] => way[1] !== undefined));
}
