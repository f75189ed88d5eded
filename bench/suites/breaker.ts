// Suites of the breaker. `breaker-read`: looking at it from inside WASM, beside a plain load in the same loop.
// `breaker-call`: one look from JavaScript, beside Atomics.load on the same memory. `breaker-pass`: what the gate adds
// to an order batch (announce, re-read, retire), beside the check alone, which leaks orders.
import { Breaker, type BreakerExports, NO_SLOT } from '../../engine/breaker/breaker.ts';
import { LiveClock } from '../../engine/core/clock.ts';
import { compileWasm, instantiate } from '../../engine/detect/host.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import * as L from '../../wasm/layout.ts';
import type { Suite, Variant } from '../harness.ts';
import { createLoops } from '../loops.ts';
import { createArena, DETECT_AGENT } from '../rig.ts';
import type { Workload } from '../workload.ts';

const READS_PER_SAMPLE = 65_536;
const PASSES_PER_SAMPLE = 1_024;
const CAUSE = 1;

interface Place {
  readonly arena: Arena;
  readonly wasm: BreakerExports;
  readonly breaker: Breaker;
}

function createPlace(workload: Workload): Place {
  const arena = createArena(workload, []);
  const wasm = instantiate<BreakerExports>(compileWasm(), arena, DETECT_AGENT);
  return { arena, wasm, breaker: new Breaker(arena, new LiveClock(), wasm) };
}

/** Times `reads`, which answers how many of `count` looks saw it open; verified closed, tripped and reset. */
function variant(name: string, breaker: Breaker, each: number, reads: (count: number) => number): Variant {
  let seenOpen = 0;
  return {
    name,
    opsPerSample: each,
    run: () => {
      seenOpen += reads(each);
    },
    verify: () => {
      if (seenOpen !== 0) throw new Error(`${name}: ${seenOpen} looks saw an open breaker while it was closed`);
      const closed = reads(each);
      breaker.trip(CAUSE, 0);
      const open = reads(each);
      if (!breaker.reset(CAUSE, 'bench', 'trip seen')) throw new Error('the breaker was not reset');
      return `${closed}.${open}.${reads(each)}`;
    },
  };
}

export function createBreakerReadSuite(workload: Workload): Suite {
  const { arena, breaker } = createPlace(workload);
  const loops = createLoops(arena);
  return {
    name: 'breaker-read',
    operation: 'look from inside WASM',
    variants: [
      variant('dutchbook', breaker, READS_PER_SAMPLE, (count) => loops.loopBreakerReads(count)),
      variant('plain load', breaker, READS_PER_SAMPLE, (count) => loops.loopPlainLoads(count)),
    ],
  };
}

export function createBreakerCallSuite(workload: Workload): Suite {
  const { arena, breaker, wasm } = createPlace(workload);
  const { i32 } = arena;
  const causes = (L.BREAKER_AT + L.BREAKER_STATE) >> 2;
  const byCall = (count: number): number => {
    let open = 0;
    for (let read = 0; read < count; read += 1) open += wasm.breakerOpen();
    return open;
  };
  const byAtomics = (count: number): number => {
    let open = 0;
    for (let read = 0; read < count; read += 1) open += Atomics.load(i32, causes) === 0 ? 0 : 1;
    return open;
  };
  return {
    name: 'breaker-call',
    operation: 'look from JavaScript',
    variants: [
      variant('dutchbook', breaker, PASSES_PER_SAMPLE, byCall),
      variant('Atomics.load', breaker, PASSES_PER_SAMPLE, byAtomics),
    ],
  };
}

export function createBreakerPassSuite(workload: Workload): Suite {
  const { breaker } = createPlace(workload);
  let batchId = 0;
  const refusedBy = (allowed: (batchId: number) => boolean) => (count: number) => {
    let refused = 0;
    for (let pass = 0; pass < count; pass += 1) {
      batchId = (batchId & 0xffffff) + 1;
      if (!allowed(batchId)) refused += 1;
    }
    return refused;
  };
  const pass = (id: number): boolean => {
    if (breaker.announce(id) === NO_SLOT) return false;
    const closed = !breaker.isOpen();
    breaker.retire(id);
    return closed;
  };
  return {
    name: 'breaker-pass',
    operation: 'announce, re-read, retire',
    variants: [
      variant('dutchbook', breaker, PASSES_PER_SAMPLE, refusedBy(pass)),
      variant(
        'check alone',
        breaker,
        PASSES_PER_SAMPLE,
        refusedBy(() => !breaker.isOpen()),
      ),
    ],
  };
}
