// What one leg's cursor has spent and spends, exactly. Detector thread; used by cursor.ts and rooms.ts.
//
// Sums fit: sizes are at most 10^15 micros, so price x size is at most 10^19 < 2^64; fees are kept in femto-dollars
// (nano-dollars x micros of a share), and in nano-dollars beside them where these would not fit.
// HOT PATH: allocates nothing.

import {
  FEE_ROUND_MICROS,
  WALK_BASE_MICROS,
  WALK_COST,
  WALK_FEE_AT,
  WALK_FEE_FEMTO,
  WALK_FEE_NANOS,
  WALK_FEE_NANOS_MORE,
  WALK_PRICE_E4,
} from './layout';

export const PRICE_ONE: u64 = 10000;
const MICROS: u64 = 1000000;
const NANOS_PER_MICRO: u64 = 1000;
const FEMTO_PER_NANO: u64 = 1000000;
/** Fees beyond it are carried to nano-dollars: two of them still fit 63 bits. */
const FEMTO_MAX: u64 = (<u64>1) << 62;
const EXACT_BELOW: u64 = (<u64>1) << 53;
const INTEGER_MASK: u64 = ((<u64>1) << 52) - 1;

/**
 * n / d to the nearest integer, which must be below 2^51: half and a quarter from it at most. Added to 2^52 a double has no
 * room for a fraction, and its bits are the integer: an integer division, or a conversion that checks for overflow, takes
 * three times as long.
 */
function nearest(n: u64, d: u64): u64 {
  return reinterpret<u64>(<f64>(<i64>n) / <f64>(<i64>d) + <f64>4503599627370496) & INTEGER_MASK;
}

/** n / d rounded down; the quotient is below 2^51. */
export function quotient(n: u64, d: u64): u64 {
  if (n >= EXACT_BELOW) return n / d;
  const near = nearest(n, d);
  return near - <u64>(near * d > n);
}

/** Adds what `sizeMicros` at the cursor's level cost to what it has. */
export function passLevel(cursor: usize, sizeMicros: u64): void {
  const nanos = <u64>load<u32>(cursor, WALK_FEE_NANOS);
  store<u64>(cursor, load<u64>(cursor, WALK_COST) + sizeMicros * <u64>load<u32>(cursor, WALK_PRICE_E4), WALK_COST);
  if (nanos === 0) return;
  let femto = load<u64>(cursor, WALK_FEE_FEMTO);
  if (fits(nanos, sizeMicros)) {
    femto += nanos * sizeMicros;
  } else {
    const shares = sizeMicros / MICROS;
    store<u64>(cursor, load<u64>(cursor, WALK_FEE_NANOS_MORE) + nanos * shares, WALK_FEE_NANOS_MORE);
    femto += nanos * (sizeMicros - shares * MICROS);
  }
  if (femto >= FEMTO_MAX) {
    const carried = femto / FEMTO_PER_NANO;
    store<u64>(cursor, load<u64>(cursor, WALK_FEE_NANOS_MORE) + carried, WALK_FEE_NANOS_MORE);
    femto -= carried * FEMTO_PER_NANO;
  }
  store<u64>(cursor, femto, WALK_FEE_FEMTO);
}

/** True when the fee of a size is below FEMTO_MAX for certain. */
function fits(nanos: u64, sizeMicros: u64): bool {
  return <f64>(<i64>nanos) * <f64>(<i64>sizeMicros) < 4e18;
}

/** Cost of a leg for `sizeMicros` in its level, not rounded, E4 x micros. */
export function legCost(cursor: usize, sizeMicros: u64): u64 {
  const more = sizeMicros - load<u64>(cursor, WALK_BASE_MICROS);
  return load<u64>(cursor, WALK_COST) + more * <u64>load<u32>(cursor, WALK_PRICE_E4);
}

/** Step that the leg's fee is rounded up to, micro-dollars. */
export function legStepMicros(cursor: usize): u64 {
  const roundMicros = <u64>load<u32>(<usize>load<u32>(cursor, WALK_FEE_AT), FEE_ROUND_MICROS);
  return roundMicros === 0 ? 1 : roundMicros;
}

/** What the fee in the last answer of legSteps() is less than its steps, femto-dollars: less than a step. */
export let roomFemto: u64 = 0;

/** Fee of a leg for `sizeMicros` in its level, rounded up to steps of `stepMicros`; what is rounded up is in roomFemto. */
export function legSteps(cursor: usize, sizeMicros: u64, stepMicros: u64): u64 {
  const more = sizeMicros - load<u64>(cursor, WALK_BASE_MICROS);
  const nanos = <u64>load<u32>(cursor, WALK_FEE_NANOS);
  const femto = load<u64>(cursor, WALK_FEE_FEMTO);
  const nanosMore = load<u64>(cursor, WALK_FEE_NANOS_MORE);
  const stepNanos = stepMicros * NANOS_PER_MICRO;
  if (nanosMore !== 0 || !fits(nanos, more)) {
    const shares = more / MICROS;
    const part = femto + nanos * (more - shares * MICROS);
    const partNanos = part / FEMTO_PER_NANO;
    const rest = part - partNanos * FEMTO_PER_NANO;
    const feeNanos = nanosMore + nanos * shares + partNanos;
    const steps = (feeNanos + <u64>(rest !== 0) + stepNanos - 1) / stepNanos;
    roomFemto = (steps * stepNanos - feeNanos) * FEMTO_PER_NANO - rest;
    return steps;
  }
  const fee = femto + nanos * more;
  const step = stepNanos * FEMTO_PER_NANO;
  const steps = nearest(fee, step);
  const less = <i64>(steps * step - fee);
  roomFemto = <u64>(less + (less < 0 ? <i64>step : 0));
  return steps + <u64>(less < 0);
}
