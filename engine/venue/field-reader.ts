// Single fields of a venue's JSON lists, read exactly or not at all. The first field that cannot be read names the
// fault of the whole object. Cold path.
//
// A JSON number is read by its shortest decimal form, which is what the venue wrote for up to 15 digits; a number with
// an exponent is refused. Lists come as arrays or as JSON inside a string.
import { scaledFromText } from '../core/units.ts';
import { type JsonObject, type JsonValue, jsonFromBytes, member } from './json.ts';

/** What is wrong with a field of any list; each venue has words of its own for these and for others. */
type CommonFault = 'badText' | 'badFlag';

const TEXT_CHARS_MAX = 2_000;
const LIST_CHARS_MAX = 10_000;
const UTC_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const PLAIN_AMOUNT = /^(?:0|[1-9]\d{0,11})(?:\.\d{1,40})?$/;
const MONEY_DIGITS = 6;

/** A plain decimal out of a string or a number; undefined for anything else. */
function decimalText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** Reads fields of one object and remembers the first fault. */
export class FieldReader<Fault extends string = never> {
  readonly #object: JsonObject;
  #fault: Fault | CommonFault | undefined;

  constructor(object: JsonObject) {
    this.#object = object;
  }

  /** What is wrong with the object, as far as it was read. */
  get fault(): Fault | CommonFault | undefined {
    return this.#fault;
  }

  /** Names the object's fault unless it has one already. */
  refuse(reason: Fault | CommonFault): undefined {
    this.#fault ??= reason;
    return undefined;
  }

  /** The value, undefined when it is absent or null. */
  value(key: string): JsonValue | undefined {
    return member(this.#object, key) ?? undefined;
  }

  /** A string; '' when absent. */
  text(key: string): string {
    const value = this.value(key) ?? '';
    if (typeof value === 'string' && value.length <= TEXT_CHARS_MAX) return value;
    this.refuse('badText');
    return '';
  }

  /** A string that must be there. */
  requiredText(key: string): string {
    const text = this.text(key);
    if (text === '') this.refuse('badText');
    return text;
  }

  /** true or false; undefined when absent. */
  flag(key: string): boolean | undefined {
    const value = this.value(key);
    return value === undefined || typeof value === 'boolean' ? value : this.refuse('badFlag');
  }

  /** true or false, which must be there. */
  requiredFlag(key: string): boolean {
    const flag = this.flag(key);
    if (flag === undefined) this.refuse('badFlag');
    return flag === true;
  }

  /** The number times 10^digits, exactly; undefined when absent. */
  scaled(key: string, digits: number, reason: Fault | CommonFault): number | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    const text = decimalText(value);
    return (text === undefined ? undefined : scaledFromText(text, digits)) ?? this.refuse(reason);
  }

  /** An amount in micro-dollars, rounded down: statistics come with the noise of sums. 0 when absent. */
  amountMicrosRoundedDown(key: string, reason: Fault | CommonFault): number {
    const value = this.value(key);
    if (value === undefined) return 0;
    const isDust = typeof value === 'number' && value >= 0 && value < 1e-6;
    const text = isDust ? '0' : (decimalText(value) ?? '');
    if (!PLAIN_AMOUNT.test(text)) {
      this.refuse(reason);
      return 0;
    }
    const [whole = '0', fraction = ''] = text.split('.');
    const micros = Number(whole + fraction.slice(0, MONEY_DIGITS).padEnd(MONEY_DIGITS, '0'));
    return Number.isSafeInteger(micros) ? micros : (this.refuse(reason) ?? 0);
  }

  /** A list, also as JSON inside a string; undefined when absent. */
  list(key: string, reason: Fault | CommonFault): readonly JsonValue[] | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (Array.isArray(value)) return value;
    if (typeof value !== 'string' || value.length > LIST_CHARS_MAX) return this.refuse(reason);
    const inner = jsonFromBytes(Buffer.from(value, 'utf8'));
    return 'value' in inner && Array.isArray(inner.value) ? inner.value : this.refuse(reason);
  }

  /** A UTC time in ms since 1970; undefined when absent. */
  timeMs(key: string, reason: Fault | CommonFault): number | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    const ms = typeof value === 'string' && UTC_TIME.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isFinite(ms) ? ms : this.refuse(reason);
  }
}
