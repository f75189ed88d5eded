// What the speculating scanners share: 16 bytes compared with a piece of the literal table, and the venue's usual prices and
// sizes to fixed point without a loop. Ingest thread; reads at most 24 bytes, writes nothing.
import * as T from './literal-table';
import { digitsAt, eightDigits, fourDigits, notDigits, UNUSUAL } from './swar';

const PRICE_ONE_E4: u32 = 10000;
const MICROS_PER_HUNDREDTH: u64 = 10000;
const SIZE_BYTES_USUAL: u32 = 9;
const GAPS_USUAL: u32 = 0xd; // bit n: n bytes from the last whole digit to the quote are usual: none, or a point and 1, 2

/** Bits of the bytes equal to those of the block among the 16 at `at`. */
export function hits(at: usize, block: usize): u32 {
  return i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(block)));
}

/** Difference of the 16 bytes at `at` from the piece. */
export function differs(at: usize, piece: usize): v128 {
  return v128.xor(v128.load(at), v128.load(piece));
}

/** Two words as one block. */
export function pair(low: u64, high: u64): v128 {
  return i64x2.replace_lane(i64x2.splat(low), 1, high);
}

/** Size of 1 to 6 digits, with or without a point and 1 or 2 more, in `bytes` bytes at `at`: micros, else UNUSUAL. */
export function sizeOf(at: usize, bytes: u32): i64 {
  if (bytes > SIZE_BYTES_USUAL) return UNUSUAL;
  const whole = ctz(hits(at, T.EACH_POINT) | ((<u32>1) << bytes));
  const gap = bytes - whole;
  if (whole - 1 > 5 || ((GAPS_USUAL >> gap) & 1) === 0) return UNUSUAL;
  const word = digitsAt(at);
  const fraction = ((<u64>load<u32>(at + <usize>whole) ^ 0x30303030) & (((<u64>1) << (<u64>(gap * 8))) - 1)) >> 8;
  const digits = ((word << (64 - <u64>whole * 8)) >> 16) | (fraction << 48);
  // Negative: a zero first of several digits.
  const leading = (<i64>(word & 0xff) - 1) & (1 - <i64>whole);
  if (notDigits(digits) !== 0 || leading < 0) return UNUSUAL;
  return <i64>(eightDigits(digits) * MICROS_PER_HUNDREDTH);
}

/** Folded priceE4 of the digits that begin `word`, or with bits above 31 when it is none or not on the grid. */
export function priceOf(word: u64, bits: u64, view: u32, factor: u32): u64 {
  const digits = word & (((<u64>1) << bits) - 1);
  const price = fourDigits(<u32>digits);
  const priceE4 = select<u32>(PRICE_ONE_E4 - price, price, view !== 0);
  const off = (<i64>price - 1) | (<i64>factor - <i64>(priceE4 * (factor + 1)));
  return <u64>priceE4 | ((digits | <u64>off) & ~(<u64>0xffffffff));
}
