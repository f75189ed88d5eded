// Plain decimals to scaled integers: bytes in the frame to i64, no floating point. Ingest thread.
import { NUMBER_CHARS_MAX, REJECT_BAD_NUMBER, REJECT_OFF_GRID, REJECT_OUT_OF_RANGE } from './layout';

/** Most digits before the point: 10^12 x 10^6 still fits an i64; more is out of range for prices and sizes alike. */
const WHOLE_DIGITS_MAX: usize = 12;
const INTEGER_DIGITS_MAX: u32 = 15;

/**
 * The plain decimal of `bytes` bytes at `at`, times 10^digits. Negative answers are faults, -1 - REJECT_*:
 * not `0|[1-9]digits` with an optional `.digits`, or longer than NUMBER_CHARS_MAX -> BAD_NUMBER; non-zero digits beyond
 * `digits` -> OFF_GRID; more than WHOLE_DIGITS_MAX digits before the point -> OUT_OF_RANGE.
 */
export function fixedPoint(at: usize, bytes: u32, digits: i32): i64 {
  if (bytes === 0 || bytes > <u32>NUMBER_CHARS_MAX) return -1 - REJECT_BAD_NUMBER;
  const end = at + <usize>bytes;
  let p = at;
  let value: i64 = 0;
  while (p < end) {
    const digit = <u32>load<u8>(p) - 0x30;
    if (digit > 9) break;
    if (p - at < WHOLE_DIGITS_MAX) value = value * 10 + <i64>digit;
    p += 1;
  }
  const wholeDigits = p - at;
  if (wholeDigits === 0 || (wholeDigits > 1 && load<u8>(at) === 0x30)) return -1 - REJECT_BAD_NUMBER;
  return fraction(p, end, digits, value, wholeDigits);
}

/** The part from the point at `at` on, and the verdict on the whole. */
function fraction(at: usize, end: usize, digits: i32, whole: i64, wholeDigits: usize): i64 {
  let p = at;
  let value = whole;
  let left = digits;
  let excess: u32 = 0;
  if (p < end) {
    if (load<u8>(p) !== 0x2e || p + 1 === end) return -1 - REJECT_BAD_NUMBER;
    p += 1;
    while (p < end) {
      const digit = <u32>load<u8>(p) - 0x30;
      if (digit > 9) return -1 - REJECT_BAD_NUMBER;
      if (left > 0) {
        value = value * 10 + <i64>digit;
        left -= 1;
      } else {
        excess |= digit;
      }
      p += 1;
    }
  }
  if (wholeDigits > WHOLE_DIGITS_MAX) return -1 - REJECT_OUT_OF_RANGE;
  if (excess !== 0) return -1 - REJECT_OFF_GRID;
  while (left > 0) {
    value *= 10;
    left -= 1;
  }
  return value;
}

/** The plain non-negative integer of `bytes` bytes at `at`, up to 15 digits (exact as f64), or -1. */
export function plainInteger(at: usize, bytes: u32): i64 {
  if (bytes === 0 || bytes > INTEGER_DIGITS_MAX) return -1;
  if (bytes > 1 && load<u8>(at) === 0x30) return -1;
  const end = at + <usize>bytes;
  let value: i64 = 0;
  for (let p = at; p < end; p += 1) {
    const digit = <u32>load<u8>(p) - 0x30;
    if (digit > 9) return -1;
    value = value * 10 + <i64>digit;
  }
  return value;
}
