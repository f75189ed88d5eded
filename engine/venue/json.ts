// The door to simdjson (the only importer), and reading of JSON off the hot path with objects that cannot be poisoned.
//
// simdjson's package falls back to JSON without a word when its native part is missing: `lazyParse` is then absent, or
// the module is JSON itself. Who uses it is told which parser is at work.
import { isUtf8 } from 'node:buffer';
import { createRequire } from 'node:module';
import { DEPTH_MAX, NUMBER_CHARS_MAX } from '../../wasm/layout.ts';

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** Which parser parseWithSimdjson uses: the native one, the package's own fallback, or none installed. */
export type SimdjsonState = 'native' | 'fallback' | 'missing';

interface SimdjsonModule {
  parse(text: string): unknown;
  lazyParse?: unknown;
}

function loadSimdjson(): SimdjsonModule | undefined {
  try {
    return createRequire(import.meta.url)('simdjson') as SimdjsonModule;
  } catch (error) {
    // Optional: not installed, or its native part does not load on this platform. `doctor` reports which.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

const simdjson = loadSimdjson();

/** What stands behind parseWithSimdjson. */
export function simdjsonState(): SimdjsonState {
  if (simdjson === undefined) return 'missing';
  const native = typeof simdjson.lazyParse === 'function' && (simdjson as unknown) !== JSON;
  return native ? 'native' : 'fallback';
}

/** Parses with simdjson. Throws what simdjson throws on bad JSON, and Error when the package is missing. */
export function parseWithSimdjson(text: string): unknown {
  if (simdjson === undefined) throw new Error('simdjson is not installed');
  return simdjson.parse(text);
}

/** Why bytes are not JSON we read. */
export type JsonFault = 'invalidUtf8' | 'malformed' | 'tooDeep' | 'badNumber';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The JSON value of `bytes`, or why there is none. Allocates; off the hot path. */
export function jsonFromBytes(bytes: Uint8Array): { readonly value: JsonValue } | { readonly fault: JsonFault } {
  // A copy: the bytes may lie in shared memory.
  const own = Buffer.from(bytes);
  if (!isUtf8(own)) return { fault: 'invalidUtf8' };
  const text = decoder.decode(own);
  try {
    const value = JSON.parse(text) as JsonValue;
    const fault = boundsFault(text);
    return fault === undefined ? { value } : { fault };
  } catch (error) {
    if (error instanceof SyntaxError) return { fault: 'malformed' };
    throw error;
  }
}

const STRING_OR_MARK = /"(?:[^"\\]|\\.)*"|[[{]|[\]}]|-?\d[\d.eE+-]*/g;
const BOUNDED_NUMBER = /^-?\d{1,18}(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/;

/** Depth and number bounds of valid JSON, the same as validateJson in wasm/json-scan.ts has them. Linear. */
function boundsFault(text: string): JsonFault | undefined {
  let depth = 0;
  for (const [token] of text.matchAll(STRING_OR_MARK)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (!token.startsWith('"') && (token.length > NUMBER_CHARS_MAX || !BOUNDED_NUMBER.test(token))) {
      return 'badNumber';
    }
    if (depth > DEPTH_MAX) return 'tooDeep';
  }
  return undefined;
}

/** True for a JSON object (not an array, not null). */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own member of `object`: never one that a `__proto__` key or Object.prototype supplies. */
export function member(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The JSON value of an HTTP body or a text message, or undefined. */
export function jsonOf(bytes: Uint8Array | string): JsonValue | undefined {
  const result = jsonFromBytes(typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes);
  return 'value' in result ? result.value : undefined;
}

/** A string member, or '' when it is absent or no string. */
export function textOf(object: JsonObject, key: string): string {
  const value = member(object, key);
  return typeof value === 'string' ? value : '';
}
