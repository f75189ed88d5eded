// Baskets that are ready at about the same moment: shared requests, outcomes by basket, and what one answer says of all.
import { expect, test } from 'vitest';
import { expectJournalEqualsLedger, MS, Rig, type RigOptions, SHARE } from './rig.ts';
import { fill, twoVenues } from './two-venues.ts';

/** Six markets, so that two baskets of three do not hold each other up. */
function six(change: RigOptions = {}): Rig {
  return new Rig({
    ...change,
    markets: [{}, {}, {}, {}, {}, {}],
    options: { batchWindowUs: 500, openBaskets: 8, coolDownMs: 0, ...change.options },
  });
}

test('baskets within the window share one request, each whole in it, and one sync; each has its own outcome', () => {
  const rig = six();
  rig.offer(10, { legs: [0, 1, 2] });
  rig.run();
  expect(rig.gateway.batches).toEqual([]);
  rig.run(0.2);
  rig.offer(10, { legs: [3, 4, 5] });
  rig.run();
  expect(rig.gateway.batches).toEqual([]);
  // The first basket fills, of the second nothing does.
  rig.gateway.onSubmit = (batch) => fill(rig, rig.gateway, batch, [1, 1, 1, 0, 0, 0]);
  rig.run(0.3);
  expect(rig.gateway.batches).toHaveLength(1);
  expect(rig.gateway.batches[0]!.orders.map(({ marketIndex }) => marketIndex)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(rig.breaker.inFlight()).toEqual([]);
  expect(rig.executor.stats).toMatchObject({ basketsSent: 2, basketsBatched: 2, basketsComplete: 1, basketsMissed: 1 });
  expect(rig.executor.ledger.baskets.toAccounts().map(({ setsMicros }) => setsMicros)).toEqual([10 * SHARE, 0]);
  expectJournalEqualsLedger(rig);
});

test('without a window every basket has a request of its own, in the turn that it was found in', () => {
  const rig = six({ options: { batchWindowUs: 0 } });
  rig.offer(10, { legs: [0, 1, 2] });
  rig.offer(10, { legs: [3, 4, 5] });
  rig.run();
  expect(rig.gateway.batches.map(({ orders }) => orders.length)).toEqual([3, 3]);
});

test('a request that is full leaves at once, and no basket is split over two', () => {
  const rig = six({ options: { batchOrders: 5 } });
  rig.offer(10, { legs: [0, 1, 2] });
  rig.offer(10, { legs: [3, 4, 5] });
  rig.run();
  expect(rig.gateway.batches.map(({ orders }) => orders.length)).toEqual([3]);
  rig.run(1);
  expect(rig.gateway.batches.map(({ orders }) => orders.length)).toEqual([3, 3]);
});

test('a refused request refuses every basket in it, and one of unknown outcome blocks all their markets', () => {
  for (const kind of ['refused', 'unknown'] as const) {
    const rig = six();
    rig.gateway.onSubmit = ({ id: batchId }) => {
      const why = { batchId, error: 'x' };
      rig.gateway.events.push(kind === 'refused' ? { kind, status: 400, ...why } : { kind, ...why });
    };
    rig.offer(10, { legs: [0, 1, 2] });
    rig.offer(10, { legs: [3, 4, 5] });
    rig.run(1);
    rig.run(1);
    const { stats } = rig.executor;
    if (kind === 'refused') {
      expect(stats).toMatchObject({ basketsMissed: 2, refusedRequests: 1 });
      expect(rig.executor.ledger.availableMicros).toBe(1_000 * SHARE);
      continue;
    }
    // One request, though two baskets wait for it.
    expect([rig.executor.unknownBatches(), stats.unknownRequests]).toEqual([1, 1]);
    for (const legs of [
      [0, 1],
      [4, 5],
    ]) {
      rig.offer(10, { legs });
      rig.run(1);
    }
    expect(rig.executor.refusals.toObject()).toEqual({ MARKET_BLOCKED: 2 });
  }
});

test('of baskets that wait together the gate lets pass those that may: the other is refused by its own cause', () => {
  const rig = six();
  rig.offer(10, { legs: [0, 1, 2] });
  rig.offer(10, { legs: [3, 4, 5] });
  rig.run();
  rig.setBook(4, 2_000, 2_100);
  rig.run(1);
  expect(rig.gateway.batches.map(({ orders }) => orders.map(({ marketIndex }) => marketIndex))).toEqual([[0, 1, 2]]);
  expect(rig.executor.refusals.toObject()).toEqual({ COLLAR: 1 });
  expect(rig.executor.ledger.baskets.toAccounts()).toHaveLength(1);
});

test('what waits counts: two baskets of one market do not both go, nor do two that only one cap has room for', () => {
  const twice = six();
  twice.offer(10, { legs: [0, 1, 2] });
  twice.offer(10, { legs: [2, 3, 4] });
  twice.run();
  twice.run(1);
  expect(twice.gateway.batches.map(({ orders }) => orders.length)).toEqual([3]);
  expect(twice.executor.refusals.toObject()).toEqual({ MARKET_BUSY: 1 });
  // 10 shares of 3 legs at 0.30 and their fees.
  const capped = six({ options: { venueMicrosMax: 12 * SHARE } });
  capped.offer(10, { legs: [0, 1, 2] });
  capped.offer(10, { legs: [3, 4, 5] });
  capped.run();
  capped.run(1);
  const sizes = capped.gateway.batches[0]!.orders.map(({ sizeMicros }) => sizeMicros / SHARE);
  expect(sizes.slice(0, 3)).toEqual([10, 10, 10]);
  expect(Math.max(...sizes.slice(3))).toBeLessThan(4);
});

test('baskets that share a request at one venue and not at the other keep their legs together at each', () => {
  const { rig, kalshi, polymarket } = twoVenues({
    options: { crossVenue: 'together', batchWindowUs: 100, coolDownMs: 0 },
  });
  for (const gateway of [kalshi, polymarket]) gateway.onSubmit = (batch) => fill(rig, gateway, batch);
  rig.offer(10, { legs: [0, 1] });
  rig.offer(10, { legs: [2], limitE4: 3_000 });
  rig.run();
  rig.run(1);
  expect(kalshi.batches.map(({ orders }) => orders.length)).toEqual([1]);
  expect(polymarket.batches.map(({ orders }) => orders.length)).toEqual([2]);
  expect(rig.executor.stats).toMatchObject({ basketsSent: 2, basketsComplete: 2 });
  expectJournalEqualsLedger(rig);
});

test('a run that ends gives up what waits for its request', () => {
  const rig = six();
  rig.offer(10, { legs: [0, 1, 2] });
  rig.run();
  expect(rig.executor.busy()).toBe(true);
  rig.executor.hold();
  expect(rig.executor.busy()).toBe(false);
  rig.run(1_000 / MS);
  expect(rig.executor.refusals.toObject()).toEqual({ STOPPING: 1 });
  expect(rig.gateway.batches).toEqual([]);
});
