// The command of the fault matrix: runs every kind of fault at drawn points, then the clean run, prints a table, and ends
// with 1 when something was missed, did not fire, or was not examined.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { ALL_KINDS } from './all-kinds.ts';
import type { CaseResult } from './case.ts';
import type { CleanPlan, CleanResult } from './clean.ts';
import { doneApartAll, type Job, type Told } from './jobs.ts';
import type { Kind } from './kinds.ts';
import { type Options, optionsOf, USAGE } from './options.ts';
import { cleanFailures, cleanTable, failuresOf, type Run, resultsText, tableOf, textTable } from './report.ts';
import { TIME_FACTOR } from './times.ts';

const RESULTS = 'test/faults/RESULTS.md';
/** Of recorded time. */
const TAPE_SPEED = 4;
/** The sessions were recorded in bursts of some ms. */
const SESSION_SPEED = 0.1;
const NOT_WHOLE = 'of the Kalshi tapes only the windows that are here were examined: the whole ones take --tapes DIR';

function optionsRead(): Options | undefined {
  try {
    return optionsOf(
      process.argv.slice(2),
      ALL_KINDS.map(({ name }) => name),
    );
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
}

/** The clean runs: the re-encoded windows, or the whole tapes by halves; the shipped recording; the recorded sessions. */
function cleanPlans({ tapes }: Options): CleanPlan[] {
  const venue = { flow: 'venue', speed: tapes === undefined ? 2 : TAPE_SPEED, folder: tapes } as const;
  const flows: CleanPlan[] =
    tapes === undefined
      ? [{ ...venue, name: 'Kalshi windows, four passes', passes: [0, 1, 2, 3] }]
      : [
          { ...venue, name: 'whole Kalshi tapes, passes 1 and 2', passes: [0, 1] },
          { ...venue, name: 'whole Kalshi tapes, passes 3 and 4', passes: [2, 3] },
        ];
  return [
    ...flows,
    { name: 'shipped recording word for word', flow: 'recording', passes: [], speed: 2 },
    { name: 'recorded sessions word for word', flow: 'sessions', passes: [], speed: SESSION_SPEED },
  ];
}

/** Where the tapes are is nobody's business. */
function commandOf(argv: readonly string[]): string {
  const told = argv.map((word, index) =>
    argv[index - 1] === '--tapes' ? 'DIR' : word.replace(/^--tapes=.*/, '--tapes=DIR'),
  );
  return ['npm run faults --', ...told].join(' ');
}

/** The run as RESULTS.md tells of it. */
function runOf({ points, lanes, processes }: Options, seconds: number, failures: readonly string[]): Run {
  const git = ['describe', '--always', '--dirty'];
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: execFileSync('git', git, { encoding: 'utf8' }).trim(),
    node: process.versions.node,
    command: commandOf(process.argv.slice(2)),
    ...{ seconds, points, lanes, processes, failures, factor: TIME_FACTOR },
  };
}

async function main(): Promise<number> {
  const options = optionsRead();
  if (options === undefined) return 2;
  const { points, seed, processes } = options;
  const kinds = options.kinds === undefined ? ALL_KINDS : ALL_KINDS.filter(({ name }) => options.kinds?.includes(name));
  const started = performance.now();
  const results: CaseResult[] = [];
  const cleans: CleanResult[] = [];
  const onTold = (told: Told): void => {
    if ('clean' in told) cleans.push(told.clean);
    else results.push(told.result);
    if ('result' in told && results.length % 50 === 0)
      console.log(`${results.length} of ${kinds.length * points} cases`);
  };
  const plans = options.clean ? cleanPlans(options) : [];
  // Not beside the cases: a tape takes the whole of a core.
  const broken = [
    ...(await doneApartAll(shares(options, kinds), processes, onTold)),
    ...(await doneApartAll(
      plans.map((plan) => ({ type: 'clean', plan, seed })),
      processes,
      onTold,
    )),
  ];
  cleans.sort((a, b) => placeOf(plans, a) - placeOf(plans, b));
  const matrix = tableOf(kinds, results);
  if (kinds.length > 0) console.log(textTable(matrix));
  if (cleans.length > 0) console.log(textTable(cleanTable(cleans)));
  if (plans.length > 0 && options.tapes === undefined) console.log(NOT_WHOLE);
  const failures = [...broken, ...failuresOf(kinds, results, points), ...cleanFailures(plans, cleans)];
  for (const failure of failures) console.error(failure);
  const seconds = (performance.now() - started) / 1_000;
  console.log(`${results.length} cases in ${seconds.toFixed(0)} s, ${failures.length} failures`);
  if (options.write) writeFileSync(RESULTS, resultsText(runOf(options, seconds, failures), matrix, cleanTable(cleans)));
  return failures.length === 0 && results.length + cleans.length > 0 ? 0 : 1;
}

function shares({ points, seed, lanes, processes }: Options, kinds: readonly Kind[]): Job[] {
  const names = kinds.map(({ name }) => name);
  const own = Math.max(1, Math.round(lanes / processes));
  return Array.from({ length: names.length === 0 ? 0 : processes }, (_, share) => {
    return { type: 'matrix', kinds: names, points, seed, lanes: own, share, shares: processes };
  });
}

function placeOf(plans: readonly CleanPlan[], { name }: CleanResult): number {
  return plans.findIndex((plan) => plan.name === name);
}

process.exitCode = await main();
