// What the matrix found, as a table per kind, and what of it must not be. Pure.

import type { CaseResult } from './case.ts';
import type { CleanPlan, CleanResult } from './clean.ts';
import type { Kind } from './kinds.ts';

const HEAD = [
  ...['kind', 'class', 'points', 'fired', 'caught', 'healed', 'quiet', 'missed', 'before next decision', 'by'],
  ...[
    'detect p50 ms',
    'max',
    'recover p50 ms',
    'max',
    'decisions',
    'wrong top',
    'wrong depth',
    'old top',
    'oldest ms',
    'product: proven',
    'top',
    'depth',
    'repeated',
  ],
];

/** Rows of cells, the first the head. */
export function tableOf(kinds: readonly Kind[], results: readonly CaseResult[]): string[][] {
  return [HEAD, ...kinds.map((kind) => rowOf(kind, of(kind, results)))];
}

/** What must not be, by kind; nothing examined is one of them. */
export function failuresOf(kinds: readonly Kind[], results: readonly CaseResult[], points: number): string[] {
  return kinds.flatMap((kind) => {
    const own = of(kind, results);
    const missing = own.length === points ? [] : [`${kind.name}: ${own.length} of ${points} points examined`];
    const failed = own.filter(({ faults }) => faults.length > 0);
    return [
      ...missing,
      ...failed.map(({ seed, point, faults }) => `${kind.name} at ${point} (seed ${seed}): ${faults.join('; ')}`),
    ];
  });
}

/** A row per clean run. */
export function cleanTable(cleans: readonly CleanResult[]): string[][] {
  const head = [
    'run',
    'markets',
    'messages',
    'frames applied',
    'hashes verified',
    'answers agreed',
    'decisions',
    'product: proven',
    'top',
    'depth',
    'false alarms',
    'repeated',
  ];
  const rows = cleans.map((clean) => [
    ...[clean.name, clean.markets, clean.messages, clean.framesApplied, clean.hashesVerified, clean.answersAgreed].map(
      String,
    ),
    ...[clean.decisions, clean.product.proven, clean.product.top, clean.product.depth].map(String),
    ...[clean.falseAlarms.length, clean.attempts - 1].map(String),
  ]);
  return [head, ...rows];
}

/** False alarms, and plans that nobody carried out. */
export function cleanFailures(plans: readonly CleanPlan[], cleans: readonly CleanResult[]): string[] {
  const missing = plans.filter(({ name }) => cleans.every((clean) => clean.name !== name));
  return [
    ...missing.map(({ name }) => `${name}: not examined`),
    ...cleans.flatMap(({ name, falseAlarms }) => falseAlarms.map((alarm) => `${name}: ${alarm}`)),
  ];
}

/** What RESULTS.md says of one run. */
export interface Run {
  readonly date: string;
  readonly commit: string;
  readonly node: string;
  readonly command: string;
  readonly seconds: number;
  readonly points: number;
  readonly lanes: number;
  readonly processes: number;
  readonly factor: number;
  readonly failures: readonly string[];
}

/** The text of RESULTS.md. */
export function resultsText(run: Run, matrix: readonly string[][], clean: readonly string[][]): string {
  const { date, commit, node, command, seconds, points, lanes, processes, factor, failures } = run;
  return `# Faults at drawn points

Written by \`npm run faults -- --write\`; not edited by hand.

- ${date}, commit ${commit}, Node ${node}, \`${command}\`, ${(seconds / 60).toFixed(1)} minutes
- ${points} points of each kind, ${lanes} cases at a time over real sockets in ${processes} processes, all timers ${factor} times shorter than their defaults
- **${failures.length === 0 ? 'nothing failed' : `${failures.length} failures`}**

## Faults

A *decision* is an order on one market that the gate would have let through at a look; there is a look behind each read of frames and each turn.
*Wrong top*, *wrong depth*: of these, on a book that the venue did not have; what the venue had is told by its own books. *Old top*: on best prices that the venue had
and has not any more for longer than 100 ms. *Product*: its own count of these decisions ([what it means](README.md)). *Healed*: the venue's next word put the book right before there was any evidence. *Before next decision*: none was taken between the faulty frame and the refusal.
*Repeated*: cases done again because they failed while this machine gave them no turn for 100 ms. Times are as measured, with the short timers and a busy thread.

${markdownTable(matrix)}

## Clean runs

${markdownTable(clean)}
${failures.length === 0 ? '' : `\n## Failures\n\n${failures.map((failure) => `- ${failure}`).join('\n')}\n`}`;
}

/** Columns as wide as their widest cell. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function of({ name }: Kind, results: readonly CaseResult[]): CaseResult[] {
  return results.filter(({ kind }) => kind === name);
}

function rowOf(kind: Kind, own: readonly CaseResult[]): string[] {
  const caught = own.filter(({ outcome }) => outcome === 'caught');
  const times = (outcome: CaseResult['outcome']): string => String(own.filter((one) => one.outcome === outcome).length);
  const sum = (what: (one: CaseResult) => number): string => String(own.reduce((total, one) => total + what(one), 0));
  const before = own.filter(({ beforeNextDecision }) => beforeNextDecision).length;
  const oldest = Math.max(0, ...own.map(({ decisions }) => decisions.oldTopNsMax / 1e6));
  return [
    ...[kind.name, kind.class, String(own.length), String(own.filter(({ fired }) => fired >= kind.firings).length)],
    ...[times('caught'), times('healed'), times('quiet'), times('missed')],
    ...[kind.class === 'frame' ? `${before} of ${own.length}` : '', evidence(caught)],
    ...quantiles(caught.map(({ detectMs }) => detectMs)),
    ...quantiles(caught.map(({ recoverMs }) => recoverMs)),
    ...[sum(({ decisions }) => decisions.passed), sum(({ decisions }) => decisions.wrongTop)],
    ...[sum(({ decisions }) => decisions.wrongDepth), sum(({ decisions }) => decisions.oldTop), oldest.toFixed(0)],
    ...[sum(({ product }) => product.proven), sum(({ product }) => product.top), sum(({ product }) => product.depth)],
    sum(({ attempts }) => attempts - 1),
  ];
}

/** Median and most. */
function quantiles(values: readonly number[]): [string, string] {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return ['', ''];
  return [sorted[(sorted.length - 1) >> 1]!.toFixed(1), sorted.at(-1)!.toFixed(1)];
}

function evidence(caught: readonly CaseResult[]): string {
  const counts = new Map<string, number>();
  for (const { by } of caught) counts.set(by, (counts.get(by) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([by, count]) => `${by} ${count}`)
    .join(', ');
}
