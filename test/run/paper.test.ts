// A paper run on a feed from outside: the shipped config with its addresses replaced by a simulated venue's. Discovery
// before the start, books over the market channel, orders against our own books, and markets that come and go meanwhile.
import { describe, expect, onTestFinished, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { RecordingReader } from '../../engine/replay/recording.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import type { TapeFrame } from '../../engine/venue/sim/tape.ts';
import { openVenue, type VenueInput } from '../../engine/venue/sim/venue.ts';
import { reportOf, start } from './rig.ts';

const PAPER = 'config/polymarket-paper.yaml';

function* framesOf(reader: RecordingReader): Generator<TapeFrame> {
  while (reader.next()) {
    const { current } = reader;
    if (current.flags !== RECORD_TEXT || current.info.venue !== 'polymarket') continue;
    yield { atNs: current.recvNs, bytes: current.message(), venue: 'polymarket' };
  }
  reader.close();
}

/** The demo's flow at a venue of its own, some of whose markets are listed later. */
async function demoVenue(unlisted: (ids: readonly string[]) => readonly string[], more: Partial<VenueInput> = {}) {
  const reader = new RecordingReader('recordings/demo');
  const { markets, relations } = reader.manifest;
  const inSets = new Set(relations.flatMap((relation) => relation.markets));
  const alone = markets.filter(({ id, noToken }) => !inSets.has(id) && noToken !== undefined).map(({ id }) => id);
  const venue = await openVenue({
    ...{ seed: 1, speed: 1, accounts: [], markets, relations, frames: framesOf(reader) },
    ...{ unlisted: new Set(unlisted(alone)), ...more },
  });
  onTestFinished(() => venue.close());
  const environment = {
    DUTCHBOOK__VENUES__POLYMARKET__MARKET_URL: venue.marketUrl,
    DUTCHBOOK__VENUES__POLYMARKET__REST_URL: venue.restUrl,
    DUTCHBOOK__VENUES__POLYMARKET__GAMMA__URL: venue.gammaUrl,
    DUTCHBOOK__WARM_UP_FRAMES: '1000',
  };
  return { venue, environment, alone };
}

describe('a paper run on a feed from outside', () => {
  for (const topology of ['threads', 'inline'] as const) {
    test(`starts on what discovery selects and trades on its own books in topology ${topology}`, async () => {
      const { environment } = await demoVenue(() => []);
      const variables = { ...environment, DUTCHBOOK__TOPOLOGY: topology };
      const { code, out, err } = await start(['run', '--json', '--seconds', '8'], PAPER, variables).ended;
      expect(code, err).toBe(EXIT.ok);
      const report = reportOf(out);
      expect(err).toMatch(/discovery: [1-9]\d* markets, [1-9]\d* complete sets/);
      expect(report).toMatchObject({ ended: 'stopped', topology, venueLedgerEqual: true });
      expect(report.marketFeed).toMatchObject({ polling: 0, down: 0, booksAbsent: 0, degraded: 0 });
      expect(report.books['SYNCED']).toBe(report.marketFeed!.assets / 2);
      expect(report.topMismatched + report.mirrorMismatched + report.framesRejected).toBe(0);
      expect(report.fills).toBeGreaterThan(0);
    });
  }

  test('subscribes a market that is listed meanwhile, and gives up one that resolves', async () => {
    const { venue, environment, alone } = await demoVenue((ids) => ids.slice(0, 1));
    const variables = { ...environment, DUTCHBOOK__VENUES__POLYMARKET__SELECT__TAGS: '[simulated]' };
    const running = start(['run', '--json', '--seconds', '20'], PAPER, variables);
    await running.said(/journal: /);
    await expect.poll(() => venue.stats().subscriptions, { timeout: 20_000 }).toBeGreaterThan(0);
    venue.list(alone[0]!);
    await running.said(/discovery: added 1/);
    venue.resolve(alone[1]!, 0);
    const { code, out, err } = await running.ended;
    expect(code, err).toBe(EXIT.ok);
    const report = reportOf(out);
    expect(report.marketNews).toMatchObject({ added: 1, refused: 0, resolved: 1 });
    const markets = Object.values(report.books).reduce((sum, count) => sum + count, 0);
    expect(report.marketFeed!.assets).toBe(2 * (markets - 1));
    expect(report.books['SYNCED']).toBe(markets - 1);
  });

  test('ends with its documented code when Gamma cannot be reached, or nothing is selected', async () => {
    const { environment } = await demoVenue(() => []);
    const gone = { ...environment, DUTCHBOOK__VENUES__POLYMARKET__GAMMA__URL: 'http://127.0.0.1:9' };
    const short = { ...gone, DUTCHBOOK__VENUES__POLYMARKET__GAMMA__DEADLINE_MS: '500' };
    const unreachable = await start(['run', '--json'], PAPER, short).ended;
    expect([unreachable.code, unreachable.err]).toEqual([EXIT.unreachable, expect.stringContaining('Gamma: ')]);
    const nothing = { ...environment, DUTCHBOOK__VENUES__POLYMARKET__SELECT__NEG_RISK: 'false' };
    const empty = await start(['run', '--json'], PAPER, nothing).ended;
    expect([empty.code, empty.err]).toEqual([EXIT.usage, expect.stringContaining('venues.polymarket: no markets')]);
  });
});
