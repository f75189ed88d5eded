// The gate and the breaker between two real threads: no order leaves after trip() returned clear. The thread that sends
// runs the built files.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { Breaker, type BreakerExports } from '../../engine/breaker/breaker.ts';
import { CAUSE_MANUAL } from '../../engine/breaker/causes.ts';
import type { GateLeg } from '../../engine/breaker/gate.ts';
import type { BreakerLimits } from '../../engine/breaker/limits.ts';
import { configSchema } from '../../engine/config/schema.ts';
import { LiveClock } from '../../engine/core/clock.ts';
import { Arena } from '../../engine/memory/arena.ts';
import * as L from '../../wasm/layout.ts';
import { wasmOver } from '../helpers/arena.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
/** The long form: DUTCHBOOK_BREAKER_TRIPS=1000000, with the broken variant in the same command. */
const TRIPS = Number(process.env['DUTCHBOOK_BREAKER_TRIPS'] ?? 20_000);
const BROKEN_TRIPS_MAX = 400_000;
const [STOP, SENT, REFUSED, PHASE, , READY, REFUSED_OTHERWISE] = [0, 1, 2, 3, 4, 5, 6] as const;
const MARKETS = 3;
const EXECUTOR = 2;
const PLAN = { markets: MARKETS, fineLadders: 0, grids: 1, feeSchedules: 1, baskets: 0, legs: 0, detectors: 1 };
const RINGS = { levelRingSlots: 2, opportunityRingSlots: 2, stagingSlots: 1, scanBytes: 64 };
/** Nothing but the breaker may refuse: no age, no rate, no cap is in the way. */
const LIMITS: BreakerLimits = {
  ...configSchema.parse({}).breaker,
  ...{ ordersPerSecond: 2 ** 31, dataAgeMs: 1e12, verifiedAgeMs: 1e12, basketNotionalMicros: 1e12 },
};
const LEGS: readonly GateLeg[] = Array.from({ length: MARKETS }, (_, marketIndex) => {
  return { marketIndex, epoch: 1, action: L.ACTION_BUY_YES, limitE4: 3_000, spendMicros: 1 };
});
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
  refusedOtherwise: number;
}

/** Markets that pass every check of the gate. */
function openMarkets(arena: Arena): void {
  for (let market = 0; market < MARKETS; market += 1) {
    const marketAt = arena.at(L.REGION_MARKETS, market);
    const bookAt = arena.at(L.REGION_BOOKS, market);
    for (const [at, value] of [
      [marketAt + L.MARKET_EPOCH, 1],
      [marketAt + L.MARKET_FEE, 1],
      [marketAt + L.MARKET_VENUE, L.VENUE_POLYMARKET],
      [bookAt + L.BOOK_STATE, L.BOOK_SYNCED],
      [bookAt + L.BOOK_EPOCH, 1],
      [bookAt + L.BOOK_BEST_BID_E4, 2_900],
      [bookAt + L.BOOK_BEST_ASK_E4, 3_000],
    ] as const) {
      arena.view.setUint32(at, value, true);
    }
  }
}

async function startGun(broken: boolean): Promise<{ breaker: Breaker; words: Int32Array }> {
  expect(existsSync(`${DIST}/engine/breaker/breaker.js`)).toBe(true);
  const arena = Arena.create({ ...PLAN, ...RINGS });
  openMarkets(arena);
  const control = new SharedArrayBuffer(64);
  const gun = { limits: LIMITS, legs: LEGS, agentIndex: EXECUTOR, broken };
  const workerData = { dist: DIST, memory: arena.memory, control, ...gun };
  const worker = new Worker(fileURLToPath(new URL('./gun.mjs', import.meta.url)), { workerData });
  workers.push(worker);
  const words = new Int32Array(control);
  const ready = Atomics.waitAsync(words, READY, 0, 10_000);
  if (ready.async) await ready.value;
  expect(Atomics.load(words, READY)).toBe(1);
  return { breaker: new Breaker(arena, new LiveClock(), wasmOver<BreakerExports>(arena, EXECUTOR)), words };
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
  const tally: Tally = { trips: 0, midFlight: 0, leaked: 0, notClear: 0, sent: 0, refused: 0, refusedOtherwise: 0 };
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
  tally.refusedOtherwise = Atomics.load(words, REFUSED_OTHERWISE);
  return tally;
}

test(
  `${TRIPS.toLocaleString('en')} trips of the gate, most between announce and retire: nothing leaves after clear; screen-then-send leaks`,
  async () => {
    const honest = await startGun(false);
    const tally = trips(honest.breaker, honest.words, TRIPS, () => false);
    const broken = await startGun(true);
    const leaking = trips(
      broken.breaker,
      broken.words,
      BROKEN_TRIPS_MAX,
      ({ leaked, trips: done }) => leaked > 0 && done >= 1_000,
    );
    console.info(`passed by the gate: ${JSON.stringify(tally)}\nscreened, then sent: ${JSON.stringify(leaking)}`);
    expect(tally.trips).toBe(TRIPS);
    expect(tally.midFlight).toBeGreaterThanOrEqual(TRIPS / 2);
    expect(tally.refused).toBeGreaterThan(0);
    expect(tally.sent).toBeGreaterThan(0);
    expect([tally.refusedOtherwise, leaking.refusedOtherwise]).toEqual([0, 0]);
    expect(tally.notClear).toBe(0);
    expect(tally.leaked).toBe(0);
    // Without a leak here the test could not see one, and the zero above would mean nothing.
    expect(leaking.leaked).toBeGreaterThan(0);
  },
  Math.max(120_000, TRIPS * 5),
);

/** Wakes whoever waits for a slot, again and again, without any batch having retired; counts whom it woke. */
const WAKER = `
  const { workerData: { words, slot, counts } } = require('node:worker_threads');
  while (Atomics.load(counts, 0) === 0) Atomics.add(counts, 1, Atomics.notify(words, slot));
`;

test('a wake-up that comes late, for a batch that held the slot before, does not count as a retirement', async () => {
  const arena = Arena.create({ ...PLAN, ...RINGS });
  const breaker = new Breaker(arena, new LiveClock(), wasmOver<BreakerExports>(arena, EXECUTOR));
  const slot = (L.BREAKER_AT + L.BREAKER_IN_FLIGHT) >> 2;
  const counts = new Int32Array(new SharedArrayBuffer(8));
  // Another thread's batch, which stays in flight.
  Atomics.store(arena.i32, slot, 77);
  const waker = new Worker(WAKER, { eval: true, workerData: { words: arena.i32, slot, counts } });
  workers.push(waker);
  await new Promise((resolve) => waker.once('online', resolve));
  expect(breaker.trip(CAUSE_MANUAL, 100)).toEqual({ clear: false, inFlight: [77] });
  expect(Atomics.load(counts, 1)).toBeGreaterThan(0);
  Atomics.store(counts, 0, 1);
});
