// The wallet feed against the simulated source over real sockets, its waits on a virtual clock.
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { VirtualClock } from '../../engine/core/clock.ts';
import { BoundedQueue } from '../../engine/signal/bounded-queue.ts';
import { TradeMemory } from '../../engine/signal/trade-memory.ts';
import type { WalletAlert, WalletSignal } from '../../engine/signal/wallet-feed.ts';
import { polynode } from '../../engine/venue/wallet/dome.ts';
import { clockAt, LIST_MS, pump } from '../helpers/gamma.ts';
import { startRig, tradeNumber, walletOf } from './rig.ts';

type Rig = Awaited<ReturnType<typeof startRig>>;

/** The rig runs until `holds`. */
function until({ feed }: Rig, clock: VirtualClock, what: string, holds: () => boolean): Promise<void> {
  return pump(feed, clock, holds, what);
}

function isStanding({ feed }: Rig): boolean {
  return feed.shards.every(({ subscribedMs }) => subscribedMs !== undefined);
}

function taken<Item>(queue: BoundedQueue<Item>): Item[] {
  const items: Item[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) items.push(item);
  return items;
}

const named = ({ label, source, trade }: WalletSignal): string =>
  `${label} ${source} ${Number(trade.txHash.slice(0, 34))}`;
const modeOf = ({ mode }: WalletAlert): string => mode;

test('500 wallets share five connections, and a trade comes with its label, once', async () => {
  const clock = clockAt(LIST_MS);
  const rig = await startRig(clock, 500, [], 10);
  const { venue, feed } = rig;
  await until(rig, clock, 'subscribed', () => isStanding(rig));
  expect([feed.shards.length, venue.stats.subscriptions]).toEqual([5, 5]);
  for (const wallet of [1, 250, 500]) venue.publish(tradeNumber(wallet, walletOf(wallet), clock.wallMs()));
  await until(rig, clock, 'three trades', () => feed.signals.size === 3);
  const sweeps = feed.poll!.sweeps;
  await until(rig, clock, 'control sweeps of all', () => feed.poll!.sweeps >= sweeps + 500);
  expect(feed.memory.duplicates).toBeGreaterThan(0);
  expect(taken(feed.signals).map(named).sort()).toEqual([
    'wallet 1 stream 1',
    'wallet 250 stream 250',
    'wallet 500 stream 500',
  ]);
  expect([feed.missedByStream, feed.mode]).toEqual([0, 'stream']);
  await rig.close();
});

test('wallets come and go while it runs, and a full connection takes no more', async () => {
  const clock = clockAt(LIST_MS);
  const rig = await startRig(clock, 1, [], 10, { walletsPerConnection: 2 });
  const { venue, feed } = rig;
  await until(rig, clock, 'subscribed', () => isStanding(rig));
  expect([feed.watch(walletOf(2), 'new'), feed.watch(walletOf(2), 'new'), feed.watch(walletOf(3), 'x')]).toEqual([
    true,
    false,
    false,
  ]);
  await until(rig, clock, 'the update', () => venue.stats.updates === 1);
  venue.publish(tradeNumber(5, walletOf(2), clock.wallMs()));
  await until(rig, clock, 'its trade', () => feed.signals.size === 1);
  expect(feed.signals.take()).toMatchObject({ label: 'new' });
  expect([feed.unwatch(walletOf(2)), feed.unwatch(walletOf(2))]).toEqual([true, false]);
  await until(rig, clock, 'the second update', () => venue.stats.updates === 2);
  await rig.close();
});

test('a stream lost five times is polled with an alert, and comes back with another; nothing is lost between', async () => {
  const clock = clockAt(LIST_MS);
  const faults = [
    { kind: 'walletDrop', firstRequest: 2 },
    { kind: 'walletRefuse', firstRequest: 2, count: 9 },
    { kind: 'walletRest429', firstRequest: 6 },
    { kind: 'walletRest502', firstRequest: 9 },
  ] as const;
  const rig = await startRig(clock, 3, faults, 20);
  const { venue, feed } = rig;
  await until(rig, clock, 'subscribed', () => isStanding(rig));
  venue.publish(tradeNumber(1, walletOf(1), clock.wallMs()));
  venue.publish(tradeNumber(2, walletOf(2), clock.wallMs()));
  await until(rig, clock, 'poll mode', () => feed.alerts.size === 1);
  expect(feed.mode).toBe('poll');
  const [alert] = taken(feed.alerts);
  expect(alert).toMatchObject({ connection: 0, mode: 'poll', failures: 5, hasEnded: false });
  expect(alert!.because).toContain('503');
  venue.publish(tradeNumber(3, walletOf(3), clock.wallMs()));
  await until(rig, clock, 'the polled trade', () => feed.signals.size === 3);
  await until(rig, clock, 'stream mode', () => feed.alerts.size === 1 && feed.mode === 'stream');
  expect(taken(feed.alerts).map(modeOf)).toEqual(['stream']);
  venue.publish(tradeNumber(4, walletOf(1), clock.wallMs()));
  await until(rig, clock, 'a streamed trade', () => feed.signals.size === 4);
  expect(new Set(taken(feed.signals).map(({ trade }) => trade.txHash)).size).toBe(4);
  expect(venue.stats.faults).toEqual({ walletDrop: 1, walletRefuse: 9, walletRest429: 1, walletRest502: 1 });
  expect(feed.poll!.counts.faults).toEqual({ rateLimited: 1, serverError: 1 });
  await rig.close();
});

test('a half-open connection is found by its missing pong', async () => {
  const clock = clockAt(LIST_MS);
  const rig = await startRig(clock, 2, [{ kind: 'walletHalfOpen', firstRequest: 1 }], 20);
  const { venue, feed } = rig;
  await until(rig, clock, 'subscribed', () => isStanding(rig));
  venue.publish(tradeNumber(1, walletOf(1), clock.wallMs()));
  await until(rig, clock, 'the cut', () => feed.shards[0]!.care.counts.cuts.halfOpen === 1);
  await until(rig, clock, 'a new subscription', () => venue.stats.subscriptions === 2 && isStanding(rig));
  await until(rig, clock, 'the trade in between', () => feed.signals.size === 1);
  expect(venue.stats.faults).toEqual({ walletHalfOpen: 1 });
  await rig.close();
});

test('a stream that freezes while pongs go on is refuted by what polling finds', async () => {
  const clock = clockAt(LIST_MS);
  const rig = await startRig(clock, 2, [{ kind: 'walletFreeze', firstRequest: 1 }], 6, { graceMs: 500 });
  const { venue, feed } = rig;
  await until(rig, clock, 'subscribed', () => isStanding(rig));
  const openedNs = clock.nowNs();
  await until(rig, clock, 'a pong, two seconds on', () => {
    return feed.shards[0]!.care.counts.pongs > 0 && clock.nowNs() > openedNs + 3e9;
  });
  venue.publish(tradeNumber(1, walletOf(1), clock.wallMs()));
  await until(rig, clock, 'the cut', () => feed.shards[0]!.care.counts.cuts.refuted === 1);
  await until(rig, clock, 'a new subscription', () => venue.stats.subscriptions === 2 && isStanding(rig));
  venue.publish(tradeNumber(2, walletOf(1), clock.wallMs()));
  await until(rig, clock, 'a streamed trade', () => feed.signals.size === 2);
  expect(taken(feed.signals).map(({ source }) => source)).toEqual(['poll', 'stream']);
  expect([venue.stats.faults, feed.missedByStream]).toEqual([{ walletFreeze: 1 }, 1]);
  await rig.close();
});

test('the successor’s address takes the key in the query; a wrong one is refused and shown nowhere', async () => {
  const clock = clockAt(LIST_MS);
  const right = await startRig(clock, 1, [], 20, { protocol: polynode });
  await until(right, clock, 'subscribed', () => isStanding(right));
  expect([right.venue.stats.subscriptions, right.venue.stats.refusedKeys]).toEqual([1, 0]);
  await right.close();
  const rig = await startRig(clock, 1, [], 20, { protocol: polynode, key: 'wrong-canary' });
  const { venue, feed } = rig;
  await until(rig, clock, 'the refused upgrades', () => venue.stats.refusedKeys >= 1 && feed.alerts.size > 0);
  const shown = inspect([feed.alerts.take(), feed.shards[0]!.lastClose, feed.shards[0]!.care.counts], { depth: 9 });
  expect(shown).not.toMatch(/canary/);
  expect(shown).toMatch(/401/);
  await rig.close();
});

test('the memory of trades is bounded, and what is older than it is not told twice', () => {
  const memory = new TradeMemory(3);
  for (let at = 1; at <= 5; at += 1) expect(memory.isNew(`trade ${at}`, at)).toBe(true);
  expect([memory.size, memory.evicted]).toEqual([3, 2]);
  expect([memory.isNew('trade 5', 5), memory.isNew('trade 1', 1)]).toEqual([false, false]);
  expect([memory.duplicates, memory.beyond]).toEqual([1, 1]);
});

test('a full queue loses its oldest and counts it', () => {
  const queue = new BoundedQueue<number>(3);
  for (let at = 1; at <= 5; at += 1) queue.push(at);
  expect([queue.size, queue.overflows, taken(queue)]).toEqual([3, 2, [3, 4, 5]]);
});
