// Suite `breaker`: what the gate adds to an order batch. `dutchbook` is the whole pass (announce, re-read, retire);
// the plain load is the check that leaks orders, shown as the least that could be spent.

import { Breaker, NO_SLOT } from '../../engine/breaker/breaker.ts';
import { LiveClock } from '../../engine/core/clock.ts';
import * as L from '../../wasm/layout.ts';
import type { Suite, Variant } from '../harness.ts';
import { createArena } from '../rig.ts';
import type { Workload } from '../workload.ts';

const PASSES_PER_SAMPLE = 1_024;
const CAUSE = 1;

/** Times `allowed`; verifies that it allows all while the breaker is closed and none once it is tripped. */
function variant(name: string, breaker: Breaker, allowed: (batchId: number) => boolean): Variant {
  let batchId = 0;
  let sink = 0;
  const passes = (): number => {
    let passed = 0;
    for (let count = 0; count < PASSES_PER_SAMPLE; count += 1) {
      batchId = (batchId & 0xffffff) + 1;
      if (allowed(batchId)) passed += 1;
    }
    return passed;
  };
  return {
    name,
    opsPerSample: PASSES_PER_SAMPLE,
    run: () => {
      sink += passes();
    },
    verify: () => {
      const closed = passes();
      breaker.trip(CAUSE, 0);
      const open = passes();
      if (!breaker.reset(CAUSE, 'bench', 'trip seen')) throw new Error('the breaker was not reset');
      if (sink % PASSES_PER_SAMPLE !== 0) throw new Error('a pass was refused while the breaker was closed');
      return `${closed}.${open}`;
    },
  };
}

export function createBreakerSuite(workload: Workload): Suite {
  const arena = createArena(workload, []);
  const breaker = new Breaker(arena, new LiveClock());
  const state = (L.BREAKER_AT + L.BREAKER_STATE) >> 2;
  const pass = (batchId: number): boolean => {
    if (breaker.announce(batchId) === NO_SLOT) return false;
    const closed = !breaker.isOpen();
    breaker.retire(batchId);
    return closed;
  };
  return {
    name: 'breaker',
    operation: 'check before sending',
    variants: [
      variant('dutchbook', breaker, pass),
      variant('dutchbook, read only', breaker, () => !breaker.isOpen()),
      variant('Atomics.load', breaker, () => Atomics.load(arena.i32, state) === L.BREAKER_CLOSED),
    ],
  };
}
