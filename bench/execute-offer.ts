// The opportunity of measurement `execute`, as a detector publishes it. The detector's thread, which alone writes the ring.
import type { Arena } from '../engine/memory/arena.ts';
import { Ring } from '../engine/memory/ring.ts';
import * as L from '../wasm/layout.ts';

/** A basket of one leg a market, from market 0 on. */
export interface Offer {
  readonly legs: number;
  /** Of every leg. */
  readonly limitE4: number;
  readonly sizeMicros: number;
}

/** Publishes an offer that was detected at `nowNs`. */
export function offerOn(arena: Arena): (offer: Offer, nowNs: number) => void {
  const ring = new Ring(arena, arena.at(L.REGION_OPPORTUNITY_RINGS, 0));
  return (offer, nowNs) => put(arena, ring, offer, nowNs);
}

function put(arena: Arena, ring: Ring, { legs, limitE4, sizeMicros }: Offer, nowNs: number): void {
  const { view, bytes } = arena;
  const at = ring.claim(L.OPPORTUNITY_SLOTS);
  bytes[at + L.OPPORTUNITY_KIND] = L.KIND_OPPORTUNITY;
  view.setUint32(at + L.OPPORTUNITY_BASKET, 0, true);
  view.setUint16(at + L.OPPORTUNITY_LEG_COUNT, legs, true);
  view.setFloat64(at + L.OPPORTUNITY_RECV_NS, nowNs, true);
  view.setFloat64(at + L.OPPORTUNITY_DETECT_NS, nowNs, true);
  view.setBigUint64(at + L.OPPORTUNITY_SIZE_MICROS, BigInt(sizeMicros), true);
  for (let market = 0; market < legs; market += 1) {
    const legAt = ring.claim(L.OPP_LEG_SLOTS);
    bytes[legAt + L.OPP_LEG_KIND] = L.KIND_LEG;
    bytes[legAt + L.OPP_LEG_ACTION] = L.ACTION_BUY_YES;
    view.setUint32(legAt + L.OPP_LEG_MARKET, market, true);
    view.setUint32(legAt + L.OPP_LEG_EPOCH, 1, true);
    view.setUint16(legAt + L.OPP_LEG_LIMIT_E4, limitE4, true);
    view.setUint32(legAt + L.OPP_LEG_FEE_MICROS, 100_000, true);
    view.setBigInt64(legAt + L.OPP_LEG_COST_MICROS, BigInt(Math.ceil((sizeMicros * limitE4) / 10_000)), true);
    view.setBigUint64(legAt + L.OPP_LEG_SIZE_MICROS, BigInt(sizeMicros), true);
  }
  ring.publish();
}
