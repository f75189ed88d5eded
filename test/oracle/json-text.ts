// Oracle 1, text and fields: bytes to a value through JSON.parse with unquoted numbers tagged by their text, and readers
// of its fields, which throw the cause of refusal.
import * as L from '../../wasm/layout.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export class Fault extends Error {
  readonly reason: number;
  constructor(reason: number) {
    super(`reject ${reason}`);
    this.reason = reason;
  }
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const TAG = '#number';

/** Text of an unquoted number, tagged before parsing; undefined for anything else. */
function rawNumber(value: Json | undefined): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const raw = value[TAG];
  return typeof raw === 'string' && Object.keys(value).length === 1 ? raw : undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && rawNumber(value) === undefined;
}

export function get(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The first of two that is there at all; null is there. */
export function either(first: Json | undefined, second: Json | undefined): Json | undefined {
  return first === undefined ? second : first;
}

export function text(value: Json | undefined): string {
  if (value === undefined) throw new Fault(L.REJECT_MISSING_FIELD);
  if (typeof value !== 'string') throw new Fault(L.REJECT_WRONG_TYPE);
  return value;
}

export function id(value: Json | undefined): string {
  const key = text(value);
  if (key === '') throw new Fault(L.REJECT_MISSING_FIELD);
  if (key.length > L.KEY_TEXT_BYTES) throw new Fault(L.REJECT_LONG_KEY);
  return key;
}

export function list(value: Json | undefined): Json[] {
  if (value === undefined) throw new Fault(L.REJECT_MISSING_FIELD);
  if (!Array.isArray(value)) throw new Fault(L.REJECT_WRONG_TYPE);
  return value;
}

export function scaled(decimal: string, digits: number): bigint {
  const match = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(decimal);
  if (match === null || decimal.length > L.NUMBER_CHARS_MAX) throw new Fault(L.REJECT_BAD_NUMBER);
  if (match[1]!.length > 12) throw new Fault(L.REJECT_OUT_OF_RANGE);
  const fraction = match[2] ?? '';
  if (/[1-9]/.test(fraction.slice(digits))) throw new Fault(L.REJECT_OFF_GRID);
  return BigInt(match[1]! + fraction.slice(0, digits).padEnd(digits, '0'));
}

export function price(value: Json | undefined): number {
  const priceE4 = scaled(text(value), 4);
  if (priceE4 <= 0n || priceE4 >= 10_000n) throw new Fault(L.REJECT_OUT_OF_RANGE);
  return Number(priceE4);
}

export function best(value: Json | undefined, none: number): number {
  const decimal = text(value);
  if (decimal === '') return none;
  const priceE4 = scaled(decimal, 4);
  if (priceE4 > 10_000n) throw new Fault(L.REJECT_OUT_OF_RANGE);
  return priceE4 === 0n || priceE4 === 10_000n ? none : Number(priceE4);
}

export function size(decimal: string): bigint {
  const micros = scaled(decimal, 6);
  if (micros > BigInt(L.SIZE_MICROS_MAX)) throw new Fault(L.REJECT_OUT_OF_RANGE);
  return micros;
}

export function side(value: Json | undefined, first: string, second: string): number {
  const word = text(value);
  if (word !== first && word !== second) throw new Fault(L.REJECT_BAD_SIDE);
  return word === first ? 0 : 1;
}

export function epochMs(value: Json | undefined): number {
  const ms = text(value);
  if (!/^(0|[1-9]\d{0,14})$/.test(ms)) throw new Fault(L.REJECT_BAD_NUMBER);
  return Number(ms);
}

export function integer(value: Json | undefined): number {
  if (value === undefined) throw new Fault(L.REJECT_MISSING_FIELD);
  const raw = rawNumber(value);
  if (raw === undefined) throw new Fault(L.REJECT_WRONG_TYPE);
  if (!/^(0|[1-9]\d{0,14})$/.test(raw)) throw new Fault(L.REJECT_BAD_NUMBER);
  return Number(raw);
}

export function hash(value: Json | undefined): string {
  const hex = text(value);
  if (!/^[0-9a-f]{40}$/.test(hex)) throw new Fault(L.REJECT_BAD_HASH);
  return hex;
}

/** Value of a plain frame with every unquoted number tagged by its text, or the fault. */
export function plainValue(frame: string): Json {
  let depth = 0;
  let deepest = 0;
  let numbers = true;
  let grammar = true;
  const tagged = frame.replace(/"[^"]*"|[[\]{}]|-?\d[\d.eE+-]*/g, (token) => {
    if (token.startsWith('"')) return token;
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth -= 1;
    if ('[]{}'.includes(token)) return token;
    grammar &&= NUMBER.test(token);
    numbers &&= bounded(token);
    return `{"${TAG}":"${token}"}`;
  });
  let value: Json;
  try {
    value = JSON.parse(tagged) as Json;
  } catch {
    throw new Fault(deepest > L.DEPTH_MAX ? L.REJECT_TOO_DEEP : L.REJECT_MALFORMED);
  }
  if (!grammar) throw new Fault(L.REJECT_MALFORMED);
  if (deepest > L.DEPTH_MAX) throw new Fault(L.REJECT_TOO_DEEP);
  if (!numbers) throw new Fault(L.REJECT_BAD_NUMBER);
  return value;
}

function bounded(token: string): boolean {
  const [, whole = '', , exponent = ''] = NUMBER.exec(token) ?? [];
  return token.length <= L.NUMBER_CHARS_MAX && whole.length <= 18 && exponent.replace(/[eE+-]/g, '').length <= 2;
}

/** Value of a frame that is not plain text, or the fault. Numbers stay numbers: no rule of the host reads one. */
export function hostValue(bytes: Uint8Array): Json {
  let decoded: string;
  try {
    decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fault(L.REJECT_INVALID_UTF8);
  }
  let value: Json;
  try {
    value = JSON.parse(decoded) as Json;
  } catch {
    throw new Fault(L.REJECT_MALFORMED);
  }
  // What is left outside of strings has no quotes: brackets and numbers can be counted there.
  const bare = decoded.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  let depth = 0;
  for (const token of bare.match(/[[\]{}]|-?\d[\d.eE+-]*/g) ?? []) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    else if (!bounded(token)) throw new Fault(L.REJECT_BAD_NUMBER);
    if (depth > L.DEPTH_MAX) throw new Fault(L.REJECT_TOO_DEEP);
  }
  return value;
}
