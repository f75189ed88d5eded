// Polymarket's order rules: ticks, decimals of size and amounts, minima, batch size. Pure integers.
import { MICROS_PER_UNIT } from '../../core/units.ts';
import type { TickRange } from '../contract.ts';
import { onGrid } from '../grid.ts';

/** Orders of one POST /orders. */
export const ORDERS_PER_REQUEST_MAX = 15;
/** A marketable BUY below one dollar is refused. */
export const BUY_MIN_MICROS = MICROS_PER_UNIT;

const SIZE_STEP_MICROS = 10_000; // sizes have 2 decimals
const CENT_MICROS = 10_000;

/** Decimals of one tick: of the price, the size and the amount. */
export interface RoundingRow {
  readonly tickE4: number;
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
  readonly amountDecimals: number;
}

/** Rounding by tick, as the venue's own client has it. */
export const ROUNDING: readonly RoundingRow[] = [
  { tickE4: 1_000, priceDecimals: 1, sizeDecimals: 2, amountDecimals: 3 },
  { tickE4: 100, priceDecimals: 2, sizeDecimals: 2, amountDecimals: 4 },
  { tickE4: 50, priceDecimals: 3, sizeDecimals: 2, amountDecimals: 5 },
  { tickE4: 25, priceDecimals: 4, sizeDecimals: 2, amountDecimals: 6 },
  { tickE4: 10, priceDecimals: 3, sizeDecimals: 2, amountDecimals: 5 },
  { tickE4: 1, priceDecimals: 4, sizeDecimals: 2, amountDecimals: 6 },
];

/** What is given and what is taken, in micro-units: pUSD and shares for a BUY, shares and pUSD for a SELL. */
export interface OrderAmounts {
  readonly makerMicros: number;
  readonly takerMicros: number;
}

/**
 * Least size step at which a FOK or FAK order at `limitE4` has exact amounts. A market BUY is stated in dollars of two
 * decimals, so size x limit must be whole cents; a SELL is stated in shares of two decimals.
 */
export function sizeStepMicros(side: 'BUY' | 'SELL', limitE4: number): number {
  if (side === 'SELL') return SIZE_STEP_MICROS;
  // size = n x 0.01 share costs n x limitE4 / 10^4 cents.
  return SIZE_STEP_MICROS * (10_000 / greatestCommonDivisor(limitE4, 10_000));
}

/** Amounts of a market order whose size is on its step. Throws RangeError when it is not: rounding is the planner's. */
export function marketOrderAmounts(side: 'BUY' | 'SELL', limitE4: number, sizeMicros: number): OrderAmounts {
  if (sizeMicros <= 0 || sizeMicros % sizeStepMicros(side, limitE4) !== 0) {
    throw new RangeError(
      `size ${sizeMicros} micro-shares at ${limitE4} E4, allowed steps of ${sizeStepMicros(side, limitE4)}`,
    );
  }
  // On the step both are exact: 0.01 share x 1e-4 dollar is one micro-dollar.
  const dollarsMicros = (sizeMicros / SIZE_STEP_MICROS) * limitE4;
  return side === 'BUY'
    ? { makerMicros: dollarsMicros, takerMicros: sizeMicros }
    : { makerMicros: sizeMicros, takerMicros: dollarsMicros };
}

/** What the venue would have against an order, or undefined. */
export function orderFault(
  side: 'BUY' | 'SELL',
  limitE4: number,
  sizeMicros: number,
  grid: readonly TickRange[],
): string | undefined {
  if (!onGrid(grid, limitE4)) return `limit ${limitE4} E4 is not on the tick`;
  if (sizeMicros <= 0) return 'size is zero';
  const step = sizeStepMicros(side, limitE4);
  if (sizeMicros % step !== 0) return `size ${sizeMicros} is not a multiple of ${step} micro-shares`;
  const { makerMicros } = marketOrderAmounts(side, limitE4, sizeMicros);
  if (side === 'BUY' && makerMicros % CENT_MICROS !== 0) return `amount ${makerMicros} is not in whole cents`;
  if (side === 'BUY' && makerMicros < BUY_MIN_MICROS) return `amount ${makerMicros} is below ${BUY_MIN_MICROS}`;
  return undefined;
}

function greatestCommonDivisor(a: number, b: number): number {
  let [high, low] = [a, b];
  while (low !== 0) [high, low] = [low, high % low];
  return high;
}
