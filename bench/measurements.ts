// Special measurements by name: what does not fit a suite of interleaved calls (two threads, sockets, arrivals by
// schedule, heap, start-up). Each runs in a child process of its own and answers rows of figures.
//
// To add one: write `bench/<name>.ts` with a function (mode) => rows, and put one line into MEASUREMENTS. A row is
// `{ variant, scenario?, …figures }`, ours first; figures are numbers whose name ends in the unit: nsPerOp, p50Ns, p99Ns,
// p999Ns, maxNs, bytesPerOp, frames … Checks in budgets.json name measurement, variant, scenario and figure.

import { BYTES_FLAGS } from './allocation.ts';
import type { FigureRow } from './budgets.ts';
import { countPathCollections } from './gc.ts';
import { measureHop } from './hop.ts';
import { measureHot } from './hot.ts';
import { measureLatency } from './latency.ts';
import { measureRelations } from './relations.ts';
import { measureSocket } from './socket.ts';
import { measureSocketBytes } from './socket-bytes.ts';
import { measureStages } from './stages.ts';
import { measureStartup } from './startup.ts';
import { measureSweepBandwidth } from './sweep-bandwidth.ts';
import { measureWarmUp } from './warm-up.ts';
import { createWorkload, FULL_PLAN, SMOKE_PLAN, type Workload } from './workload.ts';

/** `full` is what gates are held against; `smoke` shows in seconds that it works. */
export type Mode = 'full' | 'smoke';

export interface Measurement {
  /** What one row's figures are of, for the tables. */
  readonly operation: string;
  /** V8 flags of its process. */
  readonly flags?: readonly string[];
  readonly measure: (mode: Mode) => Rows | Promise<Rows>;
}

/** A row as its author types it; its figures are read by name. */
type Rows = readonly { readonly variant: string }[];

/** What one measurement's process answers. */
export interface MeasurementResult {
  readonly name: string;
  readonly operation: string;
  readonly rows: readonly FigureRow[];
}

/** The canonical workload at the mode's size. */
export function workloadOf(mode: Mode): Workload {
  return createWorkload(mode === 'full' ? FULL_PLAN : SMOKE_PLAN);
}

const LATENCY_ROUNDS = { full: 15, smoke: 3 };
const BANDWIDTH_ROUNDS = { full: 25, smoke: 2 };
const STAGE_CYCLES = { full: 24, smoke: 2 };
const STARTUP_PLANS = {
  full: { markets: 4_000, baskets: 10_000, runs: 7 },
  smoke: { markets: 400, baskets: 200, runs: 1 },
};
const RELATIONS_PLANS = {
  full: { events: 1_000, compilations: 30, solutions: 120 },
  smoke: { events: 50, compilations: 1, solutions: 3 },
};
const WARM_UP_RUNS = { full: 7, smoke: 1 };
const SIGN_PLANS = {
  full: { warmUp: 200, rounds: 20, callsPerRound: 100 },
  smoke: { warmUp: 2, rounds: 1, callsPerRound: 5 },
};
const EXECUTE_PLANS = {
  // The steady state, as in every other suite: code that few batches went through is not compiled yet, and takes half as long again.
  full: { warmUp: 1_000, rounds: 20, batchesPerRound: 30 },
  smoke: { warmUp: 2, rounds: 1, batchesPerRound: 3 },
};
const GC_FRAMES = { full: 10_000_000, smoke: 50_000 };

/** Allocation does not depend on the number of markets: a quarter of the workload opens faster. */
export const ALLOCATION_PLAN = { ...FULL_PLAN, markets: 250, frames: 2_048 };

export const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  latency: {
    operation: 'whole path, bytes to opportunity, open-loop arrivals',
    measure: (mode) => measureLatency(workloadOf(mode), LATENCY_ROUNDS[mode]),
  },
  hop: {
    operation: 'one record from thread to thread, half a round trip, best placement',
    measure: measureHop,
  },
  stages: {
    operation: 'where a frame’s time goes, every frame stamped between its steps',
    measure: (mode) => measureStages(workloadOf(mode), STAGE_CYCLES[mode]),
  },
  socket: {
    operation: 'one frame, sent by another process over loopback, to its decision',
    measure: measureSocket,
  },
  'socket-bytes': {
    operation: 'bytes allocated for one frame, sent by another process over loopback, to its decision',
    flags: BYTES_FLAGS,
    measure: measureSocketBytes,
  },
  gc: {
    operation: 'garbage collections over the whole path, default heap flags',
    measure: async (mode) => [await countPathCollections(createWorkload(ALLOCATION_PLAN), GC_FRAMES[mode], false)],
  },
  'sweep-bandwidth': {
    operation: 'bytes read by a sweep over all baskets, beside plain reads',
    measure: (mode) => measureSweepBandwidth(workloadOf(mode), BANDWIDTH_ROUNDS[mode]),
  },
  relations: {
    operation: 'relations compiled, a group of them solved, off the hot path',
    measure: (mode) => measureRelations(RELATIONS_PLANS[mode]),
  },
  sign: {
    operation: 'one order, from its terms to the signed JSON that is posted; and its parts',
    // Its modules hash when they are loaded: only the process that measures it loads them.
    measure: async (mode) => (await import('./sign.ts')).measureSign(SIGN_PLANS[mode]),
  },
  execute: {
    operation: 'one batch of two orders, from its detection on another thread to the last byte handed to the socket',
    measure: async (mode) => (await import('./execute.ts')).measureExecute(EXECUTE_PLANS[mode]),
  },
  startup: {
    operation: 'cold process to an engine that would take its first frame',
    measure: (mode) => measureStartup(STARTUP_PLANS[mode]),
  },
  hot: {
    operation: 'bytes per call of every function marked HOT PATH',
    flags: BYTES_FLAGS,
    measure: (mode) => measureHot(createWorkload(mode === 'full' ? ALLOCATION_PLAN : SMOKE_PLAN), mode),
  },
  'warm-up': {
    operation: 'one of the first 1,000 frames of a process',
    measure: (mode) => measureWarmUp(WARM_UP_RUNS[mode]),
  },
};

export const MEASUREMENT_NAMES: readonly string[] = Object.keys(MEASUREMENTS);
