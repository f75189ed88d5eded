// Taker fees by schedule, exact in integers; rounding is always up, against ourselves. Rebates count for nothing: what
// of a day's pool is a maker's is known the day after.
import type { FeeSchedule, MarketMeta, VenueName } from './contract.ts';

/** Micro-dollars of one share at 1 E4 and 1 basis point: 1e-4 x 1e-4 dollar is a hundredth of one. */
const BUILDER_PARTS = 100n;

/**
 * Fee in micro-dollars of `sizeMicros` shares at `priceE4`, the builder's included, rounded up to the schedule's step.
 * Exact: big integers, off the hot path (the detector reads the table of feeNanosPerShare instead).
 */
export function takerFeeMicrosRoundedUp(fee: FeeSchedule, priceE4: number, sizeMicros: number): number {
  return orderFeeMicrosRoundedUp(fee, [[priceE4, sizeMicros]]);
}

/** True where the fee of a whole order is rounded up once, and not that of each of its fills. */
export function isFeePerOrder(venue: VenueName): boolean {
  return venue === 'kalshi';
}

/** What an order takes at one price. */
export type Fill = readonly [priceE4: number, sizeMicros: number];

/** The fee of all fills of one order where the venue rounds per order: their sum rounded up once, micro-dollars. */
export function orderFeeMicrosRoundedUp(fee: FeeSchedule, fills: readonly Fill[]): number {
  const builderBps = fee.builderBps ?? 0;
  if (fee.rateE6 === 0 && builderBps === 0) return 0;
  const exponent = BigInt(fee.exponent);
  const unit = 100_000_000n ** exponent;
  const rate = BigInt(fee.rateE6) * BUILDER_PARTS;
  let sum = 0n;
  for (const [priceE4, sizeMicros] of fills) {
    const spread = BigInt(priceE4 * (10_000 - priceE4));
    sum += BigInt(sizeMicros) * (rate * spread ** exponent + BigInt(priceE4 * builderBps) * unit);
  }
  const step = 1_000_000n * unit * BUILDER_PARTS * BigInt(fee.roundMicros);
  return Number((sum + step - 1n) / step) * fee.roundMicros;
}

/** About the fee of one share at `priceE4` in dollars, without any rounding: for estimates. */
export function feeOfShare({ rateE6, exponent, builderBps }: FeeSchedule, priceE4: number): number {
  const price = priceE4 / 10_000;
  return (rateE6 / 1e6) * (price * (1 - price)) ** exponent + (price * (builderBps ?? 0)) / 10_000;
}

const NANOS_AT_ONE_SPREAD = 100_000;
/** Nano-dollars of one share at 1 E4 and 1 basis point. */
const BUILDER_NANOS = 10;

/** Fee in nano-dollars of one share at `priceE4`, rounded up: what the detector's fee table holds. */
export function feeNanosPerShareRoundedUp({ rateE6, exponent, builderBps }: FeeSchedule, priceE4: number): number {
  const builderNanos = priceE4 * (builderBps ?? 0) * BUILDER_NANOS;
  const spread = priceE4 * (10_000 - priceE4);
  const product = rateE6 * spread;
  // The usual exponent: up to 2^53 doubles are exact, and the largest rate allowed, 1,000,000, makes 2.5e13 at most.
  if (exponent === 1 && product <= Number.MAX_SAFE_INTEGER) {
    const rest = product % NANOS_AT_ONE_SPREAD;
    return builderNanos + (product - rest) / NANOS_AT_ONE_SPREAD + (rest === 0 ? 0 : 1);
  }
  const power = BigInt(exponent);
  const numerator = BigInt(rateE6) * BigInt(spread) ** power * 1_000n;
  const divisor = 100_000_000n ** power;
  return builderNanos + Number((numerator + divisor - 1n) / divisor);
}

/** One text per schedule: equal ones are one row of the fee table. '' for an unknown fee. */
export function feeKey(fee: FeeSchedule | undefined): string {
  return fee === undefined ? '' : `${fee.rateE6}/${fee.exponent}/${fee.roundMicros}/${fee.builderBps ?? 0}`;
}

/** The markets as orders that carry a builder's code pay there: Polymarket's with `builderBps` on top of their fees. */
export function withBuilderFee(metas: readonly MarketMeta[], builderBps: number): readonly MarketMeta[] {
  if (builderBps === 0) return metas;
  return metas.map((meta) => {
    const { venue, fee } = meta;
    return venue === 'polymarket' && fee !== undefined ? { ...meta, fee: { ...fee, builderBps } } : meta;
  });
}
