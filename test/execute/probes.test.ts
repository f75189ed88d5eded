// Who takes a half-open breaker's probes, who gives them back, and what else keeps it from closing. Through the executor.
import { expect, test } from 'vitest';
import { causeNames } from '../../engine/breaker/causes.ts';
import { probesLeft } from '../../engine/breaker/state.ts';
import * as L from '../../wasm/layout.ts';
import { offer } from './offer.ts';
import { expectJournalEqualsLedger, Rig, type RigOptions, SHARE } from './rig.ts';
import { fill, twoVenues } from './two-venues.ts';

const LIMITS = {
  ...{ staleFeedsMs: 0, consecutiveFailures: 1, coolDownMs: 1_000, coolDownMsMax: 3_000, probes: 2 },
  probeMicros: 6 * SHARE,
};

function rigOf(limits: RigOptions['limits'] = {}): Rig {
  return new Rig({ limits: { ...LIMITS, ...limits }, options: { coolDownMs: 0 } });
}

/** One basket is refused, which is a failure too many; then its cool-down passes. */
function halfOpen(rig: Rig): void {
  rig.gateway.onSubmit = ({ id: batchId }) =>
    rig.gateway.events.push({ kind: 'refused', status: 400, batchId, error: 'no' });
  offer(rig);
  expect(rig.breaker.state()).toBe('open');
  rig.run(1_000);
  expect([rig.breaker.state(), probesLeft(rig.breaker.word())]).toEqual(['halfOpen', 2]);
}

test('the way out of a lone leg of before buys while the breaker is half-open, beyond a probe in size, and takes no probe', () => {
  const rig = rigOf({ probes: 2, probeMicros: 4 * SHARE });
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    rig.answer(batch, [true, false, false]);
    rig.trade(batch, 0);
    // Nothing to sell the lone leg to, and nothing to complete it with: it waits.
    rig.setBook(0, 2_900, 3_000, L.BOOK_STALE);
  };
  rig.offer(10);
  rig.run();
  rig.run(10);
  expect([rig.breaker.state(), rig.executor.exposures().length]).toEqual(['open', 1]);
  rig.run(1_000);
  rig.run(1);
  expect([rig.breaker.state(), probesLeft(rig.breaker.word())]).toEqual(['halfOpen', 2]);
  rig.fillEverything();
  const before = rig.gateway.batches.length;
  for (const market of [1, 2]) rig.setBook(market, 2_900, 3_000);
  rig.run(300);
  const bought = rig.gateway.batches.slice(before).flatMap(({ orders }) => orders.map(({ side }) => side));
  expect(bought).toEqual(['BUY', 'BUY']);
  rig.run(10);
  expect(rig.executor.exposures()).toEqual([]);
  expect([rig.breaker.state(), probesLeft(rig.breaker.word())]).toEqual(['halfOpen', 2]);
  expect([offer(rig), offer(rig)]).toEqual([1, 1]);
  expect(rig.breaker.state()).toBe('closed');
});

test('the second leg of a probe, of another size than planned, is of the same probe', () => {
  const { rig, kalshi, polymarket } = twoVenues({
    options: { crossVenue: 'afterFirst', coolDownMs: 0 },
    limits: { ...LIMITS, probes: 1 },
  });
  kalshi.onSubmit = ({ id: batchId }) => kalshi.events.push({ kind: 'refused', status: 400, batchId, error: 'no' });
  rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 10);
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  expect(rig.breaker.state()).toBe('open');
  rig.run(1_000);
  expect([rig.breaker.state(), probesLeft(rig.breaker.word())]).toEqual(['halfOpen', 1]);
  kalshi.onSubmit = (batch) => fill(rig, kalshi, batch, [0.5]);
  polymarket.onSubmit = (batch) => fill(rig, polymarket, batch);
  rig.setBook(0, 2_900, 3_000);
  rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 10);
  rig.offer(8, { legs: [0, 1] });
  rig.run();
  rig.run(1);
  expect(rig.executor.refusals.get('RESIZED')).toBe(1);
  expect(rig.executor.stats).toMatchObject({ basketsComplete: 1, basketsUnwound: 0 });
  expect(rig.breaker.state()).toBe('closed');
  expectJournalEqualsLedger(rig);
});

test('probes that no basket works on any more come back, those of baskets at work do not', () => {
  const rig = rigOf();
  halfOpen(rig);
  rig.gateway.onSubmit = (batch) => rig.sent(batch);
  expect(offer(rig)).toBe(1);
  // Taken, and nothing came of it.
  expect(rig.breaker.takeProbe()).toBe(true);
  rig.run(10);
  expect([rig.breaker.state(), probesLeft(rig.breaker.word())]).toEqual(['halfOpen', 0]);
  rig.fillEverything();
  rig.gateway.onSubmit(rig.gateway.batches.at(-1)!);
  rig.run(10);
  rig.run(10);
  expect([rig.breaker.state(), probesLeft(rig.breaker.word())]).toEqual(['halfOpen', 1]);
  expect(offer(rig)).toBe(1);
  expect(rig.breaker.state()).toBe('closed');
});

/** Two baskets of three orders are more than five in a minute. */
function tooMany(coolDownMs: number): Rig {
  const rig = rigOf({ ordersPerMinute: 5, coolDownMs });
  rig.fillEverything();
  expect([offer(rig), offer(rig)]).toEqual([1, 1]);
  expect([rig.breaker.state(), causeNames(rig.breaker.causes())]).toEqual(['open', ['orderRate']]);
  return rig;
}

test('too many orders in a minute are too many until the minute is over: then the cool-down begins', () => {
  const rig = tooMany(1_000);
  // Of the five seconds at which it starts, 54 more are of the same minute.
  rig.run(54_000);
  expect(rig.breaker.state()).toBe('open');
  rig.run(990);
  expect(rig.breaker.state()).toBe('open');
  rig.run(1_000);
  expect(rig.breaker.state()).toBe('halfOpen');
});

test('a reset after the minute of too many orders lasts', () => {
  const rig = tooMany(0);
  rig.run(60_000);
  expect(rig.executor.breakerDesk.reset(rig.breaker.causes(), 'ann', 'a burst', rig.clock.nowNs())).toBe('');
  rig.run(10);
  expect(rig.breaker.state()).toBe('closed');
  expect(offer(rig)).toBe(1);
});
