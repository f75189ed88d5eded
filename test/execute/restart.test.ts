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
