// The fault matrix in short: every kind of fault at one drawn point, judged as the long run judges it, and a clean flow;
// and the judge is not blind.
import { expect, test } from 'vitest';
import { ALL_KINDS } from './all-kinds.ts';
import { runClean } from './clean.ts';
import { runMatrix } from './matrix.ts';
import { failuresOf, tableOf, textTable } from './report.ts';
import { TIME_FACTOR, timesBy } from './times.ts';

const TIMES = timesBy(TIME_FACTOR);
const SEED = 20_261_128;
/** Of some seconds each, and with a shorter one of its like: left to the long run. */
const LONG: ReadonlySet<string> = new Set([
  ...[
    'frozenBooks403',
    'frozenBooks502',
    'freezeQuotes',
    'stampsAhead',
    'stampsBehind',
    'stampsBehindDrop',
    'stampsBehindFreeze',
  ],
]);
const SHORT_KINDS = ALL_KINDS.filter(({ name }) => !LONG.has(name));
/** Ten seconds on a machine that is not busy; cases that a busy one spoils are done again. */
const PATIENCE_MS = 240_000;
/** Its first points are early ones, so that what never ends need not be waited for. */
const EARLY_SEED = 26;

test(
  'every fault fires, is caught at its evidence and cured, and no decision is taken on a wrong top',
  async () => {
    const results = await runMatrix({ kinds: SHORT_KINDS, points: 1, seed: SEED, lanes: 16, times: TIMES }, () => {});
    console.log(textTable(tableOf(SHORT_KINDS, results)));
    expect(failuresOf(SHORT_KINDS, results, 1)).toEqual([]);
    expect(results).toHaveLength(SHORT_KINDS.length);
  },
  PATIENCE_MS,
);

test('a clean flow raises no alarm', async () => {
  const clean = await runClean({ name: 'clean', flow: 'venue', passes: [0], speed: 4, seconds: 12 }, TIMES, SEED);
  expect(clean.falseAlarms).toEqual([]);
  expect(clean.decisions).toBeGreaterThan(1_000);
});

test('the judge sees a fault where there must be none, one that never fired, and one that nobody examined', async () => {
  const of = (name: string) => ALL_KINDS.find((kind) => kind.name === name)!;
  const blind = { ...of('corruptDeep'), class: 'harmless' as const };
  const late = { ...of('freezeMarket'), limitMs: () => 100 };
  const absent = { ...of('duplicate'), name: 'absent', firings: 2 };
  const plan = { points: 1, seed: EARLY_SEED, lanes: 3, times: TIMES, patienceMs: 6_000 };
  const kinds = [blind, late, absent];
  const results = await runMatrix({ ...plan, kinds }, () => {});
  const failures = failuresOf([...kinds, { ...blind, name: 'unexamined' }], results, 1);
  expect(failures).toEqual([
    expect.stringMatching(/^corruptDeep at \d+ .*: a book fell by hash; \d+ decisions on a wrong depth/),
    expect.stringMatching(/^freezeMarket at \d+ .*caught after \d+/),
    expect.stringMatching(/^absent at \d+ .*: fired 1 of 2 times/),
    'unexamined: 0 of 1 points examined',
  ]);
});
