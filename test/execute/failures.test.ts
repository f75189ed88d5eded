// What counts as a failure for the breaker: refusals of whole requests and of single orders alike, once per basket, unless
// the venue says no more than that the market moved. Through the executor.
import { expect, test } from 'vitest';
import { causeNames } from '../../engine/breaker/causes.ts';
import { probesLeft } from '../../engine/breaker/state.ts';
import { isMarketMoved } from '../../engine/execute/market-moved.ts';
import type { OrderBatch } from '../../engine/venue/contract.ts';
import { FAK_KILLED, FOK_KILLED } from '../../engine/venue/sim/exchange.ts';
import { FOK_KILLED as KALSHI_FOK_KILLED } from '../../engine/venue/sim/kalshi-order-rules.ts';
import { offer } from './offer.ts';
import { expectJournalEqualsLedger, Rig, type RigOptions, SHARE } from './rig.ts';
import { fill, twoVenues } from './two-venues.ts';

const NO_BALANCE = 'not enough balance / allowance';
const MOVED = [
  FOK_KILLED,
  FAK_KILLED,
  'invalid post-only order: order crosses book',
  KALSHI_FOK_KILLED.code,
  `${KALSHI_FOK_KILLED.code}: not enough resting volume to fill the order`,
  'post_only_cross',
  'post only cross',
];
const AGAINST_US = [
  NO_BALANCE,
  'invalid signature',
  'invalid post-only order: only GTC and GTD can be post-only',
  'order is invalid. Size (1) lower than the minimum: 5',
  'order is invalid. Price (0.123), breaks minimum tick size rule: 0.01',
  'insufficient_balance',
  'order crosses an order of the same account',
  'FOK orders are not allowed for this account',
  'a text that nobody knows',
  '',
];

const LIMITS = {
  ...{ staleFeedsMs: 0, consecutiveFailures: 2, coolDownMs: 1_000, coolDownMsMax: 3_000, probes: 1 },
  probeMicros: 6 * SHARE,
};

function rigOf(limits: RigOptions['limits'] = {}): Rig {
  return new Rig({ limits: { ...LIMITS, ...limits }, options: { coolDownMs: 0 } });
}

/** An answer that refuses each order by itself, or leaves it out where there is no text. */
function refuseEach(rig: Rig, ...errors: readonly (string | undefined)[]): void {
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    const answers = batch.orders.flatMap(({ orderId }, index) => {
      const error = errors[index % errors.length];
      return error === undefined ? [] : [{ orderId, accepted: false, status: 'refused' as const, error }];
    });
    rig.gateway.events.push({ kind: 'answer', batchId: batch.id, answers });
  };
}

function refuseWhole(rig: Rig, error: string): void {
  rig.gateway.onSubmit = ({ id: batchId }: OrderBatch) =>
    rig.gateway.events.push({ kind: 'refused', status: 409, batchId, error });
}

test.each(MOVED)('a refusal that says that the market moved is none against us: %s', (error) => {
  expect(isMarketMoved(error)).toBe(true);
});

test.each(AGAINST_US)('every other refusal is against us: %s', (error) => {
  expect(isMarketMoved(error)).toBe(false);
});

test('orders refused one by one within an answer are a failure of their basket, once and not for each leg', () => {
  const rig = rigOf();
  refuseEach(rig, NO_BALANCE);
  expect(offer(rig)).toBe(1);
  expect(rig.breaker.state()).toBe('closed');
  expect(offer(rig)).toBe(1);
  expect([rig.breaker.state(), causeNames(rig.breaker.causes())]).toEqual(['open', ['consecutiveFailures']]);
  expect(rig.executor.stats).toMatchObject({ ordersRefused: 6, refusedRequests: 0, basketsMissed: 2 });
  expectJournalEqualsLedger(rig);
});

test('orders refused one by one count in the error rate', () => {
  const rig = rigOf({ consecutiveFailures: 1_000, errorRateBaskets: 4, errorRateBps: 5_000 });
  for (const error of [FOK_KILLED, NO_BALANCE, FOK_KILLED]) {
    refuseEach(rig, error);
    expect(offer(rig)).toBe(1);
    expect(rig.breaker.state()).toBe('closed');
  }
  refuseEach(rig, NO_BALANCE);
  expect(offer(rig)).toBe(1);
  expect(causeNames(rig.breaker.causes())).toEqual(['errorRate']);
});

test('one order that is refused for us among others that only came too late is a failure', () => {
  const rig = rigOf({ consecutiveFailures: 1 });
  refuseEach(rig, FOK_KILLED, NO_BALANCE);
  expect(offer(rig)).toBe(1);
  expect(rig.breaker.state()).toBe('open');
});

test('an answer that leaves an order out is a failure: its outcome is unknown', () => {
  const rig = rigOf({ consecutiveFailures: 1 });
  refuseEach(rig, FOK_KILLED, undefined);
  expect(offer(rig)).toBe(1);
  expect(causeNames(rig.breaker.causes())).toEqual(['consecutiveFailures']);
});

test('orders that came too late are no failures, whether they are refused one by one or as a request', () => {
  const rig = rigOf({ consecutiveFailures: 1, errorRateBaskets: 2, errorRateBps: 1 });
  for (const error of MOVED) {
    for (const refuse of [refuseEach, refuseWhole]) {
      refuse(rig, error);
      expect(offer(rig)).toBe(1);
      expect(rig.breaker.state()).toBe('closed');
    }
  }
  refuseWhole(rig, NO_BALANCE);
  expect(offer(rig)).toBe(1);
  expect(rig.breaker.state()).toBe('open');
});

test('a probe that is refused order by order opens the breaker again; one that only came too late is given back', () => {
  const rig = rigOf({ consecutiveFailures: 1 });
  refuseEach(rig, NO_BALANCE);
  offer(rig);
  expect(rig.breaker.state()).toBe('open');
  rig.run(1_000);
  expect([rig.breaker.state(), probesLeft(rig.breaker.word())]).toEqual(['halfOpen', 1]);
  for (const refuse of [refuseEach, refuseWhole]) {
    refuse(rig, FOK_KILLED);
    expect(offer(rig)).toBe(1);
    expect([rig.breaker.state(), probesLeft(rig.breaker.word())]).toEqual(['halfOpen', 1]);
  }
  refuseEach(rig, NO_BALANCE);
  expect(offer(rig)).toBe(1);
  expect(rig.breaker.state()).toBe('open');
});

test('a basket refused at one venue and filled at the other is one failure', () => {
  const { rig, kalshi, polymarket } = twoVenues({
    options: { crossVenue: 'together', coolDownMs: 0 },
    limits: { ...LIMITS, consecutiveFailures: 2 },
  });
  kalshi.onSubmit = ({ id: batchId }) => {
    kalshi.onSubmit = () => undefined;
    kalshi.events.push({ kind: 'refused', status: 400, batchId, error: 'no' });
  };
  polymarket.onSubmit = (batch) => fill(rig, polymarket, batch);
  rig.setBook(1, 2_900, 3_000, undefined, 10);
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  expect([rig.executor.stats.refusedRequests, rig.executor.exposures().length]).toEqual([1, 1]);
  expect(causeNames(rig.breaker.causes())).toEqual([]);
});
