// Integrity states of a book: each is entered and left as wasm/integrity.ts says.
import { beforeEach, describe, expect, test } from 'vitest';
import { Books } from '../../engine/book/books.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { detectorCounter, FrameWriter } from '../helpers/records.ts';

const BID = L.SIDE_BID;
const ASK = L.SIDE_ASK;
const MICROS = 1_000_000;

let arena: Arena;
let wasm: DetectExports;
let books: Books;
let feed: FrameWriter;

beforeEach(() => {
  arena = smallArena();
  const markets = new Markets(arena);
  for (const id of ['a', 'b', 'c']) {
    markets.register({ id: `polymarket:${id}`, venue: 'polymarket', yesToken: `${id}-yes` });
  }
  wasm = wasmOver<DetectExports>(arena, 1);
  wasm.setSeqScope(0);
  wasm.openBooks();
  books = new Books(arena);
  feed = new FrameWriter(arena);
});

function count(id: number): number {
  return detectorCounter(arena, id);
}

function drain(): void {
  while (wasm.drain(64) > 0) wasm.publishOpportunities(0);
}

function state(market = 0): string {
  drain();
  return books.stateName(market);
}

/** Bid 0.49 x 10, ask 0.51 x 10 in a frame of its own. */
function snapshot(market = 0, epoch = 1, extra: object = {}): void {
  feed.next().clear(market, 0, epoch);
  feed.level({ market, epoch, priceE4: 4900, side: BID, sizeMicros: 10 * MICROS });
  feed.level({ market, epoch, priceE4: 5100, side: ASK, sizeMicros: 10 * MICROS });
  feed.end({ market, epoch, flags: L.FRAME_FLAG_SNAPSHOT, ...extra });
}

function change(priceE4: number, side: number, sizeMicros: number, end: object = {}, kind = L.KIND_SET): void {
  feed.next().level({ priceE4, side, sizeMicros, kind }).end(end);
}

describe('EMPTY and SYNCED', () => {
  test('levels before the first snapshot are ignored, counted and touch nothing', () => {
    change(4900, BID, MICROS);
    expect(wasm.step()).toBe(1);
    expect(arena.u32[(arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_TOUCHED) >> 2]).toBe(0);
    expect(state()).toBe('EMPTY');
    expect(books.canonicalSide(0, BID)).toBe('');
    expect(count(L.COUNTER_LEVELS_BEFORE_SNAPSHOT)).toBe(1);
    expect(count(L.COUNTER_LEVELS_APPLIED)).toBe(0);
  });

  test('a snapshot makes the book SYNCED with its content and its top', () => {
    snapshot();
    expect(state()).toBe('SYNCED');
    expect(books.canonicalSide(0, BID)).toBe('0.49 10');
    expect(books.canonicalSide(0, ASK)).toBe('0.51 10');
    expect([books.bestBidE4(0), books.bestAskE4(0), books.bestBidMicros(0)]).toEqual([4900, 5100, 10 * MICROS]);
    expect(count(L.COUNTER_SNAPSHOTS)).toBe(1);
    expect(count(L.COUNTER_LEVELS_APPLIED)).toBe(2);
  });

  test('a change with an agreeing top is verified at its receive time', () => {
    snapshot();
    change(4950, BID, MICROS, { bidE4: 4950, askE4: 5100, recvNs: 77_000 });
    expect(state()).toBe('SYNCED');
    expect(books.verifiedNs(0)).toBe(77_000);
    expect(count(L.COUNTER_TOP_OK)).toBe(1);
  });

  test('a removed best level gives way to the next one', () => {
    snapshot();
    change(4000, BID, 5 * MICROS);
    change(4900, BID, 0, { bidE4: 4000, askE4: 5100 });
    expect(state()).toBe('SYNCED');
    expect([books.bestBidE4(0), books.bestBidMicros(0), books.levels(0, BID)]).toEqual([4000, 5 * MICROS, 1]);
  });
});

describe('PENDING and the end of a venue millisecond', () => {
  test('an unequal top is PENDING and agrees again within the same timestamp', () => {
    snapshot();
    change(4950, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 50 });
    expect(state()).toBe('PENDING');
    change(4960, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 50 });
    expect(state()).toBe('SYNCED');
    expect(count(L.COUNTER_TOP_PENDING)).toBe(1);
    expect(count(L.COUNTER_TOP_MISMATCHED)).toBe(0);
  });

  test('a later timestamp while unequal is SUSPECT even when that frame agrees', () => {
    snapshot();
    change(4950, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 50 });
    change(4960, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 51 });
    expect(state()).toBe('SUSPECT');
    expect(count(L.COUNTER_TOP_MISMATCHED)).toBe(1);
    expect(books.canonicalSide(0, BID)).toBe('0.496 1,0.495 1,0.49 10');
  });

  test('a trade or a best_bid_ask of a later timestamp does not end the millisecond', () => {
    snapshot();
    change(4950, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 50 });
    feed.next().level({ priceE4: 4950, side: BID, kind: L.KIND_TRADE, sizeMicros: 1 });
    feed.end({ flags: L.FRAME_FLAG_TRADE, venueMs: 99 });
    feed.next().end({ flags: L.FRAME_FLAG_TOP_ONLY, venueMs: 99, bidE4: 1, askE4: 2 });
    change(4960, BID, MICROS, { bidE4: 4960, askE4: 5100, venueMs: 50 });
    expect(state()).toBe('SYNCED');
    expect(count(L.COUNTER_TRADES)).toBe(1);
  });

  test('a late frame of an earlier timestamp is applied but its top is not compared', () => {
    snapshot(0, 1, { venueMs: 60 });
    change(4000, BID, MICROS, { bidE4: 4000, askE4: 5100, venueMs: 40 });
    expect(state()).toBe('SYNCED');
    expect(books.sizeAt(0, BID, 4000)).toBe(MICROS);
  });

  test('a frame that only states a top counts disagreement and changes no state', () => {
    snapshot();
    feed.next().end({ flags: L.FRAME_FLAG_TOP_ONLY, bidE4: 4800, askE4: 5100 });
    expect(state()).toBe('SYNCED');
    expect(count(L.COUNTER_TOP_ONLY_MISMATCHED)).toBe(1);
  });

  test('a first snapshot that disagrees with its own top is PENDING', () => {
    snapshot(0, 1, { bidE4: 4800, askE4: 5100 });
    expect(state()).toBe('PENDING');
  });
});

describe('SUSPECT', () => {
  test('a crossed book is SUSPECT, counted once, and left only by a snapshot', () => {
    snapshot();
    change(5200, BID, MICROS);
    change(5300, BID, MICROS);
    expect(state()).toBe('SUSPECT');
    expect([count(L.COUNTER_CROSSED), count(L.COUNTER_PHANTOMS)]).toEqual([1, 1]);
    change(5300, BID, 0);
    change(5200, BID, 0, { bidE4: 4900, askE4: 5100 });
    expect(state()).toBe('SUSPECT');
    snapshot();
    expect(state()).toBe('SYNCED');
  });

  test('a crossed state inside one frame is not judged', () => {
    snapshot();
    feed.next();
    feed.level({ priceE4: 5200, side: BID, sizeMicros: MICROS });
    feed.level({ priceE4: 5100, side: ASK, sizeMicros: 0 });
    feed.level({ priceE4: 5300, side: ASK, sizeMicros: MICROS });
    feed.end({ bidE4: 5200, askE4: 5300 });
    expect(state()).toBe('SYNCED');
    expect(count(L.COUNTER_CROSSED)).toBe(0);
  });

  test('a relative change below zero removes the level and is SUSPECT', () => {
    snapshot();
    change(4900, BID, -4 * MICROS, {}, L.KIND_ADD);
    expect(state()).toBe('SYNCED');
    expect(books.bestBidMicros(0)).toBe(6 * MICROS);
    change(4900, BID, -7 * MICROS, {}, L.KIND_ADD);
    expect(state()).toBe('SUSPECT');
    expect(books.canonicalSide(0, BID)).toBe('');
    expect(count(L.COUNTER_LEVELS_BELOW_ZERO)).toBe(1);
  });

  test('a relative change to exactly zero removes the level without suspicion', () => {
    snapshot();
    change(4900, BID, -10 * MICROS, {}, L.KIND_ADD);
    expect(state()).toBe('SYNCED');
    expect(books.levels(0, BID)).toBe(0);
  });

  test('a mirrored change that differs wins and is SUSPECT; one that agrees is counted', () => {
    snapshot();
    feed.next().level({ priceE4: 4800, side: BID, sizeMicros: MICROS });
    feed.level({ priceE4: 4800, side: BID, sizeMicros: MICROS, flags: L.LEVEL_FLAG_MIRROR }).end();
    expect(state()).toBe('SYNCED');
    expect([count(L.COUNTER_MIRROR_OK), count(L.COUNTER_LEVELS_MIRRORED)]).toEqual([1, 1]);
    feed.next().level({ priceE4: 4800, side: BID, sizeMicros: MICROS });
    feed.level({ priceE4: 4800, side: BID, sizeMicros: 3 * MICROS, flags: L.LEVEL_FLAG_MIRROR }).end();
    expect(state()).toBe('SUSPECT');
    expect(books.canonicalSide(0, BID)).toBe('0.49 10,0.48 3');
    expect(count(L.COUNTER_MIRROR_MISMATCHED)).toBe(1);
  });

  test('outside evidence makes it SUSPECT and a disagreeing snapshot does not clear it', () => {
    snapshot();
    feed.next().control(L.CONTROL_OP_SUSPECT);
    expect(state()).toBe('SUSPECT');
    snapshot(0, 1, { bidE4: 4800, askE4: 5100 });
    expect(state()).toBe('SUSPECT');
    snapshot(0, 1, { bidE4: 4900, askE4: 5100 });
    expect(state()).toBe('SYNCED');
  });
});

describe('mirrored snapshots', () => {
  function both(mirror: readonly [number, number, number][]): void {
    feed.next().clear();
    feed.level({ priceE4: 4900, side: BID, sizeMicros: 10 * MICROS });
    feed.level({ priceE4: 5100, side: ASK, sizeMicros: 10 * MICROS });
    feed.clear(0, L.LEVEL_FLAG_MIRROR);
    for (const [priceE4, side, shares] of mirror) {
      feed.level({ priceE4, side, sizeMicros: shares * MICROS, flags: L.LEVEL_FLAG_MIRROR });
    }
  }

  test('an equal second view is counted and changes nothing', () => {
    both([
      [4900, BID, 10],
      [5100, ASK, 10],
    ]);
    feed.end();
    expect(state()).toBe('SYNCED');
    expect([count(L.COUNTER_MIRROR_OK), count(L.COUNTER_LEVELS_MIRRORED)]).toEqual([1, 2]);
    expect(count(L.COUNTER_LEVELS_APPLIED)).toBe(2);
  });

  for (const [what, mirror, bids, asks] of [
    ['another size', [[4900, BID, 11] as const, [5100, ASK, 10] as const], '0.49 11', '0.51 10'],
    ['a level less', [[4900, BID, 10] as const], '0.49 10', ''],
    ['another price', [[4800, BID, 10] as const, [5100, ASK, 10] as const], '0.48 10', '0.51 10'],
  ] as const) {
    test(`a second view with ${what} wins and is SUSPECT`, () => {
      both(mirror.map(([priceE4, side, shares]) => [priceE4, side, shares]));
      feed.end();
      expect(state()).toBe('SUSPECT');
      expect([books.canonicalSide(0, BID), books.canonicalSide(0, ASK)]).toEqual([bids, asks]);
      expect(count(L.COUNTER_MIRROR_MISMATCHED)).toBe(1);
    });
  }

  test('a change after an unequal second view in the same part is applied over it', () => {
    both([[4800, BID, 7]]);
    feed.level({ priceE4: 4700, side: BID, sizeMicros: 2 * MICROS }).end();
    drain();
    expect([books.canonicalSide(0, BID), books.canonicalSide(0, ASK)]).toEqual(['0.48 7,0.47 2', '']);
  });
});

describe('STALE', () => {
  test('a lost connection makes it STALE under a new epoch; old records are ignored and counted', () => {
    snapshot();
    feed.next().control(L.CONTROL_OP_STALE, { epoch: 2 });
    change(4800, BID, MICROS);
    expect(state()).toBe('STALE');
    expect(books.sizeAt(0, BID, 4800)).toBe(0);
    expect(count(L.COUNTER_LEVELS_OLD_EPOCH)).toBe(2);
    feed.next().level({ epoch: 2, priceE4: 4800, side: BID, sizeMicros: MICROS }).end({ epoch: 2 });
    expect(state()).toBe('STALE');
    expect(books.sizeAt(0, BID, 4800)).toBe(MICROS);
    snapshot(0, 2);
    expect(state()).toBe('SYNCED');
  });

  test('a resolved market never comes back', () => {
    snapshot();
    feed.next().control(L.CONTROL_OP_RESOLVED);
    expect(state()).toBe('STALE');
    snapshot();
    expect(state()).toBe('STALE');
  });

  test('a market resolved before its first snapshot stays EMPTY and is STALE after one', () => {
    feed.next().control(L.CONTROL_OP_RESOLVED);
    expect(state()).toBe('EMPTY');
    snapshot();
    expect(state()).toBe('STALE');
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
      snapshot();
      feed
        .next()
        .level(record as Parameters<FrameWriter['level']>[0])
        .end();
      expect(state()).toBe('STALE');
      expect(count(L.COUNTER_RECORDS_INVALID)).toBe(1);
      expect(books.canonicalSide(0, BID)).toBe('0.49 10');
    });
  }

  test('records that name no market, or have no known kind, are counted and harm nobody', () => {
    snapshot();
    feed.next().level({ market: 4_000_000_000, priceE4: 4900, side: BID, sizeMicros: 1 });
    feed.level({ market: 63, priceE4: 4900, side: BID, sizeMicros: 1 });
    feed.level({ priceE4: 4900, side: BID, sizeMicros: 1, kind: 200 });
    feed.end({ market: 4_000_000_000 });
    feed.control(77);
    drain();
    expect(count(L.COUNTER_RECORDS_INVALID)).toBe(5);
    expect(books.canonicalSide(0, BID)).toBe('0.49 10');
  });

  test('a bad record inside a snapshot keeps the book STALE', () => {
    feed.next().clear().level({ priceE4: 4905, side: BID, sizeMicros: 1 }).end();
    expect(state()).toBe('STALE');
  });
});

describe('Kalshi sequence numbers', () => {
  test('under marketFiltered gaps are fine, a step back and a duplicate are SUSPECT', () => {
    snapshot(0, 1, { sid: 1, seq: 10 });
    change(4800, BID, MICROS, { sid: 1, seq: 90 });
    expect(state()).toBe('SYNCED');
    change(4700, BID, MICROS, { sid: 1, seq: 90 });
    expect(state()).toBe('SUSPECT');
    snapshot(0, 1, { sid: 1, seq: 100 });
    expect(state()).toBe('SYNCED');
    change(4700, BID, 0, { sid: 1, seq: 99 });
    expect(state()).toBe('SUSPECT');
    expect([count(L.COUNTER_SEQ_STEP_BACKS), count(L.COUNTER_SEQ_GAPS)]).toEqual([2, 0]);
  });

  test('a snapshot with a lower number is counted and trusted: the server starts again', () => {
    snapshot(0, 1, { sid: 1, seq: 10 });
    snapshot(0, 1, { sid: 1, seq: 3 });
    expect(state()).toBe('SYNCED');
    expect(count(L.COUNTER_SEQ_STEP_BACKS)).toBe(1);
  });

  test('under full a gap makes every book of the subscription STALE and no other', () => {
    wasm.setSeqScope(1);
    snapshot(0, 1, { sid: 1, seq: 1 });
    snapshot(1, 1, { sid: 1, seq: 2 });
    snapshot(2, 1, { sid: 2, seq: 40 });
    change(4800, BID, MICROS, { sid: 1, seq: 3 });
    expect([state(0), state(1), state(2)]).toEqual(['SYNCED', 'SYNCED', 'SYNCED']);
    change(4700, BID, MICROS, { sid: 1, seq: 5 });
    expect([state(0), state(1), state(2)]).toEqual(['STALE', 'STALE', 'SYNCED']);
    expect(count(L.COUNTER_SEQ_GAPS)).toBe(1);
    snapshot(1, 1, { sid: 1, seq: 6 });
    expect([state(0), state(1)]).toEqual(['STALE', 'SYNCED']);
  });

  test('under full the same sid of another connection is another subscription', () => {
    wasm.setSeqScope(1);
    snapshot(0, 1, { sid: 1, seq: 1, connection: 1 });
    snapshot(1, 1, { sid: 1, seq: 70, connection: 2 });
    change(4800, BID, MICROS, { sid: 1, seq: 2, connection: 1 });
    expect([state(0), state(1)]).toEqual(['SYNCED', 'SYNCED']);
  });

  test('a gap in the trade subscription is counted and harms no book', () => {
    wasm.setSeqScope(1);
    snapshot(0, 1, { sid: 1, seq: 1 });
    for (const seq of [5, 9]) feed.next().end({ flags: L.FRAME_FLAG_TRADE, sid: 2, seq });
    expect(state()).toBe('SYNCED');
    expect(count(L.COUNTER_SEQ_GAPS)).toBe(1);
  });
});

describe('steps and the drain protocol', () => {
  const scratch = (offset: number): number => arena.u32[(arena.at(L.REGION_SCRATCH, 1) + offset) >> 2]!;
  const touched = (): number[] => {
    const first = (arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_TOUCHED) >> 2;
    return [...arena.u32.subarray(first + 1, first + 1 + arena.u32[first]!)];
  };

  test('a step is one whole frame and lists its markets in order of first mention, once', () => {
    for (const market of [0, 1, 2]) snapshot(market);
    drain();
    feed.next();
    const last = [2, 0, 2];
    for (const [place, market] of last.entries()) {
      feed.level({ market, priceE4: 4900, side: BID, sizeMicros: 10 * MICROS });
      feed.end({ market }, place === last.length - 1);
    }
    change(4900, BID, MICROS);
    expect(wasm.step()).toBe(1);
    expect(touched()).toEqual([2, 0]);
    expect(scratch(L.SCRATCH_FRAME_SEQ)).toBe(4);
    expect(wasm.step()).toBe(1);
    expect(touched()).toEqual([0]);
    expect(wasm.step()).toBe(0);
  });

  test('the watermark follows frame ends and a frame without a last part ends at the next frame', () => {
    const watermark = (): number => arena.u32[(arena.at(L.REGION_AGENTS, 1) + L.AGENT_WATERMARK) >> 2]!;
    snapshot();
    feed.next().level({ priceE4: 4800, side: BID, sizeMicros: 1 }).end({}, false);
    change(4700, BID, 1);
    expect(wasm.step()).toBe(1);
    expect(watermark()).toBe(1);
    expect(wasm.step()).toBe(1);
    expect(watermark()).toBe(2);
    expect(wasm.step()).toBe(1);
    expect(watermark()).toBe(3);
  });

  test('an OPEN control belongs to the frame behind it', () => {
    const markets = new Markets(arena);
    markets.register({ id: 'polymarket:late', venue: 'polymarket', yesToken: 'late' });
    feed.next().control(L.CONTROL_OP_OPEN, { market: 3 }).clear(3).end({ market: 3 });
    expect(wasm.step()).toBe(1);
    expect(touched()).toEqual([3]);
    expect(books.stateName(3)).toBe('SYNCED');
  });

  test('a stamped frame is alone in its call and hands over its times', () => {
    feed.frameSeq = 61;
    snapshot();
    change(4800, BID, 1);
    change(4700, BID, 1, { flags: L.FRAME_FLAG_STAMPED, recvNs: 640, publishedDeltaNs: 33 });
    change(4600, BID, 1);
    expect(wasm.drain(64)).toBe(2);
    expect(scratch(L.SCRATCH_EVENTS)).toBe(0);
    expect(wasm.drain(64)).toBe(1);
    expect(scratch(L.SCRATCH_EVENTS)).toBe(L.EVENT_STAMPED);
    expect(arena.f64[(arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_RECV_NS) >> 3]).toBe(640);
    expect(scratch(L.SCRATCH_PUBLISHED_DELTA_NS)).toBe(33);
    expect(wasm.drain(64)).toBe(1);
    expect(scratch(L.SCRATCH_EVENTS)).toBe(0);
  });
});
