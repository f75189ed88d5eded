// Several Control records under one frame number, as a lost connection writes them: after them every basket is as the
// slow reference says, whichever market came last; and one that pays again afterwards is told again.
import { describe, expect, test } from 'vitest';
import { compileBaskets } from '../../engine/basket/compile.ts';
import { writeBaskets } from '../../engine/basket/table.ts';
import { VirtualClock } from '../../engine/core/clock.ts';
import { Random } from '../../engine/core/random.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { DecodeExports } from '../../engine/ingest/frame-host.ts';
import { FrameIntake } from '../../engine/ingest/frames.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { Counters } from '../../engine/memory/counters.ts';
import { internGrid, uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { drainAll, FrameWriter, takeOpportunities } from '../helpers/records.ts';
import { drawBasket, FREE, hasSlack, type MarketTop } from '../helpers/sweep.ts';

const SEED = Number(process.env['DUTCHBOOK_SEED'] ?? 20_261_121);
const SHARE = 1_000_000;

function isOpen(arena: Arena, basket: number): boolean {
  return (arena.u32[(arena.at(L.REGION_BASKETS, basket) + L.BASKET_FLAGS) >> 2]! & L.BASKET_FLAG_OPEN) !== 0;
}

function slackE4(arena: Arena, basket: number): number {
  return arena.i32[(arena.at(L.REGION_BASKETS, basket) + L.BASKET_SLACK_E4) >> 2]!;
}

/** Two events of two outcomes over one connection, and the intake that feeds it. */
function twoEventsOnOneConnection() {
  const arena = smallArena();
  const markets = new Markets(arena);
  const conditions = ['a', 'b', 'c', 'd'].map((digit) => `0x${digit.repeat(64)}`);
  for (const [index, condition] of conditions.entries()) {
    const meta = { id: `polymarket:${condition}`, venue: 'polymarket' as const, fee: FREE };
    markets.register({ ...meta, yesToken: `${index + 1}`.repeat(77), tickRanges: uniformGrid(100) });
  }
  const ids = conditions.map((condition) => `polymarket:${condition}`);
  const relations = [ids.slice(0, 2), ids.slice(2)].map((own) => ({ kind: 'exactlyOne' as const, markets: own }));
  writeBaskets(arena, markets, compileBaskets(relations));
  const wasm = wasmOver<DetectExports>(arena, 1);
  wasm.setEdgeLimits(1, 0);
  wasm.openBooks();
  const intake = new FrameIntake({
    ...{ arena, markets, clock: new VirtualClock(0), policy: 'live', registerUnknown: false },
    ...{ exports: wasmOver<DecodeExports>(arena, 0), counters: new Counters(arena, 0) },
  });
  const snapshots = (venueMs: number): void => {
    for (const [index, condition] of conditions.entries()) {
      const sides = '"bids":[{"price":"0.3","size":"10"}],"asks":[{"price":"0.4","size":"10"}]';
      const head = `"market":"${condition}","asset_id":"${`${index + 1}`.repeat(77)}","timestamp":"${venueMs}"`;
      const text = `[{${head},"hash":"${'0'.repeat(40)}",${sides},"tick_size":"0.01","event_type":"book","last_trade_price":""}]`;
      expect(intake.accept(Buffer.from(text), L.VENUE_POLYMARKET, 3, venueMs)).toBeGreaterThan(0);
    }
    drainAll(wasm);
  };
  return { arena, wasm, intake, snapshots };
}

describe('controls under one frame number', () => {
  test('a lost connection closes the baskets of all its markets, and its return tells all of them again', () => {
    const { arena, wasm, intake, snapshots } = twoEventsOnOneConnection();
    snapshots(1_000);
    const before = takeOpportunities(arena).map(({ basket }) => basket);
    expect(before).toEqual([0, 2]);
    intake.offStream.disconnected(3, 2_000);
    drainAll(wasm);
    for (const basket of before) {
      expect({ basket, open: isOpen(arena, basket) }).toEqual({ basket, open: false });
      expect(slackE4(arena, basket)).toBeLessThan(0);
    }
    snapshots(3_000);
    expect(takeOpportunities(arena).map(({ basket }) => basket)).toEqual(before);
  });

  test('a tick change that a frame brings before its levels counts for its baskets at the end of that frame', () => {
    const { arena, wasm } = twoEventsOnOneConnection();
    const feed = new FrameWriter(arena);
    // 0.45 is a price of the 0.01 grid and none of the coming 0.1 grid: the ask at 0.50 becomes the best.
    for (let market = 0; market < 2; market += 1) {
      feed.next().clear(market);
      for (const priceE4 of [4_500, 5_000]) feed.level({ market, side: L.SIDE_ASK, priceE4, sizeMicros: SHARE });
      feed.end({ market });
    }
    drainAll(wasm);
    expect(takeOpportunities(arena).map(({ basket }) => basket)).toEqual([0]);
    const grid = internGrid(arena, uniformGrid(1_000));
    feed.next().control(L.CONTROL_OP_TICK_CHANGE, { market: 0, epoch: 2, grid });
    feed
      .level({ market: 0, epoch: 2, side: L.SIDE_BID, priceE4: 1_000, sizeMicros: SHARE })
      .end({ market: 0, epoch: 2 });
    drainAll(wasm);
    const told = takeOpportunities(arena);
    expect(told.map(({ basket, sizeMicros }) => ({ basket, sizeMicros }))).toEqual([
      { basket: 0, sizeMicros: BigInt(SHARE) },
    ]);
    expect(told[0]!.costMicros).toBe(950_000n);
  });

  test(`open is exactly what the reference finds after bursts of 2 to 40 controls (seed ${SEED})`, () => {
    const random = new Random(SEED);
    let closed = 0;
    for (let table = 0; table < 60; table += 1) {
      const arena = smallArena({ baskets: 48, legs: 48 * 8, levelRingSlots: 8_192, opportunityRingSlots: 8_192 });
      const registry = new Markets(arena);
      const ids = Array.from({ length: 48 }, (_, index) => `polymarket:m${index}`);
      for (const [index, id] of ids.entries()) {
        const meta = { id, venue: 'polymarket', yesToken: `t${index}`, fee: FREE } as const;
        registry.register({ ...meta, tickRanges: uniformGrid(10) });
      }
      const baskets = Array.from({ length: 48 }, (_, index) => drawBasket(random, ids, random.integer(2, 4), index));
      writeBaskets(arena, registry, baskets);
      const wasm = wasmOver<DetectExports>(arena, 1);
      wasm.setEdgeLimits(1, 0);
      wasm.openBooks();
      const feed = new FrameWriter(arena);
      const tops = new Map<string, MarketTop>();
      for (const [market, id] of ids.entries()) {
        const bidE4 = random.integer(300, 700) * 10;
        feed.next().clear(market).level({ market, side: L.SIDE_BID, priceE4: bidE4, sizeMicros: SHARE });
        feed.level({ market, side: L.SIDE_ASK, priceE4: bidE4 + 10, sizeMicros: SHARE }).end({ market });
        tops.set(id, { tradable: true, bidE4, askE4: bidE4 + 10, fee: FREE });
      }
      drainAll(wasm);
      const openNow = (): number[] => [...baskets.keys()].filter((basket) => isOpen(arena, basket));
      const expected = (): number[] => [...baskets.keys()].filter((index) => hasSlack(baskets[index]!, tops, 0));
      const before = expected();
      expect({ table, open: openNow() }).toEqual({ table, open: before });
      feed.next();
      for (let left = random.integer(2, 40); left > 0; left -= 1) {
        const market = random.integer(0, ids.length - 1);
        const op = [L.CONTROL_OP_STALE, L.CONTROL_OP_SUSPECT, L.CONTROL_OP_RESOLVED][random.integer(0, 2)]!;
        feed.control(op, { market });
        tops.set(ids[market]!, { ...tops.get(ids[market]!)!, tradable: false });
      }
      drainAll(wasm);
      expect({ table, open: openNow() }).toEqual({ table, open: expected() });
      closed += before.length - expected().length;
    }
    expect(closed).toBeGreaterThan(100);
  });
});
