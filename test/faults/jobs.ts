// The parts of a run of the fault matrix that processes of their own do side by side, one a core: what a part is, and the
// parent's side of it. The child's is worker.ts.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CaseResult } from './case.ts';
import type { CleanPlan, CleanResult } from './clean.ts';

/** Some of the cases of a plan, or one clean run. */
export type Job =
  | {
      readonly type: 'matrix';
      /** By name. */
      readonly kinds: readonly string[];
      readonly points: number;
      readonly seed: number;
      readonly lanes: number;
      /** Every `shares`th case from number `share` on. */
      readonly share: number;
      readonly shares: number;
    }
  | { readonly type: 'clean'; readonly plan: CleanPlan; readonly seed: number };

/** What a worker tells. */
export type Told = { readonly result: CaseResult } | { readonly clean: CleanResult };

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url));
/** A clean run holds a tape. */
const HEAP_MB = 6_000;

/** Does `job` in a process of its own; rejects when it ends without having done it. */
function doneApart(job: Job, onTold: (told: Told) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(WORKER, { execArgv: [`--max-old-space-size=${HEAP_MB}`] });
    child.on('message', (told) => onTold(told as Told));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`a process of the matrix ended with ${signal ?? code}`));
    });
    child.send(job);
  });
}

/** All jobs, `processes` at a time; answers what became of those that were not done. */
export async function doneApartAll(
  jobs: readonly Job[],
  processes: number,
  onTold: (told: Told) => void,
): Promise<string[]> {
  const waiting = [...jobs];
  const failures: string[] = [];
  const next = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const what = job.type === 'clean' ? job.plan.name : 'cases';
      await doneApart(job, onTold).catch((error: Error) => failures.push(`${what}: ${error.message}`));
    }
  };
  await Promise.all(Array.from({ length: processes }, next));
  return failures;
}
