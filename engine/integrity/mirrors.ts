// The two views of one market in one message must be exact mirrors: every level stated of one token stands mirrored in
// the other. Compared as stated, before any book is asked. Off the hot path; no state.
import { VIEW_NO } from '../../wasm/layout.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import type { BookStatement } from '../venue/statements.ts';

/** A statement and which view its token is. */
export interface ViewedStatement {
  readonly statement: BookStatement;
  readonly view: number;
}

/**
 * Levels that both views state, and levels that only one does (a pair that differs counts once), or undefined when the
 * message has but one view of the market.
 */
export function compareViews(
  statements: readonly ViewedStatement[],
): { readonly equal: number; readonly differing: number } | undefined {
  const views = [new Map<string, number>(), new Map<string, number>()];
  const seen = [false, false];
  for (const { statement, view } of statements) {
    seen[view] = true;
    const levels = views[view]!;
    for (const { side, priceE4, sizeMicros } of statement.levels) {
      const no = view === VIEW_NO;
      const folded = `${no ? 1 - side : side} ${no ? PRICE_ONE_E4 - priceE4 : priceE4} ${sizeMicros}`;
      levels.set(folded, (levels.get(folded) ?? 0) + 1);
    }
  }
  if (!seen[0] || !seen[1]) return undefined;
  const [yes, no] = views as [Map<string, number>, Map<string, number>];
  let equal = 0;
  for (const [level, count] of yes) equal += Math.min(count, no.get(level) ?? 0);
  return { equal, differing: Math.max(total(yes), total(no)) - equal };
}

function total(levels: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of levels.values()) sum += count;
  return sum;
}
