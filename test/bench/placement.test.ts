// Where a measurement's processes run.
import { describe, expect, test } from 'vitest';
import { coresOf, onOneCore } from '../../bench/placement.ts';

describe.skipIf(coresOf(process.pid) === undefined)('placement', () => {
  test('the processes share one core while the work runs, and have all of theirs again after it', async () => {
    const before = coresOf(process.pid);
    const during = await onOneCore([process.pid], async () => coresOf(process.pid));
    expect(during).toMatch(/^\d+$/);
    expect(coresOf(process.pid)).toBe(before);
  });

  test('a failure of the work gives the cores back too', async () => {
    const before = coresOf(process.pid);
    await expect(onOneCore([process.pid], () => Promise.reject(new Error('planted')))).rejects.toThrow('planted');
    expect(coresOf(process.pid)).toBe(before);
  });

  test('a process that is not there is not placed and nothing is run', async () => {
    let isRun = false;
    const work = async (): Promise<void> => {
      isRun = true;
    };
    expect(await onOneCore([2 ** 22 + 1], work)).toBeUndefined();
    expect(isRun).toBe(false);
  });
});
