// One suite or measurement in a process of its own, started by bench/run.ts; prints one JSON value.
//   suite|bytes|both NAME full|smoke    measure NAME full|smoke    gc FRAMES [--plant]
import { measureBytes } from './allocation.ts';
import { countPathCollections } from './gc.ts';
import { FULL_EFFORT, runSuite, SMOKE_EFFORT, type Suite } from './harness.ts';
import { ALLOCATION_PLAN, MEASUREMENTS, type Mode, workloadOf } from './measurements.ts';
import { PEER_SUITES } from './peers/suites.ts';
import { SUITES } from './suites.ts';
import { createWorkload, type Workload } from './workload.ts';

const EFFORT = { full: FULL_EFFORT, smoke: SMOKE_EFFORT };
const BYTES_SAMPLES = { full: 200, smoke: 4 };

function modeOf(text: string | undefined): Mode {
  if (text !== 'full' && text !== 'smoke') throw new RangeError(`mode ${text}: allowed full, smoke`);
  return text;
}

async function suiteOf(name: string | undefined, workload: Workload): Promise<Suite> {
  const suites = { ...SUITES, ...PEER_SUITES };
  const create = suites[name ?? ''];
  if (create === undefined) throw new RangeError(`suite ${name}: allowed ${Object.keys(suites).join(', ')}`);
  return create(workload);
}

async function measured(name: string | undefined, mode: Mode): Promise<unknown> {
  const measurement = MEASUREMENTS[name ?? ''];
  if (measurement === undefined)
    throw new RangeError(`measurement ${name}: allowed ${Object.keys(MEASUREMENTS).join(', ')}`);
  const rows = await measurement.measure(mode);
  if (rows.length === 0) throw new Error(`${name}: nothing was measured`);
  return { name, operation: measurement.operation, rows };
}

async function answer([what, name, ...rest]: readonly string[]): Promise<unknown> {
  if (what === 'gc')
    return countPathCollections(createWorkload(ALLOCATION_PLAN), Number(name), rest.includes('--plant'));
  const mode = modeOf(rest[0]);
  if (what === 'measure') return measured(name, mode);
  if (what !== 'suite' && what !== 'bytes' && what !== 'both')
    throw new RangeError(`${what}: allowed suite, bytes, both, measure, gc`);
  const small = what === 'bytes' && mode === 'full';
  const suite = await suiteOf(name, small ? createWorkload(ALLOCATION_PLAN) : workloadOf(mode));
  if (what === 'suite') return runSuite(suite, EFFORT[mode]);
  if (what === 'bytes') return measureBytes(suite, BYTES_SAMPLES[mode]);
  return { ...runSuite(suite, EFFORT[mode]), bytes: await measureBytes(suite, BYTES_SAMPLES[mode]) };
}

// A measurement may leave sockets or threads that would keep the process: it ends when its figures are out.
process.stdout.write(`${JSON.stringify(await answer(process.argv.slice(2)))}\n`, () => process.exit(0));
