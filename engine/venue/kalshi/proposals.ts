// Relations that Kalshi's own words propose among selected markets: ladders of strikes of one event, and at most one of
// the markets of an event that excludes one another. Pure; cold path.
import { type Proposal, proposeAtMostOne, proposeLadders } from '../proposals.ts';
import type { KalshiSelected } from './select.ts';

/** What may be declared of the selected markets. */
export function kalshiProposals(selected: readonly KalshiSelected[]): Proposal[] {
  const steps = selected.flatMap(({ market: { meta, strike } }) =>
    strike === undefined ? [] : [{ marketId: meta.id, ...strike }],
  );
  const exclusive = new Map<string, string[]>();
  for (const { market, mutuallyExclusive } of selected) {
    if (mutuallyExclusive !== true) continue;
    exclusive.set(market.eventTicker, [...(exclusive.get(market.eventTicker) ?? []), market.meta.id]);
  }
  return [
    ...proposeLadders(
      steps,
      (count) => `${count} strikes of one event, with one closing time and the same rules but for numbers`,
    ),
    ...proposeAtMostOne(
      exclusive,
      (event) => `${event} is mutually_exclusive; that one of its markets comes true is not said`,
    ),
  ];
}
