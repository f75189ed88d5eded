// Reading of a frame's tokens: which keys an object has, the elements of an array, a value's type and text. Ingest
// thread; writes its own globals and the table of fields. Every token is visited once on its level, so every loop is
// bounded by the frame.

import {
  TOKEN_BYTES,
  TOKEN_KEY_BITS,
  TOKEN_TYPE_BITS,
  TYPE_ARRAY,
  TYPE_NUMBER,
  TYPE_OBJECT,
  TYPE_STRING,
} from './json-tokens';
import { TOKENS_FIELDS, TOKENS_FIRST } from './layout';
import { tokensAt } from './regions';

const OFFSET_MASK: u32 = (1 << TOKEN_KEY_BITS) - 1;
const REST_MASK: u32 = (1 << TOKEN_TYPE_BITS) - 1;

let walkedAt: usize = 0; // the frame
let present: u32 = 0; // bit per key of the object read last
let texts: u32 = 0; // and of those, the keys whose value is a string

/** The tokens read from now on are of the frame at `at`. */
export function walkFrame(at: usize): void {
  walkedAt = at;
}

function typeOf(token: usize): u32 {
  return load<u32>(token, 4) >> TOKEN_TYPE_BITS;
}

/** Token behind the container's last. */
function endOf(container: usize): usize {
  return tokensAt + TOKENS_FIRST + <usize>(load<u32>(container, 4) & REST_MASK) * TOKEN_BYTES;
}

/** Token behind the value. */
function afterToken(token: usize): usize {
  return typeOf(token) >= TYPE_OBJECT ? endOf(token) : token + TOKEN_BYTES;
}

/** Notes where the object's members have their values; of a repeated key the last one counts. */
export function readFields(object: usize): void {
  const end = endOf(object);
  let seen: u32 = 0;
  let strings: u32 = 0;
  let token = object + TOKEN_BYTES;
  while (token < end) {
    const key = load<u32>(token) >> TOKEN_KEY_BITS;
    const bit = (<u32>1) << key;
    seen |= bit;
    strings = select<u32>(strings | bit, strings & ~bit, typeOf(token) === TYPE_STRING);
    store<u32>(tokensAt + TOKENS_FIELDS + ((<usize>key) << 2), <u32>token);
    token = afterToken(token);
  }
  present = seen;
  texts = strings;
}

/** True when the object read last has a string for every key whose bit is set. */
export function hasTexts(keys: u32): bool {
  return (texts & keys) === keys;
}

/** Address of the text of the value for `key`, which the object read last has. */
export function textAt(key: u32): usize {
  return textOf(load<u32>(tokensAt + TOKENS_FIELDS + ((<usize>key) << 2)));
}

/** Token of the value that the object read last has for `key`, 0 = absent. */
export function field(key: u32): usize {
  const token = load<u32>(tokensAt + TOKENS_FIELDS + ((<usize>key) << 2));
  return select<usize>(<usize>token, 0, ((present >> key) & 1) !== 0);
}

/** First element of the array, 0 = empty. */
export function firstElement(array: usize): usize {
  return array + TOKEN_BYTES < endOf(array) ? array + TOKEN_BYTES : 0;
}

/** The array's element after `element`, 0 = there is none. */
export function nextElement(array: usize, element: usize): usize {
  const token = afterToken(element);
  return token < endOf(array) ? token : 0;
}

/** Address of the value's text: a string's behind its quote. */
export function textOf(token: usize): usize {
  return walkedAt + <usize>(load<u32>(token) & OFFSET_MASK);
}

/** Bytes of the text of a string, number or word. */
export function bytesOf(token: usize): u32 {
  return load<u32>(token, 4) & REST_MASK;
}

export function isObject(token: usize): bool {
  return typeOf(token) === TYPE_OBJECT;
}

export function isArray(token: usize): bool {
  return typeOf(token) === TYPE_ARRAY;
}

export function isString(token: usize): bool {
  return typeOf(token) === TYPE_STRING;
}

export function isNumber(token: usize): bool {
  return typeOf(token) === TYPE_NUMBER;
}
