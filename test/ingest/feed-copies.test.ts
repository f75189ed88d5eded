// Connections that take another's place before it goes, and connections in two copies, over real sockets against the
// simulated venue: no book is lost in between, every frame has one outcome, and the books end equal to the venue's.
import { expect, test } from 'vitest';
import { tokensOf } from '../../engine/venue/markets.ts';
import { planConnections } from '../../engine/venue/polymarket/feed.ts';
import * as L from '../../wasm/layout.ts';
import { accountOf, equalBooks, manyMarkets, openMarketRig, steadyFlow, until } from './market-rig.ts';

const MARKETS = manyMarkets(20);

test('twenty times a connection is replaced under flow, and no book is ever anything but SYNCED', async () => {
  const rig = await openMarketRig({ markets: MARKETS, frames: steadyFlow(MARKETS, 1, 3_000) });
  await until(rig, 'synced books', () => rig.inState('SYNCED') === MARKETS.length);
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  for (let round = 1; round <= 20; round += 1) {
    feed.replace();
    await until(rig, `replacement ${round}`, () => feed.counts.replaced === round);
  }
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect([...rig.seen]).toEqual(['SYNCED']);
  expect(feed.counts).toEqual({ replaced: 20, replacementsFailed: 0, firstBooksAskedAgain: 0 });
  expect(rig.venue.stats().subscriptions).toBe(21);
  const { received, accounted } = accountOf(rig);
  expect(received).toBe(accounted);
  expect(rig.counters.get(L.COUNTER_FRAMES_DUPLICATE) + rig.counters.get(L.COUNTER_FRAMES_STALE)).toBeGreaterThan(0);
});

test('a replacement that gets no books never takes the place of one that has them', async () => {
  const venue = { marketFaults: [{ kind: 'marketNoBooks' as const, firstRequest: 2, count: 2 }] };
  const frames = steadyFlow(MARKETS, 2, 1_500);
  const rig = await openMarketRig({ markets: MARKETS, frames, venue, outbound: { firstBookMs: 100 } });
  await until(rig, 'synced books', () => rig.inState('SYNCED') === MARKETS.length);
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  feed.replace();
  await until(rig, 'a failed replacement', () => feed.counts.replacementsFailed === 1);
  expect(feed.counts).toMatchObject({ replaced: 0, firstBooksAskedAgain: 2 * MARKETS.length });
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect([[...rig.seen], rig.venue.stats().faults]).toEqual([['SYNCED'], { marketNoBooks: 2 }]);
});

test('of two copies one may be cut again and again: the other’s frames count, no book is lost, none counts twice', async () => {
  const venue = { marketFaults: [{ kind: 'marketDropOne' as const, firstRequest: 300, every: 300, count: 8 }] };
  const frames = steadyFlow(MARKETS, 1, 3_000);
  const rig = await openMarketRig({ markets: MARKETS, frames, venue, outbound: { copies: 2 } });
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect(rig.venue.stats().faults).toEqual({ marketDropOne: 8 });
  expect(rig.agent.sockets().reconnects).toBe(8);
  expect([...rig.seen]).toEqual(['SYNCED']);
  const { received, accounted } = accountOf(rig);
  expect(received).toBe(accounted);
  // But for the moments without a second connection, each frame came twice and counted once.
  const decoded = rig.counters.get(L.COUNTER_FRAMES_DECODED);
  expect(rig.counters.get(L.COUNTER_FRAMES_DUPLICATE)).toBeGreaterThan(decoded * 0.8);
});

test('one of two copies that falls silent with its PONGs alive costs nothing, and is replaced', async () => {
  const venue = { marketFaults: [{ kind: 'marketFreezeOne' as const, firstRequest: 200 }] };
  const care = { pingMs: 50, pongMs: 200, idleMs: 300 };
  const frames = steadyFlow(MARKETS, 1, 2_000);
  const rig = await openMarketRig({ markets: MARKETS, frames, venue, care, outbound: { copies: 2 } });
  await until(rig, 'an idle cut', () => rig.agent.feeds[0]!.careCounts.cuts.idle === 1);
  await rig.venue.tapeEnded;
  // From here on all connections are silent, and will be cut for it.
  expect([[...rig.seen], rig.venue.stats().faults]).toEqual([['SYNCED'], { marketFreezeOne: 1 }]);
  await equalBooks(rig);
});

test('ten connections lose one of their number every 400 frames: every frame has one outcome, and all books end right', async () => {
  const metas = manyMarkets(400);
  const marketFaults = [{ kind: 'marketDropOne' as const, firstRequest: 400, every: 400, count: 20 }];
  const shards = planConnections(metas.map(tokensOf), 80);
  const rig = await openMarketRig({
    markets: metas,
    frames: steadyFlow(metas, 0.5, 5_000),
    shards,
    venue: { marketFaults },
  });
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect(rig.agent.feeds).toHaveLength(10);
  expect([rig.venue.stats().faults, rig.agent.sockets().reconnects]).toEqual([{ marketDropOne: 20 }, 20]);
  const { received, accounted } = accountOf(rig);
  expect(received).toBe(accounted);
  expect(received).toBeGreaterThan(10_000);
  expect(rig.counters.get(L.COUNTER_FRAMES_REJECTED) + rig.counters.get(L.COUNTER_FRAMES_DROPPED)).toBe(0);
});
