// What a run says: figures in the unit of their name, and a results file whose parts are written by different runs.
import { describe, expect, test } from 'vitest';
import type { Report } from '../../bench/report.ts';
import { resultsMarkdown } from '../../bench/results.ts';
import { valueText } from '../../bench/tables.ts';

function report(suite: string, commit: string): Report {
  const figures = {
    nsPerOp: 1,
    p50Ns: 1,
    p99Ns: 2,
    p999Ns: 3,
    maxNs: 4,
    distributionNs: [1],
    samples: 1,
    opsPerSample: 1,
    roundNs: [1],
    coldNs: 5,
  };
  const variants = [
    { name: 'dutchbook', ...figures },
    { name: 'other', note: 'does half', ...figures, nsPerOp: 8 },
  ];
  return {
    schema: 2,
    date: 'd',
    cpu: 'c',
    cores: 2,
    memoryBytes: 2 ** 30,
    node: 'v20',
    commit,
    command: 'npm run bench',
    mode: 'full',
    suites: [{ suite, operation: 'o', checksum: 's', variants, warnings: [], bytes: [] }],
    measurements: [],
    bars: [],
    failures: [],
  };
}

describe('bench/RESULTS.md', () => {
  test('keeps the part that a run did not measure, whichever came first', () => {
    const stages = report('decode', 'aaa');
    const peers = { ...report('peers-book', 'bbb'), peerVersions: { ccxt: '4.5.84' } };
    const one = resultsMarkdown(peers, resultsMarkdown(stages, ''));
    const other = resultsMarkdown(stages, resultsMarkdown(peers, ''));
    expect(one).toBe(other);
    expect(one).toContain('commit: aaa');
    expect(one).toContain('commit: bbb');
    expect(one).toContain('ccxt 4.5.84');
    const again = resultsMarkdown({ ...peers, commit: 'ccc' }, one);
    expect(again).toContain('commit: aaa');
    expect(again).not.toContain('commit: bbb');
  });

  test('says which rows are not like for like', () => {
    expect(resultsMarkdown(report('decode', 'aaa'), '')).toContain('decode, other: not like for like: does half.');
  });
});

test('figures are shown in the unit that ends their name', () => {
  expect(valueText('nsPerOp', 12.34)).toBe('12.3 ns');
  expect(valueText('p999Ns', 12_340)).toBe('12.3 us');
  expect(valueText('startMs', 2_000)).toBe('2 s');
  expect(valueText('heapGrowthBytes', 1_000_000)).toBe('1 MB');
  expect(valueText('arenaBytes', 268_435_456)).toBe('256 MiB');
  expect(valueText('collections', 0)).toBe('0');
  expect(valueText('nsPerOp', Number.NaN)).toBe('none');
});
