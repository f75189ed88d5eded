// Which tokens are on which connection: the plan, its change while it runs, and first books that do not come. Over real
// sockets against the simulated venue.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tokensOf } from '../../engine/venue/markets.ts';
import { planConnections } from '../../engine/venue/polymarket/feed.ts';
import * as L from '../../wasm/layout.ts';
import { equalBooks, manyMarkets, openMarketRig, steadyFlow, until } from './market-rig.ts';

test('a plan has every token once, those of a market together, no connection above its limit, and is always the same', () => {
  const groups = fc.array(fc.constantFrom(1, 2), { maxLength: 300 });
  fc.assert(
    fc.property(groups, fc.integer({ min: 2, max: 50 }), (sizes, assetsMax) => {
      const markets = sizes.map((size, market) => Array.from({ length: size }, (_, view) => `${market}/${view}`));
      const plan = planConnections(markets, assetsMax);
      expect(plan.flat()).toEqual(markets.flat());
      for (const tokens of plan) expect(tokens.length).toBeLessThanOrEqual(assetsMax);
      for (const tokens of markets) expect(plan.filter((shard) => shard.includes(tokens[0]!))).toHaveLength(1);
      for (const [first, second] of markets.filter(({ length }) => length === 2)) {
        expect(plan.find((shard) => shard.includes(first!))).toContain(second);
      }
      // No two neighbours would have fitted on one.
      for (const [index, tokens] of plan.slice(1).entries()) {
        const head = markets.find(([first]) => first === tokens[0])!;
        expect(plan[index]!.length + head.length).toBeGreaterThan(assetsMax);
      }
      expect(planConnections(markets, assetsMax)).toEqual(plan);
    }),
  );
});

test('markets are subscribed and unsubscribed while it runs, on connections with room and then on new ones', async () => {
  const metas = manyMarkets(30);
  const shards = planConnections(metas.slice(0, 10).map(tokensOf), 10);
  const rig = await openMarketRig({
    markets: metas,
    frames: steadyFlow(metas, 1, 1_500),
    shards,
    assetsPerConnection: 12,
  });
  await until(rig, 'ten books', () => rig.inState('SYNCED') === 10);
  expect(rig.agent.feeds.map(({ tokens }) => tokens.size)).toEqual([10, 10]);
  for (const meta of metas.slice(10)) expect(rig.agent.subscribe(tokensOf(meta))).toBe(true);
  await until(rig, 'thirty books', () => rig.inState('SYNCED') === 30);
  expect(rig.agent.feeds.map(({ tokens }) => tokens.size)).toEqual([12, 12, 12, 12, 12]);
  for (const meta of metas.slice(0, 6)) rig.agent.unsubscribe(tokensOf(meta));
  await until(rig, 'six books given up', () => rig.inState('STALE') === 6);
  expect(rig.agent.feeds.map(({ tokens }) => tokens.size)).toEqual([2, 10, 12, 12, 12]);
  // They come back to where there is room; the venue sends their books anew.
  for (const meta of metas.slice(0, 6)) expect(rig.agent.subscribe(tokensOf(meta))).toBe(true);
  await rig.venue.tapeEnded;
  await equalBooks(rig);
  expect(rig.agent.sockets().reconnects).toBe(0);
  expect(rig.agent.feeds.map(({ tokens }) => tokens.size)).toEqual([12, 12, 12, 12, 12]);
  // Nothing new is nothing to be said: the next thing that the venue hears on this connection is of a token given up.
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  const { subscriptions } = rig.venue.stats();
  feed.subscribe([...feed.tokens]);
  const [given] = [...feed.tokens];
  feed.unsubscribe([given!]);
  feed.subscribe([given!]);
  expect(rig.inState('SYNCED')).toBe(29);
  // Which answers the last of what was said.
  await until(rig, 'its book', () => rig.inState('SYNCED') === 30);
  expect(rig.venue.stats().subscriptions).toBe(subscriptions + 1);
});

test('a book that was under way when its market was given up does not stand: nobody brings its changes', async () => {
  const metas = manyMarkets(4);
  let isOver = false;
  const frames = steadyFlow(metas, 1, () => isOver);
  const rig = await openMarketRig({ markets: metas, frames, shards: [metas.slice(0, 2).flatMap(tokensOf)] });
  await until(rig, 'two books', () => rig.inState('SYNCED') === 2);
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  const [third, fourth] = metas.slice(2).map(tokensOf) as [string[], string[]];
  feed.subscribe(third);
  feed.unsubscribe(third);
  expect(rig.books.stateName(2)).toBe('EMPTY');
  // What was said before it has been answered before it.
  feed.subscribe(fourth);
  await until(rig, 'the book of another', () => rig.books.stateName(3) === 'SYNCED');
  expect([rig.books.stateName(2), rig.books.levels(2, L.SIDE_ASK)]).toEqual(['STALE', 1]);
  feed.subscribe(third);
  await until(rig, 'its book', () => rig.books.stateName(2) === 'SYNCED');
  isOver = true;
  await rig.venue.tapeEnded;
  await equalBooks(rig);
});

test('above 500 assets on two connections no book comes: each is asked for again on both, counted once, and none is tradable', async () => {
  const metas = manyMarkets(260);
  const rig = await openMarketRig({
    markets: metas,
    frames: steadyFlow(metas, 1, 3_000),
    outbound: { firstBookMs: 200, copies: 2 },
  });
  const [feed] = rig.agent.feeds as [(typeof rig.agent.feeds)[0]];
  await until(rig, 'asked again', () => feed.counts.firstBooksAskedAgain >= 2 * 520);
  await until(rig, 'asked again in vain', () => feed.booksAbsent > 0);
  expect([rig.inState('SYNCED'), rig.inState('EMPTY'), feed.booksAbsent]).toEqual([0, 260, 520]);
  await until(rig, 'a replacement that fails', () => feed.counts.replacementsFailed === 1);
  expect(rig.inState('SYNCED')).toBe(0);
});

test('the same assets at 200 a connection all get their books', async () => {
  const metas = manyMarkets(260);
  const shards = planConnections(metas.map(tokensOf), 200);
  const rig = await openMarketRig({ markets: metas, frames: steadyFlow(metas, 1, 1_000), shards });
  await rig.venue.tapeEnded;
  expect(rig.agent.feeds.map(({ tokens }) => tokens.size)).toEqual([200, 200, 120]);
  await equalBooks(rig);
});
