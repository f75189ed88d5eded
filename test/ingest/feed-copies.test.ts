// Connections that take another's place before it goes, and connections in two copies, over real sockets against the
// simulated venue: no book is lost in between, every frame has one outcome, and the books end equal to the venue's.
import { expect, test } from 'vitest';
import * as L from '../../wasm/layout.ts';
import { accountOf, equalBooks, manyMarkets, openMarketRig, steadyFlow, until } from './market-rig.ts';

const MARKETS = manyMarkets(20);

test('twenty times a connection is replaced under flow, and no book is ever anything but SYNCED', async () => {
  let isOver = false;
  const rig = await openMarketRig({ markets: MARKETS, frames: steadyFlow(MARKETS, 1, () => isOver) });
  await until(rig, 'synced books', () => rig.inState('SYNCED') === MARKETS.length);
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  for (let round = 1; round <= 20; round += 1) {
    feed.replace();
    await until(rig, `replacement ${round}`, () => feed.counts.replaced === round);
  }
  isOver = true;
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
  let isWithheld = false;
  let isOver = false;
  const noBooks = { kind: 'marketNoBooks' as const, firstRequest: 1, count: 2, when: () => isWithheld };
  const venue = { marketFaults: [noBooks] };
  const frames = steadyFlow(MARKETS, 2, () => isOver);
  const rig = await openMarketRig({ markets: MARKETS, frames, venue, outbound: { firstBookMs: 300 } });
  await until(rig, 'synced books', () => rig.inState('SYNCED') === MARKETS.length);
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  const { firstBooksAskedAgain } = feed.counts;
  isWithheld = true;
  feed.replace();
  await until(rig, 'a failed replacement', () => feed.counts.replacementsFailed === 1);
  isOver = true;
  const again = firstBooksAskedAgain + 2 * MARKETS.length;
  expect(feed.counts).toMatchObject({ replaced: 0, firstBooksAskedAgain: again });
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect([[...rig.seen], rig.venue.stats().faults]).toEqual([['SYNCED'], { marketNoBooks: 2 }]);
});

test('of two copies one may be cut again and again: the other’s frames count, no book is lost, none counts twice', async () => {
  // Only while both have all books, the one that was cut last among them: that is what a second copy is for.
  let areBothUp = (): boolean => false;
  let isOver = false;
  const cut = { kind: 'marketDropOne' as const, firstRequest: 100, every: 100, count: 8, when: () => areBothUp() };
  const frames = steadyFlow(MARKETS, 1, () => isOver);
  const rig = await openMarketRig({
    markets: MARKETS,
    frames,
    venue: { marketFaults: [cut] },
    outbound: { copies: 2 },
  });
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  areBothUp = () => feed.hasBooks && feed.reconnects === (rig.venue.stats().faults['marketDropOne'] ?? 0);
  await until(rig, 'eight cuts', () => feed.reconnects === 8 && feed.hasBooks);
  const decoded = (): number => rig.counters.get(L.COUNTER_FRAMES_DECODED);
  const duplicate = (): number => rig.counters.get(L.COUNTER_FRAMES_DUPLICATE);
  const once = duplicate();
  await until(rig, 'both at one place', () => duplicate() > once + 20);
  const before = { decoded: decoded(), duplicate: duplicate() };
  await until(rig, 'more frames', () => decoded() > before.decoded + 300);
  isOver = true;
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect(rig.venue.stats().faults).toEqual({ marketDropOne: 8 });
  expect(rig.agent.sockets().reconnects).toBe(8);
  expect([...rig.seen]).toEqual(['SYNCED']);
  const { received, accounted } = accountOf(rig);
  expect(received).toBe(accounted);
  // While both are there each frame comes twice and counts once.
  expect(duplicate() - before.duplicate).toBeGreaterThanOrEqual(decoded() - before.decoded);
});

test('one of two copies that falls silent with its PONGs alive costs nothing, and is replaced', async () => {
  let areBothUp = (): boolean => false;
  let isOver = false;
  const freeze = { kind: 'marketFreezeOne' as const, firstRequest: 200, when: () => areBothUp() };
  // Silent is who brings nothing for far longer than this machine ever stands still.
  const care = { pingMs: 50, idleMs: 1_000 };
  const frames = steadyFlow(MARKETS, 1, () => isOver);
  const venue = { marketFaults: [freeze] };
  const rig = await openMarketRig({ markets: MARKETS, frames, venue, care, outbound: { copies: 2 } });
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  areBothUp = () => feed.hasBooks;
  await until(rig, 'an idle cut', () => feed.careCounts.cuts.idle === 1);
  expect(feed.careCounts.pongs).toBeGreaterThan(2);
  await until(rig, 'both again', () => feed.hasBooks);
  isOver = true;
  await rig.venue.tapeEnded;
  // From here on all connections are silent, and will be cut for it.
  expect([[...rig.seen], rig.venue.stats().faults]).toEqual([['SYNCED'], { marketFreezeOne: 1 }]);
  await equalBooks(rig);
});
