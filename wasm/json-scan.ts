// Validating JSON scanner: is these bytes one JSON value within our bounds, and walking of a value found valid. Ingest
// thread. Reads up to 16 bytes past the end of a frame (the arena has regions behind SCAN), never writes.
//
// Walking trusts validateJson: call it first, on the same bytes. Plain text only: isPlain decides that before.
import { DEPTH_MAX, NUMBER_CHARS_MAX, REJECT_BAD_NUMBER, REJECT_MALFORMED, REJECT_TOO_DEEP } from './layout';
import { TEXT_FALSE, TEXT_NULL, TEXT_TRUE } from './words';

const QUOTE: u32 = 0x22;
const OPEN_OBJECT: u32 = 0x7b;
const CLOSE_OBJECT: u32 = 0x7d;
const OPEN_ARRAY: u32 = 0x5b;
const CLOSE_ARRAY: u32 = 0x5d;
const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;
const RAW_WHOLE_DIGITS_MAX: usize = 18;
const RAW_EXPONENT_DIGITS_MAX: usize = 2;

/** True when none of `bytes` bytes is a backslash or >= 0x80. */
export function isPlain(at: usize, bytes: u32): bool {
  let p = at;
  const end = at + <usize>bytes;
  while (p + 16 <= end) {
    const block = v128.load(p);
    if (i8x16.bitmask(v128.or(block, i8x16.eq(block, i8x16.splat(0x5c)))) !== 0) return false;
    p += 16;
  }
  while (p < end) {
    const byte = <u32>load<u8>(p);
    if (byte >= 0x80 || byte === 0x5c) return false;
    p += 1;
  }
  return true;
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

/** First byte at or after `at` that is not JSON white space, at most `end`. */
export function skipSpace(at: usize, end: usize): usize {
  let p = at;
  while (p < end) {
    const byte = <u32>load<u8>(p);
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    p += 1;
  }
  return p;
}

/** True when one of the bytes from `at` to `end` is a control character, which no JSON string may hold. */
function hasControl(at: usize, end: usize): bool {
  for (let p = at; p < end; p += 1) if (<u32>load<u8>(p) < 0x20) return true;
  return false;
}

// What the validator expects next.
const WANT_VALUE = 0;
const WANT_VALUE_OR_CLOSE = 1; // after [
const WANT_KEY_OR_CLOSE = 2; // after {
const WANT_KEY = 3; // after a comma in an object
const WANT_COMMA_OR_CLOSE = 4;

let numbersBounded: bool = true; // of the frame being validated: what is not JSON at all is told first

/**
 * Answers -1 when the frame is exactly one JSON value, not nested deeper than DEPTH_MAX and with bounded numbers, else
 * REJECT_*. Every turn consumes at least one byte. `arrays` has one bit per open container, 1 = array.
 */
export function validateJson(at: usize, end: usize): i32 {
  numbersBounded = true;
  let p = skipSpace(at, end);
  let want = WANT_VALUE;
  let depth = 0;
  let arrays: u32 = 0;
  while (p < end) {
    const byte = <u32>load<u8>(p);
    if (want === WANT_COMMA_OR_CLOSE && byte === COMMA) {
      if (depth === 0) return REJECT_MALFORMED;
      want = (arrays & 1) !== 0 ? WANT_VALUE : WANT_KEY;
      p += 1;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (!mayClose(byte, want, depth, arrays)) return REJECT_MALFORMED;
      depth -= 1;
      arrays >>= 1;
      want = WANT_COMMA_OR_CLOSE;
      p += 1;
    } else if (want === WANT_KEY || want === WANT_KEY_OR_CLOSE) {
      p = afterKey(p, end);
      if (p === 0) return REJECT_MALFORMED;
      want = WANT_VALUE;
    } else if (want === WANT_COMMA_OR_CLOSE) {
      return REJECT_MALFORMED;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      depth += 1;
      if (depth > DEPTH_MAX) return REJECT_TOO_DEEP;
      arrays = (arrays << 1) | <u32>(byte === OPEN_ARRAY);
      want = byte === OPEN_ARRAY ? WANT_VALUE_OR_CLOSE : WANT_KEY_OR_CLOSE;
      p += 1;
    } else {
      const next = afterScalar(p, end);
      if (next === 0) return REJECT_MALFORMED;
      p = next;
      want = WANT_COMMA_OR_CLOSE;
    }
    p = skipSpace(p, end);
  }
  if (depth !== 0 || want !== WANT_COMMA_OR_CLOSE) return REJECT_MALFORMED;
  return numbersBounded ? -1 : REJECT_BAD_NUMBER;
}

function mayClose(byte: u32, want: i32, depth: i32, arrays: u32): bool {
  if (depth === 0) return false;
  if (byte === CLOSE_ARRAY) {
    return (arrays & 1) !== 0 && (want === WANT_COMMA_OR_CLOSE || want === WANT_VALUE_OR_CLOSE);
  }
  return (arrays & 1) === 0 && (want === WANT_COMMA_OR_CLOSE || want === WANT_KEY_OR_CLOSE);
}

/** Past `"key" :`, or 0. */
function afterKey(at: usize, end: usize): usize {
  if (<u32>load<u8>(at) !== QUOTE) return 0;
  const close = quoteFrom(at + 1, end);
  if (close === end || hasControl(at + 1, close)) return 0;
  const colon = skipSpace(close + 1, end);
  return colon < end && <u32>load<u8>(colon) === COLON ? colon + 1 : 0;
}

/** Past the string, number or word at `at`, or 0 when it is none. */
function afterScalar(at: usize, end: usize): usize {
  const byte = <u32>load<u8>(at);
  if (byte === QUOTE) {
    const close = quoteFrom(at + 1, end);
    return close === end || hasControl(at + 1, close) ? <usize>0 : close + 1;
  }
  if (byte === 0x2d || byte - 0x30 <= 9) return afterNumber(at, end);
  const word = <u64>load<u32>(at);
  if (word === TEXT_TRUE || word === TEXT_NULL) return at + 4 <= end ? at + 4 : 0;
  if (word === (TEXT_FALSE & 0xffffffff) && load<u8>(at, 4) === 0x65) return at + 5 <= end ? at + 5 : 0;
  return 0;
}

/** Past the digits at `at`. */
function afterDigits(at: usize, end: usize): usize {
  let p = at;
  while (p < end && <u32>load<u8>(p) - 0x30 <= 9) p += 1;
  return p;
}

/** Past the number at `at`, which keeps JSON's grammar, or 0; notes whether it keeps our bounds. */
function afterNumber(at: usize, end: usize): usize {
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
