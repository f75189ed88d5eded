// Worker of ring.test.ts: pushes numbered records of one and two slots in groups, as fast as the reader allows.
import { workerData } from 'node:worker_threads';
import { Arena } from '../../dist/engine/memory/arena.js';
import { Ring } from '../../dist/engine/memory/ring.js';
import * as L from '../../dist/wasm/layout.js';

const { memory, at, records } = workerData;
const arena = Arena.attach(memory);
const ring = new Ring(arena, at);
const GROUP = 7;
for (let number = 0; number < records; ) {
  if (ring.free(GROUP * 3) < GROUP * 3) continue;
  for (let i = 0; i < GROUP && number < records; i += 1, number += 1) {
    const slots = Math.imul(number, 0x9e3779b1) >>> 30 === 0 ? 2 : 1;
    const recordAt = ring.claim(slots);
    arena.bytes[recordAt + L.RECORD_KIND] = slots === 2 ? L.KIND_FRAME_END : L.KIND_SET;
    arena.view.setUint32(recordAt, number, true);
    arena.view.setUint32(recordAt + slots * L.RING_SLOT_BYTES - 4, ~number >>> 0, true);
  }
  ring.publish();
}
