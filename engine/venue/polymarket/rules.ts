// Polymarket's order rules: ticks, decimals of size and amounts, minima, batch size. Pure integers.
import { costMicrosRoundedUp, MICROS_PER_UNIT, proceedsMicrosRoundedDown } from '../../core/units.ts';
import type { OrderType, SizeRule, TickRange } from '../contract.ts';
import { onGrid, tickAt } from '../grid.ts';

/** Orders of one POST /orders. */
export const ORDERS_PER_REQUEST_MAX = 15;
/** A marketable BUY below one dollar is refused. */
export const BUY_MIN_MICROS = MICROS_PER_UNIT;

/** A sale states shares of 2 decimals. */
export const SELL_STEP_MICROS = 10_000;
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

const FINEST = { amountDecimals: 6 };

/** What is given and what is taken, in micro-units: pUSD and shares for a BUY, shares and pUSD for a SELL. */
export interface OrderAmounts {
  readonly makerMicros: number;
  readonly takerMicros: number;
}

/** Shares that a market BUY of so many cents states: what they buy at the limit, cut to the decimals of amounts. */
function sharesOfCents(cents: number, limitE4: number, tickE4: number): number {
  // Micro-dollars / limitE4 are ten thousands of micro-shares; their rest again, so that no product passes 2^53.
  const micros = cents * CENT_MICROS;
  const rest = micros % limitE4;
  const shares = ((micros - rest) / limitE4) * 10_000 + Math.floor((rest * 10_000) / limitE4);
  const { amountDecimals } = ROUNDING.find((row) => row.tickE4 === tickE4) ?? FINEST;
  return shares - (shares % 10 ** (6 - amountDecimals));
}

/** Whole cents that a market BUY of `sizeMicros` states: what they cost at the limit, rounded up. */
function centsOfShares(limitE4: number, sizeMicros: number): number {
  return Math.ceil(costMicrosRoundedUp(limitE4, sizeMicros) / CENT_MICROS);
}

/**
 * Sizes of FOK and FAK orders that buy on a grid: they are stated in dollars of two decimals, and the shares follow from
 * the limit. So 7 shares at 0.123 cannot be had: 0.86 dollar buys 6.99186, and 0.87 buys 7.07317.
 */
export function buyRule(grid: readonly TickRange[]): SizeRule {
  return {
    worthMicrosMin: BUY_MIN_MICROS,
    atLeast: (limitE4, sizeMicros) => {
      const tickE4 = tickAt(grid, limitE4);
      const cents = centsOfShares(limitE4, sizeMicros);
      const shares = sharesOfCents(cents, limitE4, tickE4);
      return shares >= sizeMicros ? shares : sharesOfCents(cents + 1, limitE4, tickE4);
    },
    atMost: (limitE4, sizeMicros) => {
      const tickE4 = tickAt(grid, limitE4);
      const cents = Math.floor(proceedsMicrosRoundedDown(limitE4, sizeMicros) / CENT_MICROS);
      // The cut may have brought a cent more down to the size.
      const more = sharesOfCents(cents + 1, limitE4, tickE4);
      return more <= sizeMicros ? more : sharesOfCents(cents, limitE4, tickE4);
    },
  };
}

/** What a market order states. Throws RangeError for a size that it cannot state: rounding is the planner's. */
export function marketOrderAmounts(
  side: 'BUY' | 'SELL',
  limitE4: number,
  sizeMicros: number,
  tickE4: number,
): OrderAmounts {
  if (side === 'SELL') {
    if (sizeMicros <= 0 || sizeMicros % SELL_STEP_MICROS !== 0) {
      throw new RangeError(`size ${sizeMicros} micro-shares, allowed steps of ${SELL_STEP_MICROS}`);
    }
    // On the step it is exact: 0.01 share x 1e-4 dollar is one micro-dollar.
    return { makerMicros: sizeMicros, takerMicros: (sizeMicros / SELL_STEP_MICROS) * limitE4 };
  }
  const cents = centsOfShares(limitE4, sizeMicros);
  if (sizeMicros <= 0 || sharesOfCents(cents, limitE4, tickE4) !== sizeMicros) {
    throw new RangeError(`size ${sizeMicros} micro-shares at ${limitE4} E4, allowed what whole cents buy`);
  }
  return { makerMicros: cents * CENT_MICROS, takerMicros: sizeMicros };
}

/** True for orders that may rest: they state shares of two decimals on both sides, and the dollars follow exactly. */
export function mayRest(type: OrderType): boolean {
  return type !== 'FOK' && type !== 'FAK';
}

/** What an order of any type states. Throws RangeError for a size that it cannot state. */
export function orderAmounts(
  type: OrderType,
  side: 'BUY' | 'SELL',
  limitE4: number,
  sizeMicros: number,
  tickE4: number,
): OrderAmounts {
  if (side === 'SELL' || !mayRest(type)) return marketOrderAmounts(side, limitE4, sizeMicros, tickE4);
  const { makerMicros: takerMicros, takerMicros: makerMicros } = marketOrderAmounts(
    'SELL',
    limitE4,
    sizeMicros,
    tickE4,
  );
  return { makerMicros, takerMicros };
}

/** The venue takes this off a stated end, s. */
const EXPIRY_MARGIN_S = 60;

/** What an order states as its end, Unix seconds, so that it rests until `expiresMs`; '0' for one that has none. */
export function expirationText(expiresMs: number | undefined): string {
  return expiresMs === undefined ? '0' : String(Math.floor(expiresMs / 1_000) + EXPIRY_MARGIN_S);
}

/** What the venue has against the size of an order that may rest, or undefined. */
export function restingFault(
  { type, sizeMicros, expiresMs }: { type: OrderType; sizeMicros: number; expiresMs?: number | undefined },
  minSizeMicros: number,
): string | undefined {
  if ((type === 'GTD') !== (expiresMs !== undefined) && type !== 'postOnly') return 'only a GTD says when it ends';
  if (!mayRest(type)) return undefined;
  if (sizeMicros % SELL_STEP_MICROS !== 0)
    return `size ${sizeMicros} is not a multiple of ${SELL_STEP_MICROS} micro-shares`;
  return sizeMicros < minSizeMicros ? `size ${sizeMicros} is below ${minSizeMicros} micro-shares` : undefined;
}

/** What the venue would have against an order that takes, or undefined; one that may rest has no least worth. */
export function orderFault(
  side: 'BUY' | 'SELL',
  limitE4: number,
  sizeMicros: number,
  grid: readonly TickRange[],
  type: OrderType = 'FOK',
): string | undefined {
  if (!onGrid(grid, limitE4)) return `limit ${limitE4} E4 is not on the tick`;
  if (sizeMicros <= 0) return 'size is zero';
  if (side === 'SELL' || mayRest(type)) {
    const isOnStep = sizeMicros % SELL_STEP_MICROS === 0;
    return isOnStep ? undefined : `size ${sizeMicros} is not a multiple of ${SELL_STEP_MICROS} micro-shares`;
  }
  const cents = centsOfShares(limitE4, sizeMicros);
  if (sharesOfCents(cents, limitE4, tickAt(grid, limitE4)) !== sizeMicros) {
    return `size ${sizeMicros} is not what whole cents buy at ${limitE4} E4`;
  }
  const makerMicros = cents * CENT_MICROS;
  return makerMicros < BUY_MIN_MICROS ? `amount ${makerMicros} is below ${BUY_MIN_MICROS}` : undefined;
}
