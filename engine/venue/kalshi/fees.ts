// Kalshi's fees: type and multiplier of a series, each replaced where its event has its own, as a schedule. Pure.
import { scaledFromText } from '../../core/units.ts';
import type { FeeSchedule } from '../contract.ts';
import { type JsonObject, type JsonValue, member } from '../json.ts';
import type { KalshiFeeReason } from './reasons.ts';

/** What a series or an event says of fees; each is undefined where it says nothing. */
export interface FeeTerms {
  readonly feeType: string | undefined;
  readonly multiplierE6: number | 'unreadable' | undefined;
}

export interface KalshiFee {
  readonly feeType: string;
  /** For takers, rounded up to the cent per order. */
  readonly taker: FeeSchedule;
  /** For makers, in the same form; none are charged at rate 0. */
  readonly makerRateE6: number;
}

/** 0.07 dollars times p(1-p), before the multiplier. */
const TAKER_RATE_E6 = 70_000n;
const ROUND_MICROS = 10_000;
const MULTIPLIER_E6_MAX = 10_000_000;
/** Makers' part of the takers' fee, in millionths, by fee type. `flat` is a table that the API does not tell. */
const MAKER_FACTOR_E6: Readonly<Record<string, bigint>> = {
  quadratic: 0n,
  quadratic_with_maker_fees: 250_000n,
  quadratic_with_combo_maker_fees: 500_000n,
};

/** Terms under the keys `fee_type` and `fee_multiplier` with `suffix`. */
export function readFeeTerms(value: JsonObject, suffix: '' | '_override'): FeeTerms {
  const feeType = member(value, `fee_type${suffix}`) ?? '';
  return {
    // A type that is no text is no type known here either.
    feeType: feeType === '' ? undefined : String(feeType),
    multiplierE6: multiplierOf(member(value, `fee_multiplier${suffix}`) ?? undefined),
  };
}

function multiplierOf(value: JsonValue | undefined): FeeTerms['multiplierE6'] {
  if (value === undefined) return undefined;
  const text = typeof value === 'number' ? String(value) : '';
  const multiplierE6 = scaledFromText(text, 6);
  return multiplierE6 !== undefined && multiplierE6 <= MULTIPLIER_E6_MAX ? multiplierE6 : 'unreadable';
}

/**
 * The fee by the terms of the series, each replaced by that of the event where it has one, or why the fee is unknown.
 * Rates that are no whole millionths are rounded up.
 */
export function kalshiFee(series: FeeTerms | undefined, event?: FeeTerms): KalshiFee | KalshiFeeReason {
  const feeType = event?.feeType ?? series?.feeType;
  const multiplierE6 = event?.multiplierE6 ?? series?.multiplierE6;
  if (feeType === undefined || (series === undefined && multiplierE6 === undefined)) return 'seriesUnknown';
  const makerFactor = Object.hasOwn(MAKER_FACTOR_E6, feeType) ? MAKER_FACTOR_E6[feeType] : undefined;
  if (makerFactor === undefined) return 'feeType';
  if (typeof multiplierE6 !== 'number') return 'feeMultiplier';
  const taker = roundedUp(TAKER_RATE_E6 * BigInt(multiplierE6), 1_000_000n);
  const maker = roundedUp(TAKER_RATE_E6 * BigInt(multiplierE6) * makerFactor, 1_000_000_000_000n);
  return { feeType, taker: { rateE6: taker, exponent: 1, roundMicros: ROUND_MICROS }, makerRateE6: maker };
}

function roundedUp(numerator: bigint, divisor: bigint): number {
  return Number((numerator + divisor - 1n) / divisor);
}
