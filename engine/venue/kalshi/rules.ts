// Kalshi's order rules as far as sizing needs them: contracts whole, or in hundredths where the market allows it. Pure.
import type { SizeRule } from '../contract.ts';

/** Sizes of orders of a market whose smallest order, and step, is `stepMicros`. */
export function contractRule(stepMicros: number): SizeRule {
  const step = Math.max(1, stepMicros);
  return {
    worthMicrosMin: 0,
    atLeast: (_limitE4, sizeMicros) => Math.ceil(sizeMicros / step) * step,
    atMost: (_limitE4, sizeMicros) => Math.floor(sizeMicros / step) * step,
  };
}
