// What the reports say of money, and what it costs to say it.
import { expect, test, vi } from 'vitest';
import { moneyFacts } from '../../engine/observe/execution-facts.ts';
import { takerFeeMicrosRoundedUp } from '../../engine/venue/fees.ts';
import { FEE, Rig, SHARE } from './rig.ts';

test('the money of many lone positions is told with one look at each market’s tokens, at what selling them brings', () => {
  const rig = new Rig({ options: { unwindAttempts: 1 } });
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    if (batch.orders[0]!.side === 'SELL') {
      rig.answer(batch, [false, false]);
      return;
    }
    rig.answer(batch, [true, true, false]);
    rig.trade(batch, 0);
    rig.trade(batch, 1);
  };
  rig.offer(10);
  rig.run();
  rig.setBook(1, 2_500, 3_000);
  const tokenOf = vi.spyOn(rig.markets, 'tokenOf');
  const money = moneyFacts(rig.executor);
  expect(rig.executor.ledger.toPositions()).toHaveLength(2);
  expect(tokenOf).toHaveBeenCalledTimes(2 * rig.markets.count);
  const fees = [2_900, 2_500].map((bidE4) => takerFeeMicrosRoundedUp(FEE, bidE4, 10 * SHARE));
  expect(money.openMicros).toBe((2_900 + 2_500 - 2 * 3_000) * (SHARE / 10_000) * 10 - fees[0]! - fees[1]!);
});
