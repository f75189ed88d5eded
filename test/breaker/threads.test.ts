// The breaker between two real threads: no order leaves after trip() returned clear. Runs the built files.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { Breaker } from '../../engine/breaker/breaker.ts';
import { CAUSE_MANUAL } from '../../engine/breaker/causes.ts';
import { LiveClock } from '../../engine/core/clock.ts';
import { Arena } from '../../engine/memory/arena.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const TRIPS = 20_000;
const BROKEN_TRIPS_MAX = 400_000;
const [STOP, SENT, REFUSED, PHASE, , READY] = [0, 1, 2, 3, 4, 5] as const;
const PLAN = { markets: 1, fineLadders: 0, grids: 1, feeSchedules: 1, baskets: 0, legs: 0, detectors: 1 };
const RINGS = { levelRingSlots: 2, opportunityRingSlots: 2, stagingSlots: 1, scanBytes: 64 };
const workers: Worker[] = [];

afterAll(() => Promise.all(workers.map((worker) => worker.terminate())));

interface Tally {
  trips: number;
  /** Trips that found the other thread between its check and its send. */
  midFlight: number;
  /** Orders that left after trip() had returned clear. */
  leaked: number;
  notClear: number;
  sent: number;
  refused: number;
}

async function startGun(broken: boolean): Promise<{ breaker: Breaker; words: Int32Array }> {
  expect(existsSync(`${DIST}/engine/breaker/breaker.js`)).toBe(true);
  const arena = Arena.create({ ...PLAN, ...RINGS });
  const control = new SharedArrayBuffer(64);
  const workerData = { dist: DIST, memory: arena.memory, control, broken };
  const worker = new Worker(fileURLToPath(new URL('./gun.mjs', import.meta.url)), { workerData });
  workers.push(worker);
  const words = new Int32Array(control);
  const ready = Atomics.waitAsync(words, READY, 0, 10_000);
  if (ready.async) await ready.value;
  expect(Atomics.load(words, READY)).toBe(1);
  return { breaker: new Breaker(arena, new LiveClock()), words };
}

/** Waits until the other thread has done something since, with a bound: on one core it may not be running. */
function awaitChange(words: Int32Array, word: number, before: number): void {
  for (let turn = 0; turn < 50 && Atomics.load(words, word) === before; turn += 1) {
    for (let spin = 0; spin < 2_000 && Atomics.load(words, word) === before; spin += 1);
    // A word that nobody notifies: gives the core away for a moment.
    if (Atomics.load(words, word) === before) Atomics.wait(words, 4, 0, 0.05);
  }
}

/** Trips and resets, most trips aimed at a moment when an order is between its check and its send. */
function trips(breaker: Breaker, words: Int32Array, count: number, until: (tally: Tally) => boolean): Tally {
  const tally: Tally = { trips: 0, midFlight: 0, leaked: 0, notClear: 0, sent: 0, refused: 0 };
  while (tally.trips < count && !until(tally)) {
    awaitChange(words, SENT, Atomics.load(words, SENT));
    for (let spin = 0; spin < 3_000 && Atomics.load(words, PHASE) === 0; spin += 1);
    const midFlight = Atomics.load(words, PHASE) === 1;
    const result = breaker.trip(CAUSE_MANUAL, 1_000);
    const sentAtReturn = Atomics.load(words, SENT);
    tally.trips += 1;
    tally.midFlight += midFlight ? 1 : 0;
    if (!result.clear) tally.notClear += 1;
    // Long enough for an order that was past its check to come out.
    awaitChange(words, REFUSED, Atomics.load(words, REFUSED));
    const late = Atomics.load(words, SENT) - sentAtReturn;
    tally.leaked += result.clear ? late : 0;
    expect(breaker.reset(CAUSE_MANUAL, 'test', 'next trip')).toBe(true);
  }
  Atomics.store(words, STOP, 1);
  tally.sent = Atomics.load(words, SENT);
  tally.refused = Atomics.load(words, REFUSED);
  return tally;
}

test('20,000 trips, most between announce and retire: nothing leaves after clear; load-then-send leaks', async () => {
  const honest = await startGun(false);
  const tally = trips(honest.breaker, honest.words, TRIPS, () => false);
  const broken = await startGun(true);
  const leaking = trips(
    broken.breaker,
    broken.words,
    BROKEN_TRIPS_MAX,
    ({ leaked, trips: done }) => leaked > 0 && done >= 1_000,
  );
  console.info(`announced: ${JSON.stringify(tally)}\nload, then send: ${JSON.stringify(leaking)}`);
  expect(tally.trips).toBe(TRIPS);
  expect(tally.midFlight).toBeGreaterThanOrEqual(TRIPS / 2);
  expect(tally.refused).toBeGreaterThan(0);
  expect(tally.notClear).toBe(0);
  expect(tally.leaked).toBe(0);
  // Without a leak here the test could not see one, and the zero above would mean nothing.
  expect(leaking.leaked).toBeGreaterThan(0);
}, 120_000);
