// A whole report as text: for the terminal, and as the generated bench/RESULTS.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { packageFile } from './budgets.ts';
import { PEER_SUITE_NAMES } from './peers/suites.ts';
import {
  barTable,
  type MeasuredSuite,
  measurementTable,
  missedGoals,
  operationsText,
  type Report,
  suiteNotes,
  suiteTable,
} from './report.ts';
import { markdownTable, plainTable, type Table } from './tables.ts';

const RESULTS = packageFile('bench/RESULTS.md');

/** The parts of bench/RESULTS.md; a run writes the parts that it measured and leaves the other as it stands. */
const PARTS = ['stages and budgets', 'beside the peers'] as const;
type Part = (typeof PARTS)[number];

function isPeers(suite: string): boolean {
  return PEER_SUITE_NAMES.includes(suite);
}

function sections(report: Report, text: (table: Table) => string): [string, string][] {
  const found: [string, string][] = [];
  const own = report.suites.filter(({ suite }) => !isPeers(suite));
  const peers = report.suites.filter(({ suite }) => isPeers(suite));
  if (report.bars.length > 0 && report.mode === 'full') found.push(['Budgets', text(barTable(report.bars))]);
  if (own.length > 0) found.push(['Stages', withNotes(text(suiteTable(own)), own)]);
  for (const measurement of report.measurements) {
    const title = `${measurement.name}: ${measurement.operation}`;
    found.push([`${title[0]!.toUpperCase()}${title.slice(1)}`, text(measurementTable(measurement))]);
  }
  if (peers.length > 0) found.push(['Beside the peers', withNotes(text(suiteTable(peers)), peers)]);
  return found;
}

/** A table of suites, what their operations are, and what the starred rows do not do. */
function withNotes(table: string, suites: readonly MeasuredSuite[]): string {
  return [table, '', operationsText(suites), ...suiteNotes(suites).flatMap((note) => ['', note])].join('\n');
}

/** The report for a terminal. A smoke run's figures are of a few calls: they are held against nothing. */
export function terminalText(report: Report): string {
  const warnings = report.suites.flatMap(({ suite, warnings: found }) =>
    found.map((text) => `warning: ${suite}: ${text}`),
  );
  return [
    `${report.cpu}, ${report.cores} cores, Node ${report.node}, commit ${report.commit}`,
    ...sections(report, plainTable).map(([title, text]) => `\n${title}\n${text}`),
    '',
    ...(report.peerVersions === undefined ? [] : [`peers: ${versionsText(report.peerVersions)}`]),
    ...(report.mode === 'full' ? missedGoals(report.bars) : []).map((line) => `goal missed: ${line}`),
    ...warnings,
    ...report.failures.map((failure) => `FAILED: ${failure}`),
  ].join('\n');
}

function versionsText(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

/** The lines that say where, when and how a run was made. */
function factsMarkdown(report: Report): string[] {
  return [
    `- date: ${report.date}`,
    `- machine: ${report.cpu}, ${report.cores} cores, ${(report.memoryBytes / 2 ** 30).toFixed(1)} GiB`,
    `- Node: ${report.node}`,
    `- commit: ${report.commit}`,
    `- command: \`${report.command}\``,
  ];
}

/** Stages, measurements and budgets as Markdown. */
function mainMarkdown(report: Report): string {
  const missed = missedGoals(report.bars);
  const own = { ...report, suites: report.suites.filter(({ suite }) => !isPeers(suite)) };
  return [
    ...factsMarkdown(report),
    '',
    'Medians of interleaved rounds; percentiles are over samples of many operations each. Ratios gate, absolute figures inform.',
    ...sections(own, markdownTable).flatMap(([title, text]) => ['', `## ${title}`, '', text]),
    '',
    '## Where goals are missed, and why',
    '',
    ...(missed.length === 0 ? ['None.'] : missed.map((line) => `- ${line}`)),
    ...report.failures.map((failure) => `- FAILED: ${failure}`),
  ].join('\n');
}

/** The suites beside the heavy peers as Markdown. */
function peersMarkdown(report: Report): string {
  const suites = report.suites.filter(({ suite }) => isPeers(suite));
  const bars = report.bars.filter(({ checks }) => checks.some(({ from }) => isPeers(from)));
  const checks = bars.map((bar) => ({ ...bar, checks: bar.checks.filter(({ from }) => isPeers(from)) }));
  return [
    '## Beside the peers',
    '',
    ...factsMarkdown(report),
    `- peers: ${versionsText(report.peerVersions ?? {})}`,
    '',
    'Every variant takes the same input in the same interleaved rounds and folds its books into the same checksum.',
    '',
    withNotes(markdownTable(suiteTable(suites)), suites),
    '',
    markdownTable(barTable(checks)),
  ].join('\n');
}

function marks(part: Part): [string, string] {
  return [`<!-- ${part} -->`, `<!-- end of ${part} -->`];
}

/** The text between a part's marks in `text`, or that nothing was measured yet. */
function standing(text: string, part: Part): string {
  const [first, last] = marks(part);
  const from = text.indexOf(first);
  const to = text.indexOf(last);
  return from < 0 || to < from ? '' : text.slice(from + first.length, to).trim();
}

/** `previous` with the parts that `report` measured. */
export function resultsMarkdown(report: Report, previous: string): string {
  const measured: Record<Part, boolean> = {
    'stages and budgets': report.suites.some(({ suite }) => !isPeers(suite)) || report.measurements.length > 0,
    'beside the peers': report.suites.some(({ suite }) => isPeers(suite)),
  };
  const fresh = { 'stages and budgets': mainMarkdown, 'beside the peers': peersMarkdown };
  const parts = PARTS.flatMap((part) => {
    const [first, last] = marks(part);
    return [first, '', measured[part] ? fresh[part](report) : standing(previous, part), '', last, ''];
  });
  const head = ['# Bench results', '', '<!-- Generated by `npm run bench -- --write`. Do not edit. -->', ''];
  return [...head, ...parts].join('\n');
}

/** Writes bench/RESULTS.md. */
export function writeResults(report: Report): void {
  writeFileSync(RESULTS, resultsMarkdown(report, existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : ''));
}
