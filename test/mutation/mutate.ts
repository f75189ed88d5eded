// The mutator's command: chooses mutants of wasm/, judges each by the tests, writes RESULTS.md, and ends with 1 when a
// mutant survives without a reason or too many survive at all.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Built, build } from './build.ts';
import { order } from './choose.ts';
import { Judge, type Judged, MUTANTS_MAX } from './judge.ts';
import type { Mutant } from './mutant.ts';
import { type Options, optionsOf, USAGE } from './options.ts';
import { dutchbook, type Project } from './project.ts';
import { faultsOf, percent, type Reasons, type Row, type Run, resultsText, survives } from './report.ts';
import { allMutants } from './sites.ts';

const REASONS = 'test/mutation/reasons.json';
const RESULTS = 'test/mutation/RESULTS.md';
const LAST_FULL_RUN = 'build/mutation/last-full-run.json';

interface Chosen {
  readonly mutant: Mutant;
  readonly seed: number;
}

/** Candidates in order of choice: each seed's first ones, then what may replace those that are no programs. */
function choose(all: readonly Mutant[], options: Options): Chosen[] {
  const chosen = new Map<Mutant, number>();
  const unknown = options.files.filter((name) => !all.some(({ file }) => file === name));
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: no such file with mutants in wasm/`);
  const pool = all.filter(({ file }) => options.files.length === 0 || options.files.includes(file));
  for (const { seed, mutants } of options.choice) {
    const fresh = order(pool, seed).filter((mutant) => !chosen.has(mutant));
    for (const mutant of fresh.slice(0, mutants)) chosen.set(mutant, seed);
  }
  const last = options.choice.at(-1)!.seed;
  for (const mutant of order(pool, last)) if (!chosen.has(mutant)) chosen.set(mutant, last);
  return [...chosen].map(([mutant, seed]) => ({ mutant, seed }));
}

function readJson<T>(path: string): T {
  if (!existsSync(path)) throw new Error(`${path}: not there; run npm run mutate first`);
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

function rowOf({ mutant, verdict, by }: Judged, seed: number): Row {
  const { key, file, line, operator, before, after } = mutant;
  return { key, file, line, operator, before, after, seed, verdict, by };
}

function tell({ mutant, verdict, by, seconds }: Judged, done: number, wanted: number): void {
  const place = `wasm/${mutant.file}:${mutant.line}`;
  const what = verdict === 'caught' ? `by ${by}` : mutant.key;
  const time = `${seconds.toFixed(1).padStart(5)} s`;
  console.log(
    `${String(done).padStart(4)}/${wanted} ${verdict.padEnd(11)} ${time} ${place} ${mutant.operator}: ${what}`,
  );
}

async function judge(project: Project, options: Options, all: readonly Mutant[]): Promise<Run> {
  const started = performance.now();
  // Of the sources as they are read now; a run is long enough for another commit to come.
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  const directory = mkdtempSync(join(tmpdir(), 'dutchbook-mutants-'));
  let judging: Judge | undefined;
  const clear = (): void => {
    judging?.close();
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('SIGINT', () => {
    clear();
    process.exit(130);
  });
  try {
    const chosen = chosenOf(all, options);
    const wanted = options.survivors ? chosen.length : options.choice.reduce((sum, { mutants }) => sum + mutants, 0);
    if (wanted > MUTANTS_MAX) throw new Error(`${wanted} mutants: a module holds at most ${MUTANTS_MAX}`);
    const candidates = chosen.map(({ mutant }) => mutant);
    const built: Built = build(project, candidates, wanted, join(directory, 'copy'));
    console.log(
      `${all.length} places, ${built.mutants.length} mutants in one module, ${built.refused.length} no programs`,
    );
    judging = new Judge(project, built, directory);
    const { judged, baseline } = await judging.run(options.lanes, (one, done) => tell(one, done, built.mutants.length));
    const seeds = new Map(chosen.map(({ mutant, seed }) => [mutant.key, seed]));
    return {
      date: new Date().toISOString().slice(0, 10),
      commit,
      node: process.versions.node,
      cpu: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}`,
      minutes: (performance.now() - started) / 60_000,
      candidates: all.length,
      refused: built.refused.length,
      testFiles: baseline.map(({ file }) => file),
      environment: project.environment,
      rows: judged.map((one) => rowOf(one, seeds.get(one.mutant.key)!)),
    };
  } finally {
    clear();
  }
}

function chosenOf(all: readonly Mutant[], options: Options): Chosen[] {
  if (!options.survivors) return choose(all, options);
  const before = new Map(
    readJson<Run>(LAST_FULL_RUN)
      .rows.filter(survives)
      .map(({ key, seed }) => [key, seed]),
  );
  return all.filter(({ key }) => before.has(key)).map((mutant) => ({ mutant, seed: before.get(mutant.key)! }));
}

/** The last full run with what `again` found of its survivors, by the tests as they are now; the sources must be the same. */
function merged(last: Run, again: Run): Run {
  const verdicts = new Map(again.rows.map((row) => [row.key, row]));
  const lost = last.rows.filter((row) => survives(row) && !verdicts.has(row.key));
  if (lost.length > 0) throw new Error(`wasm/ has changed since the last full run: ${lost[0]!.key} is no longer there`);
  const rows = last.rows.map((row) => verdicts.get(row.key) ?? row);
  return { ...last, rows, survivorsJudgedAgain: again.commit };
}

/** What the command line asks for, or undefined when it cannot be read, which has been said. */
function optionsRead(): Options | undefined {
  try {
    return optionsOf(process.argv.slice(2));
  } catch (error) {
    console.error(`${String(error)}\n\n${USAGE}`);
    return undefined;
  }
}

async function main(): Promise<number> {
  const options = optionsRead();
  if (options === undefined) return 2;
  const project = dutchbook(process.cwd());
  const all = allMutants(project);
  const found = options.render ? readJson<Run>(LAST_FULL_RUN) : await judge(project, options, all);
  const run = options.survivors ? merged(readJson<Run>(LAST_FULL_RUN), found) : found;
  const full = options.full || options.render || options.survivors;
  if (full) writeFileSync(LAST_FULL_RUN, JSON.stringify(run, null, 1));
  const reasons = readJson<Reasons>(REASONS);
  if (full) writeFileSync(RESULTS, resultsText(run, reasons));
  const unused = Object.keys(reasons).filter((key) => !all.some((mutant) => mutant.key === key));
  for (const key of unused) console.log(`a reason for what is no longer there: ${key}`);
  const faults = faultsOf(run.rows, reasons, full);
  console.log(
    `${percent(run.rows)} of ${run.rows.length} mutants caught, ${run.rows.filter(survives).length} survived`,
  );
  for (const fault of faults) console.error(fault);
  return faults.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
