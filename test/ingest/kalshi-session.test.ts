// What the parts of the Kalshi feed decide by themselves: the commands it sends, what answers mean, which books need a
// snapshot. On a virtual clock, without sockets.
import { expect, test } from 'vitest';
import { Books } from '../../engine/book/books.ts';
import { KalshiMarkets } from '../../engine/ingest/kalshi-markets.ts';
import { KalshiSession, PENDING_MAX, WAITING_MAX } from '../../engine/ingest/kalshi-session.ts';
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
    {
      ...{ id: 1, cmd: 'subscribe' },
      params: { channels: ['orderbook_delta'], market_tickers: ['A', 'B'], use_yes_price: false },
    },
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
});

test.each([5, 13])('code %i to any question for snapshots ends the questions, other codes do not', (code) => {
  const { one, told } = session();
  told(BOOKS);
  for (let asked = 0; asked < 100; asked += 1) one.askForSnapshots(['A']);
  for (const other of [1, 7, 10, 11, undefined]) {
    expect(told({ id: 4, type: 'error', msg: { code: other } })).toEqual({ kind: 'nothing' });
  }
  for (const id of [0, 104]) told({ id, type: 'error', msg: { code } });
  expect(one.canAsk).toBe(true);
  expect(told({ id: 50, type: 'error', msg: { code } })).toEqual({ kind: 'nothing' });
  expect([one.canAsk, one.errors]).toEqual([false, { 1: 1, 7: 1, 10: 1, 11: 1, [-1]: 1, [code]: 3 }]);
});

test('markets added and left before a channel is subscribed are told it in their order once it is', () => {
  const { one, sent, told } = session();
  one.update('add_markets', ['C']);
  one.update('delete_markets', ['A']);
  expect(sent).toHaveLength(3);
  const actions = () => sent.slice(3).map((text) => (text as { params: object }).params);
  told(BOOKS);
  const added = { action: 'add_markets', market_tickers: ['C'], send_initial_snapshot: true };
  const left = { action: 'delete_markets', market_tickers: ['A'] };
  expect(actions()).toEqual([
    { sids: [1], ...added },
    { sids: [1], ...left },
  ]);
  told({ id: 2, type: 'subscribed', msg: { channel: 'trade', sid: 2 } });
  told({ id: 2, type: 'subscribed', msg: { channel: 'trade', sid: 2 } });
  expect(actions().slice(2)).toEqual([
    { sids: [2], ...added },
    { sids: [2], ...left },
  ]);
  expect(told({ id: 5, type: 'error', msg: { code: 11 } })).toEqual({ kind: 'useless' });
});

test('changes that wait and commands without an answer are bounded, and one too many is counted and not said', () => {
  const { one, sent, told } = session();
  for (let change = 0; change < WAITING_MAX; change += 1) expect(one.update('add_markets', ['C'])).toBe(true);
  expect([one.update('add_markets', ['D']), one.overflowed, sent.length]).toEqual([false, 1, 3]);
  one.over();
  one.open(['A']);
  told({ ...BOOKS, id: 4 });
  told({ id: 5, type: 'subscribed', msg: { channel: 'trade', sid: 2 } });
  const before = sent.length;
  // The subscription of the market's life has no answer either.
  const room = Math.floor((PENDING_MAX - 1) / 2);
  for (let change = 0; change < room; change += 1) expect(one.update('add_markets', ['C'])).toBe(true);
  expect([one.update('add_markets', ['D']), one.overflowed, sent.length]).toEqual([false, 2, before + 2 * room]);
  // An answer makes room again.
  for (const id of [7, 8]) told({ id, type: 'ok', sid: 1, seq: id, msg: {} });
  expect(one.update('delete_markets', ['C'])).toBe(true);
  expect([one.overflowed, sent.length]).toEqual([2, before + 2 * room + 2]);
});

test('what waits for a channel ends with its connection, and with the channel when that is refused', () => {
  const { one, sent, told } = session();
  one.update('add_markets', ['C']);
  told({ id: 2, type: 'error', msg: { code: 8 } });
  told({ id: 2, type: 'subscribed', msg: { channel: 'trade', sid: 2 } });
  expect(sent).toHaveLength(3);
  one.over();
  one.update('delete_markets', ['B']);
  one.open(['A', 'C']);
  told({ id: 4, type: 'subscribed', msg: { channel: 'orderbook_delta', sid: 1 } });
  told({ id: 5, type: 'subscribed', msg: { channel: 'trade', sid: 2 } });
  expect(sent).toHaveLength(6);
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
  const books = new Books(arena);
  const watch = new SnapshotWatch(books, { probeMs: 10_000, answerMs: 2_000 });
  const set = (market: number, state: number, verifiedS = 0, flags = 0): void => {
    const at = arena.at(L.REGION_BOOKS, market);
    arena.u32[(at + L.BOOK_STATE) >> 2] = state;
    arena.u32[(at + L.BOOK_FLAGS) >> 2] = flags;
    arena.f64[(at + L.BOOK_VERIFIED_NS) >> 3] = verifiedS * 1e9;
  };
  const needs = (second: number) => watch.needs([0, 1, 2], second * 1e9);
  return { books, watch, set, needs };
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

test('a book still in doubt after its snapshot is asked for again once the time of an answer has passed, not before', () => {
  const { watch, set, needs } = watched();
  set(0, L.BOOK_STALE, 1);
  expect(needs(2)).toEqual({ ask: [0], unanswered: [] });
  set(0, L.BOOK_STALE, 2.1);
  for (const second of [2.2, 3, 3.9]) expect(needs(second)).toEqual({ ask: [], unanswered: [] });
  expect(needs(4)).toEqual({ ask: [0], unanswered: [] });
  set(0, L.BOOK_SYNCED, 4.1);
  expect(needs(4.2)).toEqual({ ask: [], unanswered: [] });
  set(0, L.BOOK_STALE, 4.1);
  expect(needs(4.3)).toEqual({ ask: [0], unanswered: [] });
  expect(watch.unanswered).toBe(0);
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

/** Markets A, B and C, 0 to 2, of a connection open since second 1. */
function carried() {
  const { books, set } = watched();
  const limits = { resyncAfterMs: 1_000, resyncEveryMs: 5_000, firstBookMs: 10_000 };
  const withdrawn = new Set<number>();
  const markets = new KalshiMarkets(books, limits, {
    marketOf: (ticker) => ({ A: 0, B: 1, C: 2 })[ticker],
    withdrawn: (market, is) => void (is ? withdrawn.add(market) : withdrawn.delete(market)),
  });
  markets.add(['A'], 0);
  return { markets, set, withdrawn, wantsResync: (second: number) => markets.wantsResync(1e9, second * 1e9) };
}

test('a market that comes later, or goes on, has its own time for a first book', () => {
  const { markets, set, wantsResync } = carried();
  expect([wantsResync(10.9), wantsResync(11.1)]).toEqual([false, true]);
  set(0, L.BOOK_SYNCED);
  markets.add(['B'], 60e9);
  expect([wantsResync(60.1), wantsResync(69.9), wantsResync(70.1)]).toEqual([false, false, true]);
  markets.pause(1);
  expect(wantsResync(100)).toBe(false);
  markets.resume(1, 100e9);
  markets.resume(1, 105e9);
  expect([wantsResync(109.9), wantsResync(110.1)]).toEqual([false, true]);
});

test('markets that come, go, pause and go on change neither the clock nor the pace of the others', () => {
  const { markets, set, withdrawn, wantsResync } = carried();
  set(0, L.BOOK_STALE);
  const stir = (): void => {
    expect(markets.add(['A', 'B', 'B'], 0)).toEqual(['B']);
    set(1, L.BOOK_SYNCED);
    markets.pause(1);
    expect([[...markets.trading], markets.paused, [...withdrawn]]).toEqual([[0], [1], [1]]);
    markets.resume(1, 0);
    expect(withdrawn.size).toBe(0);
    expect(markets.remove(['B', 'C'])).toEqual([[1, 'B']]);
  };
  expect(wantsResync(2)).toBe(false);
  stir();
  expect(wantsResync(3.1)).toBe(true);
  stir();
  expect([wantsResync(4), wantsResync(8), wantsResync(8.2)]).toEqual([false, false, true]);
  stir();
  expect([wantsResync(18.1), wantsResync(18.3)]).toEqual([false, true]);
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
