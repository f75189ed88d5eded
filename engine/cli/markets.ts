// `dutchbook markets` for Polymarket: what discovery selects and why, and what it turned away and why. Asks Gamma, or
// reads saved answers.
import type { Discover } from '../observe/driver.ts';
import { REPORT_SCHEMA } from '../observe/report-schema.ts';
import type { MarketsDiffReport, MarketsReport, SelectedMarketReport } from '../observe/report-schema-data.ts';
import { gammaProposals } from '../venue/polymarket/gamma-proposals.ts';
import type { Selected } from '../venue/polymarket/gamma-select.ts';
import type { GammaDiff } from '../venue/polymarket/gamma-sync.ts';
import type { RestCounts } from '../venue/rest-get.ts';
import type { Context } from './context.ts';
import { countsOf, listMarkets, type MarketsOptions } from './list-markets.ts';
import { diffLines, marketsLines } from './markets-text.ts';

/** Runs the command; answers the exit code. */
export function marketsCommand(context: Context, options: MarketsOptions, discover: Discover): Promise<number> {
  return listMarkets(context, options, discover, {
    url: (config) => config.venues.polymarket.gamma.url,
    ...{ report: marketsReport, reportLines: marketsLines, change: diffReport, changeLines: diffLines },
  });
}

function marketsReport(
  version: string,
  sources: readonly string[],
  { askedMs, reading, selection }: GammaDiff,
  rest: RestCounts | null,
): MarketsReport {
  const { catalogue, pages, unknownSlugs, problems } = reading;
  const { selected, left, rejected, relations, refusedSets } = selection;
  const { repeated, eventsRefused, entries, events } = catalogue;
  return {
    ...{ schema: REPORT_SCHEMA, command: 'markets', version, sources, asOfMs: askedMs, pages },
    ...{ seen: entries.size, repeated, eventsSeen: events.size, eventsRefused },
    ...{ selected: selected.length, markets: selected.map(marketReport) },
    ...{ left: left.length, leftByReason: countsOf(left) },
    ...{ rejected: rejected.length, rejectedByReason: countsOf(rejected) },
    rejectedMarkets: rejected.map(({ key, slug, reason }) => ({ id: key, slug, reason })),
    relations,
    incompleteSets: refusedSets.map(({ eventSlug, members, reason }) => ({ event: eventSlug, members, reason })),
    proposals: gammaProposals(catalogue, selected),
    ...{ unknownSlugs, problems, requests: rest?.requests ?? null, retries: rest?.retries ?? null },
    restFaults: { ...rest?.faults },
  };
}

function marketReport({ market, why }: Selected): SelectedMarketReport {
  const { meta, slug, version, outcomes, endMs, volumeMicros } = market;
  return {
    ...{ id: meta.id, slug, title: meta.title ?? '', event: meta.event ?? null, why, protocol: version },
    ...{ yesToken: meta.yesToken, noToken: meta.noToken ?? '', yesOutcome: outcomes[0], noOutcome: outcomes[1] },
    ...{ negRisk: meta.negRisk ?? null, tickE4: meta.tickRanges?.[0]?.tickE4 ?? 0 },
    ...{ minSizeMicros: meta.minSizeMicros ?? 0, feeRateE6: meta.fee?.rateE6 ?? null },
    ...{ feeExponent: meta.fee?.exponent ?? null, endMs, volumeMicros },
  };
}

function diffReport(version: string, diff: GammaDiff): MarketsDiffReport {
  const { askedMs, added, changed, closed, resolved, relations } = diff;
  const { staleTicks, staleMarkets, missing, alreadyClosed, reading } = diff;
  return {
    ...{ schema: REPORT_SCHEMA, command: 'markets', version, asOfMs: askedMs },
    added: added.map(({ market }) => market.meta.id),
    changed: changed.map(({ market, fields }) => ({ id: market.meta.id, fields })),
    closed: closed.map(({ meta }) => meta.id),
    resolved: resolved.map(({ market, winner }) => ({ id: market.meta.id, winner })),
    ...{ relations, staleTicks, staleMarkets, missing, alreadyClosed, problems: reading.problems },
  };
}
