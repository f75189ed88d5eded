// What a sale brings: bids walked from the best down, fees as the venue rounds them, against ourselves. Pure.
import { proceedsMicrosRoundedDown } from '../core/units.ts';
import type { FeeSchedule } from '../venue/contract.ts';
import { type Fill, feeOfShare, orderFeeMicrosRoundedUp, takerFeeMicrosRoundedUp } from '../venue/fees.ts';
import { lastWhere } from './size.ts';

/** An outcome as it can be sold. */
export interface Lot {
  /** Bids for it, best first, as far down as a sale may go. */
  readonly bids: readonly Fill[];
  readonly fee: FeeSchedule;
  readonly isFeePerOrder: boolean;
  /** Step of the size of a sale. */
  readonly stepMicros: number;
}

/** A sale as the bids stand: `netMicros` is what it brings less the fee. */
export interface Sale {
  readonly sizeMicros: number;
  readonly netMicros: number;
  readonly feeMicros: number;
}

const NO_SALE: Sale = { sizeMicros: 0, netMicros: 0, feeMicros: 0 };

/** The sale of exactly `sizeMicros`; what the bids do not take brings nothing. */
export function saleOf(lot: Lot, sizeMicros: number): Sale {
  const fills = fillsOf(lot, sizeMicros);
  const proceeds = fills.reduce((sum, [priceE4, take]) => sum + proceedsMicrosRoundedDown(priceE4, take), 0);
  const feeMicros = feeOf(lot, fills);
  return { sizeMicros: fills.reduce((sum, [, take]) => sum + take, 0), netMicros: proceeds - feeMicros, feeMicros };
}

/**
 * The sale of up to `sizeMicros` that brings most; of no shares when none brings anything. A level brings more the more of
 * it is taken, but for the last step of the fee: so only the ends of levels, and of the fee steps before them, are looked at.
 */
export function bestSale(lot: Lot, sizeMicros: number): Sale {
  const { bids, stepMicros } = lot;
  const onStep = (size: number): number => Math.floor(size / stepMicros) * stepMicros;
  let best = NO_SALE;
  let before = 0;
  let reach = 0;
  for (const [, bidMicros] of bids) {
    reach = Math.min(sizeMicros, reach + bidMicros);
    const end = onStep(reach);
    if (end > before) {
      for (const size of [end, feeStepBefore(lot, before, end)]) {
        const sale = saleOf(lot, size);
        if (sale.netMicros > best.netMicros) best = sale;
      }
      before = end;
    }
    if (reach === sizeMicros) break;
  }
  return best;
}

/** Least that is never below what a sale of up to `sizeMicros` brings: no money rounded. In micro-dollars, with fractions. */
export function saleMicrosMost({ bids, fee }: Lot, sizeMicros: number): number {
  let left = sizeMicros;
  let most = 0;
  for (const [priceE4, bidMicros] of bids) {
    const take = Math.min(left, bidMicros);
    most += take * Math.max(0, priceE4 / 10_000 - feeOfShare(fee, priceE4));
    left -= take;
    if (left === 0) break;
  }
  return most;
}

/** Sums of the bids up to each level. */
export function reachesOf(bids: readonly Fill[]): number[] {
  let reach = 0;
  return bids.map(([, sizeMicros]) => {
    reach += sizeMicros;
    return reach;
  });
}

/** Largest size after `before` whose fee is a step below that of `end`, or `end`. */
function feeStepBefore(lot: Lot, before: number, end: number): number {
  const { stepMicros, fee } = lot;
  const below = saleOf(lot, end).feeMicros - fee.roundMicros;
  const first = Math.floor(before / stepMicros) + 1;
  const feeAt = (steps: number): number => saleOf(lot, steps * stepMicros).feeMicros;
  if (below < 0 || feeAt(first) > below) return end;
  return lastWhere(first, end / stepMicros, (steps) => feeAt(steps) <= below) * stepMicros;
}

function fillsOf({ bids }: Lot, sizeMicros: number): Fill[] {
  const fills: Fill[] = [];
  let left = sizeMicros;
  for (const [priceE4, bidMicros] of bids) {
    const take = Math.min(left, bidMicros);
    if (take > 0) fills.push([priceE4, take]);
    left -= take;
    if (left <= 0) break;
  }
  return fills;
}

function feeOf({ fee, isFeePerOrder }: Lot, fills: readonly Fill[]): number {
  if (isFeePerOrder) return orderFeeMicrosRoundedUp(fee, fills);
  return fills.reduce((sum, [priceE4, take]) => sum + takerFeeMicrosRoundedUp(fee, priceE4, take), 0);
}
