// `npm run campaign`: trades through every fault of the simulated venue until so many baskets were sent, prints what each run
// came to and how often each fault fired, and fails when anything was not as it must be.
import { parseArgs } from 'node:util';
import { FAULT_KINDS } from '../../engine/venue/sim/faults.ts';
import { type CampaignRun, runCampaign } from './run.ts';

const USAGE = `npm run campaign [-- options]
  --baskets N   until so many baskets were sent (default 2000)
  --seed S      of the first run; each further run has the next (default 1)`;
const PLAN = { events: 36, seconds: 60, restartAt: 1_000_000_000 };
/** The venue restarts in it, and after that takes no order that would trade for longer than the run lasts. */
const LAST = { events: 36, seconds: 12, restartAt: 40 };
const RUNS_MAX = 40;
/** What a campaign must have met at least once. */
const OWED = [
  ...FAULT_KINDS,
  ...(['userLost', 'userDoubled', 'userLate', 'userCut', 'RETRYING', 'FAILED', 'refusedOrders'] as const),
];

process.exitCode = await main();

async function main(): Promise<number> {
  let wanted: { baskets: number; seed: number };
  try {
    wanted = optionsOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    return 2;
  }
  const runs: CampaignRun[] = [];
  let isLast = false;
  while (!isLast) {
    isLast = sum(runs, 'baskets') >= wanted.baskets || runs.length + 1 === RUNS_MAX;
    const run = await runCampaign({ ...(isLast ? LAST : PLAN), seed: wanted.seed + runs.length });
    runs.push(run);
    process.stdout.write(`${lineOf(run)}\n`);
  }
  const counts = countsOf(runs);
  const missing = OWED.filter((kind) => (counts.get(kind) ?? 0) === 0);
  const problems = runs.flatMap(({ seed, problems: found }) => found.map((problem) => `seed ${seed}: ${problem}`));
  if (sum(runs, 'baskets') < wanted.baskets) problems.push(`${sum(runs, 'baskets')} baskets of ${wanted.baskets}`);
  problems.push(...missing.map((kind) => `${kind} never happened`));
  const facts = ['baskets', 'orders', 'fills', 'failed', 'unknown', 'unknownLeft', 'trips'] as const;
  process.stdout.write(`${facts.map((fact) => `${fact} ${sum(runs, fact)}`).join(', ')}\n`);
  process.stdout.write(`${[...counts].map(([kind, count]) => `${kind} ${count}`).join(', ')}\n`);
  process.stdout.write(problems.length === 0 ? 'ok: ledgers equal to the micro-dollar in every run\n' : '');
  for (const problem of problems) process.stdout.write(`NOT ok: ${problem}\n`);
  return problems.length === 0 ? 0 : 1;
}

function optionsOf(argv: readonly string[]): { baskets: number; seed: number } {
  const options = { baskets: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } } as const;
  const { values } = parseArgs({ args: [...argv], options });
  const [baskets, seed] = [Number(values.baskets), Number(values.seed)];
  if (!(Number.isSafeInteger(baskets) && baskets >= 1 && baskets <= 100_000)) {
    throw new Error(`--baskets ${values.baskets}: allowed a whole number from 1 to 100000`);
  }
  if (!(Number.isSafeInteger(seed) && seed >= 0 && seed <= 4_000_000_000)) {
    throw new Error(`--seed ${values.seed}: allowed a whole number from 0 to 4000000000`);
  }
  return { baskets, seed };
}

function sum(
  runs: readonly CampaignRun[],
  fact: 'baskets' | 'orders' | 'fills' | 'failed' | 'unknown' | 'unknownLeft' | 'trips',
) {
  return runs.reduce((total, run) => total + run[fact], 0);
}

function countsOf(runs: readonly CampaignRun[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { faults, trades, report } of runs) {
    const all = { ...faults, ...trades, refusedOrders: report.executor.ordersRefused };
    for (const [kind, count] of Object.entries(all)) counts.set(kind, (counts.get(kind) ?? 0) + count);
  }
  return counts;
}

function lineOf({
  seed,
  baskets,
  orders,
  fills,
  unknown,
  trips,
  openMicrosMax,
  problems,
  report,
}: CampaignRun): string {
  const { executor, pnlMicros, exposures } = report;
  return [
    `seed ${seed}: ${baskets} baskets (${executor.basketsComplete} complete, ${executor.basketsUnwound} unwound, `,
    `${executor.basketsMissed} missed), ${orders} orders, ${fills} fills, ${unknown} unknown, ${trips} trips, `,
    `${exposures.length} lone legs told, at most $${(openMicrosMax / 1e6).toFixed(2)} open, `,
    `P&L $${(pnlMicros / 1e6).toFixed(2)}: ${problems.length === 0 ? 'ok' : problems.join('; ')}`,
  ].join('');
}
