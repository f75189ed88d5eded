// Markets that come, end and change while something is recorded: their notes, and what a replay makes of them.
import { expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { readNote } from '../../engine/ingest/notes.ts';
import { readManifest } from '../../engine/replay/manifest.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { reportOf, start } from '../run/rig.ts';
import { recordsOf } from './support/files.ts';
import { LiveRun } from './support/live-run.ts';
import { replayed } from './support/replayed.ts';

const DEMO = 'recordings/demo';
const frames = recordsOf(DEMO).filter(({ flags }) => flags === RECORD_TEXT);

test('markets that come, end and change their grid by another word than the feed’s do so in a replay of the recording', async () => {
  const { markets, relations } = readManifest(DEMO);
  const later = markets[4]!;
  const run = new LiveRun({ markets: markets.filter(({ id }) => id !== later.id), relations });
  const condition = later.id.slice(later.id.indexOf(':') + 1);
  const indexes: (number | undefined)[] = [];
  const states: string[] = [];
  let ofLater = 0;
  for (const [index, { text, recvNs, connection }] of frames.entries()) {
    // The venue sends no frame of what is not subscribed.
    if (!text.includes(condition)) run.frame(Buffer.from(text), connection, recvNs);
    else if (index > 2_000) {
      ofLater += 1;
      run.frame(Buffer.from(text), connection, recvNs);
    }
    if (index === 2_000) run.offStream((to) => indexes.push(to.register(later, 0, recvNs)), recvNs);
    if (index === 4_000) run.offStream((to) => indexes.push(to.register(later, 0, recvNs)), recvNs);
    if (index === 6_000) run.offStream((to) => to.changeTick(0, 10, recvNs), recvNs);
    if (index === 8_000) run.offStream((to) => to.resolved(1, recvNs, 0), recvNs);
    if (index === 8_000) states.push(run.stateOf(1));
  }
  expect(indexes).toEqual([markets.length - 1, markets.length - 1]);
  expect(ofLater).toBeGreaterThan(0);
  expect(states).not.toContain('SYNCED');
  const { folder, chain, booksHash } = run.end();
  const notes = recordsOf(folder).flatMap(({ text }) => readNote(Buffer.from(text))?.recorder ?? []);
  expect(notes).toEqual(['market', 'tick', 'resolved']);
  expect(readManifest(folder).markets.at(-1)).toEqual(later);
  const { facts, outcome } = await replayed(folder);
  expect(outcome).toEqual({ exitCode: EXIT.ok, failure: '' });
  expect(facts.bookChain).toBe(chain);
  expect(facts.booksHash).toBe(booksHash);
}, 120_000);

test('what is held of markets that end in a recording is paid in its replay, alike in both topologies, and the ledgers are equal', async () => {
  const { markets, relations } = readManifest(DEMO);
  const run = new LiveRun({ markets, relations });
  const winners = new Set(relations.map((relation) => relation.markets[0]));
  const ended = relations.flatMap((relation) => relation.markets);
  const some = frames.slice(0, frames.length / 3);
  for (const [index, { text, recvNs, connection }] of some.entries()) {
    run.frame(Buffer.from(text), connection, recvNs);
    if (index !== some.length - 1_000) continue;
    for (const id of ended) {
      const market = markets.findIndex((meta) => meta.id === id);
      const yesPayoutE4 = winners.has(id) ? 10_000 : 0;
      run.offStream((to) => {
        // A second word, as of the list of markets, pays nothing more.
        to.resolved(market, recvNs, yesPayoutE4);
        to.resolved(market, recvNs, 10_000 - yesPayoutE4);
      }, recvNs);
    }
  }
  const { folder, chain } = run.end();
  const [inline, threads] = [
    await replayed(folder),
    await start(['replay', folder, '--topology', 'threads', '--json'], {}).ended,
  ];
  expect(inline.outcome).toEqual({ exitCode: EXIT.ok, failure: '' });
  expect(inline.facts.bookChain).toBe(chain);
  expect(inline.facts.orders.executor.tokensPaid).toBeGreaterThan(2);
  expect(inline.facts.orders.executor.marketsUnpaid).toBe(0);
  expect([inline.facts.money.lockedMicros, inline.facts.money.openMicros]).toEqual([0, 0]);
  expect(inline.facts.venueLedgerEqual).toBe(true);
  expect(threads.code, threads.err).toBe(EXIT.ok);
  const report = reportOf(threads.out);
  expect(report.stateHash).toBe(inline.facts.stateHash);
  expect(report.executor.tokensPaid).toBe(inline.facts.orders.executor.tokensPaid);
}, 120_000);

test('a note of an end with a payout that none can be says nothing', () => {
  const note = (yesPayoutE4: unknown): Buffer =>
    Buffer.from(JSON.stringify({ recorder: 'resolved', marketId: 'x', yesPayoutE4 }));
  expect(readNote(note(undefined))).toEqual({ recorder: 'resolved', marketId: 'x' });
  expect(readNote(note(5_000))).toEqual({ recorder: 'resolved', marketId: 'x', yesPayoutE4: 5_000 });
  for (const damaged of [-1, 10_001, 0.5, '1', null]) expect(readNote(note(damaged))).toBeUndefined();
});

test('a note of a market that no market table could take says nothing', () => {
  const market = { id: 'polymarket:0x1', venue: 'polymarket', yesToken: '1', tickRanges: uniformGrid(100) };
  const note = (of: object): Buffer => Buffer.from(JSON.stringify({ recorder: 'market', market: of }));
  expect(readNote(note(market))).toEqual({ recorder: 'market', market });
  const damaged = [
    ...[{ id: 7 }, { venue: 'x' }, { yesToken: undefined }, { noToken: 7 }, { tickRanges: [] }, { tickRanges: 7 }],
    ...[{ minSizeMicros: -1 }, { fee: {} }, { fee: { rateE6: 1, exponent: 1, roundMicros: 'x' } }],
  ];
  for (const one of damaged) expect(readNote(note({ ...market, ...one })), JSON.stringify(one)).toBeUndefined();
  for (const text of [
    '{"recorder":"market"}',
    '{"recorder":"market","market":null}',
    '{"recorder":"tick","marketId":"x"}',
  ])
    expect(readNote(Buffer.from(text))).toBeUndefined();
});
