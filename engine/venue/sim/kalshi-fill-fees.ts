// What the simulated Kalshi venue takes for a fill: the fee of the formula, then the rounding that keeps balances on whole
// cents, given back by the cent where an order's fills have paid more of it than one fill would have. Pure.
import type { FeeSchedule } from '../contract.ts';
import { takerFeeMicrosRoundedUp } from '../fees.ts';

/** Balances are whole cents. */
export const BALANCE_STEP_MICROS = 10_000;
/** The fee of the formula is rounded up to a hundredth of a cent. */
const FEE_STEP_MICROS = 100;

/** The fee of the formula. */
export function tradeFeeMicros(rateE6: number, { exponent }: FeeSchedule, priceE4: number, sizeMicros: number): number {
  return takerFeeMicrosRoundedUp({ rateE6, exponent, roundMicros: FEE_STEP_MICROS }, priceE4, sizeMicros);
}

/**
 * The whole fee of a fill that moves the balance by `revenueMicros` before fees, and what its order has been charged for
 * roundings afterwards; `roundedMicros`: before. Nobody is paid for a fill.
 */
export function settledFee(
  revenueMicros: number,
  tradeFee: number,
  roundedMicros: number,
): { readonly feeMicros: number; readonly roundedMicros: number } {
  const change = revenueMicros - tradeFee;
  const rounding = change - Math.floor(change / BALANCE_STEP_MICROS) * BALANCE_STEP_MICROS;
  const charged = roundedMicros + rounding;
  const isGivenBack = charged > BALANCE_STEP_MICROS && tradeFee + rounding >= BALANCE_STEP_MICROS;
  const rebate = isGivenBack ? BALANCE_STEP_MICROS : 0;
  return { feeMicros: tradeFee + rounding - rebate, roundedMicros: charged - rebate };
}
