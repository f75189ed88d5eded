// A restart from a journal with orders at Kalshi, over real sockets: what an executor left is taken up by another one at the
// simulated venue, which has gone on meanwhile; it has what the venue has, to the unit, or does not trade.
import { expect, test } from 'vitest';
import type { NewKalshiOrder } from '../../../engine/venue/sim/kalshi-exchange-types.ts';
import { FIRST } from '../../helpers/kalshi.ts';
import { killed, restarted } from './restart-rig.ts';
import { differenceOf, openRig, type Rig, SHARE, TERMS } from './rig.ts';

/** An order that somebody else places in the account. */
function strange(rig: Rig, change: Partial<NewKalshiOrder> = {}) {
  const { account } = rig.venue.exchange.orders.values().next().value!;
  const wanted = { ticker: FIRST, clientId: '', side: 'bid', priceE4: 100, sizeMicros: SHARE } as const;
  const how = { timeInForce: 'good_till_canceled', selfTrade: 'taker_at_cross', cancelOnPause: false } as const;
  const none = { postOnly: false, reduceOnly: false, expiresS: undefined };
  const placed = rig.venue.exchange.place(account, { ...wanted, ...how, ...none, ...change });
  if (!('order' in placed)) throw new Error(JSON.stringify(placed));
  return placed.order;
}

test('resting, unknown and filled orders are adopted: what rests is cancelled first, late fills are booked, nothing is sent again', async () => {
  const rig = await openRig({
    faults: [
      { kind: 'kalshiOrderLost', firstRequest: 3 },
      { kind: 'kalshiFillDrop', firstRequest: 1, every: 1, count: 100 },
    ],
  });
  await rig.place(['no', 'BUY', 4_800, 10, 'FOK']);
  const { orders } = await rig.place(['yes', 'BUY', 5_300, 40, 'postOnly']);
  await rig.place(['yes', 'BUY', 5_500, 30, 'FOK']);
  const state = await killed(rig);
  expect([...state.orders.values()].map((order) => order.state).sort()).toEqual(['live', 'matched', 'unknown']);
  // While nobody is there, part of what rests is filled.
  const { exchange } = rig.venue;
  exchange.applyTrade(exchange.market(FIRST), 'bid', { priceE4: 5_300, sizeMicros: 15 * SHARE });
  const requests = rig.venue.stats.orderRequests;

  const { adopted, refused, counts, rest, executor } = await restarted(rig, state);
  expect([refused, adopted.orders, adopted.unknownOrders]).toEqual(['', 3, 3]);
  expect(counts.cancelled).toBe(1);
  expect(counts.fillsMissed).toBeGreaterThanOrEqual(3);
  const resting = [...exchange.orders.values()].find(({ clientId }) => clientId === orders[0]!.orderId)!;
  expect([resting.status, resting.matchedMicros]).toEqual(['canceled', 15 * SHARE]);
  expect(executor.ledger.position(FIRST)?.matchedMicros).toBe(45 * SHARE);
  expect(differenceOf(rest)).toBe('');
  expect(rig.venue.stats.orderRequests).toBe(requests);
});

test('contracts of both outcomes are compared as the venue nets them, and equal', async () => {
  const rig = await openRig();
  await rig.place(['no', 'BUY', 4_800, 10, 'FOK']);
  await rig.place(['yes', 'BUY', 5_500, 30, 'FOK']);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'both are final');
  const { refused, executor, rest } = await restarted(rig, await killed(rig));
  expect(refused).toBe('');
  const held = [FIRST, `${FIRST}#no`].map((token) => executor.ledger.position(token)?.matchedMicros);
  expect(held).toEqual([30 * SHARE, 10 * SHARE]);
  expect(rig.venue.ledger().accounts[0]!.positions).toEqual({ [FIRST]: 20 * SHARE });
  expect(differenceOf(rest)).toBe('');
});

test('what was paid while nobody was there is booked', async () => {
  const rig = await openRig();
  await rig.place(['no', 'BUY', 4_800, 10, 'FOK']);
  await rig.place(['yes', 'BUY', 5_500, 30, 'FOK']);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'both are final');
  const state = await killed(rig);
  rig.venue.exchange.settle(rig.venue.exchange.market(FIRST), 10_000);
  const { refused, executor, rest } = await restarted(rig, state);
  expect([refused, executor.stats.tokensPaid]).toEqual(['', 2]);
  expect(executor.ledger.venue('kalshi').costMicros).toBe(0);
  expect(differenceOf(rest)).toBe('');
});

test('a position that the journal does not know is seen on whichever page it stands, and refused by one sentence', async () => {
  const tickers = ['KXA-1', 'KXB-1', 'KXC-1', 'KXD-1', 'KXE-1'];
  const terms = [TERMS, ...tickers.map((ticker) => ({ ...TERMS, ticker }))];
  const rig = await openRig({ trading: { terms, itemsPerPageMax: 2 } });
  await rig.place(['no', 'BUY', 4_800, 10, 'FOK']);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'it is final');
  const state = await killed(rig);
  const { exchange } = rig.venue;
  for (const ticker of tickers) {
    exchange.applyTape(exchange.market(ticker), [{ side: 'no', priceE4: 5_000, deltaMicros: 9 * SHARE }]);
    strange(rig, { ticker, priceE4: 5_000, sizeMicros: 2 * SHARE, timeInForce: 'immediate_or_cancel' });
  }
  const { refused, executor } = await restarted(rig, state);
  const [cash] = rig.venue.ledger().accounts.map(({ cashMicros }) => cashMicros);
  const positions = tickers.map((ticker) => `kalshi: position ${ticker}: ours 0, the venue’s ${2 * SHARE}`).sort();
  const [first, ...others] = refused.replace('journal and venue differ: ', '').split('; ');
  expect(first).toBe(`kalshi: cash: ours ${executor.ledger.venue('kalshi').cashMicros}, the venue’s ${cash}`);
  expect(others.sort()).toEqual(positions);
});

test('an order of somebody else refuses the run and is left alone; cash that differs by a cent does too', async () => {
  const rig = await openRig();
  await rig.place(['no', 'BUY', 4_800, 10, 'FOK']);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'it is final');
  const state = await killed(rig);
  const foreign = strange(rig);
  const about = (await restarted(rig, state)).refused;
  expect(about).toBe(`journal and venue differ: kalshi: order ${foreign.id} rests there and is not in the journal`);
  expect(foreign.status).toBe('resting');

  rig.venue.exchange.cancel(foreign);
  foreign.account.cashMicros -= 10_000;
  const again = await restarted(rig, state);
  const { cashMicros } = again.executor.ledger.venue('kalshi');
  expect(again.refused).toBe(
    `journal and venue differ: kalshi: cash: ours ${cashMicros}, the venue’s ${cashMicros - 10_000}`,
  );
});

test('a venue that is asked too much at once is asked again after a pause', async () => {
  const rig = await openRig({ trading: { budgets: { read: 40, write: 100 } } });
  await rig.place(['no', 'BUY', 4_800, 10, 'FOK']);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'it is final');
  const state = await killed(rig);
  expect((await restarted(rig, state)).refused).toBe('');
  expect(rig.venue.stats.tooMany).toBeGreaterThan(0);
});
