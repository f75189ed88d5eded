// Runs cases of the matrix side by side in one process and hands each result on.
import { Random } from '../../engine/core/random.ts';
import { type CaseResult, runCase } from './case.ts';
import type { Kind } from './kinds.ts';
import type { Times } from './times.ts';

export interface Plan {
  readonly kinds: readonly Kind[];
  /** Cases of each kind, each at a point that its seed draws. */
  readonly points: number;
  readonly seed: number;
  /** Cases at the same time. */
  readonly lanes: number;
  readonly times: Times;
  /** Only every `shares`th case from number `share` on. */
  readonly share?: number;
  readonly shares?: number;
  /** A case that has not shown what there is to see is given up after so long. */
  readonly patienceMs?: number;
}

/** The cases of all kinds in turn, so that those that wait long stand beside those that work. */
function casesOf({ kinds, points, seed, share = 0, shares = 1 }: Plan): { kind: Kind; seed: number }[] {
  const random = new Random(seed);
  const all = Array.from({ length: points }, () =>
    kinds.map((kind) => ({ kind, seed: Math.floor(random.float() * 2 ** 31) })),
  ).flat();
  return all.filter((_, index) => index % shares === share);
}

/** All cases; `onCase` after each. */
export async function runMatrix(plan: Plan, onCase: (result: CaseResult) => void): Promise<CaseResult[]> {
  const waiting = casesOf(plan);
  const results: CaseResult[] = [];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { kind, seed } = next;
      const result = await runCase(kind, seed, plan.times, plan.patienceMs);
      results.push(result);
      onCase(result);
    }
  };
  await Promise.all(Array.from({ length: plan.lanes }, lane));
  return results;
}
