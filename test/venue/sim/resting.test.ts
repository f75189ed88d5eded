// Orders that rest at the in-process venue: their place in a queue that does not know of them, against a line of single
// shares; cancels; the ends of markets.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../engine/core/clock.ts';
import { Random } from '../../../engine/core/random.ts';
import { Accounts } from '../../../engine/venue/sim/accounts.ts';
import { Exchange } from '../../../engine/venue/sim/exchange.ts';
import { Impact, TAKEN_MAX } from '../../../engine/venue/sim/impact.ts';
import { noteLevel, PRINT_LAG_MS } from '../../../engine/venue/sim/matching.ts';
import type { TapeEvent } from '../../../engine/venue/sim/tape.ts';
import { matched, order, SlowBook, setUp } from './in-process-rig.ts';

/** What the market does at the price our order rests at: others join, cancel, or are taken from the front. */
const step = fc.record({
  kind: fc.constantFrom('join' as const, 'cancel' as const, 'trade' as const),
  shares: fc.integer({ min: 1, max: 12 }),
  printFirst: fc.boolean(),
});

/** The line at the price, front first: `them` and, behind those that stood there, `us`. */
class Line {
  readonly #line: ('them' | 'us')[];

  constructor(ahead: number, ours: number) {
    this.#line = [...Array<'them'>(ahead).fill('them'), ...Array<'us'>(ours).fill('us')];
  }

  get theirs(): number {
    return this.#line.filter((who) => who === 'them').length;
  }
  get ours(): number {
    return this.#line.length - this.theirs;
  }
  join(shares: number): void {
    this.#line.push(...Array<'them'>(shares).fill('them'));
  }
  /** From behind us first. */
  cancel(shares: number): void {
    for (let left = Math.min(shares, this.theirs); left > 0; left -= 1) {
      this.#line.splice(this.#line.lastIndexOf('them'), 1);
    }
  }
  trade(shares: number): void {
    this.#line.splice(0, shares);
  }
}

test('a resting order is filled as its shares in a line are, whether prints come before or after the change of the level', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 5, max: 15 }),
      fc.boolean(),
      fc.array(step, { maxLength: 25 }),
      (ahead, ours, isBid, steps) => {
        const { books, venue, events, advance, submit } = setUp();
        const [levels, priceE4] = [isBid ? books.bids : books.asks, 4_000];
        levels.set(priceE4, ahead * 1e6);
        submit(isBid ? order('yes', 'BUY', priceE4, ours, 'GTC') : order('no', 'BUY', 10_000 - priceE4, ours, 'GTC'));
        advance(10);
        expect(events.at(-1)).toMatchObject({ kind: 'order', type: 'PLACEMENT' });
        const line = new Line(ahead, ours);
        let nowMs = 10;
        const later = (ms: number) => {
          nowMs += ms;
          advance(nowMs);
        };
        for (const { kind, shares, printFirst } of steps) {
          // Nobody trades with a level that shows nothing: the tape has no trade there then.
          const traded = Math.min(shares, line.theirs + line.ours);
          if (kind === 'join') line.join(shares);
          if (kind === 'cancel') line.cancel(shares);
          if (kind === 'trade') line.trade(traded);
          const print = () => venue.traded({ marketIndex: 0, takerBuysYes: !isBid, priceE4, sizeMicros: traded * 1e6 });
          if (kind === 'trade' && printFirst) print();
          levels.set(priceE4, line.theirs * 1e6);
          later(PRINT_LAG_MS / 2);
          if (kind === 'trade' && !printFirst) print();
          // What no print explains counts as cancelled before the next thing happens.
          later(2 * PRINT_LAG_MS);
          later(2 * PRINT_LAG_MS);
          const filled = matched(events).reduce((sum, [, size]) => sum + size!, 0);
          expect(filled).toBe(ours - line.ours);
        }
        const { accounts, house } = venue.ledger();
        expect(accounts[0]!.cashMicros + house.cashMicros + house.feesMicros).toBe(1_000_000_000);
        expect(house.feesMicros).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});

test('an order that rests at the served venue’s exchange is filled as in the same line', () => {
  const meta = { id: 'polymarket:x', venue: 'polymarket', yesToken: 'yes', noToken: 'no' } as const;
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 5, max: 15 }),
      fc.array(step, { maxLength: 25 }),
      (ahead, ours, steps) => {
        const clock = new VirtualClock();
        const none = { apiKey: 'k', secret: '', passphrase: '', signer: 's', funder: 'f' };
        const accounts = new Accounts([{ ...none, cashMicros: 1_000_000_000 }]);
        const silent = () => undefined;
        const listener = { book: silent, tick: silent, print: silent, order: silent, trade: silent };
        const settlement = { minedMsMean: 1, confirmedMsMean: 1, failProbability: 0 };
        const exchange = new Exchange([meta], accounts, clock, new Random(1), settlement, listener);
        const apply = (...events: TapeEvent[]) =>
          exchange.applyStep({ atNs: clock.nowNs(), conditionId: 'x', venueMs: 0, events });
        const level = (theirs: number) => ({ priceE4: 4_000, sizeMicros: theirs * 1e6 });
        apply({ kind: 'snapshot', bids: [level(ahead)], asks: [{ priceE4: 6_000, sizeMicros: 1e6 }] });
        const resting = { id: 'o', token: 'yes', side: 'BUY', limitE4: 4_000, sizeMicros: ours * 1e6 } as const;
        const placed = exchange.place(accounts.all[0]!, { ...resting, type: 'GTC', postOnly: true });
        expect(placed.accepted).toBe(true);
        const order = exchange.orders.get('o')!;
        const line = new Line(ahead, ours);
        for (const { kind, shares, printFirst } of steps) {
          const traded = Math.min(shares, line.theirs + line.ours);
          if (kind === 'join') line.join(shares);
          if (kind === 'cancel') line.cancel(shares);
          if (kind === 'trade') line.trade(traded);
          const print = { kind: 'trade', takerBuysYes: false, onNo: false, transactionHash: '' } as const;
          const trades = kind === 'trade' ? [{ ...print, ...level(traded) }] : [];
          const set = { kind: 'set', side: 'bid', onNo: false, ...level(line.theirs) } as const;
          if (printFirst) apply(...trades);
          apply(set);
          if (!printFirst) apply(...trades);
          for (let look = 0; look < 2; look += 1) {
            clock.advanceTo(clock.nowNs() + 2 * PRINT_LAG_MS * 1e6);
            apply(set);
          }
          expect(order.matchedMicros).toBe((ours - line.ours) * 1e6);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a level that is short only until the print of its trade comes moves nobody up', () => {
  const queued = { aheadMicros: 60, leftMicros: 10 };
  noteLevel(queued, 50, 0);
  noteLevel(queued, 50, PRINT_LAG_MS - 1);
  expect(queued.aheadMicros).toBe(60);
  noteLevel(queued, 55, PRINT_LAG_MS);
  // The most that it was meanwhile is what may still stand ahead.
  expect(queued.aheadMicros).toBe(55);
});

test('a trade through the price fills the rest whole, at its own price and without a fee', () => {
  const { books, venue, events, advance, submit } = setUp();
  books.bids.set(4_000, 500e6);
  submit(order('yes', 'BUY', 4_000, 10, 'GTC'));
  advance(10);
  venue.traded({ marketIndex: 0, takerBuysYes: false, priceE4: 3_900, sizeMicros: 4e6 });
  venue.traded({ marketIndex: 0, takerBuysYes: true, priceE4: 3_900, sizeMicros: 90e6 });
  venue.traded({ marketIndex: 1, takerBuysYes: false, priceE4: 3_900, sizeMicros: 90e6 });
  advance(11);
  expect(matched(events)).toEqual([[4_000, 4]]);
  expect(events.at(-1)).toMatchObject({ kind: 'order', type: 'UPDATE', matchedMicros: 4e6 });
  venue.traded({ marketIndex: 0, takerBuysYes: false, priceE4: 3_900, sizeMicros: 90e6 });
  advance(12);
  expect(matched(events)).toEqual([
    [4_000, 4],
    [4_000, 6],
  ]);
  expect(events.filter((event) => event.kind === 'trade' && event.isMaker === true)).toHaveLength(2);
  expect(venue.ledger().accounts[0]).toMatchObject({ feesMicros: 0, cashMicros: 996_000_000, reservedCashMicros: 0 });
});

test('a GTC takes what it crosses and rests with what is left; the other side that comes to it fills it at its price', () => {
  const { books, venue, events, advance, submit } = setUp();
  books.asks.set(5_000, 4e6);
  const gtc = order('yes', 'BUY', 5_100, 10, 'GTC');
  submit(gtc);
  advance(10);
  expect(events.flatMap((event) => (event.kind === 'answer' ? event.answers : []))).toMatchObject([
    { status: 'matched' },
  ]);
  venue.query(gtc.orderId);
  advance(11);
  expect(events.splice(-2)).toMatchObject([
    { kind: 'trade' },
    { kind: 'order', type: 'PLACEMENT', matchedMicros: 4e6 },
  ]);
  expect(venue.ledger().accounts[0]!.reservedCashMicros).toBe(3_060_000);
  books.asks.set(4_900, 2e6);
  advance(12);
  advance(13);
  expect(matched(events)).toEqual([
    [5_000, 4],
    [5_100, 2],
  ]);
});

test('what is left can be cancelled, after the way there; its cash is free again, and a second cancel tells how it stands', () => {
  const { books, venue, events, advance, submit } = setUp();
  const gtc = order('yes', 'BUY', 4_000, 10, 'postOnly');
  books.bids.set(4_000, 1e6);
  submit(gtc);
  advance(10);
  expect(venue.cancel(gtc.orderId)).toBe(true);
  venue.traded({ marketIndex: 0, takerBuysYes: false, priceE4: 4_000, sizeMicros: 4e6 });
  advance(20);
  expect(matched(events)).toEqual([[4_000, 3]]);
  expect(events.at(-1)).toEqual({ kind: 'order', orderId: gtc.orderId, type: 'CANCELLATION', matchedMicros: 3e6 });
  expect(venue.ledger().accounts[0]!.reservedCashMicros).toBe(0);
  venue.cancel(gtc.orderId);
  advance(30);
  // Polled in the next turn, as an answer to a question is.
  advance(31);
  expect(events.splice(-2)).toMatchObject([{ kind: 'trade' }, { type: 'CANCELLATION', matchedMicros: 3e6 }]);
  venue.traded({ marketIndex: 0, takerBuysYes: false, priceE4: 3_000, sizeMicros: 40e6 });
  expect(matched(events)).toEqual([[4_000, 3]]);
});

test('a post-only order that would take is refused, and money that rests is not spent twice', () => {
  const { books, events, advance, submit } = setUp(1, { cashMicros: 5_000_000 });
  books.asks.set(5_000, 40e6);
  submit(order('yes', 'BUY', 5_000, 2, 'postOnly'));
  submit(order('yes', 'BUY', 4_000, 10, 'GTC'));
  submit(order('yes', 'BUY', 4_000, 10, 'GTC'));
  advance(10);
  const answers = events.flatMap((event) => (event.kind === 'answer' ? event.answers : []));
  expect(answers.map(({ status, error }) => [status, error])).toEqual([
    ['refused', 'invalid post-only order: order crosses book'],
    ['live', ''],
    ['refused', 'not enough balance / allowance'],
  ]);
});

test('an order placed while its book is not trusted joins the queue when it is seen again', () => {
  const { books, venue, events, advance, submit } = setUp();
  books.bids.set(4_000, 5e6);
  books.isTrusted = false;
  submit(order('yes', 'BUY', 4_000, 10, 'GTC'));
  advance(10);
  venue.traded({ marketIndex: 0, takerBuysYes: false, priceE4: 4_000, sizeMicros: 9e6 });
  books.isTrusted = true;
  advance(20);
  venue.traded({ marketIndex: 0, takerBuysYes: false, priceE4: 4_000, sizeMicros: 9e6 });
  advance(21);
  expect(matched(events)).toEqual([[4_000, 4]]);
});

test('a market that is over cancels what rests, pays after its last trade is settled, once, and takes no order', () => {
  const { books, venue, events, advance, submit } = setUp();
  books.asks.set(5_000, 40e6);
  const tokens = ['yes', 'no'] as const;
  const resting = order('yes', 'BUY', 3_000, 10, 'GTC');
  submit(order('yes', 'BUY', 5_000, 40));
  submit(resting);
  advance(10);
  for (const yesPayoutE4 of [10_000, 0]) venue.redeem({ marketIndex: 0, tokens, yesPayoutE4 });
  advance(11);
  expect(events.at(-1)).toMatchObject({ orderId: resting.orderId, type: 'CANCELLATION' });
  submit(order('yes', 'BUY', 5_000, 10));
  advance(5_000);
  advance(10_000);
  const answers = events.flatMap((event) => (event.kind === 'answer' ? event.answers : []));
  expect(answers.at(-1)).toMatchObject({ status: 'refused', error: 'the market is over' });
  const kinds = events.map((event) => (event.kind === 'trade' ? event.status : event.kind));
  expect(kinds.indexOf('paid')).toBeGreaterThan(kinds.indexOf('CONFIRMED'));
  expect(events.filter(({ kind }) => kind === 'paid')).toEqual([{ kind: 'paid', token: 'yes', payoutE4: 10_000 }]);
  const { accounts, house } = venue.ledger();
  const fees = accounts[0]!.feesMicros;
  expect(accounts[0]).toMatchObject({ positions: {}, cashMicros: 1_020_000_000 - fees, reservedCashMicros: 0 });
  expect(house).toMatchObject({ positions: {}, cashMicros: -20_000_000, feesMicros: fees });
});

test('a trade that fails at settlement is taken back before the market pays, and what it bought is not paid', () => {
  const { books, venue, events, advance, submit } = setUp(3, {
    settlement: { minedMsMean: 100, confirmedMsMean: 100, failProbability: 1 },
  });
  books.asks.set(5_000, 40e6);
  submit(order('yes', 'BUY', 5_000, 40));
  advance(10);
  venue.redeem({ marketIndex: 0, tokens: ['yes', 'no'], yesPayoutE4: 10_000 });
  advance(5_000);
  expect(events.filter(({ kind }) => kind === 'paid')).toEqual([]);
  expect(venue.ledger().accounts[0]).toMatchObject({ positions: {}, cashMicros: 1_000_000_000 });
});

test('the memory of what we took is bounded: beyond it untouched levels show nothing until some are whole or over', () => {
  const books = new SlowBook();
  const impact = new Impact(books);
  books.asks.set(5_000, 10e6);
  for (let market = 0; market < TAKEN_MAX; market += 1) {
    expect(impact.levels(market, false, 5_000)).toHaveLength(1);
    impact.take(market, false, 5_000, 4e6);
  }
  expect(impact.levels(TAKEN_MAX, false, 5_000)).toEqual([]);
  // What is remembered goes on being told as it is.
  expect(impact.levels(0, false, 5_000)).toEqual([{ priceE4: 5_000, sizeMicros: 6e6 }]);
  impact.forget(0);
  expect(impact.levels(TAKEN_MAX, false, 5_000)).toEqual([{ priceE4: 5_000, sizeMicros: 10e6 }]);
});
