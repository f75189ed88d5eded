// Relations that Gamma's words propose among selected markets: ladders of thresholds in one event's questions, and at most
// one of the named outcomes of an augmented neg-risk event, which is no complete set. Pure; cold path.
import { type Proposal, proposeAtMostOne, proposeLadders } from '../proposals.ts';
import type { GammaCatalogue } from './gamma-catalogue.ts';
import type { Selected } from './gamma-select.ts';

/** What may be declared of the selected markets. */
export function gammaProposals(catalogue: GammaCatalogue, selected: readonly Selected[]): Proposal[] {
  const steps = selected.flatMap(({ market: { meta, step } }) =>
    step === undefined || meta.event === undefined
      ? []
      : [{ marketId: meta.id, ...step, question: `${meta.event}\n${step.question}` }],
  );
  const named = new Map<string, string[]>();
  const augmented = new Set(
    [...catalogue.events.values()].filter((event) => event.augmented === true).map(({ slug }) => slug),
  );
  for (const { market } of selected) {
    const { meta, negRiskMarketId } = market;
    // Placeholders and the Other are not selected; the set on the chain is what excludes one another.
    if (meta.event === undefined || !augmented.has(meta.event) || meta.negRisk !== true || negRiskMarketId === '')
      continue;
    const key = `${meta.event} ${negRiskMarketId}`;
    named.set(key, [...(named.get(key) ?? []), meta.id]);
  }
  return [
    ...proposeLadders(
      steps,
      (count) => `${count} thresholds of one event, with one end, one source and the same rules but for numbers`,
    ),
    ...proposeAtMostOne(
      named,
      (key) => `named outcomes of ${key.split(' ')[0]}, which is augmented: at most one of them wins, and perhaps none`,
    ),
  ];
}
