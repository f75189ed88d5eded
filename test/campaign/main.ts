// `npm run campaign`: trades through every fault of the simulated venues until so many baskets were sent, prints what each run
// came to and how often each fault fired, and fails when anything was not as it must be.
import { parseArgs } from 'node:util';
import { basketsOf, lineOf, problemsOf, summaryOf, writeResults } from './report.ts';
import { type CampaignPlan, type CampaignRun, runCampaign } from './run.ts';

const USAGE = `npm run campaign [-- options]
  --baskets N   until so many baskets were sent (default 2000)
  --seed S      of the first run; each further run has the next (default 1)
  --only        that one run alone, to see again what it came to
  --write       writes test/campaign/RESULTS.md`;
const PLAN = { seconds: 60, sets: 18, kalshiSets: 12, pairs: 16, quietEverySeconds: 15, restartAt: 0 } as const;
/** Polymarket restarts in it, and is post-only for two minutes, of which its unwinds are to see the end. */
const RESTART = { seconds: 150, restartAt: 60 } as const;
/** One run of so many has it. */
const RESTART_EVERY = 7;
const RUNS_MAX = 40;

process.exitCode = await main();

interface Wanted {
  readonly baskets: number;
  readonly seed: number;
  readonly only: boolean;
  readonly write: boolean;
}

async function main(): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = optionsOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    return 2;
  }
  const startMs = performance.now();
  const runs: CampaignRun[] = [];
  const isOver = (): boolean => basketsOf(runs) >= wanted.baskets || runs.length === RUNS_MAX;
  do {
    const run = await runCampaign(planOf(wanted.seed + runs.length));
    runs.push(run);
    process.stdout.write(`${lineOf(run)}\n`);
  } while (!wanted.only && !isOver());
  const problems = wanted.only ? runs[0]!.problems : problemsOf(runs, wanted.baskets);
  const minutes = (performance.now() - startMs) / 60_000;
  process.stdout.write(summaryOf(runs, minutes, problems));
  if (wanted.write) writeResults(runs, minutes, problems, process.argv.slice(2));
  return problems.length === 0 ? 0 : 1;
}

/** Of the run with that seed. The ways alternate, so that each kind of basket meets each fault on each of them. */
function planOf(seed: number): CampaignPlan {
  // The second of a campaign that begins with the first seed.
  const restarts = seed % RESTART_EVERY === 2;
  const crossVenue = seed % 2 === 0 ? 'together' : 'afterFirst';
  const batchWindowUs = seed % 3 === 0 ? 500 : 0;
  return { ...PLAN, ...(restarts ? RESTART : {}), seed, crossVenue, batchWindowUs };
}

function optionsOf(argv: readonly string[]): Wanted {
  const options = {
    baskets: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  } as const;
  const { values } = parseArgs({ args: [...argv], options });
  const [baskets, seed] = [Number(values.baskets), Number(values.seed)];
  if (!(Number.isSafeInteger(baskets) && baskets >= 1 && baskets <= 100_000)) {
    throw new Error(`--baskets ${values.baskets}: allowed a whole number from 1 to 100000`);
  }
  if (!(Number.isSafeInteger(seed) && seed >= 0 && seed <= 4_000_000_000)) {
    throw new Error(`--seed ${values.seed}: allowed a whole number from 0 to 4000000000`);
  }
  return { baskets, seed, only: values.only, write: values.write };
}
