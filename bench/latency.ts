// Latency of the whole path under open-loop arrivals: frames are due by a seeded schedule, and a frame's latency counts
// from when it was due, so waiting behind a slow frame is not hidden. Blocks of the variants alternate; a figure is the
// median over blocks of the block's percentile.
//
// Both variants get the same arrivals, so far apart that careful is busy about a third of the time: a rate it can hardly
// follow would measure its queue, not its work. What the machine itself does to an idle thread is a row of its own.
import { type Clock, LiveClock } from '../engine/core/clock.ts';
import { Random } from '../engine/core/random.ts';
import { median, quantile } from './harness.ts';
import { createCarefulPath, createProductPath } from './whole-path.ts';
import type { Workload } from './workload.ts';

/** Figures of one variant in ns; `due…` from due to done, `service…` from taken up to done. */
export interface LatencyResult {
  readonly variant: string;
  readonly meanGapNs: number;
  /** Share of the time the variant was at work, 0..1. */
  readonly busyShare: number;
  readonly frames: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly maxNs: number;
  readonly serviceP50Ns: number;
  readonly serviceP999Ns: number;
}

/** What takes one frame. */
interface Taker {
  readonly name: string;
  readonly clock: Clock;
  readonly frame: (bytes: Buffer) => void;
}

/** Percentiles of each block, and its sum of service times. */
interface Blocks {
  readonly due: Float64Array;
  readonly service: Float64Array;
  readonly rows: Record<'p50' | 'p99' | 'p999' | 'max' | 'serviceP50' | 'serviceP999' | 'busy', number[]>;
}

const CYCLES_PER_BLOCK = 2;
/** careful's share of the time at the gap that is chosen; leaves room for its garbage collections. */
const BUSY_SHARE_AIMED = 0.35;
const GAP_STEP_NS = 5_000;
const GAP_CYCLES = 5;

/** The product, careful and a loop that only reads the clock, over `blocks` blocks of whole cycles each. */
export function measureLatency(workload: Workload, blocks: number): LatencyResult[] {
  const careful = createCarefulPath(workload);
  const idle: Taker = { name: 'clock alone', clock: new LiveClock(), frame: () => undefined };
  const takers: readonly Taker[] = [createProductPath(workload), careful, idle];
  for (const { frame } of takers) for (const bytes of workload.frames) frame(bytes);
  const meanGapNs = gapFor(careful, workload.frames);
  const perBlock = workload.frames.length * CYCLES_PER_BLOCK;
  const measured = takers.map((): Blocks => {
    const rows = { p50: [], p99: [], p999: [], max: [], serviceP50: [], serviceP999: [], busy: [] };
    return { due: new Float64Array(perBlock), service: new Float64Array(perBlock), rows };
  });
  for (let block = 0; block < blocks; block += 1) {
    const dueNs = schedule(workload.plan.seed + block, perBlock, meanGapNs);
    for (let turn = 0; turn < takers.length; turn += 1) {
      const at = (block + turn) % takers.length;
      playBlock(takers[at]!, workload.frames, dueNs, measured[at]!);
      note(measured[at]!, dueNs.at(-1)!);
    }
  }
  return takers.map(({ name }, at) => result(name, meanGapNs, perBlock * blocks, measured[at]!));
}

/** The gap at which careful's mean service time is the aimed share of it, in steps of 5 us; its quickest cycle counts. */
function gapFor({ clock, frame }: Taker, frames: readonly Buffer[]): number {
  let quickestNs = Number.POSITIVE_INFINITY;
  for (let cycle = 0; cycle < GAP_CYCLES; cycle += 1) {
    const startNs = clock.nowNs();
    for (const bytes of frames) frame(bytes);
    quickestNs = Math.min(quickestNs, clock.nowNs() - startNs);
  }
  return Math.ceil(quickestNs / frames.length / BUSY_SHARE_AIMED / GAP_STEP_NS) * GAP_STEP_NS;
}

/** When each frame is due, ns from the block's start: exponential gaps, the same for all variants. */
function schedule(seed: number, count: number, meanGapNs: number): Float64Array {
  const random = new Random(seed);
  let next = 0;
  return Float64Array.from({ length: count }, () => {
    next += random.exponential(meanGapNs);
    return next;
  });
}

function playBlock({ clock, frame }: Taker, frames: readonly Buffer[], dueNs: Float64Array, into: Blocks): void {
  const startNs = clock.nowNs();
  for (let index = 0; index < dueNs.length; index += 1) {
    const due = startNs + dueNs[index]!;
    let takenNs = clock.nowNs();
    while (takenNs < due) takenNs = clock.nowNs();
    frame(frames[index % frames.length]!);
    const doneNs = clock.nowNs();
    into.due[index] = doneNs - due;
    into.service[index] = doneNs - takenNs;
  }
}

function note({ due, service, rows }: Blocks, lengthNs: number): void {
  rows.busy.push(service.reduce((sum, ns) => sum + ns, 0) / lengthNs);
  due.sort();
  service.sort();
  rows.p50.push(quantile(due, 0.5));
  rows.p99.push(quantile(due, 0.99));
  rows.p999.push(quantile(due, 0.999));
  rows.max.push(quantile(due, 1));
  rows.serviceP50.push(quantile(service, 0.5));
  rows.serviceP999.push(quantile(service, 0.999));
}

function result(variant: string, meanGapNs: number, frames: number, { rows }: Blocks): LatencyResult {
  return {
    variant,
    meanGapNs,
    busyShare: median(rows.busy),
    frames,
    p50Ns: median(rows.p50),
    p99Ns: median(rows.p99),
    p999Ns: median(rows.p999),
    maxNs: Math.max(...rows.max),
    serviceP50Ns: median(rows.serviceP50),
    serviceP999Ns: median(rows.serviceP999),
  };
}
