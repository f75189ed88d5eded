// One measurement in a process of its own, started by bench/run.ts; prints one JSON value.
//   suite NAME full|smoke    bytes NAME full|smoke    latency full|smoke    gc FRAMES [--plant]
import { measureBytes } from './allocation.ts';
import { countPathCollections } from './gc.ts';
import { FULL_EFFORT, runSuite, SMOKE_EFFORT, type Suite } from './harness.ts';
import { measureLatency } from './latency.ts';
import { SUITES } from './suites.ts';
import { createWorkload, FULL_PLAN, SMOKE_PLAN, type Workload } from './workload.ts';

const BYTES_SAMPLES = { full: 200, smoke: 4 };
const LATENCY_FRAMES = { full: 400_000, smoke: 2_000 };

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
    return runSuite(suiteOf(first, mode), mode === 'full' ? FULL_EFFORT : SMOKE_EFFORT);
  }
  if (what === 'bytes') {
    const mode = modeOf(second);
    return measureBytes(suiteOf(first, mode), BYTES_SAMPLES[mode]);
  }
  if (what === 'latency') {
    const mode = modeOf(first);
    return measureLatency(workloadOf(mode), LATENCY_FRAMES[mode]);
  }
  if (what === 'gc') return countPathCollections(workloadOf('full'), Number(first), args.includes('--plant'));
  throw new RangeError(`measurement ${what}: allowed suite, bytes, latency, gc`);
}

console.log(JSON.stringify(await measure(process.argv.slice(2))));
