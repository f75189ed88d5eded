// A Kalshi stream that is lost for good, over real sockets against the simulated venue: after five refused upgrades its
// books are polled, equal the venue's, are proven by their own answers only, and stream again without a change done twice.
import { expect, onTestFinished, test } from 'vitest';
import { FeedAlerts } from '../../engine/run/feed-alerts.ts';
import { polledBooksOf, snapshotText } from '../../engine/venue/kalshi/books-answer.ts';
import type { KalshiFaultRule } from '../../engine/venue/sim/kalshi-faults.ts';
import * as L from '../../wasm/layout.ts';
import { FIRST, type KalshiRigOptions, SECOND, startKalshi } from '../helpers/kalshi.ts';

/** The stream is cut at a change, and no upgrade is taken until `serve` is called. */
async function lostStream(options: KalshiRigOptions = {}, more: readonly KalshiFaultRule[] = []) {
  let isRefused = true;
  const faults: KalshiFaultRule[] = [
    { kind: 'kalshiCut', firstRequest: 150 },
    { kind: 'kalshiRefuse503', firstRequest: 2, count: 1e6, when: () => isRefused },
    ...more,
  ];
  const rig = await startKalshi({ poll: { booksPerRequest: 1 }, ...options, venue: { ...options.venue, faults } });
  onTestFinished(() => rig.close());
  const facts = () => rig.agent.sockets().kalshi!;
  await rig.until(() => facts().polling === 1, 'poll mode');
  const serve = (): void => {
    isRefused = false;
  };
  return { rig, facts, serve };
}

const equalsVenue = ({ books, venue }: Awaited<ReturnType<typeof lostStream>>['rig'], ticker: string, market: number) =>
  [L.SIDE_BID, L.SIDE_ASK].every((side) => {
    const levels = venue.book(ticker).levels(side === L.SIDE_BID ? 'yes' : 'no');
    const theirs = new Map(levels.map(([price, size]) => [side === L.SIDE_BID ? price : 10_000 - price, size]));
    let same = true;
    const count = books.eachLevel(market, side, 1e6, (price, size) => {
      same = theirs.get(price) === size;
      return same;
    });
    return same && count === theirs.size;
  });

test('after five refused upgrades the books are polled, then they stream again and no change is done twice', async () => {
  const alerts = new FeedAlerts('Kalshi feed');
  const { rig, facts, serve } = await lostStream({ venue: { speed: 0.5 } });
  const lines = alerts.connectionChanges(facts().connections);
  expect(rig.venue.stats.faults).toMatchObject({ kalshiCut: 1 });
  expect(rig.venue.stats.faults['kalshiRefuse503']).toBeGreaterThanOrEqual(4);
  expect(rig.feed.care.failures).toBeGreaterThanOrEqual(5);
  const { failures } = rig.feed.care;
  const polled = (): number => facts().rest!.booksPolled;
  await rig.until(() => rig.states.every((states) => states.at(-1) === 'SYNCED'), 'polled books');
  const settled = rig.states.map(({ length }) => length);
  await rig.until(() => rig.feed.care.failures >= failures + 3 && polled() >= 12, 'more failures, and more polls');
  // Dials that fail meanwhile take nothing away.
  expect(rig.states.map(({ length }) => length)).toEqual(settled);
  serve();
  await rig.until(() => facts().streaming === 1, 'stream mode');
  lines.push(...alerts.connectionChanges(facts().connections));
  const before = rig.detector.get(L.COUNTER_FRAMES_APPLIED);
  await rig.until(() => rig.detector.get(L.COUNTER_FRAMES_APPLIED) > before + 100, 'changes on the stream');
  await rig.until(rig.isWhole, 'the end of the tape');
  expect(rig.states.map((states) => states.join())).toEqual(Array(2).fill('EMPTY,SYNCED,STALE,SYNCED,STALE,SYNCED'));
  // At no frame, polled or streamed, was a book tradable that the market never had.
  expect(rig.wrong).toEqual([]);
  const { degraded, recovered, rest } = facts();
  expect([degraded, recovered]).toEqual([1, 1]);
  expect(rest).toMatchObject({ booksUnreadable: 0, booksAbsent: 0, booksRefused: 0, failed: 0 });
  expect([rig.detector.get(L.COUNTER_SEQ_GAPS), rig.detector.get(L.COUNTER_SEQ_STEP_BACKS)]).toEqual([0, 0]);
  expect(lines).toEqual([
    expect.stringMatching(/^Kalshi feed, connection 0: DEGRADED, .* after \d+ failures, the last: .*503/),
    'Kalshi feed, connection 0: streams',
  ]);
});

test('what is said of a connection is by its number, whichever others end before it', () => {
  const alerts = new FeedAlerts('Kalshi feed');
  const facts = (connection: number, mode: 'stream' | 'poll') => ({
    ...{ connection, mode, failures: 5, hasEnded: false, lastClose: '1006' },
  });
  expect(alerts.connectionChanges([facts(448, 'stream'), facts(449, 'poll')])).toEqual([
    expect.stringMatching(/^Kalshi feed, connection 449: DEGRADED/),
  ]);
  expect(alerts.connectionChanges([facts(449, 'poll')])).toEqual([]);
  expect(alerts.connectionChanges([facts(449, 'stream')])).toEqual(['Kalshi feed, connection 449: streams']);
});

test('a polled book equals the venue’s and is proven by its own answers only', async () => {
  let isBroken = false;
  const fault: KalshiFaultRule = { kind: 'kalshiRest502', firstRequest: 1, count: 1e6, when: () => isBroken };
  const { rig, facts } = await lostStream({}, [fault]);
  let ended = false;
  void rig.venue.tapeEnded.then(() => {
    ended = true;
  });
  await rig.until(() => ended && rig.isWhole(), 'the end of the tape in polled books');
  expect([equalsVenue(rig, FIRST, 0), equalsVenue(rig, SECOND, 1)]).toEqual([true, true]);
  expect(rig.wrong).toEqual([]);
  // Now every question fails: what the gate reads as proof stands still, however often it is asked.
  isBroken = true;
  await rig.until(() => facts().rest!.failed >= 4, 'failed questions');
  const proven = [0, 1].map((market) => rig.books.verifiedNs(market));
  expect(proven).toEqual([0, 1].map((market) => rig.books.statedNs(market)));
  const { failed } = facts().rest!;
  await rig.until(() => facts().rest!.failed >= failed + 6, 'more failed questions');
  expect([0, 1].map((market) => rig.books.verifiedNs(market))).toEqual(proven);
  expect(rig.venue.stats.faults['kalshiRest502']).toBeGreaterThanOrEqual(failed + 6);
  // An answer about one proves nothing of the other.
  isBroken = false;
  rig.feed.removeMarkets([SECOND]);
  const { booksPolled } = facts().rest!;
  await rig.until(() => facts().rest!.booksPolled >= booksPolled + 3, 'answers about one market');
  expect(rig.books.verifiedNs(0)).toBeGreaterThan(proven[0]!);
  expect(rig.books.verifiedNs(1)).toBe(proven[1]);
});

test('a 429 pauses the questions; a 403 ends them for a minute; the books are not asked for meanwhile', async () => {
  let kind = '';
  const on = (of: 'kalshiRest429' | 'kalshiRest403'): KalshiFaultRule => {
    return { kind: of, firstRequest: 1, count: 1e6, when: () => kind === of };
  };
  const { rig, facts } = await lostStream({ poll: { booksPerRequest: 100 } }, [
    on('kalshiRest429'),
    on('kalshiRest403'),
  ]);
  await rig.until(() => facts().rest!.booksPolled >= 4, 'books');
  kind = 'kalshiRest429';
  await rig.until(() => rig.venue.stats.faults[kind] === 1, 'a 429');
  kind = '';
  const { booksPolled } = facts().rest!;
  await rig.until(() => facts().rest!.booksPolled > booksPolled + 4, 'books again');
  kind = 'kalshiRest403';
  await rig.until(() => facts().rest!.failed >= 2, 'a 403');
  const { restRequests } = rig.venue.stats;
  const from = rig.feed.care.failures;
  // Ten polls' time, told by the dials that fail.
  await rig.until(() => rig.feed.care.failures > from + 20, 'time');
  expect(rig.venue.stats.restRequests).toBeLessThanOrEqual(restRequests + 1);
});

test('an answer to a question from before a stream, or beside one, is not taken', async () => {
  const { rig, facts, serve } = await lostStream();
  const streams = rig.feed.care.counts.opens;
  const book = { ticker: FIRST, yes: [['0.0100', '1.00']], no: [] };
  expect(rig.feed.takePolled({ ...book, ticker: 'KXNONE' }, streams)).toBe('late');
  expect(rig.feed.takePolled(book, streams - 1)).toBe('late');
  // Off the market's price levels: refused, and the book is STALE until the next answer.
  expect(rig.feed.takePolled({ ...book, yes: [['0.0101', '1.00']] }, streams)).toBe('refused');
  serve();
  await rig.until(() => facts().streaming === 1 && rig.feed.care.counts.opens > streams, 'the stream');
  expect(rig.feed.takePolled(book, rig.feed.care.counts.opens)).toBe('late');
  await rig.until(rig.isWhole, 'the end of the tape');
});

test('books of an answer are read level by level, and what cannot be read is no book', () => {
  const sides = { yes_dollars: [['0.1500', '100.00']], no_dollars: [] };
  const good = { ticker: 'A', orderbook_fp: sides };
  const bad = [
    null,
    { ticker: 1, orderbook_fp: sides },
    { ticker: 'B' },
    { ticker: 'B', orderbook_fp: { yes_dollars: [] } },
    ...[['0.15'], ['0.15', 1], ['x', '1.00'], ['0.15', '1e3'], '0.15', ['0.15', '1.00', '']].map((level) => ({
      ...{ ticker: 'B', orderbook_fp: { ...sides, no_dollars: [level] } },
    })),
  ];
  const read = polledBooksOf({ orderbooks: [good, ...bad] })!;
  expect(read).toEqual({ books: [{ ticker: 'A', yes: [['0.1500', '100.00']], no: [] }], unreadable: bad.length });
  for (const value of [null, [], {}, { orderbooks: {} }]) expect(polledBooksOf(value)).toBeUndefined();
  expect(JSON.parse(snapshotText(read.books[0]!, 7))).toEqual({
    ...{ type: 'orderbook_snapshot', sid: 0, seq: 7 },
    msg: { market_ticker: 'A', market_id: '', yes_dollars_fp: [['0.1500', '100.00']] },
  });
});
