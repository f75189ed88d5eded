// What an executor takes over from the journal of an earlier one, beside orders and money.
import { expect, test } from 'vitest';
import { readJournal } from '../../engine/ledger/recover.ts';
import { JournalState } from '../../engine/ledger/state.ts';
import { Rig } from './rig.ts';

/** The fold of what a rig's executor wrote. */
function folded(rig: Rig): JournalState {
  const state = new JournalState();
  for (const record of readJournal(rig.memory.toBytes()).records) state.apply(record);
  return state;
}

/** Every order fills whole, and its fill is final at once. */
function settleEverything(rig: Rig): void {
  rig.gateway.onSubmit = (batch) => {
    rig.sent(batch);
    for (let index = 0; index < batch.orders.length; index += 1) rig.trade(batch, index, { status: 'CONFIRMED' });
  };
}

test('what only a person closes is open after a restart, until a person resets it', () => {
  const first = new Rig();
  first.executor.breakerDesk.trip('anna', 'something is wrong', first.clock.nowNs());
  first.run();
  const second = new Rig();
  second.executor.restart.adopt(folded(first), second.clock.nowNs());
  second.executor.restart.reconciled();
  expect(second.breaker.isOpen()).toBe(true);
  second.offer(10);
  second.run();
  expect(second.gateway.batches).toEqual([]);

  first.executor.breakerDesk.reset(first.breaker.causes(), 'anna', 'looked at it', first.clock.nowNs());
  first.run();
  const third = new Rig();
  third.executor.restart.adopt(folded(first), third.clock.nowNs());
  third.executor.restart.reconciled();
  third.offer(10);
  third.run();
  expect([third.breaker.isOpen(), third.gateway.batches.length]).toEqual([false, 1]);
});

test('a complete set in a market that is not followed any more is refused, until it was paid', () => {
  const first = new Rig();
  settleEverything(first);
  first.offer(10);
  first.run();
  first.run(10);
  expect(first.executor.stats.basketsComplete).toBe(1);
  const before = folded(first);
  const all = new Rig({ before });
  expect(all.executor.restart.adopt(before, all.clock.nowNs()).openBaskets).toBe(0);
  const fewer = new Rig({ before: folded(first), markets: [{}, {}] });
  const lost = first.markets.idOf(2);
  expect(() => fewer.executor.restart.adopt(folded(first), fewer.clock.nowNs())).toThrow(
    `markets: ${lost} is not among the markets of this run, and something of it is open`,
  );

  first.resolve(0, 10_000);
  for (const market of [1, 2]) first.resolve(market, 0);
  for (let turn = 0; turn < 20; turn += 1) {
    first.run(1_000);
    first.pay();
  }
  expect(first.executor.stats.tokensPaid).toBe(3);
  const paid = folded(first);
  const after = new Rig({ before: paid, markets: [{}, {}] });
  expect(after.executor.restart.adopt(paid, after.clock.nowNs()).openBaskets).toBe(0);
});
