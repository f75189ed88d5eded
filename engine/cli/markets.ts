// `dutchbook markets` for Polymarket: what discovery selects and why, and what it turned away and why. Asks Gamma, or reads saved answers.
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Discover } from '../observe/driver.ts';
import { REPORT_SCHEMA } from '../observe/report-schema.ts';
import type { MarketsDiffReport, MarketsReport, SelectedMarketReport } from '../observe/report-schema-data.ts';
import type { Selected } from '../venue/polymarket/gamma-select.ts';
import type { GammaDiff } from '../venue/polymarket/gamma-sync.ts';
import type { RestCounts } from '../venue/rest-get.ts';
import { type Context, writeJson } from './context.ts';
import { diffLines, marketsLines } from './markets-text.ts';

export interface MarketsOptions {
  readonly config?: string;
  /** Files with saved answers. */
  readonly from?: readonly string[];
  /** What saved answers are judged as of, ms since 1970. */
  readonly at?: number;
  readonly watch?: boolean;
  readonly json?: boolean;
  readonly venue?: 'polymarket' | 'kalshi';
}

/** Runs the command; answers the exit code. */
export async function marketsCommand(context: Context, options: MarketsOptions, discover: Discover): Promise<number> {
  const { config } = loadConfig({ file: options.config, environment: context.environment });
  const files = options.from ?? [];
  const { watch = false, json = false } = options;
  let code: number = EXIT.ok;
  let readings = 0;
  const onDiff = (diff: GammaDiff, rest: RestCounts | null): void => {
    readings += 1;
    // A reading with holes is no list to rely on.
    code = diff.reading.problems.length > 0 ? EXIT.checkFailed : EXIT.ok;
    const report = readings === 1 ? marketsReport(context.version, sourcesOf(config, files), diff, rest) : undefined;
    const change = diffReport(context.version, diff);
    if (json) writeJson(context.out, report ?? change);
    else context.out.write(`${(report === undefined ? diffLines(change) : marketsLines(report)).join('\n')}\n`);
  };
  await discover({ config, files, asOfMs: options.at, watch, stop: context.stop, onDiff });
  return watch && context.stop.aborted ? EXIT.ok : code;
}

/** The origin only: a path may carry a key. */
function sourcesOf(config: Config, files: readonly string[]): readonly string[] {
  const { url } = config.venues.polymarket.gamma;
  return files.length > 0 || url === undefined ? files : [new URL(url).origin];
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

/** How many were turned away, by reason, the most first. */
export function countsOf(turned: readonly { readonly reason: string }[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of turned) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}
