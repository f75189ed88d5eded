// Books what a venue paid while no run was there, of markets that the next run does not follow: before anything is taken up from
// the journal, since a market that is over is not among those that a run begins with, and what is held of it would refuse the
// run for good. Main thread, once, before the engine starts.
import { venueOfId } from '../venue/markets.ts';
import type { RunJournal } from './journal-file.ts';
import type { VenueLink } from './venue-link.ts';

/** `followed`: ids of the run's markets. Rejects with a sentence when the venue does not say it. */
export async function bookPaidBefore(
  { journal, state }: Pick<RunJournal, 'journal' | 'state'>,
  { readPaid }: Pick<VenueLink, 'readPaid'>,
  followed: ReadonlySet<string>,
): Promise<void> {
  if (state === undefined || readPaid === undefined) return;
  const unfollowed = new Set<string>();
  for (const { order } of state.orders.values()) {
    const isHeld = (state.ledger.position(order.token)?.matchedMicros ?? 0) !== 0;
    if (isHeld && venueOfId(order.marketId) === 'kalshi' && !followed.has(order.marketId)) unfollowed.add(order.token);
  }
  if (unfollowed.size === 0) return;
  for (const { token, payoutE4 } of await readPaid([...unfollowed])) {
    const record = { type: 'settle', atNs: 0, token, payoutE4 } as const;
    journal.append(record);
    state.apply(record);
  }
}
