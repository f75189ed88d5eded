// Markets that come, end and change while something is recorded: their notes, and what a replay makes of them.
import { expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { readNote } from '../../engine/ingest/notes.ts';
import { readManifest } from '../../engine/replay/manifest.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
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
    if (index === 8_000) run.offStream((to) => to.resolved(1, recvNs), recvNs);
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
