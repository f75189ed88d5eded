// `npm run bench`: runs every suite in a process of its own, prints the figures beside the baselines' and holds them
// against bench/budgets.json. Ends 1 when a gate fails, a checksum differs or nothing was measured.
//
//   --suite NAME   only this suite (repeatable)      --json    one JSON object instead of the table
//   --smoke        seconds, no timing gates          --write   also write bench/RESULTS.md
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { BYTES_FLAGS, type BytesResult } from './allocation.ts';
import { judge, packageFile, readBudgets, type Verdict } from './budgets.ts';
import type { GcResult } from './gc.ts';
import type { SuiteResult } from './harness.ts';
import type { LatencyResult } from './latency.ts';
import { type Report, resultsMarkdown, runFacts, terminalText } from './report.ts';
import { SUITE_NAMES } from './suites.ts';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));
const CHILD_DEADLINE_MS = 180_000;
const SMOKE_GC_FRAMES = 50_000;

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

type MeasuredSuite = Report['suites'][number];

/** Timing with V8's default flags, bytes in a second process with flags of their own. */
async function fullSuite(name: string): Promise<MeasuredSuite> {
  const result = await inChild<SuiteResult>([], 'suite', name, mode);
  return { ...result, bytes: await inChild<BytesResult[]>(BYTES_FLAGS, 'bytes', name, mode) };
}

/** Both in one process: nothing is gated. */
async function smokeSuite(name: string): Promise<MeasuredSuite> {
  return inChild<MeasuredSuite>(BYTES_FLAGS, 'both', name, mode);
}

async function measureSuites(names: readonly string[], failures: string[]): Promise<Report['suites']> {
  const suites: MeasuredSuite[] = [];
  for (const name of names) {
    progress(`bench: ${name}`);
    try {
      suites.push(mode === 'smoke' ? await smokeSuite(name) : await fullSuite(name));
    } catch (error) {
      failures.push(`suite ${name}: ${reason(error)}`);
    }
  }
  return suites;
}

/** The last line a child said on stderr, or the error's own message. */
function reason(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
  return stderr?.split('\n').find((line) => line.includes('Error')) ?? message;
}

async function measurePath(
  failures: string[],
  gcFrames: number,
): Promise<Pick<Report, 'latency' | 'garbageCollections'>> {
  try {
    progress('bench: latency');
    const latency = await inChild<LatencyResult[]>([], 'latency', mode);
    progress('bench: garbage collections');
    return { latency, garbageCollections: await inChild<GcResult>([], 'gc', String(gcFrames)) };
  } catch (error) {
    failures.push(`whole path: ${reason(error)}`);
    return { latency: [], garbageCollections: undefined };
  }
}

function gateFailures(
  report: Pick<Report, 'suites' | 'garbageCollections'>,
  verdicts: readonly Verdict[],
  gcGate: number,
): string[] {
  const failures: string[] = [];
  if (report.suites.length === 0) failures.push('nothing was measured');
  const { garbageCollections: gc } = report;
  if (gc !== undefined && gc.collections > gcGate) {
    failures.push(`${gc.collections} garbage collections over ${gc.frames} frames, allowed ${gcGate}`);
  }
  if (mode === 'smoke') return failures;
  for (const { id, ratio, gate, passed } of verdicts) {
    if (!passed) failures.push(`${id}: ${ratio.toFixed(2)}x, gate ${gate}x`);
  }
  return failures;
}

async function main(): Promise<void> {
  const unknown = options.suite?.find((name) => !SUITE_NAMES.includes(name));
  if (unknown !== undefined) throw new RangeError(`--suite ${unknown}: allowed ${SUITE_NAMES.join(', ')}`);
  const budgets = readBudgets();
  const failures: string[] = [];
  const names = SUITE_NAMES.filter((name) => options.suite?.includes(name) ?? true);
  const suites = await measureSuites(names, failures);
  const gcFrames = mode === 'smoke' ? SMOKE_GC_FRAMES : budgets.garbageCollections.frames;
  const path = names.includes('path')
    ? await measurePath(failures, gcFrames)
    : { latency: [], garbageCollections: undefined };
  progress('');
  const verdicts = judge(budgets, suites);
  const report: Report = {
    schema: 1,
    ...runFacts(),
    command: ['npm run bench --', ...process.argv.slice(2)].join(' '),
    mode,
    suites,
    ...path,
    verdicts,
    failures: [...failures, ...gateFailures({ suites, ...path }, verdicts, budgets.garbageCollections.gate)],
  };
  console.log(options.json ? JSON.stringify(report) : terminalText(report));
  if (options.write) {
    const reasons = new Map(budgets.ratios.map(({ id, why }) => [id, why]));
    writeFileSync(packageFile('bench/RESULTS.md'), resultsMarkdown(report, reasons));
  }
  if (report.failures.length > 0) process.exitCode = 1;
}

await main();
