// What was lost within the hour and the day, over their ends and over a clock that is set.
import { expect, test } from 'vitest';
import { Losses } from '../../engine/ledger/losses.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Ten minutes before a midnight of UTC. */
const EVENING_MS = 20_000 * DAY_MS - 10 * MINUTE_MS;

test('a day begins at midnight, an hour ends minute by minute, and the drawdown has neither', () => {
  const losses = new Losses();
  expect(losses.at(EVENING_MS)).toBe(19_999);
  losses.add(-5);
  expect(losses.at(EVENING_MS + MINUTE_MS)).toBeUndefined();
  losses.add(-7);
  expect([losses.dayMicros, losses.hourMicros, losses.drawdownMicros]).toEqual([12, 12, 12]);
  expect(losses.at(EVENING_MS + 20 * MINUTE_MS)).toBe(20_000);
  expect([losses.dayMicros, losses.hourMicros, losses.drawdownMicros]).toEqual([0, 12, 12]);
  losses.at(EVENING_MS + 60 * MINUTE_MS);
  expect(losses.hourMicros).toBe(7);
  losses.at(EVENING_MS + 61 * MINUTE_MS);
  expect([losses.hourMicros, losses.runMicros]).toEqual([0, 12]);
});

test('a clock that is set back over midnight and comes again begins no day anew', () => {
  const losses = new Losses();
  losses.at(EVENING_MS);
  expect(losses.at(EVENING_MS + 11 * MINUTE_MS)).toBe(20_000);
  losses.add(-9);
  expect(losses.at(EVENING_MS)).toBeUndefined();
  losses.add(-1);
  expect(losses.at(EVENING_MS + 12 * MINUTE_MS)).toBeUndefined();
  expect([losses.dayMicros, losses.hourMicros]).toEqual([10, 10]);
});
