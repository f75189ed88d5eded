// The ring between two real threads.
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { Ring } from '../../engine/memory/ring.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena } from '../helpers/arena.ts';

const RECORDS = 2_000_000;

test('two real threads pass two million records in order and untorn across the 2^32 wrap', async () => {
  const arena = smallArena({ levelRingSlots: 1024 });
  const at = arena.at(L.REGION_LEVEL_RINGS, 0);
  const ring = new Ring(arena, at);
  ring.startAt(2 ** 32 - 1000);
  const worker = new Worker(new URL('./ring-producer.mjs', import.meta.url), {
    workerData: { memory: arena.memory, at, records: RECORDS },
  });
  let failure: Error | undefined;
  worker.on('error', (error) => {
    failure = error;
  });
  let next = 0;
  let wrong = 0;
  let padded = 0;
  while (next < RECORDS && failure === undefined) {
    for (let budget = 4096; budget > 0 && ring.ready() > 0; budget -= 1) {
      const recordAt = ring.slotAt(0);
      const kind = arena.bytes[recordAt + L.RECORD_KIND];
      if (kind === L.KIND_PAD) {
        padded += 1;
        ring.release(1);
        continue;
      }
      const slots = kind === L.KIND_FRAME_END ? 2 : 1;
      const number = arena.view.getUint32(recordAt, true);
      const check = arena.view.getUint32(recordAt + slots * L.RING_SLOT_BYTES - 4, true);
      if (number !== next || check !== ~next >>> 0) wrong += 1;
      next += 1;
      ring.release(slots);
    }
    if (ring.ready() === 0) await new Promise(setImmediate);
  }
  expect(failure).toBeUndefined();
  expect(wrong).toBe(0);
  expect(padded).toBeGreaterThan(0);
  expect(ring.occupancy()).toBe(0);
  await worker.terminate();
});
