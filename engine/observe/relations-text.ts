// What relations came to, as data and for people: what is traded of it, what never, and what was left out. Pure.
import type { Compiled } from '../basket/compile.ts';
import type { RelationsReport } from './report-schema.ts';
import { countText, entriesText, printable } from './text.ts';

const SHOWN_MAX = 5;

/** `acrossDetectors`: left out of a table made while running. `untradedMax`: how many of those never traded are named. */
export function relationsReport(
  { baskets, untraded, counts }: Compiled,
  acrossDetectors = 0,
  untradedMax = Number.POSITIVE_INFINITY,
): RelationsReport {
  const named = untraded.slice(0, untradedMax);
  const untradedByReason: Record<string, number> = {};
  for (const { reason } of untraded) untradedByReason[reason] = (untradedByReason[reason] ?? 0) + 1;
  return {
    baskets: baskets.length - acrossDetectors,
    untraded: named.map(({ basket, reason, detail }) => ({ basket: basket.id, reason, detail })),
    ...{ ...counts, acrossDetectors, untradedByReason },
  };
}

/** Nothing where every relation gave its baskets and no more is to be said. */
export function relationsLines(compiled: Compiled): string[] {
  const { baskets, untraded, untradedByReason: _byReason, dominated, groups: _, ...left } = relationsReport(compiled);
  const leftText = entriesText(left, '');
  if (untraded.length === 0 && leftText === '') return [];
  const more = untraded.length - SHOWN_MAX;
  return [
    `relations: ${countText(baskets)} baskets traded, ${countText(untraded.length)} never traded, ` +
      `${countText(dominated)} of no use beside others; left out: ${leftText === '' ? 'none' : leftText}`,
    ...untraded
      .slice(0, SHOWN_MAX)
      .map(({ basket, reason, detail }) => printable(`  never traded: ${basket} (${reason}: ${detail})`)),
    ...(more > 0 ? [`  and ${countText(more)} more`] : []),
  ];
}
