// A paper run on a feed from outside: the shipped config with its addresses replaced by a second simulated venue's.
// Discovery before the start, books over the market channel, orders against our own books, and none that leaves.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { RecordingReader } from '../../engine/replay/recording.ts';
import { outsideVenue, PAPER } from './paper-rig.ts';
import { reportOf, start } from './rig.ts';

type Topology = 'threads' | 'inline';

/** Both topologies side by side: a run waits more than it works. */
function inBoth(test: (topology: Topology) => Promise<void>): () => Promise<void> {
  return async () => {
    await Promise.all((['threads', 'inline'] as const).map(test));
  };
}

test(
  'a paper run trades on its own books a set that was listed meanwhile, proves them, and sends the venue no order, in both topologies',
  inBoth(async (topology) => {
    const [set] = new RecordingReader('recordings/demo').manifest.relations;
    const { venue, environment } = await outsideVenue({ unlisted: new Set(set!.markets) });
    const variables = {
      ...{ ...environment, DUTCHBOOK__VENUES__POLYMARKET__SELECT__TAGS: '[simulated]' },
      ...{ DUTCHBOOK__TOPOLOGY: topology, DUTCHBOOK__EXECUTE__REREAD_AGE_MS: '0' },
    };
    const running = start(['run', '--json', '--seconds', '14'], PAPER, variables);
    await running.said(/journal: /);
    await expect.poll(() => venue.stats().subscriptions, { timeout: 10_000 }).toBeGreaterThan(0);
    venue.list(...set!.markets);
    const { code, out, err } = await running.ended;
    expect(code, err).toBe(EXIT.ok);
    expect(err).toMatch(/discovery: 1 complete sets are new; their baskets are made now/);
    expect(err).toMatch(/reload: table 1 of 2 baskets in force: 2 new, 0 gone/);
    const report = reportOf(out);
    expect(err).toMatch(/paper: books from 127\.0\.0\.1:\d+, orders matched in this process/);
    expect(report).toMatchObject({ ended: 'stopped', topology, reloads: { table: 1, fromDiscovery: 1, refused: 0 } });
    // Orders may be in the venue's window still when the time is up; then nothing is compared.
    expect(report.venueLedgerEqual ?? report.venueLedgerDifference).toBeOneOf([true, 'not compared: orders open']);
    expect(report.marketFeed).toMatchObject({ polling: 0, down: 0, booksAbsent: 0, degraded: 0 });
    expect(report.books['SYNCED']).toBe(report.marketFeed!.assets / 2);
    expect(report.topMismatched + report.mirrorMismatched + report.framesRejected).toBe(0);
    expect(report.counters['hashVerified']).toBeGreaterThan(5);
    expect(report.counters['hashMismatched']).toBe(0);
    // Of those that came last nobody was told any more.
    const { tradesTaken, tradesLost } = report.counters;
    expect(tradesTaken).toBeGreaterThan(0.5 * report.trades);
    expect([tradesLost, report.trades > 0]).toEqual([0, true]);
    const { basketsReread, basketsSent } = report.executor;
    console.log(
      `${basketsReread} baskets read again, ${basketsSent} sent, ${report.fills} fills, ledgers equal: ${report.venueLedgerEqual}`,
      report.refusedByCause,
    );
    expect(basketsReread).toBeGreaterThanOrEqual(basketsSent);
    expect(report.fills).toBeGreaterThan(0);
    expect(report.executor).toMatchObject({ fillsBeyondLimit: 0 });
    expect(report.pnlMicros).toBe(report.realisedMicros + report.lockedMicros + report.openMicros);
    const { orderRequests, orders, subscriptions } = venue.stats();
    expect([orderRequests, orders]).toEqual([0, 0]);
    expect(subscriptions).toBeGreaterThan(0);
  }),
);

test(
  'a market that is listed meanwhile is subscribed, one that resolves is given up, and a replay comes to the same books, in both topologies',
  inBoth(async (topology) => {
    const dir = mkdtempSync(join(tmpdir(), 'dutchbook-paper-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const { markets, relations } = new RecordingReader('recordings/demo').manifest;
    const inSets = new Set(relations.flatMap((relation) => relation.markets));
    const [later, over] = markets.filter(({ id, noToken }) => !inSets.has(id) && noToken !== undefined);
    const { venue, environment } = await outsideVenue({ unlisted: new Set([later!.id]) });
    const variables = {
      ...{ ...environment, DUTCHBOOK__VENUES__POLYMARKET__SELECT__TAGS: '[simulated]' },
      // The sets end early: also what little they offer until then is bought.
      ...{ DUTCHBOOK__TOPOLOGY: topology, DUTCHBOOK__EXECUTE__LEG_MICROS_MIN: '0' },
      ...{ DUTCHBOOK__RECORDER__ENABLED: 'true', DUTCHBOOK__RECORDER__DIR: dir },
    };
    const running = start(['run', '--json', '--seconds', '18'], PAPER, variables);
    await running.said(/journal: /);
    await expect.poll(() => venue.stats().subscriptions, { timeout: 20_000 }).toBeGreaterThan(0);
    venue.list(later!.id);
    await running.said(/discovery: added 1/);
    venue.resolve(over!.id, 0);
    // Those of the sets end as well, the first of each as the winner: what a run holds of them is paid.
    for (const { markets: ids } of relations)
      for (const [place, id] of ids.entries()) venue.resolve(id, Number(place > 0));
    const { code, out, err } = await running.ended;
    expect(code, err).toBe(EXIT.ok);
    const report = reportOf(out);
    expect(report.topology).toBe(topology);
    const ended = 1 + inSets.size;
    expect(report.marketNews).toMatchObject({ added: 1, refused: 0, resolved: ended, payoutsDiffering: 0 });
    const { basketsSent, tokensPaid, marketsUnpaid } = report.executor;
    console.log(`${topology}: ${basketsSent} baskets sent, ${report.fills} fills, ${tokensPaid} tokens paid`);
    expect(tokensPaid > 0).toBe(report.fills > 0);
    expect([marketsUnpaid, report.exposures, report.venueLedgerEqual]).toEqual([0, [], true]);
    expect([report.lockedMicros, report.openMicros]).toEqual([0, 0]);
    const books = Object.values(report.books).reduce((sum, count) => sum + count, 0);
    expect(report.marketFeed!.assets).toBe(2 * (books - ended));
    expect(report.books['SYNCED']).toBe(books - ended);
    const recording = join(dir, readdirSync(dir)[0]!);
    expect(new RecordingReader(recording).manifest.markets.map(({ id }) => id)).toContain(later!.id);
    const replayed = await start(['replay', recording, '--json'], PAPER).ended;
    expect(replayed.code, replayed.err).toBe(EXIT.ok);
    const again = reportOf(replayed.out);
    expect([again.booksHash, again.framesRejected]).toEqual([report.booksHash, 0]);
    expect(report.booksHash).toMatch(/^[0-9a-f]{16,}$/);
  }),
);

describe('a paper run that cannot start ends with its documented code and one sentence', () => {
  const CASES = [
    [
      'Gamma cannot be reached',
      { GAMMA__URL: 'http://127.0.0.1:9', GAMMA__DEADLINE_MS: '500' },
      EXIT.unreachable,
      'Gamma: ',
    ],
    ['nothing is selected', { SELECT__NEG_RISK: 'false' }, EXIT.usage, 'markets: none of Polymarket'],
  ] as const;
  for (const [what, own, expected, says] of CASES) {
    test(`when ${what}`, async () => {
      const { environment } = await outsideVenue();
      const variables: Record<string, string> = { ...environment };
      for (const [key, value] of Object.entries(own)) variables[`DUTCHBOOK__VENUES__POLYMARKET__${key}`] = value;
      const { code, out, err } = await start(['run', '--json'], PAPER, variables).ended;
      expect([code, out, err]).toEqual([expected, '', expect.stringContaining(says)]);
    });
  }
});

test('Ctrl-C while the list of markets is being read ends at once, with nothing started', async () => {
  const { venue, environment } = await outsideVenue({
    gammaFaults: [{ kind: 'gammaSlow', firstRequest: 1, ms: 60_000 }],
  });
  const running = start(['run', '--json'], PAPER, environment);
  await expect.poll(() => venue.stats().gammaRequests, { timeout: 20_000 }).toBeGreaterThan(0);
  running.child.kill('SIGINT');
  const { code, out, err } = await running.ended;
  expect([code, out, err]).toEqual([EXIT.ok, '', 'dutchbook: stopped while the list of markets was being read\n']);
  expect(venue.stats()).toMatchObject({ subscriptions: 0, faults: { gammaSlow: 1 } });
});

test('what only the embedded venue has is refused by name, all at once', async () => {
  const { environment } = await outsideVenue();
  const variables = { ...environment, DUTCHBOOK__SIMULATE__GAMMA_FILES: '[a.json]' };
  const { code, out, err } = await start(['run', '--speed', '4', '--recording', 'other'], PAPER, variables).ended;
  expect([code, out]).toEqual([EXIT.usage, '']);
  const on = 'on a feed from outside';
  expect(err).toContain(`simulate.recording: other, allowed the default ${on}`);
  expect(err).toContain(`simulate.speed: 4, allowed 1 ${on}`);
  expect(err).toContain(`simulate.gammaFiles: 1 given, allowed none ${on}`);
});

test('an address for the feed without one for its books is refused, and one for books alone', async () => {
  const marketUrl = 'ws://127.0.0.1:9/ws/market';
  const feedOnly = await start(['run', '--json'], { venues: { polymarket: { marketUrl } } }).ended;
  expect([feedOnly.code, feedOnly.out]).toEqual([EXIT.usage, '']);
  expect(feedOnly.err).toContain('venues.polymarket.restUrl: missing, needed to run on a feed from outside');
  const restOnly = await start(['run'], { venues: { polymarket: { restUrl: 'http://127.0.0.1:9' } } }).ended;
  expect([restOnly.code, restOnly.out]).toEqual([EXIT.usage, '']);
  expect(restOnly.err).toContain('userUrl and restUrl only with marketUrl');
});
