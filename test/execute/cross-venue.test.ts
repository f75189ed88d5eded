// Baskets whose legs lie at two venues: what leaves when, what each venue pays, and what becomes of a leg that fills alone.
import { expect, test } from 'vitest';
import { CAUSE_MANUAL } from '../../engine/breaker/causes.ts';
import { partsOf } from '../../engine/execute/parts.ts';
import { orderFeeMicrosRoundedUp, takerFeeMicrosRoundedUp } from '../../engine/venue/fees.ts';
import * as L from '../../wasm/layout.ts';
import { expectJournalEqualsLedger, FEE, SHARE } from './rig.ts';
import { fill, KALSHI_FEE, TICKER, twoVenues } from './two-venues.ts';

test('together: both venues get their legs at once after one sync and one pass, and each pays from its own cash', () => {
  const { rig, kalshi, polymarket } = twoVenues({ options: { crossVenue: 'together' } });
  for (const gateway of [kalshi, polymarket]) gateway.onSubmit = (batch) => fill(rig, gateway, batch);
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  const [there, here] = [kalshi.batches[0]!, polymarket.batches[0]!];
  expect([there.orders[0]!.token, there.orders[0]!.type, here.orders[0]!.type]).toEqual([TICKER, 'FOK', 'FOK']);
  expect(rig.executor.stats).toMatchObject({ basketsSent: 1, basketsComplete: 1, ordersSent: 2 });
  const { ledger } = rig.executor;
  const fees = [
    takerFeeMicrosRoundedUp(FEE, 3_000, 10 * SHARE),
    orderFeeMicrosRoundedUp(KALSHI_FEE, [[3_000, 10 * SHARE]]),
  ];
  expect(ledger.venue('polymarket').cashMicros).toBe(1_000 * SHARE - 3 * SHARE - fees[0]!);
  expect(ledger.venue('kalshi').cashMicros).toBe(100 * SHARE - 3 * SHARE - fees[1]!);
  expect(ledger.baskets.get(1)).toMatchObject({ setsMicros: 10 * SHARE });
  expect(rig.breaker.inFlight()).toEqual([]);
  expectJournalEqualsLedger(rig);
});

test('after the first: the hardest leg leaves alone, the other with its size when that is known, and not before', () => {
  const { rig, kalshi, polymarket } = twoVenues({ options: { crossVenue: 'afterFirst' } });
  // Just enough on Kalshi, plenty on Polymarket.
  rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 10);
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  expect([kalshi.batches.length, polymarket.batches.length]).toEqual([1, 0]);
  expect(kalshi.batches[0]!.orders[0]!.type).toBe('FAK');
  // What waits has its cash set aside and nothing in flight.
  expect(rig.executor.ledger.venue('polymarket').reservedMicros).toBeGreaterThan(3 * SHARE);
  expect(rig.breaker.inFlight()).toEqual([kalshi.batches[0]!.id]);
  polymarket.onSubmit = (batch) => fill(rig, polymarket, batch);
  fill(rig, kalshi, kalshi.batches[0]!);
  rig.run();
  expect(polymarket.batches).toHaveLength(1);
  expect(polymarket.batches[0]!.orders[0]).toMatchObject({ sizeMicros: 10 * SHARE, type: 'FOK' });
  expect(rig.executor.stats).toMatchObject({ basketsComplete: 1, ordersSent: 2 });
  expect(rig.executor.refusals.toObject()).toEqual({});
  expect(rig.breaker.inFlight()).toEqual([]);
  expectJournalEqualsLedger(rig);
});

test('after the first: one that did not fill sends nothing else, and its cash is free again', () => {
  const { rig, kalshi, polymarket } = twoVenues({ options: { crossVenue: 'afterFirst' } });
  rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 10);
  kalshi.onSubmit = (batch) => fill(rig, kalshi, batch, [0]);
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  expect([kalshi.batches.length, polymarket.batches.length]).toEqual([1, 0]);
  expect(rig.executor.stats).toMatchObject({ basketsMissed: 1, fills: 0, ordersSent: 1 });
  expect(rig.executor.refusals.toObject()).toEqual({ FIRST_LEG_MISSED: 1 });
  expect(rig.executor.exposures()).toEqual([]);
  expect(rig.executor.ledger.reservedMicros).toBe(0);
  expect(rig.executor.busy()).toBe(false);
  expectJournalEqualsLedger(rig);
});

test('after the first: a part of it sizes the second, with another order whose intent is durable first', () => {
  const { rig, kalshi, polymarket } = twoVenues({ options: { crossVenue: 'afterFirst' } });
  rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 10);
  kalshi.onSubmit = (batch) => fill(rig, kalshi, batch, [0.7]);
  polymarket.onSubmit = (batch) => fill(rig, polymarket, batch);
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  expect(polymarket.batches).toHaveLength(1);
  expect(polymarket.batches[0]!.orders[0]).toMatchObject({ sizeMicros: 7 * SHARE, type: 'FOK' });
  expect(rig.executor.stats).toMatchObject({ basketsComplete: 1, basketsUnwound: 0, ordersSent: 2 });
  expect(rig.executor.ledger.baskets.get(1)).toMatchObject({ setsMicros: 7 * SHARE });
  expect(rig.executor.refusals.toObject()).toEqual({ RESIZED: 1 });
  expect(rig.executor.ledger.reservedMicros).toBe(0);
  expectJournalEqualsLedger(rig);
});

test('after the first: the gate looks again, and a trip between the two leaves the second unsent and the first unwound', () => {
  const { rig, kalshi, polymarket } = twoVenues({ options: { crossVenue: 'afterFirst' } });
  rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 10);
  kalshi.onSubmit = (batch) => {
    fill(rig, kalshi, batch);
    if (batch.orders[0]!.side === 'BUY') rig.breaker.trip(CAUSE_MANUAL, 0);
  };
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  rig.run(1_000);
  expect(polymarket.batches).toHaveLength(0);
  expect(kalshi.batches.map(({ orders }) => orders[0]!.side)).toEqual(['BUY', 'SELL']);
  expect(rig.executor.stats).toMatchObject({ basketsUnwound: 1 });
  expect(rig.executor.refusals.toObject()).toEqual({ BREAKER_OPEN: 1 });
  expectJournalEqualsLedger(rig);
});

test('after the first: a second leg that is hindered too long is given up by name, and one that is not is sent, and what hindered it is counted', () => {
  for (const waitMs of [400, 2_000]) {
    const { rig, kalshi, polymarket } = twoVenues({ options: { crossVenue: 'afterFirst', secondLegMs: 1_000 } });
    rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 10);
    for (const gateway of [kalshi, polymarket]) gateway.onSubmit = (batch) => fill(rig, gateway, batch);
    kalshi.onSubmit = (batch) => {
      polymarket.stateNow = 'postOnly';
      fill(rig, kalshi, batch);
    };
    rig.offer(10, { legs: [0, 1] });
    rig.run();
    rig.run(waitMs);
    polymarket.stateNow = 'open';
    for (const market of [0, 1, 2]) rig.feedSpeaks(market);
    rig.run();
    const isLate = waitMs > 1_000;
    expect(polymarket.batches.length).toBe(isLate ? 0 : 1);
    expect(rig.executor.refusals.toObject()).toEqual({
      ...{ VENUE_POST_ONLY: 1, ...(isLate ? { SECOND_LEG_LATE: 1 } : {}) },
    });
    expect(rig.executor.stats).toMatchObject({ basketsComplete: isLate ? 0 : 1 });
  }
});

test('one venue that takes nothing refuses the whole basket by name, before an intent is made', () => {
  for (const [state, cause] of [
    ['halted', 'VENUE_HALTED'],
    ['cancelOnly', 'VENUE_CANCEL_ONLY'],
    ['postOnly', 'VENUE_POST_ONLY'],
  ] as const) {
    const { rig, kalshi, polymarket } = twoVenues();
    kalshi.stateNow = state;
    rig.offer(10, { legs: [0, 1] });
    rig.run();
    expect(rig.executor.refusals.toObject()).toEqual({ [cause]: 1 });
    expect([...kalshi.batches, ...polymarket.batches]).toEqual([]);
  }
});

test('the cash of the other venue buys nothing: a basket is sized to what is free where its legs lie', () => {
  const { rig, kalshi } = twoVenues({ options: { crossVenue: 'together' } });
  rig.offer(900, { legs: [0, 1] });
  rig.run();
  // 100 dollars on Kalshi buy 317 contracts at 0.30 with their fees, whatever lies on Polymarket.
  const { sizeMicros } = kalshi.batches[0]!.orders[0]!;
  expect(sizeMicros).toBe(317 * SHARE);
  expect(sizeMicros * 0.3 + orderFeeMicrosRoundedUp(KALSHI_FEE, [[3_000, sizeMicros]])).toBeLessThanOrEqual(
    100 * SHARE,
  );
});

test('a fee that is rounded per order counts what each fill adds to it, and what the venue says counts instead', () => {
  for (const stated of [undefined, 1_234]) {
    const { rig, kalshi, polymarket } = twoVenues({ options: { crossVenue: 'together' } });
    polymarket.onSubmit = (batch) => fill(rig, polymarket, batch);
    kalshi.onSubmit = ({ orders: [order] }) => {
      const { orderId, token, side } = order!;
      for (const [at, shares] of [1, 2, 7].entries()) {
        const trade = { tradeId: `t${at}`, orderId, token, side, priceE4: 3_000, sizeMicros: shares * SHARE } as const;
        const fee = stated === undefined ? {} : { feeMicros: stated };
        kalshi.events.push({ kind: 'trade', ...trade, status: 'MATCHED', ...fee });
      }
    };
    rig.offer(10, { legs: [0, 1] });
    rig.run();
    const whole = orderFeeMicrosRoundedUp(KALSHI_FEE, [[3_000, 10 * SHARE]]);
    expect(rig.executor.ledger.venue('kalshi').feesMicros).toBe(stated === undefined ? whole : 3 * stated);
    expectJournalEqualsLedger(rig);
  }
});

test('the hardest part is the one whose book covers its order least, then the one on fewer levels, then the first', () => {
  const names = ['polymarket', 'kalshi', 'polymarket'] as const;
  const order = (...depths: (readonly [number, number])[]) =>
    partsOf({ depths: depths.map(([coverPercent, levels]) => ({ coverPercent, levels })) }, names).map(
      ({ venue }) => venue,
    );
  expect(order([200, 1], [150, 9], [300, 1])).toEqual(['kalshi', 'polymarket']);
  expect(order([200, 1], [150, 9], [149, 9])).toEqual(['polymarket', 'kalshi']);
  expect(order([150, 2], [150, 1], [300, 5])).toEqual(['kalshi', 'polymarket']);
  expect(order([150, 2], [150, 2], [300, 5])).toEqual(['polymarket', 'kalshi']);
});

test('a Kalshi market that is over pays what is held of its outcomes by their names', () => {
  const { rig, kalshi, polymarket } = twoVenues({ options: { crossVenue: 'together' } });
  for (const gateway of [kalshi, polymarket]) gateway.onSubmit = (batch) => fill(rig, gateway, batch);
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  const before = rig.executor.ledger.venue('kalshi').cashMicros;
  rig.resolve(1, 10_000);
  rig.run(200);
  expect(kalshi.resolutions).toEqual([{ marketIndex: 1, tokens: [TICKER, `${TICKER}#no`], yesPayoutE4: 10_000 }]);
  expect(polymarket.resolutions).toEqual([]);
  kalshi.events.push({ kind: 'paid', token: TICKER, payoutE4: 10_000 });
  rig.run();
  expect(rig.executor.ledger.venue('kalshi').cashMicros).toBe(before + 10 * SHARE);
  expect(rig.executor.stats.tokensPaid).toBe(1);
  expectJournalEqualsLedger(rig);
});
