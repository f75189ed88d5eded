// Oracle 2, fields: typed reading of a value that simdjson parsed. Every reader answers a value or notes the cause in a
// Faults, of which the first one noted counts.
import * as L from '../../wasm/layout.ts';
import { NUMBER_MARK } from './simdjson-text.ts';

/** Collects causes of refusal; the first one is the frame's. */
export class Faults {
  readonly causes: number[] = [];

  note<T>(cause: number, instead: T): T {
    this.causes.push(cause);
    return instead;
  }

  get first(): number | undefined {
    return this.causes[0];
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own property, or undefined; simdjson's objects may have got another prototype from a `__proto__` key. */
export function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

export function has(value: Record<string, unknown>, key: string): boolean {
  return Object.hasOwn(value, key);
}

/** A string that is not a marked number. */
export function asText(value: unknown, faults: Faults): string | undefined {
  if (value === undefined) return faults.note(L.REJECT_MISSING_FIELD, undefined);
  const isText = typeof value === 'string' && !value.startsWith(NUMBER_MARK);
  return isText ? value : faults.note(L.REJECT_WRONG_TYPE, undefined);
}

export function asId(value: unknown, faults: Faults): string {
  const text = asText(value, faults);
  if (text === undefined) return '';
  if (text.length === 0) faults.note(L.REJECT_MISSING_FIELD, undefined);
  if (text.length > L.KEY_TEXT_BYTES) faults.note(L.REJECT_LONG_KEY, undefined);
  return text;
}

/** Digits only, at least one. */
function allDigits(text: string): boolean {
  if (text.length === 0) return false;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) < 48 || text.charCodeAt(at) > 57) return false;
  return true;
}

function plainWhole(text: string): boolean {
  return allDigits(text) && (text.length === 1 || text.charAt(0) !== '0');
}

/** Decimal text as an integer count of 10^-digits, digit by digit. */
export function asScaled(text: string, digits: number, faults: Faults): bigint {
  const point = text.indexOf('.');
  const whole = point < 0 ? text : text.slice(0, point);
  const fraction = point < 0 ? '' : text.slice(point + 1);
  const shaped = plainWhole(whole) && (point < 0 || allDigits(fraction));
  if (!shaped || text.length > L.NUMBER_CHARS_MAX) return faults.note(L.REJECT_BAD_NUMBER, 0n);
  if (whole.length > 12) return faults.note(L.REJECT_OUT_OF_RANGE, 0n);
  let units = 0n;
  for (const digit of whole) units = units * 10n + BigInt(digit);
  for (let at = 0; at < Math.max(digits, fraction.length); at += 1) {
    const digit = fraction.charAt(at) || '0';
    if (at < digits) units = units * 10n + BigInt(digit);
    else if (digit !== '0') return faults.note(L.REJECT_OFF_GRID, 0n);
  }
  return units;
}

/** Price strictly inside (0, 1); 1 after a fault, as a harmless stand-in. */
export function asPrice(value: unknown, faults: Faults): number {
  const text = asText(value, faults);
  if (text === undefined) return 1;
  const before = faults.causes.length;
  const units = asScaled(text, 4, faults);
  if (faults.causes.length > before) return 1;
  return units > 0n && units < 10_000n ? Number(units) : faults.note(L.REJECT_OUT_OF_RANGE, 1);
}

export function asSize(text: string | undefined, faults: Faults): bigint {
  if (text === undefined) return 0n;
  const units = asScaled(text, 6, faults);
  return units > 1_000_000_000_000_000n ? faults.note(L.REJECT_OUT_OF_RANGE, 0n) : units;
}

/** Best price: the side's own "none" for an empty text, 0 and 1. */
export function asBest(value: unknown, none: number, faults: Faults): number {
  const text = asText(value, faults);
  if (text === undefined || text === '') return none;
  const units = Number(asScaled(text, 4, faults));
  if (units > 10_000) return faults.note(L.REJECT_OUT_OF_RANGE, none);
  return units % 10_000 === 0 ? none : units;
}

export function asChoice(value: unknown, choices: readonly string[], faults: Faults): number {
  const text = asText(value, faults);
  if (text === undefined) return 0;
  const index = choices.indexOf(text);
  return index < 0 ? faults.note(L.REJECT_BAD_SIDE, 0) : index;
}

export function asEpochMs(value: unknown, faults: Faults): number {
  const text = asText(value, faults);
  if (text === undefined) return 0;
  return plainWhole(text) && text.length <= 15 ? Number(text) : faults.note(L.REJECT_BAD_NUMBER, 0);
}

/** An unquoted plain integer of at most 15 digits. */
export function asInteger(value: unknown, faults: Faults): number {
  if (value === undefined) return faults.note(L.REJECT_MISSING_FIELD, 0);
  if (typeof value !== 'string' || !value.startsWith(NUMBER_MARK)) return faults.note(L.REJECT_WRONG_TYPE, 0);
  const text = value.slice(1);
  return plainWhole(text) && text.length <= 15 ? Number(text) : faults.note(L.REJECT_BAD_NUMBER, 0);
}

export function asHash(value: unknown, faults: Faults): string {
  const text = asText(value, faults);
  if (text === undefined) return '';
  const good = text.length === 40 && [...text].every((char) => '0123456789abcdef'.includes(char));
  return good ? text : faults.note(L.REJECT_BAD_HASH, '');
}

export function asArray(value: unknown, faults: Faults): unknown[] {
  if (value === undefined) return faults.note(L.REJECT_MISSING_FIELD, []);
  return Array.isArray(value) ? value : faults.note(L.REJECT_WRONG_TYPE, []);
}
