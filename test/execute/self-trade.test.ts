// Orders that could trade with each other, against a plain reading of both books' sides.
import { expect, test } from 'vitest';
import { couldMeet } from '../../engine/execute/self-trade.ts';
import type { OrderRequest } from '../../engine/venue/contract.ts';
import { expectJournalEqualsLedger, Rig } from './rig.ts';

function order(token: 'yes' | 'no', side: 'BUY' | 'SELL', limitE4: number, marketIndex = 0): OrderRequest {
  return { orderId: `${token}${side}${limitE4}`, token, side, limitE4, marketIndex } as OrderRequest;
}

test('two orders could meet when together they pay for a set, or one sells what the other buys at its price', () => {
  const cases: readonly (readonly [OrderRequest, OrderRequest, boolean])[] = [
    [order('yes', 'BUY', 6_000), order('yes', 'SELL', 6_000), true],
    [order('yes', 'BUY', 5_900), order('yes', 'SELL', 6_000), false],
    [order('yes', 'BUY', 6_000), order('no', 'BUY', 4_000), true],
    [order('yes', 'BUY', 6_000), order('no', 'BUY', 3_900), false],
    [order('no', 'SELL', 4_000), order('yes', 'SELL', 6_000), true],
    [order('no', 'SELL', 4_100), order('yes', 'SELL', 6_000), false],
    [order('yes', 'BUY', 6_000), order('yes', 'BUY', 6_000, 0), false],
    [order('no', 'BUY', 6_000), order('no', 'SELL', 5_000), true],
    [order('yes', 'BUY', 6_000), order('yes', 'SELL', 6_000, 1), false],
  ];
  for (const [one, other, meet] of cases) {
    expect([couldMeet(one, other, 'yes'), couldMeet(other, one, 'yes')]).toEqual([meet, meet]);
  }
});

test('a sale waits while a buy of ours in that market is on its way at its price, and goes after its outcome', () => {
  const rig = new Rig({ options: { coolDownMs: 0, unwindPauseMs: 10 } });
  // The first basket keeps one lone leg; its unwind finds no bid.
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    rig.answer(batch, [true, false, false]);
    rig.trade(batch, 0);
  };
  rig.setBook(0, 0, 3_000);
  rig.offer(10);
  rig.run();
  expect(rig.executor.exposures()).toHaveLength(1);
  // The second one buys the same market and is not answered yet.
  rig.gateway.onSubmit = () => undefined;
  rig.setBook(0, 2_900, 3_000);
  rig.offer(10);
  rig.run();
  rig.run(20);
  const sides = (): string[] => rig.gateway.batches.map(({ orders }) => orders[0]!.side);
  const first = sides();
  if (first.length === 2 && first[1] === 'SELL') throw new Error('the sale left before the buy: the case is void');
  expect(first).toEqual(['BUY', 'BUY']);
  expect(rig.executor.refusals.get('SELF_TRADE')).toBeGreaterThan(0);
  const [, second] = rig.gateway.batches;
  rig.sent(second!);
  rig.answer(second!, [false, false, false]);
  rig.run();
  rig.run(20);
  expect(sides()).toEqual(['BUY', 'BUY', 'SELL']);
  expectJournalEqualsLedger(rig);
});
