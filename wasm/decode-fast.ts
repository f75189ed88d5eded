// Primitives of the fast paths: bounded readers that answer "no" on anything unusual and let the generic path decide.
// Ingest thread; they write only this file's globals. None reads further than 32 bytes past what it accepts.
import { quoteFrom } from './json-scan';
import { findKey, keyEquals } from './keys';
import * as L from './layout';
import { gridsAt, marketsAt } from './regions';
import { LENGTH_SHIFT, UNUSUAL, usualPrice, usualSize, VALUE_MASK } from './swar';

/** Answer of every fast path that gives up. Not an answer of decode. */
export const FAST_NO: i32 = i32.MIN_VALUE;
export const NO_VALUE: i64 = -1;
const QUOTE: u32 = 0x22;
const TOKEN_BYTES_LIKELY: usize = 64; // a token has this many bytes and at most 15 more, but for the rarest
const WHOLE_DIGITS_MAX: usize = 10;
const INTEGER_DIGITS_MAX: usize = 15;
const PRICE_ONE_E4: u32 = 10000;
const NO_PRICE: u32 = 0x7fffffff;

export let after: usize = 0; // address after what the last reader accepted
export let fastMarket: u32 = 0; // market and view of the last token
export let fastView: u32 = 0;

/**
 * Decimal at `p` with at most `digits` digits behind the point, up to a closing quote; times 10^digits, or NO_VALUE.
 * `after` is the quote.
 */
export function fastDecimal(at: usize, digits: u32): i64 {
  let p = at;
  let value: i64 = 0;
  let digit = <u32>load<u8>(p) - 0x30;
  while (digit <= 9 && p - at < WHOLE_DIGITS_MAX) {
    value = value * 10 + <i64>digit;
    p += 1;
    digit = <u32>load<u8>(p) - 0x30;
  }
  const whole = p - at;
  if (whole === 0 || (whole > 1 && load<u8>(at) === 0x30)) return NO_VALUE;
  let left = digits;
  if (<u32>load<u8>(p) === 0x2e) {
    p += 1;
    digit = <u32>load<u8>(p) - 0x30;
    if (digit > 9) return NO_VALUE;
    while (digit <= 9 && left > 0) {
      value = value * 10 + <i64>digit;
      left -= 1;
      p += 1;
      digit = <u32>load<u8>(p) - 0x30;
    }
  }
  if (<u32>load<u8>(p) !== QUOTE) return NO_VALUE;
  after = p;
  while (left > 0) {
    value *= 10;
    left -= 1;
  }
  return value;
}

/** Unquoted or quoted plain integer of at most 15 digits at `at`, or NO_VALUE; `after` is the byte behind it. */
export function fastInteger(at: usize): i64 {
  let p = at;
  let value: i64 = 0;
  let digit = <u32>load<u8>(p) - 0x30;
  while (digit <= 9 && p - at < INTEGER_DIGITS_MAX) {
    value = value * 10 + <i64>digit;
    p += 1;
    digit = <u32>load<u8>(p) - 0x30;
  }
  const length = p - at;
  if (length === 0 || digit <= 9 || (length > 1 && load<u8>(at) === 0x30)) return NO_VALUE;
  after = p;
  return value;
}

/** Price in priceE4 at `at`; anything that is none, or above 1, answers a value that is on no grid, folded or not. */
export function fastPrice(at: usize): u32 {
  const usual = usualPrice(at);
  if (usual !== UNUSUAL) {
    after = at + <usize>(usual >> LENGTH_SHIFT);
    return <u32>(usual & VALUE_MASK);
  }
  const priceE4 = fastDecimal(at, 4);
  return priceE4 < 0 || priceE4 > <i64>PRICE_ONE_E4 ? NO_PRICE : <u32>priceE4;
}

/** Size in micros at `at`, or NO_VALUE. */
export function fastSize(at: usize): i64 {
  const usual = usualSize(at);
  if (usual !== UNUSUAL) {
    after = at + <usize>(usual >> LENGTH_SHIFT);
    return usual & VALUE_MASK;
  }
  const sizeMicros = fastDecimal(at, 6);
  return sizeMicros <= L.SIZE_MICROS_MAX ? sizeMicros : NO_VALUE;
}

/** A price of another form than usualPrice reads, answered alike, or UNUSUAL. */
export function otherPrice(at: usize): i64 {
  const priceE4 = fastDecimal(at, 4);
  if (priceE4 < 0 || priceE4 > <i64>PRICE_ONE_E4) return UNUSUAL;
  return ((<i64>(after - at)) << LENGTH_SHIFT) | priceE4;
}

/** A size of another form than usualSize reads, answered alike, or UNUSUAL. */
export function otherSize(at: usize): i64 {
  const sizeMicros = fastDecimal(at, 6);
  if (sizeMicros < 0 || sizeMicros > L.SIZE_MICROS_MAX) return UNUSUAL;
  return ((<i64>(after - at)) << LENGTH_SHIFT) | sizeMicros;
}

/** A best price that is empty, 0 or 1, as the generic path reads it, answered like a price, or UNUSUAL. */
export function otherTop(at: usize, none: i32): i64 {
  if (<u32>load<u8>(at) === QUOTE) return <i64>none;
  const price = otherPrice(at);
  if (price < 0) return UNUSUAL;
  const priceE4 = <u32>price;
  return priceE4 === 0 || priceE4 === PRICE_ONE_E4 ? (price & ~VALUE_MASK) | <i64>none : price;
}

/** Address of the quote that closes the plain text at `at`, 0 when another byte is not plain text or there is none. */
export function textEnd(at: usize, end: usize): usize {
  for (let p = at; p < end; p += 16) {
    const block = v128.load(p);
    const quotes = i8x16.bitmask(i8x16.eq(block, i8x16.splat(<i8>QUOTE)));
    // Signed: below 0x20 are control characters and everything from 0x80 on.
    const bad = i8x16.bitmask(v128.or(i8x16.lt_s(block, i8x16.splat(0x20)), i8x16.eq(block, i8x16.splat(0x5c))));
    if (quotes !== 0) {
      const hit = ctz(quotes);
      const before = (1 << hit) - 1;
      const close = p + <usize>hit;
      return (bad & before) === 0 && close < end ? close : 0;
    }
    if (bad !== 0) return 0;
  }
  return 0;
}

/** True when 16 bytes at `at` are lower-case hex digits. */
function hexBlock(at: usize): v128 {
  const block = v128.load(at);
  const digit = i8x16.le_u(i8x16.sub(block, i8x16.splat(0x30)), i8x16.splat(9));
  const letter = i8x16.le_u(i8x16.sub(block, i8x16.splat(0x61)), i8x16.splat(5));
  return v128.or(digit, letter);
}

/** True when the 40 bytes at `at` are lower-case hex digits. */
export function isHash(at: usize): bool {
  return i8x16.all_true(v128.and(v128.and(hexBlock(at), hexBlock(at + 16)), hexBlock(at + 24)));
}

/** Quote that ends the token at `at`, if it is as long as almost all are; a quote before it would be in no key. */
function tokenEnd(at: usize, end: usize): usize {
  const likely = i8x16.bitmask(i8x16.eq(v128.load(at, TOKEN_BYTES_LIKELY), i8x16.splat(<i8>QUOTE)));
  return likely !== 0 ? at + TOKEN_BYTES_LIKELY + <usize>ctz(likely) : quoteFrom(at, end);
}

/** Finds the key that ends at the next quote; its market and view are in fastMarket and fastView. Answers false for no. */
export function fastToken(at: usize, end: usize, venue: u32): bool {
  const close = venue === L.VENUE_POLYMARKET ? tokenEnd(at, end) : quoteFrom(at, end);
  if (close >= end) return false;
  const entry = findKey(venue, at, <u32>(close - at), false);
  if (entry === 0) return false;
  after = close;
  fastMarket = load<u32>(entry, L.KEY_MARKET);
  fastView = load<u32>(entry, L.KEY_VIEW);
  const cached = fastView === L.VIEW_NO ? L.MARKET_NO_KEY : L.MARKET_YES_KEY;
  store<u32>(marketsAt + <usize>fastMarket * L.MARKET_BYTES + <usize>cached, <u32>entry);
  return true;
}

/** Like fastToken when the token is most likely the other one of the market found last. */
export function fastOtherToken(at: usize, end: usize): bool {
  const cached = fastView === L.VIEW_NO ? L.MARKET_YES_KEY : L.MARKET_NO_KEY;
  const entry = <usize>load<u32>(marketsAt + <usize>fastMarket * L.MARKET_BYTES + <usize>cached);
  if (entry !== 0) {
    const bytes = load<u32>(entry, L.KEY_LENGTH);
    const close = at + <usize>bytes;
    if (close < end && <u32>load<u8>(close) === QUOTE && keyEquals(entry, at, bytes)) {
      after = close;
      fastView ^= 1;
      return true;
    }
  }
  return fastToken(at, end, L.VENUE_POLYMARKET);
}

/** True when the `bytes` bytes at `at` are the id of fastMarket's condition. */
export function isCondition(at: usize, bytes: u32): bool {
  const market = marketsAt + <usize>fastMarket * L.MARKET_BYTES;
  let entry = <usize>load<u32>(market, L.MARKET_CONDITION_KEY);
  if (entry === 0) {
    entry = findKey(L.VENUE_POLYMARKET, at, bytes, true);
    if (entry === 0 || load<u32>(entry, L.KEY_MARKET) !== fastMarket) return false;
    store<u32>(market, <u32>entry, L.MARKET_CONDITION_KEY);
  }
  return keyEquals(entry, at, bytes);
}

/** Address of fastMarket's grid. */
export function fastGrid(): usize {
  const grid = load<u32>(marketsAt + <usize>fastMarket * L.MARKET_BYTES, L.MARKET_GRID);
  return gridsAt + <usize>grid * L.GRID_BYTES;
}

/** True when the folded price is inside (0, 1) and on the grid at `grid`. */
export function onFastGrid(grid: usize, priceE4: u32): bool {
  if (priceE4 - 1 >= PRICE_ONE_E4 - 1) return false;
  const ranges = load<u32>(grid, L.GRID_RANGES);
  for (let index: u32 = 0; index < ranges && index < <u32>L.GRID_RANGES_MAX; index += 1) {
    const range = grid + L.GRID_RANGE_FIRST + <usize>index * L.GRID_RANGE_BYTES;
    if (priceE4 >= load<u32>(range, L.GRID_RANGE_END_E4)) continue;
    return (priceE4 - load<u32>(range, L.GRID_RANGE_START_E4)) % load<u32>(range, L.GRID_RANGE_TICK_E4) === 0;
  }
  return false;
}
