// Books what a venue paid while no run was there, of markets that the next run does not follow: before anything is taken up from
// the journal, since a market that is over is not among those that a run begins with. What is over and not paid yet is waited
// for within bounds. Main thread, once, before the engine starts.
import type { JournalState } from '../ledger/state.ts';
import { netted } from '../venue/kalshi/netting.ts';
import { tickerOfOutcome } from '../venue/kalshi/outcome.ts';
import { venueOfId } from '../venue/markets.ts';
import type { RunJournal } from './journal-file.ts';
import type { VenueLink } from './venue-link.ts';

export interface PaidParts extends Pick<RunJournal, 'journal'> {
  readonly state: JournalState;
  readonly venue: Pick<VenueLink, 'readPaid' | 'readOver'>;
  /** True once nothing is waited for any more. */
  isTimeUp(): boolean;
  pause(ms: number): Promise<void>;
}

/** What a share of YES and one of NO pay together. */
const PAIR_E4 = 10_000;
/** Between two questions whether it was paid. */
const LOOK_MS = 2_000;

/**
 * `followed`: ids of the run's markets. Answers what is held of markets that are over and not paid, '' when that is nothing;
 * rejects with a sentence when the venue does not say it.
 */
export async function bookPaidBefore(parts: PaidParts, followed: ReadonlySet<string>): Promise<string> {
  const { state, pause } = parts;
  const { readPaid, readOver } = parts.venue;
  if (readPaid === undefined || readOver === undefined) return '';
  while (true) {
    const held = [...heldOf(state, followed).keys()];
    for (const { token, payoutE4 } of held.length === 0 ? [] : await readPaid(held)) book(parts, token, payoutE4);
    const unpaid = [...heldOf(state, followed).keys()];
    if (unpaid.length === 0) return '';
    const over = await readOver(unpaid);
    // Of these the venue lists nothing: it has paid the dollar of each pair at once, whoever wins.
    for (const token of pairsOf(state, over)) book(parts, token, PAIR_E4 / 2);
    const left = heldOf(state, followed);
    // What goes on is not paid by waiting, and is judged with everything else that is taken up.
    if (left.size === 0 || [...left.keys()].some((token) => !over.includes(token))) return '';
    if (parts.isTimeUp()) return [...new Set(left.values())].map(sentenceOf).join('; ');
    await pause(LOOK_MS);
  }
}

function book({ journal, state }: PaidParts, token: string, payoutE4: number): void {
  const record = { type: 'settle', atNs: 0, token, payoutE4 } as const;
  journal.append(record);
  state.apply(record);
}

/** Those of these tokens of whose market the venue, which nets, holds nothing. */
function pairsOf({ ledger }: JournalState, tokens: readonly string[]): string[] {
  const held = tokens.map((token) => [token, ledger.position(token)?.matchedMicros ?? 0] as const);
  const { positions } = netted(new Map(held.filter(([, micros]) => micros !== 0)));
  const open = new Set([...positions].filter(([, micros]) => micros !== 0).map(([token]) => tickerOfOutcome(token)));
  return tokens.filter((token) => !open.has(tickerOfOutcome(token)));
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
