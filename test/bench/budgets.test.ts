// Budgets gate on measured ratios, a run that measured nothing fails, and a wrong checksum stops a suite.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { allChecks, type Budgets, type Check, judge, type Measured, readBudgets } from '../../bench/budgets.ts';
import { median, quantile, runSuite, SMOKE_EFFORT, type Variant, warmUp } from '../../bench/harness.ts';
import { MEASUREMENT_NAMES } from '../../bench/measurements.ts';
import { PEER_SUITE_NAMES } from '../../bench/peers/suites.ts';
import type { Report } from '../../bench/report.ts';
import { SUITE_NAMES } from '../../bench/suites.ts';

const RATIO: Check = {
  id: 'x',
  from: 's',
  ours: 'dutchbook',
  baseline: 'careful',
  figure: 'nsPerOp',
  rule: 'ratioAtLeast',
  gate: 4,
  goal: 8,
  goalValue: 6,
  whyMissed: 'a reason long enough to be one',
};

function budgetsOf(...checks: Check[]): Budgets {
  return { schema: 2, bars: [{ what: 'w', gate: 'g', goal: 'h', why: 'a reason long enough', checks }], also: [] };
}

function measured(oursNs: number, baselineNs: number): Measured {
  return {
    name: 's',
    rows: [
      { variant: 'dutchbook', nsPerOp: oursNs },
      { variant: 'careful', nsPerOp: baselineNs },
    ],
  };
}

function verdictOf(check: Check, ...sources: Measured[]) {
  return judge(budgetsOf(check), sources, new Set(['s']))[0]!;
}

describe('judge', () => {
  test('fails a ratio below its gate, passes one at it, and reaches the goals at the goals', () => {
    expect(verdictOf(RATIO, measured(10, 39.9))).toMatchObject({ passed: false, goalReached: false });
    expect(verdictOf(RATIO, measured(10, 40))).toMatchObject({ passed: true, goalReached: false, ratio: 4 });
    expect(verdictOf(RATIO, measured(10, 80))).toMatchObject({ goalReached: true, goalValueReached: false });
    expect(verdictOf(RATIO, measured(6, 48)).goalValueReached).toBe(true);
  });

  test('says why a goal is missed, and only then', () => {
    expect(verdictOf(RATIO, measured(10, 80)).whyMissed).toBe(RATIO.whyMissed);
    expect(verdictOf(RATIO, measured(6, 48)).whyMissed).toBeUndefined();
  });

  test('holds an upper limit on a ratio the other way round', () => {
    const atMost: Check = { ...RATIO, rule: 'ratioAtMost', gate: 3, goal: 2 };
    expect(verdictOf(atMost, measured(30, 10))).toMatchObject({ passed: true, ratio: 3, goalReached: false });
    expect(verdictOf(atMost, measured(30.1, 10)).passed).toBe(false);
    expect(verdictOf(atMost, measured(20, 10)).goalReached).toBe(true);
  });

  test('holds a figure by itself: at most, and below', () => {
    const { baseline: _, goal: __, goalValue: ___, ...rest } = RATIO;
    const zero: Check = { ...rest, rule: 'valueAtMost', gate: 0 };
    expect(verdictOf(zero, measured(0, 0)).passed).toBe(true);
    expect(verdictOf(zero, measured(1, 0)).passed).toBe(false);
    const below: Check = { ...rest, rule: 'valueBelow', gate: 1_000 };
    expect(verdictOf(below, measured(999, 0)).passed).toBe(true);
    expect(verdictOf(below, measured(1_000, 0)).passed).toBe(false);
  });

  test('takes the worst variant for a check of all', () => {
    const { baseline: _, goal: __, goalValue: ___, ...rest } = RATIO;
    const all: Check = { ...rest, ours: '*', rule: 'valueAtMost', gate: 0.5 };
    expect(verdictOf(all, measured(0.1, 0.5)).passed).toBe(true);
    expect(verdictOf(all, measured(0.1, 0.6))).toMatchObject({ passed: false, oursValue: 0.6 });
    expect(verdictOf(all, { name: 's', rows: [] })).toMatchObject({ passed: false, problem: 's has no *' });
  });

  test('fails figures that are not numbers, of either side', () => {
    expect(verdictOf(RATIO, measured(Number.NaN, 40)).passed).toBe(false);
    expect(verdictOf(RATIO, measured(10, Number.NaN)).passed).toBe(false);
    const printed: Check = { ...RATIO, rule: 'printed' };
    expect(verdictOf(printed, measured(Number.NaN, 40)).passed).toBe(false);
    expect(verdictOf(printed, measured(10, 40)).passed).toBe(true);
  });

  test('fails a check whose suite, variant, baseline or scenario was not measured, and names it', () => {
    const failed = (problem: string) => ({ passed: false, problem, elsewhere: false });
    expect(verdictOf(RATIO)).toMatchObject(failed('s measured nothing'));
    const [ours, baseline] = measured(10, 80).rows;
    expect(verdictOf(RATIO, { name: 's', rows: [baseline!] })).toMatchObject(failed('s has no dutchbook'));
    expect(verdictOf(RATIO, { name: 's', rows: [ours!] })).toMatchObject(failed('s has no careful'));
    const scenario: Check = { ...RATIO, scenario: 'bulk' };
    expect(verdictOf(scenario, measured(10, 80))).toMatchObject(failed('s (bulk) has no dutchbook'));
  });

  test('fails a figure taken over too little', () => {
    const check: Check = { ...RATIO, requires: { frames: 100 } };
    const rows = (frames: number) => measured(10, 80).rows.map((row) => ({ ...row, frames }));
    expect(verdictOf(check, { name: 's', rows: rows(100) }).passed).toBe(true);
    expect(verdictOf(check, { name: 's', rows: rows(99) })).toMatchObject({
      passed: false,
      problem: 's/dutchbook has frames 99, required 100',
    });
    expect(verdictOf(check, measured(10, 80)).passed).toBe(false);
  });

  test('names the command for what only the peers measure, and why an optional package may be absent', () => {
    expect(verdictOf({ ...RATIO, peers: true })).toMatchObject({
      passed: false,
      elsewhere: true,
      problem: 'run npm run bench -- --peers',
    });
    const optional = { ...RATIO, optional: 'built when there is a compiler' };
    const ours = { name: 's', rows: measured(10, 80).rows.slice(0, 1) };
    expect(verdictOf(optional, ours)).toMatchObject({ elsewhere: true, problem: optional.optional });
    expect(verdictOf(optional, { name: 's', rows: [] }).elsewhere).toBe(false);
  });

  test('leaves out what was not to be measured', () => {
    expect(judge(budgetsOf(RATIO), [], new Set(['other']))).toEqual([]);
  });
});

/** The numbers of a text such as `9× / 7× / 40×`; MB and M are the figures' own business. */
function numbersOf(text: string): number[] {
  return [...text.matchAll(/\d+(\.\d+)?/g)].map(([number]) => Number(number));
}

describe('budgets.json', () => {
  test('holds the agreed gates', () => {
    const gates = Object.fromEntries(
      readBudgets().bars.flatMap(({ checks }) => checks.map(({ id, gate }) => [id, gate])),
    );
    expect(gates).toEqual({
      decode: 16,
      'decode-in-place': 30,
      'decode-book': 14,
      'decode-fallback': 5,
      'book-careful': 9,
      'book-array': 7,
      'book-ccxt': 40,
      'book-detect': 3,
      sweep: 3,
      'ring-push': 5,
      'ring-record': 5,
      hop: 30,
      'breaker-read': 3,
      'breaker-call': 1,
      'breaker-pass': undefined,
      'path-p50': 6,
      'path-p999': 4,
      'socket-bulk': 8,
      'socket-single': 3,
      'socket-tls': undefined,
      throughput: 7,
      gc: 0,
      'heap-growth': 1_000_000,
      sign: 0.25,
      'sign-busy': 0.05,
    });
  });

  test('says the same in words and in numbers', () => {
    for (const { what, gate, checks } of readBudgets().bars) {
      const ratios = checks.filter(({ rule }) => rule.startsWith('ratio')).map((check) => check.gate);
      if (ratios.length > 0) expect(numbersOf(gate), what).toEqual(ratios);
    }
    for (const { from, requires } of allChecks(readBudgets())) {
      if (from === 'gc') expect(requires).toEqual({ frames: 10_000_000 });
    }
  });

  test('names suites and measurements that there are, under one name each', () => {
    const names = [...SUITE_NAMES, ...PEER_SUITE_NAMES, ...MEASUREMENT_NAMES];
    expect(new Set(names).size).toBe(names.length);
    for (const { id, from } of allChecks(readBudgets())) expect(names, id).toContain(from);
  });
});

describe('runSuite', () => {
  const variant = (name: string, sum: () => string): Variant => {
    return { name, opsPerSample: 1, run: () => Math.sqrt(2), verify: sum };
  };

  test('stops when two variants compute different results', () => {
    const variants = [variant('a', () => '1'), variant('b', () => '2')];
    expect(() => runSuite({ name: 's', operation: 'o', variants }, SMOKE_EFFORT)).toThrow('checksums differ: a 1, b 2');
  });

  test('stops when a result changes while it is timed', () => {
    let sum = 0;
    const drifting = variant('a', () => String(Math.floor((sum++ / 1) % 2)));
    const suite = { name: 's', operation: 'o', variants: [drifting] };
    expect(() => runSuite(suite, SMOKE_EFFORT)).toThrow('the checksum changed while it was timed');
  });

  test('begins every turn with the samples that are not timed, each prepared like the others', () => {
    const calls: string[] = [];
    const counted: Variant = {
      ...variant('a', () => '1'),
      before: () => calls.push('before'),
      run: () => calls.push('run'),
    };
    const effort = { leadInSamples: 3, samplesPerRound: 5, warmupMs: 0 };
    const { round } = warmUp({ name: 's', operation: 'o', variants: [counted] }, effort);
    calls.length = 0;
    const [turn] = round(0);
    expect(calls).toEqual(Array.from({ length: 16 }, (_, at) => (at % 2 === 0 ? 'before' : 'run')));
    expect(turn!.samplesNs.length).toBe(5);
  });

  test('stops when there is nothing to measure', () => {
    expect(() => runSuite({ name: 's', operation: 'o', variants: [] }, SMOKE_EFFORT)).toThrow('no variants');
  });
});

test('median and quantile are of ranks, not of neighbours', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2);
  expect(quantile([1, 2, 3, 4], 1)).toBe(4);
});

test('an unknown suite ends the run with an error that names those there are', async () => {
  const bench = fileURLToPath(new URL('../../dist/bench/run.js', import.meta.url));
  const ran = promisify(execFile)(process.execPath, [bench, '--suite', 'nonsense']);
  await expect(ran).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('allowed decode') });
});

test('a run whose measurements all fail says so and ends with 1', async () => {
  const bench = fileURLToPath(new URL('../../dist/bench/run.js', import.meta.url));
  // Without WebAssembly none of the measuring processes gets as far as a figure.
  const env = { ...process.env, NODE_OPTIONS: '--jitless' };
  const words = [bench, '--smoke', '--json', '--suite', 'breaker-read', '--suite', 'gc'];
  const ran = await promisify(execFile)(process.execPath, words, { env }).catch((error: unknown) => error);
  const { code, stdout } = ran as { code: number; stdout: string };
  expect(code).toBe(1);
  const report = JSON.parse(stdout) as Report;
  expect(report.failures).toEqual([
    expect.stringMatching(/^breaker-read: .*WebAssembly is not defined/),
    expect.stringMatching(/^gc: .*WebAssembly is not defined/),
    'nothing was measured',
  ]);
  expect(report.bars.flatMap(({ checks }) => checks).map(({ passed }) => passed)).toEqual([false, false, false]);
});
