// Pieces of JSON text: plain text, white space, the ends of strings, numbers and words. Ingest thread. Reads up to 16
// bytes past the end it is given (the arena has regions behind SCAN), never writes.
import {
  NUMBER_CHARS_MAX,
  TOKENS_ALL_BACKSLASHES,
  TOKENS_ALL_LINE_FEEDS,
  TOKENS_ALL_QUOTES,
  TOKENS_ALL_RETURNS,
  TOKENS_ALL_SPACES,
  TOKENS_ALL_TABS,
} from './layout';
import { tokensAt } from './regions';
import { TEXT_FALSE, TEXT_NULL, TEXT_TRUE } from './words';

const QUOTE: u32 = 0x22;
const RAW_WHOLE_DIGITS_MAX: usize = 18;
const RAW_EXPONENT_DIGITS_MAX: usize = 2;

/** False while a number of the frame has been too long: what is not JSON at all is told first. */
export let numbersBounded: bool = true;

/** A frame begins: its numbers are bounded so far. */
export function startNumbers(): void {
  numbersBounded = true;
}

/** Has its top bits set where a byte of the block is a backslash or >= 0x80. */
function notPlain(at: usize): v128 {
  const block = v128.load(at);
  return v128.or(block, i8x16.eq(block, i8x16.splat(0x5c)));
}

/** True when none of `bytes` bytes is a backslash or >= 0x80. */
export function isPlain(at: usize, bytes: u32): bool {
  let p = at;
  const end = at + <usize>bytes;
  if (bytes < 16) {
    for (; p < end; p += 1) {
      const byte = <u32>load<u8>(p);
      if (byte >= 0x80 || byte === 0x5c) return false;
    }
    return true;
  }
  // The last block overlaps the one before it.
  let found = notPlain(end - 16);
  for (; p + 32 <= end; p += 32) found = v128.or(found, v128.or(notPlain(p), notPlain(p + 16)));
  if (p + 16 <= end) found = v128.or(found, notPlain(p));
  return i8x16.bitmask(found) === 0;
}

/** First `"` at or after `at`; `end` when there is none before it. Bounded by `end`. */
export function quoteFrom(at: usize, end: usize): usize {
  let p = at;
  while (p < end) {
    const hits = i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(<i8>QUOTE)));
    if (hits !== 0) {
      p += <usize>ctz(hits);
      return p < end ? p : end;
    }
    p += 16;
  }
  return end;
}

/**
 * Where the plain text at `at` ends: at the first quote, backslash, control character or byte >= 0x80. Without one before
 * `end`: not before it.
 */
export function textEnd(at: usize, end: usize): usize {
  let p = at;
  while (p < end) {
    const block = v128.load(p);
    const marks = v128.or(
      i8x16.eq(block, v128.load(tokensAt, TOKENS_ALL_QUOTES)),
      i8x16.eq(block, v128.load(tokensAt, TOKENS_ALL_BACKSLASHES)),
    );
    // Signed: what is below a space are control characters and everything from 0x80 on.
    const hits = i8x16.bitmask(v128.or(marks, i8x16.lt_s(block, v128.load(tokensAt, TOKENS_ALL_SPACES))));
    if (hits !== 0) return p + <usize>ctz(hits);
    p += 16;
  }
  return p;
}

/** First byte at or after `at` that is not JSON white space, at most `end`, or `at` when that is behind it. */
export function skipSpace(at: usize, end: usize): usize {
  let p = at;
  while (p < end) {
    const block = v128.load(p);
    const blanks = v128.or(
      i8x16.eq(block, v128.load(tokensAt, TOKENS_ALL_SPACES)),
      i8x16.eq(block, v128.load(tokensAt, TOKENS_ALL_TABS)),
    );
    const breaks = v128.or(
      i8x16.eq(block, v128.load(tokensAt, TOKENS_ALL_LINE_FEEDS)),
      i8x16.eq(block, v128.load(tokensAt, TOKENS_ALL_RETURNS)),
    );
    const others = i8x16.bitmask(v128.or(blanks, breaks)) ^ 0xffff;
    if (others !== 0) {
      p += <usize>ctz(others);
      return p < end ? p : end;
    }
    p += 16;
  }
  return at < end ? end : at;
}

/** Past the `true`, `false` or `null` at `at`, or 0. */
export function afterWord(at: usize): usize {
  const word = <u64>load<u32>(at);
  if (word === TEXT_TRUE || word === TEXT_NULL) return at + 4;
  return word === (TEXT_FALSE & 0xffffffff) && load<u8>(at, 4) === 0x65 ? at + 5 : 0;
}

/** Past the digits at `at`. */
function afterDigits(at: usize, end: usize): usize {
  let p = at;
  while (p < end && <u32>load<u8>(p) - 0x30 <= 9) p += 1;
  return p;
}

/** Past the number at `at`, which keeps JSON's grammar, or 0; notes whether it keeps our bounds. */
export function afterNumber(at: usize, end: usize): usize {
  const whole = load<u8>(at) === 0x2d ? at + 1 : at;
  let p = afterDigits(whole, end);
  const wholeDigits = p - whole;
  if (wholeDigits === 0 || (wholeDigits > 1 && load<u8>(whole) === 0x30)) return 0;
  if (p < end && load<u8>(p) === 0x2e) {
    const digits = p + 1;
    p = afterDigits(digits, end);
    if (p === digits) return 0;
  }
  let exponentDigits: usize = 0;
  if (p < end && (load<u8>(p) | 0x20) === 0x65) {
    p += 1;
    if (p < end && (load<u8>(p) === 0x2b || load<u8>(p) === 0x2d)) p += 1;
    const digits = p;
    p = afterDigits(digits, end);
    exponentDigits = p - digits;
    if (exponentDigits === 0) return 0;
  }
  const bounded =
    p - at <= <usize>NUMBER_CHARS_MAX &&
    wholeDigits <= RAW_WHOLE_DIGITS_MAX &&
    exponentDigits <= RAW_EXPONENT_DIGITS_MAX;
  if (!bounded) numbersBounded = false;
  return p;
}
