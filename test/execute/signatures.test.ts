// Orders that are signed on their way out: all parts of a basket or none, each once, and nothing unsigned ever leaves.
import { expect, test } from 'vitest';
import { CAUSE_MANUAL } from '../../engine/breaker/causes.ts';
import { createMemorySink } from '../../engine/ledger/journal.ts';
import { readJournal } from '../../engine/ledger/recover.ts';
import { identityOf, SIGNATURE_TYPE } from '../../engine/venue/polymarket/order-form.ts';
import { localSeal, type OrderSeal } from '../../engine/venue/polymarket/seal.ts';
import { OrderSigner } from '../../engine/venue/polymarket/sign.ts';
import * as L from '../../wasm/layout.ts';
import { expectJournalEqualsLedger, SHARE } from './rig.ts';
import { fill, twoVenues } from './two-venues.ts';

const signer = new OrderSigner(Buffer.alloc(32, 7));
const local = localSeal(signer, identityOf(signer.address, SIGNATURE_TYPE.eoa));

/** A seal that notes the ids it was asked for, and refuses while `refused` is set. */
class NotedSeal implements OrderSeal {
  readonly identity = local.identity;
  readonly asked: string[] = [];
  waited = 0;
  /** Refuses all, or those that sell. */
  refused = '';
  refusedSales = '';
  begin(orders: Parameters<OrderSeal['begin']>[0]) {
    this.asked.push(...orders.map(({ orderId }) => orderId));
    const refused = this.refused || (orders.some(({ side }) => side === 1) ? this.refusedSales : '');
    const wait = refused === '' ? local.begin(orders) : () => ({ refused });
    return () => {
      this.waited += orders.length;
      return wait();
    };
  }
}

test('together: what leaves has its signature, and the other venue’s part needs none', () => {
  const seal = new NotedSeal();
  const { rig, kalshi, polymarket } = twoVenues({ seal, options: { crossVenue: 'together' } });
  for (const gateway of [kalshi, polymarket]) gateway.onSubmit = (batch) => fill(rig, gateway, batch);
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  const [order] = polymarket.batches[0]!.orders;
  expect(seal.asked).toEqual([order!.orderId]);
  expect(JSON.parse(order!.wire)).toMatchObject({ order: { signature: expect.stringMatching(/^0x[0-9a-f]{130}$/) } });
  expect(rig.executor.stats).toMatchObject({ basketsComplete: 1, ordersSent: 2 });
});

test('together: a basket of which a part is not signed leaves at neither venue', () => {
  const seal = new NotedSeal();
  seal.refused = 'hourNotional';
  const { rig, kalshi, polymarket } = twoVenues({ seal, options: { crossVenue: 'together' } });
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  expect(seal.asked).toHaveLength(1);
  expect([kalshi.batches, polymarket.batches]).toEqual([[], []]);
  expect(rig.executor.refusals.toObject()).toEqual({ NOT_SIGNED: 1 });
  expect(rig.executor.ledger.reservedMicros).toBe(0);
  expect(rig.breaker.inFlight()).toEqual([]);
  expectJournalEqualsLedger(rig);
});

test('after the first: the part that waits is signed before the first leaves, and once, though the gate refuses it at first', () => {
  const seal = new NotedSeal();
  const { rig, kalshi, polymarket } = twoVenues({ seal, options: { crossVenue: 'afterFirst', secondLegMs: 1_000 } });
  rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 10);
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  const ids = seal.asked.slice();
  expect([kalshi.batches.length, ids.length]).toEqual([1, 1]);
  // Beyond what the gate's early look sees: an order of the same second takes what was left of the rate.
  const { u32 } = rig.arena;
  const count = (L.BREAKER_AT + L.BREAKER_ORDER_WINDOW_COUNT) >> 2;
  const announce = rig.breaker.announce.bind(rig.breaker);
  let announced = 0;
  rig.breaker.announce = (id) => {
    announced += 1;
    u32[count] = announced === 1 ? 1_000_000 : 0;
    return announce(id);
  };
  fill(rig, kalshi, kalshi.batches[0]!);
  rig.run();
  expect([seal.asked.length, polymarket.batches.length]).toEqual([1, 0]);
  u32[count] = 0;
  polymarket.onSubmit = (batch) => fill(rig, polymarket, batch);
  rig.run(1);
  expect([seal.asked, [polymarket.batches[0]!.orders[0]!.orderId]]).toEqual([ids, ids]);
  expect(polymarket.batches[0]!.orders[0]!.wire).toContain('"signature":"0x');
  expect(rig.executor.stats).toMatchObject({ basketsComplete: 1, ordersSent: 2 });
  expectJournalEqualsLedger(rig);
});

test('after the first: where the part that would wait is not signed, nothing leaves at either venue', () => {
  const seal = new NotedSeal();
  seal.refused = 'hourNotional';
  const { rig, kalshi, polymarket } = twoVenues({ seal, options: { crossVenue: 'afterFirst' } });
  rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 10);
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  expect([kalshi.batches, polymarket.batches]).toEqual([[], []]);
  expect(rig.executor.refusals.toObject()).toEqual({ NOT_SIGNED: 1 });
  expect(rig.executor.ledger.reservedMicros).toBe(0);
  expectJournalEqualsLedger(rig);
});

test('after the first: what takes the place of a part and is not signed is given up, and not asked for again', () => {
  const seal = new NotedSeal();
  const { rig, kalshi, polymarket } = twoVenues({ seal, options: { crossVenue: 'afterFirst' } });
  rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 10);
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  const before = seal.asked.length;
  seal.refused = 'noAnswer';
  fill(rig, kalshi, kalshi.batches[0]!, [0.5]);
  rig.run();
  // What would complete the lone leg is another order, which is not signed either.
  expect(seal.asked.length).toBeGreaterThan(before);
  expect(new Set(seal.asked).size).toBe(seal.asked.length);
  expect(polymarket.batches).toEqual([]);
  expect(rig.executor.refusals.get('NOT_SIGNED')).toBe(seal.asked.length - before);
  expect(rig.executor.ledger.venue('polymarket').reservedMicros).toBe(0);
  expectJournalEqualsLedger(rig);
});

test('a sync that fails leaves no signature on its way', () => {
  const seal = new NotedSeal();
  const memory = createMemorySink();
  let isBroken = false;
  const sync = (): void => {
    if (isBroken) throw new Error('EIO');
  };
  const { rig, polymarket } = twoVenues({ seal, sink: { ...memory, sync } });
  isBroken = true;
  rig.offer(10, { legs: [0, 2] });
  rig.run();
  expect([seal.asked.length, seal.waited]).toEqual([2, 2]);
  expect([polymarket.batches, rig.breaker.isOpen()]).toEqual([[], true]);
});

test('a way out that is not signed is left for the next best, and asked for again ever more rarely', () => {
  const seal = new NotedSeal();
  seal.refusedSales = 'sale';
  const { rig, polymarket } = twoVenues({ seal, options: { unwindLockBps: 0, unwindLossMicrosMax: 1e9 } });
  let isFirst = true;
  polymarket.onSubmit = (batch) => {
    fill(rig, polymarket, batch, isFirst ? [1, 0] : [1]);
    isFirst = false;
    // Nothing is to be had of the leg that is missing; the sale brings most, the other outcome less.
    rig.setBook(2, 2_900, L.NO_ASK_E4);
  };
  rig.offer(10, { legs: [0, 2] });
  rig.run();
  expect(rig.executor.refusals.get('NOT_SIGNED')).toBe(1);
  rig.run(300);
  expect(
    polymarket.batches.map(({ orders }) => orders.map(({ side, sizeMicros }) => [side, sizeMicros / SHARE])),
  ).toEqual([
    [
      ['BUY', 10],
      ['BUY', 10],
    ],
    [['BUY', 10]],
  ]);
  expect(rig.executor.stats).toMatchObject({ unwindsComplement: 1, basketsUnwound: 1 });
  expect(rig.executor.refusals.get('NOT_SIGNED')).toBe(1);
  expectJournalEqualsLedger(rig);
});

test('where no other way is there, one that is never signed is asked for a few times in a minute and not for ever', () => {
  const seal = new NotedSeal();
  seal.refusedSales = 'sale';
  const { rig, polymarket } = twoVenues({ seal, options: { unwindWaitMs: 600_000 } });
  polymarket.onSubmit = (batch) => {
    fill(rig, polymarket, batch, [1, 0]);
    // Nothing is bought any more.
    rig.breaker.trip(CAUSE_MANUAL, 0);
  };
  rig.offer(10, { legs: [0, 2] });
  rig.run();
  for (let second = 0; second < 60; second += 1) {
    rig.setBook(0, 2_900, 3_000);
    rig.run(1_000);
  }
  // At once, and 10 and 30 seconds later.
  expect(rig.executor.refusals.get('NOT_SIGNED')).toBe(3);
  expect(polymarket.batches).toHaveLength(1);
});

test('a venue whose signer does not answer is refused before an intent is made, and taken again once it does', () => {
  const { rig, kalshi, polymarket } = twoVenues({ options: { crossVenue: 'together', coolDownMs: 0 } });
  for (const gateway of [kalshi, polymarket]) gateway.onSubmit = (batch) => fill(rig, gateway, batch);
  kalshi.canSignNow = false;
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  expect([kalshi.batches, polymarket.batches]).toEqual([[], []]);
  expect(rig.executor.refusals.toObject()).toEqual({ SIGNER_SILENT: 1 });
  expect(readJournal(rig.memory.toBytes()).records.map(({ type }) => type)).not.toContain('intent');
  kalshi.canSignNow = true;
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  expect([kalshi.batches.length, polymarket.batches.length]).toEqual([1, 1]);
});

test('a way out whose signer says nothing is tried again as soon as it answers, not after the pauses of one that refuses', () => {
  const seal = new NotedSeal();
  const { rig, polymarket } = twoVenues({ seal, options: { unwindWaitMs: 600_000 } });
  polymarket.onSubmit = (batch) => {
    fill(rig, polymarket, batch, polymarket.batches.length === 1 ? [1, 0] : [1]);
    rig.breaker.trip(CAUSE_MANUAL, 0);
  };
  rig.offer(10, { legs: [0, 2] });
  const begin = seal.begin.bind(seal);
  seal.begin = (orders) => {
    const wait = begin(orders);
    if (orders.every(({ side }) => side === 0) || polymarket.batches.length > 1) return wait;
    // Its process is stopped: the first wait for it is in vain.
    seal.begin = begin;
    return () => {
      polymarket.canSignNow = false;
      return { refused: 'noAnswer' };
    };
  };
  rig.run();
  expect(rig.executor.refusals.toObject()).toEqual({ SIGNER_SILENT: 1 });
  expect(polymarket.batches).toHaveLength(1);
  polymarket.canSignNow = true;
  rig.setBook(0, 2_900, 3_000);
  rig.run(1_000);
  expect(polymarket.batches.at(-1)!.orders.map(({ side }) => side)).toEqual(['SELL']);
  rig.run(10);
  expect(rig.executor.stats.basketsUnwound).toBe(1);
});
