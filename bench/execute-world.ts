// Markets, books and a basket for the suites of the gate and the measurement of the executor: as a detector would leave them,
// for an opportunity that is published again and again.
import { Breaker, type BreakerExports } from '../engine/breaker/breaker.ts';
import { configSchema } from '../engine/config/schema.ts';
import type { Clock } from '../engine/core/clock.ts';
import { compileWasm, instantiate } from '../engine/detect/host.ts';
import { Arena } from '../engine/memory/arena.ts';
import { ParkAll } from '../engine/memory/park-all.ts';
import { Ring } from '../engine/memory/ring.ts';
import type { orderCapsOf } from '../engine/pipeline.ts';
import type { FeeSchedule } from '../engine/venue/contract.ts';
import { uniformGrid } from '../engine/venue/grid.ts';
import { Markets } from '../engine/venue/markets.ts';
import * as L from '../wasm/layout.ts';

export const AGENT = 2;
export const FEE: FeeSchedule = { rateE6: 10_000, exponent: 1, roundMicros: 10 };
const SHARE = 1_000_000;
const SPREAD_E4 = 100;
/** As in a run. */
const PARK_MS = 2;
/** Far more than a measurement uses: what is measured are the checks, not that they refuse. */
const MUCH = 1_000_000_000;
const UNLIMITED = {
  ...{ ordersPerSecond: MUCH, ordersPerMinute: MUCH, consecutiveFailures: MUCH, unknownOutcomes: MUCH },
  repeatsPerMinute: MUCH,
  ...{ realisedLossRunMicros: 1e15, realisedLossDayMicros: 1e15, openNotionalMicros: 1e15, basketNotionalMicros: 1e15 },
};

export interface ExecuteWorld {
  readonly arena: Arena;
  readonly breaker: Breaker;
  readonly markets: Markets;
  readonly tokens: readonly string[];
  /** Limit of every leg: `legs` of them cost less than the basket pays. */
  readonly limitE4: number;
  readonly caps: ReturnType<typeof orderCapsOf>;
  readonly limits: ReturnType<typeof configSchema.parse>['breaker'];
  readonly options: ReturnType<typeof configSchema.parse>['execute'];
  /** Data and evidence of every book are of now. */
  refresh(nowNs: number): void;
  /** What the executor's thread does when there is nothing to do. */
  idle(): Promise<void>;
}

export function createExecuteWorld(legs: number, clock: Clock): ExecuteWorld {
  const plan = { markets: legs, fineLadders: 0, grids: 4, feeSchedules: 4, baskets: 1, legs, detectors: 1 };
  const rings = { levelRingSlots: 64, opportunityRingSlots: 256, stagingSlots: 64, scanBytes: 4_096 };
  const arena = Arena.create({ ...plan, ...rings });
  const markets = new Markets(arena);
  const limitE4 = 100 * Math.floor(90 / legs);
  const tokens = Array.from(
    { length: legs },
    (_, market) => `7132104567925221259462638553270691275033272857194253228${market}`,
  );
  for (const [market, yesToken] of tokens.entries()) {
    const id = `polymarket:0x${market.toString(16).padStart(64, '0')}`;
    const terms = { tickRanges: uniformGrid(100), fee: FEE, negRisk: true };
    markets.register({ id, venue: 'polymarket', yesToken, noToken: `${yesToken}1`, ...terms });
    openBook(arena, market, limitE4);
  }
  arena.view.setUint32(arena.at(L.REGION_BASKETS, 0) + L.BASKET_PAYOUT_E4, 10_000, true);
  const ring = new Ring(arena, arena.at(L.REGION_OPPORTUNITY_RINGS, 0));
  const parking = new ParkAll([ring], PARK_MS);
  const { breaker, execute } = configSchema.parse({});
  const orders = {
    ordersPerSecond: 1e6,
    ordersBurst: 1e6,
    ordersPerHour: 1e12,
    microsPerHour: 1e15,
    ordersPerRun: 1e12,
    microsPerRun: 1e15,
  };
  return {
    ...{ arena, markets, tokens, limitE4 },
    breaker: new Breaker(arena, clock, instantiate<BreakerExports>(compileWasm(), arena, AGENT)),
    caps: { polymarket: orders, kalshi: orders },
    limits: { ...breaker, ...UNLIMITED },
    options: { ...execute, coolDownMs: 0, legMicrosMin: 0, minEdgeMicros: 1, minEdgeBps: 0, cashShareBps: 10_000 },
    refresh: (nowNs) => {
      for (let market = 0; market < legs; market += 1) refresh(arena, market, nowNs);
    },
    idle: () => parking.next(),
  };
}

/** One level a side, on a grid of cents. */
function openBook(arena: Arena, market: number, askE4: number): void {
  const { view } = arena;
  const at = arena.at(L.REGION_BOOKS, market);
  const ladderAt = arena.at(L.REGION_LADDERS, market);
  const bidE4 = askE4 - SPREAD_E4;
  view.setUint32(at + L.BOOK_STATE, L.BOOK_SYNCED, true);
  view.setUint32(at + L.BOOK_EPOCH, 1, true);
  view.setUint32(arena.at(L.REGION_MARKETS, market) + L.MARKET_EPOCH, 1, true);
  view.setUint32(at + L.BOOK_LADDER_AT, ladderAt, true);
  view.setUint32(at + L.BOOK_SLOTS, 100, true);
  view.setUint32(at + L.BOOK_BEST_BID_E4, bidE4, true);
  view.setUint32(at + L.BOOK_BEST_ASK_E4, askE4, true);
  for (const [side, priceE4] of [[L.SIDE_BID, bidE4] as const, [L.SIDE_ASK, askE4] as const]) {
    const slot = priceE4 / 100;
    const blockAt = ladderAt + (slot >> L.LADDER_BLOCK_SHIFT) * L.LADDER_BLOCK_BYTES;
    const place = slot & ((1 << L.LADDER_BLOCK_SHIFT) - 1);
    const bits = blockAt + L.LADDER_BITS + side * 8 + (place >> 5) * 4;
    view.setUint32(bits, view.getUint32(bits, true) | (1 << (place & 31)), true);
    view.setBigUint64(blockAt + side * L.LADDER_SIDE_BYTES + place * 8, BigInt(1_000 * SHARE), true);
  }
}

function refresh(arena: Arena, market: number, nowNs: number): void {
  const { view } = arena;
  const at = arena.at(L.REGION_BOOKS, market);
  view.setFloat64(at + L.BOOK_RECV_NS, nowNs, true);
  view.setFloat64(at + L.BOOK_VERIFIED_NS, nowNs, true);
  view.setUint32(at + L.BOOK_CONNECTION, market, true);
  view.setFloat64(arena.at(L.REGION_SCRATCH, 1) + L.SCRATCH_CONNECTION_RECV_NS + 8 * market, nowNs, true);
}
