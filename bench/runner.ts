// Starts the bench's measurements, each in a fresh process, so that none inherits another's heap or type feedback, and
// turns what they answer into rows of figures.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BYTES_FLAGS, type BytesResult } from './allocation.ts';
import { allBars, type Budgets, judge, type Measured } from './budgets.ts';
import type { SuiteResult } from './harness.ts';
import { MEASUREMENTS, type MeasurementResult, type Mode } from './measurements.ts';
import type { BarResult, MeasuredSuite } from './report.ts';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));
const CHILD_DEADLINE_MS = 300_000;

async function inChild<T>(flags: readonly string[], ...args: string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, CHILD, ...args], {
    timeout: CHILD_DEADLINE_MS,
    maxBuffer: 64 * 1_048_576,
  });
  return JSON.parse(stdout) as T;
}

/** A line that the next one overwrites, on a terminal only. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/** Timing with V8's default flags and bytes in a second process with flags of its own; a smoke run does both in one. */
export async function measureSuite(name: string, mode: Mode): Promise<MeasuredSuite> {
  if (mode === 'smoke') return inChild<MeasuredSuite>(BYTES_FLAGS, 'both', name, mode);
  const result = await inChild<SuiteResult>([], 'suite', name, mode);
  return { ...result, bytes: await inChild<BytesResult[]>(BYTES_FLAGS, 'bytes', name, mode) };
}

export function measureSpecial(name: string, mode: Mode): Promise<MeasurementResult> {
  return inChild<MeasurementResult>(MEASUREMENTS[name]!.flags ?? [], 'measure', name, mode);
}

/** `measure` for each name; what throws becomes a failure, and the others go on. */
export async function each<T>(
  names: readonly string[],
  failures: string[],
  measure: (name: string) => Promise<T>,
): Promise<T[]> {
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

/** The table's rows whose sources were attempted, each check with its verdict. */
export function barResults(
  budgets: Budgets,
  attempted: ReadonlySet<string>,
  suites: readonly MeasuredSuite[],
  measurements: readonly MeasurementResult[],
): BarResult[] {
  const verdicts = judge(budgets, measuredOf(suites, measurements), attempted);
  const byId = new Map(verdicts.map((verdict) => [verdict.id, verdict]));
  return allBars(budgets)
    .map((bar) => ({ ...bar, checks: bar.checks.flatMap(({ id }) => byId.get(id) ?? []) }))
    .filter(({ checks }) => checks.length > 0);
}

/** What the checks that did not pass say. */
export function gateFailures(bars: readonly BarResult[]): string[] {
  return bars.flatMap(({ checks }) =>
    checks
      .filter(({ passed, elsewhere }) => !passed && !elsewhere)
      .map(({ id, problem, rule, ratio, gate, oursValue }) => {
        const found = rule.startsWith('ratio') ? `${ratio.toFixed(2)}x` : String(oursValue);
        return `${id}: ${problem ?? `${found}, ${rule} ${gate}`}`;
      }),
  );
}
