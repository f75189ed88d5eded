// What a running engine does about a reading of Gamma, and what it says: case by case.
import { expect, test } from 'vitest';
import { FollowMarkets, refusedLine } from '../../engine/run/follow-markets.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import { type DiscoveryNews, mayWant } from '../../engine/venue/polymarket/gamma-news.ts';
import { manyMarkets } from '../ingest/market-rig.ts';

const METAS = manyMarkets(6);
const IDS = METAS.map(({ id }) => id);
const SET = { kind: 'exactlyOne' as const, markets: IDS.slice(0, 3) };
const QUIET: DiscoveryNews = {
  ...{ pages: 1, added: [], changed: [], closed: [], resolved: [], relations: [SET], leftForRoom: {}, rejected: 0 },
  ...{ brokenSets: [], problems: [] },
};

const followed = (news: Partial<DiscoveryNews>, detectors = 1) =>
  new FollowMarkets(detectors, [SET]).follow({ ...QUIET, ...news });

test('a reading that changes nothing does and says nothing', () => {
  expect(followed({})).toEqual({ markets: [], sets: [], lines: [] });
});

test('new markets go to the detectors in turn', () => {
  const { markets, lines } = followed({ added: METAS.slice(3) }, 2);
  expect(markets.map((news) => news.kind === 'add' && news.detector)).toEqual([0, 1, 0]);
  expect(lines).toEqual(['discovery: added 3']);
});

test('closed markets are withdrawn, resolved ones resolved, a tick follows, a pause is a pause', () => {
  const changed = [
    { meta: { ...METAS[3]!, tickRanges: uniformGrid(10) }, fields: ['tick'], acceptingOrders: true },
    { meta: METAS[4]!, fields: ['acceptingOrders'], acceptingOrders: false },
    { meta: METAS[5]!, fields: ['acceptingOrders'], acceptingOrders: true },
  ];
  expect(followed({ changed, closed: [IDS[3]!], resolved: [{ id: IDS[4]!, yesPayoutE4: 5_000 }] }).markets).toEqual([
    { kind: 'tick', id: IDS[3], tickE4: 10 },
    { kind: 'withdraw', id: IDS[4] },
    { kind: 'restore', id: IDS[5] },
    { kind: 'withdraw', id: IDS[3] },
    { kind: 'resolve', id: IDS[4], yesPayoutE4: 5_000 },
  ]);
});

test('a market whose fee or minimum size changes is withdrawn, and no later change brings it back', () => {
  const follow = new FollowMarkets(1, [SET]);
  const change = (fields: string[]) => [{ meta: METAS[3]!, fields, acceptingOrders: true }];
  for (const fields of [['fee'], ['minSize', 'acceptingOrders'], ['acceptingOrders'], ['tick']]) {
    const { markets } = follow.follow({ ...QUIET, changed: change(fields) });
    expect(markets).toEqual([{ kind: 'withdraw', id: IDS[3] }]);
  }
});

test('a set that a reading speaks against takes its markets out, once, and one that is only not shown does not', () => {
  const follow = new FollowMarkets(1, [SET]);
  expect(follow.follow({ ...QUIET, relations: [] })).toEqual({ markets: [], sets: [], lines: [] });
  const brokenSets = [{ relation: SET, reason: 'augmented' as const }];
  const withHoles = { ...QUIET, relations: [], brokenSets, problems: ['page 3 of events: lost'] };
  const broken = follow.follow(withHoles);
  expect(broken.markets).toEqual(SET.markets.map((id) => ({ kind: 'withdraw', id })));
  const why = 'augmented: outcomes may still be named; they are not traded until the next start';
  expect(broken.lines).toEqual([
    `discovery: 3 markets are no complete set any more: ${why} (${IDS[0]})`,
    'discovery: 1 problems, the first: page 3 of events: lost',
  ]);
  expect(follow.follow({ ...QUIET, relations: [], brokenSets })).toEqual({ markets: [], sets: [], lines: [] });
  // It takes orders again, and is a set again: its basket was given up all the same, and it is no new set.
  const back = { meta: METAS[0]!, fields: ['acceptingOrders'], acceptingOrders: true };
  const again = follow.follow({ ...QUIET, changed: [back] });
  expect(again.markets).toEqual([{ kind: 'withdraw', id: IDS[0] }]);
  expect(again.lines).toEqual(['discovery: changed 1']);
  expect(again.sets).toEqual([]);
});

test('want of room is said when it changes, and a new complete set once, with one detector for all its markets', () => {
  const home = new Map([[IDS[3]!, 2]]);
  const follow = new FollowMarkets(3, [SET], (id) => home.get(id));
  const more = { kind: 'exactlyOne' as const, markets: IDS.slice(3) };
  const news = { ...QUIET, relations: [SET, more], leftForRoom: { arenaMarkets: 4 }, added: METAS.slice(4) };
  const { markets, sets, lines } = follow.follow(news);
  expect(lines).toEqual([
    'discovery: added 2',
    'discovery: not taken for want of room: arenaMarkets 4',
    'discovery: 1 complete sets are new; their baskets are made now',
  ]);
  expect(sets).toEqual([more]);
  // The one of its markets that was there already is of the third detector.
  expect(markets.map((one) => one.kind === 'add' && one.detector)).toEqual([2, 2]);
  expect(follow.follow({ ...news, added: [] })).toEqual({ markets: [], sets: [], lines: [] });
  expect(follow.follow({ ...news, added: [], leftForRoom: { arenaMarkets: 5 } }).lines).toHaveLength(1);
  // It is followed like those of the start, and what was given up is in no new set.
  const brokenSets = [{ relation: more, reason: 'augmented' as const }];
  expect(follow.follow({ ...QUIET, brokenSets }).markets).toEqual(more.markets.map((id) => ({ kind: 'withdraw', id })));
  const again = { kind: 'exactlyOne' as const, markets: IDS.slice(2, 4) };
  expect(follow.follow({ ...QUIET, relations: [SET, again] }).sets).toEqual([]);
});

test('what ingest has no room for is said in one line', () => {
  const line = 'discovery: 6 markets have no room at ingest and are not subscribed, the first:';
  expect(refusedLine(IDS)).toBe(`${line} ${IDS[0]}`);
});

test('of markets told of on the market channel only those that a name, an event or a tag selects ask for a reading', () => {
  const select = {
    slugs: ['a'],
    events: ['e'],
    tags: ['world-cup'],
    negRisk: true,
    volumeMicrosMin: 0,
    endedDaysMax: 7,
  };
  const told = { condition: '0x1', slug: '', eventSlug: '', tags: [] as string[] };
  expect(mayWant(select, told)).toBe(false);
  for (const more of [{ slug: 'a' }, { eventSlug: 'e' }, { tags: ['News', 'World Cup'] }]) {
    expect(mayWant(select, { ...told, ...more })).toBe(true);
  }
});
