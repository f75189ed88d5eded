// The entries that the bench uses do what the detector's loop does with the same records: same books, same opportunities.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileBaskets } from '../../engine/basket/compile.ts';
import { writeBaskets } from '../../engine/basket/table.ts';
import { Books } from '../../engine/book/books.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { detectorCounter, drainAll, FrameWriter, type LevelInput, takeOpportunities } from '../helpers/records.ts';

const NAMES = ['a', 'b', 'c'];
const FREE = { rateE6: 0, exponent: 1, roundMicros: 1 };
const SHARE = 1_000_000;

/** Three markets of one event, plain and fine, with a basket of all three. */
class Bench {
  readonly arena: Arena = smallArena();
  readonly wasm: DetectExports;
  readonly books: Books;
  readonly feed: FrameWriter;

  constructor() {
    const markets = new Markets(this.arena);
    for (const [index, id] of NAMES.entries()) {
      const tickRanges = uniformGrid(index === 2 ? 1 : 100);
      markets.register({ id: `polymarket:${id}`, venue: 'polymarket', yesToken: id, fee: FREE, tickRanges });
    }
    const ids = NAMES.map((id) => `polymarket:${id}`);
    writeBaskets(this.arena, markets, compileBaskets([{ kind: 'exactlyOne', markets: ids }]));
    this.wasm = wasmOver<DetectExports>(this.arena, 1);
    this.wasm.setEdgeLimits(1, 0);
    this.wasm.openBooks();
    this.books = new Books(this.arena);
    this.feed = new FrameWriter(this.arena);
    for (const market of NAMES.keys()) {
      this.feed.next().clear(market);
      for (const side of [0, 1]) {
        this.feed.level({ market, side, priceE4: 2000 + 2500 * side, sizeMicros: 9 * SHARE });
      }
      this.feed.end({ market });
    }
    drainAll(this.wasm);
    takeOpportunities(this.arena);
  }

  /** Writes records where nothing else lies, in the staging area; answers the address. */
  write(records: readonly LevelInput[]): number {
    const { at: from } = this.arena.region(L.REGION_STAGING);
    const { view } = this.arena;
    for (const [place, record] of records.entries()) {
      const at = from + place * L.LEVEL_BYTES;
      view.setUint32(at + L.LEVEL_MARKET, record.market ?? 0, true);
      view.setUint32(at + L.LEVEL_EPOCH, 1, true);
      view.setUint16(at + L.LEVEL_PRICE_E4, record.priceE4, true);
      view.setUint8(at + L.LEVEL_SIDE, record.side);
      view.setUint8(at + L.LEVEL_KIND, record.kind ?? L.KIND_SET);
      view.setUint16(at + L.LEVEL_FLAGS, record.flags ?? 0, true);
      view.setUint32(at + L.LEVEL_FRAME_SEQ, 100 + place, true);
      view.setBigInt64(at + L.LEVEL_SIZE_MICROS, BigInt(record.sizeMicros), true);
    }
    return from;
  }

  content(): string[] {
    return [...NAMES.keys()].flatMap((market) => [
      this.books.canonicalSide(market, L.SIDE_BID),
      this.books.canonicalSide(market, L.SIDE_ASK),
      `${this.books.bestBidE4(market)}/${this.books.bestAskE4(market)}`,
    ]);
  }

  applied(): number {
    return detectorCounter(this.arena, L.COUNTER_LEVELS_APPLIED);
  }
}

const record: fc.Arbitrary<LevelInput> = fc.record({
  market: fc.integer({ min: 0, max: 2 }),
  side: fc.integer({ min: 0, max: 1 }),
  priceE4: fc.integer({ min: 30, max: 36 }).map((cents) => cents * 100),
  kind: fc.constantFrom(L.KIND_SET, L.KIND_SET, L.KIND_SET, L.KIND_ADD, L.KIND_CLEAR),
  sizeMicros: fc.integer({ min: 0, max: 3 }).map((shares) => shares * SHARE),
});

test('applyRecords leaves the books that drain() leaves', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 60 }), (records) => {
      const [ours, theirs] = [new Bench(), new Bench()];
      ours.wasm.applyRecords(ours.write(records), records.length);
      for (const one of records)
        theirs.feed
          .next()
          .level(one)
          .end({ market: one.market ?? 0 });
      drainAll(theirs.wasm);
      expect(ours.content()).toEqual(theirs.content());
      expect(ours.applied()).toBe(theirs.applied());
    }),
    { numRuns: 60 },
  );
});

test('detectRecords claims after each record what drain() reports after each frame', () => {
  const records: LevelInput[] = [
    { market: 0, side: L.SIDE_ASK, priceE4: 3300, sizeMicros: 2 * SHARE },
    { market: 1, side: L.SIDE_ASK, priceE4: 3300, sizeMicros: 3 * SHARE },
    { market: 2, side: L.SIDE_ASK, priceE4: 3300, sizeMicros: 4 * SHARE },
    { market: 99, side: L.SIDE_ASK, priceE4: 3300, sizeMicros: SHARE },
    { market: 2, side: L.SIDE_ASK, priceE4: 3200, sizeMicros: SHARE },
    { market: 0, side: L.SIDE_BID, priceE4: 100, sizeMicros: SHARE },
    { market: 0, side: L.SIDE_ASK, priceE4: 3300, sizeMicros: 0 },
  ];
  const [ours, theirs] = [new Bench(), new Bench()];
  expect(ours.wasm.detectRecords(ours.write(records), records.length)).toBe(2);
  expect(ours.wasm.publishOpportunities(0)).toBe(2);
  for (const one of records)
    theirs.feed
      .next()
      .level(one)
      .end({ market: one.market ?? 0 });
  drainAll(theirs.wasm);
  const [found, expected] = [ours, theirs].map(({ arena }) =>
    takeOpportunities(arena).map(({ sizeMicros, edgeMicros, legs }) => ({ sizeMicros, edgeMicros, legs })),
  );
  expect(found).toEqual(expected);
  expect(found).toHaveLength(2);
  expect(ours.content()).toEqual(theirs.content());
  expect(ours.applied()).toBe(theirs.applied());
  expect(ours.arena.u32[(ours.arena.at(L.REGION_BASKETS, 0) + L.BASKET_LAST_FRAME) >> 2]).toBe(104);
});

/** Never across the other side, and no ADD below zero: the frames' end would judge the book, which records alone do not. */
const tradable: fc.Arbitrary<LevelInput> = fc
  .record({
    market: fc.constantFrom(0, 1, 2, 2, 99),
    side: fc.integer({ min: 0, max: 1 }),
    away: fc.integer({ min: 0, max: 3 }),
    kind: fc.constantFrom(L.KIND_SET, L.KIND_SET, L.KIND_SET, L.KIND_ADD),
    sizeMicros: fc.integer({ min: 0, max: 6 }).map((shares) => shares * SHARE),
  })
  .map(({ side, away, ...rest }) => {
    return { ...rest, side, priceE4: side === L.SIDE_ASK ? 3200 + 100 * away : 3100 - 100 * away };
  });

test('detectRecords tells whatever the records are what drain() tells frame by frame', () => {
  let told = 0;
  fc.assert(
    fc.property(fc.array(tradable, { minLength: 20, maxLength: 80 }), (records) => {
      const [ours, theirs] = [new Bench(), new Bench()];
      ours.wasm.detectRecords(ours.write(records), records.length);
      ours.wasm.publishOpportunities(0);
      for (const one of records)
        theirs.feed
          .next()
          .level(one)
          .end({ market: one.market ?? 0 });
      drainAll(theirs.wasm);
      const [found, expected] = [ours, theirs].map(({ arena }) =>
        takeOpportunities(arena).map(({ basket, sizeMicros, edgeMicros }) => ({ basket, sizeMicros, edgeMicros })),
      );
      expect(found).toEqual(expected);
      expect(ours.content()).toEqual(theirs.content());
      told += found!.length;
    }),
    { numRuns: 150 },
  );
  expect(told).toBeGreaterThan(50);
});
