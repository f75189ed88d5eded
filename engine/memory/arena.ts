// The one shared memory: computes its regions from the plan, creates it at that size, seals it. Nothing is allocated
// after. Made by the supervisor before any thread starts; every thread attaches to the same memory.

import * as L from '../../wasm/layout.ts';
import { assert, InvariantError } from '../core/assert.ts';

/** Capacities of the arena. Every count is an upper limit for the whole run. */
export interface ArenaPlan {
  /** Markets, each with a 1,000-slot ladder per side. */
  readonly markets: number;
  /** Ladders of 10,000 slots per side for grids finer than 0.001. */
  readonly fineLadders: number;
  readonly grids: number;
  readonly feeSchedules: number;
  readonly baskets: number;
  readonly legs: number;
  readonly detectors: number;
  /** Slots of 32 bytes per level ring; a power of two. */
  readonly levelRingSlots: number;
  /** Slots of 32 bytes per opportunity ring; a power of two. */
  readonly opportunityRingSlots: number;
  /** Records of 32 bytes one frame may decode to. */
  readonly stagingSlots: number;
  /** Bytes of the largest frame accepted. */
  readonly scanBytes: number;
  /** Venue connections that receive into this memory; none when absent. */
  readonly receiveSlices?: number;
  /** Bytes of each one's slice; a multiple of 64. */
  readonly receiveBytes?: number;
  /** Bytes between ingest and the recorder, a power of two; none when absent or 0. */
  readonly recordRingBytes?: number;
  /** CHECK_* of the evidence that changes no book; none when absent. */
  readonly checksOff?: number;
}

/** Byte position, item count and item size of one region. */
export interface Region {
  readonly at: number;
  readonly count: number;
  readonly bytesEach: number;
}

const WASM_PAGE_BYTES = 65_536;
const ARENA_BYTES_MAX = 65_536 * WASM_PAGE_BYTES;

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}

function powerOfTwoAtLeast(value: number): number {
  let power = 1;
  while (power < value) power *= 2;
  return power;
}

/** Regions, and rings within theirs, begin on a pair of cache lines: the ring's words count on it. */
function alignToPair(bytes: number): number {
  return Math.ceil(bytes / L.LINE_PAIR_BYTES) * L.LINE_PAIR_BYTES;
}

/** [count, bytesEach] of every region, in REGION_* order. */
function regionSizes(plan: ArenaPlan): readonly (readonly [number, number])[] {
  const agents = plan.detectors + 4;
  const recordRingBytes = plan.recordRingBytes ?? 0;
  const keys = powerOfTwoAtLeast(plan.markets * 3 * 2);
  const idSlots = powerOfTwoAtLeast(plan.markets * 4);
  const [baskets, legs, marketLegs, groups, lanes] = tableSizes(plan);
  const ring = (slots: number): number => alignToPair(L.RING_SLOTS + slots * L.RING_SLOT_BYTES);
  return [
    [agents, L.AGENT_BYTES],
    [agents, L.COUNTER_BYTES],
    [agents * L.STAGE_COUNT, L.HISTOGRAM_BYTES],
    [plan.grids, L.GRID_BYTES],
    [plan.feeSchedules, L.FEE_BYTES],
    [plan.markets, L.MARKET_BYTES],
    [keys, L.KEY_BYTES],
    [plan.markets, L.BOOK_BYTES],
    [plan.markets, L.LADDER_BYTES],
    [plan.fineLadders, L.FINE_BYTES],
    baskets,
    legs,
    marketLegs,
    [plan.detectors, ring(plan.levelRingSlots)],
    [plan.detectors, ring(plan.opportunityRingSlots)],
    [plan.stagingSlots, L.RING_SLOT_BYTES],
    [plan.scanBytes, 1],
    [agents, L.SCRATCH_BYTES],
    groups,
    lanes,
    [L.TOKENS_FIRST + plan.scanBytes * 4 + L.TOKENS_SLACK_BYTES, 1],
    [plan.receiveSlices ?? 0, (plan.receiveBytes ?? 0) + L.RECEIVE_BEHIND_BYTES],
    [plan.markets, L.IDS_BYTES],
    [idSlots, L.ID_SLOT_BYTES],
    [recordRingBytes > 0 ? 1 : 0, ring(recordRingBytes / L.RING_SLOT_BYTES)],
    [plan.markets, L.SEAL_BYTES],
    [1, ring(L.EVIDENCE_RING_SLOTS)],
    [plan.detectors, ring(L.TRADE_RING_SLOTS)],
    ...tableSizes(plan),
  ];
}

/** The same of one area of the table of baskets. */
function tableSizes(plan: ArenaPlan) {
  return [
    [plan.baskets, L.BASKET_BYTES],
    [plan.legs, L.LEG_BYTES],
    [plan.markets + plan.legs, L.MARKET_LEG_BYTES],
    [Math.ceil(plan.baskets / L.GROUP_BASKETS_MAX) + plan.detectors, L.GROUP_BYTES],
    [laneRows(plan), L.LANE_ROW_BYTES],
  ] as const;
}

/**
 * Rows that the groups of all detectors take at most. Shortest baskets first, a group's longest basket is no longer
 * than the next group's shortest, so beyond one row per 8 legs only a detector's last two groups count, and its start
 * on a cache line.
 */
function laneRows(plan: ArenaPlan): number {
  const lineRows = 64 / L.LANE_ROW_BYTES;
  return Math.ceil(plan.legs / L.GROUP_BASKETS_MAX) + plan.detectors * (2 * L.LEGS_MAX + lineRows);
}

/** Places of all regions for `plan`. Throws RangeError naming the key when a count is not usable or all are too much. */
function layOut(plan: ArenaPlan): { places: Region[]; bytesTotal: number } {
  checkPlan(plan);
  const sizes = regionSizes(plan);
  assert(sizes.length === L.REGION_COUNT, `${sizes.length} regions laid out, ${L.REGION_COUNT} declared`);
  const places: Region[] = [];
  let next = L.REGIONS_START_AT;
  for (const [count, bytesEach] of sizes) {
    places.push({ at: next, count, bytesEach });
    next = alignToPair(next + count * bytesEach);
  }
  if (next > ARENA_BYTES_MAX) throw new RangeError(`arena: ${next} bytes, allowed at most 4 GiB; lower the capacities`);
  return { places, bytesTotal: next };
}

/** Bytes an arena for `plan` takes. Throws RangeError like Arena.create. */
export function arenaBytes(plan: ArenaPlan): number {
  return Math.ceil(layOut(plan).bytesTotal / WASM_PAGE_BYTES) * WASM_PAGE_BYTES;
}

/** A sealed arena: the memory and typed views over all of it. */
export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly bytes: Uint8Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
  readonly view: DataView;

  private constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.bytes = new Uint8Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
    this.u32 = new Uint32Array(memory.buffer);
    this.f64 = new Float64Array(memory.buffer);
    this.view = new DataView(memory.buffer);
  }

  /** Creates, lays out and seals an arena for `plan`. Throws RangeError naming the key when a count is not usable. */
  static create(plan: ArenaPlan): Arena {
    const { places, bytesTotal } = layOut(plan);
    const pages = Math.ceil(bytesTotal / WASM_PAGE_BYTES);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const arena = new Arena(memory);
    arena.#writeHeader(plan, places, bytesTotal);
    return arena;
  }

  /** Attaches to the memory of an arena that another thread made. Throws when its layout version differs. */
  static attach(memory: WebAssembly.Memory): Arena {
    const arena = new Arena(memory);
    const version = arena.u32[(L.HEADER_AT + L.HEADER_VERSION) >> 2];
    if (version !== L.LAYOUT_VERSION) throw new Error(`arena layout ${version}, this build has ${L.LAYOUT_VERSION}`);
    assert(arena.u32[(L.HEADER_AT + L.HEADER_SEALED) >> 2] === 1, 'the arena is sealed before threads attach');
    return arena;
  }

  /** Place of a region; `id` is one of REGION_*. */
  region(id: number): Region {
    const entry = (L.HEADER_AT + L.HEADER_REGIONS + id * L.REGION_ENTRY_BYTES) >> 2;
    return {
      at: this.u32[entry + (L.REGION_AT >> 2)]!,
      count: this.u32[entry + (L.REGION_ITEMS >> 2)]!,
      bytesEach: this.u32[entry + (L.REGION_BYTES_EACH >> 2)]!,
    };
  }

  /** Byte address of item `index` of a region. */
  at(id: number, index: number): number {
    const entry = (L.HEADER_AT + L.HEADER_REGIONS + id * L.REGION_ENTRY_BYTES) >> 2;
    const count = this.u32[entry + (L.REGION_ITEMS >> 2)]!;
    // The text is made only when it is needed: the gate asks for places per leg.
    if (!(index >= 0 && index < count)) {
      throw new InvariantError(`region ${id} has items 0..${count - 1}, asked for ${index}`);
    }
    return this.u32[entry + (L.REGION_AT >> 2)]! + index * this.u32[entry + (L.REGION_BYTES_EACH >> 2)]!;
  }

  get detectors(): number {
    return this.u32[(L.HEADER_AT + L.HEADER_DETECTORS) >> 2]!;
  }

  /** True while nobody has written over the words around the breaker. */
  guardsIntact(): boolean {
    for (let offset = 0; offset < L.GUARD_BYTES; offset += 4) {
      if (this.u32[(L.GUARD_LOW_AT + offset) >> 2] !== L.GUARD_WORD) return false;
      if (this.u32[(L.GUARD_HIGH_AT + offset) >> 2] !== L.GUARD_WORD) return false;
    }
    return true;
  }

  #writeHeader(plan: ArenaPlan, places: readonly Region[], bytesTotal: number): void {
    const { u32 } = this;
    for (let offset = 0; offset < L.GUARD_BYTES; offset += 4) {
      u32[(L.GUARD_LOW_AT + offset) >> 2] = L.GUARD_WORD;
      u32[(L.GUARD_HIGH_AT + offset) >> 2] = L.GUARD_WORD;
    }
    const header = L.HEADER_AT >> 2;
    u32[header + (L.HEADER_VERSION >> 2)] = L.LAYOUT_VERSION;
    u32[header + (L.HEADER_BYTES_TOTAL >> 2)] = bytesTotal;
    u32[header + (L.HEADER_DETECTORS >> 2)] = plan.detectors;
    u32[header + (L.HEADER_CHECKS_OFF >> 2)] = plan.checksOff ?? 0;
    for (const [id, place] of places.entries()) {
      const entry = (L.HEADER_AT + L.HEADER_REGIONS + id * L.REGION_ENTRY_BYTES) >> 2;
      u32[entry + (L.REGION_AT >> 2)] = place.at;
      u32[entry + (L.REGION_ITEMS >> 2)] = place.count;
      u32[entry + (L.REGION_BYTES_EACH >> 2)] = place.bytesEach;
    }
    for (const [region, slots] of [
      [L.REGION_LEVEL_RINGS, plan.levelRingSlots],
      [L.REGION_OPPORTUNITY_RINGS, plan.opportunityRingSlots],
      [L.REGION_RECORD_RINGS, (plan.recordRingBytes ?? 0) / L.RING_SLOT_BYTES],
      [L.REGION_EVIDENCE_RING, L.EVIDENCE_RING_SLOTS],
      [L.REGION_TRADE_RINGS, L.TRADE_RING_SLOTS],
    ] as const) {
      const { at, count, bytesEach } = places[region]!;
      for (let index = 0; index < count; index += 1) u32[(at + index * bytesEach + L.RING_CAPACITY) >> 2] = slots;
    }
    u32[header + (L.HEADER_SEALED >> 2)] = 1;
  }
}

const MAY_BE_NONE = new Set([
  ...['fineLadders', 'baskets', 'legs', 'receiveSlices', 'receiveBytes', 'recordRingBytes', 'checksOff'],
]);

function checkPlan(plan: ArenaPlan): void {
  for (const [key, value] of Object.entries(plan) as [string, number][]) {
    const least = MAY_BE_NONE.has(key) ? 0 : 1;
    if (!Number.isInteger(value) || value < least) {
      throw new RangeError(`arena.${key}: ${value}, allowed an integer from ${least}`);
    }
  }
  if ((plan.receiveBytes ?? 0) % 64 !== 0) {
    throw new RangeError(`arena.receiveBytes: ${plan.receiveBytes}, allowed multiples of 64`);
  }
  for (const key of ['levelRingSlots', 'opportunityRingSlots'] as const) {
    if (!isPowerOfTwo(plan[key])) throw new RangeError(`arena.${key}: ${plan[key]}, allowed powers of two`);
  }
  const { recordRingBytes = 0, scanBytes } = plan;
  // The largest frame fits beside one more, so that it is not lost for want of room that never comes.
  if (recordRingBytes > 0 && !(isPowerOfTwo(recordRingBytes) && recordRingBytes >= 2 * scanBytes)) {
    throw new RangeError(
      `recorder.ringBytes: ${recordRingBytes}, allowed powers of two from twice arena.scanBytes (${2 * scanBytes})`,
    );
  }
}
