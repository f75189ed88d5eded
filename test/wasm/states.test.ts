// Integrity states of a book, those evidence from the feed leads to: each is entered and left as wasm/integrity.ts says.
import { beforeEach, describe, expect, test } from 'vitest';
import * as L from '../../wasm/layout.ts';
import { BookRig } from '../helpers/book-rig.ts';

const BID = L.SIDE_BID;
const ASK = L.SIDE_ASK;
const MICROS = 1_000_000;

let rig: BookRig;

beforeEach(() => {
  rig = new BookRig();
});

describe('EMPTY and SYNCED', () => {
  test('levels before the first snapshot are ignored, counted and touch nothing', () => {
    rig.change(4900, BID, MICROS);
    expect(rig.wasm.step()).toBe(1);
    expect(rig.arena.u32[(rig.arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_TOUCHED) >> 2]).toBe(0);
    expect(rig.state()).toBe('EMPTY');
    expect(rig.books.canonicalSide(0, BID)).toBe('');
    expect(rig.count(L.COUNTER_LEVELS_BEFORE_SNAPSHOT)).toBe(1);
    expect(rig.count(L.COUNTER_LEVELS_APPLIED)).toBe(0);
  });

  test('a snapshot makes the book SYNCED with its content and its top', () => {
    rig.snapshot();
    expect(rig.state()).toBe('SYNCED');
    expect(rig.books.canonicalSide(0, BID)).toBe('0.49 10');
    expect(rig.books.canonicalSide(0, ASK)).toBe('0.51 10');
    expect([rig.books.bestBidE4(0), rig.books.bestAskE4(0), rig.books.bestBidMicros(0)]).toEqual([
      4900,
      5100,
      10 * MICROS,
    ]);
    expect(rig.count(L.COUNTER_SNAPSHOTS)).toBe(1);
    expect(rig.count(L.COUNTER_LEVELS_APPLIED)).toBe(2);
  });

  test('a change with an agreeing top is verified at its receive time', () => {
    rig.snapshot();
    rig.change(4950, BID, MICROS, { bidE4: 4950, askE4: 5100, recvNs: 77_000 });
    expect(rig.state()).toBe('SYNCED');
    expect(rig.books.verifiedNs(0)).toBe(77_000);
    expect(rig.count(L.COUNTER_TOP_OK)).toBe(1);
  });

  test('a removed best level gives way to the next one', () => {
    rig.snapshot();
    rig.change(4000, BID, 5 * MICROS);
    rig.change(4900, BID, 0, { bidE4: 4000, askE4: 5100 });
    expect(rig.state()).toBe('SYNCED');
    expect([rig.books.bestBidE4(0), rig.books.bestBidMicros(0), rig.books.levels(0, BID)]).toEqual([
      4000,
      5 * MICROS,
      1,
    ]);
  });
});

describe('PENDING and the end of a venue millisecond', () => {
  test('an unequal top is PENDING and agrees again within the same timestamp', () => {
    rig.snapshot();
    rig.change(4950, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 50 });
    expect(rig.state()).toBe('PENDING');
    rig.change(4960, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 50 });
    expect(rig.state()).toBe('SYNCED');
    expect(rig.count(L.COUNTER_TOP_PENDING)).toBe(1);
    expect(rig.count(L.COUNTER_TOP_MISMATCHED)).toBe(0);
  });

  test('a later timestamp while unequal is SUSPECT even when that frame agrees', () => {
    rig.snapshot();
    rig.change(4950, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 50 });
    rig.change(4960, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 51 });
    expect(rig.state()).toBe('SUSPECT');
    expect(rig.count(L.COUNTER_TOP_MISMATCHED)).toBe(1);
    expect(rig.books.canonicalSide(0, BID)).toBe('0.496 1,0.495 1,0.49 10');
  });

  test('a trade or a best_bid_ask of a later timestamp does not end the millisecond', () => {
    rig.snapshot();
    rig.change(4950, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 50 });
    rig.feed.next().level({ priceE4: 4950, side: BID, kind: L.KIND_TRADE, sizeMicros: 1 });
    rig.feed.end({ flags: L.FRAME_FLAG_TRADE, venueMs: 99 });
    rig.feed.next().end({ flags: L.FRAME_FLAG_TOP_ONLY, venueMs: 99, bidE4: 1, askE4: 2 });
    rig.change(4960, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 50 });
    expect(rig.state()).toBe('SYNCED');
    expect(rig.count(L.COUNTER_TRADES)).toBe(1);
  });

  test('a late frame of an earlier timestamp is applied but its top is not compared', () => {
    rig.snapshot(0, 1, { venueMs: 60 });
    rig.change(4000, BID, MICROS, { bidE4: 4000, askE4: 5100, venueMs: 40 });
    expect(rig.state()).toBe('SYNCED');
    expect(rig.books.sizeAt(0, BID, 4000)).toBe(MICROS);
  });

  test('a frame that only states a top counts disagreement and changes no state', () => {
    rig.snapshot();
    rig.feed.next().end({ flags: L.FRAME_FLAG_TOP_ONLY, bidE4: 4800, askE4: 5100 });
    expect(rig.state()).toBe('SYNCED');
    expect(rig.count(L.COUNTER_TOP_ONLY_MISMATCHED)).toBe(1);
  });

  test('a first snapshot that disagrees with its own top is PENDING', () => {
    rig.snapshot(0, 1, { bidE4: 4800, askE4: 5100 });
    expect(rig.state()).toBe('PENDING');
  });
});

describe('SUSPECT', () => {
  test('a crossed book is SUSPECT, counted once, and left only by a snapshot', () => {
    rig.snapshot();
    rig.change(5200, BID, MICROS);
    rig.change(5300, BID, MICROS);
    expect(rig.state()).toBe('SUSPECT');
    expect([rig.count(L.COUNTER_CROSSED), rig.count(L.COUNTER_PHANTOMS)]).toEqual([1, 1]);
    rig.change(5300, BID, 0);
    rig.change(5200, BID, 0, { bidE4: 4900, askE4: 5100 });
    expect(rig.state()).toBe('SUSPECT');
    rig.snapshot();
    expect(rig.state()).toBe('SYNCED');
  });

  test('a crossed state inside one frame is not judged', () => {
    rig.snapshot();
    rig.feed.next();
    rig.feed.level({ priceE4: 5200, side: BID, sizeMicros: MICROS });
    rig.feed.level({ priceE4: 5100, side: ASK, sizeMicros: 0 });
    rig.feed.level({ priceE4: 5300, side: ASK, sizeMicros: MICROS });
    rig.feed.end({ bidE4: 5200, askE4: 5300 });
    expect(rig.state()).toBe('SYNCED');
    expect(rig.count(L.COUNTER_CROSSED)).toBe(0);
  });

  test('a relative change below zero removes the level and is SUSPECT', () => {
    rig.snapshot();
    rig.change(4900, BID, -4 * MICROS, {}, L.KIND_ADD);
    expect(rig.state()).toBe('SYNCED');
    expect(rig.books.bestBidMicros(0)).toBe(6 * MICROS);
    rig.change(4900, BID, -7 * MICROS, {}, L.KIND_ADD);
    expect(rig.state()).toBe('SUSPECT');
    expect(rig.books.canonicalSide(0, BID)).toBe('');
    expect(rig.count(L.COUNTER_LEVELS_BELOW_ZERO)).toBe(1);
  });

  test('a relative change to exactly zero removes the level without suspicion', () => {
    rig.snapshot();
    rig.change(4900, BID, -10 * MICROS, {}, L.KIND_ADD);
    expect(rig.state()).toBe('SYNCED');
    expect(rig.books.levels(0, BID)).toBe(0);
  });

  test('a mirrored change that differs wins and is SUSPECT; one that agrees is counted', () => {
    rig.snapshot();
    rig.feed.next().level({ priceE4: 4800, side: BID, sizeMicros: MICROS });
    rig.feed.level({ priceE4: 4800, side: BID, sizeMicros: MICROS, flags: L.LEVEL_FLAG_MIRROR }).end();
    expect(rig.state()).toBe('SYNCED');
    expect([rig.count(L.COUNTER_MIRROR_OK), rig.count(L.COUNTER_LEVELS_MIRRORED)]).toEqual([1, 1]);
    rig.feed.next().level({ priceE4: 4800, side: BID, sizeMicros: MICROS });
    rig.feed.level({ priceE4: 4800, side: BID, sizeMicros: 3 * MICROS, flags: L.LEVEL_FLAG_MIRROR }).end();
    expect(rig.state()).toBe('SUSPECT');
    expect(rig.books.canonicalSide(0, BID)).toBe('0.49 10,0.48 3');
    expect(rig.count(L.COUNTER_MIRROR_MISMATCHED)).toBe(1);
  });

  test('outside evidence makes it SUSPECT and a disagreeing snapshot does not clear it', () => {
    rig.snapshot();
    rig.feed.next().control(L.CONTROL_OP_SUSPECT);
    expect(rig.state()).toBe('SUSPECT');
    rig.snapshot(0, 1, { bidE4: 4800, askE4: 5100 });
    expect(rig.state()).toBe('SUSPECT');
    rig.snapshot(0, 1, { bidE4: 4900, askE4: 5100 });
    expect(rig.state()).toBe('SYNCED');
  });
});

describe('mirrored snapshots', () => {
  function both(mirror: readonly [number, number, number][]): void {
    rig.feed.next().clear();
    rig.feed.level({ priceE4: 4900, side: BID, sizeMicros: 10 * MICROS });
    rig.feed.level({ priceE4: 5100, side: ASK, sizeMicros: 10 * MICROS });
    rig.feed.clear(0, L.LEVEL_FLAG_MIRROR);
    for (const [priceE4, side, shares] of mirror) {
      rig.feed.level({ priceE4, side, sizeMicros: shares * MICROS, flags: L.LEVEL_FLAG_MIRROR });
    }
  }

  test('an equal second view is counted and changes nothing', () => {
    both([
      [4900, BID, 10],
      [5100, ASK, 10],
    ]);
    rig.feed.end();
    expect(rig.state()).toBe('SYNCED');
    expect([rig.count(L.COUNTER_MIRROR_OK), rig.count(L.COUNTER_LEVELS_MIRRORED)]).toEqual([1, 2]);
    expect(rig.count(L.COUNTER_LEVELS_APPLIED)).toBe(2);
  });

  for (const [what, mirror, bids, asks] of [
    ['another size', [[4900, BID, 11] as const, [5100, ASK, 10] as const], '0.49 11', '0.51 10'],
    ['a level less', [[4900, BID, 10] as const], '0.49 10', ''],
    ['another price', [[4800, BID, 10] as const, [5100, ASK, 10] as const], '0.48 10', '0.51 10'],
  ] as const) {
    test(`a second view with ${what} wins and is SUSPECT`, () => {
      both(mirror.map(([priceE4, side, shares]) => [priceE4, side, shares]));
      rig.feed.end();
      expect(rig.state()).toBe('SUSPECT');
      expect([rig.books.canonicalSide(0, BID), rig.books.canonicalSide(0, ASK)]).toEqual([bids, asks]);
      expect(rig.count(L.COUNTER_MIRROR_MISMATCHED)).toBe(1);
    });
  }

  test('a change after an unequal second view in the same part is applied over it', () => {
    both([[4800, BID, 7]]);
    rig.feed.level({ priceE4: 4700, side: BID, sizeMicros: 2 * MICROS }).end();
    rig.drain();
    expect([rig.books.canonicalSide(0, BID), rig.books.canonicalSide(0, ASK)]).toEqual(['0.48 7,0.47 2', '']);
  });
});
