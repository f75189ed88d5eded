// Books what a venue paid while no run was there, of markets that the next run does not follow: before anything is taken up from
// the journal, since a market that is over is not among those that a run begins with. What is over and not paid yet is waited
// for within bounds. Main thread, once, before the engine starts.
import type { Clock } from '../core/clock.ts';
import type { JournalState } from '../ledger/state.ts';
import { venueOfId } from '../venue/markets.ts';
import type { RunJournal } from './journal-file.ts';
import type { VenueLink } from './venue-link.ts';

export interface PaidParts extends Pick<RunJournal, 'journal'> {
  readonly state: JournalState;
  readonly venue: Pick<VenueLink, 'readPaid' | 'readOver'>;
  readonly clock: Clock;
  readonly untilNs: number;
  pause(ms: number): Promise<void>;
}

/** Between two questions whether it was paid. */
const LOOK_MS = 2_000;

/**
 * `followed`: ids of the run's markets. Answers what is held of markets that are over and not paid, '' when that is nothing;
 * rejects with a sentence when the venue does not say it.
 */
export async function bookPaidBefore(parts: PaidParts, followed: ReadonlySet<string>): Promise<string> {
  const { journal, state, venue, clock, untilNs, pause } = parts;
  const { readPaid, readOver } = venue;
  if (readPaid === undefined || readOver === undefined) return '';
  while (true) {
    const unfollowed = heldOf(state, followed);
    if (unfollowed.size === 0) return '';
    for (const { token, payoutE4 } of await readPaid([...unfollowed.keys()])) {
      const record = { type: 'settle', atNs: 0, token, payoutE4 } as const;
      journal.append(record);
      state.apply(record);
      unfollowed.delete(token);
    }
    if (unfollowed.size === 0) return '';
    const over = await readOver([...unfollowed.keys()]);
    // What goes on is not paid by waiting, and is judged with everything else that is taken up.
    if (over.length < unfollowed.size) return '';
    if (clock.nowNs() >= untilNs) return [...new Set(unfollowed.values())].map(sentenceOf).join('; ');
    await pause(LOOK_MS);
  }
}

/** Tokens held of such markets at the venue that pays by itself, each with its market. */
function heldOf({ orders, ledger }: JournalState, followed: ReadonlySet<string>): Map<string, string> {
  const held = new Map<string, string>();
  for (const { order } of orders.values()) {
    const { token, marketId } = order;
    const isHeld = (ledger.position(token)?.matchedMicros ?? 0) !== 0;
    if (isHeld && venueOfId(marketId) === 'kalshi' && !followed.has(marketId)) held.set(token, marketId);
  }
  return held;
}

function sentenceOf(marketId: string): string {
  return `${marketId} is over and what is held of it is not paid yet: a start after the payment goes on from this journal`;
}
