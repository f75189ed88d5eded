// Replacements that do not come to their end, over real sockets against the simulated venue: they are lost between their
// snapshots and their first change, never open, or bring some of the books only. The books are never wrong for it.
import { expect, test } from 'vitest';
import type { MarketFaultRule } from '../../engine/venue/sim/market-faults.ts';
import * as L from '../../wasm/layout.ts';
import { accountOf, equalBooks, type MarketRig, manyMarkets, openMarketRig, steadyFlow, until } from './market-rig.ts';

const MARKETS = manyMarkets(4);
/** The venue does not know the last one. */
const SERVED = MARKETS.slice(0, 3);
/** Changes while the others are quiet: nobody asks for it. */
const [NOBODYS] = manyMarkets(MARKETS.length + 1).slice(-1) as [(typeof MARKETS)[0]];

/** A flow that begins and ends when a test wants it. */
function flowOf(markets: typeof MARKETS) {
  const is = { quiet: true, over: false };
  const frames = steadyFlow(
    [...markets, NOBODYS],
    2,
    () => is.over,
    () => is.quiet,
  );
  return { is, frames, markets: [...markets, NOBODYS] };
}

function theFeed(rig: MarketRig) {
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  return feed;
}

function decoded(rig: MarketRig): number {
  return rig.counters.get(L.COUNTER_FRAMES_DECODED);
}

/** A feed whose replacement has brought the snapshots that there are, and is cut by the first change. */
async function openCutByFirstChange(marketFaults: readonly MarketFaultRule[] = []) {
  const { is, frames, markets } = flowOf(SERVED);
  const cut = { kind: 'marketDropNewest' as const, firstRequest: 1, when: () => !is.quiet };
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames, ingest: { resyncAfterMs: 100 } },
    venue: { markets, marketFaults: [cut, ...marketFaults] },
  });
  await until(rig, 'synced books', () => rig.inState('SYNCED') === SERVED.length);
  theFeed(rig).replace();
  const hasAll = (): boolean => rig.counters.get(L.COUNTER_FRAMES_RECEIVED) === rig.venue.stats().marketFrames;
  await until(rig, 'the snapshots of the replacement', () => rig.venue.stats().subscriptions === 2 && hasAll());
  expect(rig.venue.stats().faults).toEqual({});
  is.quiet = false;
  await until(rig, 'the loss', () => rig.seen.has('STALE'));
  return { rig, is };
}

test('a replacement that is cut after its snapshots, before any change, takes the books with it, and brings them again', async () => {
  const { rig, is } = await openCutByFirstChange();
  await until(rig, 'the books again', () => rig.inState('SYNCED') === SERVED.length);
  is.over = true;
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect(rig.venue.stats().faults).toEqual({ marketDropNewest: 1 });
  const { received, accounted } = accountOf(rig);
  expect(received).toBe(accounted);
});

test('and when it cannot be dialled again the books stay out, and the live socket’s frames count', async () => {
  const refused = [{ kind: 'marketRefuse' as const, firstRequest: 3, count: 10_000 }];
  const { rig, is } = await openCutByFirstChange(refused);
  // Those that came before the loss was seen.
  const [stale, before] = [rig.counters.get(L.COUNTER_FRAMES_STALE), decoded(rig)];
  await until(rig, 'frames that count', () => decoded(rig) > before + 100);
  await until(rig, 'a refused dial', () => (rig.venue.stats().faults['marketRefuse'] ?? 0) > 0);
  is.over = true;
  await rig.venue.tapeEnded;
  expect(rig.inState('STALE')).toBe(SERVED.length);
  expect(rig.counters.get(L.COUNTER_FRAMES_STALE)).toBe(stale);
});

test('a replacement that never opens is given up and counted, and another one may come', async () => {
  let isRefused = false;
  const { is, frames, markets } = flowOf(MARKETS);
  is.quiet = false;
  const refuse = { kind: 'marketRefuse' as const, firstRequest: 1, count: 10_000, when: () => isRefused };
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames, care: { openMs: 300 }, outbound: { firstBookMs: 100 } },
    venue: { markets, marketFaults: [refuse] },
  });
  await until(rig, 'synced books', () => rig.inState('SYNCED') === MARKETS.length);
  const feed = theFeed(rig);
  const { replaced } = feed.counts;
  const { reconnects } = feed;
  isRefused = true;
  feed.replace();
  await until(rig, 'a replacement given up', () => feed.counts.replacementsFailed === 1);
  isRefused = false;
  feed.replace();
  await until(rig, 'a replacement', () => feed.counts.replaced === replaced + 1);
  is.over = true;
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect([...rig.seen]).toEqual(['SYNCED']);
  // Dials that were refused are no sockets that ended.
  expect(rig.venue.stats().faults['marketRefuse']).toBeGreaterThan(1);
  expect(feed.reconnects).toBe(reconnects + 1);
});

/** A feed with all books, and its replacement with that of the last market alone. */
async function openWithPoorReplacement(isQuiet: boolean) {
  let isWithheld = false;
  const { is, frames, markets } = flowOf(MARKETS);
  is.quiet = isQuiet;
  const noBooks = { kind: 'marketNoBooks' as const, firstRequest: 1, count: 100, when: () => isWithheld };
  const tokens = MARKETS.map(({ yesToken, noToken }) => [yesToken, noToken!]);
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames, venue: { markets, marketFaults: [noBooks] }, shards: [tokens.slice(0, 3).flat()] },
    ...{ outbound: { firstBookMs: 400 }, ingest: { resyncAfterMs: 100 } },
  });
  const feed = theFeed(rig);
  const hasBooks = (count: number): boolean => rig.inState('SYNCED') === count;
  await until(rig, 'the first books', () => hasBooks(3));
  isWithheld = true;
  rig.duty.isHeld = true;
  feed.replace();
  await until(rig, 'the replacement', () => rig.venue.stats().subscriptions === 2);
  isWithheld = false;
  feed.subscribe(tokens[3]!);
  await until(rig, 'all books', () => hasBooks(MARKETS.length) && rig.venue.stats().subscriptions === 4);
  isWithheld = true;
  rig.duty.isHeld = false;
  await until(rig, 'its end', () => feed.counts.replaced + feed.counts.replacementsFailed > 0);
  isWithheld = false;
  expect(feed.counts).toMatchObject({ replaced: 0, replacementsFailed: 1 });
  expect(rig.venue.stats().faults['marketNoBooks']).toBeGreaterThan(0);
  return { rig, is };
}

test('a replacement with one book of four does not oust a socket that has them all', async () => {
  const { rig, is } = await openWithPoorReplacement(false);
  expect(rig.inState('SYNCED')).toBe(MARKETS.length);
  is.over = true;
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect([...rig.seen]).toEqual(['SYNCED']);
});

test('given up while it counts alone it takes the books with it: what the other brought was not taken', async () => {
  const { rig } = await openWithPoorReplacement(true);
  expect(rig.inState('STALE')).toBe(MARKETS.length);
});

/** The state of the market that was subscribed while a replacement was on its way, once that is given up; how many are SYNCED. */
async function stateAfterGivingUp(): Promise<readonly [string, number]> {
  const { is, frames, markets } = flowOf(MARKETS);
  is.quiet = false;
  // All subscriptions but the first, and the fourth, which is the replacement's of the last market, or the first's.
  const noBooks = [
    { kind: 'marketNoBooks' as const, firstRequest: 2, every: 1, count: 2 },
    { kind: 'marketNoBooks' as const, firstRequest: 5, every: 1, count: 1_000 },
  ];
  const tokens = MARKETS.map(({ yesToken, noToken }) => [yesToken, noToken!]);
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames, venue: { markets, marketFaults: noBooks }, shards: [tokens.slice(0, 3).flat()] },
    ...{ outbound: { firstBookMs: 300 } },
  });
  const feed = theFeed(rig);
  await until(rig, 'the first books', () => rig.inState('SYNCED') === 3);
  rig.duty.isHeld = true;
  feed.replace();
  await until(rig, 'the replacement', () => rig.venue.stats().subscriptions === 2);
  feed.subscribe(tokens[3]!);
  await until(rig, 'the book of one', () => rig.inState('SYNCED') === MARKETS.length);
  rig.duty.isHeld = false;
  await until(rig, 'its end', () => feed.counts.replaced + feed.counts.replacementsFailed > 0);
  expect(feed.counts).toMatchObject({ replaced: 0, replacementsFailed: 1 });
  is.over = true;
  return [rig.books.stateName(3), rig.inState('SYNCED')];
}

test('a book that only the replacement has brought is lost when it is given up', async () => {
  // Which of two sockets the venue reads first is the system's business. When it is the replacement's, the first has the
  // book, and nothing is lost; that it is lost where nobody else has it must be seen.
  const seen: (readonly [string, number])[] = [];
  while (seen.length < 8 && seen.at(-1)?.[0] !== 'STALE') seen.push(await stateAfterGivingUp());
  expect(seen.at(-1)).toEqual(['STALE', 3]);
  for (const states of seen.slice(0, -1)) expect(states).toEqual(['SYNCED', MARKETS.length]);
});

test('a market beyond help has no part in whether a replacement is complete', async () => {
  let isOver = false;
  const rig = await openMarketRig({
    ...{ markets: MARKETS, frames: steadyFlow(SERVED, 2, () => isOver), venue: { markets: SERVED } },
  });
  await until(rig, 'synced books', () => rig.inState('SYNCED') === SERVED.length);
  const feed = theFeed(rig);
  expect(feed.hasBooks).toBe(false);
  const word = rig.arena.at(L.REGION_BOOKS, SERVED.length) + L.BOOK_FLAGS;
  rig.arena.view.setUint32(word, L.BOOK_FLAG_RESOLVED, true);
  expect(feed.hasBooks).toBe(true);
  feed.replace();
  await until(rig, 'the replacement', () => feed.counts.replaced === 1);
  isOver = true;
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect([...rig.seen]).toEqual(['SYNCED']);
});
