// One suite of one checkout, kept alive and timed round by round on demand, forked by bench/compare.ts:
//   compare-child.js FOLDER SUITE full|smoke
// The suite and its workload come from the checkout in FOLDER; the harness is this commit's for both, so that only the
// measured code differs.
import { pathToFileURL } from 'node:url';
import { FULL_EFFORT, SMOKE_EFFORT, type Suite, type Turn, verifyAll, warmUp } from './harness.ts';
import type { Workload, WorkloadPlan } from './workload.ts';

/** What the child answers, in turn: once `ready` or `lacks`, then a `round` for each message. */
export type Answer =
  | { readonly kind: 'ready'; readonly checksum: string; readonly variants: readonly string[] }
  | { readonly kind: 'lacks'; readonly reason: string }
  | { readonly kind: 'round'; readonly medianNs: readonly number[] };

interface SuitesModule {
  readonly SUITES: Readonly<Record<string, (workload: Workload) => Suite | Promise<Suite>>>;
}

interface WorkloadModule {
  readonly createWorkload: (plan: WorkloadPlan) => Workload;
  readonly FULL_PLAN: WorkloadPlan;
  readonly SMOKE_PLAN: WorkloadPlan;
}

const [folder, name, mode] = process.argv.slice(2) as [string, string, string];

function answer(message: Answer): void {
  process.send!(message);
}

async function moduleOf<T>(file: string): Promise<T | undefined> {
  const url = pathToFileURL(`${folder}/dist/bench/${file}`).href;
  return import(url).catch((error: { code?: string }) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  });
}

async function main(): Promise<void> {
  const suites = await moduleOf<SuitesModule>('suites.js');
  const workload = await moduleOf<WorkloadModule>('workload.js');
  if (suites === undefined || workload === undefined) return answer({ kind: 'lacks', reason: 'it has no bench' });
  const create = suites.SUITES[name];
  if (create === undefined) return answer({ kind: 'lacks', reason: `it has no suite ${name}` });
  const plan = mode === 'full' ? workload.FULL_PLAN : workload.SMOKE_PLAN;
  const suite = await create(workload.createWorkload(plan));
  const checksum = verifyAll(suite);
  const { round } = warmUp(suite, mode === 'full' ? FULL_EFFORT : SMOKE_EFFORT);
  let at = 0;
  process.on('message', () => {
    const turns: readonly Turn[] = round(at);
    at += 1;
    answer({ kind: 'round', medianNs: turns.map(({ medianNs }) => medianNs) });
  });
  answer({ kind: 'ready', checksum, variants: suite.variants.map((variant) => variant.name) });
}

await main();
