// Kalshi's price levels as tick grids. The ranges are what counts: new names for them come without notice. Pure.
import { priceE4FromText } from '../../core/units.ts';
import type { TickRange } from '../contract.ts';
import { gridFault, TAPERED_DECI_CENT, uniformGrid } from '../grid.ts';
import { isJsonObject, type JsonValue, member } from '../json.ts';

/** The structures whose ranges never change; others exist and are read from their ranges. */
const STRUCTURES: Readonly<Record<string, readonly TickRange[]>> = {
  linear_cent: uniformGrid(100),
  deci_cent: uniformGrid(10),
  tapered_deci_cent: TAPERED_DECI_CENT,
};

/**
 * The grid that a market states by `structure`, `ranges` or both; undefined when neither can be read, or when the two
 * contradict each other.
 */
export function kalshiGrid(
  structure: JsonValue | undefined,
  ranges: JsonValue | undefined,
): readonly TickRange[] | undefined {
  const isNamed = typeof structure === 'string' && Object.hasOwn(STRUCTURES, structure);
  const named = isNamed ? STRUCTURES[structure] : undefined;
  if (ranges === undefined || ranges === null) return named;
  const read = readRanges(ranges);
  if (read === undefined || named === undefined) return read;
  return JSON.stringify(read) === JSON.stringify(named) ? read : undefined;
}

/** Ranges in the order of their prices, neighbours of one tick joined. */
function readRanges(value: JsonValue): readonly TickRange[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const grid: TickRange[] = [];
  for (const range of value) {
    const texts = ['start', 'end', 'step'].map((key) => (isJsonObject(range) ? member(range, key) : undefined));
    const [startE4, endE4, tickE4] = texts.map((text) =>
      typeof text === 'string' ? priceE4FromText(text) : undefined,
    );
    if (startE4 === undefined || endE4 === undefined || tickE4 === undefined) return undefined;
    grid.push({ startE4, endE4, tickE4 });
  }
  grid.sort((a, b) => a.startE4 - b.startE4);
  const joined: TickRange[] = [];
  for (const range of grid) {
    const last = joined.at(-1);
    if (last === undefined || last.tickE4 !== range.tickE4 || last.endE4 !== range.startE4) joined.push(range);
    else joined[joined.length - 1] = { ...last, endE4: range.endE4 };
  }
  return gridFault(joined) === undefined ? joined : undefined;
}
