// The market feed's connection against a simulated venue that breaks it in every scripted way, over real sockets: each
// fault is shown to have fired, and what the feed made of it.
import { expect, onTestFinished, test } from 'vitest';
import { openServer, type SocketConnection } from '../../engine/ingest/server.ts';
import { accountOf, equalBooks, type MarketRig, manyMarkets, openMarketRig, steadyFlow, until } from './market-rig.ts';

const MARKETS = manyMarkets(4);
const theFeed = (rig: MarketRig) => rig.agent.feeds[0]!;
const faultsOf = (rig: MarketRig): Record<string, number> => rig.venue.stats().faults;

test('a connection that is dropped is dialled again, and its books come back equal to the venue’s', async () => {
  // There must be a connection to be dropped: the one after the last drop.
  let isUp = (): boolean => false;
  const drop = { kind: 'marketDrop' as const, firstRequest: 40, every: 40, count: 3, when: () => isUp() };
  let isOver = false;
  const frames = steadyFlow(MARKETS, 2, () => isOver);
  const rig = await openMarketRig({ markets: MARKETS, frames, venue: { marketFaults: [drop] } });
  const feed = theFeed(rig);
  isUp = () => feed.hasBooks && feed.reconnects === (faultsOf(rig)['marketDrop'] ?? 0);
  await until(rig, 'three reconnections', () => feed.reconnects === 3 && feed.hasBooks);
  isOver = true;
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect(rig.venue.stats().faults).toEqual({ marketDrop: 3 });
  const { received, accounted } = accountOf(rig);
  expect(received).toBe(accounted);
});

test('the handshake says who dials, and the first message is the subscription, before any PING', async () => {
  const agents: unknown[] = [];
  const messages: string[] = [];
  const route = {
    authorize: (headers: Readonly<Record<string, string>>) => {
      agents.push(headers['user-agent']);
      return true as const;
    },
    onMessage: (conn: SocketConnection, bytes: Uint8Array) => {
      const text = Buffer.from(bytes).toString();
      messages.push(text);
      if (text === 'PING') conn.sendText('PONG');
    },
  };
  const server = await openServer({ sockets: { '/ws/market': route } });
  onTestFinished(() => server.close());
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames: [], care: { pingMs: 10 } },
    outbound: { url: `ws://127.0.0.1:${server.port}/ws/market`, userAgent: 'Mozilla/5.0 (compatible; test)' },
  });
  await until(rig, 'pings', () => messages.length >= 3);
  expect(agents).toEqual(['Mozilla/5.0 (compatible; test)']);
  expect(JSON.parse(messages[0]!)).toMatchObject({ type: 'market', custom_feature_enabled: true });
  expect(messages.slice(1, 2)).toEqual(['PING']);
});

test('refused upgrades are failures that only data ends: opening alone resets nothing', async () => {
  const venue = {
    marketFaults: [
      { kind: 'marketRefuse' as const, firstRequest: 1, count: 3 },
      { kind: 'marketNoBooks' as const, firstRequest: 1 },
    ],
  };
  const rig = await openMarketRig({ markets: MARKETS, frames: [], venue, care: { openMs: 100 } });
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  await until(rig, 'three refusals', () => feed.failures >= 3);
  await until(rig, 'a connection that brings nothing', () => feed.careCounts.cuts.unconfirmed >= 1);
  expect(feed.failures).toBeGreaterThanOrEqual(3);
  expect(rig.venue.stats().faults).toEqual({ marketRefuse: 3, marketNoBooks: 1 });
});

test('an end to all attempts is kept: after maxReconnectAttempts nothing is dialled any more', async () => {
  const venue = { marketFaults: [{ kind: 'marketRefuse' as const, firstRequest: 1, count: 1_000 }] };
  const rig = await openMarketRig({ markets: MARKETS, frames: [], venue, care: { reconnectAttemptsMax: 4 } });
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  await until(rig, 'the end', () => feed.hasEnded);
  expect([feed.careCounts.dials, feed.mode]).toEqual([5, 'down']);
  feed.doWork(rig.clock.nowNs() + 86_400e9);
  expect([feed.careCounts.dials, rig.venue.stats().faults]).toEqual([5, { marketRefuse: 5 }]);
});

test('a storm of short connections spends its budget of the minute, and then waits', async () => {
  const venue = { marketFaults: [{ kind: 'marketDrop' as const, firstRequest: 1, count: 1_000 }] };
  const care = { reconnectsPerMinute: 7, failuresToPoll: 100 };
  let isOver = false;
  const rig = await openMarketRig({ markets: MARKETS, frames: steadyFlow(MARKETS, 1, () => isOver), venue, care });
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  await until(rig, 'a dial that waits for the budget', () => feed.careCounts.budgetWaits > 0);
  isOver = true;
  expect(feed.careCounts.dials).toBe(7);
  expect(rig.venue.stats().faults['marketDrop']).toBeGreaterThanOrEqual(6);
});

test('a half-open connection is found by its ping, a frozen one that answers pings by its data', async () => {
  for (const [kind, cut] of [
    ['marketHalfOpen', 'halfOpen'],
    ['marketFreeze', 'idle'],
  ] as const) {
    let isUp = (): boolean => false;
    let isOver = false;
    const venue = { marketFaults: [{ kind, firstRequest: 30, when: () => isUp() }] };
    // Each finds its own fault: the other clock is patient, however slow the machine.
    const care = { pingMs: 20, ...(kind === 'marketFreeze' ? { idleMs: 300 } : { pongMs: 300 }) };
    const rig = await openMarketRig({ markets: MARKETS, frames: steadyFlow(MARKETS, 2, () => isOver), venue, care });
    const feed = theFeed(rig);
    isUp = () => feed.hasBooks;
    await until(rig, `${kind}, and a cut`, () => faultsOf(rig)[kind] === 1 && feed.careCounts.cuts[cut] > 0);
    if (kind === 'marketFreeze') expect(feed.careCounts.pongs).toBeGreaterThan(2);
    await until(rig, 'synced books', () => rig.inState('SYNCED') === 4 && feed.openNs > 0);
    isOver = true;
    await rig.venue.tapeEnded;
    await equalBooks(rig);
    expect(rig.venue.stats().faults).toEqual({ [kind]: 1 });
  }
});
