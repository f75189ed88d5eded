// Kalshi's order rules: contracts whole, or in hundredths where the market allows it; prices on the grid; and that an order
// is always stated on the YES leg. Pure.
import type { OrderDraft, SizeRule, TickRange } from '../contract.ts';
import { onGrid } from '../grid.ts';
import { isKalshiNo } from './outcome.ts';

/** Contracts are counted with two decimals. */
export const COUNT_STEP_MICROS = 10_000;
/** What the write budget of the first tier holds at once, and a batch has to fit into it whole: 100 tokens, 10 an order. */
export const ORDERS_PER_REQUEST_MAX = 10;

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

/** What the venue would have against an order, or undefined. `stepMicros`: smallest order and step of the market. */
export function orderFault(draft: OrderDraft, grid: readonly TickRange[], stepMicros: number): string | undefined {
  const { priceE4 } = yesLeg(draft);
  if (!onGrid(grid, priceE4)) return `limit ${draft.limitE4} E4 is not on the tick`;
  if (draft.sizeMicros <= 0) return 'size is zero';
  const step = Math.max(COUNT_STEP_MICROS, stepMicros);
  return draft.sizeMicros % step === 0
    ? undefined
    : `size ${draft.sizeMicros} is not a multiple of ${step} micro-shares`;
}
