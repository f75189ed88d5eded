// What the reports say of money, and what it costs to say it.
import { expect, test, vi } from 'vitest';
import { createMemorySink } from '../../engine/ledger/journal.ts';
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

test('the money of many baskets that are whole is told without a look at any of them but those that changed', () => {
  // With a journal of its own: the rig compares nothing by itself, and so looks at no basket.
  const rig = new Rig({ sink: createMemorySink(), options: { coolDownMs: 0 } });
  rig.fillEverything();
  const complete = (): void => {
    for (const market of [0, 1, 2]) rig.setBook(market, 2_900, 3_000);
    rig.offer(5);
    rig.run();
    rig.run(10);
  };
  for (let times = 0; times < 10; times += 1) complete();
  const { executor } = rig;
  expect(executor.stats.basketsComplete).toBe(10);
  const { lockedMicros } = moneyFacts(executor);
  const looks = vi.spyOn(executor.ledger.baskets, 'holdings');
  const tokens = vi.spyOn(rig.markets, 'tokenOf');
  expect(moneyFacts(executor).lockedMicros).toBe(lockedMicros);
  expect([looks.mock.calls, tokens.mock.calls]).toEqual([[], []]);
  complete();
  looks.mockClear();
  expect(moneyFacts(executor).lockedMicros).toBe((lockedMicros / 10) * 11);
  expect(looks).toHaveBeenCalledTimes(1);
});
