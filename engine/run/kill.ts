// Cancels everything at every venue of a run, at once and within bounds. Main thread.
import type { KilledVenue } from '../ledger/records.ts';
import type { CancelReport } from '../venue/contract.ts';
import type { RunVenue } from './venue-link.ts';

/** A venue bounds itself far below this; this is for one that cannot. */
const KILL_MS_MAX = 20_000;

const SILENT: CancelReport = { cancelled: 0, refused: {}, failure: '', requests: 0 };

/** What each venue made of it. Never rejects. */
export function cancelEverywhere(venues: readonly Pick<RunVenue, 'gateway'>[]): Promise<KilledVenue[]> {
  return Promise.all(
    venues.map(async ({ gateway }) => {
      const { venue } = gateway;
      if (gateway.cancelEverything === undefined)
        return { venue, ...SILENT, failure: 'has no way to cancel everything' };
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<CancelReport>((resolve) => {
        timer = setTimeout(() => resolve({ ...SILENT, failure: `no word within ${KILL_MS_MAX} ms` }), KILL_MS_MAX);
        timer.unref();
      });
      const report = await Promise.race([gateway.cancelEverything(), late]);
      clearTimeout(timer);
      return { venue, ...report };
    }),
  );
}

/** Two passes as one: what the second says stands, and what both cancelled counts. */
export function together(first: readonly KilledVenue[], second: readonly KilledVenue[]): KilledVenue[] {
  return second.map((later, index) => {
    const { cancelled, requests } = first[index]!;
    return { ...later, cancelled: cancelled + later.cancelled, requests: requests + later.requests };
  });
}
