// `npm run bench`: runs every suite and measurement in a process of its own, prints the figures beside the baselines' and
// holds them against bench/budgets.json. Ends 1 when a gate fails, a checksum differs or something was not measured.
//
//   --suite NAME   only this suite or measurement (repeatable)   --json    one JSON object instead of the tables
//   --smoke        seconds, no timing gates                      --write   also write bench/RESULTS.md
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { BYTES_FLAGS, type BytesResult } from './allocation.ts';
import { allBars, type Budgets, judge, type Measured, PEERS, packageFile, readBudgets } from './budgets.ts';
import type { SuiteResult } from './harness.ts';
import { MEASUREMENT_NAMES, MEASUREMENTS, type MeasurementResult } from './measurements.ts';
import { type BarResult, type MeasuredSuite, type Report, runFacts } from './report.ts';
import { resultsMarkdown, terminalText } from './results.ts';
import { SUITE_NAMES } from './suites.ts';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));
const CHILD_DEADLINE_MS = 180_000;

const { values: options } = parseArgs({
  options: {
    suite: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const mode = options.smoke ? 'smoke' : 'full';

/** Runs one measurement in a fresh process, so that no suite inherits another's heap or type feedback. */
async function inChild<T>(flags: readonly string[], ...args: string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, CHILD, ...args], {
    timeout: CHILD_DEADLINE_MS,
    maxBuffer: 64 * 1_048_576,
  });
  return JSON.parse(stdout) as T;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/** Timing with V8's default flags, bytes in a second process with flags of their own. */
async function fullSuite(name: string): Promise<MeasuredSuite> {
  const result = await inChild<SuiteResult>([], 'suite', name, mode);
  return { ...result, bytes: await inChild<BytesResult[]>(BYTES_FLAGS, 'bytes', name, mode) };
}

/** Both in one process: nothing is gated. */
async function smokeSuite(name: string): Promise<MeasuredSuite> {
  return inChild<MeasuredSuite>(BYTES_FLAGS, 'both', name, mode);
}

/** `measure` for each name; what throws is a failure, and the others go on. */
async function each<T>(names: readonly string[], failures: string[], measure: (name: string) => Promise<T>) {
  const results: T[] = [];
  for (const name of names) {
    progress(`bench: ${name}`);
    try {
      results.push(await measure(name));
    } catch (error) {
      failures.push(`${name}: ${reason(error)}`);
    }
  }
  progress('');
  return results;
}

/** The line of a child's stderr that names the error, or the error's own message. */
function reason(error: unknown): string {
  const { stderr, message, killed } = error as { stderr?: string; message: string; killed?: boolean };
  if (killed === true) return `ended after ${CHILD_DEADLINE_MS / 1_000} s without an answer`;
  return stderr?.split('\n').find((line) => line.includes('Error')) ?? message;
}

/** Suites and measurements as rows of figures by name. */
function measuredOf(suites: readonly MeasuredSuite[], measurements: readonly MeasurementResult[]): Measured[] {
  const ofSuites = suites.map(({ suite, variants, bytes }) => {
    const rows = variants.map(({ name, roundNs: _, ...figures }) => {
      return { variant: name, ...figures, bytesPerOp: bytes.find(({ variant }) => variant === name)?.bytesPerOp };
    });
    return { name: suite, rows };
  });
  return [...ofSuites, ...measurements];
}

function barResults(budgets: Budgets, measured: readonly Measured[], attempted: ReadonlySet<string>): BarResult[] {
  const verdicts = new Map(judge(budgets, measured, attempted).map((verdict) => [verdict.id, verdict]));
  return allBars(budgets)
    .map((bar) => ({ ...bar, checks: bar.checks.flatMap(({ id }) => verdicts.get(id) ?? []) }))
    .filter(({ checks }) => checks.length > 0);
}

/** Smoke runs gate nothing: their figures are of a few calls. */
function gateFailures(bars: readonly BarResult[]): string[] {
  if (mode === 'smoke') return [];
  return bars.flatMap(({ checks }) =>
    checks
      .filter(({ passed, elsewhere }) => !passed && !elsewhere)
      .map(({ id, problem, rule, ratio, gate, oursValue }) => {
        const found = rule.startsWith('ratio') ? `${ratio.toFixed(2)}x` : String(oursValue);
        return `${id}: ${problem ?? `${found}, ${rule} ${gate}`}`;
      }),
  );
}

/** Names from `all` that are to be measured. Throws for a name that is neither suite nor measurement. */
function chosen(all: readonly string[]): readonly string[] {
  return all.filter((name) => options.suite?.includes(name) ?? true);
}

async function main(): Promise<void> {
  const known = [...SUITE_NAMES, ...MEASUREMENT_NAMES];
  const unknown = options.suite?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RangeError(`--suite ${unknown}: allowed ${known.join(', ')}`);
  const budgets = readBudgets();
  const failures: string[] = [];
  const suites = await each(chosen(SUITE_NAMES), failures, mode === 'smoke' ? smokeSuite : fullSuite);
  const measurements = await each(chosen(MEASUREMENT_NAMES), failures, (name) =>
    inChild<MeasurementResult>(MEASUREMENTS[name]!.flags ?? [], 'measure', name, mode),
  );
  if (suites.length + measurements.length === 0) failures.push('nothing was measured');
  // A whole run owes every check a figure; a chosen suite owes its own.
  const wanted =
    options.suite ??
    [PEERS, ...budgets.bars, ...budgets.also].flatMap((bar) =>
      typeof bar === 'string' ? [bar] : bar.checks.map(({ from }) => from),
    );
  const bars = barResults(budgets, measuredOf(suites, measurements), new Set(wanted));
  const report: Report = {
    schema: 2,
    ...runFacts(),
    command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
    mode,
    suites,
    measurements,
    bars,
    failures: [...failures, ...gateFailures(bars)],
  };
  console.log(options.json ? JSON.stringify(report) : terminalText(report));
  if (options.write) writeFileSync(packageFile('bench/RESULTS.md'), resultsMarkdown(report));
  if (report.failures.length > 0) process.exitCode = 1;
}

await main();
