// A cold process that bench/warm-up.ts starts: warmed|cold. Opens a few books, then takes the time of each of the first
// 1,000 changes, and of as many when everything is warm; prints the figures as JSON.
import { LiveClock } from '../engine/core/clock.ts';
import { compileWasm } from '../engine/detect/host.ts';
import { warmUp } from '../engine/threads/warm-up.ts';
import { quantile } from './harness.ts';
import type { WarmUpFigures } from './warm-up.ts';
import { createProductPath, type WholePath } from './whole-path.ts';
import { createWorkload } from './workload.ts';

const FIRST = 1_000;
const WARM_UP_FRAMES = 10_000;
const STEADY_AFTER = 100_000;
/** A few books: the snapshots that open them are not among the frames timed, but warm, too. */
const PLAN = { seed: 7, markets: 12, frames: 2_048 };

/** Sorted times of `ns.length` frames from the `from`-th on. */
function timed(path: WholePath, frames: readonly Buffer[], from: number, ns: Float64Array): Float64Array {
  for (let index = 0; index < ns.length; index += 1) {
    const startNs = path.clock.nowNs();
    path.frame(frames[(from + index) % frames.length]!);
    ns[index] = path.clock.nowNs() - startNs;
  }
  return ns.sort();
}

const workload = createWorkload(PLAN);
// Held, so that the path's module, made of the same bytes, shares its code.
const module = compileWasm();
if (process.argv[2] === 'warmed') warmUp(module, new LiveClock(), WARM_UP_FRAMES);
const path = createProductPath(workload);
const first = timed(path, workload.frames, 0, new Float64Array(FIRST));
for (let at = FIRST; at < STEADY_AFTER; at += 1) path.frame(workload.frames[at % workload.frames.length]!);
const steady = timed(path, workload.frames, STEADY_AFTER, new Float64Array(workload.frames.length * 8));
const figures: WarmUpFigures = {
  p50Ns: quantile(first, 0.5),
  p99Ns: quantile(first, 0.99),
  maxNs: quantile(first, 1),
  meanNs: first.reduce((sum, ns) => sum + ns, 0) / FIRST,
  steadyP50Ns: quantile(steady, 0.5),
};
console.log(JSON.stringify(figures));
