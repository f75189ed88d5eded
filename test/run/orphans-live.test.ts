// A live run at two venues goes on from a journal whose orders are in markets that it does not follow: each venue is asked by the
// run's own ways, before anything is taken up.
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { openJournalFolder } from '../../engine/ledger/journal-folder.ts';
import { readJournalFolder } from '../../engine/ledger/segments.ts';
import { JournalState } from '../../engine/ledger/state.ts';
import { CROSS, kalshiVenue, polymarketVenue } from './cross-rig.ts';
import { Engine } from './engine-process.ts';
import { reportOf } from './rig.ts';

const CASH = 5_000_000_000;
const ORDERS = [
  { orderId: 'a0a0a0a0-0000-4000-8000-000000000001', marketId: 'kalshi:KXGOLD15M-OVER-00', token: 'KXGOLD15M-OVER-00' },
  { orderId: `0x${'cd'.repeat(32)}`, marketId: `polymarket:0x${'ef'.repeat(32)}`, token: '123456789' },
];

/** As a kill between the intents and their first bytes leaves it. */
function leaveJournal(dir: string): void {
  const options = { configHash: 'hash', build: 'test', segmentBytes: 1 << 20, onRecord: () => undefined };
  const { journal } = openJournalFolder(dir, options);
  for (const venue of ['polymarket', 'kalshi'] as const)
    journal.append({ type: 'deposit', atNs: 0, micros: CASH, venue });
  for (const [index, named] of ORDERS.entries()) {
    const order = {
      ...named,
      marketIndex: 0,
      side: 'BUY',
      limitE4: 5_000,
      sizeMicros: 10_000_000,
      type: 'FOK',
    } as const;
    const of = { atNs: 0, batchId: index + 1, rootBatchId: index + 1, basketIndex: 0, payoutE4: 10_000 };
    journal.append({ type: 'intent', ...of, orders: [{ ...order, reserveMicros: 5_000_000 }] });
  }
  journal.close();
}

test('a live run asks both venues about orders in markets that it does not follow, then goes on from its journal', async () => {
  const [{ environment: ofKalshi }, { environment: ofPolymarket }] = [await kalshiVenue(), await polymarketVenue()];
  const environment = {
    ...{ ...ofKalshi, ...ofPolymarket },
    ...{ DUTCHBOOK__EXECUTE__MIN_EDGE_MICROS: '1000000000', DUTCHBOOK__EXECUTE__ABSENT_WINDOW_MS: '1000' },
  };
  const dir = join(environment.DUTCHBOOK__JOURNAL__DIR, 'live');
  leaveJournal(dir);
  const engine = new Engine(CROSS, environment);
  onTestFinished(() => engine.kill());
  await engine.said(/restart: reconciled with the venue|restart refused/);
  expect(engine.err).toContain('restart: 2 orders in markets that are not followed: asking their venue');
  expect(engine.err).not.toContain('restart refused');
  engine.child.kill('SIGINT');
  expect(await engine.ended, engine.err).toBe(EXIT.ok);
  const { journal } = reportOf(engine.out);
  expect(journal).toMatchObject({ foldEqual: true, restart: { state: 'reconciled', orders: 2, unknownOrders: 0 } });
  const state = new JournalState();
  readJournalFolder(dir, (record) => state.apply(record));
  expect([...state.orders.values()].map((order) => [order.state, order.final])).toEqual([
    ['refused', true],
    ['refused', true],
  ]);
}, 60_000);
