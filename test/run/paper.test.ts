// A paper run on a feed from outside: the shipped config with its addresses replaced by a second simulated venue's.
// Discovery before the start, books over the market channel, orders against our own books, and none that leaves.
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { outsideVenue, PAPER } from './paper-rig.ts';
import { reportOf, start } from './rig.ts';

describe('a paper run on a feed from outside', () => {
  for (const topology of ['threads', 'inline'] as const) {
    test(`trades on its own books, proves them, and sends the venue no order, in topology ${topology}`, async () => {
      const { venue, environment } = await outsideVenue();
      const variables = { ...environment, DUTCHBOOK__TOPOLOGY: topology, DUTCHBOOK__EXECUTE__REREAD_AGE_MS: '0' };
      const { code, out, err } = await start(['run', '--json', '--seconds', '10'], PAPER, variables).ended;
      expect(code, err).toBe(EXIT.ok);
      const report = reportOf(out);
      expect(err).toMatch(/paper: books from 127\.0\.0\.1:\d+, orders matched in this process/);
      expect(report).toMatchObject({ ended: 'stopped', topology });
      // Orders may be in the venue's window still when the time is up; then nothing is compared.
      expect(report.venueLedgerEqual ?? report.venueLedgerDifference).toBeOneOf([true, 'not compared: orders open']);
      expect(report.marketFeed).toMatchObject({ polling: 0, down: 0, booksAbsent: 0, degraded: 0 });
      expect(report.books['SYNCED']).toBe(report.marketFeed!.assets / 2);
      expect(report.topMismatched + report.mirrorMismatched + report.framesRejected).toBe(0);
      expect(report.counters['hashVerified']).toBeGreaterThan(5);
      expect(report.counters['hashMismatched']).toBe(0);
      const { basketsReread, basketsSent } = report.executor;
      console.log(
        `${basketsReread} baskets read again, ${basketsSent} sent, ${report.fills} fills`,
        report.refusedByCause,
      );
      expect(basketsReread).toBeGreaterThanOrEqual(basketsSent);
      expect(report.fills).toBeGreaterThan(0);
      expect(report.executor).toMatchObject({ fillsBeyondLimit: 0 });
      expect(report.pnlMicros).toBe(report.realisedMicros + report.lockedMicros + report.openMicros);
      const { orderRequests, orders, subscriptions } = venue.stats();
      expect([orderRequests, orders]).toEqual([0, 0]);
      expect(subscriptions).toBeGreaterThan(0);
    });
  }
});

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

test('an address for the feed without one for its books is refused, and one for books alone', async () => {
  const marketUrl = 'ws://127.0.0.1:9/ws/market';
  const feedOnly = await start(['run', '--json'], { venues: { polymarket: { marketUrl } } }).ended;
  expect([feedOnly.code, feedOnly.out]).toEqual([EXIT.usage, '']);
  expect(feedOnly.err).toContain('venues.polymarket.restUrl: missing, needed to run on a feed from outside');
  const restOnly = await start(['run'], { venues: { polymarket: { restUrl: 'http://127.0.0.1:9' } } }).ended;
  expect([restOnly.code, restOnly.out]).toEqual([EXIT.usage, '']);
  expect(restOnly.err).toContain('userUrl and restUrl only with marketUrl');
});
