// What a journal left open in a market that is over meanwhile, over real sockets: orders get their outcome and payments are booked
// before it is taken up; what the venue does not say refuses the run by a sentence, and only for so long.
import { expect, test, vi } from 'vitest';
import { readJournal } from '../../../engine/ledger/recover.ts';
import { JournalState } from '../../../engine/ledger/state.ts';
import { KalshiLists } from '../../../engine/venue/sim/kalshi-lists.ts';
import { FIRST } from '../../helpers/kalshi.ts';
import { booked, killed, restarted } from './restart-rig.ts';
import { differenceOf, openRig, SHARE, TERMS } from './rig.ts';

const MARKET = `kalshi:${FIRST}`;
const LOST = [
  { kind: 'kalshiOrderLost', firstRequest: 2 },
  { kind: 'kalshiFillDrop', firstRequest: 1, every: 1, count: 100 },
] as const;

function going(): KalshiLists {
  const lists = new KalshiLists();
  const { ticker: yesToken, tickRanges } = TERMS;
  lists.addRecorded([{ id: MARKET, venue: 'kalshi', yesToken, tickRanges }], Date.now());
  return lists;
}

test('an order without an outcome in a market that ended meanwhile gets one, and the run goes on equal to the venue', async () => {
  const rig = await openRig({ faults: LOST });
  await rig.place(['no', 'BUY', 4_800, 10, 'FOK']);
  await rig.place(['yes', 'BUY', 5_500, 30, 'FOK']);
  const left = rig.memory.toBytes();
  const state = await killed(rig);
  expect([...state.orders.values()].map((order) => order.state)).toContain('unknown');
  await expect(restarted(rig, state, false)).rejects.toThrow(`${MARKET} is not among the markets of this run`);
  const { exchange, stats } = rig.venue;
  exchange.settle(exchange.market(FIRST), 10_000);
  const requests = stats.orderRequests;

  const records = await booked(rig, state);
  expect([...state.orders.values()].every(({ final, openFills }) => final && openFills === 0)).toBe(true);
  // What was written folds to what is taken up.
  const fold = new JournalState();
  for (const record of [...readJournal(left).records, ...records]) fold.apply(record);
  expect(fold.digest()).toBe(state.digest());
  const { refused, executor, rest, memory } = await restarted(rig, state, false);
  for (const record of readJournal(memory.toBytes()).records) fold.apply(record);
  expect([refused, executor.restart.digest()]).toEqual(['', fold.digest()]);
  expect(differenceOf(rest)).toBe('');
  expect([...state.paid].sort()).toEqual([FIRST, `${FIRST}#no`]);
  expect(stats.orderRequests).toBe(requests);
});

test('an order that rests in a market that is not followed is cancelled and what filled of it booked', async () => {
  const rig = await openRig({ faults: LOST, lists: going() });
  const { orders } = await rig.place(['yes', 'BUY', 5_300, 40, 'postOnly']);
  await rig.place(['yes', 'BUY', 1_000, 5, 'FOK']);
  const state = await killed(rig);
  const { exchange } = rig.venue;
  exchange.applyTrade(exchange.market(FIRST), 'bid', { priceE4: 5_300, sizeMicros: 15 * SHARE });
  await booked(rig, state);
  const resting = [...exchange.orders.values()].find(({ clientId }) => clientId === orders[0]!.orderId)!;
  expect([resting.status, resting.matchedMicros]).toEqual(['canceled', 15 * SHARE]);
  expect([...state.orders.values()].map(({ final, filledMicros }) => [final, filledMicros])).toEqual([
    [true, 15 * SHARE],
    [true, 0],
  ]);
  // Nobody waits for the payment of a market that goes on: it is one that the run has to follow.
  await expect(restarted(rig, state, false)).rejects.toThrow(`${MARKET} is not among the markets of this run`);
});

test('what is over and not paid refuses the run by a sentence, and the same journal starts once it is paid', async () => {
  const rig = await openRig();
  await rig.place(['no', 'BUY', 4_800, 10, 'FOK']);
  await rig.place(['yes', 'BUY', 5_500, 30, 'FOK']);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'both are final');
  const state = await killed(rig);
  await expect(booked(rig, state, { waitMs: 0 })).rejects.toThrow(
    `markets: ${MARKET} is over and what is held of it is not paid yet: a start after the payment goes on from this journal`,
  );
  expect(state.paid.size).toBe(0);

  const { exchange } = rig.venue;
  exchange.settle(exchange.market(FIRST), 10_000);
  // What is followed is paid on the run’s own way.
  expect(await booked(rig, state, { followed: [MARKET] })).toEqual([]);
  expect(state.paid.size).toBe(0);
  await booked(rig, state);
  const { refused, rest } = await restarted(rig, state, false);
  expect(refused).toBe('');
  expect(differenceOf(rest)).toBe('');
});

test('pairs that the venue has netted, of which it lists no payment, are booked as the dollar that it paid at once', async () => {
  const rig = await openRig();
  await rig.place(['no', 'BUY', 4_800, 10, 'FOK']);
  await rig.place(['yes', 'BUY', 5_500, 10, 'FOK']);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'both are final');
  const state = await killed(rig);
  const { exchange } = rig.venue;
  exchange.settle(exchange.market(FIRST), 10_000);
  expect(exchange.settlements).toEqual([]);
  await booked(rig, state, { waitMs: 0 });
  const { refused, rest } = await restarted(rig, state, false);
  expect([refused, differenceOf(rest), state.paid.size]).toEqual(['', '', 2]);
});

test('a payment that comes while the start waits for it is booked', async () => {
  const lists = new KalshiLists();
  const asked = vi.spyOn(lists, 'page');
  const rig = await openRig({ lists });
  await rig.place(['yes', 'BUY', 5_500, 30, 'FOK']);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'it is final');
  const state = await killed(rig);
  const { exchange } = rig.venue;
  const waiting = booked(rig, state);
  await expect.poll(() => asked.mock.calls.length, { interval: 5 }).toBe(1);
  expect(state.paid.size).toBe(0);
  const stopped = booked(rig, state, { stop: AbortSignal.abort() });
  await expect(stopped).rejects.toThrow(`stopped while it was waited for: ${MARKET} is over`);
  exchange.settle(exchange.market(FIRST), 0);
  await waiting;
  expect([...state.paid]).toEqual([FIRST]);
  const { refused, rest } = await restarted(rig, state, false);
  expect([refused, differenceOf(rest)]).toEqual(['', '']);
});

test('an order whose venue says nothing refuses the run by its name and its market’s, and is asked about by the next start', async () => {
  const rig = await openRig({ faults: [{ kind: 'kalshiOrderLost', firstRequest: 1 }, LOST[1]] });
  const { orders } = await rig.place(['yes', 'BUY', 5_500, 30, 'FOK']);
  const state = await killed(rig);
  const httpUrl = rig.venue.restUrl.replace(/:\d+/, ':9');
  const silent = booked(rig, state, { httpUrl, waitMs: 150 });
  await expect(silent).rejects.toThrow(
    `order ${orders[0]!.orderId} in ${MARKET}: its venue does not say what became of it`,
  );
  rig.venue.exchange.settle(rig.venue.exchange.market(FIRST), 10_000);
  await booked(rig, state);
  const { refused, rest } = await restarted(rig, state, false);
  expect([refused, differenceOf(rest)]).toEqual(['', '']);
});
