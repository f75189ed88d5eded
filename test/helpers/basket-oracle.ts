// The slow references for the detector's depth walk. bestOf: every size whose profit without rounding is not below the best,
// wherever books are large; bruteBestOf: every size there is, for small books, by nothing but the rules.
import type { FeeSchedule } from '../../engine/venue/contract.ts';
import { WALK_NEAR_MAX } from '../../wasm/layout.ts';

/** What a leg can buy: levels of the outcome bought, best first, and its market's rules. */
export interface OracleLeg {
  readonly levels: readonly (readonly [number, number])[];
  readonly fee: FeeSchedule;
  readonly minSizeMicros: number;
}

export interface OracleResult {
  readonly sizeMicros: bigint;
  readonly costMicros: bigint;
  readonly feeMicros: bigint;
  readonly edgeMicros: bigint;
  readonly legs: readonly { readonly limitE4: number; readonly cost: bigint; readonly fee: bigint }[];
}

const LOT = 10_000n;
/** Less than WALK_NEAR_MAX: the detector's start may be a size or two off. */
const NEAR_LOTS = BigInt(WALK_NEAR_MAX - 2);
const wide = new WeakSet<OracleResult>();
const MAX = 1_000_000_000_000_000n;

function ceilDiv(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

const nanosByFee = new Map<FeeSchedule, Map<number, bigint>>();

/** Fee per share, nano-dollars rounded up, from the schedule's formula; remembered, it is asked for often. */
function nanosPerShare(fee: FeeSchedule, priceE4: number): bigint {
  let known = nanosByFee.get(fee);
  if (known === undefined) {
    known = new Map();
    nanosByFee.set(fee, known);
  }
  let nanos = known.get(priceE4);
  if (nanos === undefined) {
    nanos = nanosFromFormula(fee, priceE4);
    known.set(priceE4, nanos);
  }
  return nanos;
}

function nanosFromFormula({ rateE6, exponent, builderBps }: FeeSchedule, priceE4: number): bigint {
  const spread = (BigInt(priceE4) * BigInt(10_000 - priceE4)) ** BigInt(exponent);
  const builder = BigInt(priceE4) * BigInt(builderBps ?? 0) * 10n;
  return builder + ceilDiv(BigInt(rateE6) * spread * 1000n, 100_000_000n ** BigInt(exponent));
}

function buy(leg: OracleLeg, sizeMicros: bigint): { limitE4: number; cost: bigint; fee: bigint } {
  let left = sizeMicros;
  let cost = 0n;
  let fee = 0n;
  let limitE4 = 0;
  for (const [priceE4, levelMicros] of leg.levels) {
    if (left === 0n) break;
    const take = left < BigInt(levelMicros) ? left : BigInt(levelMicros);
    cost += take * BigInt(priceE4);
    fee += take * nanosPerShare(leg.fee, priceE4);
    limitE4 = priceE4;
    left -= take;
  }
  if (left !== 0n) throw new Error('the oracle bought more than there is');
  const step = BigInt(leg.fee.roundMicros);
  return { limitE4, cost: ceilDiv(cost, 10_000n), fee: ceilDiv(fee, 1_000_000_000n * step) * step };
}

interface Rules {
  readonly legs: readonly OracleLeg[];
  readonly payoutE4: number;
  readonly minEdgeMicros: number;
  readonly minEdgePerUnitE4: number;
}

/** Least and most lots: hundredths of a share that all legs' venues take and all ladders have. */
function lotsOf(legs: readonly OracleLeg[]): [bigint, bigint] {
  const depths = legs.map(({ levels }) => levels.reduce((sum, [, micros]) => sum + BigInt(micros), 0n));
  const depth = depths.reduce((least, one) => (one < least ? one : least), MAX);
  const least = legs.reduce((most, { minSizeMicros }) => Math.max(most, minSizeMicros), 1);
  return [ceilDiv(BigInt(least), LOT), depth / LOT];
}

/** What a leg's levels cost, without rounding: up to the end of each, and a share of the next, femto-dollars. */
interface Spent {
  readonly endMicros: readonly bigint[];
  readonly endFemto: readonly bigint[];
  readonly perMicro: readonly bigint[];
}

const spentByLeg = new WeakMap<OracleLeg, Spent>();

function spentOf(leg: OracleLeg): Spent {
  let spent = spentByLeg.get(leg);
  if (spent === undefined) {
    const perMicro = leg.levels.map(([priceE4]) => BigInt(priceE4) * 100_000n + nanosPerShare(leg.fee, priceE4));
    let [micros, femto] = [0n, 0n];
    const ends = leg.levels.map(([, levelMicros], place) => {
      micros += BigInt(levelMicros);
      femto += BigInt(levelMicros) * perMicro[place]!;
      return [micros, femto] as const;
    });
    spent = { endMicros: ends.map(([end]) => end), endFemto: ends.map(([, end]) => end), perMicro };
    spentByLeg.set(leg, spent);
  }
  return spent;
}

/** Profit of `lots` when no money is rounded, femto-dollars. */
function unrounded({ legs, payoutE4 }: Rules, lots: bigint): bigint {
  const micros = lots * LOT;
  let profit = micros * BigInt(payoutE4) * 100_000n;
  for (const leg of legs) {
    const { endMicros, endFemto, perMicro } = spentOf(leg);
    let place = 0;
    while (endMicros[place]! < micros) place += 1;
    profit -= endFemto[place]! - (endMicros[place]! - micros) * perMicro[place]!;
  }
  return profit;
}

/** The lots up to which a further share gains after fees, about: no more than one off. */
function peakOf({ legs, payoutE4 }: Rules): bigint {
  const at = legs.map(() => 0);
  const ends = legs.map(({ levels }) => (levels.length === 0 ? 0n : BigInt(levels[0]![1])));
  let peak = 0n;
  while (true) {
    const costs = legs.map(({ levels, fee }, leg) => {
      const priceE4 = levels[at[leg]!]?.[0];
      return priceE4 === undefined ? undefined : BigInt(priceE4) * 100_000n + nanosPerShare(fee, priceE4);
    });
    if (costs.includes(undefined)) return peak;
    if (costs.reduce((sum: bigint, cost) => sum + cost!, 0n) >= BigInt(payoutE4) * 100_000n) return peak;
    const nearest = ends.reduce((least, end) => (end < least ? end : least));
    peak = nearest / LOT;
    for (const [leg, end] of ends.entries()) {
      if (end !== nearest) continue;
      at[leg]! += 1;
      ends[leg] = end + BigInt(legs[leg]!.levels[at[leg]!]?.[1] ?? 0);
    }
  }
}

/** The last of the whole numbers from `low` to `high` that `holds`, which does so up to some number; undefined when none. */
function lastWhere(low: bigint, high: bigint, holds: (lots: bigint) => boolean): bigint | undefined {
  if (low > high || !holds(low)) return undefined;
  let [last, end] = [low, high];
  while (end > last) {
    const middle = last + (end - last + 1n) / 2n;
    if (holds(middle)) last = middle;
    else end = middle - 1n;
  }
  return last;
}

/** One leg's cost and fee from lot to lot, exact in doubles: what is spent since the start, and what is left of roundings. */
class Spending {
  readonly #leg: OracleLeg;
  #level = 0;
  #left: number;
  /** Of the cost, E4 x micros below a micro-dollar, and of the fee, femto-dollars below a rounding step. */
  #costRest = 0;
  #feeRest = 0;
  #micros = 0;

  constructor(leg: OracleLeg, lots: bigint) {
    this.#leg = leg;
    let left = lots * LOT;
    let [cost, fee] = [0n, 0n];
    while (left > BigInt(leg.levels[this.#level]![1])) {
      const [priceE4, micros] = leg.levels[this.#level]!;
      cost += BigInt(micros) * BigInt(priceE4);
      fee += BigInt(micros) * nanosPerShare(leg.fee, priceE4);
      left -= BigInt(micros);
      this.#level += 1;
    }
    const [priceE4, micros] = leg.levels[this.#level]!;
    this.#costRest = Number((cost + left * BigInt(priceE4)) % 10_000n);
    this.#feeRest = Number((fee + left * nanosPerShare(leg.fee, priceE4)) % BigInt(this.#stepFemto));
    this.#left = micros - Number(left);
    this.#micros = -this.#roundedUp();
  }

  get #stepFemto(): number {
    return this.#leg.fee.roundMicros * 1e9;
  }

  #roundedUp(): number {
    return (this.#costRest > 0 ? 1 : 0) + (this.#feeRest > 0 ? this.#leg.fee.roundMicros : 0);
  }

  /** Buys one lot more and answers what is spent since the start, rounded up, micro-dollars. */
  next(): number {
    let want = Number(LOT);
    while (want > 0) {
      if (this.#left === 0) {
        this.#level += 1;
        this.#left = this.#leg.levels[this.#level]![1];
      }
      const take = Math.min(want, this.#left);
      const [priceE4] = this.#leg.levels[this.#level]!;
      this.#costRest += take * priceE4;
      this.#feeRest += take * Number(nanosPerShare(this.#leg.fee, priceE4));
      this.#left -= take;
      want -= take;
    }
    this.#micros += Math.floor(this.#costRest / 10_000);
    this.#costRest %= 10_000;
    const rest = this.#feeRest % this.#stepFemto;
    this.#micros += Math.round((this.#feeRest - rest) / this.#stepFemto) * this.#leg.fee.roundMicros;
    this.#feeRest = rest;
    return this.#micros + this.#roundedUp();
  }
}

/** Looks at all lots from `low` to `high`; the most profitable that keeps to the limits, the least of equals. */
function bestBetween(rules: Rules, low: bigint, high: bigint): bigint | undefined {
  const { legs, payoutE4, minEdgeMicros, minEdgePerUnitE4 } = rules;
  const edgeLow = edgeOf(rules, low);
  const spendings = legs.map((leg) => new Spending(leg, low));
  const needed = Number(BigInt(Math.max(1, minEdgeMicros)) - edgeLow);
  const overLow = Number(edgeLow - BigInt(minEdgePerUnitE4) * low);
  let best: { ahead: number; edge: number } | undefined;
  for (let ahead = 0; ahead <= Number(high - low); ahead += 1) {
    const spent = ahead === 0 ? 0 : spendings.reduce((sum, spending) => sum + spending.next(), 0);
    const edge = ahead * payoutE4 - spent;
    if (edge < needed || (minEdgePerUnitE4 > 0 && overLow + edge < minEdgePerUnitE4 * ahead)) continue;
    if (best === undefined || edge > best.edge) best = { ahead, edge };
  }
  return best === undefined ? undefined : low + BigInt(best.ahead);
}

function edgeOf({ legs, payoutE4 }: Rules, lots: bigint): bigint {
  return legs.reduce((edge, leg) => {
    const { cost, fee } = buy(leg, lots * LOT);
    return edge - cost - fee;
  }, lots * BigInt(payoutE4));
}

function resultOf(rules: Rules, lots: bigint | undefined): OracleResult | undefined {
  if (lots === undefined) return undefined;
  const legs = rules.legs.map((leg) => buy(leg, lots * LOT));
  const costMicros = legs.reduce((sum, { cost }) => sum + cost, 0n);
  const feeMicros = legs.reduce((sum, { fee }) => sum + fee, 0n);
  return { sizeMicros: lots * LOT, costMicros, feeMicros, edgeMicros: edgeOf(rules, lots), legs };
}

/**
 * The most profitable size of a basket that pays `payoutE4` per unit, in whole hundredths of a share, or undefined. What no
 * rounding would leave is a concave bound of the profit, so the sizes it does not rule out lie side by side: they
 * are all looked at.
 */
export function bestOf(
  legs: readonly OracleLeg[],
  payoutE4: number,
  minEdgeMicros: number,
  minEdgePerUnitE4: number,
): OracleResult | undefined {
  const rules = { legs, payoutE4, minEdgeMicros, minEdgePerUnitE4 };
  const [least, most] = lotsOf(legs);
  const peak = peakOf(rules);
  if (least > most) return undefined;
  const top = peak > most ? most : peak < least ? least : peak;
  const femto = 1_000_000_000n;
  const keeps = (lots: bigint): boolean =>
    unrounded(rules, lots) >= BigInt(minEdgePerUnitE4) * lots * femto && unrounded(rules, lots) > 0n;
  const start = lastWhere(least, top, keeps);
  if (start === undefined) return undefined;
  // Downwards to the first size that keeps to the limits: it bounds how far others can lie.
  const enough = BigInt(Math.max(1, minEdgeMicros));
  let seed = start;
  while (edgeOf(rules, seed) < enough || edgeOf(rules, seed) < BigInt(minEdgePerUnitE4) * seed) {
    if (seed === least || unrounded(rules, seed) < enough * femto) break;
    seed -= 1n;
  }
  const found = edgeOf(rules, seed);
  const bound = (found > enough ? found : enough) * femto;
  const isAbove = (lots: bigint): boolean => unrounded(rules, lots) >= bound;
  if (!isAbove(start) && !(start < most && isAbove(start + 1n)))
    return resultOf(rules, bestBetween(rules, seed, start));
  const below = lastWhere(least, start, (lots) => !isAbove(lots));
  const low = below === undefined ? least : below + 1n;
  const high = lastWhere(start, most, (lots) => lots === start || (isAbove(lots) && keeps(lots))) ?? start;
  const result = resultOf(rules, bestBetween(rules, low > start ? start : low, high));
  if (result !== undefined && (high - start > NEAR_LOTS || start - low > NEAR_LOTS)) wide.add(result);
  return result;
}

/** True for a result of bestOf whose candidates reach farther from the peak than the detector looks. */
export function isWide(result: OracleResult): boolean {
  return wide.has(result);
}

/** The same by every size there is, each from the ladders: small books only. */
export function bruteBestOf(
  legs: readonly OracleLeg[],
  payoutE4: number,
  minEdgeMicros: number,
  minEdgePerUnitE4: number,
): OracleResult | undefined {
  const rules = { legs, payoutE4, minEdgeMicros, minEdgePerUnitE4 };
  const [least, most] = lotsOf(legs);
  let best: { lots: bigint; edge: bigint } | undefined;
  for (let lots = least; lots <= most; lots += 1n) {
    const edge = edgeOf(rules, lots);
    if (edge < BigInt(Math.max(1, minEdgeMicros)) || edge < BigInt(minEdgePerUnitE4) * lots) continue;
    if (best === undefined || edge > best.edge) best = { lots, edge };
  }
  return resultOf(rules, best?.lots);
}
