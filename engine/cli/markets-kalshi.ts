// `dutchbook markets --venue kalshi`: what discovery selects there and why, and what it turned away and why. Asks
// Kalshi's REST, or reads saved answers.
import { priceText, sizeText, textFromScaled } from '../core/units.ts';
import type { DiscoverKalshi } from '../observe/driver.ts';
import { REPORT_SCHEMA } from '../observe/report-schema.ts';
import type { KalshiDiffReport, KalshiMarketsReport, SelectedKalshiReport } from '../observe/report-schema-data.ts';
import { countText, plainMoneyText, printable } from '../observe/text.ts';
import { kalshiProposals } from '../venue/kalshi/proposals.ts';
import { kalshiReasonText } from '../venue/kalshi/reasons.ts';
import type { KalshiSelected } from '../venue/kalshi/select.ts';
import type { KalshiDiff } from '../venue/kalshi/sync.ts';
import type { RestCounts } from '../venue/rest-get.ts';
import type { Context } from './context.ts';
import { countsOf, listMarkets, type MarketsOptions } from './list-markets.ts';
import { proposalLines, reasonLine } from './markets-text.ts';

/** Runs the command; answers the exit code. */
export function kalshiMarketsCommand(
  context: Context,
  options: MarketsOptions,
  discover: DiscoverKalshi,
): Promise<number> {
  return listMarkets(context, options, discover, {
    url: (config) => config.venues.kalshi.restUrl,
    ...{ report: marketsReport, reportLines: marketsLines, change: diffReport, changeLines: diffLines },
  });
}

function marketsReport(
  version: string,
  sources: readonly string[],
  { askedMs, reading, selection }: KalshiDiff,
  rest: RestCounts | null,
): KalshiMarketsReport {
  const { catalogue, answers, unknownTickers, problems } = reading;
  const { selected, left, rejected } = selection;
  const { repeated, eventsRefused, entries, events, series } = catalogue;
  return {
    ...{ schema: REPORT_SCHEMA, command: 'markets', venue: 'kalshi', version, sources, asOfMs: askedMs, answers },
    ...{ seen: entries.size, repeated, eventsSeen: events.size, eventsRefused, seriesSeen: series.size },
    ...{ selected: selected.length, markets: selected.map(marketReport) },
    ...{ left: left.length, leftByReason: countsOf(left) },
    ...{ rejected: rejected.length, rejectedByReason: countsOf(rejected), rejectedMarkets: rejected },
    proposals: kalshiProposals(selected),
    ...{ unknownTickers, problems, requests: rest?.requests ?? null, retries: rest?.retries ?? null },
    restFaults: { ...rest?.faults },
  };
}

function marketReport({ market, fee, why, series, mutuallyExclusive }: KalshiSelected): SelectedKalshiReport {
  const { meta, eventTicker, status, structure, closeMs, volumeMicros } = market;
  const known = typeof fee === 'string' ? undefined : fee;
  return {
    ...{ id: meta.id, title: meta.title ?? '', event: eventTicker, series, why, status },
    ...{ priceLevelStructure: structure, tickRanges: meta.tickRanges ?? [], minSizeMicros: meta.minSizeMicros ?? 0 },
    ...{ feeType: known?.feeType ?? null, feeRateE6: known?.taker.rateE6 ?? null },
    ...{ makerRateE6: known?.makerRateE6 ?? null, feeUnknown: typeof fee === 'string' ? fee : '' },
    ...{ mutuallyExclusive: mutuallyExclusive ?? null, closeMs, volumeMicros },
  };
}

function diffReport(version: string, diff: KalshiDiff): KalshiDiffReport {
  const { askedMs: asOfMs, added, changed, closed, resolved, missing, reading } = diff;
  return {
    ...{ schema: REPORT_SCHEMA, command: 'markets', venue: 'kalshi', version, asOfMs },
    ...{ added: added.map(({ market }) => market.ticker), changed, closed, resolved, missing },
    problems: reading.problems,
  };
}

function marketsLines(report: KalshiMarketsReport): string[] {
  const { sources, seen, answers, asOfMs, repeated, eventsRefused, unknownTickers, problems } = report;
  const asOf = new Date(asOfMs).toISOString();
  const turned = (counts: Readonly<Record<string, number>>, of: KalshiMarketsReport['rejectedMarkets']): string[] =>
    Object.entries(counts).map(([reason, count]) => {
      const examples = of.filter((one) => one.reason === reason).map(({ ticker }) => ticker);
      return reasonLine(reason, count, examples, kalshiReasonText);
    });
  return [
    `${sources.map(printable).join(', ')}: ${countText(seen)} markets in ${countText(answers)} answers, as of ${asOf}` +
      (repeated > 0 ? `; ${countText(repeated)} copies` : ''),
    `selected ${countText(report.selected)}`,
    ...report.markets.map(marketLine),
    ...proposalLines(report.proposals),
    `not selected ${countText(report.left)}`,
    ...turned(report.leftByReason, []),
    `rejected ${countText(report.rejected)}`,
    ...turned(report.rejectedByReason, report.rejectedMarkets),
    ...(eventsRefused > 0 ? [`unreadable events ${countText(eventsRefused)}`] : []),
    ...unknownTickers.map((ticker) => `unknown ticker ${printable(ticker)}`),
    ...problems.map((problem) => `not read: ${printable(problem)}`),
  ];
}

function marketLine(market: SelectedKalshiReport): string {
  const { id, tickRanges, minSizeMicros, feeType, feeRateE6, makerRateE6, feeUnknown, volumeMicros, why } = market;
  const ticks = tickRanges.map(({ tickE4, endE4 }) => `${priceText(tickE4)} to ${priceText(endE4)}`).join(', ');
  const rates = [feeRateE6 ?? 0, makerRateE6 ?? 0].map((rate) => textFromScaled(rate, 6));
  const fee =
    feeType === null ? `unknown (${feeUnknown}), never traded` : `${rates.join(' taker, ')} maker, ${feeType}`;
  const facts = `ticks ${ticks}, min ${sizeText(minSizeMicros)}, fee ${fee}, volume ${plainMoneyText(volumeMicros)}`;
  return `  ${printable(id)}: ${printable(facts)} (${printable(why)})`;
}

function diffLines(diff: KalshiDiffReport): string[] {
  const { added, changed, closed, resolved, missing, problems } = diff;
  return [
    `${new Date(diff.asOfMs).toISOString()}: added ${added.length}, changed ${changed.length}, closed ${closed.length}, ` +
      `resolved ${resolved.length}; not shown ${missing}`,
    ...added.map((ticker) => `  added ${ticker}`),
    ...changed.map(({ ticker, fields }) => `  changed ${ticker}: ${fields.join(', ')}`),
    ...closed.map((ticker) => `  closed ${ticker}`),
    ...resolved.map(({ ticker, winner }) => `  resolved ${ticker}: ${winner}`),
    ...problems.map((problem) => `  not read: ${printable(problem)}`),
  ];
}
