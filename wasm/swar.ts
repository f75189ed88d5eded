// Decimals by eight digits at a time: a word is XORed with '0's, its first byte that is no digit is found without a
// loop, and its digits are summed in three multiplications. Ingest thread; reads at most 16 bytes, writes nothing.
//
// The length of a number is data here, not a branch: frames differ in nothing else, so nothing is mispredicted.

const QUOTE: u32 = 0x22;
const POINT: u32 = 0x2e;
const ZERO_POINT: u32 = 0x2e30;
const ZEROS: u64 = ((<u64>0x30303030) << 32) | 0x30303030;
const NINES_TO_7F: u64 = ((<u64>0x76767676) << 32) | 0x76767676;
const TOP_BITS: u64 = ((<u64>0x80808080) << 32) | 0x80808080;
const TOP_BITS_3_TO_6: u64 = ((<u64>0x00808080) << 32) | 0x80000000;
const TOP_BIT_2: u64 = 0x800000;
const QUOTED: u64 = ((<u64>0x22303030) << 32) | 0x30303030;
const STAMP_OPEN: i64 = 0x223a22; // `":"`
const MICROS_PER_SHARE: u64 = 1000000;

/** No quoted decimal of the usual form. */
export const UNUSUAL: i64 = -1;
/** Where the answers below have the bytes of the number. */
export const LENGTH_SHIFT: i64 = 56;
export const VALUE_MASK: i64 = (1 << 56) - 1;

/** The eight bytes at `at`, XORed with '0's: digits are their values. */
export function digitsAt(at: usize): u64 {
  return load<u64>(at) ^ ZEROS;
}

/** Top bits of the bytes of `word` that are no digits, the lowest of them exact, none when all are. */
export function notDigits(word: u64): u64 {
  return ((word + NINES_TO_7F) | word) & TOP_BITS;
}

/** The seven bytes at `at`, XORed with '0's, and the difference of the eighth from a quote. */
export function quotedAt(at: usize): u64 {
  return load<u64>(at) ^ QUOTED;
}

/**
 * Bits of the digits that such a word's seven bytes end with, at most four of them, and eight more for the quote: no
 * carry of a byte before them makes one of another.
 */
export function quotedBits(word: u64): u64 {
  return clz((((word + NINES_TO_7F) | word) & TOP_BITS_3_TO_6) | TOP_BIT_2);
}

/** priceE4 of those digits. */
export function quotedE4(word: u64, bits: u64): u32 {
  return fourDigits(<u32>(word >> (64 - bits)));
}

/** priceE4 of the up to 4 digits behind the point, the first in the lowest byte. */
export function fourDigits(digits: u32): u32 {
  const pairs = (digits * 10 + (digits >> 8)) & 0x00ff00ff;
  return (pairs & 0xff) * 100 + (pairs >> 16);
}

/** Eight times the number of digits that `word`, XORed with ZEROS, begins with. */
export function digitBits(word: u64): u64 {
  // A byte above 9 gets its top bit here, or has it; a carry spoils only bytes behind that one.
  return ctz(((word + NINES_TO_7F) | word) & TOP_BITS) & 0x78;
}

/** Value of eight digits, the first in the lowest byte. */
export function eightDigits(word: u64): u64 {
  const pairs = (word * 10 + (word >> 8)) & (((<u64>0x00ff00ff) << 32) | 0x00ff00ff);
  const fours = (pairs * 100 + (pairs >> 16)) & (((<u64>0x0000ffff) << 32) | 0x0000ffff);
  return (fours * 10000 + (fours >> 32)) & 0xffffffff;
}

/** Price `0.` and 1 to 4 digits up to a quote: priceE4 | bytes << LENGTH_SHIFT, else UNUSUAL. */
export function usualPrice(at: usize): i64 {
  const word = load<u64>(at, 2) ^ ZEROS;
  const bits = digitBits(word);
  const bytes: usize = 2 + <usize>(bits >> 3);
  if (<u32>load<u16>(at) !== ZERO_POINT || bits - 8 > 24 || <u32>load<u8>(at + bytes) !== QUOTE) return UNUSUAL;
  const digits = <u32>(word & (((<u64>1) << bits) - 1));
  const pairs = (digits * 10 + (digits >> 8)) & 0x00ff00ff;
  return ((<i64>bytes) << LENGTH_SHIFT) | <i64>((pairs & 0xff) * 100 + (pairs >> 16));
}

/** Size of 1 to 7 digits, with or without a point and 1 to 6 more, up to a quote: micros | bytes << LENGTH_SHIFT. */
export function usualSize(at: usize): i64 {
  const word = load<u64>(at) ^ ZEROS;
  const bits = digitBits(word);
  const wholeBytes = <usize>(bits >> 3);
  // Eight digits and more, none, and a leading zero that is not the only digit.
  if (bits - 8 > 48 || ((word & 0xff) === 0 && bits !== 8)) return UNUSUAL;
  const point = <u32>load<u8>(at + wholeBytes) === POINT;
  const after = load<u64>(at + wholeBytes, 1) ^ ZEROS;
  const afterBits = digitBits(after);
  const fractionBits = select<u64>(afterBits, 0, point);
  const bytes = wholeBytes + <usize>(fractionBits >> 3) + <usize>point;
  if ((point && afterBits - 8 > 40) || <u32>load<u8>(at + bytes) !== QUOTE) return UNUSUAL;
  const whole = eightDigits(word << (64 - bits));
  // Padded right to six digits, which are the last six of eight.
  const fraction = eightDigits((after & (((<u64>1) << fractionBits) - 1)) << 16);
  return ((<i64>bytes) << LENGTH_SHIFT) | <i64>(whole * MICROS_PER_SHARE + fraction);
}

/** The 13 digits at `at`, the first not 0, or UNUSUAL. Reads the 3 bytes before them. */
export function thirteenDigits(at: usize): i64 {
  const first = ((load<u64>(at - 3) ^ ZEROS) >> 24) << 24;
  const last = load<u64>(at + 5) ^ ZEROS;
  const others = ((first + NINES_TO_7F) | first | ((last + NINES_TO_7F) | last)) & TOP_BITS;
  if (others !== 0 || ((first >> 24) & 0xff) === 0) return UNUSUAL;
  return <i64>(eightDigits(first) * 100000000 + eightDigits(last));
}

let stampHead: u64 = 0; // the first 8 digits that stampAt met last, and their value
let stampHeadMs: i64 = 0;

/** thirteenDigits with `":"` before them, else a negative value: 100 seconds begin with the same 8 digits. */
export function stampAt(at: usize): i64 {
  const head = load<u64>(at);
  const last = load<u64>(at, 5) ^ ZEROS;
  if (head !== stampHead) {
    const ms = thirteenDigits(at);
    if (ms < 0) return UNUSUAL;
    stampHead = head;
    stampHeadMs = ms - <i64>eightDigits((last >> 24) << 24);
  }
  const before = <i64>(load<u32>(at - 3) & 0xffffff);
  const wrong = (before - STAMP_OPEN) | (STAMP_OPEN - before) | -(<i64>(notDigits(last) >> 7));
  return (stampHeadMs + <i64>eightDigits((last >> 24) << 24)) | wrong;
}
