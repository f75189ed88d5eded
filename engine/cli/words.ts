// What numbers and times on the command line may be; a wrong one is told with what is allowed. Main thread.
import { InvalidArgumentError } from 'commander';
import type { SolveCliOptions } from './solve.ts';

/** A factor of recorded time, or max. */
export function speedOf(text: string): number | 'max' {
  const speed = Number(text);
  if (text === 'max') return text;
  if (text === '' || !(speed >= 0.01 && speed <= 10_000)) throw new InvalidArgumentError('allowed 0.01..10000 or max');
  return speed;
}

/** An integer in a range. */
export function integerFrom(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(`allowed ${min}..${max}`);
    return value;
  };
}

/** What a timer can wait for: 24 days. */
export const seconds = integerFrom(1, 2_147_483);
/** Number of a frame, from 1. */
export const frameNumber = integerFrom(1, 4_294_967_295);

/** An ISO time with a zone, as ms since 1970. */
export function timeOf(text: string): number {
  const ms = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw new InvalidArgumentError('allowed a time such as 2026-07-20T19:00:00Z');
}

/** Seconds of recorded time, or a time with a zone. */
export function momentOf(text: string): NonNullable<SolveCliOptions['at']> {
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return { seconds: Number(text) };
  return { wallMs: timeOf(text) };
}
