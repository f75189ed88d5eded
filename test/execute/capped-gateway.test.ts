// The gateway's own limits: what it was sent counts whoever sent it, and what goes beyond is refused here.
import { expect, test } from 'vitest';
import type { Cleared } from '../../engine/breaker/pass.ts';
import { VirtualClock } from '../../engine/core/clock.ts';
import { Random } from '../../engine/core/random.ts';
import { CappedGateway, type OrderCaps } from '../../engine/execute/capped-gateway.ts';
import type { OrderBatch, OrderRequest, VenueEvent } from '../../engine/venue/contract.ts';
import { expectJournalEqualsLedger, Rig, ScriptedGateway, SHARE } from './rig.ts';

const NO_CAPS: OrderCaps = {
  ...{ ordersPerSecond: 1_000, ordersBurst: 1_000, ordersPerHour: 1e6, microsPerHour: 1e15 },
  ...{ ordersPerRun: 1e6, microsPerRun: 1e15 },
};

function setUp(caps: Partial<OrderCaps>) {
  const inner = new ScriptedGateway();
  const clock = new VirtualClock(0);
  const gateway = new CappedGateway(inner, { ...NO_CAPS, ...caps }, clock);
  let id = 0;
  /** Buys cost half a dollar each. */
  const send = (count: number, side: 'BUY' | 'SELL' = 'BUY'): boolean => {
    id += 1;
    const order = { side, limitE4: 5_000, sizeMicros: SHARE } as OrderRequest;
    const batch: OrderBatch = { id, basketIndex: 0, orders: Array.from({ length: count }, () => order) };
    const had = inner.batches.length;
    gateway.submit({ batchId: id } as Cleared, batch);
    return inner.batches.length > had;
  };
  const events = (): VenueEvent[] => {
    const seen: VenueEvent[] = [];
    gateway.poll(100, (event) => seen.push(event));
    return seen;
  };
  return { inner, clock, gateway, send, events };
}

const MINUTE_NS = 60e9;

test('money and orders of the run: the last that fits goes, the next buy does not, a sale still does', () => {
  for (const caps of [{ microsPerRun: 1_500_000 }, { ordersPerRun: 3 }]) {
    const { send, events, gateway } = setUp(caps);
    expect([send(2), send(1), send(1)]).toEqual([true, true, false]);
    expect(events()).toEqual([{ kind: 'refused', batchId: 3, status: 0, error: 'GATEWAY_CAP' }]);
    expect(gateway.refused).toBe(1);
    expect(send(1, 'SELL')).toBe(true);
  }
});

test('money and orders of an hour come back minute by minute, an hour after they were sent', () => {
  for (const caps of [{ microsPerHour: 1_000_000 }, { ordersPerHour: 2 }]) {
    const { send, clock } = setUp(caps);
    expect(send(1)).toBe(true);
    clock.advanceTo(30 * MINUTE_NS);
    expect([send(1), send(1)]).toEqual([true, false]);
    clock.advanceTo(60 * MINUTE_NS - 1);
    expect(send(1)).toBe(false);
    clock.advanceTo(60 * MINUTE_NS);
    expect([send(1), send(1)]).toEqual([true, false]);
    clock.advanceTo(300 * MINUTE_NS);
    expect([send(2), send(1)]).toEqual([true, false]);
  }
});

test('the rate budget: a burst, then what a second brings, for sales too', () => {
  const { send, clock, events } = setUp({ ordersPerSecond: 10, ordersBurst: 4 });
  expect([send(4), send(1), send(1, 'SELL')]).toEqual([true, false, false]);
  expect(events().map((event) => 'error' in event && event.error)).toEqual(['RATE_BUDGET', 'RATE_BUDGET']);
  clock.advanceTo(100e6);
  expect([send(1), send(1)]).toEqual([true, false]);
  clock.advanceTo(10e9);
  expect([send(5), send(4)]).toEqual([false, true]);
});

test('any sequence of orders and pauses is counted as a list of all that was sent counts it', () => {
  const random = new Random(4);
  let [sent, refused] = [0, 0];
  for (let round = 0; round < 30; round += 1) {
    const caps = { ordersPerHour: random.integer(5, 60), microsPerHour: random.integer(1, 30) * 500_000 };
    const { send, clock } = setUp(caps);
    const log: { minute: number; count: number; micros: number }[] = [];
    for (let step = 0; step < 60; step += 1) {
      const minute = Math.floor(clock.nowNs() / MINUTE_NS);
      const [count, side] = [random.integer(1, 5), random.chance(0.2) ? 'SELL' : 'BUY'] as const;
      const hour = log.filter((one) => one.minute > minute - 60);
      const orders = hour.reduce((sum, one) => sum + one.count, 0);
      const micros = hour.reduce((sum, one) => sum + one.micros, 0);
      const cost = side === 'BUY' ? count * 500_000 : 0;
      const fits = side === 'SELL' || (orders + count <= caps.ordersPerHour && micros + cost <= caps.microsPerHour);
      expect(send(count, side)).toBe(fits);
      if (fits) log.push({ minute, count, micros: cost });
      sent += fits ? 1 : 0;
      refused += fits ? 0 : 1;
      clock.advanceTo(clock.nowNs() + random.integer(0, 9 * MINUTE_NS));
    }
  }
  expect(Math.min(sent, refused)).toBeGreaterThan(200);
});

test('a basket beyond the caps is refused by the gate with its intents durable, and one of several waits its turn', () => {
  const polymarket = { orders: { ordersPerRun: 5 } };
  const rig = new Rig({ venues: { polymarket }, options: { coolDownMs: 0 } });
  rig.fillEverything();
  rig.offer(10);
  rig.run();
  rig.offer(10);
  rig.run(1_000);
  for (const market of [0, 1, 2]) rig.feedSpeaks(market);
  rig.offer(10);
  rig.run(10);
  expect(rig.gateway.batches).toHaveLength(1);
  expect(rig.executor.refusals.get('GATEWAY_CAP')).toBeGreaterThan(0);
  expect(rig.breaker.inFlight()).toEqual([]);
  expectJournalEqualsLedger(rig);
});
