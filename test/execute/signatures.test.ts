// Orders that are signed on their way out: all parts of a basket or none, each once, and nothing unsigned ever leaves.
import { expect, test } from 'vitest';
import { identityOf, SIGNATURE_TYPE } from '../../engine/venue/polymarket/order-form.ts';
import { localSeal, type OrderSeal } from '../../engine/venue/polymarket/seal.ts';
import { OrderSigner } from '../../engine/venue/polymarket/sign.ts';
import * as L from '../../wasm/layout.ts';
import { expectJournalEqualsLedger } from './rig.ts';
import { fill, twoVenues } from './two-venues.ts';

const signer = new OrderSigner(Buffer.alloc(32, 7));
const local = localSeal(signer, identityOf(signer.address, SIGNATURE_TYPE.eoa));

/** A seal that notes the ids it was asked for, and refuses while `refused` is set. */
class NotedSeal implements OrderSeal {
  readonly identity = local.identity;
  readonly asked: string[] = [];
  refused = '';
  begin(orders: Parameters<OrderSeal['begin']>[0]) {
    this.asked.push(...orders.map(({ orderId }) => orderId));
    const { refused } = this;
    return refused === '' ? local.begin(orders) : () => ({ refused });
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

test('after the first: the part that waits is signed once, though the gate refuses it at first', () => {
  const seal = new NotedSeal();
  const { rig, kalshi, polymarket } = twoVenues({ seal, options: { crossVenue: 'afterFirst', secondLegMs: 1_000 } });
  rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 10);
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  expect([kalshi.batches.length, seal.asked]).toEqual([1, []]);
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
  expect(seal.asked).toEqual([polymarket.batches[0]!.orders[0]!.orderId]);
  expect(polymarket.batches[0]!.orders[0]!.wire).toContain('"signature":"0x');
  expect(rig.executor.stats).toMatchObject({ basketsComplete: 1, ordersSent: 2 });
  expectJournalEqualsLedger(rig);
});

test('after the first: a part that is not signed is given up, and not asked for again', () => {
  const seal = new NotedSeal();
  const { rig, kalshi, polymarket } = twoVenues({ seal, options: { crossVenue: 'afterFirst' } });
  rig.setBook(1, 2_900, 3_000, L.BOOK_SYNCED, 10);
  rig.offer(10, { legs: [0, 1] });
  rig.run();
  seal.refused = 'noAnswer';
  fill(rig, kalshi, kalshi.batches[0]!);
  rig.run();
  // What would complete the lone leg is another order, which is not signed either.
  expect(new Set(seal.asked).size).toBe(seal.asked.length);
  expect(polymarket.batches).toEqual([]);
  expect(rig.executor.refusals.get('NOT_SIGNED')).toBe(seal.asked.length);
  expect(rig.executor.ledger.venue('polymarket').reservedMicros).toBe(0);
  expectJournalEqualsLedger(rig);
});
