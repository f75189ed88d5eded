// What ingest does about connections that do not serve: books that stay SUSPECT, books that never come, silence behind
// PONGs. Over real sockets, with the product's decoder and books.
import { expect, onTestFinished, test } from 'vitest';
import { Books } from '../../engine/book/books.ts';
import { LiveClock } from '../../engine/core/clock.ts';
import type { DetectExports } from '../../engine/detect/detect.ts';
import type { DecodeExports } from '../../engine/ingest/frame-host.ts';
import { FrameIntake } from '../../engine/ingest/frames.ts';
import { IngestAgent } from '../../engine/ingest/ingest.ts';
import type { IngestSetup } from '../../engine/ingest/ingest-setup.ts';
import { FeedWatch, RESYNC_DEFAULTS } from '../../engine/ingest/resync.ts';
import { openServer, type SocketConnection } from '../../engine/ingest/server.ts';
import { Counters } from '../../engine/memory/counters.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { Markets } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { smallArena, wasmOver } from '../helpers/arena.ts';
import { careWith, ONE_COPY } from '../helpers/care.ts';
import { drainAll } from '../helpers/records.ts';

const CONDITION = `0x${'a'.repeat(64)}`;
const YES = '1'.repeat(77);
const META = {
  id: `polymarket:${CONDITION}`,
  venue: 'polymarket' as const,
  yesToken: YES,
  tickRanges: uniformGrid(100),
};
const HASH = 'f3cc31114e050a10b3d72e6f8a2233f63b19489c';
const DUTY_CYCLE_MS = 5;
const PATIENT_MS = 600_000;

function book(venueMs: number): string {
  const sides = '"bids":[{"price":"0.4","size":"1"}],"asks":[{"price":"0.6","size":"1"}]';
  return `[{"market":"${CONDITION}","asset_id":"${YES}","timestamp":"${venueMs}","hash":"${HASH}",${sides},"tick_size":"0.01","event_type":"book","last_trade_price":""}]`;
}

/** A change whose stated top, 0.50, the book does not have. */
function wrongTop(venueMs: number): string {
  const change = `{"asset_id":"${YES}", "price":"0.3", "size":"5", "side":"BUY", "hash":"${HASH}", "best_bid":"0.5", "best_ask":"0.6"}`;
  return `{"market":"${CONDITION}", "price_changes":[${change}], "timestamp":"${venueMs}", "event_type":"price_change"}`;
}

interface Outcome {
  /** State of the book after each frame that reached it, equal ones in a row once. */
  readonly states: string[];
  readonly counters: Counters;
  readonly agent: IngestAgent;
}

/**
 * Runs an ingest agent against a server whose `serve` answers the nth subscription and `onPing` every PING; resolves
 * when the book is SYNCED on subscription `until`, rejects after 8 s.
 */
async function run(
  serve: (conn: SocketConnection, subscription: number) => void,
  until: number,
  limits: Partial<IngestSetup> & { readonly firstBookMs?: number },
  idleMs: number,
  onPing: () => void = () => {},
): Promise<Outcome> {
  let subscriptions = 0;
  const server = await openServer({
    sockets: {
      '/ws/market': {
        onMessage: (conn, bytes) => {
          if (Buffer.from(bytes).toString() === 'PING') {
            conn.sendText('PONG');
            onPing();
            return;
          }
          if (Buffer.from(bytes).includes('unsubscribe')) return;
          subscriptions += 1;
          serve(conn, subscriptions);
        },
      },
    },
  });
  onTestFinished(() => server.close());
  const arena = smallArena();
  const markets = new Markets(arena);
  markets.register(META);
  const detector = wasmOver<DetectExports>(arena, 1);
  detector.openBooks();
  const books = new Books(arena);
  const clock = new LiveClock();
  const counters = new Counters(arena, 0);
  const exports = wasmOver<DecodeExports>(arena, 0);
  const intake = new FrameIntake({ arena, exports, markets, counters, clock, policy: 'live', registerUnknown: false });
  const outbound = {
    ...{ url: `ws://127.0.0.1:${server.port}/ws/market`, tokens: [YES], connection: 0, maxFrameBytes: 1 << 20 },
    ...{ care: careWith({ pingMs: 20, idleMs, openMs: 60_000 }), transport: 'native' as const, ...ONE_COPY },
    ...(limits.firstBookMs === undefined ? {} : { firstBookMs: limits.firstBookMs }),
  };
  const states: string[] = [];
  return new Promise((resolve, reject) => {
    const onFrame = (): void => {
      drainAll(detector);
      const state = books.stateName(0);
      if (states.at(-1) !== state) states.push(state);
      if (subscriptions === until && state === 'SYNCED') resolve({ states, counters, agent });
    };
    const agent = new IngestAgent({ outbound: [outbound], seed: 1, ...limits }, intake, clock, onFrame);
    const cycle = setInterval(() => agent.doWork(clock.nowNs()), DUTY_CYCLE_MS);
    const deadline = setTimeout(() => reject(new Error(`${subscriptions} subscriptions, ${states}`)), 8_000);
    onTestFinished(async () => {
      clearInterval(cycle);
      clearTimeout(deadline);
      await agent.close();
    });
    void agent.open();
  });
}

test('a book that stays SUSPECT gets its connection replaced and is SYNCED again by the new snapshot', async () => {
  const serve = (conn: SocketConnection, subscription: number): void => {
    conn.sendText(book(1_777_366_994_000 + subscription * 100));
    if (subscription > 1) return;
    conn.sendText(wrongTop(1_777_366_994_101));
    conn.sendText(wrongTop(1_777_366_994_102));
  };
  const { states, counters, agent } = await run(serve, 2, { resyncAfterMs: 100 }, PATIENT_MS);
  // The new connection brings its books before the old one goes: nothing was STALE in between.
  expect(states).toEqual(['SYNCED', 'PENDING', 'SUSPECT', 'SYNCED']);
  expect(counters.get(L.COUNTER_RESYNCS)).toBe(1);
  await expect.poll(() => agent.sockets().reconnects).toBe(1);
  // On each of the two connections the answer to the handshake, and then, being asked for, a snapshot.
  expect(agent.sockets().reads).toBeGreaterThanOrEqual(4);
});

test('a market without any snapshot after the first-book time is asked for again on the same connection', async () => {
  const serve = (conn: SocketConnection, subscription: number): void => {
    if (subscription > 1) conn.sendText(book(1_777_366_994_943));
  };
  const { counters, agent } = await run(serve, 2, { firstBookMs: 100 }, PATIENT_MS);
  expect([counters.get(L.COUNTER_RESYNCS), agent.sockets().reconnects]).toEqual([0, 0]);
  expect(agent.feeds[0]!.counts.firstBooksAskedAgain).toBe(1);
});

test('one that was asked for again in vain gets its connection replaced', async () => {
  const serve = (conn: SocketConnection, subscription: number): void => {
    if (subscription > 2) conn.sendText(book(1_777_366_994_943));
  };
  const { counters, agent } = await run(serve, 3, { firstBookMs: 100 }, PATIENT_MS);
  expect(counters.get(L.COUNTER_RESYNCS)).toBe(1);
  await expect.poll(() => agent.feeds[0]!.counts.replaced).toBe(1);
});

test('a server that answers PING but sends no data gets its connection replaced: a PONG is no data', async () => {
  let pings = 0;
  let pingsBefore = 0;
  const serve = (conn: SocketConnection, subscription: number): void => {
    if (subscription === 1) return;
    pingsBefore = pings;
    conn.sendText(book(1_777_366_994_943));
  };
  const count = (): void => {
    pings += 1;
  };
  const { counters, agent } = await run(serve, 2, {}, 200, count);
  expect(pingsBefore).toBeGreaterThan(2);
  expect(agent.sockets().reconnects).toBe(1);
  expect(counters.get(L.COUNTER_RESYNCS)).toBe(0);
});

/** A watch over one book whose state the test sets. */
function watched() {
  const arena = smallArena();
  const markets = new Markets(arena);
  markets.register(META);
  const at = arena.at(L.REGION_BOOKS, 0);
  const set = (state: number, flags = 0): void => {
    arena.u32[(at + L.BOOK_STATE) >> 2] = state;
    arena.u32[(at + L.BOOK_FLAGS) >> 2] = flags;
  };
  const watch = new FeedWatch(new Books(arena), RESYNC_DEFAULTS);
  watch.add(0);
  return { set, watch };
}

/** Seconds at which a connection open from second 1 is asked to be replaced, which the test does not do. */
function resyncSeconds(watch: FeedWatch, from: number, to: number, isAbsent = false): number[] {
  const seconds: number[] = [];
  for (let second = from; second <= to; second += 1)
    if (watch.wantsResync(1e9, second * 1e9, isAbsent, !isAbsent)) seconds.push(second);
  return seconds;
}

test('resyncs that do not help come at doubled distances, and one that helped starts anew', () => {
  const { set, watch } = watched();
  set(L.BOOK_SUSPECT);
  expect(resyncSeconds(watch, 1, 40)).toEqual([3, 8, 18, 38]);
  set(L.BOOK_SYNCED);
  expect(resyncSeconds(watch, 41, 80)).toEqual([]);
  set(L.BOOK_STALE);
  expect(resyncSeconds(watch, 81, 90)).toEqual([83, 88]);
});

test('books that no snapshot helps, short faults and closed connections ask for nothing', () => {
  const { set, watch } = watched();
  for (const flags of [L.BOOK_FLAG_RESOLVED, L.BOOK_FLAG_REFUSED]) {
    set(L.BOOK_STALE, flags);
    expect(resyncSeconds(watch, 1, 20)).toEqual([]);
  }
  set(L.BOOK_STALE);
  expect(resyncSeconds(watch, 21, 22)).toEqual([]);
  set(L.BOOK_PENDING);
  expect(resyncSeconds(watch, 23, 40)).toEqual([]);
  set(L.BOOK_STALE);
  expect([watch.wantsResync(0, 50e9, true, false), watch.wantsResync(0, 60e9, true, false)]).toEqual([false, false]);
});

test('books that do not come are asked for ever less often, until all have come', () => {
  const { watch } = watched();
  expect(resyncSeconds(watch, 1, 40, true)).toEqual([1, 6, 16, 36]);
  expect(resyncSeconds(watch, 41, 50)).toEqual([]);
  expect(resyncSeconds(watch, 77, 90, true)).toEqual([77, 82]);
});

test('a market that is watched no more asks for nothing', () => {
  const { set, watch } = watched();
  set(L.BOOK_SUSPECT);
  watch.remove(0);
  expect(resyncSeconds(watch, 1, 20)).toEqual([]);
});
