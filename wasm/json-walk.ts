// Walking of a JSON value that validateJson accepted: members, elements, strings. Ingest thread; writes only its own
// globals. Every step moves forward and ends at a byte that validation has seen, so every loop is bounded by the frame.
import { skipSpace } from './json-scan';

const QUOTE: u32 = 0x22;
const NO_END: usize = ~(<usize>0);

export let keyBytes: u32 = 0; // length of the member's key
export let keyWord0: u64 = 0; // its bytes 0..7, zero padded
export let keyWord1: u64 = 0; // 8..15
export let keyWord2: u64 = 0; // 16..23
export let valueAt: usize = 0; // address of the member's value

/** First bytes of a text of `bytes` bytes as a word, zero padded; `skip` is 0, 8 or 16. */
export function textWord(at: usize, bytes: u32, skip: u32): u64 {
  if (bytes <= skip) return 0;
  const left = bytes - skip;
  const word = load<u64>(at + <usize>skip);
  return left >= 8 ? word : word & (((<u64>1) << ((<u64>left) << 3)) - 1);
}

/** Address of the closing quote of the string that opens at `at`. */
export function closingQuote(at: usize): usize {
  let p = at + 1;
  while (true) {
    const hits = i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(<i8>QUOTE)));
    if (hits !== 0) return p + <usize>ctz(hits);
    p += 16;
  }
}

/** Past the value at `at`. */
export function afterValue(at: usize): usize {
  const first = <u32>load<u8>(at);
  if (first === QUOTE) return closingQuote(at) + 1;
  if (first !== 0x7b && first !== 0x5b) return afterWord(at);
  let p = at;
  let depth = 0;
  while (true) {
    const byte = <u32>load<u8>(p);
    if (byte === QUOTE) p = closingQuote(p);
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    p += 1;
    if (depth === 0) return p;
  }
}

/** Past the number or word at `at`: ends at white space, comma, a closing bracket, or what follows the frame. */
export function afterWord(at: usize): usize {
  let p = at;
  while (true) {
    const byte = <u32>load<u8>(p);
    const more = byte - 0x30 <= 9 || (byte | 0x20) - 0x61 <= 25 || byte === 0x2b || byte === 0x2d || byte === 0x2e;
    if (!more) return p;
    p += 1;
  }
}

/** Reads the member whose key opens at `at`; answers the address after its value. */
function readMember(at: usize): usize {
  const close = closingQuote(at);
  keyBytes = <u32>(close - at - 1);
  keyWord0 = textWord(at + 1, keyBytes, 0);
  keyWord1 = textWord(at + 1, keyBytes, 8);
  keyWord2 = textWord(at + 1, keyBytes, 16);
  valueAt = skipSpace(skipSpace(close + 1, NO_END) + 1, NO_END);
  return afterValue(valueAt);
}

/** First member of the object at `at` into the globals; answers the address after its value, 0 = empty object. */
export function firstMember(at: usize): usize {
  const p = skipSpace(at + 1, NO_END);
  return <u32>load<u8>(p) === 0x7d ? 0 : readMember(p);
}

/** The member after the one that ends at `at`, 0 = there is none. */
export function nextMember(at: usize): usize {
  const p = skipSpace(at, NO_END);
  return <u32>load<u8>(p) === 0x7d ? 0 : readMember(skipSpace(p + 1, NO_END));
}

/** Address of the first element of the array at `at`, 0 = empty array. */
export function firstElement(at: usize): usize {
  const p = skipSpace(at + 1, NO_END);
  return <u32>load<u8>(p) === 0x5d ? 0 : p;
}

/** Address of the element after the one at `at`, 0 = there is none. */
export function nextElement(at: usize): usize {
  const p = skipSpace(afterValue(at), NO_END);
  return <u32>load<u8>(p) === 0x5d ? 0 : skipSpace(p + 1, NO_END);
}

export function isObject(at: usize): bool {
  return load<u8>(at) === 0x7b;
}

export function isArray(at: usize): bool {
  return load<u8>(at) === 0x5b;
}

export function isString(at: usize): bool {
  return <u32>load<u8>(at) === QUOTE;
}

/** True for a number; only after isString, isObject and isArray could be anything else than a word. */
export function isNumber(at: usize): bool {
  const byte = <u32>load<u8>(at);
  return byte === 0x2d || byte - 0x30 <= 9;
}
