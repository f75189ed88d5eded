// The kinds of value a config key may have, so that ranges and words are said the same way in every section.
import { z } from 'zod';

/** An integer in min..max with a default. */
export function integer(min: number, max: number, byDefault: number, description: string) {
  return z.int().min(min).max(max).default(byDefault).describe(description);
}

/** A power of two in min..max with a default. */
export function powerOfTwo(min: number, max: number, byDefault: number, description: string) {
  return z
    .int()
    .min(min)
    .max(max)
    .refine((value) => (value & (value - 1)) === 0, { error: 'a power of two' })
    .default(byDefault)
    .describe(`${description} A power of two.`);
}

/** A file or folder path, relative to the working folder. */
export function path(description: string) {
  return z.string().min(1).max(4096).describe(description);
}

/** A WebSocket URL without credentials in it. */
export function socketUrl(description: string) {
  return z
    .string()
    .regex(/^wss?:\/\/[^\s@?#]+$/, { error: 'ws://… or wss://…, without credentials or a query' })
    .describe(description);
}

/** An HTTP URL without credentials in it. */
export function httpUrl(description: string) {
  return z
    .string()
    .regex(/^https?:\/\/[^\s@?#]+$/, { error: 'http://… or https://…, without credentials or a query' })
    .describe(description);
}

/** A market id: the venue, a colon, the venue's own id. */
export const marketId = z
  .string()
  .regex(/^(polymarket|kalshi):[!-~]{1,112}$/, { error: 'polymarket:<conditionId> or kalshi:<ticker>' })
  .describe('Market id: polymarket:<conditionId> or kalshi:<ticker>.');
