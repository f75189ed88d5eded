// Worker of the breaker test: sends "orders" as fast as it can, by the protocol or by the broken "load, then send".
// Built files only. Words (Int32Array over `control`): 0 stop, 1 sent, 2 shots refused, 3 phase, 4 hold, 5 ready.
import { workerData } from 'node:worker_threads';

const { dist, memory, control, broken } = workerData;
const { Arena } = await import(`${dist}/engine/memory/arena.js`);
const { Breaker } = await import(`${dist}/engine/breaker/breaker.js`);
const { LiveClock } = await import(`${dist}/engine/core/clock.js`);

const words = new Int32Array(control);
const breaker = new Breaker(Arena.attach(memory), new LiveClock());
let batchId = 0;
// A cheap generator: the length of the work between the check and the send has to vary.
let seed = 0x2545f491;

function spin() {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  const turns = (seed >>> 0) % 400;
  for (let turn = 0; turn < turns; turn += 1) Atomics.load(words, 4);
}

Atomics.store(words, 5, 1);
Atomics.notify(words, 5);
while (Atomics.load(words, 0) === 0) {
  batchId = (batchId % 0x7ffffff0) + 1;
  if (broken) {
    if (breaker.isOpen()) {
      Atomics.add(words, 2, 1);
      continue;
    }
    Atomics.store(words, 3, 1);
    spin();
    Atomics.add(words, 1, 1);
    Atomics.store(words, 3, 0);
    continue;
  }
  breaker.announce(batchId);
  if (breaker.isOpen()) {
    breaker.retire(batchId);
    Atomics.add(words, 2, 1);
    continue;
  }
  Atomics.store(words, 3, 1);
  spin();
  Atomics.add(words, 1, 1);
  Atomics.store(words, 3, 0);
  breaker.retire(batchId);
}
