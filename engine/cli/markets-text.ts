// What `dutchbook markets` prints for people. Pure.
import { priceText, sizeText, textFromScaled } from '../core/units.ts';
import type { MarketsDiffReport, MarketsReport, SelectedMarketReport } from '../observe/report-schema-data.ts';
import { countText, plainMoneyText, printable } from '../observe/text.ts';
import { reasonText } from '../venue/polymarket/gamma-reasons.ts';
import type { Proposal } from '../venue/proposals.ts';

const EXAMPLES_MAX = 3;

/** The report of one reading. */
export function marketsLines(report: MarketsReport): string[] {
  const { seen, repeated, selected, left, rejected, relations, incompleteSets } = report;
  const asOf = new Date(report.asOfMs).toISOString();
  return [
    `${report.sources.map(printable).join(', ')}: ${countText(seen)} markets in ${countText(report.pages)} answers, as of ${asOf}` +
      (repeated > 0 ? `; ${countText(repeated)} copies` : ''),
    `selected ${countText(selected)}`,
    ...report.markets.map(marketLine),
    `complete sets ${countText(relations.length)}`,
    ...relations.map(({ kind, markets }) => `  ${kind} of ${markets.length}: ${markets.join(', ')}`),
    `incomplete sets ${countText(incompleteSets.length)}`,
    ...incompleteSets.map(
      ({ event, members, reason }) => `  ${printable(event)} (${members} members): ${reason}: ${reasonText(reason)}`,
    ),
    ...proposalLines(report.proposals),
    `not selected ${countText(left)}`,
    ...Object.entries(report.leftByReason).map(([reason, count]) => reasonLine(reason, count, [])),
    `rejected ${countText(rejected)}`,
    ...Object.entries(report.rejectedByReason).map(([reason, count]) =>
      reasonLine(reason, count, rejectedFor(report, reason)),
    ),
    ...(report.eventsRefused > 0 ? [`unreadable events ${countText(report.eventsRefused)}`] : []),
    ...report.unknownSlugs.map((slug) => `unknown slug ${printable(slug)}`),
    ...report.problems.map((problem) => `not read: ${printable(problem)}`),
  ];
}

/** Relations that may be declared, and why. */
export function proposalLines(proposals: readonly Proposal[]): string[] {
  return [
    `proposed relations ${countText(proposals.length)}${proposals.length > 0 ? '; none is traded before the config declares it' : ''}`,
    ...proposals.map(({ relation: { kind, markets }, reason }) =>
      printable(`  ${kind} of ${markets.length} (${reason}): ${markets.join(', ')}`),
    ),
  ];
}

/** What changed since the reading before. */
export function diffLines(diff: MarketsDiffReport): string[] {
  const { added, changed, closed, resolved, problems } = diff;
  const { staleTicks, staleMarkets, missing, alreadyClosed } = diff;
  return [
    `${new Date(diff.asOfMs).toISOString()}: added ${added.length}, changed ${changed.length}, closed ${closed.length}, ` +
      `resolved ${resolved.length}; older answers ${staleTicks + staleMarkets}, not shown ${missing}, closed here ${alreadyClosed}`,
    ...added.map((id) => `  added ${id}`),
    ...changed.map(({ id, fields }) => `  changed ${id}: ${fields.join(', ')}`),
    ...closed.map((id) => `  closed ${id}`),
    ...resolved.map(({ id, winner }) => `  resolved ${id}: ${winner}`),
    ...problems.map((problem) => `  not read: ${printable(problem)}`),
  ];
}

function marketLine(market: SelectedMarketReport): string {
  const { slug, why, tickE4, minSizeMicros, feeRateE6, feeExponent, protocol, volumeMicros } = market;
  const rate = feeRateE6 === null ? 'unknown, never traded' : textFromScaled(feeRateE6, 6);
  const fee = feeRateE6 === null || feeRateE6 === 0 ? rate : `${rate} exponent ${feeExponent}`;
  const facts = `tick ${priceText(tickE4)}, min ${sizeText(minSizeMicros)}, fee ${fee}, ${protocol}`;
  return `  ${printable(slug)}: ${facts}, volume ${plainMoneyText(volumeMicros)} (${printable(why)})`;
}

/** A reason with its count, its words and some that it turned away. */
export function reasonLine(reason: string, count: number, examples: readonly string[], words = reasonText): string {
  const shown = examples.length === 0 ? '' : `: ${examplesOf(examples).map(printable).join(', ')}`;
  return `  ${reason} ${countText(count)} (${words(reason)})${shown}`;
}

function examplesOf(names: readonly string[]): readonly string[] {
  return names.length > EXAMPLES_MAX ? [...names.slice(0, EXAMPLES_MAX), '…'] : names;
}

function rejectedFor({ rejectedMarkets }: MarketsReport, wanted: string): string[] {
  const found = rejectedMarkets.filter(({ reason }) => reason === wanted);
  return found.map(({ slug, id }) => (slug === '' ? id : slug));
}
