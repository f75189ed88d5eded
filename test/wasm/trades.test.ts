// Trades on their way from a detector to orders on paper: written only when somebody reads, in the order of the feed, whole,
// bounded.
import { expect, test } from 'vitest';
import type { DetectExports } from '../../engine/detect/detect.ts';
import { counterTotal } from '../../engine/memory/counters.ts';
import { Ring } from '../../engine/memory/ring.ts';
import type { TapeTrade } from '../../engine/venue/sim/in-process-resting.ts';
import { TradeRings } from '../../engine/venue/sim/trade-rings.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { BookRig } from '../helpers/book-rig.ts';
import { drainAll, FrameWriter } from '../helpers/records.ts';

const LARGE_MICROS = 987_654_321_012_345;

function trade(rig: BookRig, market: number, priceE4: number, side: number, sizeMicros: number): void {
  rig.feed.next().level({ market, priceE4, side, sizeMicros, kind: L.KIND_TRADE });
  rig.feed.end({ market, flags: L.FRAME_FLAG_TRADE });
  rig.drain();
}

function taken(rings: TradeRings): TapeTrade[] {
  const trades: TapeTrade[] = [];
  expect(rings.take((one) => trades.push(one))).toBe(trades.length);
  return trades;
}

test('are not written while nobody reads, and from the moment on that somebody does', () => {
  const rig = new BookRig();
  const ring = new Ring(rig.arena, rig.arena.at(L.REGION_TRADE_RINGS, 0));
  trade(rig, 0, 4_900, L.SIDE_ASK, 1_000_000);
  expect([ring.occupancy(), rig.count(L.COUNTER_TRADES), rig.count(L.COUNTER_TRADES_LOST)]).toEqual([0, 1, 0]);
  const rings = new TradeRings(rig.arena);
  trade(rig, 0, 4_900, L.SIDE_ASK, 1_000_000);
  trade(rig, 2, 5_100, L.SIDE_BID, LARGE_MICROS);
  expect(ring.occupancy()).toBe(2);
  expect(taken(rings)).toEqual([
    { marketIndex: 0, takerBuysYes: false, priceE4: 4_900, sizeMicros: 1_000_000 },
    { marketIndex: 2, takerBuysYes: true, priceE4: 5_100, sizeMicros: LARGE_MICROS },
  ]);
  expect([ring.occupancy(), taken(rings)]).toEqual([0, []]);
});

test('of a market that the arena does not have are refused as records and handed to nobody', () => {
  const rig = new BookRig();
  const rings = new TradeRings(rig.arena);
  trade(rig, 64, 4_900, L.SIDE_ASK, 1_000_000);
  expect([taken(rings), rig.count(L.COUNTER_TRADES)]).toEqual([[], 0]);
  expect(rig.count(L.COUNTER_RECORDS_INVALID)).toBeGreaterThan(0);
});

test('that find no room are counted, the older ones stay, and the next ones come again, over the ring’s end', () => {
  const rig = new BookRig();
  const rings = new TradeRings(rig.arena);
  const ring = new Ring(rig.arena, rig.arena.at(L.REGION_TRADE_RINGS, 0));
  for (let size = 1; size <= L.TRADE_RING_SLOTS + 3; size += 1) trade(rig, 1, 5_000, L.SIDE_BID, size);
  expect([rig.count(L.COUNTER_TRADES_LOST), ring.refused]).toEqual([3, 3]);
  const sizes = (): number[] => taken(rings).map(({ sizeMicros }) => sizeMicros);
  expect(sizes()).toEqual(Array.from({ length: L.TRADE_RING_SLOTS }, (_, index) => index + 1));
  for (const size of [7, 8]) trade(rig, 1, 5_000, L.SIDE_BID, size);
  expect(sizes()).toEqual([7, 8]);
  expect(counterTotal(rig.arena, L.COUNTER_TRADES_TAKEN)).toBe(L.TRADE_RING_SLOTS + 2);
  expect(rig.count(L.COUNTER_TRADES_LOST)).toBe(3);
});

test('of markets of two detectors come through a ring of each', () => {
  const arena = smallArena({ detectors: 2 });
  const rings = new TradeRings(arena);
  for (const detector of [1, 0]) {
    const feed = new FrameWriter(arena, detector).next();
    feed.level({ market: detector, priceE4: 5_000, side: L.SIDE_BID, sizeMicros: 1, kind: L.KIND_TRADE });
    feed.end({ market: detector, flags: L.FRAME_FLAG_TRADE });
    drainAll(wasmOver<DetectExports>(arena, detector + 1));
    expect(new Ring(arena, arena.at(L.REGION_TRADE_RINGS, detector)).occupancy()).toBe(1);
  }
  expect(taken(rings).map(({ marketIndex }) => marketIndex)).toEqual([0, 1]);
});
