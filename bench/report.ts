// The bench's outputs: the table on the terminal, the `--json` object and the generated bench/RESULTS.md.
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import type { BytesResult } from './allocation.ts';
import type { Verdict } from './budgets.ts';
import { packageFile } from './budgets.ts';
import type { GcResult } from './gc.ts';
import type { SuiteResult } from './harness.ts';
import type { LatencyResult } from './latency.ts';

/** Everything one run measured; printed by `--json`. */
export interface Report {
  readonly schema: 1;
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly commit: string;
  readonly command: string;
  readonly mode: 'full' | 'smoke';
  readonly suites: readonly (SuiteResult & { readonly bytes: readonly BytesResult[] })[];
  readonly latency: readonly LatencyResult[];
  readonly garbageCollections: GcResult | undefined;
  readonly verdicts: readonly Verdict[];
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
    return (
      git('rev-parse', '--short=12', 'HEAD') +
      (git('status', '--porcelain', '--', '.', ':!bench/RESULTS.md') === '' ? '' : ' with changes')
    );
  } catch {
    return 'unknown (not a git checkout)';
  }
}

/** ns with three significant digits, in ns, us or ms. */
export function durationText(ns: number): string {
  if (ns >= 1e6) return `${(ns / 1e6).toPrecision(3)} ms`;
  if (ns >= 1e4) return `${(ns / 1e3).toPrecision(3)} us`;
  return `${ns >= 100 ? ns.toFixed(0) : ns.toPrecision(3)} ns`;
}

type Row = readonly string[];

const SUITE_HEAD: Row = ['suite', 'variant', 'median/op', 'p50', 'p99', 'p99.9', 'max', 'B/op', 'against ours'];

function suiteRows(report: Report): Row[] {
  return report.suites.flatMap(({ suite, variants, bytes }) => {
    const ours = variants[0]!;
    return variants.map((variant, at): Row => {
      const bytesOf = bytes.find((row) => row.variant === variant.name);
      return [
        at === 0 ? suite : '',
        variant.name,
        durationText(variant.nsPerOp),
        durationText(variant.p50Ns),
        durationText(variant.p99Ns),
        durationText(variant.p999Ns),
        durationText(variant.maxNs),
        bytesOf === undefined ? '' : bytesOf.bytesPerOp.toFixed(bytesOf.bytesPerOp < 10 ? 1 : 0),
        at === 0 ? '' : `${(variant.nsPerOp / ours.nsPerOp).toFixed(2)}x`,
      ];
    });
  });
}

const LATENCY_HEAD: Row = ['variant', 'arrivals', 'frames', 'p50', 'p99', 'p99.9', 'max'];

function latencyRows(report: Report): Row[] {
  return report.latency.map((row) => [
    row.variant,
    `one per ${durationText(row.meanGapNs)}`,
    String(row.frames),
    durationText(row.p50Ns),
    durationText(row.p99Ns),
    durationText(row.p999Ns),
    durationText(row.maxNs),
  ]);
}

const VERDICT_HEAD: Row = ['budget', 'ours', 'baseline', 'ratio', 'gate', 'goal', ''];

function verdictRows(report: Report): Row[] {
  return report.verdicts.map((verdict) => [
    verdict.id,
    durationText(verdict.oursNs),
    durationText(verdict.baselineNs),
    `${verdict.ratio.toFixed(2)}x`,
    `${verdict.gate}x`,
    `${verdict.goal}x`,
    verdict.passed ? (verdict.goalReached ? 'goal reached' : 'passed, goal missed') : 'FAILED',
  ]);
}

/** Columns padded for a terminal. */
function plainTable(head: Row, rows: readonly Row[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (row: Row): string =>
    row.map((cell, at) => (at < 2 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  ');
  return [head, ...rows].map((row) => line(row).trimEnd()).join('\n');
}

function markdownTable(head: Row, rows: readonly Row[]): string {
  const line = (row: Row): string => `| ${row.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at < 2 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function gcText(report: Report): string {
  const { garbageCollections: gc } = report;
  if (gc === undefined) return '';
  return `${gc.collections} garbage collections over ${gc.frames} frames of the whole path with default heap flags (heap ${gc.heapGrowthBytes >= 0 ? '+' : ''}${gc.heapGrowthBytes} B)`;
}

function sections(report: Report, table: (head: Row, rows: readonly Row[]) => string): [string, string][] {
  const found: [string, string][] = [['Suites', table(SUITE_HEAD, suiteRows(report))]];
  if (report.latency.length > 0) {
    found.push(['Whole path, bytes to opportunity, open-loop arrivals', table(LATENCY_HEAD, latencyRows(report))]);
  }
  if (report.garbageCollections !== undefined) found.push(['Garbage', gcText(report)]);
  if (report.verdicts.length > 0) found.push(['Budgets', table(VERDICT_HEAD, verdictRows(report))]);
  return found;
}

/** The report for a terminal. */
export function terminalText(report: Report): string {
  const warnings = report.suites.flatMap(({ suite, warnings: found }) =>
    found.map((text) => `warning: ${suite}: ${text}`),
  );
  return [
    `${report.cpu}, ${report.cores} cores, Node ${report.node}, commit ${report.commit}`,
    ...sections(report, plainTable).map(([title, text]) => `\n${title}\n${text}`),
    '',
    ...warnings,
    ...report.failures.map((failure) => `FAILED: ${failure}`),
  ].join('\n');
}

/** bench/RESULTS.md. */
export function resultsMarkdown(report: Report, reasons: ReadonlyMap<string, string>): string {
  const missed = report.verdicts.filter(({ goalReached }) => !goalReached);
  return [
    '# Bench results',
    '',
    '<!-- Generated by `npm run bench -- --write`. Do not edit. -->',
    '',
    `- date: ${report.date}`,
    `- machine: ${report.cpu}, ${report.cores} cores, ${(report.memoryBytes / 2 ** 30).toFixed(1)} GiB`,
    `- Node: ${report.node}`,
    `- commit: ${report.commit}`,
    `- command: \`${report.command}\``,
    '',
    'Medians of interleaved rounds; percentiles are over samples of many operations each. Ratios gate, absolute figures inform.',
    ...sections(report, markdownTable).flatMap(([title, text]) => ['', `## ${title}`, '', text]),
    '',
    '## Where goals are missed',
    '',
    ...(missed.length === 0
      ? ['None.']
      : missed.map(({ id, ratio, goal }) => `- ${id}: ${ratio.toFixed(2)}x of ${goal}x. ${reasons.get(id) ?? ''}`)),
    ...report.failures.map((failure) => `- FAILED: ${failure}`),
    '',
  ].join('\n');
}
