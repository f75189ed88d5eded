// Takes Opportunity, Leg and Gone records off a detector's opportunity ring. Reader: the executor; writer: the detector.
import * as L from '../../wasm/layout.ts';
import { assert } from '../core/assert.ts';
import type { Arena } from '../memory/arena.ts';
import type { Ring } from '../memory/ring.ts';
import type { Fill } from '../venue/fees.ts';

/** One leg as the detector sized it. */
export interface OpportunityLeg {
  readonly marketIndex: number;
  readonly epoch: number;
  readonly action: number;
  readonly limitE4: number;
  readonly sizeMicros: number;
  readonly costMicros: number;
  readonly feeMicros: number;
  /** What the leg can buy at, where the venue was asked again; absent: what its book shows. */
  readonly offers?: readonly Fill[] | undefined;
}

export interface Opportunity {
  /** Its number: its index in the first table, and through all later ones (tables.ts). */
  readonly basketIndex: number;
  /** Its index in the table of baskets that it was found by, and the low half of that table's generation. */
  readonly place: number;
  readonly table: number;
  readonly frameSeq: number;
  readonly recvNs: number;
  /** When the detector found it, 0 = not stamped. */
  readonly detectNs: number;
  /** The breaker was open when the detector published it. */
  readonly halted: boolean;
  readonly sizeMicros: number;
  readonly costMicros: number;
  readonly feeMicros: number;
  readonly edgeMicros: number;
  readonly legs: readonly OpportunityLeg[];
}

/** The opportunity told last of a basket is no more. */
export interface Gone {
  readonly basketIndex: number;
  readonly table: number;
  readonly frameSeq: number;
  /** Receive time of the frame that ended it. */
  readonly recvNs: number;
}

function u64(arena: Arena, at: number): number {
  return arena.u32[at >> 2]! + arena.u32[(at >> 2) + 1]! * 4_294_967_296;
}

/** i64 of at most 53 bits. */
function i64(arena: Arena, at: number): number {
  return arena.u32[at >> 2]! + arena.i32[(at >> 2) + 1]! * 4_294_967_296;
}

/**
 * The next opportunity with its legs, or undefined when the ring is empty. Releases its slots. `onGone` is told of every
 * Gone record before it.
 */
export function takeOpportunity(arena: Arena, ring: Ring, onGone?: (gone: Gone) => void): Opportunity | undefined {
  // Bounded by what is published: each turn releases a slot.
  while (ring.ready() > 0 && ring.kindAt(0) !== L.KIND_OPPORTUNITY) {
    const kind = ring.kindAt(0);
    assert(kind === L.KIND_PAD || kind === L.KIND_GONE, `an opportunity, a Gone or a PAD comes next, not ${kind}`);
    if (kind === L.KIND_GONE) onGone?.(readGone(arena, ring.slotAt(0)));
    ring.release(kind === L.KIND_GONE ? L.GONE_SLOTS : 1);
  }
  return ring.ready() === 0 ? undefined : readOpportunity(arena, ring);
}

function readGone({ view }: Arena, at: number): Gone {
  return {
    basketIndex: view.getUint32(at + L.OPPORTUNITY_BASKET, true),
    table: view.getUint16(at + L.OPPORTUNITY_TABLE, true),
    frameSeq: view.getUint32(at + L.OPPORTUNITY_FRAME_SEQ, true),
    recvNs: view.getFloat64(at + L.OPPORTUNITY_RECV_NS, true),
  };
}

function readOpportunity(arena: Arena, ring: Ring): Opportunity {
  const at = ring.slotAt(0);
  const legCount = arena.view.getUint16(at + L.OPPORTUNITY_LEG_COUNT, true);
  const slots = L.OPPORTUNITY_SLOTS + legCount * L.OPP_LEG_SLOTS;
  assert(legCount >= 1 && legCount <= L.LEGS_MAX, `an opportunity has 1..${L.LEGS_MAX} legs, not ${legCount}`);
  assert(ring.occupancy() >= slots, 'an opportunity is published together with its legs');
  const legs: OpportunityLeg[] = [];
  for (let leg = 0; leg < legCount; leg += 1) legs.push(readLeg(arena, ring.slotAt(L.OPPORTUNITY_SLOTS + leg)));
  const place = arena.view.getUint32(at + L.OPPORTUNITY_BASKET, true);
  const taken: Opportunity = {
    ...{ basketIndex: place, place },
    table: arena.view.getUint16(at + L.OPPORTUNITY_TABLE, true),
    frameSeq: arena.view.getUint32(at + L.OPPORTUNITY_FRAME_SEQ, true),
    recvNs: arena.view.getFloat64(at + L.OPPORTUNITY_RECV_NS, true),
    detectNs: arena.view.getFloat64(at + L.OPPORTUNITY_DETECT_NS, true),
    halted: (arena.bytes[at + L.OPPORTUNITY_FLAGS]! & L.OPPORTUNITY_FLAG_HALTED) !== 0,
    sizeMicros: u64(arena, at + L.OPPORTUNITY_SIZE_MICROS),
    costMicros: i64(arena, at + L.OPPORTUNITY_COST_MICROS),
    feeMicros: i64(arena, at + L.OPPORTUNITY_FEE_MICROS),
    edgeMicros: i64(arena, at + L.OPPORTUNITY_EDGE_MICROS),
    legs,
  };
  ring.release(slots);
  return taken;
}

function readLeg(arena: Arena, at: number): OpportunityLeg {
  const { view, bytes } = arena;
  assert(bytes[at + L.OPP_LEG_KIND] === L.KIND_LEG, 'an opportunity is followed by its legs');
  return {
    marketIndex: view.getUint32(at + L.OPP_LEG_MARKET, true),
    epoch: view.getUint32(at + L.OPP_LEG_EPOCH, true),
    action: bytes[at + L.OPP_LEG_ACTION]!,
    limitE4: view.getUint16(at + L.OPP_LEG_LIMIT_E4, true),
    sizeMicros: u64(arena, at + L.OPP_LEG_SIZE_MICROS),
    costMicros: i64(arena, at + L.OPP_LEG_COST_MICROS),
    feeMicros: view.getUint32(at + L.OPP_LEG_FEE_MICROS, true),
  };
}
