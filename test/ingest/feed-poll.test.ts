// What is done by REST when the stream does not serve, over real sockets against the simulated venue: a lost stream is
// polled and comes back, a single frozen asset is found among others that stream.
import { expect, test } from 'vitest';
import { FeedAlerts } from '../../engine/run/feed-alerts.ts';
import { accountOf, equalBooks, manyMarkets, openMarketRig, steadyFlow, until } from './market-rig.ts';

const MARKETS = manyMarkets(12);

test('after five refused dials the books are polled, degraded and SYNCED, and then they stream again', async () => {
  const marketFaults = [
    { kind: 'marketDrop' as const, firstRequest: 50 },
    { kind: 'marketRefuse' as const, firstRequest: 2, count: 14 },
  ];
  const alerts = new FeedAlerts();
  const lines: string[] = [];
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames: steadyFlow(MARKETS, 2, 3_000), venue: { marketFaults } },
    ...{ care: { canPoll: true, backoffMsMax: 200 }, poll: { pollMs: 50, tokensPerRequest: 5 } },
  });
  const note = (): void => void lines.push(...alerts.changes(rig.agent.sockets().market));
  await until(rig, 'poll mode', () => rig.agent.sockets().market.polling === 1);
  note();
  expect(rig.agent.feeds[0]!.failures).toBeGreaterThanOrEqual(5);
  await until(rig, 'polled books', () => rig.inState('SYNCED') === MARKETS.length);
  // Dials that fail meanwhile take nothing away.
  const { failures } = rig.agent.feeds[0]!;
  rig.seen.clear();
  await until(rig, 'more failures', () => rig.agent.feeds[0]!.failures >= failures + 2);
  expect([...rig.seen]).toEqual(['SYNCED']);
  await until(rig, 'stream mode', () => rig.agent.sockets().market.streaming === 1);
  note();
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  const { degraded, recovered, rest } = rig.agent.sockets().market;
  expect([degraded, recovered, rig.venue.stats().faults]).toEqual([1, 1, { marketDrop: 1, marketRefuse: 14 }]);
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
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames: steadyFlow(MARKETS, 2, 4_000) },
    venue: { marketFaults: [{ kind: 'marketFreezeAsset' as const, firstRequest: 60 }] },
    ...{ care: { pingMs: 100, pongMs: 300, idleMs: 1_000 }, poll: { assetIdleMs: 300, graceMs: 100 } },
    ingest: { resyncAfterMs: 50 },
  });
  await until(rig, 'the frozen asset', () => rig.agent.sockets().market.rest!.assetsFrozen === 1);
  expect(rig.inState('SYNCED')).toBe(MARKETS.length - 1);
  await until(rig, 'its new connection', () => rig.agent.sockets().market.replaced === 1);
  await until(rig, 'synced books', () => rig.inState('SYNCED') === MARKETS.length);
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
