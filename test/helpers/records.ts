// Writes ring records the way decode and ingest do, so that books and baskets can be tested without either.
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { Counters } from '../../engine/memory/counters.ts';
import { Ring } from '../../engine/memory/ring.ts';
import * as L from '../../wasm/layout.ts';

export interface LevelInput {
  readonly market?: number;
  readonly epoch?: number;
  readonly priceE4: number;
  readonly side: number;
  readonly kind?: number;
  readonly flags?: number;
  readonly sizeMicros: number;
}

export interface EndInput {
  readonly market?: number;
  readonly epoch?: number;
  readonly flags?: number;
  readonly venueMs?: number;
  readonly recvNs?: number;
  readonly bidE4?: number;
  readonly askE4?: number;
  readonly connection?: number;
  readonly seq?: number;
  readonly sid?: number;
  readonly publishedDeltaNs?: number;
}

interface ControlInput {
  readonly market?: number;
  readonly epoch?: number;
  readonly grid?: number;
  readonly connection?: number;
  readonly sid?: number;
  readonly seq?: number;
}

/** The producer's end of a detector's level ring, frame by frame. */
export class FrameWriter {
  frameSeq = 0;
  readonly ring: Ring;
  readonly #arena: Arena;

  constructor(arena: Arena, detector = 0) {
    this.#arena = arena;
    this.ring = new Ring(arena, arena.at(L.REGION_LEVEL_RINGS, detector));
  }

  next(): this {
    this.frameSeq += 1;
    return this;
  }

  level(input: LevelInput): this {
    const at = this.ring.claim(L.LEVEL_SLOTS);
    const { view } = this.#arena;
    view.setUint32(at + L.LEVEL_MARKET, input.market ?? 0, true);
    view.setUint32(at + L.LEVEL_EPOCH, input.epoch ?? 1, true);
    view.setUint16(at + L.LEVEL_PRICE_E4, input.priceE4, true);
    view.setUint8(at + L.LEVEL_SIDE, input.side);
    view.setUint8(at + L.LEVEL_KIND, input.kind ?? L.KIND_SET);
    view.setUint16(at + L.LEVEL_FLAGS, input.flags ?? 0, true);
    view.setUint32(at + L.LEVEL_FRAME_SEQ, this.frameSeq, true);
    view.setBigInt64(at + L.LEVEL_SIZE_MICROS, BigInt(input.sizeMicros), true);
    return this;
  }

  clear(market = 0, flags = 0, epoch = 1): this {
    const more = flags | L.LEVEL_FLAG_SNAPSHOT_FIRST;
    return this.level({ market, epoch, priceE4: 0, side: 0, kind: L.KIND_CLEAR, flags: more, sizeMicros: 0 });
  }

  /** Closes a part; publishes when it is the frame's last. */
  end(input: EndInput = {}, last = true): this {
    const at = this.ring.claim(L.FRAME_END_SLOTS);
    const { view, bytes } = this.#arena;
    bytes.fill(0, at, at + L.FRAME_END_BYTES);
    view.setUint32(at + L.FRAME_END_MARKET, input.market ?? 0, true);
    view.setUint32(at + L.FRAME_END_EPOCH, input.epoch ?? 1, true);
    view.setUint16(at + L.FRAME_END_CONNECTION, input.connection ?? 0, true);
    view.setUint8(at + L.FRAME_END_KIND, L.KIND_FRAME_END);
    const sequenced = input.seq === undefined ? 0 : L.FRAME_FLAG_HAS_SEQ;
    view.setUint16(at + L.FRAME_END_FLAGS, (input.flags ?? 0) | sequenced | (last ? L.FRAME_FLAG_LAST : 0), true);
    view.setFloat64(at + L.FRAME_END_RECV_NS, input.recvNs ?? this.frameSeq * 1000, true);
    view.setFloat64(at + L.FRAME_END_VENUE_MS, input.venueMs ?? this.frameSeq, true);
    view.setUint32(at + L.FRAME_END_FRAME_SEQ, this.frameSeq, true);
    view.setUint16(at + L.FRAME_END_BEST_BID_E4, input.bidE4 ?? L.NO_TOP_E4, true);
    view.setUint16(at + L.FRAME_END_BEST_ASK_E4, input.askE4 ?? L.NO_TOP_E4, true);
    view.setUint32(at + L.FRAME_END_SEQ, input.seq ?? 0, true);
    view.setUint32(at + L.FRAME_END_SID, input.sid ?? 0, true);
    view.setUint32(at + L.FRAME_END_PUBLISHED_DELTA_NS, input.publishedDeltaNs ?? 0, true);
    if (last) this.ring.publish();
    return this;
  }

  /** A published Control record of a frame of its own. */
  control(op: number, input: ControlInput = {}): this {
    const at = this.ring.claim(L.CONTROL_SLOTS);
    const { view, bytes } = this.#arena;
    bytes.fill(0, at, at + L.CONTROL_BYTES);
    view.setUint32(at + L.CONTROL_MARKET, input.market ?? 0, true);
    view.setUint32(at + L.CONTROL_EPOCH, input.epoch ?? 1, true);
    view.setUint16(at + L.CONTROL_OP, op, true);
    view.setUint8(at + L.CONTROL_KIND, L.KIND_CONTROL);
    view.setUint32(at + L.CONTROL_GRID, input.grid ?? 0, true);
    view.setUint32(at + L.CONTROL_FRAME_SEQ, this.frameSeq, true);
    view.setUint32(at + L.CONTROL_CONNECTION, input.connection ?? 0, true);
    view.setUint32(at + L.CONTROL_SID, input.sid ?? 0, true);
    view.setUint32(at + L.CONTROL_SEQ, input.seq ?? 0, true);
    this.ring.publish();
    return this;
  }
}

export interface OpportunityRead {
  readonly basket: number;
  readonly frameSeq: number;
  readonly sizeMicros: bigint;
  readonly costMicros: bigint;
  readonly feeMicros: bigint;
  readonly edgeMicros: bigint;
  readonly detectNs: number;
  readonly recvNs: number;
  readonly legs: { market: number; action: number; limitE4: number; cost: bigint; fee: number; size: bigint }[];
}

/** Takes every published opportunity from a detector's ring, and adds the baskets of Gone records to `gone`. */
export function takeOpportunities(arena: Arena, detector = 0, gone: number[] = []): OpportunityRead[] {
  const ring = new Ring(arena, arena.at(L.REGION_OPPORTUNITY_RINGS, detector));
  const { view } = arena;
  const taken: OpportunityRead[] = [];
  while (ring.ready() > 0) {
    const at = ring.slotAt(0);
    if (ring.kindAt(0) !== L.KIND_OPPORTUNITY) {
      if (ring.kindAt(0) === L.KIND_GONE) gone.push(view.getUint32(at + L.OPPORTUNITY_BASKET, true));
      ring.release(1);
      continue;
    }
    const count = view.getUint16(at + L.OPPORTUNITY_LEG_COUNT, true);
    const legs = Array.from({ length: count }, (_, place) => {
      const leg = ring.slotAt(L.OPPORTUNITY_SLOTS + place);
      return {
        market: view.getUint32(leg + L.OPP_LEG_MARKET, true),
        action: view.getUint8(leg + L.OPP_LEG_ACTION),
        limitE4: view.getUint16(leg + L.OPP_LEG_LIMIT_E4, true),
        cost: view.getBigInt64(leg + L.OPP_LEG_COST_MICROS, true),
        fee: view.getUint32(leg + L.OPP_LEG_FEE_MICROS, true),
        size: view.getBigUint64(leg + L.OPP_LEG_SIZE_MICROS, true),
      };
    });
    taken.push({
      basket: view.getUint32(at + L.OPPORTUNITY_BASKET, true),
      frameSeq: view.getUint32(at + L.OPPORTUNITY_FRAME_SEQ, true),
      sizeMicros: view.getBigUint64(at + L.OPPORTUNITY_SIZE_MICROS, true),
      costMicros: view.getBigInt64(at + L.OPPORTUNITY_COST_MICROS, true),
      feeMicros: view.getBigInt64(at + L.OPPORTUNITY_FEE_MICROS, true),
      edgeMicros: view.getBigInt64(at + L.OPPORTUNITY_EDGE_MICROS, true),
      detectNs: view.getFloat64(at + L.OPPORTUNITY_DETECT_NS, true),
      recvNs: view.getFloat64(at + L.OPPORTUNITY_RECV_NS, true),
      legs,
    });
    ring.release(L.OPPORTUNITY_SLOTS + count * L.OPP_LEG_SLOTS);
  }
  return taken;
}

/** Drains everything published, publishing opportunities as the agent does. */
export function drainAll(wasm: DetectExports, nowNs = 0): void {
  while (wasm.drain(64) > 0) wasm.publishOpportunities(nowNs);
}

/** Counter `id` of detector 0. */
export function detectorCounter(arena: Arena, id: number): number {
  return new Counters(arena, 1).get(id);
}
