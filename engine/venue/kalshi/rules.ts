// Kalshi's order rules: contracts whole, or in hundredths where the market allows it; prices on the grid; and that an order
// is always stated on the YES leg. Pure.
import type { OrderDraft, SizeRule, TickRange } from '../contract.ts';
import { onGrid } from '../grid.ts';
import { isKalshiNo } from './outcome.ts';

/** Contracts are counted with two decimals. */
export const COUNT_STEP_MICROS = 10_000;
/** What the write budget of the first tier holds at once, and a batch has to fit into it whole: 100 tokens, 10 an order. */
export const KALSHI_ORDERS_PER_REQUEST_MAX = 10;

/** Sizes of orders of a market whose smallest order, and step, is `stepMicros`. */
export function contractRule(stepMicros: number): SizeRule {
  const step = Math.max(1, stepMicros);
  return {
    worthMicrosMin: 0,
    atLeast: (_limitE4, sizeMicros) => Math.ceil(sizeMicros / step) * step,
    atMost: (_limitE4, sizeMicros) => Math.floor(sizeMicros / step) * step,
  };
}

/** An order as the venue's book has it: `bid` buys YES, `ask` sells it. */
export interface YesLeg {
  readonly side: 'bid' | 'ask';
  readonly priceE4: number;
}

/** Buying NO at p is selling YES at 1 - p, and the reverse. */
export function yesLeg({ token, side, limitE4 }: Pick<OrderDraft, 'token' | 'side' | 'limitE4'>): YesLeg {
  const isNo = isKalshiNo(token);
  return { side: (side === 'BUY') === isNo ? 'ask' : 'bid', priceE4: isNo ? 10_000 - limitE4 : limitE4 };
}

/** What the venue would have against an order, or undefined. `grid`: of YES; `stepMicros`: smallest order and step. */
export function contractFault(draft: OrderDraft, stepMicros: number, grid: readonly TickRange[]): string | undefined {
  const { limitE4, sizeMicros, type, expiresMs } = draft;
  const { priceE4 } = yesLeg(draft);
  if (priceE4 <= 0 || priceE4 >= 10_000 || !onGrid(grid, priceE4)) return `limit ${limitE4} E4 is not on the tick`;
  if (sizeMicros <= 0) return 'size is zero';
  const step = Math.max(COUNT_STEP_MICROS, stepMicros);
  if (sizeMicros % step !== 0) return `size ${sizeMicros} is not a multiple of ${step} micro-contracts`;
  return (type === 'GTD') === (expiresMs === undefined) && type !== 'postOnly'
    ? 'only a GTD says when it ends'
    : undefined;
}
