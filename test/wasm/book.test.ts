// The WASM book equals a Map after any list of records, on every grid, through tick changes and a scarce ladder pool.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Books } from '../../engine/book/books.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { TickRange } from '../../engine/venue/contract.ts';
import { internGrid, onGrid, TAPERED_DECI_CENT, uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { detectorCounter, drainAll, FrameWriter } from '../helpers/records.ts';

const GRIDS: readonly (readonly [string, readonly TickRange[]])[] = [
  ['0.1', uniformGrid(1000)],
  ['0.01', uniformGrid(100)],
  ['0.005', uniformGrid(50)],
  ['0.0025', uniformGrid(25)],
  ['0.001', uniformGrid(10)],
  ['0.0001', uniformGrid(1)],
  ['tapered', TAPERED_DECI_CENT],
];

function pricesOf(ranges: readonly TickRange[]): number[] {
  return Array.from({ length: 9999 }, (_, at) => at + 1).filter((priceE4) => onGrid(ranges, priceE4));
}

const PRICES = GRIDS.map(([, ranges]) => pricesOf(ranges));

/** What a book is: two maps. */
class Model {
  readonly sides = [new Map<number, number>(), new Map<number, number>()];
  belowZero = 0;
  offNewGrid = 0;

  clear(): void {
    for (const side of this.sides) side.clear();
  }

  set(side: number, priceE4: number, sizeMicros: number): void {
    if (sizeMicros > 0) this.sides[side]!.set(priceE4, sizeMicros);
    else this.sides[side]!.delete(priceE4);
  }

  add(side: number, priceE4: number, deltaMicros: number): void {
    const sum = (this.sides[side]!.get(priceE4) ?? 0) + deltaMicros;
    if (sum < 0) this.belowZero += 1;
    this.set(side, priceE4, Math.max(0, sum));
  }

  changeTick(ranges: readonly TickRange[]): void {
    for (const side of this.sides) {
      for (const priceE4 of [...side.keys()]) {
        if (!onGrid(ranges, priceE4) && side.delete(priceE4)) this.offNewGrid += 1;
      }
    }
  }

  /** Levels of a side, best first. */
  levels(side: number): [number, number][] {
    const sign = side === L.SIDE_BID ? -1 : 1;
    return [...this.sides[side]!].sort(([a], [b]) => sign * (a - b));
  }
}

interface Bench {
  readonly arena: Arena;
  readonly wasm: DetectExports;
  readonly books: Books;
  readonly feed: FrameWriter;
}

function bench(grid: number, changes: { fineLadders?: number } = {}, count = 1): Bench {
  const arena = smallArena(changes);
  const markets = new Markets(arena);
  for (let index = 0; index < count; index += 1) {
    markets.register({
      id: `polymarket:m${index}`,
      venue: 'polymarket',
      yesToken: `t${index}`,
      tickRanges: GRIDS[grid]![1],
    });
  }
  const wasm = wasmOver<DetectExports>(arena, 1);
  wasm.openBooks();
  return { arena, wasm, books: new Books(arena), feed: new FrameWriter(arena) };
}

function expectEqual(books: Books, model: Model, market = 0): void {
  for (const side of [L.SIDE_BID, L.SIDE_ASK]) {
    const levels: [number, number][] = [];
    books.eachLevel(market, side, Number.POSITIVE_INFINITY, (priceE4, sizeMicros) =>
      levels.push([priceE4, sizeMicros]),
    );
    const expected = model.levels(side);
    expect(levels).toEqual(expected);
    expect(books.levels(market, side)).toBe(expected.length);
    for (const [priceE4, sizeMicros] of expected.slice(0, 3)) {
      expect(books.sizeAt(market, side, priceE4)).toBe(sizeMicros);
    }
  }
  const [bid] = model.levels(L.SIDE_BID);
  const [ask] = model.levels(L.SIDE_ASK);
  expect([books.bestBidE4(market), books.bestBidMicros(market)]).toEqual(bid ?? [L.NO_BID_E4, 0]);
  expect([books.bestAskE4(market), books.bestAskMicros(market)]).toEqual(ask ?? [L.NO_ASK_E4, 0]);
}

interface Op {
  readonly what: 'set' | 'add' | 'snapshot' | 'tick';
  readonly side: number;
  readonly place: number;
  readonly sizeMicros: number;
  readonly grid: number;
}

const op: fc.Arbitrary<Op> = fc.record({
  what: fc.oneof(
    { weight: 20, arbitrary: fc.constant('set' as const) },
    { weight: 8, arbitrary: fc.constant('add' as const) },
    { weight: 1, arbitrary: fc.constant('snapshot' as const) },
    { weight: 1, arbitrary: fc.constant('tick' as const) },
  ),
  side: fc.integer({ min: 0, max: 1 }),
  place: fc.integer({ min: 0, max: 9998 }),
  sizeMicros: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 5_000_000 }) },
    { weight: 1, arbitrary: fc.constant(L.SIZE_MICROS_MAX) },
    { weight: 1, arbitrary: fc.integer({ min: 4_294_967_290, max: 4_294_967_300 }) },
  ),
  grid: fc.integer({ min: 0, max: GRIDS.length - 1 }),
});

/** Few prices are drawn from, so that levels are hit again, emptied and refilled. */
function priceFor(grid: number, place: number): number {
  const prices = PRICES[grid]!;
  const spread = place % 3 === 0 ? prices.length : Math.min(prices.length, 24);
  return prices[(Math.floor(prices.length / 3) + (place % spread)) % prices.length]!;
}

function run(first: number, ops: readonly Op[]): void {
  const { arena, wasm, books, feed } = bench(first);
  const model = new Model();
  let grid = first;
  let epoch = 1;
  feed.next().clear().end();
  for (const [index, { what, side, place, sizeMicros, grid: wanted }] of ops.entries()) {
    const priceE4 = priceFor(grid, place);
    feed.next();
    if (what === 'set') {
      feed.level({ epoch, side, priceE4, sizeMicros }).end({ epoch });
      model.set(side, priceE4, sizeMicros);
    } else if (what === 'add') {
      const deltaMicros = (place % 2 === 0 ? 1 : -1) * (sizeMicros % 3_000_000);
      if ((model.sides[side]!.get(priceE4) ?? 0) + deltaMicros > L.SIZE_MICROS_MAX) continue;
      feed.level({ epoch, side, priceE4, sizeMicros: deltaMicros, kind: L.KIND_ADD }).end({ epoch });
      model.add(side, priceE4, deltaMicros);
    } else if (what === 'snapshot') {
      model.clear();
      feed.clear(0, 0, epoch);
      for (let level = 0; level < place % 40; level += 1) {
        const at = priceFor(grid, place + level * 7);
        feed.level({ epoch, side: level % 2, priceE4: at, sizeMicros: sizeMicros + 1 });
        model.set(level % 2, at, sizeMicros + 1);
      }
      feed.end({ epoch });
    } else {
      grid = wanted;
      epoch += 1;
      feed.control(L.CONTROL_OP_TICK_CHANGE, { epoch, grid: internGrid(arena, GRIDS[grid]![1]) });
      model.changeTick(GRIDS[grid]![1]);
    }
    drainAll(wasm);
    if (index % 8 === 0) expectEqual(books, model);
  }
  expectEqual(books, model);
  expect(detectorCounter(arena, L.COUNTER_LEVELS_BELOW_ZERO)).toBe(model.belowZero);
  expect(detectorCounter(arena, L.COUNTER_LEVELS_OFF_NEW_GRID)).toBe(model.offNewGrid);
  expect(detectorCounter(arena, L.COUNTER_LADDER_POOL_EMPTY)).toBe(0);
}

describe('book equals a Map model', () => {
  for (const [grid, [name]] of GRIDS.entries()) {
    test(`from grid ${name}, after any records and tick changes`, () => {
      fc.assert(
        fc.property(fc.array(op, { maxLength: 250, size: 'max' }), (ops) => {
          // A size above the maximum by one is a bad record, tested by name elsewhere.
          run(
            grid,
            ops.map((entry) => ({ ...entry, sizeMicros: Math.min(entry.sizeMicros, L.SIZE_MICROS_MAX - 1) })),
          );
        }),
        { numRuns: 40 },
      );
    });

    test(`every price of grid ${name} has a slot of its own, and no other price has one`, () => {
      const { arena, wasm, books, feed } = bench(grid, {}, 1);
      const model = new Model();
      feed.next().clear().end();
      for (const priceE4 of PRICES[grid]!) {
        feed.next().level({ side: priceE4 % 2, priceE4, sizeMicros: priceE4 });
        model.set(priceE4 % 2, priceE4, priceE4);
        feed.end();
        if (feed.frameSeq % 500 === 0) drainAll(wasm);
      }
      drainAll(wasm);
      expectEqual(books, model);
      expect(detectorCounter(arena, L.COUNTER_RECORDS_INVALID)).toBe(0);
      const off = Array.from({ length: 10_002 }, (_, priceE4) => priceE4).filter(
        (priceE4) => !onGrid(GRIDS[grid]![1], priceE4),
      );
      for (const [index, priceE4] of off.entries()) {
        feed.next().level({ side: 0, priceE4, sizeMicros: 1 }).end();
        if (index % 500 === 0) drainAll(wasm);
      }
      drainAll(wasm);
      expect(detectorCounter(arena, L.COUNTER_RECORDS_INVALID)).toBe(off.length);
      expectEqual(books, model);
    });
  }
});

describe('pool of fine ladders', () => {
  const FINE = 5;
  const CENT = 1;

  test('a market beyond the pool is refused, counted and never SYNCED; the others work', () => {
    const { arena, wasm, books, feed } = bench(FINE, { fineLadders: 2 }, 3);
    for (const market of [0, 1, 2]) {
      feed.next().clear(market).level({ market, side: 0, priceE4: 1234, sizeMicros: 7 }).end({ market });
    }
    drainAll(wasm);
    expect([0, 1, 2].map((market) => books.stateName(market))).toEqual(['SYNCED', 'SYNCED', 'EMPTY']);
    expect(books.flags(2) & L.BOOK_FLAG_REFUSED).toBe(L.BOOK_FLAG_REFUSED);
    expect(books.canonicalSide(1, 0)).toBe('0.1234 0.000007');
    expect(books.canonicalSide(2, 0)).toBe('');
    expect(detectorCounter(arena, L.COUNTER_LADDER_POOL_EMPTY)).toBe(1);
    expect(detectorCounter(arena, L.COUNTER_LEVELS_REFUSED)).toBeGreaterThan(0);
  });

  test('a ladder given back by a tick change is taken up empty by the next market', () => {
    const { arena, wasm, books, feed } = bench(CENT, { fineLadders: 1 }, 2);
    const [cent, fine] = [CENT, FINE].map((grid) => internGrid(arena, GRIDS[grid]![1])) as [number, number];
    for (const market of [0, 1]) {
      feed.next().clear(market).level({ market, side: 1, priceE4: 3300, sizeMicros: 5 }).end({ market });
    }
    feed.next().control(L.CONTROL_OP_TICK_CHANGE, { market: 0, epoch: 2, grid: fine });
    feed.next().level({ market: 0, epoch: 2, side: 1, priceE4: 3301, sizeMicros: 6 }).end({ market: 0, epoch: 2 });
    drainAll(wasm);
    expect(books.canonicalSide(0, 1)).toBe('0.33 0.000005,0.3301 0.000006');
    feed.next().control(L.CONTROL_OP_TICK_CHANGE, { market: 0, epoch: 3, grid: cent });
    feed.next().control(L.CONTROL_OP_TICK_CHANGE, { market: 1, epoch: 2, grid: fine });
    drainAll(wasm);
    expect([0, 1].map((market) => books.canonicalSide(market, 1))).toEqual(['0.33 0.000005', '0.33 0.000005']);
    expect(detectorCounter(arena, L.COUNTER_LEVELS_OFF_NEW_GRID)).toBe(1);
    feed.next().control(L.CONTROL_OP_TICK_CHANGE, { market: 0, epoch: 4, grid: fine });
    drainAll(wasm);
    expect(books.stateName(0)).toBe('STALE');
    expect(books.flags(0) & L.BOOK_FLAG_REFUSED).toBe(L.BOOK_FLAG_REFUSED);
  });

  test('the owner of a fine ladder is no level of its book, whoever it is', () => {
    const { wasm, books, feed } = bench(FINE, { fineLadders: 7 }, 7);
    for (let market = 0; market < 7; market += 1) {
      feed.next().clear(market);
      for (const priceE4 of [10, 4000]) feed.level({ market, side: 1, priceE4, sizeMicros: 5 });
      feed.end({ market });
      feed.next().level({ market, side: 1, priceE4: 10, sizeMicros: 0 }).end({ market, askE4: 4000 });
    }
    drainAll(wasm);
    for (let market = 0; market < 7; market += 1) {
      expect([market, books.bestAskE4(market), books.canonicalSide(market, 1)]).toEqual([market, 4000, '0.4 0.000005']);
    }
  });

  test('a fine ladder whose asks are gone still has its owner, and is not given to another market', () => {
    const { arena, wasm, books, feed } = bench(CENT, { fineLadders: 1 }, 2);
    const fine = internGrid(arena, GRIDS[FINE]![1]);
    const change = (market: number) => feed.next().control(L.CONTROL_OP_TICK_CHANGE, { market, epoch: 2, grid: fine });
    const snapshot = (market: number, epoch: number) =>
      feed
        .next()
        .clear(market, 0, epoch)
        .level({ market, epoch, side: 0, priceE4: 100, sizeMicros: 5 })
        .end({ market, epoch });
    for (const market of [0, 1]) snapshot(market, 1);
    change(0);
    feed.next().level({ market: 0, epoch: 2, side: 1, priceE4: 3301, sizeMicros: 6 }).end({ market: 0, epoch: 2 });
    snapshot(0, 2);
    change(1);
    drainAll(wasm);
    expect(books.flags(0) & L.BOOK_FLAG_REFUSED).toBe(0);
    expect(books.flags(1) & L.BOOK_FLAG_REFUSED).toBe(L.BOOK_FLAG_REFUSED);
    expect(detectorCounter(arena, L.COUNTER_LADDER_POOL_EMPTY)).toBe(1);
  });
});
