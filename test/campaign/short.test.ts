// The short form of the campaign (`npm run campaign`): every fault is drawn, trading goes on, and the ledgers are equal.
import { expect, test } from 'vitest';
import { runCampaign } from './run.ts';

test('a run through drawn faults ends with equal ledgers, no order twice, nothing unknown, and the caps kept', async () => {
  const run = await runCampaign({ seed: 7, events: 36, seconds: 8, restartAt: 60 });
  expect(run.problems).toEqual([]);
  expect(run.baskets).toBeGreaterThan(10);
  expect(run.unknown).toBeGreaterThan(0);
  expect(Object.values(run.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10);
  expect(run.report.executor.basketsUnwound).toBeGreaterThan(0);
});
