// The short form of the campaign (`npm run campaign`): faults of both venues are drawn, trading goes on, and the ledgers are
// equal to the venues' own.
import { expect, test } from 'vitest';
import { runCampaign } from './run.ts';

test('a run through drawn faults at both venues ends with equal ledgers, no order twice, nothing unknown, and the caps kept', async () => {
  const size = { seconds: 40, sets: 10, kalshiSets: 6, pairs: 8, quietEverySeconds: 40, basketsMax: 30, restartAt: 0 };
  const run = await runCampaign({ ...size, seed: 7, crossVenue: 'afterFirst', batchWindowUs: 0 });
  expect(run.problems).toEqual([]);
  const { polymarket, kalshi, cross } = run.baskets;
  expect(polymarket).toBeGreaterThan(0);
  expect(kalshi + cross).toBeGreaterThan(0);
  expect(run.quietPoints).toBe(1);
  expect(run.faults['trips']).toBeGreaterThan(0);
  expect(run.faults['takerDelayed']).toBeGreaterThan(0);
  // Of faults that are drawn, not of what trading comes with.
  const drawn = Object.entries(run.faults).filter(([name]) =>
    /^(user|http|kalshi(Order|Fill)|empty|RETRY|FAILED)/.test(name),
  );
  expect(drawn.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(0);
  expect(run.faults['tripsInFlight']! + run.faults['tripsInSync']!).toBeGreaterThan(0);
}, 120_000);
