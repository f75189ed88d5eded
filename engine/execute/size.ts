// The size of a basket: how many sets to buy, and with which order sizes, for the most exact profit. Pure; executor's thread.
//
// No venue takes every size, so an order that shall cover so many sets is rounded up to the next size its venue takes, and
// legs differ a little. The basket pays for the sets that all legs cover: what a leg has beyond them is a residual, paid for
// and worth nothing here. Profit is recomputed from the rounded orders: cost per level rounded up, fees as the venue rounds.
//
// Between two sizes that some leg's venue takes, more sets cost nothing more, so these sizes are the only candidates. What
// a basket would gain without any rounding bounds what it gains with it, and rises up to one level end and falls behind it:
// the search starts there, goes both ways and ends where the bound no longer exceeds the best found.
import { costMicrosRoundedUp, proceedsMicrosRoundedDown } from '../core/units.ts';
import type { FeeSchedule, SizeRule } from '../venue/contract.ts';
import { type Fill, feeOfShare, orderFeeMicrosRoundedUp, takerFeeMicrosRoundedUp } from '../venue/fees.ts';

/** What a leg can buy, best first, and how its venue takes orders. */
export interface SizeLeg {
  readonly offers: readonly Fill[];
  readonly rule: SizeRule;
  readonly fee: FeeSchedule;
  /** The venue rounds the fee of a whole order, not of each fill. */
  readonly isFeePerOrder: boolean;
}

/** One leg's order, with what it costs when the offers stand. */
export interface SizedLeg {
  readonly sizeMicros: number;
  readonly limitE4: number;
  readonly costMicros: number;
  readonly feeMicros: number;
}

export interface Sized {
  /** Sets that every leg covers. */
  readonly setsMicros: number;
  /** Payout of the sets, and the worth of what is left, less costs and fees. */
  readonly edgeMicros: number;
  readonly legs: readonly SizedLeg[];
}

/** What sets that are not bought leave over to be sold: worth the less the more are. */
export interface Rest {
  /** Worth beside `setsMicros` sets, in whole micro-dollars. */
  microsOf(setsMicros: number): number;
  /** The same without any rounding, so that it is never below, and concave. */
  mostOf(setsMicros: number): number;
  /** Sets at which its slope changes. */
  readonly kinks: readonly number[];
}

/** What a size must keep to. With more sets `tooSmall` may only end, and `tooLarge` only begin. */
export interface SizeBounds<Cause> {
  readonly sizeMicrosMax: number;
  tooSmall(legs: readonly SizedLeg[]): Cause | undefined;
  tooLarge(legs: readonly SizedLeg[]): Cause | undefined;
  /** The cause when the offers do not reach for what the venues take. */
  readonly notStatable: Cause;
  /** Absent: nothing is left over. */
  readonly rest?: Rest | undefined;
}

/** Candidates looked at at most, so that a size is found in bounded time; what is left out differs by less than roundings. */
export const CANDIDATES_MAX = 256;
/** More than what doubles lose in estimates of at most 10^12 micro-dollars. */
const ESTIMATE_SLACK_MICROS = 1;

interface Judged<Cause> {
  readonly sized?: Sized | undefined;
  readonly small?: Cause | undefined;
  readonly large?: Cause | undefined;
}

/** The sets with the most profit, which may be none at all, or why there is no size. */
export function bestSize<Cause extends string>(
  legs: readonly SizeLeg[],
  payoutE4: number,
  bounds: SizeBounds<Cause>,
  candidatesMax = CANDIDATES_MAX,
): Sized | Cause {
  const search = new Search(legs, payoutE4, bounds);
  const cause = search.narrow();
  if (cause !== undefined) return cause;
  return search.best(candidatesMax) ?? bounds.notStatable;
}

class Search<Cause extends string> {
  readonly #legs: readonly SizeLeg[];
  readonly #payoutE4: number;
  readonly #bounds: SizeBounds<Cause>;
  /** Sums of the offers of each leg up to each level. */
  readonly #reaches: readonly (readonly number[])[];
  /** What a share costs at each level of each leg with its fee, in dollars, without any rounding. */
  readonly #perShare: readonly (readonly number[])[];
  #most: number;
  #best: Sized | undefined;

  constructor(legs: readonly SizeLeg[], payoutE4: number, bounds: SizeBounds<Cause>) {
    this.#legs = legs;
    this.#payoutE4 = payoutE4;
    this.#bounds = bounds;
    this.#reaches = legs.map(({ offers }) => {
      let reach = 0;
      return offers.map(([, sizeMicros]) => {
        reach += sizeMicros;
        return reach;
      });
    });
    this.#perShare = legs.map(({ offers, fee }) =>
      offers.map(([priceE4]) => priceE4 / 10_000 + feeOfShare(fee, priceE4)),
    );
    this.#most = Math.min(bounds.sizeMicrosMax, ...this.#reaches.map((reaches) => reaches.at(-1) ?? 0));
  }

  /** Brings the most sets down to what is not too large; why there is no size, or undefined. */
  narrow(): Cause | undefined {
    if (this.#most === 0) return this.#bounds.notStatable;
    const top = this.#judge(this.#most);
    if (top.small !== undefined) return top.small;
    if (top.large === undefined) return undefined;
    this.#most = lastWhere(0, this.#most, (sets) => this.#judge(sets).large === undefined);
    if (this.#most === 0) return top.large;
    // Where the offers end, and not a cap, the size is too small for what it must be at least.
    const { small } = this.#judge(this.#most);
    if (small === undefined) return undefined;
    return top.large === this.#bounds.notStatable ? small : top.large;
  }

  best(candidatesMax: number): Sized | undefined {
    let start = this.#peak();
    const isSmall = (sets: number): boolean => this.#judge(sets).small !== undefined;
    if (isSmall(start)) start = 1 + lastWhere(start, this.#most, isSmall);
    else if (this.#bounds.rest !== undefined) {
      // What is left over may be worth more than any set: the fewest sets are best then, far from any level end.
      const least = 1 + lastWhere(0, start, isSmall);
      if (this.#estimate(least) > this.#estimate(start)) start = least;
    }
    let left = candidatesMax;
    for (let sets = this.#below(start); sets > 0 && left > 0; sets = this.#below(sets - 1)) {
      left -= 1;
      if (this.#isBeaten(sets) || !this.#consider(sets)) break;
    }
    left = candidatesMax;
    for (let sets = this.#above(start); sets <= this.#most && left > 0; sets = this.#above(sets + 1)) {
      left -= 1;
      if (this.#isBeaten(sets) || !this.#consider(sets)) break;
    }
    return this.#best;
  }

  /** Judges a candidate; false when it is out of bounds, and all further ones with it. */
  #consider(sets: number): boolean {
    // Most candidates lose by their residuals alone: exact fees are for those that do not.
    if (this.#best !== undefined && this.#estimate(sets, this.#sizes(sets)) <= this.#best.edgeMicros) return true;
    const { sized, small, large } = this.#judge(sets);
    if (small !== undefined || large !== undefined || sized === undefined) return false;
    if (this.#best === undefined || sized.edgeMicros > this.#best.edgeMicros) this.#best = sized;
    return true;
  }

  #isBeaten(sets: number): boolean {
    return this.#best !== undefined && this.#estimate(sets) <= this.#best.edgeMicros;
  }

  #judge(sets: number): Judged<Cause> {
    const sized = this.#sized(sets);
    const { notStatable, sizeMicrosMax } = this.#bounds;
    if (sized === undefined || sized.setsMicros > sizeMicrosMax) return { large: notStatable };
    return { sized, small: this.#bounds.tooSmall(sized.legs), large: this.#bounds.tooLarge(sized.legs) };
  }

  #sized(sets: number): Sized | undefined {
    const bought: SizedLeg[] = [];
    let spent = 0;
    for (const [index, leg] of this.#legs.entries()) {
      const order = orderFor(leg, this.#reaches[index]!, sets);
      if (order === undefined) return undefined;
      const sized = priced(leg, order);
      bought.push(sized);
      spent += sized.costMicros + sized.feeMicros;
    }
    const setsMicros = Math.min(...bought.map(({ sizeMicros }) => sizeMicros));
    const brings =
      proceedsMicrosRoundedDown(this.#payoutE4, setsMicros) + (this.#bounds.rest?.microsOf(setsMicros) ?? 0);
    return { setsMicros, edgeMicros: brings - spent, legs: bought };
  }

  /** The legs' order sizes for `sets`; infinite where the offers do not reach. */
  #sizes(sets: number): number[] {
    return this.#legs.map(
      (leg, index) => orderFor(leg, this.#reaches[index]!, sets)?.sizeMicros ?? Number.POSITIVE_INFINITY,
    );
  }

  /**
   * Most that `sets` can gain, no money rounded: with orders of `sizes`, or with orders of the sets themselves, which is
   * concave, as every leg's offers go from good to bad.
   */
  #estimate(sets: number, sizes?: readonly number[]): number {
    let spent = 0;
    for (const [index, { offers }] of this.#legs.entries()) {
      const perShare = this.#perShare[index]!;
      let left = sizes?.[index] ?? sets;
      for (const [level, [, sizeMicros]] of offers.entries()) {
        const take = Math.min(left, sizeMicros);
        spent += take * perShare[level]!;
        left -= take;
        if (left === 0) break;
      }
    }
    const covered = sizes === undefined ? sets : Math.min(...sizes);
    const restMicros = this.#bounds.rest?.mostOf(covered) ?? 0;
    return (covered * this.#payoutE4) / 10_000 + restMicros - spent + ESTIMATE_SLACK_MICROS;
  }

  /** The level end, or the most sets, at which the estimate is highest. */
  #peak(): number {
    let peak = this.#most;
    for (const reaches of [...this.#reaches, this.#bounds.rest?.kinks ?? []]) {
      for (const reach of reaches) {
        if (reach > 0 && reach < this.#most && this.#estimate(reach) > this.#estimate(peak)) peak = reach;
      }
    }
    return peak;
  }

  /** Largest size up to `sets` that some leg's venue takes, 0 when there is none. */
  #below(sets: number): number {
    let found = 0;
    for (const [index, { offers, rule }] of this.#legs.entries()) {
      for (const [level, [priceE4]] of offers.entries()) {
        const sizeMicros = rule.atMost(priceE4, Math.min(sets, this.#reaches[index]![level]!));
        if (sizeMicros > found) found = sizeMicros;
      }
    }
    return found;
  }

  /** Least size from `sets` on that some leg's venue takes, infinite when the offers end before. */
  #above(sets: number): number {
    let found = Number.POSITIVE_INFINITY;
    for (const [index, { offers, rule }] of this.#legs.entries()) {
      for (const [level, [priceE4]] of offers.entries()) {
        const reach = this.#reaches[index]![level]!;
        if (reach < sets) continue;
        const sizeMicros = rule.atLeast(priceE4, sets);
        if (sizeMicros <= reach && sizeMicros < found) found = sizeMicros;
      }
    }
    return found;
  }
}

interface Order {
  readonly limitE4: number;
  readonly sizeMicros: number;
}

/** The least order that covers `sets` within the offers; its limit is the worst price that its size needs. */
function orderFor(leg: SizeLeg, reaches: readonly number[], sets: number): Order | undefined {
  let before = 0;
  for (const [level, reach] of reaches.entries()) {
    if (reach >= sets) {
      const [limitE4] = leg.offers[level]!;
      const sizeMicros = leg.rule.atLeast(limitE4, Math.max(sets, before + 1));
      if (sizeMicros <= reach) return { limitE4, sizeMicros };
    }
    before = reach;
  }
  return undefined;
}

function priced({ offers, fee, isFeePerOrder }: SizeLeg, { limitE4, sizeMicros }: Order): SizedLeg {
  const fills: Fill[] = [];
  let left = sizeMicros;
  let costMicros = 0;
  for (const [priceE4, offeredMicros] of offers) {
    const take = Math.min(left, offeredMicros);
    costMicros += costMicrosRoundedUp(priceE4, take);
    fills.push([priceE4, take]);
    left -= take;
    if (left === 0) break;
  }
  const feeMicros = isFeePerOrder
    ? orderFeeMicrosRoundedUp(fee, fills)
    : fills.reduce((sum, [priceE4, take]) => sum + takerFeeMicrosRoundedUp(fee, priceE4, take), 0);
  return { sizeMicros, limitE4, costMicros, feeMicros };
}

/** Largest whole number from `low` to `high` with `holds`, which holds at `low` and from some number on no more. */
export function lastWhere(low: number, high: number, holds: (value: number) => boolean): number {
  let [last, end] = [low, high];
  while (end > last) {
    const middle = last + Math.ceil((end - last) / 2);
    if (holds(middle)) last = middle;
    else end = middle - 1;
  }
  return last;
}
