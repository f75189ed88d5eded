// Budgets gate on measured ratios, a run that measured nothing fails, and a wrong checksum stops a suite.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type Budgets, judge, readBudgets } from '../../bench/budgets.ts';
import { median, quantile, runSuite, SMOKE_EFFORT, type SuiteResult, type Variant } from '../../bench/harness.ts';

const BUDGETS: Budgets = {
  schema: 1,
  ratios: [
    {
      id: 'x',
      suite: 's',
      ours: 'dutchbook',
      baseline: 'careful',
      gate: 4,
      goal: 8,
      why: 'a reason long enough to be one',
    },
  ],
  garbageCollections: { frames: 1, gate: 0, why: 'a reason' },
};

function result(oursNs: number, baselineNs: number): SuiteResult {
  const row = (name: string, nsPerOp: number) => {
    return { name, nsPerOp, p50Ns: 1, p99Ns: 1, p999Ns: 1, maxNs: 1, samples: 1, opsPerSample: 1, roundNs: [nsPerOp] };
  };
  const variants = [row('dutchbook', oursNs), row('careful', baselineNs)];
  return { suite: 's', operation: 'o', checksum: 'c', variants, warnings: [] };
}

describe('judge', () => {
  test('fails a ratio below its gate, passes one at it, and reaches the goal at the goal', () => {
    expect(judge(BUDGETS, [result(10, 39.9)])[0]).toMatchObject({ passed: false, goalReached: false });
    expect(judge(BUDGETS, [result(10, 40)])[0]).toMatchObject({ passed: true, goalReached: false, ratio: 4 });
    expect(judge(BUDGETS, [result(10, 80)])[0]).toMatchObject({ passed: true, goalReached: true });
  });

  test('fails a figure that is not a number', () => {
    expect(judge(BUDGETS, [result(Number.NaN, 40)])[0]).toMatchObject({ passed: false });
  });

  test('refuses a budget whose variant the suite does not have', () => {
    const lacking = { ...result(1, 1), variants: [] };
    expect(() => judge(BUDGETS, [lacking])).toThrow('suite s has no dutchbook');
  });
});

test('budgets.json holds the gates that releases are held to, each with a reason', () => {
  const gates = Object.fromEntries(readBudgets().ratios.map(({ id, gate }) => [id, gate]));
  expect(gates).toEqual({ decode: 8, 'book-careful': 8, 'book-array': 6, path: 4 });
  expect(readBudgets().garbageCollections).toMatchObject({ frames: 1_000_000, gate: 0 });
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
