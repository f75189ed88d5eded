// Worker of the breaker test: sends "orders" as fast as it can through the product's gate, or by the broken "look, then
// send", which is the gate's screen without the announcement. Built files only.
// Words (Int32Array over `control`): 0 stop, 1 sent, 2 refused by the open breaker, 3 phase, 4 hold, 5 ready, 6 refused
// for any other cause.
import { workerData } from 'node:worker_threads';

const { dist, memory, control, broken, limits, legs, agentIndex } = workerData;
const { Arena } = await import(`${dist}/engine/memory/arena.js`);
const { Breaker } = await import(`${dist}/engine/breaker/breaker.js`);
const { Gate } = await import(`${dist}/engine/breaker/gate.js`);
const { LiveClock } = await import(`${dist}/engine/core/clock.js`);
const { compileWasm, instantiate } = await import(`${dist}/engine/detect/host.js`);

const [STOP, SENT, REFUSED, PHASE, HOLD, READY, REFUSED_OTHERWISE] = [0, 1, 2, 3, 4, 5, 6];
const words = new Int32Array(control);
const arena = Arena.attach(memory);
const clock = new LiveClock();
const breaker = new Breaker(arena, clock, instantiate(compileWasm(), arena, agentIndex));
const gate = new Gate(arena, breaker, limits, {
  availableMicros: () => 1e12,
  openNotionalMicros: () => 0,
  venueRefusal: () => undefined,
  capRefusal: () => undefined,
  meetsOwn: () => false,
  marketHold: () => undefined,
});
const orders = legs.map(({ marketIndex }) => ({ marketIndex }));
let batchId = 0;
// A cheap generator: the length of the work between the check and the send has to vary.
let seed = 0x2545f491;

function spin() {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  const turns = (seed >>> 0) % 400;
  for (let turn = 0; turn < turns; turn += 1) Atomics.load(words, HOLD);
}

function send() {
  Atomics.store(words, PHASE, 1);
  spin();
  Atomics.add(words, SENT, 1);
  Atomics.store(words, PHASE, 0);
}

function refused(cause) {
  Atomics.add(words, cause === 'BREAKER_OPEN' ? REFUSED : REFUSED_OTHERWISE, 1);
}

Atomics.store(words, READY, 1);
Atomics.notify(words, READY);
while (Atomics.load(words, STOP) === 0) {
  batchId = (batchId % 0x7ffffff0) + 1;
  if (broken) {
    const cause = gate.screen(legs, clock.nowNs());
    if (cause === undefined) send();
    else refused(cause);
    continue;
  }
  const baskets = [{ legs, orders, requestIds: [batchId] }];
  const [passed] = gate.pass(baskets, clock.nowNs(), (_, cause) => {
    if (cause !== undefined) refused(cause);
  });
  if (passed === undefined) continue;
  send();
  breaker.retire(passed.batchId);
}
