// Oracle 2, text: bytes to a value through simdjson, with unquoted numbers kept as their text. Character loops where
// oracle 1 has regular expressions; results where it has exceptions.
import { isUtf8 } from 'node:buffer';
import { parseWithSimdjson } from '../../engine/venue/json.ts';
import * as L from '../../wasm/layout.ts';

/** A value, or the REJECT_* cause. */
export type Parsed = { readonly value: unknown; readonly plain: boolean } | { readonly cause: number };

/** First character of a string that stands for an unquoted number; plain frames cannot contain it. */
export const NUMBER_MARK = '\u0001';

/** The frame's value, plain or not, within the bounds of depth and numbers. */
export function parseFrame(bytes: Uint8Array): Parsed {
  let plain = true;
  for (let at = 0; at < bytes.length; at += 1) plain &&= bytes[at]! < 0x80 && bytes[at] !== 0x5c;
  const buffer = Buffer.from(bytes);
  if (!plain && !isUtf8(buffer)) return { cause: L.REJECT_INVALID_UTF8 };
  const text = buffer.toString('utf8');
  const scan = scanBounds(text);
  // simdjson skips a byte order mark and refuses lone surrogates; JSON.parse does the opposite, and is the rule.
  if (text.startsWith('\ufeff')) return { cause: L.REJECT_MALFORMED };
  // Bounds first: simdjson has bounds of its own, wider than ours.
  const overBounds = scan.cause !== undefined ? { cause: scan.cause } : undefined;
  const original = tryParse(plain ? text : withoutLoneSurrogates(text));
  if (original === undefined) {
    // Refused by simdjson's bounds, or not JSON at all? With its numbers as strings only the latter is left.
    const wellFormed = overBounds !== undefined && tryParse(scan.marked) !== undefined;
    return wellFormed ? overBounds : { cause: L.REJECT_MALFORMED };
  }
  if (overBounds !== undefined) return overBounds;
  if (!plain || scan.marked === text) return { value: original.value, plain };
  const marked = tryParse(scan.marked);
  return marked === undefined ? { cause: L.REJECT_MALFORMED } : { value: marked.value, plain };
}

function tryParse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: parseWithSimdjson(text) };
  } catch {
    return undefined;
  }
}

function isNumberChar(char: string): boolean {
  return (char >= '0' && char <= '9') || '+-.eE'.includes(char);
}

/** Address after the string that opens at `at`. */
function afterString(text: string, at: number): number {
  let close = text.indexOf('"', at + 1);
  while (close > 0) {
    let escapes = 0;
    while (text.charCodeAt(close - 1 - escapes) === 92) escapes += 1;
    if (escapes % 2 === 0) return close + 1;
    close = text.indexOf('"', close + 1);
  }
  return text.length;
}

/** Depth and numbers outside of strings; `marked` is the text with every number as a marked string. */
function scanBounds(text: string): { readonly marked: string; readonly cause: number | undefined } {
  let marked = '';
  let taken = 0;
  let depth = 0;
  let cause: number | undefined;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === 34) {
      at = afterString(text, at);
    } else if (code === 45 || (code >= 48 && code <= 57)) {
      const from = at;
      while (at < text.length && isNumberChar(text.charAt(at))) at += 1;
      const number = text.slice(from, at);
      if (!withinBounds(number)) cause ??= L.REJECT_BAD_NUMBER;
      marked += `${text.slice(taken, from)}"\\u0001${number}"`;
      taken = at;
    } else {
      if (code === 123 || code === 91) depth += 1;
      if (code === 125 || code === 93) depth -= 1;
      if (depth > L.DEPTH_MAX) cause ??= L.REJECT_TOO_DEEP;
      at += 1;
    }
  }
  return { marked: taken === 0 ? text : marked + text.slice(taken), cause };
}

/** At most 32 characters, 18 digits before the point, 2 in the exponent. */
function withinBounds(number: string): boolean {
  const [mantissa = '', exponent = ''] = number.toLowerCase().split('e');
  const whole = mantissa.split('.')[0]!.replace('-', '');
  const exponentDigits = exponent.replace('+', '').replace('-', '');
  return number.length <= L.NUMBER_CHARS_MAX && whole.length <= 18 && exponentDigits.length <= 2;
}

/** Replaces `\uD800`..`\uDFFF` escapes that are not a pair by a letter: their value is never read. */
function withoutLoneSurrogates(text: string): string {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    if (text.charAt(at) !== '\\') {
      pieces.push(text.charAt(at));
      at += 1;
    } else if (text.charAt(at + 1) !== 'u') {
      pieces.push(text.slice(at, at + 2));
      at += 2;
    } else {
      const high = isSurrogate(text.slice(at + 2, at + 6), 0xd800);
      const low = text.slice(at + 6, at + 8) === '\\u' && isSurrogate(text.slice(at + 8, at + 12), 0xdc00);
      const lone = (high && !low) || isSurrogate(text.slice(at + 2, at + 6), 0xdc00);
      const length = high && low ? 12 : 6;
      pieces.push(lone ? '?' : text.slice(at, at + length));
      at += length;
    }
  }
  return pieces.join('');
}

function isSurrogate(hex: string, base: number): boolean {
  if (hex.length !== 4) return false;
  for (const char of hex) if (!'0123456789abcdefABCDEF'.includes(char)) return false;
  const code = Number.parseInt(hex, 16);
  return code >= base && code < base + 0x400;
}
