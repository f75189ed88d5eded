// What is done by REST when the stream does not serve, over real sockets against the simulated venue: a lost stream is
// polled and comes back, a single frozen asset is found among others that stream.
import { expect, test } from 'vitest';
import { FeedAlerts } from '../../engine/run/feed-alerts.ts';
import { accountOf, equalBooks, manyMarkets, openMarketRig, steadyFlow, until } from './market-rig.ts';

const MARKETS = manyMarkets(12);

test('after five refused dials the books are polled, degraded and SYNCED, and then they stream again', async () => {
  let isUp = (): boolean => false;
  let isRefused = true;
  let isOver = false;
  const marketFaults = [
    { kind: 'marketDrop' as const, firstRequest: 50, when: () => isUp() },
    { kind: 'marketRefuse' as const, firstRequest: 2, count: 10_000, when: () => isRefused },
  ];
  const alerts = new FeedAlerts();
  const lines: string[] = [];
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames: steadyFlow(MARKETS, 2, () => isOver), venue: { marketFaults } },
    ...{ care: { canPoll: true, backoffMsMax: 200 }, poll: { pollMs: 50, tokensPerRequest: 5 } },
  });
  const note = (): void => void lines.push(...alerts.changes(rig.agent.sockets().market));
  isUp = () => rig.agent.feeds[0]!.hasBooks;
  await until(rig, 'poll mode', () => rig.agent.sockets().market.polling === 1);
  note();
  expect(rig.agent.feeds[0]!.failures).toBeGreaterThanOrEqual(5);
  await until(rig, 'polled books', () => rig.inState('SYNCED') === MARKETS.length);
  // Dials that fail meanwhile take nothing away.
  const { failures } = rig.agent.feeds[0]!;
  rig.seen.clear();
  const hasMore = (): boolean => rig.agent.feeds[0]!.failures >= failures + 2 && rig.seen.size > 0;
  await until(rig, 'more failures, and a poll', hasMore);
  expect([...rig.seen]).toEqual(['SYNCED']);
  isRefused = false;
  await until(rig, 'stream mode', () => rig.agent.sockets().market.streaming === 1);
  note();
  isOver = true;
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  const { degraded, recovered, rest } = rig.agent.sockets().market;
  const { marketDrop, marketRefuse } = rig.venue.stats().faults;
  expect([degraded, recovered, marketDrop]).toEqual([1, 1, 1]);
  expect(marketRefuse).toBeGreaterThanOrEqual(failures + 1);
  expect(rest).toMatchObject({ booksUnreadable: 0, failed: 0 });
  expect(rest!.booksPolled).toBeGreaterThanOrEqual(MARKETS.length);
  expect(lines).toEqual([
    expect.stringMatching(/^market feed, connection 0: DEGRADED, .* after \d+ failures, the last: 1006 .*503/),
    'market feed, connection 0: streams',
  ]);
  const { received, accounted } = accountOf(rig);
  expect(received).toBe(accounted);
});

test('one asset that freezes while others stream and PONGs come is found, not traded, and streamed anew', async () => {
  let isUp = (): boolean => false;
  let isOver = false;
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames: steadyFlow(MARKETS, 2, () => isOver) },
    venue: { marketFaults: [{ kind: 'marketFreezeAsset' as const, firstRequest: 60, when: () => isUp() }] },
    ...{ care: { pingMs: 100, pongMs: 5_000, idleMs: 5_000 }, poll: { assetIdleMs: 300, graceMs: 100 } },
    ingest: { resyncAfterMs: 50 },
  });
  isUp = () => rig.agent.feeds[0]!.hasBooks;
  await until(rig, 'the frozen asset', () => rig.agent.sockets().market.rest!.assetsFrozen === 1);
  expect(rig.inState('SYNCED')).toBe(MARKETS.length - 1);
  await until(rig, 'its new connection', () => rig.agent.sockets().market.replaced === 1);
  await until(rig, 'synced books', () => rig.inState('SYNCED') === MARKETS.length);
  isOver = true;
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect(rig.venue.stats().faults).toEqual({ marketFreezeAsset: 1 });
  expect(rig.agent.sockets().market).toMatchObject({ cuts: { idle: 0, halfOpen: 0 }, degraded: 0 });
});

test('assets that are quiet at the venue too are compared and left alone', async () => {
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames: steadyFlow(MARKETS, 2, 20), poll: { assetIdleMs: 100, graceMs: 0 } },
  });
  await until(rig, 'comparisons', () => rig.agent.sockets().market.rest!.assetsCompared >= 3 * MARKETS.length);
  expect([rig.agent.sockets().market.rest!.assetsFrozen, rig.inState('SYNCED')]).toEqual([0, MARKETS.length]);
});

test('without a REST address a lost stream is down, and says so', async () => {
  const marketFaults = [{ kind: 'marketRefuse' as const, firstRequest: 1, count: 1_000 }];
  const rig = await openMarketRig({ markets: MARKETS, frames: [], venue: { marketFaults } });
  await until(rig, 'down', () => rig.agent.sockets().market.down === 1);
  expect(new FeedAlerts().changes(rig.agent.sockets().market)[0]).toMatch(/^market feed, connection 0: DOWN after/);
});
