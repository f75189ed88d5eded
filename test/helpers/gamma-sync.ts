// Shared by the tests of discovery that goes on: a simulated Gamma and a sync at work on it, until the test ends.
import { onTestFinished } from 'vitest';
import type { JsonObject } from '../../engine/venue/json.ts';
import type { Select } from '../../engine/venue/polymarket/gamma-select.ts';
import { type GammaDiff, GammaSync } from '../../engine/venue/polymarket/gamma-sync.ts';
import { type RestGetOptions, RestGets } from '../../engine/venue/rest-get.ts';
import type { GammaFaultRule } from '../../engine/venue/sim/gamma.ts';
import { clockAt, LIST_MS, pump, startGamma } from './gamma.ts';

export const SELECT: Select = { slugs: [], events: [], tags: [], negRisk: true, endedDaysMax: 7 };
const ROOM = { markets: 1_000, fineLadders: 8, grids: 64, feeSchedules: 16, baskets: 512, legs: 4_096 };
export const OPTIONS: Omit<RestGetOptions, 'url'> = {
  ...{ warmPath: '/status', userAgent: 'dutchbook', connections: 2, requestsPerSecond: 50, deadlineMs: 5_000 },
  ...{ answerBytesMax: 1 << 22, attemptsMax: 3, retryMs: 100, connectMs: 10_000 },
};
export const MINUTE_NS = 60e9;

/** A simulated Gamma that serves `values`; ends with the test. */
export async function gammaWith(values: readonly JsonObject[], faults: readonly GammaFaultRule[] = []) {
  const gamma = await startGamma(values, faults);
  onTestFinished(() => gamma.close());
  return gamma;
}

/** A sync at work, and the diffs it made. */
export async function syncOn(
  url: string,
  options: Partial<Select> = {},
  room: Partial<typeof ROOM> = {},
  pageSize = 100,
) {
  const clock = clockAt(LIST_MS);
  const diffs: GammaDiff[] = [];
  const settings = {
    ...{ select: { ...SELECT, ...options }, everyMinutes: 15, pageSize, room: { ...ROOM, ...room } },
    declared: { markets: [], relations: [] },
  };
  const gets = new RestGets({ ...OPTIONS, url });
  const sync = new GammaSync(settings, gets, clock, (diff) => diffs.push(diff));
  onTestFinished(() => sync.close());
  const next = async (minutes = 0): Promise<GammaDiff> => {
    const count = diffs.length;
    clock.advanceTo(clock.nowNs() + minutes * MINUTE_NS);
    await pump(sync, clock, () => diffs.length > count, 'a sync');
    return diffs[count]!;
  };
  return { sync, clock, diffs, next };
}

/** Fields of a market written again at Gamma, so many minutes after the list was taken. */
export function rewritten(minutes: number, fields: JsonObject): JsonObject {
  return { updatedAt: new Date(LIST_MS + minutes * 60_000).toISOString(), ...fields };
}
