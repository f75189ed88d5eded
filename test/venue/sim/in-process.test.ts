// The simulated venue without sockets, as a replay uses it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matched, order, resetIds, setUp } from './in-process-rig.ts';

test('an order is matched after its latency against the book of that moment, not of its submission', () => {
  const { books, events, advance, submit } = setUp();
  books.asks.set(5_000, 40e6);
  submit(order('yes', 'BUY', 5_500, 40));
  advance(9);
  expect(events.map(({ kind }) => kind)).toEqual(['sent']);
  books.asks.set(5_000, 15e6);
  books.asks.set(5_500, 10e6);
  advance(10);
  expect(matched(events)).toEqual([
    [5_000, 15],
    [5_500, 10],
  ]);
  expect(events.at(-1)).toMatchObject({ kind: 'order', type: 'CANCELLATION', matchedMicros: 25e6 });
});

test('what we took stays taken until the market adds, and another level changes nothing', () => {
  const { books, events, advance, submit } = setUp();
  books.asks.set(5_000, 40e6);
  submit(order('yes', 'BUY', 5_000, 40));
  advance(10);
  books.asks.set(5_100, 70e6);
  submit(order('yes', 'BUY', 5_000, 40, 'FOK'));
  advance(20);
  expect(matched(events)).toEqual([[5_000, 40]]);
  books.asks.set(5_000, 55e6);
  submit(order('yes', 'BUY', 5_000, 40));
  advance(30);
  expect(matched(events)).toEqual([
    [5_000, 40],
    [5_000, 15],
  ]);
});

test('a book that is not trusted fills nothing, and what we took is still taken when it is trusted again', () => {
  const { books, venue, events, advance, submit } = setUp();
  books.asks.set(5_000, 40e6);
  submit(order('yes', 'BUY', 5_000, 30));
  advance(10);
  books.isTrusted = false;
  submit(order('yes', 'BUY', 5_000, 10));
  advance(20);
  expect(venue.leftMicros(0, true, 5_000)).toBe(0);
  books.isTrusted = true;
  expect(venue.leftMicros(0, true, 5_000)).toBe(10e6);
  submit(order('yes', 'BUY', 5_000, 40));
  advance(30);
  expect(matched(events)).toEqual([
    [5_000, 30],
    [5_000, 10],
  ]);
});

test('in the taker window an order is answered delayed, stands open when asked for, and is matched with what is there after it', () => {
  const { books, venue, events, advance, submit } = setUp(1, { latency: { minMs: 10, maxMs: 10, takerDelayMs: 250 } });
  books.asks.set(5_000, 40e6);
  const [late, gone] = [order('yes', 'BUY', 5_500, 40), order('yes', 'BUY', 5_000, 40, 'FOK')];
  submit(late);
  submit(gone);
  advance(10);
  const answers = events.flatMap((event) => (event.kind === 'answer' ? event.answers : []));
  expect(answers.map(({ status, accepted }) => [status, accepted])).toEqual([
    ['delayed', true],
    ['delayed', true],
  ]);
  venue.query(late.orderId);
  advance(259);
  expect(events.at(-1)).toEqual({ kind: 'order', orderId: late.orderId, type: 'PLACEMENT', matchedMicros: 0 });
  books.asks.set(5_000, 15e6);
  books.asks.set(5_500, 10e6);
  advance(260);
  expect(matched(events)).toEqual([
    [5_000, 15],
    [5_500, 10],
  ]);
  expect(events.filter((event) => event.kind === 'order').slice(1)).toEqual([
    { kind: 'order', orderId: late.orderId, type: 'CANCELLATION', matchedMicros: 25e6 },
    { kind: 'order', orderId: gone.orderId, type: 'CANCELLATION', matchedMicros: 0 },
  ]);
  // What takes nothing is killed at once, as it has no window to wait in.
  submit(order('yes', 'BUY', 4_000, 40));
  advance(270);
  expect(events.at(-2)).toMatchObject({ kind: 'answer', answers: [{ status: 'refused' }] });
});

test('an order is cancelled in the taker window, and is not matched after it', () => {
  const { books, venue, events, advance, submit } = setUp(1, { latency: { minMs: 10, maxMs: 10, takerDelayMs: 250 } });
  books.asks.set(5_000, 40e6);
  const [withdrawn, kept] = [order('yes', 'BUY', 5_000, 30, 'GTC'), order('yes', 'BUY', 5_000, 10)];
  submit(withdrawn, kept);
  advance(100);
  venue.cancel(withdrawn.orderId);
  advance(110);
  const cancelled = { kind: 'order', orderId: withdrawn.orderId, type: 'CANCELLATION', matchedMicros: 0 };
  expect(events.at(-1)).toEqual(cancelled);
  advance(1_000);
  expect(matched(events)).toEqual([[5_000, 10]]);
  expect(events.filter((event) => event.kind === 'order' && event.orderId === withdrawn.orderId)).toEqual([cancelled]);
  venue.query(withdrawn.orderId);
  advance(1_001);
  expect(events.at(-1)).toEqual(cancelled);
});

test('money that went elsewhere in the window kills the order, and cash never goes below zero', () => {
  const { books, venue, events, advance, submit } = setUp(1, {
    ...{ latency: { minMs: 10, maxMs: 10, takerDelayMs: 50 }, cashMicros: 30_000_000 },
  });
  books.asks.set(5_000, 100e6);
  submit(order('yes', 'BUY', 5_000, 40), order('yes', 'BUY', 5_000, 40));
  advance(60);
  expect(matched(events)).toEqual([[5_000, 40]]);
  expect(events.at(-1)).toMatchObject({ kind: 'order', type: 'CANCELLATION', matchedMicros: 0 });
  expect(venue.ledger().accounts[0]!.cashMicros).toBeGreaterThan(0);
});

test('an order on the NO token takes the YES bids, at its own price and with its own shares', () => {
  const { books, venue, events, advance, submit } = setUp();
  books.bids.set(4_000, 30e6);
  submit(order('no', 'BUY', 6_000, 30));
  advance(10);
  expect(matched(events)).toEqual([[6_000, 30]]);
  expect(venue.ledger().accounts[0]).toMatchObject({
    positions: { no: 30e6 },
    cashMicros: 1_000_000_000 - 18_000_000 - 504_000,
  });
});

test('settlement comes in virtual time; a failed one gives everything back', () => {
  const { books, venue, events, advance, submit } = setUp(3, {
    settlement: { minedMsMean: 100, confirmedMsMean: 100, failProbability: 1 },
  });
  books.asks.set(5_000, 40e6);
  submit(order('yes', 'BUY', 5_000, 40));
  advance(10);
  expect(venue.ledger().accounts[0]!.positions).toEqual({ yes: 40e6 });
  const dueMs = Math.ceil(venue.nextDueNs! / 1e6);
  advance(dueMs - 1);
  expect(events.some((event) => event.kind === 'trade' && event.status === 'FAILED')).toBe(false);
  advance(dueMs);
  expect(events.at(-1)).toMatchObject({ kind: 'trade', status: 'FAILED' });
  expect(venue.ledger().accounts[0]).toMatchObject({ cashMicros: 1_000_000_000, feesMicros: 0, positions: {} });
});

test('a query tells the fills and then the state; an unknown order is absent', () => {
  const { books, venue, events, advance, submit } = setUp();
  books.asks.set(5_000, 40e6);
  const request = order('yes', 'BUY', 5_000, 40);
  venue.query(request.orderId);
  submit(request);
  advance(10);
  events.length = 0;
  venue.query(request.orderId);
  advance(10);
  expect(events.map(({ kind }) => kind)).toEqual(['trade', 'order']);
  expect(events[1]).toMatchObject({ matchedMicros: 40e6 });
});

test('runs with one seed are equal; cash, fees and shares are conserved whatever is traded', () => {
  const step = fc.record({
    book: fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 99 }), fc.integer({ min: 0, max: 50 })), {
      maxLength: 6,
    }),
    wish: fc.tuple(
      fc.constantFrom('yes' as const, 'no' as const),
      fc.constantFrom('BUY' as const, 'SELL' as const),
      fc.integer({ min: 1, max: 99 }),
      fc.integer({ min: 1, max: 80 }),
      fc.constantFrom('FOK' as const, 'FAK' as const),
    ),
  });
  fc.assert(
    fc.property(fc.integer(), fc.array(step, { minLength: 1, maxLength: 30 }), (seed, steps) => {
      const run = () => {
        resetIds();
        const { books, venue, events, advance, submit } = setUp(seed, {
          latency: { minMs: 1, maxMs: 40, takerDelayMs: seed % 3 === 0 ? 25 : 0 },
        });
        for (const [index, { book, wish }] of steps.entries()) {
          for (const [isBid, cents, shares] of book) (isBid ? books.bids : books.asks).set(cents * 100, shares * 1e6);
          const [token, side, cents, shares, type] = wish;
          submit(order(token, side, cents * 100, shares, type));
          advance((index + 1) * 15);
          const { accounts, house } = venue.ledger();
          const [account] = accounts;
          expect(account!.cashMicros + house.cashMicros + house.feesMicros).toBe(1_000_000_000);
          expect(account!.cashMicros).toBeGreaterThanOrEqual(0);
          for (const token of ['yes', 'no']) {
            expect((account!.positions[token] ?? 0) + (house.positions[token] ?? 0)).toBe(0);
            expect(account!.positions[token] ?? 0).toBeGreaterThanOrEqual(0);
          }
        }
        return JSON.stringify([events, venue.ledger()]);
      };
      expect(run()).toBe(run());
    }),
    { numRuns: 100 },
  );
});
