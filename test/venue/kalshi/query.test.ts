// What Kalshi's answers to questions about an order prove, over a real socket: only what the venue itself says, whole and readable,
// is evidence; everything else fails the question, and the asker asks again.
import { expect, onTestFinished, test } from 'vitest';
import { LiveClock } from '../../../engine/core/clock.ts';
import { openServer } from '../../../engine/ingest/server.ts';
import type { VenueEvent } from '../../../engine/venue/contract.ts';
import { HttpClient } from '../../../engine/venue/http.ts';
import { OwnOrders } from '../../../engine/venue/kalshi/own-orders.ts';
import { KalshiQueries } from '../../../engine/venue/kalshi/query.ts';
import { FIRST } from '../../helpers/kalshi.ts';
import { draftOf, makerOf, until } from './rig.ts';

const VENUE_ID = 'venue-1';
const order = makerOf().make(draftOf(['yes', 'BUY', 5_000, 10, 'FAK']), 1_780_000_000_000);

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

const FILL = {
  ...{ fill_id: 'f1', order_id: VENUE_ID, ticker: FIRST, count_fp: '4.00', yes_price_dollars: '0.5000' },
  ...{ is_taker: true, fee_cost: '0.0700', book_side: 'bid' },
};
const ORDER = {
  ...{ order_id: VENUE_ID, client_order_id: order.orderId, ticker: FIRST, status: 'canceled' },
  ...{ fill_count_fp: '4.00', remaining_count_fp: '0.00' },
};
const NOT_FOUND = { status: 404, body: { error: { code: 'not_found', message: 'not found' } } };
const LAST = { cursor: '' };

/** Answers of one question, by what is asked; the last of a list stands for all that follow. */
interface Script {
  readonly one?: Answer;
  readonly orders?: readonly Answer[];
  readonly fills?: readonly Answer[];
}

/** Asks once; what came of it: events, and questions that failed. `named`: the venue's name of the order is known. */
async function asked(script: Script, named = true) {
  const counts = { orders: 0, fills: 0 };
  const told = ({ status = 200, body }: Answer) => ({
    ...{ status, body: typeof body === 'string' ? body : JSON.stringify(body) },
  });
  const next = (list: 'orders' | 'fills') => () => {
    const answers = script[list] ?? [];
    const answer = answers[Math.min(counts[list], answers.length - 1)] ?? { status: 500, body: '' };
    counts[list] += 1;
    return told(answer);
  };
  const routes = {
    'GET /exchange/status': () => ({ status: 200, body: '{}' }),
    'GET /portfolio/orders/*': () => told(script.one ?? NOT_FOUND),
    'GET /portfolio/orders': next('orders'),
    'GET /portfolio/fills': next('fills'),
  };
  const server = await openServer({ host: '127.0.0.1', port: 0, transport: 'ws', routes });
  const url = `http://127.0.0.1:${server.port}`;
  const client = new HttpClient({
    url,
    warmPath: '/exchange/status',
    userAgent: 't',
    answerBytesMax: 1e6,
    redialMs: 20,
  });
  const orders = new OwnOrders();
  orders.add(order, 1_780_000_000_000);
  if (named) orders.learn(order.orderId, VENUE_ID);
  const events: VenueEvent[] = [];
  const ways = { deadlineMs: 2_000, headers: () => ({}), mayAsk: () => true, note: () => undefined };
  const queries = new KalshiQueries(client, ways, new LiveClock(), orders, (event) => void events.push(event));
  onTestFinished(async () => {
    await queries.close();
    await server.close();
  });
  await until(() => client.ready(), 'connected');
  queries.ask(order);
  await until(() => (events.length > 0 || queries.failed > 0) && client.ready(), 'answered');
  const kinds = events.map((event) => (event.kind === 'order' ? `${event.kind} ${event.matchedMicros}` : event.kind));
  return { kinds, failed: queries.failed, counts };
}

test('an order and all pages of its fills are evidence, the fills first', async () => {
  const second = { ...FILL, fill_id: 'f2', count_fp: '1.00' };
  const fills = [{ body: { fills: [FILL], cursor: 'more' } }, { body: { fills: [second], ...LAST } }];
  const { kinds, failed, counts } = await asked({ one: { body: { order: ORDER } }, fills });
  expect([kinds, failed, counts.fills]).toEqual([['trade', 'trade', 'order 4000000'], 0, 2]);
});

test('that the venue has no such order is its own word and an empty list; a page’s 404 is neither', async () => {
  const none = [{ body: { fills: [], ...LAST } }];
  expect(await asked({ one: NOT_FOUND, fills: none })).toMatchObject({ kinds: ['absent'], failed: 0 });
  const strangers = ['<html>404 not found</html>', '', '{}', '{"message":"no route"}', '{"error":"nope"}', '[]'];
  for (const body of strangers) {
    const of = await asked({ one: { status: 404, body }, fills: none });
    expect([of.kinds, of.failed, of.counts.fills], body).toEqual([[], 1, 0]);
  }
  for (const status of [401, 429, 500, 503]) {
    expect(await asked({ one: { ...NOT_FOUND, status }, fills: none })).toMatchObject({ kinds: [], failed: 1 });
  }
  // An order that is not found where its fills are is told by them, not as absent.
  const filled = await asked({ one: NOT_FOUND, fills: [{ body: { fills: [FILL], ...LAST } }] });
  expect(filled.kinds).toEqual(['trade']);
});

test('a fill that cannot be read, a page that is none, a cursor that is none or leads on for ever decide nothing', async () => {
  const one = { body: { order: ORDER } };
  const spoilt: readonly (readonly [string, readonly Answer[]])[] = [
    ['price', [{ body: { fills: [FILL, { ...FILL, fill_id: 'f2', yes_price_dollars: 'x' }], ...LAST } }]],
    ['fee', [{ body: { fills: [{ ...FILL, fee_cost: '-' }], ...LAST } }]],
    ['taker', [{ body: { fills: [{ ...FILL, is_taker: 'yes' }], ...LAST } }]],
    ['another market', [{ body: { fills: [{ ...FILL, ticker: 'KXOTHER-1' }], ...LAST } }]],
    ['no cursor', [{ body: { fills: [FILL] } }]],
    ['a number', [{ body: { fills: [FILL], cursor: 7 } }]],
    ['no list', [{ body: { fills: {}, ...LAST } }]],
    ['second page', [{ body: { fills: [FILL], cursor: 'more' } }, { status: 500, body: '' }]],
    ['second page a 404', [{ body: { fills: [FILL], cursor: 'more' } }, NOT_FOUND]],
    ['for ever', [{ body: { fills: [FILL], cursor: 'more' } }]],
  ];
  for (const [what, fills] of spoilt) {
    for (const of of [one, NOT_FOUND]) {
      const { kinds, failed } = await asked({ one: of, fills });
      expect([what, kinds, failed]).toEqual([what, [], 1]);
    }
  }
});

test('an order whose name is not known is looked for in all pages of its market, and absent only when none has it', async () => {
  const fills = [{ body: { fills: [FILL], ...LAST } }];
  const other = { ...ORDER, order_id: 'venue-2', client_order_id: 'other' };
  const found = [{ body: { orders: [other], cursor: 'more' } }, { body: { orders: [ORDER], ...LAST } }];
  expect((await asked({ orders: found, fills }, false)).kinds).toEqual(['trade', 'order 4000000']);
  const none = [{ body: { orders: [other], cursor: 'more' } }, { body: { orders: [], ...LAST } }];
  expect(await asked({ orders: none, fills }, false)).toMatchObject({ kinds: ['absent'], failed: 0 });
  const spoilt: readonly (readonly Answer[])[] = [
    [{ body: { orders: [other] } }],
    [{ body: { orders: [other], cursor: null } }],
    [{ body: { orders: [{ ...ORDER, order_id: '' }], ...LAST } }],
    [{ body: { orders: 'none', ...LAST } }],
    [{ body: { orders: [other], cursor: 'more' } }, NOT_FOUND],
    [{ body: { orders: [other], cursor: 'more' } }],
    [NOT_FOUND],
  ];
  for (const orders of spoilt) {
    expect(await asked({ orders, fills }, false), JSON.stringify(orders)).toMatchObject({ kinds: [], failed: 1 });
  }
});
