// What the parts of the Kalshi feed decide by themselves: the commands it sends, what answers mean, which books need a
// snapshot. On a virtual clock, without sockets.
import { expect, test } from 'vitest';
import { Books } from '../../engine/book/books.ts';
import { KalshiSession } from '../../engine/ingest/kalshi-session.ts';
import { kalshiFeedSetups } from '../../engine/ingest/kalshi-shards.ts';
import { RESYNC_DEFAULTS } from '../../engine/ingest/resync.ts';
import { SNAPSHOT_TIMES, SnapshotWatch } from '../../engine/ingest/snapshot-watch.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena } from '../helpers/arena.ts';
import { QUICK_CARE } from '../helpers/kalshi.ts';

function session() {
  const sent: unknown[] = [];
  const one = new KalshiSession((text) => sent.push(JSON.parse(text)));
  const told = (value: object) => one.read(Buffer.from(JSON.stringify(value)));
  one.open(['A', 'B']);
  return { one, sent, told };
}

const BOOKS = { id: 1, type: 'subscribed', msg: { channel: 'orderbook_delta', sid: 1 } };

test('the commands are those of the venue, field by field', () => {
  const { one, sent, told } = session();
  expect(told(BOOKS)).toEqual({ kind: 'confirmed' });
  expect(told({ id: 2, type: 'subscribed', msg: { channel: 'trade', sid: 2 } })).toEqual({ kind: 'nothing' });
  one.update('add_markets', ['C']);
  one.askForSnapshots(['A', 'C']);
  one.update('delete_markets', ['B']);
  one.unsubscribe();
  const update = (id: number, sid: number, action: string, market_tickers: string[], more = {}) => ({
    ...{ id, cmd: 'update_subscription', params: { sids: [sid], action, market_tickers, ...more } },
  });
  expect(sent).toEqual([
    { id: 1, cmd: 'subscribe', params: { channels: ['orderbook_delta'], market_tickers: ['A', 'B'] } },
    { id: 2, cmd: 'subscribe', params: { channels: ['trade'], market_tickers: ['A', 'B'] } },
    { id: 3, cmd: 'subscribe', params: { channels: ['market_lifecycle_v2'] } },
    update(4, 1, 'add_markets', ['C'], { send_initial_snapshot: true }),
    update(5, 2, 'add_markets', ['C'], { send_initial_snapshot: true }),
    update(6, 1, 'get_snapshot', ['A', 'C']),
    update(7, 1, 'delete_markets', ['B']),
    update(8, 2, 'delete_markets', ['B']),
    { id: 9, cmd: 'unsubscribe', params: { sids: [1, 2] } },
  ]);
});

test('answers that bear a number pass it on; those without change nothing', () => {
  const { told } = session();
  told(BOOKS);
  expect(told({ id: 4, type: 'ok', sid: 1, seq: 12, msg: { market_tickers: ['A'] } })).toEqual({
    kind: 'number',
    sid: 1,
    seq: 12,
  });
  expect(told({ id: 4, type: 'ok', msg: {} })).toEqual({ kind: 'nothing' });
  expect(told({ id: 102, sid: 2, seq: 7, type: 'unsubscribed' })).toEqual({ kind: 'number', sid: 2, seq: 7 });
  for (const value of [[], 1, { type: 'ticker' }, { type: 'ok', sid: -1, seq: 0.5 }, { type: 'subscribed', msg: 3 }]) {
    expect(told(value as object)).toEqual({ kind: 'nothing' });
  }
});

test('refused books or a refused list of markets are useless; refused trades, life and snapshots are done without', () => {
  for (const [id, kind] of [
    [1, 'useless'],
    [2, 'nothing'],
    [3, 'nothing'],
    [9, 'nothing'],
  ] as const) {
    const { one, told } = session();
    expect(told({ id, type: 'error', msg: { code: 8, msg: 'Unknown channel name' } })).toEqual({ kind });
    expect(one.errors).toEqual({ 8: 1 });
  }
  const { one, told } = session();
  told(BOOKS);
  one.update('add_markets', ['C']);
  expect(told({ id: 4, type: 'error', msg: { code: 11 } })).toEqual({ kind: 'useless' });
  expect(one.canAsk).toBe(true);
  one.askForSnapshots(['A']);
  expect(told({ id: 5, type: 'error' })).toEqual({ kind: 'nothing' });
  expect([one.canAsk, one.errors]).toEqual([false, { 11: 1, [-1]: 1 }]);
});

test('nothing is asked of a connection that is over', () => {
  const { one, sent, told } = session();
  told(BOOKS);
  one.over();
  one.askForSnapshots(['A']);
  one.update('add_markets', ['C']);
  one.unsubscribe();
  expect([sent.length, one.canAsk]).toEqual([3, false]);
});

/** Books whose states and last snapshots the test sets, in seconds. */
function watched() {
  const arena = smallArena();
  const watch = new SnapshotWatch(new Books(arena), { probeMs: 10_000, answerMs: 2_000 });
  const set = (market: number, state: number, verifiedS = 0, flags = 0): void => {
    const at = arena.at(L.REGION_BOOKS, market);
    arena.u32[(at + L.BOOK_STATE) >> 2] = state;
    arena.u32[(at + L.BOOK_FLAGS) >> 2] = flags;
    arena.f64[(at + L.BOOK_VERIFIED_NS) >> 3] = verifiedS * 1e9;
  };
  const needs = (second: number) => watch.needs([0, 1, 2], second * 1e9);
  return { watch, set, needs };
}

test('a book in doubt is asked for at once, one that is proven when its snapshot is old, each once until it is answered', () => {
  const { set, needs } = watched();
  set(0, L.BOOK_SYNCED, 5);
  set(1, L.BOOK_SUSPECT, 5);
  expect(needs(6)).toEqual({ ask: [1], unanswered: [] });
  set(2, L.BOOK_STALE, 6);
  expect(needs(7)).toEqual({ ask: [2], unanswered: [] });
  set(1, L.BOOK_SYNCED, 6.5);
  expect(needs(7.5)).toEqual({ ask: [], unanswered: [] });
  set(2, L.BOOK_SYNCED, 7.2);
  expect(needs(15.1)).toEqual({ ask: [0], unanswered: [] });
  expect(needs(16.4)).toEqual({ ask: [], unanswered: [] });
  expect(needs(16.6)).toEqual({ ask: [1], unanswered: [] });
});

test('a question without a snapshot in time is unanswered, counted and asked again', () => {
  const { watch, set, needs } = watched();
  set(0, L.BOOK_SYNCED, 1);
  expect(needs(11)).toEqual({ ask: [0], unanswered: [] });
  expect(needs(12.9)).toEqual({ ask: [], unanswered: [] });
  expect(needs(13)).toEqual({ ask: [0], unanswered: [0] });
  expect(needs(15)).toEqual({ ask: [0], unanswered: [0] });
  expect(watch.unanswered).toBe(2);
  watch.reset();
  expect(needs(15.5)).toEqual({ ask: [0], unanswered: [] });
});

test('subscribed books are due without asking; books without a first snapshot, resolved or refused ones are let be', () => {
  const { watch, set, needs } = watched();
  set(1, L.BOOK_STALE, 1, L.BOOK_FLAG_RESOLVED);
  set(2, L.BOOK_STALE, 1, L.BOOK_FLAG_REFUSED);
  expect(needs(50)).toEqual({ ask: [], unanswered: [] });
  set(0, L.BOOK_STALE, 1);
  watch.expect([0], 60e9);
  expect(needs(61.9)).toEqual({ ask: [], unanswered: [] });
  expect(needs(62)).toEqual({ ask: [0], unanswered: [0] });
});

test('each connection has the markets of one detector, at most 200', () => {
  const tickers = Array.from({ length: 450 }, (_, at) => `T${at}`);
  const common = {
    ...{ url: 'ws://127.0.0.1:1/', transport: 'native' as const, keyId: 'k', privateKeyPem: '', maxFrameBytes: 1 },
    ...{ care: QUICK_CARE, resync: { ...RESYNC_DEFAULTS, firstBookMs: 10_000 }, snapshots: SNAPSHOT_TIMES },
  };
  const detectorOf = (ticker: string): number => Number(ticker.slice(1)) % 2;
  const setups = kalshiFeedSetups(tickers, detectorOf, common, 7);
  expect(setups.map((one) => [one.connection, one.tickers.length])).toEqual([
    [7, 200],
    [8, 25],
    [9, 200],
    [10, 25],
  ]);
  for (const { tickers: own } of setups) expect(new Set(own.map(detectorOf)).size).toBe(1);
  expect(new Set(setups.flatMap((one) => one.tickers)).size).toBe(450);
  expect(kalshiFeedSetups([], detectorOf, common, 0)).toEqual([]);
});
