// Latency of the whole path under open-loop arrivals: frames are due by a seeded schedule, and a frame's latency counts
// from when it was due, so waiting behind a slow frame is not hidden. Rounds of the variants alternate, all with the same
// frames at the same times.
//
// Rows `quartile of rounds`: percentiles over the frames of each frame's lower quartile over the rounds (open-loop.ts says
// why). A machine that takes the core away for 20 us a thousand times a second would else set p99.9 of every variant. A
// baseline's garbage collections come at other frames each round and fall out with the stalls, which favours the
// baselines. Rows `all as they came`: every latency of every round, with the machine in it.
//
// A round begins with a cycle that is not counted. After the others' turns, most of a second, the first frame of a variant
// takes up to a millisecond on a virtual machine (of ours and of careful's, with neither compilation nor garbage
// collection), and others queue behind it in the same place of every round: that would be p99.9. An engine that runs
// never stands still for so long.
//
// The arrivals are so far apart that careful is busy about a third of the time: a rate it can hardly follow would measure
// its queue, not its work. What the machine itself does to an idle thread is a variant of its own.
import { LiveClock } from '../engine/core/clock.ts';
import { Random } from '../engine/core/random.ts';
import { median, verifyAll } from './harness.ts';
import {
  arrivals,
  type Percentiles,
  percentiles,
  playRound,
  pooled,
  quartiles,
  type RoundNs,
  type Server,
} from './open-loop.ts';
import { pathVariant } from './suites/path.ts';
import { createCarefulPath, createWarmProductPath } from './whole-path.ts';
import type { Workload } from './workload.ts';

/** Figures of one variant in ns: percentiles from due to done, `service…` from taken up to done. */
export interface LatencyResult extends Percentiles {
  readonly variant: string;
  readonly scenario: string;
  readonly meanGapNs: number;
  /** Share of the time the variant was at work, 0..1. */
  readonly busyShare: number;
  readonly rounds: number;
  /** Latencies that the percentiles are over. */
  readonly frames: number;
  readonly serviceP50Ns: number;
  readonly serviceP999Ns: number;
}

interface Taker extends Server {
  readonly name: string;
  readonly rounds: RoundNs[];
}

/** Longer than the period of the machine's own stalls, 4 ms where its timer runs at 250 Hz. */
const PHASES_NS = 20_000_000;
const LEAD_IN_CYCLES = 1;
const CYCLES_PER_ROUND = 2;
/** careful's share of the time at the gap that is chosen; leaves room for its garbage collections. */
const BUSY_SHARE_AIMED = 0.35;
const GAP_STEP_NS = 1_000;
const GAP_CYCLES = 5;

/**
 * The product, careful and a loop that only reads the clock over `rounds` rounds of whole cycles. Throws
 * when books or opportunities are not the workload's and each other's, before or after.
 */
export function measureLatency(workload: Workload, rounds: number): LatencyResult[] {
  const careful = createCarefulPath(workload);
  const paths = [createWarmProductPath(workload), careful];
  const suite = { name: 'latency', operation: '', variants: paths.map((path) => pathVariant(path, workload)) };
  const checksum = verifyAll(suite);
  const meanGapNs = gapFor(careful, workload.frames);
  const count = workload.frames.length * CYCLES_PER_ROUND;
  const leadIn = workload.frames.length * LEAD_IN_CYCLES;
  const dueNs = arrivals(workload.plan.seed, leadIn + count, meanGapNs);
  const countedNs = dueNs.at(-1)! - dueNs[leadIn - 1]!;
  const idle = { name: 'clock alone', clock: new LiveClock(), frame: () => undefined };
  const takers = [...paths, idle].map(({ name, clock, frame }): Taker => {
    return { name, clock, frame, rounds: [] };
  });
  // All rounds note into the same memory, as pages that are new to it cost more (open-loop.ts).
  const noted: RoundNs = { due: new Float64Array(count), service: new Float64Array(count) };
  const phases = new Random(workload.plan.seed);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < takers.length; turn += 1) {
      const taker = takers[(round + turn) % takers.length]!;
      const delayNs = phases.float() * PHASES_NS;
      playRound(taker, workload.frames, dueNs, noted, delayNs);
      taker.rounds.push({ due: noted.due.slice(), service: noted.service.slice() });
    }
  }
  if (verifyAll(suite) !== checksum) throw new Error('latency: the checksum changed while it was timed');
  const results = takers.map((taker) => resultsOf(taker, meanGapNs, countedNs));
  return [...results.map(([estimate]) => estimate), ...results.map(([, asTheyCame]) => asTheyCame)];
}

/** The gap at which careful's mean service time is the aimed share of it, in steps of 1 us; its quickest cycle counts. */
function gapFor({ clock, frame }: Server, frames: readonly Buffer[]): number {
  let quickestNs = Number.POSITIVE_INFINITY;
  for (let cycle = 0; cycle < GAP_CYCLES; cycle += 1) {
    const startNs = clock.nowNs();
    for (const bytes of frames) frame(bytes);
    quickestNs = Math.min(quickestNs, clock.nowNs() - startNs);
  }
  return Math.ceil(quickestNs / frames.length / BUSY_SHARE_AIMED / GAP_STEP_NS) * GAP_STEP_NS;
}

/** The estimate, and every latency as it came. */
function resultsOf({ name, rounds }: Taker, meanGapNs: number, roundNs: number): [LatencyResult, LatencyResult] {
  const dues = rounds.map(({ due }) => due);
  const services = rounds.map(({ service }) => service);
  const busyShare = median(services.map((round) => round.reduce((sum, ns) => sum + ns, 0) / roundNs));
  const result = (scenario: string, sorted: (rounds: readonly Float64Array[]) => Float64Array): LatencyResult => {
    const due = sorted(dues);
    const service = percentiles(sorted(services));
    return {
      ...{ variant: name, scenario, meanGapNs, busyShare, rounds: rounds.length, frames: due.length },
      ...percentiles(due),
      ...{ serviceP50Ns: service.p50Ns, serviceP999Ns: service.p999Ns },
    };
  };
  return [result('quartile of rounds', quartiles), result('all as they came', pooled)];
}
