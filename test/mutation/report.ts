// What a run found, as the text of RESULTS.md, and whether it is good enough.

import type { Verdict } from './judge.ts';
import type { Operator } from './mutant.ts';
import { LEFT_OUT } from './project.ts';

export const MUTANTS_MIN = 300;
export const SCORE_MIN = 0.9;

/** One judged mutant as it is kept between runs. */
export interface Row {
  readonly key: string;
  readonly file: string;
  readonly line: number;
  readonly operator: Operator;
  readonly before: string;
  readonly after: string;
  readonly seed: number;
  readonly verdict: Verdict;
  readonly by: string | undefined;
}

export interface Run {
  readonly date: string;
  readonly commit: string;
  readonly node: string;
  readonly cpu: string;
  readonly minutes: number;
  /** Places the sources offer, and chosen ones the compiler refused. */
  readonly candidates: number;
  readonly refused: number;
  readonly testFiles: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  /** Commit whose tests judged the survivors a second time, if they did. */
  readonly survivorsJudgedAgain?: string;
}

/** Why a mutant survives, by its key. Begins with `equivalent:`, `speed only:` or `gap:`. */
export type Reasons = Readonly<Record<string, string>>;

export function survives({ verdict }: Row): boolean {
  return verdict === 'survived' || verdict === 'not reached';
}

export function scoreOf(rows: readonly Row[]): number {
  return rows.length === 0 ? 0 : rows.filter((row) => !survives(row)).length / rows.length;
}

/** What is wrong with a run; none of it may be. `full`: the run of RESULTS.md, which has a size and a score to reach. */
export function faultsOf(rows: readonly Row[], reasons: Reasons, full: boolean): string[] {
  const faults: string[] = [];
  if (rows.length === 0) faults.push('no mutant was judged');
  if (full && rows.length < MUTANTS_MIN) faults.push(`${rows.length} mutants, fewer than ${MUTANTS_MIN}`);
  if (full && scoreOf(rows) < SCORE_MIN) faults.push(`${percent(rows)} caught, below ${SCORE_MIN * 100} %`);
  for (const row of rows) {
    const reason = reasons[row.key];
    if (survives(row) && reason === undefined) faults.push(`survivor without a reason: ${row.key}`);
    if (reason !== undefined && !/^(equivalent|speed only|gap): \S/.test(reason)) faults.push(`no reason: ${reason}`);
    if (!survives(row) && reason?.startsWith('equivalent:') === true) faults.push(`not equivalent, caught: ${row.key}`);
  }
  return faults;
}

export function percent(rows: readonly Row[]): string {
  return `${(100 * scoreOf(rows)).toFixed(1)} %`;
}

function table(name: string, groups: ReadonlyMap<string, readonly Row[]>): string {
  const lines = [`| ${name} | mutants | caught | by time-out | survived | score |`, '|---|---|---|---|---|---|'];
  for (const [group, rows] of groups) {
    const of = (...verdicts: Verdict[]): number => rows.filter(({ verdict }) => verdicts.includes(verdict)).length;
    const counts = [rows.length, of('caught'), of('timeout'), of('survived', 'not reached')];
    lines.push(`| ${group} | ${counts.join(' | ')} | ${percent(rows)} |`);
  }
  return lines.join('\n');
}

function grouped(rows: readonly Row[], nameOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const name of [...new Set(rows.map(nameOf))].sort())
    groups.set(
      name,
      rows.filter((row) => nameOf(row) === name),
    );
  groups.set('**all**', [...rows]);
  return groups;
}

function survivor(row: Row, reasons: Reasons): string {
  const reached = row.verdict === 'not reached' ? ' No test reaches it.' : '';
  return [
    `- \`wasm/${row.file}:${row.line}\` (${row.operator})${reached}`,
    '',
    '  ```ts',
    `  ${row.before}`,
    `  ${row.after}`,
    '  ```',
    '',
    `  ${reasons[row.key] ?? '**no reason yet**'}`,
  ].join('\n');
}

/** The text of RESULTS.md. */
export function resultsText(run: Run, reasons: Reasons): string {
  const { rows } = run;
  const survivors = rows.filter(survives);
  const explained = survivors.filter(({ key }) => /^(equivalent|speed only):/.test(reasons[key] ?? ''));
  const rest = rows.filter((row) => !explained.includes(row));
  const [first, second] = [...new Set(rows.map(({ seed }) => seed))];
  const environment = Object.entries(run.environment).map(([name, value]) => `\`${name}=${value}\``);
  const again = run.survivorsJudgedAgain;
  return `# Mutants of wasm/

Written by \`npm run mutate\`; not edited by hand. How it works: [ADR 0015](../../docs/adr/0015-mutants.md).

- ${run.date}, commit ${run.commit}, Node ${run.node}, ${run.cpu}, ${run.minutes.toFixed(1)} minutes${again === undefined ? '' : `; its survivors judged again by the tests of ${again}`}
- ${rows.length} mutants of ${run.candidates} possible; ${run.refused} more were chosen and are no programs (a type error)
- **${percent(rows)} caught**, every survivor counted against the tests, whatever its reason
- ${percent(rest)} when the ${explained.length} survivors that no test can catch (\`equivalent\`, \`speed only\`) are left out
- a mutant whose place no test reaches counts as survived (${rows.filter(({ verdict }) => verdict === 'not reached').length})
- judged by ${run.testFiles.length} test files, each mutant by those that reach its place, with ${environment.join(' and ')}
- not mutated: ${Object.entries(LEFT_OUT)
    .map(([file, why]) => `\`wasm/${file}\` (${why})`)
    .join('; ')}; starting values of module variables

Tests were written after looking at survivors of seed ${first}. The mutants of seed ${second} were drawn after that; [ADR 0015](../../docs/adr/0015-mutants.md) says which tests they led to.

${table(
  'seed',
  grouped(rows, ({ seed }) => String(seed)),
)}

## By operator

${table(
  'operator',
  grouped(rows, ({ operator }) => operator),
)}

## By file

${table(
  'file',
  grouped(rows, ({ file }) => `wasm/${file}`),
)}

## Survivors

\`equivalent\`: the same answer for every input. \`speed only\`: another way to the same answer. \`gap\`: a test could tell, none does.

${survivors.map((row) => survivor(row, reasons)).join('\n\n')}
`;
}
