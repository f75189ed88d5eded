// One measurement in a process of its own, started by bench/run.ts; prints one JSON value.
//   suite|bytes|both NAME full|smoke    latency full|smoke    gc FRAMES [--plant]
import { measureBytes } from './allocation.ts';
import { countPathCollections } from './gc.ts';
import { FULL_EFFORT, runSuite, SMOKE_EFFORT, type Suite } from './harness.ts';
import { measureLatency } from './latency.ts';
import { SUITES } from './suites.ts';
import { createWorkload, FULL_PLAN, SMOKE_PLAN, type Workload } from './workload.ts';

const EFFORT = { full: FULL_EFFORT, smoke: SMOKE_EFFORT };
const BYTES_SAMPLES = { full: 200, smoke: 4 };
const LATENCY_BLOCKS = { full: 20, smoke: 1 };

/** Allocation does not depend on the number of markets: a quarter of the workload opens faster. */
const GC_PLAN = { ...FULL_PLAN, markets: 250, frames: 2_048 };

type Mode = 'full' | 'smoke';

function modeOf(text: string | undefined): Mode {
  if (text !== 'full' && text !== 'smoke') throw new RangeError(`mode ${text}: allowed full, smoke`);
  return text;
}

function workloadOf(mode: Mode): Workload {
  return createWorkload(mode === 'full' ? FULL_PLAN : SMOKE_PLAN);
}

function suiteOf(name: string | undefined, mode: Mode): Suite {
  const create = SUITES[name ?? ''];
  if (create === undefined) throw new RangeError(`suite ${name}: allowed ${Object.keys(SUITES).join(', ')}`);
  return create(workloadOf(mode));
}

async function measure(args: readonly string[]): Promise<unknown> {
  const [what, first, second] = args;
  if (what === 'suite') {
    const mode = modeOf(second);
    return runSuite(suiteOf(first, mode), EFFORT[mode]);
  }
  if (what === 'bytes') {
    const mode = modeOf(second);
    return measureBytes(suiteOf(first, mode), BYTES_SAMPLES[mode]);
  }
  if (what === 'both') {
    const mode = modeOf(second);
    const suite = suiteOf(first, mode);
    const result = runSuite(suite, EFFORT[mode]);
    return { ...result, bytes: await measureBytes(suite, BYTES_SAMPLES[mode]) };
  }
  if (what === 'latency') {
    const mode = modeOf(first);
    return measureLatency(workloadOf(mode), LATENCY_BLOCKS[mode]);
  }
  if (what === 'gc') return countPathCollections(createWorkload(GC_PLAN), Number(first), args.includes('--plant'));
  throw new RangeError(`measurement ${what}: allowed suite, bytes, both, latency, gc`);
}

console.log(JSON.stringify(await measure(process.argv.slice(2))));
