// Outcomes that come late, twice, not at all, or are taken back: nothing is sent again, nothing counts twice.
import { expect, test } from 'vitest';
import * as L from '../../wasm/layout.ts';
import { expectJournalEqualsLedger, Rig, SHARE } from './rig.ts';

test('a lost answer blocks its markets, is asked about with growing pauses, and is never sent again', () => {
  const rig = new Rig();
  rig.gateway.onSubmit = (batch) => rig.gateway.events.push({ kind: 'unknown', batchId: batch.id, error: 'timeout' });
  rig.offer();
  rig.run();
  rig.run(1_100);
  for (let market = 0; market < 3; market += 1) rig.setBook(market, 2_900, 3_000);
  rig.offer();
  rig.run();
  expect(rig.executor.refusals.get('MARKET_BLOCKED')).toBe(1);
  const asksAfter: number[] = [];
  for (let second = 0; second < 20; second += 1) {
    rig.run(1_000);
    asksAfter.push(rig.gateway.queries.length);
  }
  expect(rig.gateway.batches).toHaveLength(1);
  expect(asksAfter[0]).toBeGreaterThan(0);
  expect(rig.gateway.queries.length).toBeLessThanOrEqual(3 * 9);
  expect(rig.executor.ledger.reservedMicros).toBeGreaterThan(0);
});

test('an unknown order ends by the fills that a query finds', () => {
  const rig = new Rig();
  rig.gateway.onSubmit = (batch) => rig.gateway.events.push({ kind: 'unknown', batchId: batch.id, error: '502' });
  const found = new Set<string>();
  rig.gateway.onQuery = (orderId) => {
    const batch = rig.gateway.batches[0]!;
    const index = batch.orders.findIndex((order) => order.orderId === orderId);
    found.add(orderId);
    rig.trade(batch, index, { tradeId: `venue-${index}` });
  };
  rig.offer();
  rig.run();
  expect(rig.executor.busy()).toBe(true);
  rig.run(5_000);
  expect(found.size).toBe(3);
  expect(rig.executor.stats).toMatchObject({ unknownRequests: 1, basketsComplete: 1, fills: 3 });
  expect(rig.executor.ledger.reservedMicros).toBe(0);
  expectJournalEqualsLedger(rig);
});

test('absence ends an unknown order only after several answers and the longest flight', () => {
  const rig = new Rig({ options: { absentAnswers: 3, absentWindowMs: 5_000 } });
  rig.gateway.onSubmit = (batch) => rig.gateway.events.push({ kind: 'unknown', batchId: batch.id, error: 'reset' });
  rig.gateway.onQuery = (orderId) => rig.gateway.events.push({ kind: 'absent', orderId });
  rig.offer();
  rig.run();
  for (let step = 0; step < 4; step += 1) rig.run(1_000);
  expect(rig.gateway.queries.length).toBeGreaterThanOrEqual(9);
  expect(rig.executor.stats.basketsMissed).toBe(0);
  for (let step = 0; step < 12; step += 1) rig.run(1_000);
  expect(rig.executor.stats.basketsMissed).toBe(1);
  expect(rig.executor.ledger.availableMicros).toBe(1_000 * SHARE);
});

test('a fill that comes after the order was given up is booked and its lone leg unwound', () => {
  const rig = new Rig({ options: { absentAnswers: 1, absentWindowMs: 1_000 } });
  rig.gateway.onSubmit = (batch) => {
    if (batch.orders[0]!.side === 'BUY')
      rig.gateway.events.push({ kind: 'unknown', batchId: batch.id, error: 'reset' });
  };
  rig.gateway.onQuery = (orderId) => rig.gateway.events.push({ kind: 'absent', orderId });
  rig.offer();
  rig.run();
  for (let step = 0; step < 5; step += 1) rig.run(1_000);
  expect(rig.executor.stats.basketsMissed).toBe(1);
  rig.trade(rig.gateway.batches[0]!, 1);
  rig.run();
  expect(rig.executor.exposures()).toMatchObject([{ sizeMicros: 10 * SHARE, carried: false }]);
  expect(rig.gateway.batches[1]!.orders[0]).toMatchObject({ side: 'SELL', sizeMicros: 10 * SHARE });
});

test('a repeated trade counts once, and the same trade id on two orders counts twice', () => {
  const rig = new Rig();
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    for (const index of [0, 0, 1, 2, 2]) rig.trade(batch, index, { tradeId: 'shared' });
    rig.trade(batch, 0, { tradeId: 'shared', status: 'CONFIRMED' });
  };
  rig.offer();
  rig.run();
  const { stats, ledger } = rig.executor;
  expect(stats).toMatchObject({ fills: 3, repeatedEvents: 2, basketsComplete: 1 });
  expect(ledger.toPositions().map(([, { matchedMicros }]) => matchedMicros)).toEqual([1, 2, 3].map(() => 10 * SHARE));
  expect(ledger.toPositions().filter(([, { confirmedMicros }]) => confirmedMicros > 0)).toHaveLength(1);
});

test('a matched trade that fails at settlement is taken back and leaves the other legs to unwind', () => {
  const rig = new Rig();
  const ids: string[] = [];
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    if (batch.orders[0]!.side === 'SELL') return;
    for (const index of [0, 1, 2]) ids.push(rig.trade(batch, index));
  };
  rig.offer();
  rig.run();
  expect(rig.executor.stats.basketsComplete).toBe(1);
  const [batch] = rig.gateway.batches;
  rig.trade(batch!, 0, { tradeId: ids[0]!, status: 'FAILED' });
  rig.run(10);
  const failed = rig.executor.ledger.position(batch!.orders[0]!.token);
  expect(failed).toEqual({ matchedMicros: 0, confirmedMicros: 0, costMicros: 0 });
  expect(rig.executor.stats.fillsFailed).toBe(1);
  expect(rig.gateway.batches[1]!.orders.map(({ side }) => side)).toEqual(['SELL', 'SELL']);
  expectJournalEqualsLedger(rig);
});

test('what a sale closed counts as open until it is confirmed, so that one that fails never lifts what is open above the cap', () => {
  const rig = new Rig({ limits: { openNotionalMicros: 20 * SHARE } });
  const sold: string[] = [];
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    const isFirst = rig.gateway.batches.length === 1;
    rig.answer(batch, isFirst ? [true, false, false] : batch.orders.map(() => true));
    const filled = batch.orders.flatMap((_, index) => (!isFirst || index === 0 ? [index] : []));
    for (const index of filled) {
      const tradeId = rig.trade(batch, index);
      if (batch.orders[index]!.side === 'SELL') sold.push(tradeId);
    }
    for (const market of isFirst ? [1, 2] : []) rig.setBook(market, 2_900, L.NO_ASK_E4);
  };
  rig.offer(10);
  rig.run();
  expect(sold).toHaveLength(1);
  const { ledger, refusals } = rig.executor;
  expect([ledger.openNotionalMicros, ledger.returning.micros]).toEqual([0, 3 * SHARE]);
  // Eighteen dollars and their fees are within the cap, with the three that may come back they are not.
  for (const market of [0, 1, 2]) rig.setBook(market, 2_900, 3_000);
  rig.run(2_000);
  for (const market of [0, 1, 2]) rig.setBook(market, 2_900, 3_000);
  rig.offer(20);
  rig.run();
  const spent = ledger.openNotionalMicros;
  expect(spent + 3 * SHARE).toBeLessThanOrEqual(20 * SHARE);
  const sale = rig.gateway.batches.find(({ orders }) => orders[0]!.side === 'SELL')!;
  rig.trade(sale, 0, { tradeId: sold[0]!, status: 'CONFIRMED' });
  rig.run();
  expect(ledger.returning.micros).toBe(0);
  expect(refusals.toObject()).toEqual({});
  expectJournalEqualsLedger(rig);
});

test('a settlement that nobody told of is asked for until the venue says how it ended', () => {
  const rig = new Rig({ options: { settleWaitMs: 2_000 } });
  const ids: string[] = [];
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    if (batch.orders[0]!.side === 'BUY') for (const index of [0, 1, 2]) ids.push(rig.trade(batch, index));
  };
  rig.offer();
  rig.run();
  expect(rig.executor.stats.basketsComplete).toBe(1);
  expect(rig.executor.desk.unsettledOrders()).toBe(3);
  rig.run(1_900);
  expect(rig.gateway.queries).toEqual([]);
  const [batch] = rig.gateway.batches;
  rig.gateway.onQuery = (orderId) => {
    const index = batch!.orders.findIndex((order) => order.orderId === orderId);
    rig.trade(batch!, index, { tradeId: ids[index]!, status: index === 0 ? 'FAILED' : 'CONFIRMED' });
  };
  rig.run(300);
  rig.run(50);
  expect(new Set(rig.gateway.queries)).toEqual(new Set(batch!.orders.map(({ orderId }) => orderId)));
  expect(rig.executor.stats.fillsFailed).toBe(1);
  expect(rig.executor.ledger.position(batch!.orders[0]!.token)!.matchedMicros).toBe(0);
  expect(rig.executor.ledger.position(batch!.orders[1]!.token)!.confirmedMicros).toBe(10 * SHARE);
  expectJournalEqualsLedger(rig);
});
