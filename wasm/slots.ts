// Price to slot and back through a market's tick grid: only the book knows slots. Detector thread.
//
// A one-range grid goes by reciprocal: with r = ceil(2^31 / tick) and price, tick < 2^14 the product's error stays
// below 2^31, so (price * r) >> 31 is the exact quotient. Several ranges (Kalshi's tapered grids) go by their table.
// HOT PATH: allocates nothing.
import {
  BOOK_GRID,
  BOOK_TICK_E4,
  BOOK_TICK_RECIPROCAL,
  GRID_BYTES,
  GRID_RANGE_BYTES,
  GRID_RANGE_END_E4,
  GRID_RANGE_FIRST,
  GRID_RANGE_FIRST_SLOT,
  GRID_RANGE_START_E4,
  GRID_RANGE_TICK_E4,
  GRID_RANGES,
  GRID_SLOTS,
  NO_ASK_E4,
} from './layout';
import { gridCount, gridsAt } from './regions';

/** Slots per side of grid `grid`, 0 when it is not in use. */
export function slotsOfGrid(grid: u32): u32 {
  if (grid >= gridCount) return 0;
  const at = gridsAt + <usize>grid * GRID_BYTES;
  return load<u32>(at, GRID_RANGES) === 0 ? 0 : load<u32>(at, GRID_SLOTS);
}

/** Writes the grid and its reciprocal into the book. The grid is in use. */
export function bindGrid(book: usize, grid: u32): void {
  const at = gridsAt + <usize>grid * GRID_BYTES;
  const tick = load<u32>(at, GRID_RANGES) === 1 ? load<u32>(at, GRID_RANGE_FIRST + GRID_RANGE_TICK_E4) : 0;
  store<u32>(book, grid, BOOK_GRID);
  store<u32>(book, tick, BOOK_TICK_E4);
  store<u32>(book, tick === 0 ? 0 : (<u32>0x80000000 + tick - 1) / tick, BOOK_TICK_RECIPROCAL);
}

/** Slot of `priceE4` in the book's grid, or -1 when it is off the grid or not strictly between 0 and 1. */
export function slotOfPrice(book: usize, priceE4: u32): i32 {
  const tick = load<u32>(book, BOOK_TICK_E4);
  if (priceE4 - 1 >= <u32>NO_ASK_E4 - 1) return -1;
  if (tick === 0) return slotByRanges(load<u32>(book, BOOK_GRID), priceE4);
  const slot = <u32>((<u64>priceE4 * <u64>load<u32>(book, BOOK_TICK_RECIPROCAL)) >> 31);
  return slot * tick === priceE4 ? <i32>slot : -1;
}

/** priceE4 of `slot` in the book's grid. */
export function priceOfSlot(book: usize, slot: u32): u32 {
  const tick = load<u32>(book, BOOK_TICK_E4);
  return tick !== 0 ? slot * tick : priceByRanges(load<u32>(book, BOOK_GRID), slot);
}

function slotByRanges(grid: u32, priceE4: u32): i32 {
  if (grid >= gridCount) return -1;
  let range = gridsAt + <usize>grid * GRID_BYTES + GRID_RANGE_FIRST;
  for (let left = load<u32>(range - GRID_RANGE_FIRST, GRID_RANGES); left !== 0; left -= 1) {
    if (priceE4 < load<u32>(range, GRID_RANGE_END_E4)) {
      const above = priceE4 - load<u32>(range, GRID_RANGE_START_E4);
      const tick = load<u32>(range, GRID_RANGE_TICK_E4);
      const steps = above / tick;
      return steps * tick === above ? <i32>(load<u32>(range, GRID_RANGE_FIRST_SLOT) + steps) : -1;
    }
    range += GRID_RANGE_BYTES;
  }
  return -1;
}

function priceByRanges(grid: u32, slot: u32): u32 {
  let range = gridsAt + <usize>grid * GRID_BYTES + GRID_RANGE_FIRST;
  let left = load<u32>(range - GRID_RANGE_FIRST, GRID_RANGES);
  while (left > 1 && slot >= load<u32>(range, GRID_RANGE_BYTES + GRID_RANGE_FIRST_SLOT)) {
    range += GRID_RANGE_BYTES;
    left -= 1;
  }
  const steps = slot - load<u32>(range, GRID_RANGE_FIRST_SLOT);
  return load<u32>(range, GRID_RANGE_START_E4) + steps * load<u32>(range, GRID_RANGE_TICK_E4);
}
