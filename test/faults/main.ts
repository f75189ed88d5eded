// The command of the fault matrix: runs every kind of fault at drawn points, then the clean run, prints a table, and ends
// with 1 when something was missed, did not fire, or was not examined.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type CleanResult, runClean } from './clean.ts';
import { KALSHI_KINDS } from './kalshi-kinds.ts';
import { runMatrix } from './matrix.ts';
import { type Options, optionsOf, USAGE } from './options.ts';
import { POLYMARKET_KINDS } from './polymarket-kinds.ts';
import { cleanFailures, cleanTable, failuresOf, type Run, resultsText, tableOf, textTable } from './report.ts';
import { TIME_FACTOR, type Times, timesBy } from './times.ts';

const RESULTS = 'test/faults/RESULTS.md';
/** How often the windows are played side by side. */
const PASSES = 4;
const ALL = [...POLYMARKET_KINDS, ...KALSHI_KINDS];

function optionsRead(): Options | undefined {
  try {
    return optionsOf(
      process.argv.slice(2),
      ALL.map(({ name }) => name),
    );
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
}

/** The re-encoded windows and the shipped recording through the simulated venue, then the latter word for word. */
async function cleanRuns(times: Times, { seed, tapes }: Options): Promise<CleanResult[]> {
  const speed = tapes === undefined ? 2 : 4;
  const venue = { name: 'clean flow', passes: PASSES, speed, folder: tapes };
  return [
    await runClean(venue, times, seed),
    await runClean({ name: 'recorded frames word for word', passes: 0, speed: 2 }, times, seed),
  ];
}

/** The run as RESULTS.md tells of it. */
function runOf({ points, lanes }: Options, seconds: number, failures: readonly string[]): Run {
  const git = ['describe', '--always', '--dirty'];
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: execFileSync('git', git, { encoding: 'utf8' }).trim(),
    node: process.versions.node,
    command: ['npm run faults --', ...process.argv.slice(2)].join(' '),
    ...{ seconds, points, lanes, failures, factor: TIME_FACTOR },
  };
}

async function main(): Promise<number> {
  const options = optionsRead();
  if (options === undefined) return 2;
  const { points, seed, lanes } = options;
  const kinds = options.kinds === undefined ? ALL : ALL.filter(({ name }) => options.kinds?.includes(name));
  const started = performance.now();
  const plan = { kinds, points, seed, lanes, times: timesBy(TIME_FACTOR) };
  let done = 0;
  const results = await runMatrix(plan, () => {
    done += 1;
    if (done % 50 === 0) console.log(`${done} of ${kinds.length * points} cases`);
  });
  const matrix = tableOf(kinds, results);
  if (kinds.length > 0) console.log(textTable(matrix));
  const cleans = options.clean ? await cleanRuns(plan.times, options) : [];
  if (cleans.length > 0) console.log(textTable(cleanTable(cleans)));
  const failures = [...failuresOf(kinds, results, points), ...cleanFailures(cleans)];
  for (const failure of failures) console.error(failure);
  const seconds = (performance.now() - started) / 1_000;
  console.log(`${results.length} cases in ${seconds.toFixed(0)} s, ${failures.length} failures`);
  if (options.write) writeFileSync(RESULTS, resultsText(runOf(options, seconds, failures), matrix, cleanTable(cleans)));
  return failures.length === 0 && results.length + cleans.length > 0 ? 0 : 1;
}

process.exitCode = await main();
