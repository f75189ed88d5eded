// Kalshi's order rules: contracts whole, or in hundredths where the market allows it, prices on the grid of YES. Pure.
import type { OrderDraft, SizeRule, TickRange } from '../contract.ts';
import { onGrid } from '../grid.ts';
import { isKalshiNo } from './outcome.ts';

/** Orders of one batched request that every account may send. */
export const KALSHI_ORDERS_PER_REQUEST_MAX = 20;

/** Sizes of orders of a market whose smallest order, and step, is `stepMicros`. */
export function contractRule(stepMicros: number): SizeRule {
  const step = Math.max(1, stepMicros);
  return {
    worthMicrosMin: 0,
    atLeast: (_limitE4, sizeMicros) => Math.ceil(sizeMicros / step) * step,
    atMost: (_limitE4, sizeMicros) => Math.floor(sizeMicros / step) * step,
  };
}

/** What the venue would have against an order, or undefined. `grid`: of YES; an order for NO states the price of YES. */
export function contractFault(
  { token, limitE4, sizeMicros, type, expiresMs }: OrderDraft,
  stepMicros: number,
  grid: readonly TickRange[],
): string | undefined {
  const yesE4 = isKalshiNo(token) ? 10_000 - limitE4 : limitE4;
  if (yesE4 <= 0 || yesE4 >= 10_000 || !onGrid(grid, yesE4)) return `limit ${limitE4} E4 is not on the tick`;
  if (sizeMicros <= 0) return 'size is zero';
  if (sizeMicros % Math.max(1, stepMicros) !== 0) {
    return `size ${sizeMicros} is not a multiple of ${stepMicros} micro-contracts`;
  }
  return (type === 'GTD') === (expiresMs === undefined) && type !== 'postOnly'
    ? 'only a GTD says when it ends'
    : undefined;
}
