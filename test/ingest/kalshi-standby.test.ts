// A Kalshi connection whose market has frozen is replaced before it goes: over real sockets against the simulated venue the
// others' books are never out, and nowhere is a book tradable that the market never had, whatever is cut when. And what
// is held back of the new one is the book of the venue at every message.
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { KalshiHeld, LIVES_HELD_MAX } from '../../engine/ingest/kalshi-held.ts';
import type { KalshiFaultRule } from '../../engine/venue/sim/kalshi-faults.ts';
import * as L from '../../wasm/layout.ts';
import { bothWindows, FIRST, replayTexts, SECOND, startKalshi } from '../helpers/kalshi.ts';

const PROBING = {
  snapshots: { probeMs: 40, answerMs: 100 },
  resync: { resyncAfterMs: 1, resyncEveryMs: 1, firstBookMs: 5_000 },
};

/** One market freezes on the connection that stands, which calls for another. */
async function frozenMarket(more: readonly KalshiFaultRule[] = []) {
  const faults: KalshiFaultRule[] = [{ kind: 'kalshiFreezeMarket', firstRequest: 60 }, ...more];
  const rig = await startKalshi({ venue: { faults, frames: bothWindows(300) }, feed: PROBING });
  onTestFinished(() => rig.close());
  await rig.until(() => rig.venue.stats.faults['kalshiFreezeMarket'] === 1, 'the market freezes');
  return rig;
}

const gaps = ({ detector }: Awaited<ReturnType<typeof frozenMarket>>): readonly number[] => [
  detector.get(L.COUNTER_SEQ_GAPS),
  detector.get(L.COUNTER_SEQ_STEP_BACKS),
  detector.get(L.COUNTER_SIDS_FULL),
];

test('the new connection takes over with all books in one step; the market that did not freeze is never out', async () => {
  const rig = await frozenMarket();
  await rig.until(() => rig.feed.counts.replaced === 1, 'the replacement');
  const before = rig.detector.get(L.COUNTER_FRAMES_APPLIED);
  await rig.until(() => rig.detector.get(L.COUNTER_FRAMES_APPLIED) > before + 50, 'changes on the new one');
  await rig.until(rig.isWhole, 'the end of the tape');
  const all = rig.states.map((states) => states.join()).sort();
  expect(all).toEqual(['EMPTY,SYNCED', 'EMPTY,SYNCED,STALE,SYNCED']);
  expect([rig.wrong, gaps(rig)]).toEqual([[], [0, 0, 0]]);
  expect(rig.agent.sockets().kalshi).toMatchObject({ replaced: 1, replacementsFailed: 0, resyncs: 1, rejected: 0 });
  expect(rig.venue.stats.upgrades).toBe(2);
  // The old connection is closed, and the memory it received into is the next one's.
  expect(rig.counters.get(L.COUNTER_FRAMES_REJECTED)).toBe(0);
});

test.each([2])('%i replacements that are refused leave the old connection as it is', async (count) => {
  const rig = await frozenMarket([{ kind: 'kalshiRefuse503', firstRequest: 2, count }]);
  await rig.until(() => rig.feed.counts.replaced === 1, 'a replacement');
  await rig.until(rig.isWhole, 'the end of the tape');
  expect(rig.venue.stats.faults).toMatchObject({ kalshiRefuse503: count });
  expect(rig.feed.counts.replacementsFailed).toBe(count);
  expect(rig.states.map((states) => states.join()).sort()).toEqual(['EMPTY,SYNCED', 'EMPTY,SYNCED,STALE,SYNCED']);
  expect([rig.wrong, gaps(rig)]).toEqual([[], [0, 0, 0]]);
});

type Rig = Awaited<ReturnType<typeof frozenMarket>>;
/** Steps of a replacement; a connection subscribes three channels, the books first. */
const STEPS: readonly (readonly [string, (rig: Rig) => boolean])[] = [
  ['is asked for', ({ feed }) => feed.resyncs === 1],
  ['is dialled', ({ venue }) => venue.stats.upgrades === 2],
  ['is told the books', ({ venue }) => venue.stats.subscriptions === 6],
  ['has taken over', ({ feed }) => feed.counts.replaced === 1],
];

test.each(STEPS)('the connection that stands is lost when its replacement %s', async (_, holds) => {
  const rig = await frozenMarket();
  await rig.until(() => holds(rig), 'the step');
  const { closes } = rig.feed.care.counts;
  rig.feed.cut();
  await rig.until(() => rig.feed.care.counts.closes > closes, 'the loss');
  await rig.until(rig.isWhole, 'the end of the tape');
  expect([rig.wrong, gaps(rig), rig.counters.get(L.COUNTER_FRAMES_REJECTED)]).toEqual([[], [0, 0, 0], 0]);
});

test('a pause that only the new connection tells is in force when it takes over, and its end too', async () => {
  const rig = await frozenMarket();
  await rig.until(() => rig.venue.stats.subscriptions === 6, 'the books of the new one');
  // Of the market that is frozen there the old one tells nothing.
  const [frozen, other] = rig.states[0]!.includes('STALE') ? [0, 1] : [1, 0];
  const ticker = [FIRST, SECOND][frozen]!;
  rig.venue.lifecycle(ticker, 'deactivated', { is_deactivated: true });
  await rig.until(() => rig.feed.counts.replaced === 1 && rig.counters.get(L.COUNTER_FRAMES_CONTROL) === 1, 'both');
  const asked = rig.feed.session.snapshotsAsked;
  await rig.until(() => rig.feed.session.snapshotsAsked > asked + 2, 'questions for the other');
  expect(rig.states.map((states) => states.at(-1))[frozen]).toBe('STALE');
  rig.venue.lifecycle(ticker, 'activated', { is_deactivated: false });
  await rig.until(rig.isWhole, 'trading again, and the end of the tape');
  expect(rig.states[other]).toEqual(['EMPTY', 'SYNCED']);
  expect([rig.wrong, gaps(rig)]).toEqual([[], [0, 0, 0]]);
});

test('what is held back is the venue’s book at every message, under the numbers before the next', () => {
  const texts = bothWindows(150).filter(({ text }) => !text.includes('"type":"trade"'));
  const messages = texts.map(({ text }, at) => JSON.stringify({ ...JSON.parse(text), sid: 3, seq: 41 + at }));
  const point = fc.integer({ min: 2, max: messages.length });
  fc.assert(
    fc.property(point, (count) => {
      const held = new KalshiHeld();
      for (const text of messages.slice(0, count)) held.take(JSON.parse(text));
      const snapshots = held.snapshots([FIRST, 'KXNONE', SECOND]);
      const truth = replayTexts(messages.slice(0, count));
      expect([...replayTexts(snapshots)].map(([ticker, { last }]) => [ticker, last])).toEqual(
        [FIRST, SECOND].map((ticker) => [ticker, truth.get(ticker)!.last]),
      );
      const numbers = snapshots.map((text) => JSON.parse(text)).map(({ sid, seq }) => [sid, seq]);
      expect(numbers).toEqual([40 + count - 1, 40 + count].map((seq) => [3, seq]));
      expect([held.fault, held.seq]).toEqual(['', 40 + count]);
    }),
    { numRuns: 60 },
  );
});

test('a number that is missing, comes twice or in another subscription, and what cannot be read, are faults', () => {
  const snapshot = (seq: unknown, more: object = {}) => ({
    ...{ type: 'orderbook_snapshot', sid: 1, seq, msg: { market_ticker: 'A', yes_dollars_fp: [['0.5', '2']] } },
    ...more,
  });
  const change = (seq: number, delta_fp: string, more: object = {}) => ({
    ...{ type: 'orderbook_delta', sid: 1, seq },
    msg: { market_ticker: 'A', side: 'yes', price_dollars: '0.5', delta_fp, ...more },
  });
  const faultOf = (...messages: readonly object[]): string => {
    const held = new KalshiHeld();
    for (const message of messages) held.take(JSON.parse(JSON.stringify(message)));
    return held.fault;
  };
  expect(faultOf(snapshot(7), change(8, '-2.00'), change(9, '1', { market_ticker: 'B' }))).toBe('');
  expect(faultOf({ type: 'trade', sid: 2, seq: 9 }, snapshot(7), { type: 'ok' })).toBe('');
  for (const second of [snapshot(9), snapshot(7), snapshot(6), snapshot(8, { sid: 2 })]) {
    expect(faultOf(snapshot(7), second)).toBe('gap');
  }
  expect(faultOf(snapshot(7), change(8, '-2.01'))).toBe('belowZero');
  const side = { msg: { market_ticker: 'A', no_dollars_fp: [['x', '1']] } };
  for (const bad of [snapshot('8'), snapshot(8, side), change(8, 'x'), change(8, '1', { side: 'both' })]) {
    expect(faultOf(snapshot(7), bad)).toBe('unreadable');
  }
  const held = new KalshiHeld();
  held.take(snapshot(7) as never);
  held.passNumber(1, 8);
  held.passNumber(1, 8);
  held.passNumber(2, 9);
  held.take(change(9, '1') as never);
  expect([held.fault, held.seq]).toEqual(['', 9]);
  for (let life = 0; life < LIVES_HELD_MAX; life += 1) held.holdLife(new Uint8Array(1));
  expect(held.fault).toBe('');
  held.holdLife(new Uint8Array(1));
  expect([held.fault, held.lives.length]).toEqual(['overflow', LIVES_HELD_MAX]);
});
