// What a restart compares before it trades: a venue that cannot be asked, and one that has something else. Scripted venues beside
// an executor of the rig.
import { expect, test } from 'vitest';
import { readJournal } from '../../engine/ledger/recover.ts';
import { JournalState } from '../../engine/ledger/state.ts';
import { reconcile } from '../../engine/run/reconcile.ts';
import type { AccountState, RunVenue } from '../../engine/run/venue-link.ts';
import { Rig } from '../execute/rig.ts';

/** An executor that took up a journal without orders, and what reconciling it with a venue comes to. */
async function reconciled(readAccount: RunVenue['readAccount'], hadCash: boolean) {
  const first = new Rig();
  first.run();
  const state = new JournalState();
  for (const record of readJournal(first.memory.toBytes()).records) state.apply(record);
  const rig = new Rig();
  rig.executor.restart.adopt(state, rig.clock.nowNs());
  const venue = { gateway: rig.gateway, ...(readAccount === undefined ? {} : { readAccount }) } as unknown as RunVenue;
  const { refused } = await reconcile(rig.executor, state, [venue], {
    clock: rig.clock,
    hadCash: () => hadCash,
    pause: async () => undefined,
  });
  return { refused, cashMicros: rig.executor.ledger.venue('polymarket').cashMicros };
}

const account = (cashMicros: number, restingOrders: string[] = []): AccountState => {
  return { cashMicros, positions: new Map(), restingOrders };
};

test('a venue that cannot be asked for its account refuses a journal with money there, at once, and no other', async () => {
  expect((await reconciled(undefined, true)).refused).toBe(
    'polymarket: it cannot be asked for its account, and the journal has money or orders there',
  );
  expect((await reconciled(undefined, false)).refused).toBe('');
});

test('cash that differs, an order that nobody knows, and a venue that says nothing refuse the run, each by name', async () => {
  const { cashMicros } = await reconciled(undefined, false);
  expect((await reconciled(async () => account(cashMicros), true)).refused).toBe('');
  expect((await reconciled(async () => account(cashMicros - 1), true)).refused).toBe(
    `journal and venue differ: polymarket: cash: ours ${cashMicros}, the venue’s ${cashMicros - 1}`,
  );
  expect((await reconciled(async () => account(cashMicros, ['0xabc']), true)).refused).toBe(
    'journal and venue differ: polymarket: order 0xabc rests there and is not in the journal',
  );
  const silent = async (): Promise<AccountState> => {
    throw new Error('status 500');
  };
  expect((await reconciled(silent, true)).refused).toBe('journal and venue differ: polymarket: status 500');
});

test('a venue is asked about the tokens that are held or were open, and about all ever ordered once something differs', async () => {
  const first = new Rig();
  first.fillEverything();
  first.offer(10);
  first.run();
  const [batch] = first.gateway.batches;
  for (const index of [0, 1, 2]) first.trade(batch!, index, { status: 'CONFIRMED', tradeId: `trade${index + 1}` });
  first.run();
  const sold = first.executor.ledger.toPositions()[0]![0];
  const state = new JournalState();
  for (const record of readJournal(first.memory.toBytes()).records) state.apply(record);
  // As a sale leaves it: ordered before, not held, nothing open.
  state.apply({ type: 'settle', atNs: 0, token: sold, payoutE4: 3_000 });
  state.paid.clear();
  const rig = new Rig({ before: state });
  rig.executor.restart.adopt(state, rig.clock.nowNs());
  const held = state.ledger.toPositions().filter(([, { matchedMicros }]) => matchedMicros !== 0);
  const asked: string[][] = [];
  let short = 1;
  const readAccount = async (tokens: readonly string[]): Promise<AccountState> => {
    asked.push([...tokens].sort());
    const positions = new Map(held.map(([token, { matchedMicros }]) => [token, matchedMicros]));
    const cashMicros = state.ledger.venue('polymarket').cashMicros - short;
    if (asked.length > 2) short = 0;
    return { cashMicros, positions, restingOrders: [] };
  };
  const venue = { gateway: rig.gateway, readAccount } as unknown as RunVenue;
  const parts = { clock: rig.clock, hadCash: () => true, pause: async () => rig.run(10_000) };
  expect((await reconcile(rig.executor, state, [venue], parts)).refused).toBe('');
  const tokens = held.map(([token]) => token).sort();
  const all = [...tokens, sold].sort();
  // First what rests, which is asked about no token.
  expect(asked).toEqual([[], tokens, all, all]);
});
