// Edges of what the detector does with records: the last level of a side, books opened late or refused, what is counted.
import { describe, expect, test } from 'vitest';
import { Books } from '../../engine/book/books.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { TickRange } from '../../engine/venue/contract.ts';
import { internGrid, TAPERED_DECI_CENT, uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { BookRig } from '../helpers/book-rig.ts';
import { detectorCounter, drainAll, FrameWriter } from '../helpers/records.ts';

const BID = L.SIDE_BID;
const ASK = L.SIDE_ASK;
const MICROS = 1_000_000;
const GRIDS: readonly (readonly [string, readonly TickRange[]])[] = [
  ['plain', uniformGrid(100)],
  ['fine', uniformGrid(1)],
  ['tapered', TAPERED_DECI_CENT],
];

/** One market on a grid, its book open and a snapshot of bid 0.49 and ask 0.51 applied. */
class OneMarket {
  readonly arena: Arena;
  readonly wasm: DetectExports;
  readonly books: Books;
  readonly feed: FrameWriter;

  constructor(tickRanges: readonly TickRange[], fineLadders = 2) {
    this.arena = smallArena({ fineLadders });
    new Markets(this.arena).register({ id: 'polymarket:m', venue: 'polymarket', yesToken: 't', tickRanges });
    this.wasm = wasmOver<DetectExports>(this.arena, 1);
    this.wasm.openBooks();
    this.books = new Books(this.arena);
    this.feed = new FrameWriter(this.arena);
    this.feed.next().clear();
    this.feed.level({ side: BID, priceE4: 4900, sizeMicros: 10 * MICROS });
    this.feed.level({ side: ASK, priceE4: 5100, sizeMicros: 10 * MICROS }).end();
    drainAll(this.wasm);
  }

  count(id: number): number {
    return detectorCounter(this.arena, id);
  }

  top(): number[] {
    drainAll(this.wasm);
    return [this.books.bestBidE4(0), this.books.bestAskE4(0)];
  }
}

describe.each(GRIDS)('on a %s grid', (_, tickRanges) => {
  for (const [how, kind, sizeMicros] of [
    ['set to 0', L.KIND_SET, 0],
    ['reduced to 0', L.KIND_ADD, -10 * MICROS],
  ] as const) {
    test(`the last level of a side, ${how}, leaves no best price there and the other side as it was`, () => {
      for (const [side, priceE4, top] of [
        [BID, 4900, [L.NO_BID_E4, 5100]],
        [ASK, 5100, [4900, L.NO_ASK_E4]],
      ] as const) {
        const market = new OneMarket(tickRanges);
        market.feed.next().level({ side, priceE4, kind, sizeMicros }).end();
        expect(market.top()).toEqual(top);
        expect([market.books.levels(0, BID), market.books.levels(0, ASK)]).toEqual(side === BID ? [0, 1] : [1, 0]);
      }
    });

    test(`the best level, ${how}, gives way to the next, far or near`, () => {
      for (const next of [100, 4700, 4800]) {
        const market = new OneMarket(tickRanges);
        market.feed.next().level({ side: BID, priceE4: next, sizeMicros: MICROS });
        market.feed.level({ side: ASK, priceE4: 10_000 - next, sizeMicros: MICROS }).end();
        market.feed.next().level({ side: BID, priceE4: 4900, kind, sizeMicros });
        market.feed.level({ side: ASK, priceE4: 5100, kind, sizeMicros }).end();
        expect(market.top()).toEqual([next, 10_000 - next]);
      }
    });
  }

  test('every level applied is counted, absolute or relative', () => {
    const market = new OneMarket(tickRanges);
    expect(market.count(L.COUNTER_LEVELS_APPLIED)).toBe(2);
    market.feed.next().level({ side: BID, priceE4: 4800, sizeMicros: 1 });
    market.feed.level({ side: BID, priceE4: 4800, kind: L.KIND_ADD, sizeMicros: 1 }).end();
    drainAll(market.wasm);
    expect(market.count(L.COUNTER_LEVELS_APPLIED)).toBe(4);
  });

  test('a relative change up to the largest size is applied, one micro more is a bad record', () => {
    const market = new OneMarket(tickRanges);
    const room = L.SIZE_MICROS_MAX - 10 * MICROS;
    market.feed.next().level({ side: BID, priceE4: 4900, kind: L.KIND_ADD, sizeMicros: room }).end();
    drainAll(market.wasm);
    expect([market.books.bestBidMicros(0), market.count(L.COUNTER_RECORDS_INVALID)]).toEqual([L.SIZE_MICROS_MAX, 0]);
    market.feed.next().level({ side: BID, priceE4: 4900, kind: L.KIND_ADD, sizeMicros: 1 }).end();
    drainAll(market.wasm);
    expect([market.books.bestBidMicros(0), market.count(L.COUNTER_RECORDS_INVALID)]).toEqual([L.SIZE_MICROS_MAX, 1]);
    expect(market.books.stateName(0)).toBe('STALE');
  });

  test('a mirrored change that agrees is counted and changes nothing, one that differs wins', () => {
    const market = new OneMarket(tickRanges);
    const flags = L.LEVEL_FLAG_MIRROR;
    market.feed.next().level({ side: BID, priceE4: 4900, sizeMicros: 7 });
    market.feed.level({ side: BID, priceE4: 4900, sizeMicros: 7, flags }).end();
    drainAll(market.wasm);
    const counts = (): number[] =>
      [L.COUNTER_MIRROR_OK, L.COUNTER_MIRROR_MISMATCHED, L.COUNTER_LEVELS_MIRRORED, L.COUNTER_LEVELS_APPLIED].map(
        (id) => market.count(id),
      );
    expect([market.books.stateName(0), market.books.bestBidMicros(0), ...counts()]).toEqual(['SYNCED', 7, 1, 0, 1, 3]);
    market.feed.next().level({ side: BID, priceE4: 4900, sizeMicros: 8, flags }).end();
    drainAll(market.wasm);
    expect([market.books.stateName(0), market.books.bestBidMicros(0), ...counts()]).toEqual(['SUSPECT', 8, 1, 1, 2, 3]);
  });

  test('an absolute level of the largest size is applied', () => {
    const market = new OneMarket(tickRanges);
    market.feed.next().level({ side: BID, priceE4: 4900, sizeMicros: L.SIZE_MICROS_MAX }).end();
    drainAll(market.wasm);
    expect([market.books.bestBidMicros(0), market.count(L.COUNTER_RECORDS_INVALID)]).toEqual([L.SIZE_MICROS_MAX, 0]);
  });
});

describe('books opened late, refused or not registered', () => {
  test('a registered market opens on its first record, with that record applied', () => {
    const rig = new BookRig();
    new Markets(rig.arena).register({ id: 'polymarket:late', venue: 'polymarket', yesToken: 'late' });
    rig.snapshot(3);
    expect(rig.state(3)).toBe('SYNCED');
    expect(rig.books.canonicalSide(3, BID)).toBe('0.49 10');
    expect(rig.count(L.COUNTER_RECORDS_INVALID)).toBe(0);
  });

  test('a record of epoch 0 opens no book', () => {
    const rig = new BookRig();
    new Markets(rig.arena).register({ id: 'polymarket:late', venue: 'polymarket', yesToken: 'late' });
    rig.feed.next().clear(3, 0, 0).end({ market: 3, epoch: 0 });
    rig.drain();
    expect([rig.books.stateName(3), rig.books.epoch(3)]).toEqual(['EMPTY', 0]);
    expect(rig.count(L.COUNTER_RECORDS_INVALID)).toBe(2);
    rig.snapshot(3);
    expect(rig.state(3)).toBe('SYNCED');
  });

  test('a Control record of a market that is not registered leaves it to be opened later', () => {
    const rig = new BookRig();
    rig.feed.next().control(L.CONTROL_OP_STALE, { market: 3, epoch: 7 });
    rig.drain();
    expect(rig.books.epoch(3)).toBe(0);
    new Markets(rig.arena).register({ id: 'polymarket:late', venue: 'polymarket', yesToken: 'late' });
    rig.snapshot(3);
    expect(rig.state(3)).toBe('SYNCED');
  });

  test('a market refused by a tick change takes no further level, whatever its grid was', () => {
    const market = new OneMarket(uniformGrid(100), 0);
    const grid = internGrid(market.arena, uniformGrid(1));
    market.feed.next().control(L.CONTROL_OP_TICK_CHANGE, { epoch: 2, grid });
    for (const epoch of [1, 2]) {
      market.feed.next().level({ epoch, side: BID, priceE4: 4800, sizeMicros: MICROS }).end({ epoch });
    }
    expect(market.top()).toEqual([L.NO_BID_E4, L.NO_ASK_E4]);
    expect(market.books.canonicalSide(0, BID)).toBe('');
    expect(market.books.stateName(0)).toBe('STALE');
    expect(market.count(L.COUNTER_LADDER_POOL_EMPTY)).toBe(1);
    expect(market.count(L.COUNTER_LEVELS_REFUSED)).toBe(4);
    expect(market.count(L.COUNTER_LEVELS_APPLIED)).toBe(2);
  });
});

describe('grids', () => {
  test('a tick change to a grid behind the table is refused, whatever lies there', () => {
    const market = new OneMarket(uniformGrid(100));
    const { at, bytesEach, count } = market.arena.region(L.REGION_GRIDS);
    // What lies there looks like the first grid.
    market.arena.bytes.copyWithin(at + count * bytesEach, at, at + bytesEach);
    market.feed.next().control(L.CONTROL_OP_TICK_CHANGE, { epoch: 2, grid: count });
    expect(market.top()).toEqual([L.NO_BID_E4, L.NO_ASK_E4]);
    expect(market.books.stateName(0)).toBe('STALE');
    expect(market.count(L.COUNTER_LADDER_POOL_EMPTY)).toBe(1);
  });
});

describe('beside one another', () => {
  test('books on standard and on fine ladders, every slot in use, each keep their own levels', () => {
    const arena = smallArena({ markets: 4, fineLadders: 2 });
    const markets = new Markets(arena);
    const ticksE4 = [1, 1, 10, 10];
    for (const [market, tickE4] of ticksE4.entries()) {
      const id = `polymarket:m${market}`;
      markets.register({ id, venue: 'polymarket', yesToken: `t${market}`, tickRanges: uniformGrid(tickE4) });
    }
    const wasm = wasmOver<DetectExports>(arena, 1);
    expect(wasm.openBooks()).toBe(4);
    const feed = new FrameWriter(arena);
    const sizeOf = (market: number, priceE4: number, side: number): number => priceE4 * 8 + market * 2 + side + 1;
    const step = 30;
    for (const market of [0, 1, 2, 3]) {
      feed.next().clear(market).end({ market });
      for (let priceE4 = step; priceE4 < 10_000; priceE4 += step) {
        feed.next();
        for (const side of [BID, ASK]) {
          feed.level({ market, side, priceE4, sizeMicros: sizeOf(market, priceE4, side) });
        }
        feed.end({ market });
        drainAll(wasm);
      }
    }
    const books = new Books(arena);
    for (const [market, tickE4] of ticksE4.entries()) {
      expect(books.flags(market) & L.BOOK_FLAG_FINE).toBe(tickE4 === 1 ? L.BOOK_FLAG_FINE : 0);
      for (const side of [BID, ASK]) {
        expect(books.levels(market, side)).toBe(Math.floor(9_999 / step));
        for (let priceE4 = step; priceE4 < 10_000; priceE4 += step) {
          if (books.sizeAt(market, side, priceE4) !== sizeOf(market, priceE4, side))
            expect.fail(`market ${market}, side ${side}, price ${priceE4}`);
        }
      }
    }
  });

  test('records of a market behind the table are counted and touch nothing that lies there', () => {
    const rig = new BookRig();
    rig.snapshot();
    rig.drain();
    const { at, bytesEach, count } = rig.arena.region(L.REGION_BOOKS);
    const behind = rig.arena.bytes.subarray(at + count * bytesEach, at + (count + 1) * bytesEach);
    // What lies there looks like a book in use.
    behind.set(rig.arena.bytes.subarray(at, at + bytesEach));
    const before = Buffer.from(behind);
    rig.feed.next().clear(count).level({ market: count, side: BID, priceE4: 4900, sizeMicros: MICROS });
    rig.feed.level({ market: count, side: BID, priceE4: 4900, sizeMicros: 1, kind: L.KIND_ADD });
    rig.feed
      .level({ market: count, side: BID, priceE4: 4900, sizeMicros: 1, kind: L.KIND_TRADE })
      .end({ market: count });
    rig.feed.next().control(L.CONTROL_OP_STALE, { market: count, epoch: 2 });
    rig.drain();
    expect(rig.count(L.COUNTER_RECORDS_INVALID)).toBe(6);
    expect(Buffer.from(behind).equals(before)).toBe(true);
    expect(rig.state()).toBe('SYNCED');
  });
});

describe('openBooks', () => {
  test('opens each registered market of this detector once and answers how many', () => {
    const arena = smallArena({ detectors: 2, fineLadders: 1 });
    const markets = new Markets(arena);
    const meta = (id: string, tickE4: number) =>
      ({ id: `polymarket:${id}`, venue: 'polymarket', yesToken: id, tickRanges: uniformGrid(tickE4) }) as const;
    for (const id of ['a', 'b']) markets.register(meta(id, 100), 1);
    markets.register(meta('other', 100), 0);
    // One of the two finds the pool of fine ladders empty.
    for (const id of ['c', 'd']) markets.register(meta(id, 1), 1);
    const wasm = wasmOver<DetectExports>(arena, 2);
    expect(wasm.openBooks()).toBe(3);
    const books = new Books(arena);
    expect([0, 1, 2, 3, 4].map((market) => books.epoch(market))).toEqual([1, 1, 0, 1, 1]);
    expect(books.flags(4) & L.BOOK_FLAG_REFUSED).toBe(L.BOOK_FLAG_REFUSED);
    markets.register(meta('e', 100), 1);
    expect(wasm.openBooks()).toBe(1);
    expect(wasm.openBooks()).toBe(0);
  });
});

describe('mirrored snapshots with unequal sides', () => {
  const levels = [
    [BID, 4900],
    [BID, 4800],
    [BID, 4700],
    [ASK, 5100],
  ] as const;

  for (const [what, seen, state, counts] of [
    ['whole', [0, 1, 2, 3], 'SYNCED', [1, 0]],
    ['without a bid', [0, 1, 3], 'SUSPECT', [0, 1]],
    ['without the ask', [0, 1, 2], 'SUSPECT', [0, 1]],
    ['empty', [], 'SUSPECT', [0, 1]],
  ] as const) {
    test(`a second view that is ${what} is told by its number of levels`, () => {
      const rig = new BookRig();
      rig.feed.next().clear();
      for (const [side, priceE4] of levels) rig.feed.level({ side, priceE4, sizeMicros: MICROS });
      rig.feed.clear(0, L.LEVEL_FLAG_MIRROR);
      for (const place of seen) {
        const [side, priceE4] = levels[place]!;
        rig.feed.level({ side, priceE4, sizeMicros: MICROS, flags: L.LEVEL_FLAG_MIRROR });
      }
      rig.feed.end();
      expect(rig.state()).toBe(state);
      expect([rig.count(L.COUNTER_MIRROR_OK), rig.count(L.COUNTER_MIRROR_MISMATCHED)]).toEqual(counts);
      expect(rig.books.levels(0, BID) + rig.books.levels(0, ASK)).toBe(seen.length);
    });
  }
});

describe('judgement of a crossed book', () => {
  test('a book that crosses while its top is PENDING is not judged', () => {
    const rig = new BookRig();
    rig.snapshot();
    rig.change(5200, BID, MICROS, { bidE4: 5300, askE4: 5400, venueMs: 50 });
    expect(rig.state()).toBe('PENDING');
    expect([rig.count(L.COUNTER_CROSSED), rig.count(L.COUNTER_PHANTOMS)]).toEqual([0, 0]);
  });

  test('a book that crosses while SUSPECT or STALE is counted and stays what it was', () => {
    for (const [op, state] of [
      [L.CONTROL_OP_SUSPECT, 'SUSPECT'],
      [L.CONTROL_OP_STALE, 'STALE'],
    ] as const) {
      const rig = new BookRig();
      rig.snapshot();
      rig.feed.next().control(op);
      rig.change(5200, BID, MICROS);
      expect(rig.state()).toBe(state);
      expect([rig.count(L.COUNTER_CROSSED), rig.count(L.COUNTER_PHANTOMS)]).toEqual([1, 1]);
    }
  });

  test('equal best prices are crossed; a crossing that ended is counted again when it comes back', () => {
    const rig = new BookRig();
    rig.snapshot();
    for (const sizeMicros of [MICROS, 0, MICROS]) rig.change(5100, BID, sizeMicros);
    expect(rig.state()).toBe('SUSPECT');
    expect(rig.count(L.COUNTER_CROSSED)).toBe(2);
  });
});

describe('what a frame leaves behind', () => {
  const recvNsOf = (rig: BookRig, connection: number): number =>
    rig.arena.f64[((rig.arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_CONNECTION_RECV_NS) >> 3) + connection]!;

  test('each connection has the receive time of its last frame, and one beyond the table writes nothing', () => {
    const rig = new BookRig();
    rig.snapshot(0, 1, { connection: 1, recvNs: 11 });
    rig.snapshot(1, 1, { connection: 3, recvNs: 33 });
    rig.snapshot(2, 1, { connection: 1, recvNs: 44 });
    rig.snapshot(2, 1, { connection: L.CONNECTIONS_MAX - 1, recvNs: 55 });
    const behind = recvNsOf(rig, L.CONNECTIONS_MAX);
    rig.snapshot(2, 1, { connection: L.CONNECTIONS_MAX, recvNs: 66 });
    rig.drain();
    expect([0, 1, 2, 3, 4].map((connection) => recvNsOf(rig, connection))).toEqual([0, 44, 0, 33, 0]);
    expect([recvNsOf(rig, L.CONNECTIONS_MAX - 1), recvNsOf(rig, L.CONNECTIONS_MAX)]).toEqual([55, behind]);
  });

  test('the book has number, receive time and venue time of its last frame, and no earlier venue time', () => {
    const rig = new BookRig();
    rig.snapshot(0, 1, { venueMs: 60, recvNs: 5 });
    rig.change(4800, BID, MICROS, { venueMs: 40, recvNs: 9 });
    rig.drain();
    expect([rig.books.frameSeq(0), rig.books.recvNs(0), rig.books.venueMs(0)]).toEqual([2, 9, 60]);
  });

  test('frames are counted, Control records are not', () => {
    const rig = new BookRig();
    rig.snapshot();
    rig.feed.next().control(L.CONTROL_OP_NOTHING);
    rig.change(4800, BID, MICROS);
    rig.drain();
    expect(rig.count(L.COUNTER_FRAMES_APPLIED)).toBe(2);
  });
});
