// A venue outside for paper runs: the simulated venue in the test's own process, reached by the addresses that a real one
// would have in the config.
import { onTestFinished } from 'vitest';
import { RecordingReader } from '../../engine/replay/recording.ts';
import { RECORD_TEXT } from '../../engine/replay/segment.ts';
import type { TapeFrame } from '../../engine/venue/sim/tape.ts';
import { openVenue, type VenueInput } from '../../engine/venue/sim/venue.ts';

/** The file that users are given. */
export const PAPER = 'config/polymarket-paper.yaml';

function* framesOf(reader: RecordingReader): Generator<TapeFrame> {
  while (reader.next()) {
    const { current } = reader;
    if (current.flags !== RECORD_TEXT || current.info.venue !== 'polymarket') continue;
    yield { atNs: current.recvNs, bytes: current.message(), venue: 'polymarket' };
  }
  reader.close();
}

/** The shipped recording's flow at a venue of its own, ended with the test, and the variables that lead a run there. */
export async function outsideVenue(more: Partial<VenueInput> = {}) {
  const reader = new RecordingReader('recordings/demo');
  const { markets, relations } = reader.manifest;
  const venue = await openVenue({
    ...{ seed: 1, speed: 1, accounts: [], markets, relations, frames: framesOf(reader), ...more },
  });
  onTestFinished(() => venue.close());
  const environment = {
    DUTCHBOOK__VENUES__POLYMARKET__MARKET_URL: venue.marketUrl,
    DUTCHBOOK__VENUES__POLYMARKET__REST_URL: venue.restUrl,
    DUTCHBOOK__VENUES__POLYMARKET__GAMMA__URL: venue.gammaUrl,
    DUTCHBOOK__WARM_UP_FRAMES: '1000',
  };
  return { venue, environment, markets, relations };
}
