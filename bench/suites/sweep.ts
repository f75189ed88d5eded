// Suite `sweep`: all baskets judged at once from the lanes, with vectors and without, in the same module over the same
// memory.
import { compileBaskets } from '../../engine/basket/compile.ts';
import { writeBaskets } from '../../engine/basket/table.ts';
import { Random } from '../../engine/core/random.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { Ring } from '../../engine/memory/ring.ts';
import type { Relation } from '../../engine/venue/contract.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import type { Suite, Variant } from '../harness.ts';
import { createDetector, writeFrameEnd, writeLevel } from '../rig.ts';
import type { Updates, Workload } from '../workload.ts';

const LEGS_MIN = 2;
const LEGS_MAX = 32;
/** One market in so many shows no ask, so that a few baskets in a hundred are not ready, as on a live day. */
const WITHOUT_ASK = 400;
const SCAN_BYTES = 65_536;

/** An arena whose lanes are filled and what reads it. */
export interface SweepTable {
  readonly arena: Arena;
  readonly wasm: DetectExports;
  readonly baskets: number;
}

interface Draft {
  readonly relations: readonly Relation[];
  /** Best ask of each market, priceE4. */
  readonly asksE4: readonly number[];
}

/**
 * 10,000 baskets over 4,000 markets at the gates' size. Runs of 4 n markets share prices near 1 / n, and the events are
 * windows of n of them, n from 2 to 32: the baskets' costs lie a little around their payouts, as on live events.
 */
function drawEvents(random: Random, ids: readonly string[], events: number): Draft {
  const asksE4: number[] = [];
  const runs: { first: number; size: number }[] = [];
  while (asksE4.length + 4 * LEGS_MAX <= ids.length) {
    const size = LEGS_MIN + (runs.length % (LEGS_MAX - LEGS_MIN + 1));
    runs.push({ first: asksE4.length, size });
    const fair = 1_020 / size;
    for (let market = 0; market < 4 * size; market += 1) {
      asksE4.push(Math.max(20, 10 * Math.round(fair * (0.95 + 0.1 * random.float()))));
    }
  }
  while (asksE4.length < ids.length) asksE4.push(random.integer(20, 900) * 10);
  const relations = Array.from({ length: events }, (_, event): Relation => {
    const { first, size } = runs[event % runs.length]!;
    const from = first + random.integer(0, 3 * size);
    return { kind: 'exactlyOne', markets: ids.slice(from, from + size) };
  });
  return { relations, asksE4 };
}

/** Opens every book through the ring with one level a side. */
function openBooks(arena: Arena, wasm: DetectExports, asksE4: readonly number[]): void {
  const ring = new Ring(arena, arena.at(L.REGION_LEVEL_RINGS, 0));
  for (const [market, askE4] of asksE4.entries()) {
    const hasAsk = market % WITHOUT_ASK !== 0;
    const bidE4 = 10 * Math.floor(0.096 * askE4);
    const level = { market, kind: L.KIND_SET, sizeMicros: 5_000_000, flags: 0, frameSeq: market + 1 };
    const clear = {
      ...level,
      kind: L.KIND_CLEAR,
      side: 0,
      priceE4: 0,
      sizeMicros: 0,
      flags: L.LEVEL_FLAG_SNAPSHOT_FIRST,
    };
    writeLevel(arena, ring.claim(L.LEVEL_SLOTS), clear);
    writeLevel(arena, ring.claim(L.LEVEL_SLOTS), { ...level, side: L.SIDE_BID, priceE4: bidE4 });
    if (hasAsk) writeLevel(arena, ring.claim(L.LEVEL_SLOTS), { ...level, side: L.SIDE_ASK, priceE4: askE4 });
    const top: Updates = {
      ...{ market: Uint32Array.of(market), side: new Uint8Array(1), priceE4: new Uint16Array(1) },
      ...{ sizeMicros: new Float64Array(1), bestBidE4: Uint16Array.of(bidE4) },
      bestAskE4: Uint16Array.of(hasAsk ? askE4 : L.NO_ASK_E4),
    };
    writeFrameEnd(arena, ring.claim(L.FRAME_END_SLOTS), top, 0, market + 1);
    ring.publish();
    while (wasm.drain(64) > 0) wasm.publishOpportunities(0);
  }
}

/** The suite's baskets over live books; `scanBytes` is room for what else is to be read. */
export function createSweepTable(workload: Workload, scanBytes: number): SweepTable {
  const markets = workload.metas.length * 4;
  const random = new Random(workload.plan.seed);
  const ids = Array.from({ length: markets }, (_, index) => `polymarket:s${index}`);
  const { relations, asksE4 } = drawEvents(random, ids, Math.floor(markets * 1.25));
  // One by one: what overlapping events come to together is not what is measured.
  const baskets = relations.flatMap((relation) => compileBaskets([relation]));
  const arena = Arena.create({
    ...{ markets, fineLadders: 0, grids: 2, feeSchedules: 3, baskets: baskets.length, detectors: 1 },
    legs: baskets.reduce((sum, { legs }) => sum + legs.length, 0),
    ...{ levelRingSlots: 1_024, opportunityRingSlots: 4_096, stagingSlots: 256, scanBytes },
  });
  const registry = new Markets(arena);
  const fee = { rateE6: 10_000, exponent: 1, roundMicros: 10 };
  for (const id of ids) {
    registry.register({ id, venue: 'polymarket', yesToken: `${id}-t`, fee, tickRanges: uniformGrid(10) });
  }
  writeBaskets(arena, registry, baskets);
  const wasm = createDetector(arena);
  openBooks(arena, wasm, asksE4);
  return { arena, wasm, baskets: baskets.length };
}

/**
 * Fold of the byte of hits of every group, and their number, with `into` as the room for them. Throws when there is
 * nothing to find, or too much.
 */
export function sweepFold({ arena, baskets }: SweepTable, into: number, sweep: (into: number) => number): string {
  const groups = arena.region(L.REGION_GROUPS).count;
  arena.bytes.fill(0, into, into + groups);
  const hits = sweep(into);
  if (hits === 0 || hits > baskets / 4) throw new Error(`${hits} of ${baskets} baskets have slack`);
  let fold = hits;
  for (let group = 0; group < groups; group += 1) fold = (Math.imul(fold, 31) + arena.bytes[into + group]!) | 0;
  return `${hits}.${fold >>> 0}`;
}

/** Times `sweep`; verifies by the fold of what it found. */
function variant(name: string, table: SweepTable, sweep: (into: number) => number): Variant {
  const into = table.arena.region(L.REGION_SCAN).at;
  return {
    name,
    // One sweep a sample: long samples would more often hold another process's turn than short ones.
    opsPerSample: 1,
    run: () => {
      sweep(into);
    },
    verify: () => sweepFold(table, into, sweep),
  };
}

export function createSweepSuite(workload: Workload): Suite {
  const table = createSweepTable(workload, SCAN_BYTES);
  const { wasm, baskets } = table;
  return {
    name: 'sweep',
    operation: `sweep of ${baskets} baskets`,
    variants: [
      variant('simd', table, (into) => wasm.sweepHits(into)),
      variant('scalar', table, (into) => wasm.sweepHitsScalar(into)),
    ],
  };
}
