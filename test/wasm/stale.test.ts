// What makes a book STALE: lost connections, bad records, sequence gaps; and how drain() and step() hand frames over.
import { beforeEach, describe, expect, test } from 'vitest';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { BookRig } from '../helpers/book-rig.ts';
import type { FrameWriter } from '../helpers/records.ts';

const BID = L.SIDE_BID;
const ASK = L.SIDE_ASK;
const MICROS = 1_000_000;

let rig: BookRig;

beforeEach(() => {
  rig = new BookRig();
});

describe('STALE', () => {
  test('a lost connection makes it STALE under a new epoch; old records are ignored and counted', () => {
    rig.snapshot();
    rig.feed.next().control(L.CONTROL_OP_STALE, { epoch: 2 });
    rig.change(4800, BID, MICROS);
    expect(rig.state()).toBe('STALE');
    expect(rig.books.sizeAt(0, BID, 4800)).toBe(0);
    expect(rig.count(L.COUNTER_LEVELS_OLD_EPOCH)).toBe(2);
    rig.feed.next().level({ epoch: 2, priceE4: 4800, side: BID, sizeMicros: MICROS }).end({ epoch: 2 });
    expect(rig.state()).toBe('STALE');
    expect(rig.books.sizeAt(0, BID, 4800)).toBe(MICROS);
    rig.snapshot(0, 2);
    expect(rig.state()).toBe('SYNCED');
  });

  test('a resolved market never comes back', () => {
    rig.snapshot();
    rig.feed.next().control(L.CONTROL_OP_RESOLVED);
    expect(rig.state()).toBe('STALE');
    rig.snapshot();
    expect(rig.state()).toBe('STALE');
  });

  test('a market resolved before its first snapshot stays EMPTY and is STALE after one', () => {
    rig.feed.next().control(L.CONTROL_OP_RESOLVED);
    expect(rig.state()).toBe('EMPTY');
    rig.snapshot();
    expect(rig.state()).toBe('STALE');
  });

  const bad: readonly (readonly [string, object])[] = [
    ['an off-grid price', { priceE4: 4905, side: BID, sizeMicros: MICROS }],
    ['price 0', { priceE4: 0, side: BID, sizeMicros: MICROS }],
    ['price 1', { priceE4: 10_000, side: ASK, sizeMicros: MICROS }],
    ['a price beyond 1', { priceE4: 65_535, side: ASK, sizeMicros: MICROS }],
    ['side 2', { priceE4: 4900, side: 2, sizeMicros: MICROS }],
    ['a size above the maximum', { priceE4: 4900, side: BID, sizeMicros: L.SIZE_MICROS_MAX + 1 }],
    ['an epoch not announced', { priceE4: 4900, side: BID, sizeMicros: MICROS, epoch: 9 }],
  ];
  for (const [what, record] of bad) {
    test(`a record with ${what} is counted, changes nothing and makes its market STALE`, () => {
      rig.snapshot();
      rig.feed
        .next()
        .level(record as Parameters<FrameWriter['level']>[0])
        .end();
      expect(rig.state()).toBe('STALE');
      expect(rig.count(L.COUNTER_RECORDS_INVALID)).toBe(1);
      expect(rig.books.canonicalSide(0, BID)).toBe('0.49 10');
    });
  }

  test('records that name no market, or have no known kind, are counted and harm nobody', () => {
    rig.snapshot();
    rig.feed.next().level({ market: 4_000_000_000, priceE4: 4900, side: BID, sizeMicros: 1 });
    rig.feed.level({ market: 63, priceE4: 4900, side: BID, sizeMicros: 1 });
    rig.feed.level({ priceE4: 4900, side: BID, sizeMicros: 1, kind: 200 });
    rig.feed.end({ market: 4_000_000_000 });
    rig.feed.control(77);
    rig.drain();
    expect(rig.count(L.COUNTER_RECORDS_INVALID)).toBe(5);
    expect(rig.books.canonicalSide(0, BID)).toBe('0.49 10');
  });

  test('a bad record inside a snapshot keeps the book STALE', () => {
    rig.feed.next().clear().level({ priceE4: 4905, side: BID, sizeMicros: 1 }).end();
    expect(rig.state()).toBe('STALE');
  });
});

describe('Kalshi sequence numbers', () => {
  test('under marketFiltered gaps are fine, a step back and a duplicate are SUSPECT', () => {
    rig.snapshot(0, 1, { sid: 1, seq: 10 });
    rig.change(4800, BID, MICROS, { sid: 1, seq: 90 });
    expect(rig.state()).toBe('SYNCED');
    rig.change(4700, BID, MICROS, { sid: 1, seq: 90 });
    expect(rig.state()).toBe('SUSPECT');
    rig.snapshot(0, 1, { sid: 1, seq: 100 });
    expect(rig.state()).toBe('SYNCED');
    rig.change(4700, BID, 0, { sid: 1, seq: 99 });
    expect(rig.state()).toBe('SUSPECT');
    expect([rig.count(L.COUNTER_SEQ_STEP_BACKS), rig.count(L.COUNTER_SEQ_GAPS)]).toEqual([2, 0]);
  });

  test('a snapshot with a lower number is counted and trusted: the server starts again', () => {
    rig.snapshot(0, 1, { sid: 1, seq: 10 });
    rig.snapshot(0, 1, { sid: 1, seq: 3 });
    expect(rig.state()).toBe('SYNCED');
    expect(rig.count(L.COUNTER_SEQ_STEP_BACKS)).toBe(1);
  });

  test('under full a gap makes every book of the subscription STALE and no other', () => {
    rig.wasm.setSeqScope(1);
    rig.snapshot(0, 1, { sid: 1, seq: 1 });
    rig.snapshot(1, 1, { sid: 1, seq: 2 });
    rig.snapshot(2, 1, { sid: 2, seq: 40 });
    rig.change(4800, BID, MICROS, { sid: 1, seq: 3 });
    expect([rig.state(0), rig.state(1), rig.state(2)]).toEqual(['SYNCED', 'SYNCED', 'SYNCED']);
    rig.change(4700, BID, MICROS, { sid: 1, seq: 5 });
    expect([rig.state(0), rig.state(1), rig.state(2)]).toEqual(['STALE', 'STALE', 'SYNCED']);
    expect(rig.count(L.COUNTER_SEQ_GAPS)).toBe(1);
    rig.snapshot(1, 1, { sid: 1, seq: 6 });
    expect([rig.state(0), rig.state(1)]).toEqual(['STALE', 'SYNCED']);
  });

  test('under full a step back and a duplicate make every book of the subscription STALE and no other', () => {
    rig.wasm.setSeqScope(1);
    for (const seq of [2, 1]) {
      rig.snapshot(0, 1, { sid: 1, seq: 1 });
      rig.snapshot(1, 1, { sid: 1, seq: 2 });
      rig.snapshot(2, 1, { sid: 2, seq: 2 });
      expect([rig.state(0), rig.state(1), rig.state(2)]).toEqual(['SYNCED', 'SYNCED', 'SYNCED']);
      rig.change(4700, BID, MICROS, { sid: 1, seq });
      expect([rig.state(0), rig.state(1), rig.state(2)]).toEqual(['STALE', 'STALE', 'SYNCED']);
    }
    expect(rig.count(L.COUNTER_SEQ_GAPS)).toBe(0);
  });

  test('under full a snapshot with a lower number leaves the other books of the subscription alone', () => {
    rig.wasm.setSeqScope(1);
    rig.snapshot(0, 1, { sid: 1, seq: 10 });
    rig.snapshot(1, 1, { sid: 1, seq: 11 });
    rig.snapshot(0, 1, { sid: 1, seq: 3 });
    expect([rig.state(0), rig.state(1), rig.count(L.COUNTER_SEQ_STEP_BACKS)]).toEqual(['SYNCED', 'SYNCED', 1]);
  });

  test('an answer that took the next number of its subscription leaves no gap; any other number changes nothing', () => {
    rig.wasm.setSeqScope(1);
    const answer = (seq: number, sid = 1, connection = 0): void => {
      rig.feed.next().control(L.CONTROL_OP_SEQUENCE, { sid, seq, connection });
    };
    rig.snapshot(0, 1, { sid: 1, seq: 1 });
    answer(2);
    rig.change(4800, BID, MICROS, { sid: 1, seq: 3 });
    for (const seq of [3, 5, 0]) answer(seq);
    answer(4, 2);
    answer(4, 1, 9);
    rig.change(4700, BID, MICROS, { sid: 1, seq: 4 });
    expect([rig.state(), rig.count(L.COUNTER_SEQ_GAPS), rig.count(L.COUNTER_SEQ_STEP_BACKS)]).toEqual(['SYNCED', 0, 0]);
    answer(5);
    rig.change(4600, BID, MICROS, { sid: 1, seq: 5 });
    expect([rig.state(), rig.count(L.COUNTER_SEQ_STEP_BACKS)]).toEqual(['STALE', 1]);
  });

  test('under full the same sid of another connection is another subscription', () => {
    rig.wasm.setSeqScope(1);
    rig.snapshot(0, 1, { sid: 1, seq: 1, connection: 1 });
    rig.snapshot(1, 1, { sid: 1, seq: 70, connection: 2 });
    rig.change(4800, BID, MICROS, { sid: 1, seq: 2, connection: 1 });
    expect([rig.state(0), rig.state(1)]).toEqual(['SYNCED', 'SYNCED']);
  });

  test('under full a subscription that finds the table of sids full is counted and its market SUSPECT', () => {
    rig.wasm.setSeqScope(1);
    for (let sid = 1; sid <= L.SCRATCH_SIDS_MAX; sid += 1) rig.snapshot(0, 1, { sid, seq: 1 });
    expect([rig.state(0), rig.count(L.COUNTER_SIDS_FULL)]).toEqual(['SYNCED', 0]);
    rig.snapshot(1, 1, { sid: L.SCRATCH_SIDS_MAX + 1, seq: 1 });
    expect([rig.state(0), rig.state(1)]).toEqual(['SYNCED', 'SUSPECT']);
    expect(rig.count(L.COUNTER_SIDS_FULL)).toBe(1);
    // Nothing is known of such a subscription: the next one's number is no gap.
    rig.snapshot(1, 1, { sid: L.SCRATCH_SIDS_MAX + 2, seq: 9 });
    expect([rig.state(1), rig.count(L.COUNTER_SIDS_FULL), rig.count(L.COUNTER_SEQ_GAPS)]).toEqual(['SUSPECT', 2, 0]);
  });

  test('the numbers of a connection that is over are forgotten, and its places in the table of sids are free again', () => {
    rig.wasm.setSeqScope(1);
    const over = (connection: number): void => {
      rig.feed.next().control(L.CONTROL_OP_CONNECTION_OVER, { connection });
    };
    rig.snapshot(1, 1, { sid: 1, seq: 1, connection: 7 });
    for (let sid = 1; sid < L.SCRATCH_SIDS_MAX; sid += 1) rig.snapshot(0, 1, { sid, seq: 90, connection: 3 });
    rig.snapshot(2, 1, { sid: 1, seq: 90, connection: 4 });
    expect(rig.state(2)).toBe('SUSPECT');
    over(3);
    rig.snapshot(0, 1, { sid: 1, seq: 5, connection: 3 });
    rig.snapshot(2, 1, { sid: 1, seq: 90, connection: 4 });
    rig.snapshot(1, 1, { sid: 1, seq: 2, connection: 7 });
    expect([rig.state(0), rig.state(1), rig.state(2)]).toEqual(['SYNCED', 'SYNCED', 'SYNCED']);
    expect([
      rig.count(L.COUNTER_SIDS_FULL),
      rig.count(L.COUNTER_SEQ_GAPS),
      rig.count(L.COUNTER_SEQ_STEP_BACKS),
    ]).toEqual([1, 0, 0]);
    rig.change(4800, BID, MICROS, { sid: 1, seq: 7, connection: 3 });
    expect([rig.state(0), rig.count(L.COUNTER_SEQ_GAPS)]).toEqual(['STALE', 1]);
  });

  test('under full a gap makes a book STALE that belonged to another subscription until then', () => {
    rig.wasm.setSeqScope(1);
    rig.snapshot(0, 1, { sid: 1, seq: 1 });
    rig.snapshot(1, 1, { sid: 2, seq: 1 });
    rig.change(4800, BID, MICROS, { sid: 2, seq: 3 });
    expect([rig.state(0), rig.state(1), rig.state(2)]).toEqual(['STALE', 'STALE', 'EMPTY']);
  });

  test('a gap in the trade subscription is counted and harms no book', () => {
    rig.wasm.setSeqScope(1);
    rig.snapshot(0, 1, { sid: 1, seq: 1 });
    for (const seq of [5, 9]) rig.feed.next().end({ flags: L.FRAME_FLAG_TRADE, sid: 2, seq });
    expect(rig.state()).toBe('SYNCED');
    expect(rig.count(L.COUNTER_SEQ_GAPS)).toBe(1);
  });
});

describe('steps and the drain protocol', () => {
  const scratch = (offset: number): number => rig.arena.u32[(rig.arena.at(L.REGION_SCRATCH, 1) + offset) >> 2]!;
  const touched = (): number[] => {
    const first = (rig.arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_TOUCHED) >> 2;
    return [...rig.arena.u32.subarray(first + 1, first + 1 + rig.arena.u32[first]!)];
  };

  test('a record without the end of its frame brings the call back without an event', () => {
    rig.snapshot();
    rig.drain();
    rig.feed.next().level({ priceE4: 4800, side: BID, sizeMicros: MICROS });
    rig.feed.ring.publish();
    rig.wasm.drain(64);
    expect(scratch(L.SCRATCH_EVENTS)).toBe(0);
    expect(rig.books.sizeAt(0, BID, 4800)).toBe(MICROS);
  });

  test('a market that was resolved still takes the epoch of a lost connection', () => {
    rig.snapshot();
    rig.feed.next().control(L.CONTROL_OP_RESOLVED, { epoch: 2 });
    rig.feed.next().control(L.CONTROL_OP_STALE, { epoch: 3 });
    rig.snapshot(0, 3);
    expect([rig.state(), rig.books.epoch(0), rig.count(L.COUNTER_RECORDS_INVALID)]).toEqual(['STALE', 3, 0]);
  });

  test('a step is one whole frame and lists its markets in order of first mention, once', () => {
    for (const market of [0, 1, 2]) rig.snapshot(market);
    rig.drain();
    rig.feed.next();
    const last = [2, 0, 2];
    for (const [place, market] of last.entries()) {
      rig.feed.level({ market, priceE4: 4900, side: BID, sizeMicros: 10 * MICROS });
      rig.feed.end({ market }, place === last.length - 1);
    }
    rig.change(4900, BID, MICROS);
    expect(rig.wasm.step()).toBe(1);
    expect(touched()).toEqual([2, 0]);
    expect(scratch(L.SCRATCH_FRAME_SEQ)).toBe(4);
    expect(rig.wasm.step()).toBe(1);
    expect(touched()).toEqual([0]);
    expect(rig.wasm.step()).toBe(0);
  });

  test('the watermark follows frame ends and a frame without a last part ends at the next frame', () => {
    const watermark = (): number => rig.arena.u32[(rig.arena.at(L.REGION_AGENTS, 1) + L.AGENT_WATERMARK) >> 2]!;
    rig.snapshot();
    rig.feed.next().level({ priceE4: 4800, side: BID, sizeMicros: 1 }).end({}, false);
    rig.change(4700, BID, 1);
    expect(rig.wasm.step()).toBe(1);
    expect(watermark()).toBe(1);
    expect(rig.wasm.step()).toBe(1);
    expect(watermark()).toBe(2);
    expect(rig.wasm.step()).toBe(1);
    expect(watermark()).toBe(3);
  });

  test('an OPEN control belongs to the frame behind it', () => {
    const markets = new Markets(rig.arena);
    markets.register({ id: 'polymarket:late', venue: 'polymarket', yesToken: 'late' });
    rig.feed.next().control(L.CONTROL_OP_OPEN, { market: 3 }).clear(3).end({ market: 3 });
    expect(rig.wasm.step()).toBe(1);
    expect(touched()).toEqual([3]);
    expect(rig.books.stateName(3)).toBe('SYNCED');
  });

  test('a stamped frame is alone in its call and hands over its times', () => {
    rig.feed.frameSeq = 61;
    rig.snapshot();
    rig.change(4800, BID, 1);
    rig.change(4700, BID, 1, { flags: L.FRAME_FLAG_STAMPED, recvNs: 640, publishedDeltaNs: 33 });
    rig.change(4600, BID, 1);
    expect(rig.wasm.drain(64)).toBe(2);
    expect(scratch(L.SCRATCH_EVENTS)).toBe(0);
    expect(rig.wasm.drain(64)).toBe(1);
    expect(scratch(L.SCRATCH_EVENTS)).toBe(L.EVENT_STAMPED);
    expect(rig.arena.f64[(rig.arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_RECV_NS) >> 3]).toBe(640);
    expect(scratch(L.SCRATCH_PUBLISHED_DELTA_NS)).toBe(33);
    expect(rig.wasm.drain(64)).toBe(1);
    expect(scratch(L.SCRATCH_EVENTS)).toBe(0);
  });
});
