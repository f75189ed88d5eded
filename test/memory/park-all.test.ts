// Several rings waited for at once: whichever is written to ends the wait, at once, again and again.
import { expect, test } from 'vitest';
import { Arena } from '../../engine/memory/arena.ts';
import { ParkAll } from '../../engine/memory/park-all.ts';
import { Ring } from '../../engine/memory/ring.ts';
import * as L from '../../wasm/layout.ts';

const PLAN = { markets: 1, fineLadders: 0, grids: 1, feeSchedules: 1, baskets: 0, legs: 0, detectors: 2 };
const SIZES = { levelRingSlots: 64, opportunityRingSlots: 64, stagingSlots: 1, scanBytes: 64 };
const LONG_MS = 60_000;

test('a ring that went on being waited for wakes its reader, however often another ring did before', async () => {
  const arena = Arena.create({ ...PLAN, ...SIZES });
  const rings = [0, 1].map((detector) => new Ring(arena, arena.at(L.REGION_OPPORTUNITY_RINGS, detector)));
  const parking = new ParkAll(rings, LONG_MS);
  // Were the second ring parked on anew each time, the waits that pile up there would each say at their end that nobody
  // sleeps: then the second of two records in a row would wake nobody, and this test would wait for a minute.
  for (const written of [0, 0, 0, 1, 1, 0, 1, 1]) {
    const waiting = parking.next();
    const ring = rings[written]!;
    arena.bytes[ring.claim(1) + L.RECORD_KIND] = L.KIND_GONE;
    ring.publish();
    await waiting;
    expect(ring.ready()).toBe(1);
    ring.release(1);
  }
});
