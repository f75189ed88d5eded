// What the warm-up is worth: the first 1,000 frames of a cold process with it and without it, in turn, and whether the
// steady state is the same after it.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from './harness.ts';

const PROCESS = fileURLToPath(new URL('./warm-up-process.js', import.meta.url));
const DEADLINE_MS = 120_000;
const VARIANTS = ['warmed', 'cold'] as const;
const FIGURES = ['p50Ns', 'p99Ns', 'maxNs', 'meanNs', 'steadyP50Ns'] as const;

/** Of the first 1,000 frames, and the median of a frame in the steady state; the clock's cost is in all of them. */
export type WarmUpFigures = Readonly<Record<(typeof FIGURES)[number], number>>;

export interface WarmUpRow extends WarmUpFigures {
  readonly variant: string;
  readonly runs: number;
}

/** Medians over `runs` processes of each. */
export async function measureWarmUp(runs: number): Promise<WarmUpRow[]> {
  const results = VARIANTS.map((): WarmUpFigures[] => []);
  for (let run = 0; run < runs; run += 1) {
    for (const [at, variant] of VARIANTS.entries()) {
      const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, variant], { timeout: DEADLINE_MS });
      results[at]!.push(JSON.parse(stdout) as WarmUpFigures);
    }
  }
  return VARIANTS.map((variant, at) => {
    const middle = FIGURES.map((figure) => [figure, median(results[at]!.map((one) => one[figure]))]);
    return { variant, runs, ...(Object.fromEntries(middle) as WarmUpFigures) };
  });
}
