// Tick grids: a list of price ranges per market, validated once and written into the arena. Off the hot path.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import type { TickRange } from './contract.ts';

/** One tick from 0 to 1. */
export function uniformGrid(tickE4: number): readonly TickRange[] {
  return [{ startE4: 0, endE4: 10_000, tickE4 }];
}

/** Kalshi's tapered grid: 0.001 below 0.10 and above 0.90, 0.01 between. */
export const TAPERED_DECI_CENT: readonly TickRange[] = [
  { startE4: 0, endE4: 1_000, tickE4: 10 },
  { startE4: 1_000, endE4: 9_000, tickE4: 100 },
  { startE4: 9_000, endE4: 10_000, tickE4: 10 },
];

/** What is wrong with `ranges` as a grid from 0 to 1, or undefined. */
export function gridFault(ranges: readonly TickRange[]): string | undefined {
  if (ranges.length === 0 || ranges.length > L.GRID_RANGES_MAX) return `1..${L.GRID_RANGES_MAX} ranges`;
  let next = 0;
  for (const { startE4, endE4, tickE4 } of ranges) {
    if (startE4 !== next) return `a range that starts at ${next} E4`;
    if (!Number.isInteger(tickE4) || tickE4 < 1) return 'a tick of at least 1 E4';
    if (endE4 <= startE4 || (endE4 - startE4) % tickE4 !== 0) return 'ranges of whole ticks';
    next = endE4;
  }
  return next === 10_000 ? undefined : 'ranges that end at 1';
}

/** Index of the grid in the arena's table, writing it when it is new. Throws RangeError when unusable or full. */
export function internGrid(arena: Arena, ranges: readonly TickRange[]): number {
  const fault = gridFault(ranges);
  if (fault !== undefined) throw new RangeError(`tick grid ${JSON.stringify(ranges)}: allowed ${fault}`);
  const { count } = arena.region(L.REGION_GRIDS);
  for (let index = 0; index < count; index += 1) {
    const at = arena.at(L.REGION_GRIDS, index);
    if (arena.view.getUint32(at + L.GRID_RANGES, true) === 0) {
      writeGrid(arena, at, ranges);
      return index;
    }
    if (sameGrid(readGrid(arena, index), ranges)) return index;
  }
  throw new RangeError(`arena.grids: ${count} grids are taken; raise it`);
}

/** The tick at `priceE4` of a grid. */
export function tickAt(ranges: readonly TickRange[], priceE4: number): number {
  return (ranges.find(({ endE4 }) => priceE4 < endE4) ?? ranges.at(-1)!).tickE4;
}

/** The ranges of grid `index`. */
export function readGrid(arena: Arena, index: number): TickRange[] {
  const at = arena.at(L.REGION_GRIDS, index);
  const ranges: TickRange[] = [];
  for (let range = 0; range < arena.view.getUint32(at + L.GRID_RANGES, true); range += 1) {
    const rangeAt = at + L.GRID_RANGE_FIRST + range * L.GRID_RANGE_BYTES;
    ranges.push({
      startE4: arena.view.getUint32(rangeAt + L.GRID_RANGE_START_E4, true),
      endE4: arena.view.getUint32(rangeAt + L.GRID_RANGE_END_E4, true),
      tickE4: arena.view.getUint32(rangeAt + L.GRID_RANGE_TICK_E4, true),
    });
  }
  return ranges;
}

/** True when `priceE4` lies on the grid and strictly between 0 and 1. */
export function onGrid(ranges: readonly TickRange[], priceE4: number): boolean {
  if (priceE4 <= 0 || priceE4 >= 10_000) return false;
  for (const { startE4, endE4, tickE4 } of ranges) {
    if (priceE4 >= startE4 && priceE4 < endE4) return (priceE4 - startE4) % tickE4 === 0;
  }
  return false;
}

function sameGrid(a: readonly TickRange[], b: readonly TickRange[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b.map(({ startE4, endE4, tickE4 }) => ({ startE4, endE4, tickE4 })));
}

function writeGrid(arena: Arena, at: number, ranges: readonly TickRange[]): void {
  let firstSlot = 0;
  for (const [index, range] of ranges.entries()) {
    const rangeAt = at + L.GRID_RANGE_FIRST + index * L.GRID_RANGE_BYTES;
    arena.view.setUint32(rangeAt + L.GRID_RANGE_START_E4, range.startE4, true);
    arena.view.setUint32(rangeAt + L.GRID_RANGE_END_E4, range.endE4, true);
    arena.view.setUint32(rangeAt + L.GRID_RANGE_TICK_E4, range.tickE4, true);
    arena.view.setUint32(rangeAt + L.GRID_RANGE_FIRST_SLOT, firstSlot, true);
    firstSlot += (range.endE4 - range.startE4) / range.tickE4;
  }
  arena.view.setUint32(at + L.GRID_SLOTS, firstSlot, true);
  const factor = ranges.length === 1 ? Math.floor(0xffffffff / ranges[0]!.tickE4) : 0;
  arena.view.setUint32(at + L.GRID_FACTOR, factor, true);
  // The range count goes last: 0 means the entry is unused.
  arena.view.setUint32(at + L.GRID_RANGES, ranges.length, true);
}
