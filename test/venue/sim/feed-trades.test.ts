// Orders that rest on paper and the trades of the feed: real frames through decoder, books and trade ring to the in-process
// venue over the engine's own books.
import { expect, test } from 'vitest';
import type { Cleared } from '../../../engine/breaker/pass.ts';
import { VirtualClock } from '../../../engine/core/clock.ts';
import { Random } from '../../../engine/core/random.ts';
import type { DetectExports } from '../../../engine/detect/detect.ts';
import { COPY_TAKE, Copies } from '../../../engine/ingest/copies.ts';
import type { DecodeExports } from '../../../engine/ingest/frame-host.ts';
import { FrameIntake } from '../../../engine/ingest/frames.ts';
import { Counters } from '../../../engine/memory/counters.ts';
import { PaperBooks } from '../../../engine/run/paper-books.ts';
import type { OrderRequest, VenueEvent } from '../../../engine/venue/contract.ts';
import { uniformGrid } from '../../../engine/venue/grid.ts';
import { Markets } from '../../../engine/venue/markets.ts';
import { InProcessVenue } from '../../../engine/venue/sim/in-process.ts';
import { TradeRings } from '../../../engine/venue/sim/trade-rings.ts';
import * as L from '../../../wasm/layout.ts';
import { smallArena, wasmOver } from '../../helpers/arena.ts';
import { detectorCounter, drainAll } from '../../helpers/records.ts';
import { recordedFrames } from '../../oracle/corpus.ts';
import { matched, order } from './in-process-rig.ts';

const CONDITION = `0x${'a'.repeat(64)}`;
const [YES, NO] = ['1'.repeat(77), '2'.repeat(77)];
const FEE = { rateE6: 70_000, exponent: 1, roundMicros: 10 };

/** The engine from bytes to books, the venue over them, and the feed's frames in the form of captured ones. */
function setUp() {
  const arena = smallArena();
  const markets = new Markets(arena);
  const of = { venue: 'polymarket', yesToken: YES, noToken: NO, tickRanges: uniformGrid(100) } as const;
  markets.register({ id: `polymarket:${CONDITION}`, ...of });
  const [clock, detector] = [new VirtualClock(), wasmOver<DetectExports>(arena, 1)];
  detector.setSeqScope(0);
  detector.openBooks();
  const intake = new FrameIntake({
    ...{ arena, markets, clock, policy: 'live', registerUnknown: true },
    ...{ exports: wasmOver<DecodeExports>(arena, 0), counters: new Counters(arena, 0) },
  });
  const rings = new TradeRings(arena);
  const venue = new InProcessVenue({
    ...{ clock, random: new Random(1), cashMicros: 1_000_000_000, books: new PaperBooks(arena), trades: rings },
    ...{ latency: { minMs: 10, maxMs: 10, takerDelayMs: 0 }, feeOf: () => FEE },
    settlement: { minedMsMean: 100, confirmedMsMean: 100, failProbability: 0 },
    viewOf: (_, token) => (token === 'yes' ? 0 : 1),
  });
  const events: VenueEvent[] = [];
  let [nowMs, batches] = [0, 0];
  const frame = (text: string): number => {
    const answer = intake.acceptNow(Buffer.from(text), L.VENUE_POLYMARKET, 0);
    drainAll(detector);
    return answer;
  };
  const poll = (ms = 10): void => {
    nowMs += ms;
    clock.advanceTo(nowMs * 1e6);
    venue.poll(1_000, (event) => events.push(event));
  };
  const submit = (one: OrderRequest): void => {
    batches += 1;
    venue.submit({ batchId: batches } as Cleared, { id: batches, basketIndex: 0, orders: [one] });
  };
  return { arena, intake, detector, rings, venue, events, frame, poll, submit };
}

function snapshot(bids: string, asks: string): string {
  return `[{"market":"${CONDITION}","asset_id":"${YES}","timestamp":"1777366994943","hash":"${'0'.repeat(40)}","bids":[${bids}],"asks":[${asks}],"tick_size":"0.01","event_type":"book","last_trade_price":""}]`;
}

function level(price: string, size: number): string {
  return `{"price":"${price}","size":"${size}"}`;
}

function change(price: string, size: number, bid: string): string {
  const hash = 'f3cc31114e050a10b3d72e6f8a2233f63b19489c';
  return `{"market":"${CONDITION}", "price_changes":[{"asset_id":"${YES}", "price":"${price}", "size":"${size}", "side":"BUY", "hash":"${hash}", "best_bid":"${bid}", "best_ask":"0.6"}], "timestamp":"1777366994950", "event_type":"price_change"}`;
}

function print(token: string, price: string, size: number, side: 'BUY' | 'SELL', venueMs = 1_777_366_994_960): string {
  return `{"market":"${CONDITION}","asset_id":"${token}","price":"${price}","size":"${size}","fee_rate_bps":"0","side":"${side}","timestamp":"${venueMs}","event_type":"last_trade_price","transaction_hash":"0x05cc387abf197675"}`;
}

const BOOK = snapshot(level('0.4', 30), level('0.6', 50));

/** An order for ten shares rests behind thirty. */
function resting() {
  const rig = setUp();
  rig.frame(BOOK);
  rig.submit(order('yes', 'BUY', 4_000, 10, 'GTC'));
  rig.poll();
  expect(rig.events.at(-1)).toMatchObject({ kind: 'order', type: 'PLACEMENT', matchedMicros: 0 });
  return rig;
}

test('an order rests behind the size at its price, moves up only by trades of the feed, is filled in part, then wholly', () => {
  const { frame, poll, events, venue, arena } = resting();
  // More joins behind it, which moves nobody.
  frame(change('0.4', 80, '0.4'));
  poll();
  // Other prices and the other side are not its queue.
  frame(print(YES, '0.6', 500, 'BUY'));
  frame(print(YES, '0.41', 500, 'SELL'));
  frame(print(YES, '0.4', 20, 'SELL'));
  poll();
  expect(matched(events)).toEqual([]);
  // A buy of NO at 0.60 is a sale of YES at 0.40: ten that stood ahead, then four of ours.
  frame(print(NO, '0.6', 14, 'BUY'));
  frame(change('0.4', 46, '0.4'));
  poll();
  expect(matched(events)).toEqual([[4_000, 4]]);
  poll(10_000);
  expect(matched(events)).toEqual([[4_000, 4]]);
  frame(print(YES, '0.4', 50, 'SELL'));
  poll();
  expect(matched(events)).toEqual([
    [4_000, 4],
    [4_000, 6],
  ]);
  expect(events.at(-1)).toMatchObject({ kind: 'order', type: 'UPDATE', matchedMicros: 10_000_000 });
  frame(print(YES, '0.4', 50, 'SELL'));
  poll(10_000);
  expect(matched(events)).toHaveLength(2);
  expect(detectorCounter(arena, L.COUNTER_TRADES)).toBe(6);
  const { accounts, house } = venue.ledger();
  expect([accounts[0]!.cashMicros, house.feesMicros]).toEqual([1_000_000_000 - 4_000_000, 0]);
});

test('a trade through the price fills the order at its own price, whatever stands ahead', () => {
  const { frame, poll, events } = resting();
  frame(print(YES, '0.39', 3, 'SELL'));
  poll();
  expect(matched(events)).toEqual([[4_000, 3]]);
});

test.each([
  ['in one duty cycle', false],
  ['the level in one before, and nothing looked at since', true],
])('a trade and the level that it left move an order up once: %s', (_, isSeenFirst) => {
  const { frame, poll, events } = resting();
  // Behind it nobody: what the level loses stood ahead.
  frame(change('0.4', 12, '0.4'));
  if (isSeenFirst) poll();
  frame(print(YES, '0.4', 18, 'SELL'));
  for (let look = 0; look < 3; look += 1) poll(2_000);
  frame(print(YES, '0.4', 15, 'SELL'));
  poll();
  expect(matched(events)).toEqual([[4_000, 3]]);
});

test('a trade of before the order joined, which waits in the ring when its book is looked at, moves it nowhere', () => {
  const { frame, poll, submit, events, arena, intake, detector } = setUp();
  frame(BOOK);
  const late: string[] = [print(YES, '0.4', 30, 'SELL')];
  // While the books are looked at the detector goes on: this trade comes after the take and before the look.
  const books = PaperBooks.prototype;
  const { sizeAt } = books;
  books.sizeAt = function (this: PaperBooks, ...args) {
    for (const text of late.splice(0)) {
      intake.acceptNow(Buffer.from(text), L.VENUE_POLYMARKET, 0);
      drainAll(detector);
    }
    return sizeAt.apply(this, args);
  };
  submit(order('yes', 'BUY', 4_000, 10, 'GTC'));
  poll();
  books.sizeAt = sizeAt;
  expect([late, detectorCounter(arena, L.COUNTER_TRADES)]).toEqual([[], 1]);
  frame(print(YES, '0.4', 31, 'SELL'));
  poll();
  expect(matched(events)).toEqual([[4_000, 1]]);
});

test('a second copy of a trade, a stale one and a rejected one count nowhere', () => {
  const { frame, poll, events, intake, detector, rings } = resting();
  const copies = new Copies(intake.arena);
  copies.begin(0, []);
  const copy = (text: string, link: number): boolean => {
    const bytes = Buffer.from(text);
    if (copies.judge(bytes, 0, bytes.length, link) !== COPY_TAKE) return false;
    intake.copies = copies;
    const answer = intake.acceptNow(bytes, L.VENUE_POLYMARKET, link);
    intake.copies = undefined;
    drainAll(detector);
    return answer > 0;
  };
  const traded = print(YES, '0.4', 25, 'SELL');
  expect([copy(traded, 0), copy(traded, 1)]).toEqual([true, false]);
  // Connection 1 carries the market only with a snapshot of its own: what it brings before that is stale.
  expect(copy(print(YES, '0.4', 26, 'SELL', 1_777_366_994_970), 1)).toBe(false);
  expect(frame(print(YES, '1.4', 27, 'SELL'))).toBeLessThan(0);
  const seen: number[] = [];
  rings.take(({ sizeMicros }) => seen.push(sizeMicros / 1e6));
  expect(seen).toEqual([25]);
  poll();
  expect(matched(events)).toEqual([]);
});

test('Kalshi’s recorded trades arrive with the taker’s side and the price of YES', () => {
  const { intake, detector, rings } = setUp();
  const seen: (readonly [boolean, number, number])[] = [];
  const stated: (readonly [boolean, number, number])[] = [];
  for (const { venue, text } of recordedFrames()) {
    if (venue !== L.VENUE_KALSHI) continue;
    const { type, msg } = JSON.parse(text);
    if (intake.acceptNow(Buffer.from(text), venue, 0) > 0 && type === 'trade') {
      const [price, size] = [Number(msg.yes_price_dollars), Number(msg.count_fp)];
      stated.push([msg.taker_side === 'yes', Math.round(price * 10_000), Math.round(size * 1e6)]);
    }
    drainAll(detector);
    rings.take(({ takerBuysYes, priceE4, sizeMicros }) => seen.push([takerBuysYes, priceE4, sizeMicros]));
  }
  expect(stated.length).toBeGreaterThan(10);
  expect(new Set(stated.map(([buysYes]) => buysYes)).size).toBe(2);
  expect(seen).toEqual(stated);
});
