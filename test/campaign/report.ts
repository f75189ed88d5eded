// The text of a campaign: one line a run, the table of everything that was to happen and how often it did, and the file that
// keeps it.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { ROWS } from './rows.ts';
import type { CampaignRun } from './run.ts';

const RESULTS = 'test/campaign/RESULTS.md';

export function basketsOf(runs: readonly CampaignRun[]): number {
  return runs.reduce((sum, { baskets }) => sum + baskets.polymarket + baskets.kalshi + baskets.cross, 0);
}

export function lineOf(run: CampaignRun): string {
  const { plan, baskets, executor, orders, fills, unknown, quietPoints, openMicrosMax, problems } = run;
  const restart = plan.restartAt === 0 ? '' : ', Polymarket restarts';
  return [
    `seed ${plan.seed} (${plan.crossVenue}${plan.batchWindowUs > 0 ? ', shared requests' : ''}${restart}): `,
    `${baskets.polymarket} baskets at Polymarket, ${baskets.kalshi} at Kalshi, ${baskets.cross} across; `,
    `${executor.basketsComplete} complete, ${executor.basketsUnwound} unwound, ${executor.basketsMissed} missed, `,
    `${executor.basketsCarried} carried; ${orders} orders, ${fills} fills, ${unknown} unknown; at most `,
    `$${(openMicrosMax / 1e6).toFixed(2)} open; ${quietPoints} quiet points: `,
    problems.length === 0 ? 'ok' : problems.join('; '),
  ].join('');
}

/** What every run has against itself, and what never happened. */
export function problemsOf(runs: readonly CampaignRun[], wanted: number): string[] {
  const found = runs.flatMap(({ plan, problems }) => problems.map((problem) => `seed ${plan.seed}: ${problem}`));
  const baskets = basketsOf(runs);
  if (baskets < wanted) found.push(`${baskets} baskets of ${wanted}`);
  const counts = countsOf(runs.map(({ faults }) => faults));
  for (const [name] of ROWS) if ((counts.get(name) ?? 0) === 0) found.push(`${name} never happened`);
  return found;
}

export function summaryOf(runs: readonly CampaignRun[], minutes: number, problems: readonly string[]): string {
  const lines = [...totalsOf(runs, minutes), '', ...tableOf(runs), ''];
  if (problems.length === 0) lines.push('ok: both ledgers equal to the unit at every quiet point');
  lines.push(...problems.map((problem) => `NOT ok: ${problem}`));
  return `${lines.join('\n')}\n`;
}

export function writeResults(
  runs: readonly CampaignRun[],
  minutes: number,
  problems: readonly string[],
  argv: readonly string[],
): void {
  const commit = commitNow();
  const date = new Date().toISOString().slice(0, 10);
  const command = ['npm run campaign', ...(argv.length > 0 ? ['--', ...argv] : [])].join(' ');
  const lines = [
    '# A campaign through all faults of trading',
    '',
    'Written by `npm run campaign -- --write`; not edited by hand. What it does and what it is judged by: [README](README.md).',
    '',
    `- ${date}, commit ${commit}, Node ${process.versions.node}, \`${command}\``,
    ...totalsOf(runs, minutes).map((line) => `- ${line}`),
    `- **${problems.length} failures**`,
    ...problems.map((problem) => `  - ${problem}`),
    '',
    '## What happened, and how often',
    '',
    ...tableOf(runs),
    '',
    '## The runs',
    '',
    ...runs.map((run) => `- ${lineOf(run)}`),
  ];
  writeFileSync(RESULTS, `${lines.join('\n')}\n`);
}

/** Of the checkout; a copy without one has none, and its results all the same. */
function commitNow(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}

function totalsOf(runs: readonly CampaignRun[], minutes: number): string[] {
  const sum = (of: (run: CampaignRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const list = (counts: ReadonlyMap<string, number>): string =>
    [...counts].map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
  const quiet = sum(({ quietPoints }) => quietPoints);
  const most = Math.max(...runs.map(({ openMicrosMax }) => openMicrosMax)) / 1e6;
  return [
    `${runs.length} runs, seeds ${runs[0]!.plan.seed} to ${runs.at(-1)!.plan.seed}, ${minutes.toFixed(1)} minutes`,
    `${basketsOf(runs)} baskets sent: ${sum(({ baskets }) => baskets.polymarket)} at Polymarket, ` +
      `${sum(({ baskets }) => baskets.kalshi)} at Kalshi, ${sum(({ baskets }) => baskets.cross)} across both`,
    `${sum(({ orders }) => orders)} orders, ${sum(({ fills }) => fills)} fills booked, of which ${sum(({ failed }) => failed)} failed`,
    `${quiet} quiet points, at each of which both ledgers were compared with the venues' to the unit`,
    `${sum(({ unknown }) => unknown)} orders were unknown; evidence made of them: ${list(countsOf(runs.map(({ resolved }) => resolved)))}`,
    `while the breaker was open the venues' sockets brought ${sum(({ onTheirWay }) => onTheirWay)} buying orders that had left before, ` +
      `and ${sum(({ reducing }) => reducing)} reducing ones`,
    `at most $${most.toFixed(2)} were open at any record`,
    `trips of the product's own: ${list(countsOf(runs.map(({ ownCauses }) => ownCauses)))}`,
    `ways out: ${list(new Map(WAYS.map((way) => [way, sum(({ executor }) => executor[way])])))}`,
  ];
}

const WAYS = [
  ...(['unwindsComplete', 'unwindsSellBack', 'unwindsComplement', 'unwindsHedge', 'unwindsCarry'] as const),
  ...(['basketsCarried', 'basketsPaid'] as const),
] as const;

function countsOf(all: readonly Readonly<Record<string, number>>[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [name, count] of all.flatMap((one) => Object.entries(one)))
    counts.set(name, (counts.get(name) ?? 0) + count);
  return counts;
}

function tableOf(runs: readonly CampaignRun[]): string[] {
  const counts = countsOf(runs.map(({ faults }) => faults));
  const rows = ROWS.map(([name, what]) => `| ${name} | ${what} | ${counts.get(name) ?? 0} |`);
  return ['| name | what | count |', '| --- | --- | --- |', ...rows];
}
