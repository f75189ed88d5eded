// Holds measured ratios against bench/budgets.json. A ratio is a gate; a goal is only reported.
import { readFileSync } from 'node:fs';
import type { SuiteResult } from './harness.ts';

/** One row of budgets.json: `baseline` must take at least `gate` times as long as `ours`. */
export interface RatioBudget {
  readonly id: string;
  readonly suite: string;
  readonly ours: string;
  readonly baseline: string;
  readonly gate: number;
  readonly goal: number;
  readonly why: string;
}

export interface Budgets {
  readonly schema: 1;
  readonly ratios: readonly RatioBudget[];
  readonly garbageCollections: { readonly frames: number; readonly gate: number; readonly why: string };
}

/** A budget held against a run. */
export interface Verdict {
  readonly id: string;
  readonly oursNs: number;
  readonly baselineNs: number;
  readonly ratio: number;
  readonly gate: number;
  readonly goal: number;
  readonly passed: boolean;
  readonly goalReached: boolean;
}

/** Package root, from bench/ in the sources and dist/bench/ when built. */
export function packageFile(path: string): URL {
  const built = import.meta.url.includes('/dist/bench/');
  return new URL(`${built ? '../../' : '../'}${path}`, import.meta.url);
}

/** bench/budgets.json; throws when a row has no gate or no reason. */
export function readBudgets(): Budgets {
  const budgets = JSON.parse(readFileSync(packageFile('bench/budgets.json'), 'utf8')) as Budgets;
  for (const { id, gate, goal, why } of budgets.ratios) {
    if (!(gate > 0) || !(goal >= gate))
      throw new Error(`budgets.json ${id}: gate ${gate}, goal ${goal}: 0 < gate <= goal`);
    if (why.length < 20) throw new Error(`budgets.json ${id}: every row states its reason`);
  }
  return budgets;
}

/** Verdicts of the budgets whose suites are in `results`. Throws when a measured suite lacks a budget's variant. */
export function judge(budgets: Budgets, results: readonly SuiteResult[]): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const budget of budgets.ratios) {
    const result = results.find(({ suite }) => suite === budget.suite);
    if (result === undefined) continue;
    const nsOf = (name: string): number => {
      const found = result.variants.find((variant) => variant.name === name);
      if (found === undefined) throw new Error(`budgets.json ${budget.id}: suite ${budget.suite} has no ${name}`);
      return found.nsPerOp;
    };
    const oursNs = nsOf(budget.ours);
    const baselineNs = nsOf(budget.baseline);
    const ratio = baselineNs / oursNs;
    const { id, gate, goal } = budget;
    // NaN compares false: a figure that is none fails its gate.
    verdicts.push({ id, oursNs, baselineNs, ratio, gate, goal, passed: ratio >= gate, goalReached: ratio >= goal });
  }
  return verdicts;
}
