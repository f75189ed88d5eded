// One pass over a frame that validates it as JSON and notes its values: whatever their order and white space, one token
// of 8 bytes per element of an array and per member whose key somebody reads, in the order of the text. Ingest thread;
// the only writer of the tokens.
//
// A token is offset in the frame (27 bits), number of the key (5), length of the text or index of the token behind the
// container (29), type (3). What stands in a value that nobody reads is validated, and its tokens are taken back.
// The scanner may look at some bytes behind the frame: every step moves forward, each member and element begins inside
// the frame, and a value that ends behind it is refused in the end.
import { KEY_ELEMENT, longKey, shortKey } from './json-keys';
import { firstPieces, learnPiece, pieceAt, piecesBehind, startPieces } from './json-pieces';
import { afterNumber, afterWord, numbersBounded, skipSpace, startNumbers, textEnd } from './json-scan';
import * as L from './layout';
import { scanBytes, tokensAt } from './regions';

export const TOKEN_BYTES: usize = 8;
export const TOKEN_KEY_BITS: u32 = 27; // of the low half: no frame is longer than 64 MiB
export const TOKEN_TYPE_BITS: u32 = 29; // of the high half
export const TYPE_STRING: u32 = 1;
export const TYPE_NUMBER: u32 = 2;
export const TYPE_WORD: u32 = 3; // true, false, null
export const TYPE_OBJECT: u32 = 4;
export const TYPE_ARRAY: u32 = 5;

const SPACE: u32 = 0x20;
const QUOTE: u32 = 0x22;
const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;
const QUOTE_COLON_QUOTE: u32 = 0x223a22;
const QUOTE_COLON_SPACE_QUOTE: u32 = 0x22203a22;
const COMMA_QUOTE: u32 = 0x222c;
const COMMA_SPACE_QUOTE: u32 = 0x22202c;
const OPEN_ARRAY: u32 = 0x5b;
const CLOSE_ARRAY: u32 = 0x5d;
const OPEN_OBJECT: u32 = 0x7b;
const CLOSE_OBJECT: u32 = 0x7d;

let frameAt: usize = 0;
let frameEnd: usize = 0;
let next: usize = 0; // address of the next token
let cause: i32 = -1;

/** Address of the first token. */
export function rootToken(): usize {
  return tokensAt + L.TOKENS_FIRST;
}

/**
 * Answers -1 when the bytes from `at` to `end` are exactly one JSON value, not nested deeper than DEPTH_MAX and with
 * bounded numbers, else REJECT_*. The value's token is rootToken().
 */
export function scanFrame(at: usize, end: usize): i32 {
  // There is room for the tokens of this many bytes: a value and what ends it are two.
  if (end - at > <usize>scanBytes) return L.REJECT_OVERSIZE;
  frameAt = at;
  frameEnd = end;
  next = rootToken();
  cause = L.REJECT_MALFORMED;
  startNumbers();
  startPieces();
  const first = skipSpace(at, end);
  if (first >= end) return L.REJECT_MALFORMED;
  const last = <u32>load<u8>(first) === QUOTE ? scanString(first) : scanOther(first, 0, KEY_ELEMENT);
  if (last === 0) return cause;
  if (last > end || skipSpace(last, end) !== end) return L.REJECT_MALFORMED;
  return numbersBounded ? -1 : L.REJECT_BAD_NUMBER;
}

function storeToken(token: usize, at: usize, key: u32, type: u32, rest: usize): void {
  store<u32>(token, <u32>(at - frameAt) | (key << TOKEN_KEY_BITS));
  store<u32>(token, <u32>rest | (type << TOKEN_TYPE_BITS), 4);
}

/** First byte at or after `at` that is no JSON white space, when the byte there may be some. */
function after(at: usize): usize {
  return <u32>load<u8>(at) > SPACE ? at : skipSpace(at, frameEnd);
}

/** The string at `at`, alone; answers the address behind it, or 0. */
function scanString(at: usize): usize {
  const close = textEnd(at + 1, frameEnd);
  if (<u32>load<u8>(close) !== QUOTE) return 0;
  storeToken(next, at + 1, KEY_ELEMENT, TYPE_STRING, close - at - 1);
  next += TOKEN_BYTES;
  return close + 1;
}

/** The value at `at`, which is no string; answers the address behind it, or 0. Its token stays when it has a key. */
function scanOther(at: usize, depth: i32, key: u32): usize {
  const token = next;
  const byte = <u32>load<u8>(at);
  let p: usize = 0;
  if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
    if (at >= frameEnd) return 0;
    if (depth === L.DEPTH_MAX) {
      cause = L.REJECT_TOO_DEEP;
      return 0;
    }
    const object = byte === OPEN_OBJECT;
    next = token + TOKEN_BYTES;
    p = object ? scanObject(at, depth + 1) : scanArray(at, depth + 1);
    const behind = (next - tokensAt - L.TOKENS_FIRST) >> 3;
    storeToken(token, at, key, object ? TYPE_OBJECT : TYPE_ARRAY, behind);
    next = key === 0 ? token : next;
    return p;
  }
  const number = byte === 0x2d || byte - 0x30 <= 9;
  p = number ? afterNumber(at, frameEnd) : afterWord(at);
  storeToken(token, at, key, number ? TYPE_NUMBER : TYPE_WORD, p - at);
  next = key === 0 ? token : token + TOKEN_BYTES;
  return p;
}

/** The value behind the key whose quote closes at `close`, or 0. Two writers' spacings are told at one look. */
function valueBehind(close: usize): usize {
  const word = load<u32>(close);
  if ((word & 0xffffff) === QUOTE_COLON_QUOTE) return close + 2;
  if (word === QUOTE_COLON_SPACE_QUOTE) return close + 3;
  if (<u32>load<u8>(close) !== QUOTE) return 0;
  const colon = after(close + 1);
  return <u32>load<u8>(colon) === COLON ? after(colon + 1) : 0;
}

/** The next key's quote behind the value that ends before `at`, or the brace that closes the object, or 0. */
function memberBehind(at: usize): usize {
  const word = load<u32>(at);
  if ((word & 0xffff) === COMMA_QUOTE) return at + 1;
  if ((word & 0xffffff) === COMMA_SPACE_QUOTE) return at + 2;
  const p = after(at);
  const byte = <u32>load<u8>(p);
  if (byte === CLOSE_OBJECT) return p;
  if (byte !== COMMA) return 0;
  const key = after(p + 1);
  return <u32>load<u8>(key) === QUOTE ? key : 0;
}

/** Learns the piece from `p` to the value behind the key whose quote is at `quote`; 0 = that is no key. */
function newPiece(list: usize, p: usize, quote: usize): usize {
  const text = quote + 1;
  const bytes = textEnd(text, frameEnd) - text;
  const key = bytes < 16 ? shortKey(load<u64>(text), load<u64>(text, 8), <u32>bytes) : longKey(text, bytes);
  const value = valueBehind(text + bytes);
  if (value === 0) return 0;
  const string = <u32>load<u8>(value) === QUOTE;
  return learnPiece(list, p, value + <usize>string, key, string);
}

/** The object at `at`; answers the address behind it, or 0. Each turn takes one member. */
function scanObject(at: usize, depth: i32): usize {
  let token = next;
  let list = firstPieces(depth);
  let p = at + 1;
  while (p < frameEnd) {
    let piece = pieceAt(list, p);
    if (piece === 0) {
      const quote = p === at + 1 ? after(p) : memberBehind(p);
      if (quote === 0 || quote >= frameEnd) return 0;
      if (<u32>load<u8>(quote) !== QUOTE) {
        next = token;
        return <u32>load<u8>(quote) === CLOSE_OBJECT ? quote + 1 : 0;
      }
      piece = newPiece(list, p, quote);
      if (piece === 0) return 0;
    }
    const key = load<u32>(piece, L.PIECE_KEY);
    let value = p + <usize>load<u32>(piece, L.PIECE_LENGTH);
    list = piecesBehind(piece);
    if (load<u32>(piece, L.PIECE_STRING) === 0) {
      // The piece tells what stands before the value only: it may be a string this time, and farther away.
      value = after(value);
      if (<u32>load<u8>(value) !== QUOTE) {
        next = token;
        p = scanOther(value, depth, key);
        if (p === 0) return 0;
        token = next;
        continue;
      }
      value += 1;
    }
    const close = textEnd(value, frameEnd);
    if (<u32>load<u8>(close) !== QUOTE) return 0;
    storeToken(token, value, key, TYPE_STRING, close - value);
    token = select<usize>(token, token + TOKEN_BYTES, key === 0);
    p = close + 1;
  }
  return 0;
}

/** The array at `at`; answers the address behind it, or 0. Each turn takes one element. */
function scanArray(at: usize, depth: i32): usize {
  let p = after(at + 1);
  if (<u32>load<u8>(p) === CLOSE_ARRAY) return p + 1;
  while (p < frameEnd) {
    p = <u32>load<u8>(p) === QUOTE ? scanString(p) : scanOther(p, depth, KEY_ELEMENT);
    if (p === 0) return 0;
    p = after(p);
    const byte = <u32>load<u8>(p);
    if (byte !== COMMA) return byte === CLOSE_ARRAY ? p + 1 : 0;
    p = after(p + 1);
  }
  return 0;
}
