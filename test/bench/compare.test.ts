// `bench --compare REF`: another commit is checked out, built, measured beside this build, and gone however the run ends.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../bench/compare.ts';

const BENCH = fileURLToPath(new URL('../../dist/bench/run.js', import.meta.url));
const DEADLINE_MS = 300_000;

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/** False in a copy without history, where there is nothing to compare with. */
function hasHistory(): boolean {
  try {
    return git('rev-parse', 'HEAD') !== '';
  } catch {
    return false;
  }
}

/** Checkouts of comparisons, as git and the temporary folder know them. */
function leftovers(): string[] {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith('dutchbook-bench-compare-'));
  return [
    ...folders,
    ...git('worktree', 'list')
      .split('\n')
      .filter((line) => line.includes('dutchbook-bench-compare-')),
  ];
}

describe.skipIf(!hasHistory())('bench --compare', () => {
  test(
    'measures the suites of another commit in turn with this one’s',
    async () => {
      const before = leftovers();
      const args = [BENCH, '--compare', 'HEAD', '--smoke', '--json', '--suite', 'book'];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      const { commit, rounds, variants, notes } = JSON.parse(stdout) as Comparison;
      expect(commit).toBe(git('rev-parse', 'HEAD'));
      expect(rounds).toBeGreaterThanOrEqual(2);
      const compared = variants.map(({ suite, variant }) => `${suite}/${variant}`);
      expect(compared).toEqual(expect.arrayContaining(['book/dutchbook', 'book/careful', 'book/array']));
      for (const { nowNs, thenNs, speedup, speedupQuartiles } of variants) {
        expect(nowNs).toBeGreaterThan(0);
        expect(thenNs).toBeGreaterThan(0);
        expect(speedup).toBeGreaterThanOrEqual(speedupQuartiles[0]);
        expect(speedup).toBeLessThanOrEqual(speedupQuartiles[1]);
      }
      expect(notes.join()).not.toContain('book: HEAD does different work');
      expect(leftovers()).toEqual(before);
    },
    DEADLINE_MS,
  );

  test(
    'removes the checkout when it is interrupted',
    async () => {
      const before = leftovers();
      const child = spawn(process.execPath, [BENCH, '--compare', 'HEAD', '--smoke'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const closed = once(child, 'close');
      // It says that it builds once the checkout is there.
      await once(child.stderr, 'data');
      expect(leftovers().length).toBeGreaterThan(before.length);
      child.kill('SIGINT');
      expect((await closed)[0]).toBe(130);
      expect(leftovers()).toEqual(before);
    },
    DEADLINE_MS,
  );

  test('names a reference that is no commit', async () => {
    const ran = promisify(execFile)(process.execPath, [BENCH, '--compare', 'no-such-ref']);
    await expect(ran).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('no such commit') });
  });
});
