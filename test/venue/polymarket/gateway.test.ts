// The Polymarket gateway over real sockets: what is sent, what each answer and each fault comes out as.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Cleared } from '../../../engine/breaker/pass.ts';
import { LiveClock } from '../../../engine/core/clock.ts';
import { dial } from '../../../engine/ingest/dial.ts';
import type { OrderBatch, OrderRequest, VenueEvent } from '../../../engine/venue/contract.ts';
import { l2Signature } from '../../../engine/venue/polymarket/auth.ts';
import { PolymarketGateway, type PolymarketGatewayOptions } from '../../../engine/venue/polymarket/gateway.ts';
import { type Fault, type Received, until, VenueServer } from './venue-server.ts';

const CREDENTIALS = { apiKey: 'api-key', secret: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', passphrase: 'phrase' };
const SHARE = 1_000_000;
let server: VenueServer;
let gateway: PolymarketGateway;
let events: VenueEvent[];
let lastBatchId = 0;

beforeEach(async () => {
  server = await VenueServer.start();
  events = [];
  gateway = connect();
  await until(() => gateway.ready() && server.userTexts.length > 0, 'the gateway is connected');
});

afterEach(async () => {
  await gateway.close();
  await server.close();
});

function connect(deadlineMs = 2_000, more: Partial<PolymarketGatewayOptions> = {}): PolymarketGateway {
  const [httpUrl, userUrl] = [`http://127.0.0.1:${server.port}`, `ws://127.0.0.1:${server.port}/ws/user`];
  const rest = { credentials: CREDENTIALS, address: '0xabc', redialMs: 20, userAgent: 'dutchbook-test', dial };
  return new PolymarketGateway({ httpUrl, userUrl, deadlineMs, ...rest, ...more }, new LiveClock());
}

function batchOf(count: number, type: 'FOK' | 'FAK' = 'FOK'): OrderBatch {
  lastBatchId += 1;
  const id = lastBatchId;
  const orders = Array.from(
    { length: count },
    (_, index): OrderRequest => ({
      ...{ orderId: `0x${id}-${index}`, marketIndex: index, marketId: `polymarket:0xc${index}`, token: `70${index}` },
      ...{ side: 'BUY', limitE4: 3_000, sizeMicros: 10 * SHARE, type, wire: `{"n":${index}}` },
    }),
  );
  return { id, basketIndex: 0, orders };
}

/** The gate is not under test here; the breaker's tests are. */
function passFor(batch: OrderBatch): Cleared {
  return { batchId: batch.id } as Cleared;
}

function submit(batch: OrderBatch): void {
  gateway.submit(passFor(batch), batch);
}

async function eventsUntil(kinds: readonly string[]): Promise<VenueEvent[]> {
  await until(
    () => {
      gateway.poll(100, (event) => events.push(event));
      return kinds.every((kind) => events.some((event) => event.kind === kind));
    },
    `events ${kinds.join(', ')}`,
  );
  return events;
}

function accepted(batch: OrderBatch, status = 'matched'): string {
  return JSON.stringify(
    batch.orders.map(({ orderId }) => ({ success: true, errorMsg: '', orderID: orderId, status, makingAmount: '' })),
  );
}

test('a batch is one POST /orders with the exact bodies, signed, and its last byte is reported before its answer', async () => {
  const batch = batchOf(3);
  server.answer = () => ({ status: 200, body: accepted(batch) });
  submit(batch);
  expect(gateway.ready()).toBe(false);
  await eventsUntil(['sent', 'answer']);
  expect(events.map(({ kind }) => kind)).toEqual(['sent', 'answer']);
  const [call] = server.calls();
  expect(call).toMatchObject({ method: 'POST', path: '/orders', body: '[{"n":0},{"n":1},{"n":2}]' });
  const timestamp = Number(call!.headers['poly_timestamp']);
  const signature = l2Signature(CREDENTIALS.secret, timestamp, 'POST', '/orders', call!.body);
  expect(call!.headers).toMatchObject({ poly_signature: signature, poly_api_key: 'api-key', poly_address: '0xabc' });
  expect(JSON.stringify(server.received)).not.toContain(CREDENTIALS.secret);
  expect(gateway.ready()).toBe(true);
  expect(server.connections).toBe(3); // orders, queries, user channel: none was opened for the batch
});

test('each leg has its own answer: matched, refused with an empty id, refused, and one that is unclear is left out', async () => {
  const batch = batchOf(5);
  const ids = batch.orders.map(({ orderId }) => orderId);
  const body = JSON.stringify([
    { success: true, errorMsg: '', orderID: ids[0], status: 'matched' },
    { success: true, errorMsg: 'not enough balance', orderID: '', status: '' },
    { success: false, errorMsg: 'invalid tick', orderID: '', status: '' },
    { success: true, errorMsg: '', orderID: '0xother', status: 'matched' },
    { success: true, errorMsg: '', orderID: ids[4], status: 'perhaps' },
  ]);
  server.answer = () => ({ status: 200, body });
  submit(batch);
  const answer = (await eventsUntil(['answer'])).find((event) => event.kind === 'answer');
  expect(answer).toEqual({
    kind: 'answer',
    batchId: batch.id,
    answers: [
      { orderId: ids[0], accepted: true, status: 'matched', error: '' },
      { orderId: ids[1], accepted: false, status: 'refused', error: 'not enough balance' },
      { orderId: ids[2], accepted: false, status: 'refused', error: 'invalid tick' },
    ],
  });
});

test('a readable 4xx is a definite no; 429 keeps the gateway shut for its Retry-After and 425 for two minutes', async () => {
  const batch = batchOf(1);
  server.answer = () => ({ status: 400, body: '{"error":"not enough balance"}' });
  submit(batch);
  await eventsUntil(['refused']);
  expect(events.at(-1)).toEqual({ kind: 'refused', batchId: batch.id, status: 400, error: 'not enough balance' });
  expect(gateway.ready()).toBe(true);
  events = [];
  server.answer = () => ({ status: 429, body: '{"error":"slow down"}', headers: { 'retry-after': '30' } });
  submit(batchOf(1));
  await eventsUntil(['refused']);
  expect(gateway.ready()).toBe(false);
});

test('after 425 the venue is post-only: nothing more is sent', async () => {
  expect(gateway.state()).toBe('open');
  server.answer = () => ({ status: 425, body: '{"error":"service not ready"}' });
  submit(batchOf(1));
  await eventsUntil(['refused']);
  expect([gateway.ready(), gateway.state()]).toEqual([false, 'postOnly']);
});

test('what the venue says of itself is its state: cancel-only refuses the request for sure, any other 503 does not', async () => {
  const error = 'Trading is currently cancel-only. New orders are not accepted, but cancels are allowed.';
  server.answer = () => ({ status: 503, body: JSON.stringify({ error }) });
  const batch = batchOf(1);
  submit(batch);
  await eventsUntil(['refused']);
  expect(events.at(-1)).toEqual({ kind: 'refused', batchId: batch.id, status: 503, error });
  expect(gateway.state()).toBe('cancelOnly');
  events = [];
  server.answer = () => ({ status: 503, body: '{"error":"no healthy upstream"}' });
  await until(() => gateway.ready(), 'the gateway is connected again');
  submit(batchOf(1));
  await eventsUntil(['unknown']);
});

test('an order refused because only post-only ones are taken tells the state as a 425 does', async () => {
  const refused = { success: true, errorMsg: 'the exchange was restarted: only post-only orders are accepted' };
  server.answer = () => ({ status: 200, body: JSON.stringify([{ ...refused, orderID: '', status: '' }]) });
  submit(batchOf(1));
  await eventsUntil(['answer']);
  expect(gateway.state()).toBe('postOnly');
});

const FAULTS: readonly Fault[] = ['500', '502html', '403html', 'reset', 'lostAnswer', 'notJson', 'shortAnswer'];
for (const fault of FAULTS) {
  test(`the fault ${fault} leaves the outcome unknown, and the request is not sent again`, async () => {
    const batch = batchOf(2);
    server.answer = () => ({ status: 200, body: accepted(batch) });
    server.fault = fault;
    submit(batch);
    await eventsUntil(['sent', 'unknown']);
    expect(server.fired).toEqual([fault]);
    server.fault = undefined;
    await until(() => gateway.ready(), 'the gateway is connected again');
    expect(events.map(({ kind }) => kind)).toEqual(['sent', 'unknown']);
    expect(server.calls()).toHaveLength(1);
  });
}

test('a venue that stays silent is given up at the deadline, as unknown, and its late answer reaches nobody', async () => {
  await gateway.close();
  gateway = connect(150);
  await until(() => gateway.ready(), 'the gateway is connected');
  server.fault = 'silence';
  submit(batchOf(1));
  await eventsUntil(['sent', 'unknown']);
  expect(events.at(-1)).toMatchObject({ kind: 'unknown', error: 'no answer within 150 ms' });
  expect(server.fired).toEqual(['silence']);
  server.fault = undefined;
  const next = batchOf(1);
  server.answer = () => ({ status: 200, body: accepted(next) });
  await until(() => gateway.ready(), 'the gateway is connected again');
  events = [];
  submit(next);
  await eventsUntil(['answer']);
  expect(events.map((event) => ('batchId' in event ? event.batchId : 0))).toEqual([next.id, next.id]);
});

test('without a connection the gateway is not ready, refuses what is submitted all the same, and dials again', async () => {
  await server.close();
  await until(() => !gateway.ready(), 'the loss is seen');
  const batch = batchOf(1);
  submit(batch);
  gateway.poll(10, (event) => events.push(event));
  expect(events).toEqual([{ kind: 'refused', batchId: batch.id, status: 0, error: 'not connected' }]);
});

test('a dropped order connection is dialled again and nothing is sent twice', async () => {
  server.dropHttp();
  await until(() => !gateway.ready(), 'the loss is seen');
  await until(() => gateway.ready(), 'the gateway is connected again');
  expect(server.calls()).toEqual([]);
});

test('the user channel subscribes first, and its orders and trades come as events', async () => {
  expect(JSON.parse(server.userTexts[0]!)).toEqual({ auth: CREDENTIALS, type: 'user' });
  const trade = { event_type: 'trade', type: 'TRADE', id: 'tr', taker_order_id: '0xa', asset_id: '711', side: 'BUY' };
  server.push([{ ...trade, size: '10.5', price: '0.29', status: 'MATCHED_NOT_BROADCASTED', maker_orders: [] }]);
  server.push({ ...trade, size: '10.5', price: '0.29', status: 'CONFIRMED', trader_side: 'TAKER' });
  const order = { event_type: 'order', id: '0xa', type: 'CANCELLATION', size_matched: '', status: 'CANCELED_why' };
  server.push(order);
  server.push('{"event_type":"surprise"}');
  await eventsUntil(['order']);
  const fill = { kind: 'trade', tradeId: 'tr', orderId: '0xa', token: '711', side: 'BUY', priceE4: 2_900 };
  expect(events).toEqual([
    { ...fill, sizeMicros: 10.5 * SHARE, status: 'MATCHED' },
    { ...fill, sizeMicros: 10.5 * SHARE, status: 'CONFIRMED' },
    { kind: 'order', orderId: '0xa', type: 'CANCELLATION', matchedMicros: 0 },
  ]);
});

test('without the user channel the gateway is not ready, and it subscribes again', async () => {
  server.dropUser();
  await until(() => !gateway.ready(), 'the loss is seen');
  await until(() => gateway.ready() && server.userTexts.length === 2, 'it has subscribed again');
});

/** Submits a batch of one whose answer is lost, so that it has to be asked about. */
async function lose(type: 'FOK' | 'FAK'): Promise<OrderRequest> {
  const batch = batchOf(1, type);
  server.fault = 'lostAnswer';
  submit(batch);
  await eventsUntil(['unknown']);
  server.fault = undefined;
  events = [];
  return batch.orders[0]!;
}

function restTrade(orderId: string, size: string): object {
  const fields = { id: `t-${size}`, taker_order_id: orderId, asset_id: '700', side: 'BUY', price: '0.3', size };
  return { ...fields, status: 'TRADE_STATUS_CONFIRMED', trader_side: 'TAKER', maker_orders: [] };
}

function answerQueries(order: (r: Received) => { status: number; body: string }, trades: readonly object[]): void {
  server.answer = (request) =>
    request.path.startsWith('/data/trades')
      ? { status: 200, body: JSON.stringify({ data: trades, next_cursor: 'LTE=' }) }
      : order(request);
}

test('a query of an order that the venue has never seen answers absent', async () => {
  const order = await lose('FOK');
  answerQueries(() => ({ status: 404, body: '{"error":"not found"}' }), [restTrade('0xforeign', '1')]);
  gateway.query(order.orderId);
  await eventsUntil(['absent']);
  expect(events).toEqual([{ kind: 'absent', orderId: order.orderId }]);
  const paths = server.calls().map(({ path }) => path);
  expect(paths.slice(1)).toEqual([`/data/order/${order.orderId}`, '/data/trades?market=0xc0&asset_id=700']);
});

test('a filled order that the venue no longer lists is rebuilt from its trades', async () => {
  const order = await lose('FOK');
  answerQueries(() => ({ status: 200, body: 'null' }), [restTrade(order.orderId, '4'), restTrade(order.orderId, '6')]);
  gateway.query(order.orderId);
  await eventsUntil(['order']);
  expect(events.map(({ kind }) => kind)).toEqual(['trade', 'trade', 'order']);
  expect(events.at(-1)).toMatchObject({ type: 'CANCELLATION', matchedMicros: 10 * SHARE });
});

test('trades of a FOK that are not whole yet conclude nothing', async () => {
  const order = await lose('FOK');
  answerQueries(() => ({ status: 200, body: 'null' }), [restTrade(order.orderId, '4')]);
  gateway.query(order.orderId);
  await eventsUntil(['trade']);
  gateway.query(order.orderId);
  await until(() => {
    gateway.poll(100, (event) => events.push(event));
    return events.length === 2;
  }, 'the second query answers');
  expect(events.map(({ kind }) => kind)).toEqual(['trade', 'trade']);
});

test('an order that the venue lists as killed ends with the quantity it states', async () => {
  const order = await lose('FAK');
  const body = JSON.stringify({ id: order.orderId, status: 'CANCELED', size_matched: '4', side: 'BUY' });
  answerQueries(() => ({ status: 200, body }), [restTrade(order.orderId, '4')]);
  gateway.query(order.orderId);
  await eventsUntil(['order']);
  expect(events.at(-1)).toEqual({
    kind: 'order',
    orderId: order.orderId,
    type: 'CANCELLATION',
    matchedMicros: 4 * SHARE,
  });
});

test('a fill on the last page of the trades is found', async () => {
  const order = await lose('FOK');
  server.answer = ({ path }) => {
    if (!path.startsWith('/data/trades')) return { status: 404, body: '{"error":"not found"}' };
    const isLast = path.includes('next_cursor=NTAw');
    const data = [restTrade(isLast ? order.orderId : '0xforeign', '10')];
    return { status: 200, body: JSON.stringify({ data, next_cursor: isLast ? 'LTE=' : 'NTAw' }) };
  };
  gateway.query(order.orderId);
  await eventsUntil(['order']);
  expect(events.map(({ kind }) => kind)).toEqual(['trade', 'order']);
});

test('what does not say that there is no order is no absence: a page instead of one, a trade of it that cannot be read', async () => {
  const order = await lose('FOK');
  const unread = { ...restTrade(order.orderId, '10'), status: 'TRADE_STATUS_NEW' };
  const cases = [
    [() => ({ status: 200, body: '<html>' }), []],
    [() => ({ status: 404, body: '{"error":"not found"}' }), [unread]],
  ] as const;
  for (const [answer, trades] of cases) {
    answerQueries(answer, trades);
    const before = server.calls().length;
    gateway.query(order.orderId);
    await until(() => server.calls().length === before + 2, 'both questions were asked');
  }
  // The next question is answered after all of those before it.
  answerQueries(() => ({ status: 404, body: '{}' }), []);
  gateway.query(order.orderId);
  await eventsUntil(['absent']);
  expect(events).toEqual([{ kind: 'absent', orderId: order.orderId }]);
});

test('an id that the venue has had before, a request that a proxy gave up, and a refusal that names the order decide nothing', async () => {
  for (const [status, error] of [
    [400, 'order already exists: Duplicated.'],
    [408, 'timeout'],
  ] as const) {
    server.answer = () => ({ status, body: JSON.stringify({ error }) });
    await until(() => gateway.ready(), 'ready');
    submit(batchOf(1));
    await eventsUntil(['unknown']);
    events = [];
  }
  const batch = batchOf(1);
  const [{ orderId }] = batch.orders as [OrderRequest];
  server.answer = () => ({
    status: 200,
    body: JSON.stringify([{ success: false, errorMsg: 'late', orderID: orderId }]),
  });
  await until(() => gateway.ready(), 'ready');
  submit(batch);
  await eventsUntil(['answer']);
  expect(events.at(-1)).toMatchObject({ answers: [] });
});

test('a query that fails says nothing, and the next one is answered', async () => {
  const order = await lose('FOK');
  server.fault = '500';
  gateway.query(order.orderId);
  await until(() => server.fired.length === 2, 'the query failed');
  server.fault = undefined;
  answerQueries(() => ({ status: 404, body: '{}' }), []);
  await until(() => {
    gateway.query(order.orderId);
    gateway.poll(100, (event) => events.push(event));
    return events.length > 0;
  }, 'a later query answers');
  expect(events[0]).toEqual({ kind: 'absent', orderId: order.orderId });
});

test('a cancel is one signed DELETE /order, is not asked about when the venue names it, and is when it does not', async () => {
  const batch = batchOf(2);
  const [first, second] = batch.orders.map(({ orderId }) => orderId);
  server.answer = ({ method, path }) => {
    if (method === 'POST') return { status: 200, body: accepted(batch, 'live') };
    if (method !== 'DELETE') return { status: 200, body: path.startsWith('/data/trades') ? '{"data":[]}' : 'null' };
    return { status: 200, body: JSON.stringify({ canceled: [first], not_canceled: { [second!]: 'matched' } }) };
  };
  submit(batch);
  await eventsUntil(['answer']);
  expect(gateway.cancel(first!)).toBe(true);
  expect([gateway.ready(), gateway.cancel(second!)]).toEqual([false, false]);
  await until(() => gateway.ready(), 'the answer');
  const [call] = server.calls().filter(({ method }) => method === 'DELETE');
  expect(call).toMatchObject({ path: '/order', body: `{"orderID":"${first}"}` });
  const timestamp = Number(call!.headers['poly_timestamp']);
  expect(call!.headers['poly_signature']).toBe(
    l2Signature(CREDENTIALS.secret, timestamp, 'DELETE', '/order', call!.body),
  );
  expect(gateway.cancel(second!)).toBe(true);
  await eventsUntil(['absent']);
  expect(server.calls().filter(({ path }) => path.startsWith('/data/order/'))).toHaveLength(1);
});

test('heartbeats name the id before, on a connection of their own; unanswered ones stop new orders and no cancel', async () => {
  await gateway.close();
  const beats = () => server.calls().filter(({ path }) => path === '/v1/heartbeats');
  const told = () => beats().map(({ body }) => (JSON.parse(body) as { heartbeat_id: string }).heartbeat_id);
  let isRefused = false;
  const rest = { status: 200, body: '{"canceled":["0xa"],"not_canceled":{}}' };
  server.answer = ({ path }) => {
    if (path !== '/v1/heartbeats') return rest;
    return isRefused
      ? { status: 400, body: '{"error":"Invalid Heartbeat ID"}' }
      : { status: 200, body: `{"heartbeat_id":"hb-${beats().length}"}` };
  };
  gateway = connect(2_000, { heartbeat: { everyMs: 20, aliveMs: 150 } });
  expect(gateway.ready()).toBe(false);
  await until(() => gateway.ready() && beats().length > 2, 'heartbeats are answered');
  expect(told().slice(0, 3)).toEqual(['', 'hb-1', 'hb-2']);
  const [call] = beats();
  const timestamp = Number(call!.headers['poly_timestamp']);
  expect(call!.headers['poly_signature']).toBe(
    l2Signature(CREDENTIALS.secret, timestamp, 'POST', '/v1/heartbeats', call!.body),
  );
  isRefused = true;
  await until(() => !gateway.ready(), 'the silence is seen');
  expect(gateway.cancel('0xa')).toBe(true);
  await until(() => server.calls().some(({ method }) => method === 'DELETE'), 'the cancel is there');
  // After a refusal it begins anew.
  await until(() => told().at(-1) === '', 'an empty id');
  isRefused = false;
  await until(() => gateway.ready(), 'heartbeats are answered again');
});

test('a reason of our own not to send stops new orders and no cancel', async () => {
  await gateway.close();
  let may = true;
  gateway = connect(2_000, { maySend: () => may });
  await until(() => gateway.ready(), 'the gateway is connected');
  may = false;
  expect(gateway.ready()).toBe(false);
  server.answer = () => ({ status: 200, body: '{"canceled":["0xa"],"not_canceled":{}}' });
  expect(gateway.cancel('0xa')).toBe(true);
});
