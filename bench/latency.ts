// Latency of the whole path under open-loop arrivals: frames are due by a seeded schedule, and a frame's latency counts
// from when it was due, so waiting behind a slow frame is not hidden. Blocks of the variants alternate.
import { Random } from '../engine/core/random.ts';
import { quantile } from './harness.ts';
import { createCarefulPath, createProductPath, type WholePath } from './whole-path.ts';
import type { Workload } from './workload.ts';

/** Percentiles of one variant in ns from due to done. */
export interface LatencyResult {
  readonly variant: string;
  readonly meanGapNs: number;
  readonly frames: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly maxNs: number;
}

/** 100,000 frames a second: thirty times the recorded peak of one market, and half of what careful can do. */
const MEAN_GAP_NS = 10_000;
const CYCLES_PER_BLOCK = 2;

/** Measures `blocks` blocks of whole cycles of each variant, after one cycle of warm-up. */
export function measureLatency(workload: Workload, blocks: number): LatencyResult[] {
  const paths = [createProductPath(workload), createCarefulPath(workload)];
  const perBlock = workload.frames.length * CYCLES_PER_BLOCK;
  const latencies = paths.map(() => new Float64Array(perBlock * blocks));
  for (const { frame } of paths) for (const bytes of workload.frames) frame(bytes);
  for (let block = 0; block < blocks; block += 1) {
    for (const [at, path] of paths.entries()) {
      const dueNs = schedule(workload.plan.seed + block, perBlock);
      playBlock(path, workload.frames, dueNs, latencies[at]!.subarray(block * perBlock, (block + 1) * perBlock));
    }
  }
  return paths.map(({ name }, at) => {
    const sorted = latencies[at]!.sort();
    return {
      variant: name,
      meanGapNs: MEAN_GAP_NS,
      frames: sorted.length,
      p50Ns: quantile(sorted, 0.5),
      p99Ns: quantile(sorted, 0.99),
      p999Ns: quantile(sorted, 0.999),
      maxNs: quantile(sorted, 1),
    };
  });
}

/** When each frame is due, ns from the block's start: exponential gaps, the same for both variants. */
function schedule(seed: number, count: number): Float64Array {
  const random = new Random(seed);
  let next = 0;
  return Float64Array.from({ length: count }, () => {
    next += random.exponential(MEAN_GAP_NS);
    return next;
  });
}

function playBlock({ clock, frame }: WholePath, frames: readonly Buffer[], dueNs: Float64Array, into: Float64Array) {
  const startNs = clock.nowNs();
  for (let index = 0; index < dueNs.length; index += 1) {
    const due = startNs + dueNs[index]!;
    while (clock.nowNs() < due);
    frame(frames[index % frames.length]!);
    into[index] = clock.nowNs() - due;
  }
}
