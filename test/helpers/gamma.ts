// Shared by the tests of discovery: the saved answers of Gamma, whole events made of them, and a duty cycle that runs
// on a virtual clock while the sockets are real.
import { readFileSync } from 'node:fs';
import { VirtualClock } from '../../engine/core/clock.ts';
import type { JsonObject } from '../../engine/venue/json.ts';
import { type GammaFaultRule, openGamma } from '../../engine/venue/sim/gamma.ts';
import { GammaLists } from '../../engine/venue/sim/gamma-lists.ts';

export const SAVED = {
  list: 'markets-2026-04-18.json',
  btc: 'btc-5m-2026-07-24.json',
  edge: 'edge-2026-08-16.json',
  crossVenue: 'cross-venue-2026-07-20.json',
} as const;

/** When the saved list was taken. */
export const LIST_MS = Date.parse('2026-04-18T21:30:00Z');

export function savedPath(name: string): string {
  return `test/fixtures/gamma/${name}`;
}

export function saved(name: string): JsonObject[] {
  return JSON.parse(readFileSync(savedPath(name), 'utf8')) as JsonObject[];
}

/** The saved market whose slug begins so, as a copy. */
export function savedMarket(name: string, slugStart: string): JsonObject {
  const found = saved(name).find(({ slug }) => String(slug).startsWith(slugStart));
  if (found === undefined) throw new Error(`no market ${slugStart} in ${name}`);
  return found;
}

/** A condition id that tells markets apart. */
export function conditionOf(number: number): string {
  return `0x${number.toString(16).padStart(64, '0')}`;
}

/** A real market under another identity: condition, tokens, slug. */
export function marketLike(real: JsonObject, number: number, more: JsonObject = {}): JsonObject {
  const tokens = JSON.stringify([String(number * 2 + 1_000), String(number * 2 + 1_001)]);
  const identity = {
    id: String(number),
    slug: `market-${number}`,
    conditionId: conditionOf(number),
    clobTokenIds: tokens,
  };
  const { events: _, ...rest } = real;
  return { ...rest, ...identity, ...more };
}

/** A plain neg-risk event whose list has all of its `count` markets, each like a real one of such an event. */
export function wholeEvent(id: number, count: number, more: JsonObject = {}): JsonObject {
  const real = savedMarket(SAVED.list, 'will-there-be-no-change-in-fed');
  const set = `0x${id.toString(16).padStart(62, '0')}`;
  const markets = Array.from({ length: count }, (_, place) =>
    marketLike(real, id * 100 + place, {
      ...{ negRisk: true, negRiskMarketID: `${set}00`, questionID: `${set}${place.toString(16).padStart(2, '0')}` },
      groupItemTitle: `Outcome number ${place}`,
    }),
  );
  const head = { id: `e${id}`, slug: `event-${id}`, title: `Event ${id}`, active: true, closed: false };
  return { ...head, negRisk: true, enableNegRisk: true, negRiskAugmented: false, tags: [], markets, ...more };
}

export function marketsOf(event: JsonObject): JsonObject[] {
  return event['markets'] as JsonObject[];
}

/** `event` with the fields of its market `place` changed. */
export function withMarket(event: JsonObject, place: number, fields: JsonObject): JsonObject {
  const markets = marketsOf(event).map((market, at) => (at === place ? { ...market, ...fields } : market));
  return { ...event, markets };
}

/** A simulated Gamma and what it counts. */
export async function startGamma(values: readonly JsonObject[], faults: readonly GammaFaultRule[] = []) {
  const lists = new GammaLists();
  for (const value of values) lists.put(value);
  const stats: { gammaRequests: number; faults: Record<string, number> } = { gammaRequests: 0, faults: {} };
  const server = await openGamma({ lists, faults, stats });
  return { ...server, lists, stats };
}

const TURN_NS = 1e5;
const REAL_MS_MAX = 20_000;

/** Runs duty cycles, 0.1 ms of virtual time each, until `holds`; the sockets take their real time meanwhile. */
export async function pump(
  agent: { doWork(nowNs: number): number },
  clock: VirtualClock,
  holds: () => boolean,
  what: string,
): Promise<void> {
  const deadline = performance.now() + REAL_MS_MAX;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${REAL_MS_MAX} ms: ${what}`);
    clock.advanceTo(clock.nowNs() + TURN_NS);
    agent.doWork(clock.nowNs());
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A clock that stands at `wallMs`. */
export function clockAt(wallMs: number): VirtualClock {
  return new VirtualClock(0, wallMs);
}
