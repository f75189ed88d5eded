// Discovery over real sockets against the simulated venue's REST: pages, fees per series, faults, limits, and what changes
// from one reading to the next.
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { JsonObject } from '../../../engine/venue/json.ts';
import { type KalshiDiff, KalshiSync } from '../../../engine/venue/kalshi/sync.ts';
import { RestGets } from '../../../engine/venue/rest-get.ts';
import type { KalshiFaultRule } from '../../../engine/venue/sim/kalshi-faults.ts';
import { KalshiLists } from '../../../engine/venue/sim/kalshi-lists.ts';
import { KalshiVenue } from '../../../engine/venue/sim/kalshi-venue.ts';
import { clockAt, pump } from '../../helpers/gamma.ts';
import { KEY_ID, KEYS } from '../../helpers/kalshi.ts';

const SAVED = JSON.parse(readFileSync('test/fixtures/kalshi/markets-2026-07-20.json', 'utf8')) as {
  market: JsonObject;
}[];
const AS_OF_MS = Date.parse('2026-07-20T19:00:00Z');
const ROOM = { markets: 100, fineLadders: 8, grids: 8, feeSchedules: 8, baskets: 0, legs: 0 };
const NOTHING = { series: [], events: [], markets: [] };

/** The recorded markets with their events and series, which nobody recorded: made in the API's form. */
function savedLists(): KalshiLists {
  const lists = new KalshiLists();
  lists.put(SAVED as unknown as JsonObject[]);
  for (const { market } of SAVED) {
    const event_ticker = String(market['event_ticker']);
    const series_ticker = event_ticker.replace(/-.*$/, '');
    const mutually_exclusive = event_ticker === 'KXFEDDECISION-26JUL';
    lists.put({
      event_ticker,
      series_ticker,
      title: event_ticker,
      sub_title: '',
      mutually_exclusive,
      collateral_return_type: '',
    });
    const fee_type = series_ticker === 'KXATP' ? 'flat' : 'quadratic';
    lists.put({
      ticker: series_ticker,
      title: series_ticker,
      fee_type,
      fee_multiplier: series_ticker === 'KXBALLONDOR' ? 0.5 : 1,
    });
  }
  return lists;
}

async function start(lists = savedLists(), faults: readonly KalshiFaultRule[] = []) {
  const venue = new KalshiVenue({
    ...{ keyId: KEY_ID, publicKeyPem: KEYS.publicKey, lists, faults, frames: [], speed: 1 },
  });
  await venue.open();
  onTestFinished(() => venue.close());
  return venue;
}

/** Reads `count` times, `stepMinutes` of virtual time apart; `between` runs before each but the first. */
async function readings(
  url: string,
  select: Partial<typeof NOTHING> | object,
  {
    count = 1,
    between = () => {},
    room = ROOM,
    pageSize = 100,
    attemptsMax = 4,
    everyMinutes = 1,
    stepMinutes = everyMinutes,
  }: {
    count?: number;
    between?: (reading: number) => void;
    room?: typeof ROOM;
    pageSize?: number;
    attemptsMax?: number;
    everyMinutes?: number;
    stepMinutes?: number;
  } = {},
) {
  const clock = clockAt(AS_OF_MS);
  const gets = new RestGets({
    ...{ url, warmPath: '/exchange/status', userAgent: 'dutchbook', connections: 2, requestsPerSecond: 20 },
    ...{ deadlineMs: 5_000, answerBytesMax: 4_194_304, attemptsMax, retryMs: 10, connectMs: 600_000 },
  });
  const diffs: KalshiDiff[] = [];
  const declared = { markets: [], relations: [] };
  const settings = { select: { ...NOTHING, ...select }, everyMinutes, pageSize, room, declared };
  const sync = new KalshiSync(settings, gets, clock, (diff) => diffs.push(diff));
  onTestFinished(() => sync.close());
  for (let reading = 1; reading <= count; reading += 1) {
    if (reading > 1) {
      between(reading);
      clock.advanceTo(clock.nowNs() + stepMinutes * 60e9);
    }
    await pump(sync, clock, () => diffs.length === reading, `reading ${reading}`);
  }
  return { diffs, last: diffs.at(-1)!, counts: gets.counts };
}

const tickers = ({ selection }: KalshiDiff): string[] => selection.selected.map(({ market }) => market.ticker).sort();

test('series, events and markets are found with their fees; each series is asked for once', async () => {
  const venue = await start();
  const select = {
    series: ['KXFEDDECISION'],
    events: ['KXBALLONDOR-26'],
    markets: ['KXATP-26WIM-AUG', 'KXMENWORLDCUP-26-AR'],
  };
  const { last, counts } = await readings(venue.restUrl, select);
  expect(tickers(last)).toEqual([
    ...['KXATP-26WIM-AUG', 'KXBALLONDOR-26-HKAN', 'KXBALLONDOR-26-LYAM'],
    ...['KXFEDDECISION-26JUL-C25', 'KXFEDDECISION-26JUL-H0', 'KXMENWORLDCUP-26-AR'],
  ]);
  const facts = Object.fromEntries(
    last.selection.selected.map(({ market, fee, why, mutuallyExclusive }) => [
      market.ticker,
      [typeof fee === 'string' ? fee : fee.taker.rateE6, market.meta.fee?.rateE6, why, mutuallyExclusive],
    ]),
  );
  expect(facts['KXFEDDECISION-26JUL-H0']).toEqual([70_000, 70_000, 'series KXFEDDECISION', true]);
  expect(facts['KXBALLONDOR-26-LYAM']).toEqual([35_000, 35_000, 'event KXBALLONDOR-26', false]);
  expect(facts['KXATP-26WIM-AUG']).toEqual(['feeType', undefined, 'market', false]);
  // The other market of an event that was read for its fees only is nobody's wish, and does not come up.
  expect(last.reading.catalogue.entries.has('KXMENWORLDCUP-26-ES')).toBe(false);
  expect(last.reading).toMatchObject({ unknownTickers: [], problems: [], answers: 10 });
  expect(counts).toMatchObject({ requests: 10, retries: 0, faults: {} });
});

test('small pages are followed by their cursors to the same markets', async () => {
  const lists = savedLists();
  const FED = SAVED[1]!.market;
  for (let event = 0; event < 7; event += 1) {
    const event_ticker = `KXFEDDECISION-E${event}`;
    lists.put({ event_ticker, series_ticker: 'KXFEDDECISION', title: event_ticker, mutually_exclusive: true });
    for (const outcome of ['A', 'B']) lists.put({ ...FED, event_ticker, ticker: `${event_ticker}-${outcome}` });
  }
  const venue = await start(lists);
  const small = await readings(venue.restUrl, { series: ['KXFEDDECISION'] }, { pageSize: 2 });
  const large = await readings(venue.restUrl, { series: ['KXFEDDECISION'] });
  expect(tickers(small.last)).toEqual(tickers(large.last));
  expect([tickers(large.last).length, small.last.reading.answers, large.last.reading.answers]).toEqual([16, 5, 2]);
});

test.each([
  ['kalshiRest429', 'rateLimited'],
  ['kalshiRest502', 'serverError'],
  ['kalshiRestTruncated', 'notJson'],
] as const)('%s is asked again and the list is whole', async (kind, fault) => {
  const venue = await start(savedLists(), [{ kind, firstRequest: 1, count: 2 }]);
  const { last, counts } = await readings(venue.restUrl, { series: ['KXFEDDECISION'] });
  expect([venue.stats.faults, counts.faults, counts.retries]).toEqual([{ [kind]: 2 }, { [fault]: 2 }, 2]);
  expect([tickers(last).length, last.reading.problems]).toEqual([2, []]);
});

test.each([
  ['kalshiRest403', 'forbidden', 1],
  ['kalshiRestChallenge', 'challenged', 1],
  ['kalshiRest502', 'serverError', 2],
] as const)(
  '%s is a problem of the reading after as many attempts as may help, and the next comes sooner',
  async (...of) => {
    const [kind, fault, attempts] = of;
    const venue = await start(savedLists(), [{ kind, firstRequest: 1, count: attempts }]);
    const sooner = { count: 2, attemptsMax: 2, everyMinutes: 15, stepMinutes: 3 };
    const { diffs } = await readings(venue.restUrl, { events: ['KXBALLONDOR-26'] }, sooner);
    expect(venue.stats.faults).toEqual({ [kind]: attempts });
    expect(diffs[0]!.reading.problems).toEqual([
      expect.stringMatching(new RegExp(`^event KXBALLONDOR-26: ${fault}, status`)),
    ]);
    expect([tickers(diffs[0]!).length, tickers(diffs[1]!).length]).toEqual([0, 2]);
  },
);

test('a fee that is known stays while the answer of its series is lost, and changes when the series says so', async () => {
  const lists = savedLists();
  // Of the second reading: requests 1 and 2 read the event and its series first.
  const venue = await start(lists, [{ kind: 'kalshiRest502', firstRequest: 4, count: 2 }]);
  const between = (reading: number): void => {
    if (reading === 4) lists.put({ ticker: 'KXBALLONDOR', fee_type: 'quadratic', fee_multiplier: 2 });
  };
  const { diffs } = await readings(
    venue.restUrl,
    { events: ['KXBALLONDOR-26'] },
    { count: 4, attemptsMax: 2, between },
  );
  expect(venue.stats.faults).toEqual({ kalshiRest502: 2 });
  expect(diffs.map(({ reading }) => reading.problems.length)).toEqual([0, 1, 0, 0]);
  expect(diffs[1]!.reading.problems[0]).toMatch(/^series KXBALLONDOR: serverError/);
  expect(diffs[0]!.added.map(({ market }) => market.meta.fee?.rateE6)).toEqual([35_000, 35_000]);
  expect(diffs.slice(1).map(({ changed }) => changed.map(({ fields }) => fields))).toEqual([
    [],
    [],
    [['fee'], ['fee']],
  ]);
});

test('a list whose cursor leads back to itself ends with a problem', async () => {
  const lists = new KalshiLists();
  const page = lists.page.bind(lists);
  Object.assign(lists, { page: (...of: Parameters<typeof page>) => ({ ...page(...of), cursor: 'again' }) });
  lists.put({ event_ticker: 'KXA-1', series_ticker: 'KXA', title: '' });
  lists.put({ ticker: 'KXA', fee_type: 'quadratic', fee_multiplier: 1 });
  lists.put({ ...SAVED[0]!.market, event_ticker: 'KXA-1', ticker: 'KXA-1-A' });
  const venue = await start(lists);
  const { last } = await readings(venue.restUrl, { series: ['KXA'] });
  expect(last.reading.problems).toEqual(['page 2 of events: endless, its cursor leads back to it']);
});

test('unknown tickers are told apart from lost answers', async () => {
  const venue = await start();
  const select = { series: ['KXNONE'], events: ['KXNONE-1'], markets: ['KXNONE-1-A', 'KXFEDDECISION-26JUL-H0'] };
  const { last } = await readings(venue.restUrl, select);
  expect([...last.reading.unknownTickers].sort()).toEqual(['KXNONE', 'KXNONE-1', 'KXNONE-1-A']);
  expect([tickers(last), last.reading.problems]).toEqual([['KXFEDDECISION-26JUL-H0'], []]);
});

test('limits of the arena cut the least traded of what a series names, after what was named itself', async () => {
  const venue = await start();
  const select = { series: ['KXFEDDECISION', 'KXBALLONDOR'], markets: ['KXBALLONDOR-26-HKAN'] };
  const { last } = await readings(venue.restUrl, select, { room: { ...ROOM, markets: 2 } });
  expect(tickers(last)).toEqual(['KXBALLONDOR-26-HKAN', 'KXFEDDECISION-26JUL-H0']);
  expect(last.selection.left.map(({ reason }) => reason)).toEqual(['arenaMarkets', 'arenaMarkets']);
});

test('from one reading to the next: added, changed, closed, settled, gone', async () => {
  const lists = savedLists();
  const venue = await start(lists);
  const later = (at: number, more: JsonObject): void => {
    const { market } = SAVED.find(({ market: one }) => one['ticker'] === NAMES[at])!;
    lists.put({ ...market, updated_time: '2026-07-20T18:59:00Z', ...more });
  };
  const NAMES = ['KXFEDDECISION-26JUL-C25', 'KXFEDDECISION-26JUL-H0', 'KXBALLONDOR-26-HKAN', 'KXBALLONDOR-26-LYAM'];
  const between = (reading: number): void => {
    if (reading === 2) {
      later(0, { status: 'inactive' });
      later(1, {
        price_level_structure: 'deci_cent',
        price_ranges: [{ start: '0.0000', end: '1.0000', step: '0.0010' }],
      });
      lists.put({ ...SAVED[0]!.market, ticker: 'KXFEDDECISION-26JUL-NEW' });
    } else if (reading === 3) {
      later(0, { status: 'determined' });
      later(1, { status: 'finalized', result: 'no' });
      lists.remove('KXBALLONDOR-26-HKAN');
      lists.put({ ticker: 'KXBALLONDOR', fee_type: 'quadratic', fee_multiplier: 2 });
    } else if (reading === 5) later(0, { status: 'finalized', result: 'yes' });
  };
  const select = { series: ['KXFEDDECISION', 'KXBALLONDOR'] };
  const { diffs } = await readings(venue.restUrl, select, { count: 6, between });
  const said = diffs.map(({ added, changed, closed, resolved, missing }) => ({
    ...{ added: added.map(({ market }) => market.ticker).sort(), changed, closed, resolved, missing },
  }));
  expect(said[0]).toEqual({ added: [...NAMES].sort(), changed: [], closed: [], resolved: [], missing: 0 });
  expect(said[1]).toEqual({
    ...{ added: ['KXFEDDECISION-26JUL-NEW'], closed: [], resolved: [], missing: 0 },
    changed: expect.arrayContaining([
      { ticker: NAMES[0], fields: ['status'] },
      { ticker: NAMES[1], fields: ['tick'] },
    ]),
  });
  expect(said[2]).toEqual({
    ...{ added: [], closed: [NAMES[0]], resolved: [{ ticker: NAMES[1], winner: 'no' }], missing: 1 },
    changed: [{ ticker: NAMES[3], fields: ['fee'] }],
  });
  const quiet = { added: [], changed: [], closed: [], resolved: [], missing: 1 };
  expect(said[3]).toEqual(quiet);
  // Who won is asked until it is final, and told once.
  expect(said[4]).toEqual({ ...quiet, resolved: [{ ticker: NAMES[0], winner: 'yes' }] });
  expect(said[5]).toEqual(quiet);
});
