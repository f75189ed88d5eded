// The sweep over all baskets: equal to its scalar twin, to the kept slacks and to the slow reference on generated
// tables; and it runs when it must: after a burst of snapshots, and when states changed beyond a frame's own markets.
import { describe, expect, test } from 'vitest';
import { compileBaskets } from '../../engine/basket/compile.ts';
import { writeBaskets } from '../../engine/basket/table.ts';
import { Random } from '../../engine/core/random.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { detectorCounter, drainAll, FrameWriter, takeOpportunities } from '../helpers/records.ts';
import { basketsOfHits, drawBasket, FEES, FREE, hasSlack, type MarketTop } from '../helpers/sweep.ts';

const TABLES = Number(process.env['DUTCHBOOK_SWEEP_TABLES'] ?? 40);
const SEED = Number(process.env['DUTCHBOOK_SEED'] ?? 20_261_121);
const SHARE = 1_000_000;
const MARKETS = 96;
const BASKETS = 120;

/** Brings a market into a drawn state and answers it. `level` keeps the tops near what makes baskets pay. */
function drawTop(random: Random, feed: FrameWriter, market: number, askE4: number): Omit<MarketTop, 'fee'> {
  const end = { market };
  if (random.chance(0.02)) return { tradable: false, bidE4: 0, askE4: 10_000 };
  const bidE4 = random.chance(0.03) ? 0 : Math.max(0, askE4 - random.integer(1, 3) * 10);
  const shownAskE4 = random.chance(0.03) ? 10_000 : askE4;
  feed.next().clear(market);
  if (bidE4 > 0) feed.level({ market, side: L.SIDE_BID, priceE4: bidE4, sizeMicros: SHARE });
  if (shownAskE4 < 10_000) feed.level({ market, side: L.SIDE_ASK, priceE4: shownAskE4, sizeMicros: SHARE });
  // Another top than the book's leaves it PENDING.
  const pending = random.chance(0.02);
  feed.end(pending ? { ...end, bidE4: bidE4 + 10, askE4: shownAskE4 } : end);
  if (pending) return { tradable: false, bidE4, askE4: shownAskE4 };
  const op = random.chance(0.02) ? [L.CONTROL_OP_STALE, L.CONTROL_OP_SUSPECT][random.integer(0, 1)]! : 0;
  if (op !== 0) feed.next().control(op, { market });
  return { tradable: op === 0, bidE4, askE4: shownAskE4 };
}

describe('the sweep finds the baskets with slack', () => {
  test(`equal to scalar, slacks and big integers on ${TABLES} tables of 1 to 64 legs (seed ${SEED})`, () => {
    const random = new Random(SEED);
    let hits = 0;
    let misses = 0;
    const sizes = new Set<number>();
    for (let table = 0; table < TABLES; table += 1) {
      const detectors = random.integer(1, 2);
      const arena = smallArena({
        ...{
          markets: MARKETS,
          baskets: BASKETS,
          legs: 64 * BASKETS,
          detectors,
          feeSchedules: 8,
          levelRingSlots: 16_384,
        },
        opportunityRingSlots: 8_192,
      });
      const registry = new Markets(arena);
      const half = MARKETS / 2;
      const ids = Array.from({ length: MARKETS }, (_, index) => `polymarket:m${index}`);
      const fees = ids.map(() => FEES[random.integer(0, FEES.length - 1)]);
      // With two detectors the second owns the second half: its books stay as they were, empty.
      for (const [index, id] of ids.entries()) {
        const detector = index < half ? 0 : detectors - 1;
        const meta = { id, venue: 'polymarket', yesToken: `t${index}`, tickRanges: uniformGrid(10) } as const;
        registry.register({ ...meta, fee: fees[index] }, detector);
      }
      const short = random.chance(0.5);
      const baskets = Array.from({ length: BASKETS }, (_, index) => {
        const own = detectors === 1 ? ids : random.chance(0.5) ? ids.slice(0, half) : ids.slice(half);
        const legCount = random.integer(1, short ? 8 : Math.min(L.LEGS_MAX, own.length));
        return drawBasket(random, own, legCount, index);
      });
      for (const { legs } of baskets) sizes.add(legs.length);
      writeBaskets(arena, registry, baskets);
      const wasm = wasmOver<DetectExports>(arena, 1);
      const minPerUnitE4 = random.chance(0.5) ? 0 : random.integer(0, 300);
      wasm.setEdgeLimits(1, minPerUnitE4);
      wasm.openBooks();
      const feed = new FrameWriter(arena);
      const aroundE4 = [5_000, 9_000, 1_000, 300][random.integer(0, 3)]!;
      const tops = new Map<string, MarketTop>();
      for (const [market, id] of ids.entries()) {
        const own = detectors === 1 || market < half;
        const askE4 = Math.min(9_990, Math.max(20, aroundE4 + random.integer(-25, 25) * 10));
        const top = own ? drawTop(random, feed, market, askE4) : { tradable: false, bidE4: 0, askE4: 10_000 };
        tops.set(id, { ...top, fee: fees[market] });
      }
      drainAll(wasm);
      const marginE4 = Math.max(0, minPerUnitE4 - 1);
      const expected = [...baskets.keys()].filter((index) => hasSlack(baskets[index]!, tops, marginE4));
      const groupsAt = arena.region(L.REGION_GROUPS).at;
      const into = arena.region(L.REGION_SCAN).at;
      arena.bytes.fill(0, into, into + 1_000);
      const counted = wasm.sweepHits(into);
      expect({ table, found: basketsOfHits(arena, groupsAt, into) }).toEqual({ table, found: expected });
      expect(counted).toBe(expected.length);
      arena.bytes.fill(0, into, into + 1_000);
      expect(wasm.sweepHitsScalar(into)).toBe(expected.length);
      expect({ table, scalar: basketsOfHits(arena, groupsAt, into) }).toEqual({ table, scalar: expected });
      const kept = [...baskets.keys()].filter((index) => slackE4(arena, index) > marginE4);
      expect({ table, kept }).toEqual({ table, kept: expected });
      hits += expected.length;
      misses += baskets.length - expected.length;
    }
    expect(hits).toBeGreaterThan(TABLES * 5);
    expect(misses).toBeGreaterThan(TABLES * 5);
    expect(sizes.size).toBeGreaterThan(40);
    expect(sizes.has(1)).toBe(true);
  });
});

test('the plain read that the bench holds beside the sweep reads every byte it says', () => {
  const arena = smallArena();
  const wasm = wasmOver<DetectExports>(arena, 1);
  const { at } = arena.region(L.REGION_SCAN);
  const random = new Random(SEED);
  for (const bytes of [0, 64, 640]) {
    let folded = 0n;
    for (let word = 0; word < bytes; word += 8) {
      const drawn = (BigInt(random.integer(0, 2 ** 32 - 1)) << 32n) | BigInt(random.integer(0, 2 ** 32 - 1));
      arena.view.setBigUint64(at + word, drawn, true);
      folded ^= drawn;
    }
    // What lies behind is not read.
    arena.view.setBigUint64(at + bytes, 7n, true);
    expect(BigInt.asUintN(64, wasm.readThrough(at, bytes))).toBe(folded);
  }
});

function slackE4(arena: Arena, basket: number): number {
  return arena.i32[(arena.at(L.REGION_BASKETS, basket) + L.BASKET_SLACK_E4) >> 2]!;
}

/** `events` events of two outcomes each, all asks at 0.40: every YES basket pays. */
function twoOutcomeEvents(events: number, opportunityRingSlots: number) {
  const arena = smallArena({ markets: 2 * events, baskets: 2 * events, legs: 4 * events, opportunityRingSlots });
  const registry = new Markets(arena);
  const relations = Array.from({ length: events }, (_, event) => {
    const ids = [0, 1].map((side) => `polymarket:e${event}-${side}`);
    for (const id of ids) {
      registry.register({ id, venue: 'polymarket', yesToken: `${id}-t`, fee: FREE, tickRanges: uniformGrid(100) });
    }
    return { kind: 'exactlyOne' as const, markets: ids };
  });
  writeBaskets(arena, registry, compileBaskets(relations));
  const wasm = wasmOver<DetectExports>(arena, 1);
  wasm.setEdgeLimits(1, 0);
  wasm.openBooks();
  const feed = new FrameWriter(arena);
  const snapshot = (market: number, more: object = {}): void => {
    feed.next().clear(market).level({ market, side: L.SIDE_ASK, priceE4: 4_000, sizeMicros: SHARE });
    feed.end({ market, ...more });
  };
  return { arena, wasm, feed, snapshot };
}

describe('the sweep runs', () => {
  test('64 frames after the last snapshot of a burst, and tells again what found no room in the ring', () => {
    const events = 40;
    const { arena, wasm, feed, snapshot } = twoOutcomeEvents(events, 128);
    for (let market = 0; market < 2 * events; market += 1) snapshot(market);
    // The executor takes nothing while the burst lasts: 128 slots hold 25 opportunities of two legs.
    drainAll(wasm);
    const first = takeOpportunities(arena).map(({ basket }) => basket);
    expect(detectorCounter(arena, L.COUNTER_OPPORTUNITIES_DROPPED)).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(events);
    const bid = (sizeMicros: number): void => {
      feed.next().level({ market: 0, side: L.SIDE_BID, priceE4: 100, sizeMicros }).end({ market: 0 });
      drainAll(wasm);
    };
    for (let frame = 1; frame < 64; frame += 1) bid(frame);
    expect(detectorCounter(arena, L.COUNTER_SWEEPS)).toBe(0);
    bid(64);
    expect(detectorCounter(arena, L.COUNTER_SWEEPS)).toBe(1);
    const again = takeOpportunities(arena).map(({ basket }) => basket);
    expect([...first, ...again].sort((a, b) => a - b)).toEqual(Array.from({ length: events }, (_, event) => 2 * event));
    for (let frame = 65; frame < 300; frame += 1) bid(frame);
    expect(detectorCounter(arena, L.COUNTER_SWEEPS)).toBe(1);
  });

  test('64 frames after the burst that follows a lost connection, whose epochs are later ones', () => {
    const { arena, wasm, feed, snapshot } = twoOutcomeEvents(2, 1_024);
    for (let market = 0; market < 4; market += 1) snapshot(market);
    for (let frame = 0; frame < 100; frame += 1) snapshot(0);
    drainAll(wasm);
    expect(detectorCounter(arena, L.COUNTER_SWEEPS)).toBe(1);
    const epoch = 5;
    for (let market = 0; market < 4; market += 1) feed.next().control(L.CONTROL_OP_STALE, { market, epoch });
    for (let market = 0; market < 4; market += 1) feed.next().clear(market, 0, epoch).end({ market, epoch });
    for (let frame = 0; frame < 63; frame += 1) feed.next().clear(0, 0, epoch).end({ epoch });
    drainAll(wasm);
    expect(detectorCounter(arena, L.COUNTER_SWEEPS)).toBe(1);
    feed.next().clear(0, 0, epoch).end({ epoch });
    drainAll(wasm);
    expect(detectorCounter(arena, L.COUNTER_SWEEPS)).toBe(2);
  });

  test('a snapshot of a book that is tradable already, as after each trade, is no burst', () => {
    const { arena, wasm, snapshot } = twoOutcomeEvents(1, 128);
    for (let frame = 0; frame < 300; frame += 1) {
      snapshot(frame % 2);
      drainAll(wasm);
    }
    expect(detectorCounter(arena, L.COUNTER_SWEEPS)).toBe(1);
  });

  test('at once when a gap makes books stale that the frame does not name; their open baskets close', () => {
    const { arena, wasm, feed, snapshot } = twoOutcomeEvents(2, 1_024);
    for (let market = 0; market < 4; market += 1) snapshot(market, { sid: 7, seq: market + 1 });
    drainAll(wasm);
    expect(takeOpportunities(arena).map(({ basket }) => basket)).toEqual([0, 2]);
    wasm.setSeqScope(1);
    for (let market = 0; market < 4; market += 1) snapshot(market, { sid: 8, seq: market + 1 });
    drainAll(wasm);
    // Number 5 is missing: all four books of the subscription are stale, the frame names the first.
    feed
      .next()
      .level({ market: 0, side: L.SIDE_BID, priceE4: 100, sizeMicros: SHARE })
      .end({ market: 0, sid: 8, seq: 6 });
    drainAll(wasm);
    expect(detectorCounter(arena, L.COUNTER_SEQ_GAPS)).toBe(1);
    expect(detectorCounter(arena, L.COUNTER_SWEEPS)).toBe(1);
    for (const basket of [0, 1, 2, 3]) {
      expect(slackE4(arena, basket)).toBeLessThan(0);
      const flags = arena.u32[(arena.at(L.REGION_BASKETS, basket) + L.BASKET_FLAGS) >> 2]!;
      expect(flags & L.BASKET_FLAG_OPEN).toBe(0);
    }
  });
});
