// Kalshi's gateway over real sockets on the simulated venue with a recorded book (best bid 0.52, best ask 0.54): what is
// sent, what each answer and each fault comes out as, and that our ledger is the venue's.
import { expect, test } from 'vitest';
import { Random } from '../../../engine/core/random.ts';
import { uniformGrid } from '../../../engine/venue/grid.ts';
import type { KalshiFaultRule } from '../../../engine/venue/sim/kalshi-faults.ts';
import { FIRST } from '../../helpers/kalshi.ts';
import { differenceOf, draftOf, eventsOf, makerOf, openRig, type Rig, SHARE, TERMS, type Wish } from './rig.ts';

/** By the id the venue took it under. */
function venueOrder({ venue }: Rig, orderId: string) {
  return [...venue.exchange.orders.values()].find(({ clientId }) => clientId === orderId);
}

test('orders of both outcomes are stated on the YES leg, and their fills come back in prices of the outcome', async () => {
  const rig = await openRig();
  const { orders } = await rig.place(['yes', 'BUY', 5_400, 10, 'FOK'], ['no', 'BUY', 4_800, 20.5, 'FOK']);
  await rig.waitFor(() => eventsOf(rig, 'trade').length === 2, 'both fills');
  const [yes, no] = orders.map(({ orderId }) => venueOrder(rig, orderId)!);
  expect([yes!.side, yes!.request.priceE4, yes!.status]).toEqual(['bid', 5_400, 'executed']);
  expect([no!.side, no!.request.priceE4, no!.status]).toEqual(['ask', 5_200, 'executed']);
  const trades = eventsOf(rig, 'trade').map(({ tradeId: _, ...trade }) => trade);
  const common = { kind: 'trade', side: 'BUY', status: 'CONFIRMED', isMaker: false };
  // 0.07 x 10 x 0.54 x 0.46 = 0.173880, to the hundredth of a cent 0.1739, and the balance to the cent: 0.18. The second
  // closes the ten of YES at 0.52 before it opens 10.5 of NO at 0.48; 0.07 x 20.5 x 0.52 x 0.48 = 0.358176.
  expect(trades).toEqual([
    {
      ...common,
      orderId: orders[0]!.orderId,
      token: FIRST,
      priceE4: 5_400,
      sizeMicros: 10 * SHARE,
      feeMicros: 180_000,
    },
    ...[{ ...common, orderId: orders[1]!.orderId, token: `${FIRST}#no`, priceE4: 4_800, sizeMicros: 20_500_000 }].map(
      (trade) => ({ ...trade, feeMicros: 360_000 }),
    ),
  ]);
  expect(eventsOf(rig, 'answer')[0]!.answers.map(({ status }) => status)).toEqual(['matched', 'matched']);
  expect(differenceOf(rig)).toBe('');
  expect(rig.ledger.cashMicros).toBe(1_000 * SHARE - 5_400_000 - 180_000 - 9_840_000 - 360_000);
});

test('what is taken at once is killed whole or cut, by its type, and every order comes to its end', async () => {
  const rig = await openRig();
  // 173.12 at 0.54, 6 at 0.55, 40 at 0.56.
  await rig.place(['yes', 'BUY', 5_500, 400, 'FOK']);
  expect(eventsOf(rig, 'refused')).toMatchObject([{ status: 409, error: /fill_or_kill/ }]);
  const cut = await rig.place(['yes', 'BUY', 5_500, 400, 'FAK']);
  const none = await rig.place(['no', 'BUY', 1_000, 5, 'FAK']);
  const batch = await rig.place(['no', 'BUY', 4_800, 1, 'FOK'], ['no', 'BUY', 4_800, 900, 'FOK']);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'all orders are final');
  expect(eventsOf(rig, 'trade').filter(({ orderId }) => orderId === cut.orders[0]!.orderId)).toMatchObject([
    { priceE4: 5_400, sizeMicros: 173_120_000 },
    { priceE4: 5_500, sizeMicros: 6_000_000 },
  ]);
  const statuses = eventsOf(rig, 'answer').map(({ answers }) => answers.map(({ status }) => status));
  expect(statuses).toEqual([['matched'], ['unmatched'], ['matched', 'refused']]);
  expect(eventsOf(rig, 'answer')[2]!.answers[1]!.error).toMatch(/fill_or_kill_insufficient_resting_volume/);
  expect(venueOrder(rig, none.orders[0]!.orderId)!.status).toBe('canceled');
  expect(batch.orders).toHaveLength(2);
  expect(differenceOf(rig)).toBe('');
  expect(rig.venue.stats).toMatchObject({ orderRequests: 4, orders: 5 });
});

test('what rests is met by the tape and pays a maker’s fee; what is left of it is cancelled, by one or several', async () => {
  const rig = await openRig();
  const { orders } = await rig.place(
    ['yes', 'BUY', 5_300, 40, 'postOnly'],
    ['no', 'BUY', 4_700, 5, 'GTC'],
    ['yes', 'BUY', 5_400, 1, 'postOnly'],
  );
  const [first] = orders;
  // Our own bid at 0.53 stands against the ask there, which gives way; the last one would take.
  expect(eventsOf(rig, 'answer')[0]!.answers.map(({ status }) => status)).toEqual(['live', 'unmatched', 'refused']);
  rig.venue.start();
  await rig.venue.tapeEnded;
  await rig.waitFor(() => eventsOf(rig, 'trade').length > 0, 'a fill');
  const made = eventsOf(rig, 'trade').filter(({ orderId }) => orderId === first!.orderId);
  expect(made.length).toBeGreaterThan(0);
  expect(made.every(({ isMaker, priceE4 }) => isMaker === true && priceE4 === 5_300)).toBe(true);
  const rest = await rig.place(
    ['yes', 'BUY', 100, 7, 'GTC'],
    ['yes', 'BUY', 200, 8, 'GTC'],
    ['yes', 'BUY', 300, 9, 'GTC'],
  );
  await rig.waitFor(() => rig.gateway.cancel(rest.orders[0]!.orderId), 'one can be cancelled');
  const ids = rest.orders.slice(1).map(({ orderId }) => orderId);
  await rig.waitFor(() => rig.gateway.cancelMany(ids), 'two can be cancelled');
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'all orders are final', true);
  expect(rest.orders.map(({ orderId }) => venueOrder(rig, orderId)!.status)).toEqual(Array(3).fill('canceled'));
  expect(differenceOf(rig)).toBe('');
});

test('all that rests is cancelled by one request, and a pause of trading cancels it too', async () => {
  const rig = await openRig({ faults: [{ kind: 'kalshiOrderPause', firstRequest: 3, ms: 150 }] });
  const first = await rig.place(['yes', 'BUY', 100, 7, 'GTC'], ['no', 'BUY', 100, 8, 'GTC']);
  const ids = first.orders.map(({ orderId }) => orderId);
  await rig.waitFor(() => rig.gateway.cancelAll(ids), 'all can be cancelled');
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'all orders are final', true);
  const second = await rig.place(['yes', 'BUY', 100, 7, 'GTC']);
  await rig.place(['yes', 'BUY', 100, 7, 'GTC']);
  expect(eventsOf(rig, 'refused')).toMatchObject([{ status: 409, error: /trading_is_paused/ }]);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'the pause has cancelled', true);
  for (const { orderId } of [...first.orders, ...second.orders])
    expect(venueOrder(rig, orderId)!.status).toBe('canceled');
  await rig.waitFor(() => !rig.venue.exchange.isPaused, 'trading goes on');
  await rig.place(['yes', 'BUY', 5_400, 1, 'FOK']);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'it is filled', true);
  expect(rig.venue.stats.faults).toEqual({ kalshiOrderPause: 1 });
  expect(differenceOf(rig)).toBe('');
});

test.each([
  // The order is booked, and found by our id.
  ['kalshiOrderLost', 'matched'],
  ['kalshiOrderFailed', 'matched'],
  ['kalshiOrderTruncated', 'matched'],
  ['kalshiOrderSlow', 'matched'],
  // It is not, and only the venue's repeated word after a time says so.
  ['kalshiOrder403', 'refused'],
  ['kalshiOrder502', 'refused'],
  ['kalshiOrderChallenge', 'refused'],
  ['kalshiOrderCut', 'refused'],
  ['kalshiOrder429', 'refused'],
] as const)('%s is unknown, is not sent again, and ends as %s by the venue’s evidence', async (kind, end) => {
  const isBooked = end === 'matched';
  const faults: KalshiFaultRule[] = [{ kind, firstRequest: 1, ms: 120 }];
  // Fills are not told either: only questions find them.
  const lost: KalshiFaultRule = { kind: 'kalshiFillDrop', firstRequest: 1 };
  const absentWindowMs = isBooked ? 1_000 : 100;
  const rig = await openRig({ faults: [...faults, lost], deadlineMs: 70, absentWindowMs });
  const { orders } = await rig.place(['no', 'BUY', 4_800, 10, 'FOK']);
  expect(eventsOf(rig, 'unknown')).toHaveLength(1);
  // The venue may have told of the order besides; its fill it has not.
  expect(rig.desk.hold(0)).toMatch(/^MARKET_(BLOCKED|BUSY)$/);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'the order is final', true);
  expect(rig.ledger.position(`${FIRST}#no`)?.matchedMicros ?? 0).toBe(isBooked ? 10 * SHARE : 0);
  expect(venueOrder(rig, orders[0]!.orderId)?.status).toBe(isBooked ? 'executed' : undefined);
  if (!isBooked) expect(eventsOf(rig, 'absent').length).toBeGreaterThanOrEqual(3);
  expect(rig.venue.stats).toMatchObject({ orderRequests: 1, orders: isBooked ? 1 : 0 });
  expect(rig.venue.stats.faults).toEqual({ [kind]: 1, ...(isBooked ? { kalshiFillDrop: 1 } : {}) });
  expect(differenceOf(rig)).toBe('');
});

test('what is held of a market that is over counts as paid when the venue lists it, and not before', async () => {
  const rig = await openRig();
  await rig.place(['no', 'BUY', 4_800, 10, 'FOK']);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'the order is final');
  const tokens = [FIRST, `${FIRST}#no`] as const;
  rig.gateway.redeem({ marketIndex: 1, tokens: ['NONE-1', 'NONE-1#no'], yesPayoutE4: 0 });
  const before = rig.venue.stats.restSigned;
  rig.gateway.redeem({ marketIndex: 0, tokens, yesPayoutE4: 0 });
  await rig.waitFor(() => rig.venue.stats.restSigned > before, 'it is asked');
  expect(eventsOf(rig, 'paid')).toEqual([]);
  rig.venue.exchange.settle(rig.venue.exchange.market(FIRST), 0);
  // Asked again, as the clock would have it.
  await rig.waitFor(() => {
    if (eventsOf(rig, 'paid').length === 0) rig.gateway.redeem({ marketIndex: 0, tokens, yesPayoutE4: 0 });
    return eventsOf(rig, 'paid').length > 0;
  }, 'it is paid');
  expect(eventsOf(rig, 'paid')).toMatchObject([
    { token: FIRST, payoutE4: 0 },
    { token: `${FIRST}#no`, payoutE4: 10_000 },
  ]);
});

test('a fill that is told twice counts once, and one that is never told is found', async () => {
  const rig = await openRig({
    faults: [
      { kind: 'kalshiFillDuplicate', firstRequest: 1 },
      { kind: 'kalshiFillDrop', firstRequest: 2 },
    ],
  });
  await rig.place(['yes', 'BUY', 5_500, 179.12, 'FOK']);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'the order is final', true);
  await rig.waitFor(() => rig.stats.repeatedEvents > 0, 'the repeated fill', true);
  expect(rig.ledger.position(FIRST)?.matchedMicros).toBe(179_120_000);
  expect(rig.venue.stats.faults).toEqual({ kalshiFillDrop: 1, kalshiFillDuplicate: 1 });
  expect(differenceOf(rig)).toBe('');
});

test('a 429 is a no, and its host rests: nothing is sent before the pause is over', async () => {
  const rig = await openRig({ trading: { budgets: { read: 1_000, write: 20 } } });
  await rig.place(['yes', 'BUY', 100, 1, 'GTC'], ['yes', 'BUY', 100, 1, 'GTC']);
  await rig.place(['yes', 'BUY', 100, 1, 'GTC'], ['yes', 'BUY', 100, 1, 'GTC']);
  expect(eventsOf(rig, 'refused')).toMatchObject([{ status: 429, error: 'too many requests' }]);
  const sinceNs = rig.clock.nowNs();
  expect(rig.gateway.ready()).toBe(false);
  expect(rig.venue.stats).toMatchObject({ tooMany: 1, orders: 2 });
  await rig.waitFor(() => rig.gateway.ready(), 'the pause is over');
  expect(rig.clock.nowNs() - sinceNs).toBeGreaterThan(200e6);
  await rig.waitFor(
    () => rig.venue.exchange.resting(rig.venue.exchange.orders.values().next().value!.account).length === 2,
    'two rest',
  );
});

test('an id that the venue has already is no refusal: what became of it the venue must say', async () => {
  const rig = await openRig();
  const [order] = rig.make(['yes', 'BUY', 5_400, 3, 'FOK']);
  rig.submit([order!]);
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'the order is final');
  const [other] = rig.make(['yes', 'BUY', 5_400, 3, 'FOK']);
  await rig.waitFor(() => rig.gateway.ready(), 'the gateway is ready');
  // As a proxy would that sends a request twice: another of ours, under the id of the first.
  rig.submit([{ ...other!, wire: order!.wire }]);
  await rig.waitFor(() => eventsOf(rig, 'unknown').length === 1, 'it is unknown');
  expect(eventsOf(rig, 'unknown')[0]!.error).toMatch(/order_already_exists/);
  expect(eventsOf(rig, 'refused')).toEqual([]);
  expect(rig.venue.stats.ordersRefused).toEqual({ order_already_exists: 1 });
});

test('nothing is ready before both private channels are, and their connection is dialled again', async () => {
  const rig = await openRig({
    faults: [
      { kind: 'kalshiRefuse503', firstRequest: 1, count: 2 },
      { kind: 'kalshiCut', firstRequest: 1 },
    ],
  });
  expect(rig.venue.stats).toMatchObject({ upgrades: 3, subscriptions: 2 });
  rig.venue.start();
  await rig.waitFor(() => rig.venue.stats.upgrades === 4 && rig.gateway.ready(), 'it is connected again');
  await rig.place(['yes', 'BUY', 9_900, 1, 'FOK']);
  await rig.waitFor(() => eventsOf(rig, 'trade').length > 0, 'a fill is told on the new connection');
  expect(rig.venue.stats.faults).toEqual({ kalshiRefuse503: 2, kalshiCut: 1 });
});

test('the maker states ids of their own in the form of a random UUID, and refuses what the venue would', () => {
  const maker = makerOf();
  const wish: Wish = ['no', 'BUY', 4_800, 10, 'FAK'];
  const orders = Array.from({ length: 200 }, () => maker.make(draftOf(wish), 1_700_000_000_000));
  const ids = new Set(orders.map(({ orderId }) => orderId));
  expect(ids.size).toBe(200);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const again = makerOf().make(draftOf(wish), 1_700_000_000_000);
  expect(again).toEqual(orders[0]);
  expect(makerOf().make(draftOf(wish), 1_700_000_000_001).orderId).not.toBe(again.orderId);
  expect(JSON.parse(again.wire)).toEqual({
    ...{ ticker: FIRST, client_order_id: again.orderId, side: 'ask', count: '10.00', price: '0.5200' },
    ...{ time_in_force: 'immediate_or_cancel', self_trade_prevention_type: 'taker_at_cross' },
  });
  const rests = maker.make(draftOf(['yes', 'SELL', 5_500, 0.01, 'postOnly']), 0);
  expect(JSON.parse(rests.wire)).toMatchObject({
    ...{ side: 'ask', count: '0.01', price: '0.5500', time_in_force: 'good_till_canceled' },
    ...{ post_only: true, cancel_order_on_pause: true },
  });
  for (const [limitE4, sizeMicros, fault] of [
    [4_850, SHARE, /not on the tick/],
    [0, SHARE, /not on the tick/],
    [10_000, SHARE, /not on the tick/],
    [4_800, 0, /zero/],
    [4_800, 15_000, /multiple of 10000/],
  ] as const) {
    const draft = { ...draftOf(wish), limitE4, sizeMicros };
    expect(maker.fault(draft)).toMatch(fault);
    expect(() => maker.make(draft, 0)).toThrow(RangeError);
  }
});

test('a random hail of orders and faults leaves our ledger equal to the venue’s, to the micro-dollar', async () => {
  const random = new Random(20_260_810);
  const kinds = ['Lost', 'Failed', 'Truncated', 'Slow', '403', '502', 'Cut'] as const;
  const faults: KalshiFaultRule[] = kinds.map((kind, at) => ({
    ...{ kind: `kalshiOrder${kind}`, firstRequest: 2 + at, every: 7, count: 3, ms: 90 },
  }));
  faults.push({ kind: 'kalshiFillDrop', firstRequest: 2, every: 3, count: 1_000 });
  faults.push({ kind: 'kalshiFillDuplicate', firstRequest: 1, every: 3, count: 1_000 });
  const rig = await openRig({
    faults,
    deadlineMs: 60,
    trading: { terms: [{ ...TERMS, tickRanges: uniformGrid(10) }] },
  });
  rig.venue.start();
  const sent = new Set<string>();
  for (let at = 0; at < 16; at += 1) {
    const wishes = Array.from({ length: random.integer(1, 3) }, () => wishOf(random));
    const { orders } = await rig.place(...wishes);
    for (const { orderId } of orders) sent.add(orderId);
    if (random.chance(0.5)) rig.gateway.cancel(random.pick(orders).orderId);
  }
  for (const orderId of sent)
    if (rig.desk.openOrders() > 0) {
      await rig.waitFor(
        () => venueOrder(rig, orderId)?.status !== 'resting' || rig.gateway.cancel(orderId),
        'it is cancelled',
        true,
      );
    }
  await rig.waitFor(() => rig.desk.openOrders() === 0, 'all orders are final', true);
  expect(differenceOf(rig)).toBe('');
  for (const kind of kinds) expect(rig.venue.stats.faults[`kalshiOrder${kind}`]).toBeGreaterThan(0);
  expect(rig.venue.stats.faults['kalshiFillDrop']).toBeGreaterThan(0);
  expect(rig.venue.stats.faults['kalshiFillDuplicate']).toBeGreaterThan(0);
  // Each order came once, or never.
  const clientIds = [...rig.venue.exchange.orders.values()].map(({ clientId }) => clientId);
  expect(new Set(clientIds).size).toBe(clientIds.length);
  expect(clientIds.every((id) => sent.has(id))).toBe(true);
  expect(eventsOf(rig, 'unknown').length).toBeGreaterThanOrEqual(7);
});

/** Mostly takes; sells of YES and buys of NO close what is held and open the other. */
function wishOf(random: Random): Wish {
  const type = random.pick(['FOK', 'FAK', 'FAK', 'GTC', 'postOnly'] as const);
  const outcome = random.pick(['yes', 'no'] as const);
  const base = outcome === 'yes' ? 5_500 : 4_900;
  return [outcome, 'BUY', base + random.integer(-30, 20) * 10, random.integer(1, 900) / 100, type];
}
