// The other thread of measurement `hop`: sends back every message, then every record of the ring, until it is stopped.
import { workerData } from 'node:worker_threads';
import { Arena } from '../engine/memory/arena.ts';
import * as L from '../wasm/layout.ts';
import type { HopTask } from './hop.ts';
import { createLoops } from './loops.ts';

/** Records echoed and looks of one wait before the stop word is asked. */
const TURNS = 1_000_000;
const LOOKS = 500_000;

const { memory, port, stop } = workerData as HopTask;
const arena = Arena.attach(memory);
const loops = createLoops(arena);
const inward = arena.at(L.REGION_LEVEL_RINGS, 0);
const outward = arena.at(L.REGION_OPPORTUNITY_RINGS, 0);

port.on('message', (message: unknown) => {
  if (message !== 'rings') {
    port.postMessage(message);
    return;
  }
  while (Atomics.load(stop, 0) === 0) loops.echoRecords(inward, outward, TURNS, LOOKS);
  port.close();
});
