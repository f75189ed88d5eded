// Taker fees by schedule, exact in integers; rounding is always up, against ourselves.
import type { FeeSchedule } from './contract.ts';

/**
 * Fee in micro-dollars of `sizeMicros` shares at `priceE4`, rounded up to the schedule's step. Exact: big integers,
 * off the hot path (the detector reads the table of feeNanosPerShare instead).
 */
export function takerFeeMicrosRoundedUp(fee: FeeSchedule, priceE4: number, sizeMicros: number): number {
  if (fee.rateE6 === 0 || sizeMicros === 0) return 0;
  const exponent = BigInt(fee.exponent);
  const spread = BigInt(priceE4) * BigInt(10_000 - priceE4);
  const numerator = BigInt(sizeMicros) * BigInt(fee.rateE6) * spread ** exponent;
  const step = 1_000_000n * 100_000_000n ** exponent * BigInt(fee.roundMicros);
  return Number((numerator + step - 1n) / step) * fee.roundMicros;
}

const NANOS_AT_ONE_SPREAD = 100_000;

/** Fee in nano-dollars of one share at `priceE4`, rounded up: what the detector's fee table holds. */
export function feeNanosPerShareRoundedUp({ rateE6, exponent }: FeeSchedule, priceE4: number): number {
  const spread = priceE4 * (10_000 - priceE4);
  const product = rateE6 * spread;
  // The usual exponent: up to 2^53 doubles are exact, and the largest rate allowed, 1,000,000, makes 2.5e13 at most.
  if (exponent === 1 && product <= Number.MAX_SAFE_INTEGER) {
    const rest = product % NANOS_AT_ONE_SPREAD;
    return (product - rest) / NANOS_AT_ONE_SPREAD + (rest === 0 ? 0 : 1);
  }
  const power = BigInt(exponent);
  const numerator = BigInt(rateE6) * BigInt(spread) ** power * 1_000n;
  const divisor = 100_000_000n ** power;
  return Number((numerator + divisor - 1n) / divisor);
}
