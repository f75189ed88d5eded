// How numbers are written for people: counts, bytes, durations, money.
import { moneyText } from '../core/units.ts';

/** 1234567 -> "1,234,567". */
export function countText(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

function scaledText(value: number, step: number, units: readonly string[]): string {
  let scaled = value;
  let unit = 0;
  while (scaled >= step * 0.9995 && unit < units.length - 1) {
    scaled /= step;
    unit += 1;
  }
  const text = unit === 0 || scaled >= 100 ? scaled.toFixed(0) : scaled.toFixed(scaled >= 10 ? 1 : 2);
  return `${text} ${units[unit]}`;
}

/** 1536 -> "1.54 kB". */
export function bytesText(bytes: number): string {
  return scaledText(bytes, 1_000, ['B', 'kB', 'MB', 'GB', 'TB']);
}

/** 1234 -> "1.23 µs". */
export function nsText(ns: number): string {
  return scaledText(ns, 1_000, ['ns', 'µs', 'ms', 's']);
}

/** Per-second rate, "12.3 k". */
export function rateText(perSecond: number): string {
  return `${scaledText(perSecond, 1_000, ['', 'k', 'M']).trim()}/s`;
}

/** 61500 -> "1 min 1.5 s". */
export function durationText(durationMs: number): string {
  const minutes = Math.floor(durationMs / 60_000);
  const seconds = (durationMs - minutes * 60_000) / 1_000;
  return minutes === 0 ? `${seconds.toFixed(1)} s` : `${minutes} min ${seconds.toFixed(0)} s`;
}

/** Micro-dollars with a sign: "+$1.234567", "-$0.5", "$0". */
export function signedMoneyText(micros: number): string {
  if (micros === 0) return '$0';
  return `${micros < 0 ? '-' : '+'}$${moneyText(Math.abs(micros))}`;
}

/** Micro-dollars without a sign: "$1,234.5" has no grouping: "$1234.5". */
export function plainMoneyText(micros: number): string {
  return micros < 0 ? signedMoneyText(micros) : `$${moneyText(micros)}`;
}

/** Text from elsewhere (market titles, venue errors) without control characters, so that it cannot steer a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�');
}

/** "a 1, b 2" of the entries that are not zero, or `none`. */
export function entriesText(entries: Readonly<Record<string, number>>, none: string): string {
  const shown = Object.entries(entries).filter(([, count]) => count !== 0);
  return shown.length === 0 ? none : shown.map(([name, count]) => `${name} ${countText(count)}`).join(', ');
}
