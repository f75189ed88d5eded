// The Kalshi feed over real sockets against the simulated venue: books form and equal an independent replay, every
// scripted fault fires, takes the books out at its evidence, and a snapshot brings them back.
import { generateKeyPairSync } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import { dial } from '../../engine/ingest/dial.ts';
import { KalshiFeed } from '../../engine/ingest/kalshi-feed.ts';
import { ArenaPool } from '../../engine/ingest/receive-pool.ts';
import { RESYNC_DEFAULTS } from '../../engine/ingest/resync.ts';
import { SNAPSHOT_TIMES } from '../../engine/ingest/snapshot-watch.ts';
import { readGrid, TAPERED_DECI_CENT } from '../../engine/venue/grid.ts';
import { KalshiSigner } from '../../engine/venue/kalshi/sign.ts';
import { dollarsText } from '../../engine/venue/kalshi/text.ts';
import type { KalshiFaultRule } from '../../engine/venue/sim/kalshi-faults.ts';
import * as L from '../../wasm/layout.ts';
import {
  bothWindows,
  engineText,
  FIRST,
  type KalshiRigOptions,
  KEY_ID,
  KEYS,
  QUICK_CARE,
  replayTexts,
  SECOND,
  startKalshi,
} from '../helpers/kalshi.ts';

const SOCKET_PATH = '/trade-api/ws/v2';
const OTHER_KEY = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey;

async function start(options: KalshiRigOptions = {}) {
  const rig = await startKalshi(options);
  onTestFinished(() => rig.close());
  return rig;
}

type Rig = Awaited<ReturnType<typeof start>>;

async function toTheEnd(rig: Rig, holds = rig.isWhole): Promise<void> {
  let ended = false;
  void rig.venue.tapeEnded.then(() => {
    ended = true;
  });
  await rig.until(() => ended && holds(), 'the end of the tape in both books');
}

const TRADES = bothWindows().filter(({ text }) => text.includes('"type":"trade"')).length;

test.each([
  ['native', true],
  ['ws', true],
  ['native', false],
] as const)(
  'books over %s equal the replay of the tape; answers that take numbers (%s) leave no gap',
  async (...of) => {
    const [transport, answersTakeNumbers] = of;
    const feed = { snapshots: { probeMs: 50, answerMs: 10_000 } };
    const rig = await start({ transport, venue: { answersTakeNumbers }, feed });
    await toTheEnd(rig);
    // Questions go on after the tape, and each snapshot bears the number that follows its answer's.
    await rig.until(() => rig.feed.session.snapshotsAsked > 4 && rig.venue.stats.snapshotsSent > 6, 'questions');
    expect(rig.states).toEqual([
      ['EMPTY', 'SYNCED'],
      ['EMPTY', 'SYNCED'],
    ]);
    expect(rig.wrong).toEqual([]);
    expect([rig.detector.get(L.COUNTER_SEQ_GAPS), rig.detector.get(L.COUNTER_SEQ_STEP_BACKS)]).toEqual([0, 0]);
    expect([rig.counters.get(L.COUNTER_FRAMES_REJECTED), rig.counters.get(L.COUNTER_FRAMES_UNKNOWN)]).toEqual([0, 0]);
    expect(rig.counters.get(L.COUNTER_FRAMES_IN_PLACE) > 0).toBe(transport === 'native');
    const { stats } = rig.venue;
    const sent = (): number => stats.changesSent + stats.snapshotsSent + TRADES;
    // The books are whole before the last snapshots have come.
    await rig.until(() => rig.counters.get(L.COUNTER_FRAMES_DECODED) === sent(), 'every message is decoded once');
    expect(stats.refused).toEqual({});
  },
);

interface FaultCase {
  readonly fault: KalshiFaultRule;
  /** What shows that the evidence was seen. */
  readonly evidence: (rig: Rig) => number;
  readonly feed?: KalshiRigOptions['feed'];
  readonly reconnects: number;
}

const on = (kind: KalshiFaultRule['kind'], more: Partial<KalshiFaultRule> = {}): KalshiFaultRule => ({
  ...{ kind, firstRequest: 200 },
  ...more,
});
const gaps = ({ detector }: Rig): number => detector.get(L.COUNTER_SEQ_GAPS);
const stepBacks = ({ detector }: Rig): number => detector.get(L.COUNTER_SEQ_STEP_BACKS);
const rejected = ({ feed }: Rig): number => feed.rejected;
const probing = {
  snapshots: { probeMs: 40, answerMs: 250 },
  resync: { resyncAfterMs: 1, resyncEveryMs: 1, firstBookMs: 5_000 },
};

const CASES: readonly FaultCase[] = [
  { fault: on('kalshiDrop'), evidence: gaps, reconnects: 0 },
  { fault: on('kalshiDuplicate'), evidence: stepBacks, reconnects: 0 },
  { fault: on('kalshiReorder'), evidence: (rig) => Math.min(gaps(rig), stepBacks(rig)), reconnects: 0 },
  { fault: on('kalshiCorrupt'), evidence: rejected, reconnects: 0 },
  { fault: on('kalshiTruncate'), evidence: rejected, reconnects: 0 },
  {
    fault: on('kalshiOversize', { bytes: 1 << 19 }),
    evidence: ({ feed }) => Number(/payload size exceeded/i.test(feed.lastClose)),
    reconnects: 1,
  },
  { fault: on('kalshiCut'), evidence: ({ feed }) => feed.care.counts.closes, reconnects: 1 },
  {
    fault: on('kalshiHalfOpen'),
    evidence: ({ feed }) => feed.care.counts.cuts.halfOpen,
    feed: { care: { ...QUICK_CARE, pongMs: 250 } },
    reconnects: 1,
  },
  { fault: on('kalshiFreeze'), evidence: ({ feed }) => feed.snapshots.unanswered, feed: probing, reconnects: 1 },
  { fault: on('kalshiFreezeMarket'), evidence: ({ feed }) => feed.snapshots.unanswered, feed: probing, reconnects: 1 },
];

/** Runs of each fault, each at a point that its seed draws; DUTCHBOOK_FAULT_RUNS=100 takes a quarter of an hour. */
const RUNS = Number(process.env['DUTCHBOOK_FAULT_RUNS'] ?? 1);
const POINTS = CASES.flatMap((of) => Array.from({ length: RUNS }, (_, run) => ({ ...of, seed: 20_261_128 + run })));

test.each(POINTS)(
  '$fault.kind takes the books out at its evidence and snapshots bring them back, seed $seed',
  async (of) => {
    const { fault, evidence, feed = {}, reconnects, seed } = of;
    const rule = { ...fault, firstRequest: 20 + Math.floor(new Random(seed).float() * 700) };
    const rig = await start({ venue: { faults: [rule] }, feed });
    await rig.until(() => rig.venue.stats.faults[rule.kind] === 1, 'the fault fires');
    await rig.until(() => evidence(rig) > 0, 'the evidence');
    await toTheEnd(rig);
    expect(rig.venue.stats.faults).toEqual({ [rule.kind]: 1 });
    const others = rule.kind === 'kalshiFreezeMarket' ? [] : [...rig.states];
    // A market that freezes falls first, the other when their connection is replaced, if not before its own question.
    for (const states of others) expect(states.slice(0, 4)).toEqual(['EMPTY', 'SYNCED', 'STALE', 'SYNCED']);
    expect(rig.states.flat()).toContain('STALE');
    expect(rig.states.flat().filter((state) => !['EMPTY', 'SYNCED', 'STALE'].includes(state))).toEqual([]);
    expect(rig.wrong).toEqual([]);
    if (reconnects === 0) expect(rig.feed.reconnects).toBe(0);
    else expect(rig.feed.reconnects).toBeGreaterThanOrEqual(reconnects);
  },
);

test('times of the venue that jump an hour ahead, and back, and an hour behind change nothing', async () => {
  const hour = 3_600_000;
  const faults = [on('kalshiStamps', { ms: hour }), on('kalshiStamps', { firstRequest: 400, ms: 0 })];
  const rig = await start({ venue: { faults: [...faults, on('kalshiStamps', { firstRequest: 600, ms: -hour })] } });
  await toTheEnd(rig);
  expect(rig.venue.stats.faults).toEqual({ kalshiStamps: 3 });
  expect(rig.states).toEqual([
    ['EMPTY', 'SYNCED'],
    ['EMPTY', 'SYNCED'],
  ]);
  expect(rig.wrong).toEqual([]);
});

test('a connection for each detector: a lost change of one leaves the books of the other alone', async () => {
  const rig = await start({
    venue: { faults: [on('kalshiDrop', { firstRequest: 201 })] },
    detectors: { shared: false },
  });
  await toTheEnd(rig);
  expect(rig.agent.kalshi.map(({ tickers }) => tickers)).toEqual([[FIRST], [SECOND]]);
  expect(rig.states.filter((states) => states.includes('STALE'))).toHaveLength(1);
  expect(gaps(rig) + rig.secondDetector.get(L.COUNTER_SEQ_GAPS)).toBe(1);
  expect(rig.wrong).toEqual([]);
});

test('one connection for the markets of two detectors would show gaps that are none', async () => {
  const rig = await start({ detectors: { shared: true } });
  await rig.until(() => gaps(rig) > 3 && rig.secondDetector.get(L.COUNTER_SEQ_GAPS) > 3, 'false gaps');
  expect(rig.venue.stats.faults).toEqual({});
});

/** The last change of FIRST at its price that is an addition: lost, it leaves the book wrong for good. */
function lastingChange() {
  const frames = bothWindows();
  const levels = new Set<string>();
  for (let at = frames.length - 1; at >= 0; at -= 1) {
    const { type, msg } = JSON.parse(frames[at]!.text);
    if (type !== 'orderbook_delta' || msg.market_ticker !== FIRST) continue;
    const level = `${msg.side} ${msg.price_dollars}`;
    // Not too late, so that much follows it, and to be found wrong by every book from there on.
    if (!levels.has(level) && at < frames.length - 200 && !msg.delta_fp.startsWith('-')) {
      const before = frames.slice(0, at + 1).filter(({ text }) => text.includes('"type":"orderbook_delta"'));
      return { number: before.length, texts: frames.filter((_, other) => other !== at).map(({ text }) => text) };
    }
    levels.add(level);
  }
  throw new Error('none');
}

test('without the check of numbers a lost change leaves a wrong book tradable, which the replay shows', async () => {
  const { number, texts } = lastingChange();
  const wrong = replayTexts(texts).get(FIRST)!.last;
  expect(
    replayTexts(bothWindows().map(({ text }) => text))
      .get(FIRST)!
      .all.has(wrong),
  ).toBe(false);
  const rig = await start({ venue: { faults: [on('kalshiDrop', { firstRequest: number })] }, seqScopeFull: false });
  await toTheEnd(rig, () => engineText(rig.books, 0) === wrong);
  expect(rig.venue.stats.faults).toEqual({ kalshiDrop: 1 });
  expect(rig.states).toEqual([
    ['EMPTY', 'SYNCED'],
    ['EMPTY', 'SYNCED'],
  ]);
  expect(new Set(rig.wrong)).toEqual(new Set([FIRST]));
  expect([gaps(rig), rig.feed.reconnects]).toEqual([0, 0]);
});

test.each([
  [on('kalshiRefuse503', { firstRequest: 1 }), '503', {}],
  [on('kalshiRefuse429', { firstRequest: 1 }), '429', {}],
  [on('kalshiRefuse403', { firstRequest: 1 }), '403', {}],
  [on('kalshiSkew', { firstRequest: 1, ms: 6_000 }), '401', { stale: 1 }],
  [on('kalshiSkew', { firstRequest: 1, ms: -6_000 }), '401', { stale: 1 }],
])('an upgrade refused by %o is a failure, and the next dial brings the books', async (fault, status, refused) => {
  const rig = await start({ venue: { faults: [fault] } });
  await rig.until(() => rig.states.every((states) => states.at(-1) === 'SYNCED'), 'books');
  expect(rig.feed.lastClose).toContain(status);
  expect(rig.feed.care.counts).toMatchObject({ dials: 2, closes: 1, opens: 1 });
  expect(rig.venue.stats).toMatchObject({ upgrades: 2, faults: { [fault.kind]: 1 }, refused });
});

test.each([
  ['another private key', { privateKeyPem: OTHER_KEY }, 'badSignature'],
  ['another key id', { keyId: 'b952bcbe' }, 'unknownKey'],
] as const)(
  'with %s the venue answers 401, the feed is down after five failures and says nothing of the key',
  async (...of) => {
    const [, feed, fault] = of;
    const rig = await start({ feed });
    await rig.until(() => rig.feed.care.mode === 'down', 'down');
    expect(rig.venue.stats.refused).toEqual({ [fault]: 5 });
    expect(rig.feed.lastClose).toContain('401');
    expect(rig.states).toEqual([['EMPTY'], ['EMPTY']]);
    const lines = [KEYS.privateKey, OTHER_KEY].flatMap((pem) => pem.trim().split('\n'));
    for (const secret of [KEY_ID, 'b952bcbe', ...lines]) expect(rig.feed.lastClose).not.toContain(secret);
  },
);

test.each([
  [{ privateKeyPem: 'canary' }, 'Kalshi: no private key in PEM without a passphrase'],
  [{ keyId: 'canary 1' }, 'Kalshi: no key id'],
  [{ url: 'wss://canary:canary@' }, 'URL'],
  [{ tickers: ['KXNONE'] }, 'kalshi:KXNONE: not a registered market'],
])('a feed with %j is refused, and the error has nothing of key or address', async (more, message) => {
  const { agent, arena, books, clock } = await start();
  const setup = {
    ...({ url: 'ws://127.0.0.1:1/', transport: 'native', keyId: KEY_ID, privateKeyPem: KEYS.privateKey } as const),
    ...{ tickers: [FIRST], connection: 9, maxFrameBytes: 1, care: QUICK_CARE, snapshots: SNAPSHOT_TIMES },
    resync: { ...RESYNC_DEFAULTS, firstBookMs: 10_000 },
  };
  const make = () => new KalshiFeed({ ...setup, ...more }, agent, books, [clock, new Random(1), new ArenaPool(arena)]);
  expect(make).toThrow(message);
  expect(make).not.toThrow(/canary/);
  expect(() => new KalshiFeed(setup, agent, books, [clock, new Random(1), new ArenaPool(arena)])).not.toThrow();
});

test('an upgrade without signature, with an old one or with a damaged one is answered 401', async () => {
  const rig = await start();
  const signer = new KalshiSigner(KEY_ID, KEYS.privateKey);
  const now = rig.clock.wallMs();
  const good = signer.headers('GET', SOCKET_PATH, now);
  const { 'KALSHI-ACCESS-SIGNATURE': signature = '', ...unsigned } = good;
  for (const [headers, fault] of [
    [{}, 'missing'],
    [unsigned, 'missing'],
    [{ ...good, 'KALSHI-ACCESS-SIGNATURE': `${signature.slice(0, -4)}AAA=` }, 'badSignature'],
    [{ ...good, 'KALSHI-ACCESS-TIMESTAMP': String(now - 1) }, 'badSignature'],
    [{ ...good, 'KALSHI-ACCESS-TIMESTAMP': 'now' }, 'badTimestamp'],
    [signer.headers('POST', SOCKET_PATH, now), 'badSignature'],
    [signer.headers('GET', '/', now), 'badSignature'],
    [signer.headers('GET', SOCKET_PATH, now - 60_000), 'stale'],
  ] as const) {
    const before = rig.venue.stats.refused[fault] ?? 0;
    const why = await new Promise<string>((resolve) => {
      dial(rig.venue.url, {
        headers,
        onOpen: () => resolve('open'),
        onMessage: () => {},
        onClose: (_, text) => resolve(text),
      });
    });
    expect([why, rig.venue.stats.refused[fault]]).toEqual(['Unexpected server response: 401', before + 1]);
  }
});

/** Books are open and the tape stands still. */
async function standing(options: KalshiRigOptions = {}): Promise<Rig> {
  const rig = await start({ ...options, venue: { waitsForStart: true, ...options.venue } });
  await rig.until(() => rig.states.every((states) => states.at(-1) === 'SYNCED'), 'books');
  return rig;
}

test('a market that pauses is STALE until it goes on, whatever snapshots say; others go on', async () => {
  const rig = await standing({ feed: { snapshots: { probeMs: 30, answerMs: 10_000 } } });
  const parse = vi.spyOn(JSON, 'parse');
  onTestFinished(() => void parse.mockRestore());
  rig.venue.lifecycle(FIRST, 'deactivated', { is_deactivated: true });
  await rig.until(() => rig.states[0]!.at(-1) === 'STALE', 'the pause');
  // The channel tells of every market of the venue: each of its messages is parsed once, not by every reader.
  expect(parse.mock.calls.filter(([text]) => text.includes('"deactivated"'))).toHaveLength(1);
  const asksOfOther = async (): Promise<void> => {
    const asked = rig.feed.session.snapshotsAsked;
    await rig.until(() => rig.feed.session.snapshotsAsked > asked + 2, 'questions for the other');
  };
  // What was asked before the pause was known is answered after it, and undone like the one that is asked for here.
  await asksOfOther();
  const settled = rig.states[0]!.length;
  await asksOfOther();
  expect([rig.states[0]!.length, rig.states[0]!.at(-1)]).toEqual([settled, 'STALE']);
  rig.feed.session.askForSnapshots([FIRST]);
  // Between the snapshot and its undoing the gate refuses it by what ingest knows.
  const flags = rig.arena.at(L.REGION_MARKETS, 0) + L.MARKET_FLAGS;
  const isWithdrawn = () => (rig.arena.u32[flags >> 2]! & L.MARKET_FLAG_WITHDRAWN) !== 0;
  let refusedThroughout = isWithdrawn();
  await rig.until(() => {
    refusedThroughout &&= isWithdrawn();
    return rig.states[0]!.length > settled + 1;
  }, 'a snapshot undone');
  expect(refusedThroughout).toBe(true);
  expect(rig.states[0]!.slice(settled - 1)).toEqual(['STALE', 'SYNCED', 'STALE']);
  expect(rig.states[1]).toEqual(['EMPTY', 'SYNCED']);
  rig.venue.lifecycle(FIRST, 'activated', { is_deactivated: false });
  await rig.until(() => rig.states[0]!.at(-1) === 'SYNCED', 'trading again');
  expect(isWithdrawn()).toBe(false);
  expect(rig.counters.get(L.COUNTER_FRAMES_CONTROL)).toBe(2);
});

test('a pause ends with its connection: what was told in the gap was told to nobody', async () => {
  const rig = await standing();
  rig.venue.lifecycle(FIRST, 'deactivated', { is_deactivated: true });
  await rig.until(() => rig.states[0]!.at(-1) === 'STALE', 'the pause');
  rig.feed.cut();
  rig.venue.lifecycle(FIRST, 'activated', { is_deactivated: false });
  await rig.until(() => rig.states.every((states) => states.at(-1) === 'SYNCED'), 'books again');
  rig.venue.start();
  await toTheEnd(rig);
  expect([rig.counters.get(L.COUNTER_FRAMES_CONTROL), rig.feed.reconnects]).toEqual([1, 1]);
  expect(rig.states.map((states) => states.join())).toEqual(Array(2).fill('EMPTY,SYNCED,STALE,SYNCED'));
});

test.each(['determined', 'settled'])('a market that is %s is closed for good', async (what) => {
  const rig = await standing();
  rig.venue.lifecycle(FIRST, what, { result: 'yes', settlement_value: '1.0000' });
  await rig.until(() => rig.states[0]!.at(-1) === 'STALE', 'the end of the market');
  expect(rig.books.flags(0) & L.BOOK_FLAG_RESOLVED).not.toBe(0);
  rig.venue.start();
  await rig.until(() => rig.detector.get(L.COUNTER_FRAMES_APPLIED) > 100, 'the tape');
  expect(rig.states).toEqual([
    ['EMPTY', 'SYNCED', 'STALE'],
    ['EMPTY', 'SYNCED'],
  ]);
});

test('new price levels change the grid and keep the book; levels that cannot be read make it STALE', async () => {
  const rig = await standing();
  const gridOf = () => readGrid(rig.arena, rig.arena.u32[(rig.arena.at(L.REGION_MARKETS, 0) + L.MARKET_GRID) >> 2]!);
  const ranges = TAPERED_DECI_CENT.map(({ startE4, endE4, tickE4 }) => ({
    ...{ start: dollarsText(startE4), end: dollarsText(endE4), step: dollarsText(tickE4) },
  }));
  const more = { price_level_structure: 'tapered_deci_cent', price_ranges: ranges };
  rig.venue.lifecycle(FIRST, 'price_level_structure_updated', more);
  await rig.until(() => gridOf().length === 3, 'the grid');
  expect(gridOf()).toEqual(TAPERED_DECI_CENT);
  rig.venue.lifecycle('KXOTHER-1', 'price_level_structure_updated', more);
  rig.venue.lifecycle(SECOND, 'price_level_structure_updated', { price_level_structure: 'new' });
  await rig.until(() => rig.states[1]!.includes('STALE'), 'unreadable levels');
  rig.venue.start();
  await toTheEnd(rig);
  expect(rig.wrong).toEqual([]);
});

test('markets are added and left while others go on, without a gap', async () => {
  const one = await start({ feed: { tickers: [FIRST] }, venue: { speed: 0.25 } });
  await one.until(() => one.states[0]!.at(-1) === 'SYNCED', 'the first');
  one.feed.addMarkets([FIRST, SECOND]);
  await one.until(() => one.states[1]!.at(-1) === 'SYNCED', 'the second');
  expect(one.venue.stats.updates).toBe(2);
  one.feed.removeMarkets([FIRST, 'KXNONE']);
  await one.until(() => one.states[0]!.at(-1) === 'STALE' && one.venue.stats.updates === 4, 'the first left');
  const before = one.detector.get(L.COUNTER_FRAMES_APPLIED);
  await one.until(() => one.detector.get(L.COUNTER_FRAMES_APPLIED) > before + 50, 'the second goes on');
  expect(one.states).toEqual([
    ['EMPTY', 'SYNCED', 'STALE'],
    ['EMPTY', 'SYNCED'],
  ]);
  expect([gaps(one), one.feed.tickers, one.venue.stats.errors]).toEqual([0, [SECOND], {}]);
  expect(() => one.feed.addMarkets([FIRST, 'KXNONE'])).toThrow('kalshi:KXNONE: not a registered market');
  expect(one.feed.tickers).toEqual([SECOND]);
  one.feed.close();
  await one.until(() => one.venue.stats.unsubscriptions === 3, 'unsubscribed');
  await one.until(() => one.states[1]!.at(-1) === 'STALE', 'the end of the connection');
  expect([one.feed.care.counts.dials, one.venue.stats.upgrades]).toEqual([1, 1]);
});

test('a connection whose markets are all gone is over for its detector, gives its memory back, and its counts stay', async () => {
  const give = vi.spyOn(ArenaPool.prototype, 'give');
  onTestFinished(() => void give.mockRestore());
  const rig = await standing();
  const over = vi.spyOn(rig.agent, 'connectionOver');
  const before = rig.agent.sockets().kalshi!;
  rig.agent.unsubscribe([FIRST, SECOND]);
  await rig.until(() => over.mock.calls.length > 0 && give.mock.calls.length > 0, 'the end of the connection');
  expect(over.mock.calls[0]!.slice(0, 2)).toEqual([0, 0]);
  expect(give).toHaveBeenCalledTimes(1);
  await rig.until(() => rig.agent.sockets().kalshi!.closes === 1, 'its end among the counts');
  const { dials, opens, connections } = rig.agent.sockets().kalshi!;
  expect([dials, opens, connections]).toEqual([before.dials, before.opens, []]);
  expect(dials).toBe(1);
});

test('a snapshot that was under way when its market was left does not stand: nobody brings its changes', async () => {
  const rig = await start({ venue: { speed: 0.25 } });
  await rig.until(() => rig.states.every((states) => states.at(-1) === 'SYNCED'), 'both');
  const [{ snapshotsSent }, statedNs] = [{ ...rig.venue.stats }, rig.books.statedNs(0)];
  rig.feed.session.askForSnapshots([FIRST]);
  rig.feed.removeMarkets([FIRST]);
  expect(rig.books.stateName(0)).toBe('STALE');
  await rig.until(() => rig.books.statedNs(0) > statedNs, 'the snapshot');
  const before = rig.detector.get(L.COUNTER_FRAMES_APPLIED);
  await rig.until(() => rig.detector.get(L.COUNTER_FRAMES_APPLIED) > before + 20, 'the second goes on');
  expect([rig.books.stateName(0), rig.books.stateName(1)]).toEqual(['STALE', 'SYNCED']);
  expect(rig.venue.stats.snapshotsSent).toBe(snapshotsSent + 1);
  rig.feed.addMarkets([FIRST]);
  await rig.until(() => rig.books.stateName(0) === 'SYNCED', 'the first again');
});

test('a venue that sends no snapshot on demand has its connection replaced instead, and is not asked again', async () => {
  const venue = { snapshotsOnDemand: false, faults: [on('kalshiDrop')] };
  const rig = await start({
    venue,
    feed: { resync: { resyncAfterMs: 20, resyncEveryMs: 60_000, firstBookMs: 60_000 } },
  });
  await toTheEnd(rig);
  expect(rig.feed.session.errors).toEqual({ 13: 1 });
  expect([rig.feed.reconnects, rig.counters.get(L.COUNTER_RESYNCS), rig.wrong]).toEqual([1, 1, []]);
});

test('commands are answered by the codes of the venue, and a subscription of books that is refused ends the connection', async () => {
  const answers: string[] = [];
  const rig = await start();
  const socket = dial(rig.venue.url, {
    headers: new KalshiSigner(KEY_ID, KEYS.privateKey).headers('GET', SOCKET_PATH, rig.clock.wallMs()),
    onOpen: () => {
      const books = { channels: ['orderbook_delta'], market_tickers: [FIRST] };
      const commands: readonly unknown[] = [
        'nothing',
        { id: 2, cmd: 'subscribe' },
        { id: 3, cmd: 'subscribe', params: {} },
        { id: 4, cmd: 'unsubscribe', params: {} },
        { id: 5, cmd: 'jump', params: {} },
        { id: 7, cmd: 'unsubscribe', params: { sids: [9] } },
        { id: 8, cmd: 'subscribe', params: { channels: ['tickers'], market_tickers: [FIRST] } },
        { id: 11, cmd: 'subscribe', params: { channels: ['orderbook_delta'] } },
        { id: 12, cmd: 'update_subscription', params: { sids: [1, 2], action: 'add_markets', market_tickers: [] } },
        { id: 14, cmd: 'subscribe', params: { ...books, use_yes_price: true } },
        { id: 15, cmd: 'subscribe', params: books },
        { id: 20, cmd: 'subscribe', params: { ...books, use_yes_price: false } },
        { id: 13, cmd: 'update_subscription', params: { sids: [1], action: 'turn', market_tickers: [] } },
      ];
      for (const command of commands) socket.sendText(typeof command === 'string' ? command : JSON.stringify(command));
    },
    onMessage: (bytes) => answers.push(Buffer.from(bytes).toString()),
    onClose: () => {},
  });
  await rig.until(() => answers.some((text) => text.includes('"code":13')), 'answers');
  socket.terminate();
  const codes = answers.filter((text) => text.includes('"error"')).map((text) => JSON.parse(text));
  expect(codes.map(({ id, msg }) => [id, msg.code])).toEqual([
    [0, 1],
    [2, 2],
    [3, 3],
    [4, 4],
    [5, 5],
    [7, 7],
    [8, 8],
    [11, 11],
    [12, 12],
    [14, 11],
    [15, 11],
    [13, 13],
  ]);
});
