// Markets that come, go and change while ingest runs, over real sockets against the simulated venue: what the market channel
// tells is passed on once, what is told to ingest is done.
import { expect, test } from 'vitest';
import type { MarketEvent } from '../../engine/ingest/market-events.ts';
import { MarketDesk, type MarketNews, type Subscriptions } from '../../engine/ingest/market-news.ts';
import { payoutOf, tokensOf } from '../../engine/venue/markets.ts';
import * as L from '../../wasm/layout.ts';
import { equalBooks, manyMarkets, openMarketRig, steadyFlow, until } from './market-rig.ts';

const METAS = manyMarkets(8);
const [FIRST, SECOND] = METAS as [(typeof METAS)[0], (typeof METAS)[0]];

test('a market told of while it runs is registered, subscribed and gets its book', async () => {
  const known = METAS.slice(0, 4);
  const shards = [known.flatMap(tokensOf)];
  const frames = steadyFlow(METAS, 2, 1_500);
  const rig = await openMarketRig({ markets: known, venue: { markets: METAS }, frames, shards });
  await until(rig, 'four books', () => rig.inState('SYNCED') === 4);
  rig.desk.tell(METAS.map((meta) => ({ kind: 'add', meta, detector: 0 })));
  await until(rig, 'eight books', () => rig.books.stateName(7) === 'SYNCED');
  expect(rig.desk.counts).toMatchObject({ added: 4, refused: 0 });
  expect(rig.markets.indexOf(METAS[7]!.id)).toBe(7);
  await rig.venue.tapeEnded;
  await equalBooks({ ...rig, metas: METAS, inState: () => METAS.length });
});

test('beyond the room of the arena a market is refused and counted', async () => {
  const frames = steadyFlow(METAS, 2, 200);
  const rig = await openMarketRig({ markets: METAS.slice(0, 4), venue: { markets: METAS }, frames, arenaMarkets: 6 });
  rig.desk.tell(METAS.map((meta) => ({ kind: 'add', meta, detector: 0 })));
  await until(rig, 'refusals', () => rig.desk.counts.refused === 2);
  expect(rig.desk.counts.added).toBe(2);
  expect(rig.events.filter(({ kind }) => kind === 'refused')).toEqual([
    { kind: 'refused', ids: METAS.slice(6).map(({ id }) => id) },
  ]);
});

/** A desk of a rig whose connections have room for so many markets; what it subscribes is on the real sockets as well. */
async function roomFor(count: number) {
  const rig = await openMarketRig({ markets: METAS, frames: steadyFlow(METAS, 2, 2_000) });
  const held = new Set(METAS.map(({ yesToken }) => yesToken));
  const subscriptions: Subscriptions = {
    subscribe: (tokens) => {
      if (held.size >= count || !rig.agent.subscribe(tokens)) return false;
      held.add(tokens[0]!);
      return true;
    },
    unsubscribe: (tokens) => {
      rig.agent.unsubscribe(tokens);
      held.delete(tokens[0]!);
    },
  };
  const refusals: MarketEvent[] = [];
  const desk = new MarketDesk(rig.intake, subscriptions, (event) => refusals.push(event));
  const told = (...news: MarketNews[]) => {
    desk.tell(news);
    desk.doWork(rig.clock.nowNs());
    return desk.counts;
  };
  return { rig, desk, held, refusals, told };
}

test('a market that comes back to full connections stays away, is told of, and comes when another one goes', async () => {
  const { rig, held, refusals, told } = await roomFor(METAS.length - 1);
  await until(rig, 'books', () => rig.inState('SYNCED') === METAS.length);
  told({ kind: 'withdraw', id: FIRST.id });
  expect(told({ kind: 'restore', id: FIRST.id })).toMatchObject({ refused: 1, restored: 0 });
  expect(refusals).toEqual([{ kind: 'refused', ids: [FIRST.id] }]);
  await until(rig, 'a book given up', () => rig.books.stateName(0) === 'STALE');
  // Asked for again while there is no room: it is not told of twice.
  expect(told({ kind: 'restore', id: FIRST.id })).toMatchObject({ refused: 1, restored: 0 });
  expect(refusals).toHaveLength(1);
  expect(told({ kind: 'resolve', id: SECOND.id, yesPayoutE4: undefined })).toMatchObject({
    resolved: 1,
    restored: 1,
    refused: 1,
  });
  expect(held.has(FIRST.yesToken)).toBe(true);
  await until(rig, 'its book', () => rig.books.stateName(0) === 'SYNCED');
  // One that waits and is withdrawn is not wanted any more.
  const [third, fourth] = [METAS[2]!.id, METAS[3]!.id];
  told({ kind: 'withdraw', id: third });
  held.add('another');
  told({ kind: 'restore', id: third }, { kind: 'withdraw', id: third });
  expect(told({ kind: 'withdraw', id: fourth })).toMatchObject({ restored: 1 });
  expect(held.has(METAS[2]!.yesToken)).toBe(false);
});

test('a withdrawn market has no book to trade on until it is restored; a resolved one never again', async () => {
  const rig = await openMarketRig({ markets: METAS, frames: steadyFlow(METAS, 2, 2_500) });
  await until(rig, 'books', () => rig.inState('SYNCED') === METAS.length);
  const isWithdrawn = (market: number): boolean =>
    (rig.arena.u32[(rig.arena.at(L.REGION_MARKETS, market) + L.MARKET_FLAGS) >> 2]! & L.MARKET_FLAG_WITHDRAWN) !== 0;
  rig.desk.tell([{ kind: 'withdraw', id: FIRST.id }]);
  // Its book is what it was until the record has come through the stream; the flag is there before.
  expect([rig.books.stateName(0), isWithdrawn(0), isWithdrawn(1)]).toEqual(['SYNCED', true, false]);
  await until(rig, 'a book given up', () => rig.books.stateName(0) === 'STALE');
  expect(isWithdrawn(0)).toBe(true);
  expect(rig.agent.sockets().market.assets).toBe(2 * METAS.length - 2);
  // In one reading: the last word counts, for the flag too.
  rig.desk.tell([
    { kind: 'restore', id: FIRST.id },
    { kind: 'withdraw', id: FIRST.id },
  ]);
  rig.desk.doWork(rig.clock.nowNs());
  expect(isWithdrawn(0)).toBe(true);
  rig.desk.tell([{ kind: 'restore', id: FIRST.id }]);
  await until(rig, 'its book', () => rig.books.stateName(0) === 'SYNCED');
  expect(isWithdrawn(0)).toBe(false);
  rig.desk.tell([{ kind: 'resolve', id: SECOND.id, yesPayoutE4: undefined }]);
  expect(isWithdrawn(1)).toBe(true);
  await until(rig, 'an end', () => (rig.books.flags(1) & L.BOOK_FLAG_RESOLVED) !== 0);
  expect(rig.books.stateName(1)).not.toBe('SYNCED');
  expect(rig.desk.counts).toMatchObject({ withdrawn: 2, restored: 2, resolved: 1 });
  // Said again, or of a market that was never given up: nothing is done twice, and what has resolved stays away.
  const again = ['restore', 'resolve', 'withdraw', 'restore'] as const;
  rig.desk.tell(
    again.map((kind) =>
      kind === 'resolve'
        ? { kind, id: SECOND.id, yesPayoutE4: undefined }
        : { kind, id: kind === 'restore' ? FIRST.id : SECOND.id },
    ),
  );
  rig.desk.tell([{ kind: 'restore', id: SECOND.id }]);
  // Who won is told later, by one, and differently by another: the first word holds.
  const { arena } = rig.intake;
  expect(payoutOf(arena, 1)).toBeUndefined();
  for (const yesPayoutE4 of [0, 10_000, undefined]) rig.desk.tell([{ kind: 'resolve', id: SECOND.id, yesPayoutE4 }]);
  const { assets } = rig.agent.sockets().market;
  rig.desk.doWork(rig.clock.nowNs());
  expect(rig.desk.counts).toMatchObject({ withdrawn: 2, restored: 2, resolved: 1 });
  expect([payoutOf(arena, 1), rig.desk.counts.payoutsDiffering]).toEqual([0, 1]);
  expect([assets, rig.agent.sockets().market.assets]).toEqual([2 * METAS.length - 2, 2 * METAS.length - 2]);
  expect(rig.agent.sockets().reconnects).toBe(0);
});

test('the channel’s new_market, market_resolved and tick_size_change are passed on, each once, and done', async () => {
  const tick = { market: FIRST.id.slice(11), asset_id: FIRST.yesToken, old_tick_size: '0.01', new_tick_size: '0.001' };
  const change = { ...tick, timestamp: '2', event_type: 'tick_size_change' };
  const frames = [
    ...steadyFlow(METAS, 2, 400),
    { atNs: 450e6, bytes: Buffer.from(JSON.stringify(change)), venue: 'polymarket' as const },
    ...[...steadyFlow(METAS, 2, 800)].filter(({ atNs }) => atNs > 500e6),
  ];
  const unlisted = new Set([METAS[7]!.id]);
  const rig = await openMarketRig({ markets: METAS, frames, venue: { unlisted } });
  await until(rig, 'books', () => rig.inState('SYNCED') === METAS.length);
  rig.venue.list(METAS[7]!.id);
  rig.venue.resolve(SECOND.id, 0);
  await until(rig, 'the end of one', () => (rig.books.flags(1) & L.BOOK_FLAG_RESOLVED) !== 0);
  await rig.venue.tapeEnded;
  await until(rig, 'the tick', () => rig.events.some(({ kind }) => kind === 'tick'));
  expect(rig.events.filter(({ kind }) => kind === 'newMarket')).toEqual([
    {
      ...{ kind: 'newMarket', condition: METAS[7]!.id.slice(11), tags: ['Simulated'] },
      ...{ slug: expect.stringMatching(/^sim-/), eventSlug: expect.stringMatching(/^sim-/) },
    },
  ]);
  expect(rig.events.filter(({ kind }) => kind === 'resolved')).toMatchObject([{ id: SECOND.id, yesPayoutE4: 10_000 }]);
  expect(payoutOf(rig.intake.arena, 1)).toBe(10_000);
  expect(rig.events.find(({ kind }) => kind === 'tick')).toMatchObject({ id: FIRST.id, tickE4: 10 });
  // Told of by both tokens, and no market lost its book for it but the one whose tick changed, which has a new one.
  expect(rig.inState('SYNCED') + rig.inState('STALE')).toBe(METAS.length);
});
