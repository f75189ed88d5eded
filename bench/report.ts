// What one run measured, as the `--json` object, and the tables for the terminal and bench/RESULTS.md.
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import type { BytesResult } from './allocation.ts';
import { type Bar, packageFile, type Verdict } from './budgets.ts';
import type { SuiteResult } from './harness.ts';
import type { MeasurementResult } from './measurements.ts';
import { figureText, type Row, ratioText, type Table, valueText } from './tables.ts';

export type MeasuredSuite = SuiteResult & { readonly bytes: readonly BytesResult[] };

/** One row of the agreed table with what became of its checks. */
export interface BarResult extends Omit<Bar, 'checks'> {
  readonly checks: readonly Verdict[];
}

/** Everything one run measured; printed by `--json`. */
export interface Report {
  readonly schema: 2;
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly commit: string;
  readonly command: string;
  readonly mode: 'full' | 'smoke';
  readonly suites: readonly MeasuredSuite[];
  readonly measurements: readonly MeasurementResult[];
  /** Versions of the heavy peers, when they took part. */
  readonly peerVersions?: Readonly<Record<string, string>>;
  readonly bars: readonly BarResult[];
  readonly failures: readonly string[];
}

/** Where and on what the run was made. */
export function runFacts(): Pick<Report, 'date' | 'cpu' | 'cores' | 'memoryBytes' | 'node' | 'commit'> {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.version,
    commit: commit(),
  };
}

function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: packageFile('.'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const written = [':!bench/RESULTS.md', ':!docs/pictures'];
    const changed = git('status', '--porcelain', '--', '.', ...written) !== '';
    return git('rev-parse', '--short=12', 'HEAD') + (changed ? ' with changes' : '');
  } catch {
    return 'unknown (not a git checkout)';
  }
}

const SUITE_HEAD: Row = ['suite', 'variant', 'median/op', 'p50', 'p99', 'p99.9', 'max', 'cold', 'B/op', 'against ours'];

/** Every variant of every suite. */
export function suiteTable(suites: readonly MeasuredSuite[]): Table {
  const rows = suites.flatMap(({ suite, variants, bytes }) => {
    const ours = variants[0]!;
    return variants.map((variant, at): Row => {
      const bytesOf = bytes.find((row) => row.variant === variant.name);
      const { name, nsPerOp, p50Ns, p99Ns, p999Ns, maxNs, coldNs } = variant;
      return [
        at === 0 ? suite : '',
        name,
        ...[nsPerOp, p50Ns, p99Ns, p999Ns, maxNs, coldNs].map((ns) => valueText('Ns', ns)),
        bytesOf === undefined ? '' : bytesOf.bytesPerOp.toFixed(bytesOf.bytesPerOp < 10 ? 1 : 0),
        at === 0 ? '' : ratioText(nsPerOp / ours.nsPerOp) + (variant.note === undefined ? '' : ' *'),
      ];
    });
  });
  return { head: SUITE_HEAD, rows };
}

/** What one operation of each suite is. */
export function operationsText(suites: readonly MeasuredSuite[]): string {
  return `One operation: ${suites.map(({ suite, operation }) => `${suite}, ${operation}`).join('; ')}.`;
}

/** What the rows marked with a star do not do. */
export function suiteNotes(suites: readonly MeasuredSuite[]): string[] {
  return suites.flatMap(({ suite, variants }) =>
    variants.flatMap(({ name, note }) =>
      note === undefined ? [] : `* ${suite}, ${name}: not like for like: ${note}.`,
    ),
  );
}

/** One measurement: a column per figure that any row has. */
export function measurementTable({ rows }: MeasurementResult): Table {
  const figures = [...new Set(rows.flatMap((row) => Object.keys(row).filter((name) => typeof row[name] === 'number')))];
  const scenarios = rows.some(({ scenario }) => scenario !== undefined);
  return {
    head: [...(scenarios ? ['scenario'] : []), 'variant', ...figures.map((name) => name.replace(/Ns$|PerOp$/, ''))],
    rows: rows.map((row) => [
      ...(scenarios ? [row.scenario ?? ''] : []),
      row.variant,
      ...figures.map((name) => (typeof row[name] === 'number' ? valueText(name, row[name]) : '')),
    ]),
  };
}

/** Every check with both sides' figures. */
export function barTable(bars: readonly BarResult[]): Table {
  const head = ['check', 'ours', 'baseline', 'figures', 'ratio', 'gate', 'goal', ''];
  const rows = bars.flatMap(({ checks }) =>
    checks.map((verdict): Row => {
      const { id, ours, baseline, figure, oursValue, baselineValue, ratio, rule } = verdict;
      const measured = !Number.isNaN(oursValue);
      const both = baseline === undefined ? '' : ` / ${valueText(figure, baselineValue)}`;
      const hasRatio = baseline !== undefined && Number.isFinite(ratio);
      return [
        id,
        ours,
        baseline ?? '',
        measured ? valueText(figure, oursValue) + both : '',
        hasRatio ? ratioText(ratio) : '',
        figureText(rule, figure, verdict.gate, 'gate'),
        goalText(verdict),
        verdictText(verdict),
      ];
    }),
  );
  return { head, rows };
}

function goalText({ rule, figure, goal, goalValue }: Verdict): string {
  const parts = [figureText(rule, figure, goal, 'goal'), goalValue === undefined ? '' : valueText(figure, goalValue)];
  return parts.filter((part) => part !== '').join(', ');
}

function verdictText(verdict: Verdict): string {
  const { passed, problem, elsewhere, goalReached, goalValueReached, rule } = verdict;
  if (problem !== undefined) return elsewhere ? problem : `FAILED: ${problem}`;
  if (!passed) return 'FAILED';
  const goals = [
    ...(goalReached === undefined ? [] : [goalReached]),
    ...(goalValueReached === undefined ? [] : [goalValueReached]),
  ];
  if (goals.length === 0) return rule === 'printed' ? 'printed' : 'passed';
  if (goals.every(Boolean)) return 'passed, goal reached';
  return goals.some(Boolean) ? 'passed, one goal reached' : 'passed, goal missed';
}

/** What was not reached and why, one line each. */
export function missedGoals(bars: readonly BarResult[]): string[] {
  return bars.flatMap(({ checks }) =>
    checks
      .filter(({ whyMissed, problem }) => whyMissed !== undefined && problem === undefined)
      .map((verdict) => {
        const { id, ratio, goalReached, goalValueReached, figure, oursValue, goalValue } = verdict;
        const missed = [
          ...(verdict.goalWords === undefined ? [] : [`the goal is ${verdict.goalWords}`]),
          ...(goalReached === false
            ? [`${ratioText(ratio)} of ${goalText({ ...verdict, goalValue: undefined })}`]
            : []),
          ...(goalValueReached === false
            ? [`${valueText(figure, oursValue)} of ${valueText(figure, goalValue!)}`]
            : []),
        ];
        return `${id}: ${missed.join(', ')}. ${verdict.whyMissed}`;
      }),
  );
}
