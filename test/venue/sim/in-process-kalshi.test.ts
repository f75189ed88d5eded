// The in-process venue by Kalshi's rules: no least worth, no window, a fee that is rounded per order, trades settled at once;
// and orders that end by themselves, which both venues have.
import { expect, test } from 'vitest';
import { orderFeeMicrosRoundedUp } from '../../../engine/venue/fees.ts';
import { matched, order, setUp } from './in-process-rig.ts';

const FEE = { rateE6: 70_000, exponent: 1, roundMicros: 10_000 };
const AT_ONCE = { minedMsMean: 0, confirmedMsMean: 0, failProbability: 0 };
const KALSHI = { venue: 'kalshi', feeOf: () => FEE, settlement: AT_ONCE } as const;

test('one contract over several levels is taken, its order’s fee is rounded once, and it is settled at once', () => {
  const { books, venue, events, advance, submit } = setUp(1, KALSHI);
  books.asks.set(1_000, 1_000_000).set(1_100, 1_000_000).set(1_200, 5_000_000);
  submit(order('yes', 'BUY', 1_200, 4, 'FOK'));
  advance(20);
  expect(matched(events)).toEqual([
    [1_000, 1],
    [1_100, 1],
    [1_200, 2],
  ]);
  const fee = orderFeeMicrosRoundedUp(FEE, [
    [1_000, 1_000_000],
    [1_100, 1_000_000],
    [1_200, 2_000_000],
  ]);
  const [account] = venue.ledger().accounts;
  expect(account).toMatchObject({ feesMicros: fee, cashMicros: 1_000_000_000 - 450_000 - fee });
  expect(fee % 10_000).toBe(0);
  const last = events.filter((event) => event.kind === 'trade').map(({ status }) => status);
  expect(last.filter((status) => status === 'CONFIRMED')).toHaveLength(3);
});

test('a GTD rests until its end and is told as cancelled then; one whose end is over is refused', () => {
  for (const options of [KALSHI, {}]) {
    const { books, events, advance, submit } = setUp(1, options);
    books.asks.set(5_000, 1_000_000);
    const resting = { ...order('yes', 'BUY', 4_000, 10, 'GTD'), expiresMs: 500 };
    submit(resting, { ...order('yes', 'BUY', 4_000, 10, 'GTD'), expiresMs: 5 });
    advance(20);
    const answers = events.flatMap((event) => (event.kind === 'answer' ? event.answers : []));
    expect(answers.map(({ status, error }) => [status, error])).toEqual([
      ['live', ''],
      ['refused', 'invalid expiration: it is over'],
    ]);
    const ends = () => events.filter((event) => event.kind === 'order' && event.type === 'CANCELLATION');
    advance(499);
    expect(ends()).toEqual([]);
    advance(500);
    expect(ends()).toEqual([{ kind: 'order', orderId: resting.orderId, type: 'CANCELLATION', matchedMicros: 0 }]);
  }
});
