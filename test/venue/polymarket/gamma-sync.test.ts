// Discovery over real sockets against the simulated Gamma: paging, every scripted fault, the budget, and what changes
// from one reading to the next. Waiting is on a virtual clock.
import { describe, expect, onTestFinished, test } from 'vitest';
import { openServer } from '../../../engine/ingest/server.ts';
import { newsOf } from '../../../engine/venue/polymarket/gamma-news.ts';
import { GammaReader, type GammaReading, queriesFor } from '../../../engine/venue/polymarket/gamma-reader.ts';
import type { Select } from '../../../engine/venue/polymarket/gamma-select.ts';
import { type RestGetOptions, RestGets } from '../../../engine/venue/rest-get.ts';
import type { GammaFaultKind } from '../../../engine/venue/sim/gamma.ts';
import { json } from '../../../engine/venue/sim/public-rest.ts';
import {
  clockAt,
  LIST_MS,
  marketsOf,
  pump,
  SAVED,
  saved,
  savedMarket,
  wholeEvent,
  withMarket,
} from '../../helpers/gamma.ts';
import { gammaWith, MINUTE_NS, OPTIONS, rewritten, SELECT, syncOn } from '../../helpers/gamma-sync.ts';

/** One reading of `select`; `url` may be anyone's. */
async function readAll(url: string, select: Select, options: Partial<RestGetOptions> = {}, pageSize = 100) {
  const gets = new RestGets({ ...OPTIONS, ...options, url });
  onTestFinished(() => gets.close());
  const clock = clockAt(LIST_MS);
  let reading: GammaReading | undefined;
  new GammaReader(gets, pageSize, (done) => {
    reading = done;
  }).start(queriesFor(select));
  await pump(gets, clock, () => reading !== undefined, 'a reading');
  return { reading: reading!, counts: gets.counts, clock };
}

const EVENTS = Array.from({ length: 23 }, (_, index) => wholeEvent(index + 1, 3));

function isNext(query: string): number {
  return Number(new URLSearchParams(query).get('after_cursor') === 'first');
}

describe('reading', () => {
  test('goes through all pages by cursor and stops at the last', async () => {
    const gamma = await gammaWith(EVENTS);
    const { reading, counts } = await readAll(gamma.url, SELECT, {}, 5);
    expect(reading).toMatchObject({ pages: 5, problems: [], unknownSlugs: [] });
    expect(reading.catalogue.events.size).toBe(23);
    expect(reading.catalogue.entries.size).toBe(69);
    expect(counts).toMatchObject({ requests: 5, retries: 0, faults: {} });
    expect(gamma.stats.gammaRequests).toBe(5);
  });

  test('stops as well where the last page names the cursor that stands for the end', async () => {
    const pages = [
      { events: EVENTS.slice(0, 2), next_cursor: 'first' },
      { events: EVENTS.slice(2, 3), next_cursor: 'LTE=' },
    ];
    const server = await openServer({ routes: { 'GET /events/keyset': ({ query }) => json(pages[isNext(query)]) } });
    onTestFinished(() => server.close());
    const { reading, counts } = await readAll(`http://127.0.0.1:${server.port}`, SELECT);
    expect(reading).toMatchObject({ pages: 2, problems: [] });
    expect(reading.catalogue.events.size).toBe(3);
    expect(counts.requests).toBe(2);
  });

  test('asks for names one by one, for tags by list, and says which names Gamma does not know', async () => {
    const gamma = await gammaWith([...saved(SAVED.list), ...EVENTS]);
    const slugs = ['will-iraq-win-the-2026-fifa-world-cup', 'no-such-market'];
    const select = { ...SELECT, negRisk: false, slugs, events: ['event-3', 'no-such-event'], tags: ['hungary'] };
    const { reading } = await readAll(gamma.url, select);
    expect([...reading.unknownSlugs].sort()).toEqual(['no-such-event', 'no-such-market']);
    expect(reading.problems).toEqual([]);
    const found = [...reading.catalogue.entries.values()].map(({ slug }) => slug).sort();
    expect(found).toEqual([
      ...['market-300', 'market-301', 'market-302'],
      'will-iraq-win-the-2026-fifa-world-cup',
      'will-the-next-prime-minister-of-hungary-be-klra-dobrev',
    ]);
  });

  test.each<[GammaFaultKind, string]>([
    ['gamma429', 'rateLimited'],
    ['gamma502', 'serverError'],
    ['gammaTruncated', 'notJson'],
    ['gammaCut', 'lost'],
  ])('survives %s: asks again and is complete', async (kind, fault) => {
    const gamma = await gammaWith(EVENTS, [{ kind, firstRequest: 2, count: 2, every: 2 }]);
    // The clock is moved by turns, the connection is dialled again in real time: it must not be given up meanwhile.
    const { reading, counts } = await readAll(gamma.url, SELECT, { connectMs: 3_600_000 }, 10);
    expect(gamma.stats.faults).toEqual({ [kind]: 2 });
    expect(counts.faults).toEqual({ [fault]: 2 });
    expect(counts.retries).toBe(2);
    expect(reading.problems).toEqual([]);
    expect(reading.catalogue.entries.size).toBe(69);
  });

  test('waits after a 429 for as long as it says, with every request', async () => {
    const gamma = await gammaWith(EVENTS, [{ kind: 'gamma429', firstRequest: 1, ms: 7_000 }]);
    const { reading, clock } = await readAll(gamma.url, SELECT);
    expect(gamma.stats.faults).toEqual({ gamma429: 1 });
    expect(reading.problems).toEqual([]);
    expect(clock.nowNs()).toBeGreaterThan(7e9);
  });

  test('a slow answer is given up at its deadline and asked for again', async () => {
    const gamma = await gammaWith(EVENTS, [{ kind: 'gammaSlow', firstRequest: 1, ms: 60_000 }]);
    const { reading, counts } = await readAll(gamma.url, SELECT, { deadlineMs: 150 });
    expect(gamma.stats.faults).toEqual({ gammaSlow: 1 });
    expect(counts.faults).toEqual({ timedOut: 1 });
    expect(reading.problems).toEqual([]);
  });

  test.each<[GammaFaultKind, string, string]>([
    ['gamma403', 'forbidden', 'status 403, a page'],
    ['gammaChallenge', 'challenged', 'status 200, a page'],
  ])('%s is not asked again, and what is missing is said', async (kind, fault, detail) => {
    const gamma = await gammaWith(EVENTS, [{ kind, firstRequest: 2 }]);
    const { reading, counts } = await readAll(gamma.url, SELECT, {}, 10);
    expect(gamma.stats.faults).toEqual({ [kind]: 1 });
    expect(counts).toMatchObject({ retries: 0, faults: { [fault]: 1 } });
    expect(reading.problems).toEqual([`page 2 of events: ${fault}, ${detail}`]);
    expect(reading.catalogue.events.size).toBe(10);
  });

  test('a fault that does not go away ends the reading after the attempts allowed', async () => {
    const gamma = await gammaWith(EVENTS, [{ kind: 'gamma502', firstRequest: 1, count: 99 }]);
    const { reading, counts } = await readAll(gamma.url, SELECT);
    expect(gamma.stats.faults).toEqual({ gamma502: 3 });
    expect(counts).toMatchObject({ requests: 3, retries: 2 });
    expect(reading.problems).toEqual(['page 1 of events: serverError, status 502, a page']);
  });

  test('an answer beyond the size allowed is cut, named and not asked for again', async () => {
    const gamma = await gammaWith(EVENTS);
    const { reading, counts } = await readAll(gamma.url, SELECT, { answerBytesMax: 2_000 });
    expect(counts.faults).toEqual({ tooLarge: 1 });
    expect(reading.problems[0]).toContain('page 1 of events: tooLarge');
  });

  test('without a User-Agent Gamma refuses, as the real one does; nobody there is unreachable', async () => {
    const gamma = await gammaWith(EVENTS);
    const refused = await readAll(gamma.url, SELECT, { userAgent: '' });
    expect(refused.counts.faults).toEqual({ forbidden: 1 });
    await gamma.close();
    const nobody = await readAll(gamma.url, SELECT, { connectMs: 1_000 });
    expect(nobody.counts).toMatchObject({ requests: 0, faults: { unreachable: 1 } });
    expect(nobody.reading.problems[0]).toContain('page 1 of events: unreachable');
  });

  test('keeps to its budget of requests per second', async () => {
    const gamma = await gammaWith(EVENTS);
    const { clock, counts } = await readAll(gamma.url, SELECT, { requestsPerSecond: 5 }, 2);
    expect(counts.requests).toBe(12);
    expect(clock.nowNs()).toBeGreaterThanOrEqual((11 / 5) * 1e9);
  });
});

describe('keeping in step', () => {
  const event = wholeEvent(1, 3);
  const idOf = (place: number): string => `polymarket:${marketsOf(event)[place]!['conditionId']}`;

  test('the first reading adds everything, the next comes after 15 minutes and finds nothing new', async () => {
    const gamma = await gammaWith([event]);
    const { sync, clock, diffs, next } = await syncOn(gamma.url);
    const first = await next();
    expect(first.added.map(({ market }) => market.meta.id).sort()).toEqual([idOf(0), idOf(1), idOf(2)]);
    expect(first.relations).toEqual([{ kind: 'exactlyOne', markets: [idOf(0), idOf(1), idOf(2)] }]);
    const requests = gamma.stats.gammaRequests;
    clock.advanceTo(14 * MINUTE_NS);
    sync.doWork(clock.nowNs());
    expect(gamma.stats.gammaRequests).toBe(requests);
    const second = await next(1);
    expect(diffs.length).toBe(2);
    expect(second).toMatchObject({ added: [], changed: [], closed: [], resolved: [], staleTicks: 0, missing: 0 });
    expect(second.relations.length).toBe(1);
  });

  test('new, changed, paused, closed and resolved markets are told once each', async () => {
    const gamma = await gammaWith([event]);
    const { sync, next } = await syncOn(gamma.url);
    await next();
    gamma.lists.put(wholeEvent(2, 2));
    let changed = withMarket(event, 0, rewritten(1, { orderPriceMinTickSize: 0.01, orderMinSize: 15 }));
    changed = withMarket(changed, 1, rewritten(1, { acceptingOrders: false }));
    gamma.lists.put(changed);
    const second = await next(15);
    expect(second.added.map(({ market }) => market.slug)).toEqual(['market-200', 'market-201']);
    expect(second.changed.map(({ market, fields }) => [market.meta.id, fields])).toEqual([
      [idOf(0), ['tick', 'minSize']],
      [idOf(1), ['acceptingOrders']],
    ]);
    // While a member pauses, its event is no set to trade.
    expect(second.relations.map(({ markets }) => markets.length)).toEqual([2]);
    const over = { closed: true, acceptingOrders: false };
    changed = withMarket(
      changed,
      0,
      rewritten(16, { ...over, umaResolutionStatus: 'resolved', outcomePrices: '["1", "0"]' }),
    );
    changed = withMarket(changed, 1, rewritten(16, over));
    gamma.lists.put(changed);
    const third = await next(15);
    expect(third.resolved.map(({ market, winner }) => [market.meta.id, winner])).toEqual([[idOf(0), 'yes']]);
    expect(third.closed.map(({ meta }) => meta.id)).toEqual([idOf(1)]);
    expect(third.changed).toEqual([]);
    expect([...sync.open.keys()]).not.toContain(idOf(0));
    const fourth = await next(15);
    expect(fourth).toMatchObject({ added: [], closed: [], resolved: [] });
    // Who won the one that closed first is told once, when it is known.
    const split = { ...over, umaResolutionStatus: 'resolved', outcomePrices: '["0.5", "0.5"]' };
    gamma.lists.put(withMarket(changed, 1, rewritten(17, split)));
    const fifth = await next(15);
    expect(fifth.resolved.map(({ market, winner }) => [market.meta.id, winner])).toEqual([[idOf(1), 'split']]);
    expect(newsOf(fifth).resolved).toEqual([{ id: idOf(1), yesPayoutE4: 5_000 }]);
    expect(await next(15)).toMatchObject({ added: [], closed: [], resolved: [], missing: 0 });
  });

  test('a market that its list does not show any more is asked for by id, and closes on that evidence only', async () => {
    const gamma = await gammaWith([event, wholeEvent(2, 2)]);
    const { next } = await syncOn(gamma.url);
    await next();
    const over = rewritten(1, { closed: true, umaResolutionStatus: 'resolved', outcomePrices: '["0", "1"]' });
    gamma.lists.put({ ...[0, 1, 2].reduce((now, place) => withMarket(now, place, over), event), closed: true });
    const second = await next(15);
    expect(second.resolved.map(({ winner }) => winner)).toEqual(['no', 'no', 'no']);
    expect(second.missing).toBe(0);
    expect(second.reading.pages).toBe(3);
  });

  test('one that Gamma does not show at all stays, counted', async () => {
    const gamma = await gammaWith([event]);
    const { sync, next } = await syncOn(gamma.url);
    await next();
    gamma.lists.remove('events', 'e1');
    for (const { id } of marketsOf(event)) gamma.lists.remove('markets', String(id));
    gamma.lists.put(wholeEvent(2, 2));
    const second = await next(15);
    expect(second).toMatchObject({ missing: 3, closed: [], resolved: [], changed: [] });
    expect(second.added.length).toBe(2);
    expect(sync.open.size).toBe(5);
  });

  test('a tick the feed told is not undone by an older answer, and gives way to a newer one', async () => {
    const gamma = await gammaWith([event]);
    const { sync, next } = await syncOn(gamma.url);
    await next();
    const tickOf = (): number => sync.open.get(idOf(0))!.meta.tickRanges![0]!.tickE4;
    expect(tickOf()).toBe(10);
    sync.tickChanged(idOf(0), 100, LIST_MS + 5 * 60_000);
    // The venue sends it twice, and an older one may come late.
    sync.tickChanged(idOf(0), 100, LIST_MS + 5 * 60_000);
    sync.tickChanged(idOf(0), 50, LIST_MS + 4 * 60_000);
    expect(tickOf()).toBe(100);
    const stale = await next(15);
    expect(stale).toMatchObject({ changed: [], staleTicks: 1 });
    expect(tickOf()).toBe(100);
    // Written anew at Gamma, though before the change: still older.
    gamma.lists.put(withMarket(event, 0, rewritten(4, {})));
    expect(await next(15)).toMatchObject({ changed: [], staleTicks: 1 });
    gamma.lists.put(withMarket(event, 0, rewritten(31, { orderPriceMinTickSize: 0.0025 })));
    const newer = await next(15);
    expect(newer.changed.map(({ fields }) => fields)).toEqual([['tick']]);
    expect(newer.staleTicks).toBe(0);
    expect(tickOf()).toBe(25);
  });

  test('an answer older than the one before changes nothing', async () => {
    const gamma = await gammaWith([event]);
    const { next } = await syncOn(gamma.url);
    await next();
    gamma.lists.put(withMarket(event, 0, { updatedAt: '2026-04-17T00:00:00Z', orderPriceMinTickSize: 0.01 }));
    expect(await next(15)).toMatchObject({ changed: [], staleMarkets: 1 });
  });

  test('a market the feed saw resolve stays closed while Gamma still shows it open', async () => {
    const gamma = await gammaWith([event]);
    const { sync, clock, next } = await syncOn(gamma.url);
    await next();
    sync.marketResolved(idOf(2), true, clock.nowNs());
    const second = await next(15);
    expect(second).toMatchObject({ added: [], resolved: [], alreadyClosed: 1, relations: [] });
    expect(sync.open.size).toBe(2);
  });

  test('who Gamma says won is told once though the feed told it first, so that two words can be compared', async () => {
    const gamma = await gammaWith([event]);
    const { sync, clock, next } = await syncOn(gamma.url);
    await next();
    sync.marketResolved(idOf(2), true, clock.nowNs());
    expect((await next(15)).resolved).toEqual([]);
    const no = { closed: true, umaResolutionStatus: 'resolved', outcomePrices: '["0", "1"]', acceptingOrders: false };
    gamma.lists.put(withMarket(event, 2, rewritten(20, no)));
    expect(newsOf(await next(15)).resolved).toEqual([{ id: idOf(2), yesPayoutE4: 0 }]);
    expect(await next(15)).toMatchObject({ added: [], closed: [], resolved: [] });
  });

  test('an end without a winner makes the next reading come sooner, and the market stays until Gamma speaks', async () => {
    const gamma = await gammaWith([event]);
    const { sync, clock, next } = await syncOn(gamma.url);
    await next();
    sync.marketResolved(idOf(2), false, clock.nowNs());
    const no = { closed: true, umaResolutionStatus: 'resolved', outcomePrices: '["0", "1"]', acceptingOrders: false };
    gamma.lists.put(withMarket(event, 2, rewritten(1, no)));
    expect(newsOf(await next(1)).resolved).toEqual([{ id: idOf(2), yesPayoutE4: 0 }]);
  });

  test('closed markets keep their place in the arena, so that the limit holds over the whole run', async () => {
    const gamma = await gammaWith([event]);
    const { next } = await syncOn(gamma.url, {}, { markets: 4 });
    await next();
    const over = rewritten(1, { closed: true, acceptingOrders: false });
    gamma.lists.put([0, 1, 2].reduce((now, place) => withMarket(now, place, over), event));
    gamma.lists.put(wholeEvent(2, 2));
    const second = await next(15);
    expect(second.closed.length).toBe(3);
    expect(second.added).toEqual([]);
    expect(second.selection.left.map(({ reason }) => reason)).toEqual(['arenaMarkets', 'arenaMarkets']);
  });

  test('after a reading with holes the next comes sooner', async () => {
    const gamma = await gammaWith([event], [{ kind: 'gamma403', firstRequest: 1 }]);
    const { next } = await syncOn(gamma.url);
    expect((await next()).reading.problems.length).toBe(1);
    const second = await next(3);
    expect(second.reading.problems).toEqual([]);
    expect(second.added.length).toBe(3);
  });
});

test('real saved markets pass through the sockets unchanged', async () => {
  const gamma = await gammaWith(saved(SAVED.list));
  const { next } = await syncOn(gamma.url, { slugs: ['will-iraq-win-the-2026-fifa-world-cup'], negRisk: false });
  const { added } = await next();
  const real = savedMarket(SAVED.list, 'will-iraq');
  expect(added.map(({ market }) => market.meta.id)).toEqual([`polymarket:${real['conditionId']}`]);
  expect(added[0]!.market.meta).toMatchObject({ event: '2026-fifa-world-cup-winner-595', negRisk: true });
});
