// Failures in a row and their share, counted of single baskets.
import { expect, test } from 'vitest';
import { Failures, NEVER_FAILED } from '../../engine/execute/failures.ts';

test('a basket whose answer was lost and that proves complete counts as failed once, and forgives no other', () => {
  const failures = new Failures({ errorRateBaskets: 4, latencyMs: 0 });
  const tried = () => ({ attempts: 0, failedAttempt: NEVER_FAILED });
  for (let basket = 1; basket <= 4; basket += 1) {
    const lost = tried();
    expect([failures.failed(lost), failures.failed(lost)]).toEqual([true, false]);
    failures.succeeded(lost);
    expect(failures.inRow).toBe(basket);
  }
  expect(failures.rateBps).toBe(10_000);
  failures.succeeded(tried());
  expect([failures.inRow, failures.rateBps]).toEqual([0, 7_500]);
});
