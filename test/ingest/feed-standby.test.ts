// Replacements that do not come to their end, over real sockets against the simulated venue: they are lost between their
// snapshots and their first change, never open, or bring some of the books only. The books are never wrong for it.
import { expect, test } from 'vitest';
import type { TapeFrame } from '../../engine/venue/sim/tape.ts';
import * as L from '../../wasm/layout.ts';
import { accountOf, equalBooks, type MarketRig, manyMarkets, openMarketRig, steadyFlow, until } from './market-rig.ts';

const MARKETS = manyMarkets(4);
/** The venue does not know the last one. */
const SERVED = MARKETS.slice(0, 3);
const QUIET_MS = 1_500;

/** The snapshots, and for the changes nothing but silence at first. */
function* quietFlow(markets: typeof MARKETS): Generator<TapeFrame> {
  for (const frame of steadyFlow(markets, 2, 1_000)) {
    yield frame.atNs === 0 ? frame : { ...frame, atNs: frame.atNs + QUIET_MS * 1e6 };
  }
}

function theFeed(rig: MarketRig) {
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  return feed;
}

function decoded(rig: MarketRig): number {
  return rig.counters.get(L.COUNTER_FRAMES_DECODED);
}

/** A feed whose replacement has brought the snapshots that there are, and is cut by the first change. */
async function openCutByFirstChange(more: Parameters<typeof openMarketRig>[0]['venue']) {
  const { marketFaults = [], ...venue } = more ?? {};
  const cut = { kind: 'marketDropNewest' as const, firstRequest: 1 };
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames: quietFlow(SERVED), ingest: { resyncAfterMs: 100 } },
    venue: { ...venue, markets: SERVED, marketFaults: [cut, ...marketFaults] },
  });
  await until(rig, 'synced books', () => rig.inState('SYNCED') === SERVED.length);
  const before = decoded(rig);
  theFeed(rig).replace();
  await until(rig, 'the snapshots of the replacement', () => decoded(rig) > before);
  expect(rig.venue.stats().faults).toEqual({});
  return rig;
}

test('a replacement that is cut after its snapshots, before any change, takes the books with it, and brings them again', async () => {
  const rig = await openCutByFirstChange({});
  await until(rig, 'the loss', () => rig.seen.has('STALE'));
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect(rig.venue.stats().faults).toEqual({ marketDropNewest: 1 });
  const { received, accounted } = accountOf(rig);
  expect(received).toBe(accounted);
});

test('and when it cannot be dialled again the books stay out, and the live socket’s frames count', async () => {
  const refused = [{ kind: 'marketRefuse' as const, firstRequest: 3, count: 10_000 }];
  const rig = await openCutByFirstChange({ marketFaults: refused });
  await rig.venue.tapeEnded;
  await until(rig, 'a refused dial', () => (rig.venue.stats().faults['marketRefuse'] ?? 0) > 0);
  expect(rig.inState('STALE')).toBe(SERVED.length);
  // Of some five hundred changes those few that came before the loss was seen.
  expect(rig.counters.get(L.COUNTER_FRAMES_STALE)).toBeLessThan(50);
  expect(decoded(rig)).toBeGreaterThan(450);
});

test('a replacement that never opens is given up and counted, and another one may come', async () => {
  const rig = await openMarketRig({
    ...{
      markets: MARKETS,
      frames: steadyFlow(MARKETS, 2, 2_000),
      care: { openMs: 100 },
      outbound: { firstBookMs: 50 },
    },
    venue: { marketFaults: [{ kind: 'marketRefuse' as const, firstRequest: 2, count: 40 }] },
  });
  await until(rig, 'synced books', () => rig.inState('SYNCED') === MARKETS.length);
  const feed = theFeed(rig);
  await until(rig, 'a replacement', () => {
    feed.replace();
    return feed.counts.replaced === 1;
  });
  expect(feed.counts.replacementsFailed).toBeGreaterThan(0);
  expect(rig.venue.stats().faults).toEqual({ marketRefuse: 40 });
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect([...rig.seen]).toEqual(['SYNCED']);
  // Dials that were refused are no sockets that ended.
  expect(feed.reconnects).toBe(feed.counts.replaced);
});

/** A feed with all books, and its replacement with that of the last market alone. */
async function openWithPoorReplacement(frames: Iterable<TapeFrame>) {
  // Subscriptions: the feed's, the replacement's, the last market's on both, and from then on what is asked for again.
  const marketFaults = [2, 5].map((firstRequest) => ({
    ...{ kind: 'marketNoBooks' as const, firstRequest, count: firstRequest === 2 ? 1 : 100 },
  }));
  const tokens = MARKETS.map(({ yesToken, noToken }) => [yesToken, noToken!]);
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames, venue: { marketFaults }, shards: [tokens.slice(0, 3).flat()] },
    ...{ outbound: { firstBookMs: 200 }, ingest: { resyncAfterMs: 100 } },
  });
  const feed = theFeed(rig);
  await until(rig, 'the first books', () => rig.inState('SYNCED') === 3);
  feed.replace();
  await until(rig, 'the replacement', () => rig.venue.stats().subscriptions === 2);
  feed.subscribe(tokens[3]!);
  await until(rig, 'all books', () => rig.inState('SYNCED') === MARKETS.length);
  return { rig, feed };
}

test('a replacement with one book of four does not oust a socket that has them all', async () => {
  const { rig, feed } = await openWithPoorReplacement(steadyFlow(MARKETS, 2, 1_500));
  await until(rig, 'its end', () => feed.counts.replaced + feed.counts.replacementsFailed > 0);
  expect([feed.counts, rig.inState('SYNCED')]).toMatchObject([{ replaced: 0, replacementsFailed: 1 }, 4]);
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect([...rig.seen]).toEqual(['SYNCED']);
  expect(rig.venue.stats().faults['marketNoBooks']).toBeGreaterThan(1);
});

test('given up while it counts alone it takes the books with it: what the other brought was not taken', async () => {
  const { rig, feed } = await openWithPoorReplacement(quietFlow(MARKETS));
  await until(rig, 'its end', () => feed.counts.replaced + feed.counts.replacementsFailed > 0);
  expect(feed.counts).toMatchObject({ replaced: 0, replacementsFailed: 1 });
  expect(rig.inState('STALE')).toBe(MARKETS.length);
});

test('a market beyond help has no part in whether a replacement is complete', async () => {
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames: steadyFlow(SERVED, 2, 1_000), venue: { markets: SERVED } },
  });
  await until(rig, 'synced books', () => rig.inState('SYNCED') === SERVED.length);
  const feed = theFeed(rig);
  expect(feed.hasBooks).toBe(false);
  const word = rig.arena.at(L.REGION_BOOKS, SERVED.length) + L.BOOK_FLAGS;
  rig.arena.view.setUint32(word, L.BOOK_FLAG_RESOLVED, true);
  expect(feed.hasBooks).toBe(true);
  feed.replace();
  await until(rig, 'the replacement', () => feed.counts.replaced === 1);
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect([...rig.seen]).toEqual(['SYNCED']);
});
