// Typed fields of a decoded frame: each reader takes the token of a JSON value (0 = the key is absent), checks the value's
// type and its text, and refuses the frame with the cause when it is not what the venue sends. Ingest thread.
import { isHash } from './decode-fast';
import { refuse } from './decode-stage';
import { bytesOf, isNumber, isString, textOf } from './json-walk';
import * as L from './layout';
import { fixedPoint, plainInteger } from './number';
import { thirteenDigits, UNUSUAL, usualPrice, usualSize, VALUE_MASK } from './swar';
import { TEXT_BUY, TEXT_LOWER_NO, TEXT_LOWER_YES, TEXT_SELL } from './words';

export const FIELD_REFUSED = -1;
export const SIDE_TEXT_FIRST = 0; // BUY or yes
export const SIDE_TEXT_SECOND = 1; // SELL or no
const PRICE_DIGITS = 4;
const SIZE_DIGITS = 6;
const HASH_CHARS: u32 = 40;
const PRICE_ONE_E4 = 10000;

export let textAt: usize = 0; // text of the last textField
export let textBytes: u32 = 0;

/** A required string; its text is in textAt and textBytes, and a quote stands behind it. */
export function textField(token: usize): bool {
  if (token === 0) {
    refuse(L.REJECT_MISSING_FIELD);
    return false;
  }
  if (!isString(token)) {
    refuse(L.REJECT_WRONG_TYPE);
    return false;
  }
  textAt = textOf(token);
  textBytes = bytesOf(token);
  return true;
}

/** First bytes of a text of `bytes` bytes as a word, zero padded; `skip` is 0, 8 or 16. */
export function textWord(at: usize, bytes: u32, skip: u32): u64 {
  if (bytes <= skip) return 0;
  const left = bytes - skip;
  const word = load<u64>(at + <usize>skip);
  return left >= 8 ? word : word & (((<u64>1) << ((<u64>left) << 3)) - 1);
}

/** A required id: a string of 1 to KEY_TEXT_BYTES bytes. */
export function idField(token: usize): bool {
  if (!textField(token)) return false;
  if (textBytes === 0) refuse(L.REJECT_MISSING_FIELD);
  else if (textBytes > <u32>L.KEY_TEXT_BYTES) refuse(L.REJECT_LONG_KEY);
  else return true;
  return false;
}

/** Scaled value of the text found last, or FIELD_REFUSED. */
function decimal(at: usize, bytes: u32, digits: i32): i64 {
  const value = fixedPoint(at, bytes, digits);
  if (value >= 0) return value;
  refuse(<i32>(-1 - value));
  return FIELD_REFUSED;
}

/** Price found last in priceE4, or FIELD_REFUSED. */
function priceText(): i64 {
  const usual = usualPrice(textAt);
  return usual >= 0 ? usual & VALUE_MASK : decimal(textAt, textBytes, PRICE_DIGITS);
}

/** A required price strictly between 0 and 1, in priceE4, or FIELD_REFUSED. The market's grid is not checked here. */
export function priceField(token: usize): i32 {
  if (!textField(token)) return FIELD_REFUSED;
  const priceE4 = priceText();
  if (priceE4 < 0) return FIELD_REFUSED;
  if (priceE4 > 0 && priceE4 < PRICE_ONE_E4) return <i32>priceE4;
  refuse(L.REJECT_OUT_OF_RANGE);
  return FIELD_REFUSED;
}

/** A best price from 0 to 1 in priceE4; an empty text, 0 and 1 all answer `none`. FIELD_REFUSED when refused. */
export function topField(token: usize, none: i32): i32 {
  if (!textField(token)) return FIELD_REFUSED;
  if (textBytes === 0) return none;
  const priceE4 = priceText();
  if (priceE4 < 0) return FIELD_REFUSED;
  if (priceE4 > PRICE_ONE_E4) {
    refuse(L.REJECT_OUT_OF_RANGE);
    return FIELD_REFUSED;
  }
  return priceE4 === 0 || priceE4 === PRICE_ONE_E4 ? none : <i32>priceE4;
}

/** A required size in micros, 0 to SIZE_MICROS_MAX, or FIELD_REFUSED. */
export function sizeField(token: usize): i64 {
  if (!textField(token)) return FIELD_REFUSED;
  return sizeText(textAt, textBytes);
}

function sizeText(at: usize, bytes: u32): i64 {
  const usual = usualSize(at);
  if (usual >= 0) return usual & VALUE_MASK;
  const sizeMicros = decimal(at, bytes, SIZE_DIGITS);
  if (sizeMicros <= L.SIZE_MICROS_MAX) return sizeMicros;
  refuse(L.REJECT_OUT_OF_RANGE);
  return FIELD_REFUSED;
}

/** A required signed size in micros; check refused() for failure, as every value is possible. */
export function signedSizeField(token: usize): i64 {
  if (!textField(token)) return 0;
  if (textBytes > 0 && load<u8>(textAt) === 0x2d) return -sizeText(textAt + 1, textBytes - 1);
  return sizeText(textAt, textBytes);
}

/** A required "BUY" / "SELL" (`lower` false) or "yes" / "no": SIDE_TEXT_*, or FIELD_REFUSED. */
export function sideField(token: usize, lower: bool): i32 {
  if (!textField(token)) return FIELD_REFUSED;
  const word = textWord(textAt, textBytes, 0);
  // Which of the two is as good as random, so it is not branched on.
  const second = word === (lower ? TEXT_LOWER_NO : TEXT_SELL);
  const first = word === (lower ? TEXT_LOWER_YES : TEXT_BUY);
  if ((<u32>first | <u32>second) !== 0) return select<i32>(SIDE_TEXT_SECOND, SIDE_TEXT_FIRST, second);
  refuse(L.REJECT_BAD_SIDE);
  return FIELD_REFUSED;
}

/** A required string of epoch milliseconds. */
export function timestampField(token: usize): f64 {
  if (!textField(token)) return 0;
  // 13 digits since 2001 and until 2286.
  const usual = textBytes === 13 ? thirteenDigits(textAt) : UNUSUAL;
  if (usual >= 0) return <f64>usual;
  const ms = plainInteger(textAt, textBytes);
  if (ms < 0) refuse(L.REJECT_BAD_NUMBER);
  return <f64>ms;
}

/** A required unquoted non-negative integer of at most 15 digits. */
export function numberField(token: usize): i64 {
  if (token === 0) {
    refuse(L.REJECT_MISSING_FIELD);
    return 0;
  }
  if (!isNumber(token)) {
    refuse(L.REJECT_WRONG_TYPE);
    return 0;
  }
  const value = plainInteger(textOf(token), bytesOf(token));
  if (value < 0) refuse(L.REJECT_BAD_NUMBER);
  return value;
}

/** A required hash: address of its 40 lower-case hex digits, 0 = refused. */
export function hashField(token: usize): usize {
  if (!textField(token)) return 0;
  if (textBytes === HASH_CHARS && isHash(textAt)) return textAt;
  refuse(L.REJECT_BAD_HASH);
  return 0;
}
