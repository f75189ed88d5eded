// Complete sets of a running engine against a list that changes under it, over real sockets against the simulated Gamma: what
// is read breaks a set, holes or not; what is not shown, and what only pauses, breaks none.
import { describe, expect, test } from 'vitest';
import { FollowMarkets } from '../../engine/run/follow-markets.ts';
import type { JsonObject } from '../../engine/venue/json.ts';
import { newsOf } from '../../engine/venue/polymarket/gamma-news.ts';
import type { Select } from '../../engine/venue/polymarket/gamma-select.ts';
import type { GammaFaultRule } from '../../engine/venue/sim/gamma.ts';
import { marketsOf, wholeEvent, withMarket } from '../helpers/gamma.ts';
import { gammaWith, rewritten, syncOn } from '../helpers/gamma-sync.ts';

const EVENT = wholeEvent(1, 3);
const idsOf = (event: JsonObject): string[] =>
  marketsOf(event).map(({ conditionId }) => `polymarket:${String(conditionId)}`);
const IDS = idsOf(EVENT);

/** An engine that has started with the sets of the first reading; `next` is what it does about one reading more. */
async function followed(
  values: readonly JsonObject[],
  {
    faults = [],
    select = {},
    baskets = 512,
  }: { faults?: GammaFaultRule[]; select?: Partial<Select>; baskets?: number },
) {
  const gamma = await gammaWith(values, faults);
  const sync = await syncOn(gamma.url, select, { baskets }, 1);
  const first = newsOf(await sync.next());
  const follow = new FollowMarkets(1, first.relations);
  const next = async () => {
    const news = newsOf(await sync.next(15));
    const { markets, sets, lines } = follow.follow(news);
    const told = (kind: string): string[] =>
      markets.flatMap((one) => (one.kind === kind && 'id' in one ? [one.id] : []));
    return { news, sets, lines, withdrawn: told('withdraw').sort(), restored: told('restore') };
  };
  return { gamma, first, next, clock: sync.clock };
}

/** Pages of one event: the first reading asks for two, the second page of the second is lost. */
const SECOND_PAGE_LOST: GammaFaultRule[] = [{ kind: 'gamma403', firstRequest: 4 }];
const PROBLEM = 'page 2 of events: forbidden, status 403, a page';

describe('a set that was read and is no complete set any more is given up, though a page is lost', () => {
  const unread = { orderPriceMinTickSize: 0.3 };
  const yes = { closed: true, umaResolutionStatus: 'resolved', outcomePrices: '["1", "0"]', acceptingOrders: false };
  test.each<[string, JsonObject, string]>([
    ['a fourth outcome', wholeEvent(1, 4), 'its event lists other outcomes'],
    ['a fourth outcome that cannot be read', withMarket(wholeEvent(1, 4), 3, unread), 'its event lists other outcomes'],
    ['an outcome less', wholeEvent(1, 2), 'its event lists other outcomes'],
    ['augmented', { ...EVENT, negRiskAugmented: true }, 'augmented: outcomes may still be named'],
    ['one in another set', withMarket(EVENT, 1, rewritten(1, { negRisk: false })), 'different neg-risk sets'],
    ['no number', withMarket(EVENT, 1, rewritten(1, { questionID: '' })), 'leave a gap or are unknown'],
    ['a winner', withMarket(EVENT, 1, rewritten(1, yes)), 'one outcome has won already'],
  ])('%s', async (_, now, why) => {
    const { gamma, first, next } = await followed([EVENT, wholeEvent(2, 3)], { faults: SECOND_PAGE_LOST });
    expect(first.relations).toHaveLength(2);
    gamma.lists.put(now);
    const second = await next();
    expect(gamma.stats.faults).toEqual({ gamma403: 1 });
    expect(second.news.problems).toEqual([PROBLEM]);
    expect(second.withdrawn).toEqual(IDS);
    expect(second.lines.filter((line) => line.includes(why))).toHaveLength(1);
    // Said and done once.
    const third = await next();
    expect([third.news.problems, third.withdrawn]).toEqual([[], []]);
    expect(third.lines.join()).not.toContain(why);
  });
});

describe('a pause is a pause of one market', () => {
  test('only the outcome that takes no orders is withdrawn, and it comes back; its set is no new one', async () => {
    const { gamma, next } = await followed([EVENT], {});
    gamma.lists.put(withMarket(EVENT, 1, rewritten(1, { acceptingOrders: false })));
    const paused = await next();
    expect([paused.withdrawn, paused.restored]).toEqual([[IDS[1]], []]);
    expect(paused.lines).toEqual(['discovery: changed 1']);
    gamma.lists.put(withMarket(EVENT, 1, rewritten(16, { acceptingOrders: true })));
    const resumed = await next();
    expect([resumed.withdrawn, resumed.restored]).toEqual([[], [IDS[1]]]);
    expect(resumed.lines).toEqual(['discovery: changed 1']);
  });

  test('an outcome that settles NO, or closes, goes alone: the others are what they were', async () => {
    const { gamma, next } = await followed([EVENT], {});
    const no = { closed: true, umaResolutionStatus: 'resolved', outcomePrices: '["0", "1"]', acceptingOrders: false };
    const settled = withMarket(EVENT, 1, rewritten(1, no));
    gamma.lists.put(settled);
    expect((await next()).withdrawn).toEqual([]);
    gamma.lists.put(withMarket(settled, 2, rewritten(16, { closed: true, acceptingOrders: false })));
    expect((await next()).withdrawn).toEqual([IDS[2]]);
  });
});

describe('what is not shown breaks no set', () => {
  const tagged = { tags: [{ slug: 'fed' }] };
  test.each<[string, JsonObject | undefined, number]>([
    ['an event that lost the tag that selects it', { ...EVENT, tags: [] }, 3],
    ['an event that cannot be read', { ...EVENT, ...tagged, slug: 5 }, 0],
    ['an event that is left out', undefined, 3],
  ])('%s', async (_, now, asked) => {
    const { gamma, first, next } = await followed([{ ...EVENT, ...tagged }, wholeEvent(2, 3, tagged)], {
      select: { negRisk: false, tags: ['fed'] },
    });
    expect(first.relations).toHaveLength(2);
    if (now !== undefined) gamma.lists.put(now);
    else {
      gamma.lists.remove('events', 'e1');
      for (const market of marketsOf(EVENT)) gamma.lists.put(market);
    }
    const second = await next();
    // The event is no set by this reading, and no page is lost.
    expect(second.news.relations).toHaveLength(1);
    expect(second.news.problems).toEqual([]);
    expect(second.news.pages).toBe(asked > 0 ? 3 : 2);
    expect([second.withdrawn, second.lines]).toEqual([[], []]);
    // And it is followed all the same once it is shown again.
    gamma.lists.put({ ...wholeEvent(1, 4), ...tagged });
    expect((await next()).withdrawn).toEqual(IDS);
  });
});

test('a set that is listed later, and first, takes no room from the sets that are traded', async () => {
  const later = wholeEvent(3, 3);
  const { gamma, first, next } = await followed([EVENT, wholeEvent(2, 3)], { baskets: 4 });
  expect(first.relations.map(({ markets }) => markets)).toEqual([IDS, idsOf(wholeEvent(2, 3))]);
  // The list is in the order of coming: the traded events go to its end.
  for (const id of ['e1', 'e2']) gamma.lists.remove('events', id);
  for (const event of [later, EVENT, wholeEvent(2, 3)]) gamma.lists.put(event);
  const { news, withdrawn, lines } = await next();
  expect(news.relations).toEqual(first.relations);
  expect([withdrawn, lines]).toEqual([[], ['discovery: added 3']]);
  // Its books are followed, its baskets have no place.
  expect(news.added.map(({ id }) => id).sort()).toEqual(idsOf(later));
});

test('a set that is listed later is told once, and given up like those of the start when a reading speaks against it', async () => {
  const later = wholeEvent(3, 3);
  const { gamma, next } = await followed([EVENT], {});
  gamma.lists.put(later);
  const second = await next();
  expect(second.sets.map(({ markets }) => markets)).toEqual([idsOf(later)]);
  expect((await next()).sets).toEqual([]);
  gamma.lists.put({ ...later, negRiskAugmented: true });
  const third = await next();
  expect(third.withdrawn).toEqual(idsOf(later).sort());
  expect(third.lines.join()).toContain('augmented: outcomes may still be named');
});
