// Opens a market's book on its grid and moves it to another one in place; owns the pool of fine ladders. Off the hot
// path; detector thread, or the supervisor's before any thread starts.

import { clearSide, isFine, sizeAt, slotAbove } from './ladder';
import {
  BOOK_BLOCK_STRIDE,
  BOOK_BYTES,
  BOOK_EMPTY,
  BOOK_EPOCH,
  BOOK_FEE_AT,
  BOOK_FLAG_FINE,
  BOOK_FLAG_REFUSED,
  BOOK_FLAGS,
  BOOK_GRID,
  BOOK_LADDER_AT,
  BOOK_PLAIN_TICK_E4,
  BOOK_SEEN_ASK_E4,
  BOOK_SLOTS,
  BOOK_STALE,
  BOOK_STATE,
  BOOK_TICK_E4,
  COUNTER_LADDER_POOL_EMPTY,
  COUNTER_LEVELS_OFF_NEW_GRID,
  COUNTER_TICK_CHANGES,
  FEE_BOUNDS,
  FEE_BYTES,
  FEE_KNOWN,
  FEE_NANOS,
  FEE_UNKNOWN,
  FINE_BYTES,
  FINE_HEAD_BYTES,
  FINE_OWNER,
  FINE_SLOTS,
  LADDER_BLOCK_BYTES,
  LADDER_SLOTS,
  MARKET_BYTES,
  MARKET_DETECTOR,
  MARKET_EPOCH,
  MARKET_FEE,
  MARKET_FLAG_REGISTERED,
  MARKET_FLAGS,
  MARKET_GRID,
  NO_ASK_E4,
  SCRATCH_RESLOT,
} from './layout';
import { clearBook, forgetTop, putLevel } from './levels';
import {
  agentIndex,
  booksAt,
  count,
  feeCount,
  feesAt,
  fineLadderCount,
  fineLaddersAt,
  laddersAt,
  marketCount,
  marketsAt,
  scratchAt,
} from './regions';
import { bindGrid, priceOfSlot, slotOfPrice, slotsOfGrid } from './slots';

const RESLOT_BYTES: u32 = 16;
const RESLOT_SIDE: u32 = 4;
const RESLOT_SIZE: u32 = 8;

/** Opens the books of this detector's registered markets that are not open yet. Answers how many books it opened. */
export function openBooks(): u32 {
  let opened: u32 = 0;
  for (let market: u32 = 0; market < marketCount; market += 1) {
    const at = marketsAt + <usize>market * MARKET_BYTES;
    if (load<u32>(booksAt + <usize>market * BOOK_BYTES, BOOK_EPOCH) !== 0) continue;
    if (load<u32>(at, MARKET_DETECTOR) !== agentIndex - 1) continue;
    if (openBook(market, load<u32>(at, MARKET_EPOCH))) opened += 1;
  }
  return opened;
}

/** Opens the book of a registered market on its current grid. False when it is not registered or is refused. */
export function openBook(market: u32, epoch: u32): bool {
  const at = marketsAt + <usize>market * MARKET_BYTES;
  if ((load<u32>(at, MARKET_FLAGS) & MARKET_FLAG_REGISTERED) === 0 || epoch === 0) return false;
  const book = booksAt + <usize>market * BOOK_BYTES;
  store<u32>(book, BOOK_EMPTY, BOOK_STATE);
  store<u32>(book, epoch, BOOK_EPOCH);
  store<u32>(book, NO_ASK_E4, BOOK_SEEN_ASK_E4);
  store<u32>(book, <u32>feeNanosAt(load<u32>(at, MARKET_FEE)), BOOK_FEE_AT);
  forgetTop(book);
  const grid = load<u32>(at, MARKET_GRID);
  const slots = slotsOfGrid(grid);
  const ladder = ladderFor(market, slots);
  if (ladder === 0) {
    refuse(book);
    return false;
  }
  turnTo(book, ladder, slots, grid);
  return true;
}

/** Where the fees of a schedule lie that bounds what is bought below the top, or 0. */
function feeNanosAt(fee: u32): usize {
  if (fee === FEE_UNKNOWN || fee >= feeCount) return 0;
  const at = feesAt + <usize>fee * FEE_BYTES;
  return load<u32>(at, FEE_KNOWN) === 1 && load<u32>(at, FEE_BOUNDS) === 1 ? at + FEE_NANOS : 0;
}

/** Moves the book to `grid`: levels on it stay, the others are dropped and counted. */
export function changeTick(market: u32, grid: u32): void {
  const book = booksAt + <usize>market * BOOK_BYTES;
  const slots = slotsOfGrid(grid);
  if (load<u32>(book, BOOK_SLOTS) === 0 || load<u32>(book, BOOK_GRID) === grid) return;
  count(COUNTER_TICK_CHANGES, 1);
  const wasFine = isFine(book);
  const from = <usize>load<u32>(book, BOOK_LADDER_AT);
  const to = ladderFor(market, slots);
  if (to === from) {
    reslotThroughScratch(book, grid, slots);
    return;
  }
  if (to === 0) {
    clearBook(book);
    refuse(book);
  } else {
    copyLevels(book, to, grid, slots);
  }
  if (wasFine) releaseFine(from);
}

/** Address of an empty ladder of at least `slots` slots for `market`, or 0: grid unusable or pool empty. */
function ladderFor(market: u32, slots: u32): usize {
  if (slots === 0 || slots > <u32>FINE_SLOTS) return 0;
  if (slots <= <u32>LADDER_SLOTS) return laddersAt + <usize>market * LADDER_BLOCK_BYTES;
  for (let index: u32 = 0; index < fineLadderCount; index += 1) {
    const head = fineLaddersAt + <usize>index * FINE_BYTES;
    // Detectors share the pool: whoever swaps its mark in owns the ladder.
    if (atomic.cmpxchg<u32>(head + FINE_OWNER, 0, market + 1) === 0) return head + FINE_HEAD_BYTES;
  }
  return 0;
}

/** Gives an empty fine ladder back to the pool. */
function releaseFine(ladder: usize): void {
  atomic.store<u32>(ladder - FINE_HEAD_BYTES + FINE_OWNER, 0);
}

function useLadder(book: usize, ladder: usize, slots: u32): void {
  store<u32>(book, <u32>ladder, BOOK_LADDER_AT);
  store<u32>(book, slots, BOOK_SLOTS);
  const flags = load<u32>(book, BOOK_FLAGS) & ~BOOK_FLAG_FINE;
  const fine = slots > <u32>LADDER_SLOTS;
  store<u32>(book, fine ? flags | BOOK_FLAG_FINE : flags, BOOK_FLAGS);
  store<u32>(book, fine ? LADDER_BLOCK_BYTES : marketCount * LADDER_BLOCK_BYTES, BOOK_BLOCK_STRIDE);
}

function refuse(book: usize): void {
  count(COUNTER_LADDER_POOL_EMPTY, 1);
  if (load<u32>(book, BOOK_STATE) !== BOOK_EMPTY) store<u32>(book, BOOK_STALE, BOOK_STATE);
  store<u32>(book, 0, BOOK_SLOTS);
  store<u32>(book, 0, BOOK_PLAIN_TICK_E4);
  store<u32>(book, BOOK_FLAG_REFUSED, BOOK_FLAGS);
}

/** Same ladder, other grid: the levels wait in the scratch area meanwhile; a standard ladder's fit. */
function reslotThroughScratch(book: usize, grid: u32, slots: u32): void {
  const from = <usize>load<u32>(book, BOOK_LADDER_AT);
  let end = scratchAt + SCRATCH_RESLOT;
  for (let side: u32 = 0; side < 2; side += 1) {
    for (let slot = slotAbove(book, side, 0); slot >= 0; slot = slotAbove(book, side, slot)) {
      store<u32>(end, priceOfSlot(book, slot));
      store<u32>(end, side, RESLOT_SIDE);
      store<u64>(end, load<u64>(sizeAt(book, side, slot)), RESLOT_SIZE);
      end += RESLOT_BYTES;
    }
  }
  clearBook(book);
  turnTo(book, from, slots, grid);
  for (let at = scratchAt + SCRATCH_RESLOT; at !== end; at += RESLOT_BYTES) {
    putOnGrid(book, load<u32>(at, RESLOT_SIDE), load<u32>(at), load<u64>(at, RESLOT_SIZE));
  }
}

/** Other ladder: level by level, the book turned to either in turn; the old one is left empty. */
function copyLevels(book: usize, to: usize, grid: u32, slots: u32): void {
  const from = <usize>load<u32>(book, BOOK_LADDER_AT);
  const oldSlots = load<u32>(book, BOOK_SLOTS);
  const oldGrid = load<u32>(book, BOOK_GRID);
  forgetTop(book);
  for (let side: u32 = 0; side < 2; side += 1) {
    // Slot 0 is never a price.
    for (let slot = slotAbove(book, side, 0); slot >= 0; slot = slotAbove(book, side, slot)) {
      const priceE4 = priceOfSlot(book, slot);
      const sizeMicros = load<u64>(sizeAt(book, side, slot));
      turnTo(book, to, slots, grid);
      putOnGrid(book, side, priceE4, sizeMicros);
      turnTo(book, from, oldSlots, oldGrid);
    }
    clearSide(book, side);
  }
  turnTo(book, to, slots, grid);
}

function turnTo(book: usize, ladder: usize, slots: u32, grid: u32): void {
  useLadder(book, ladder, slots);
  bindGrid(book, grid);
  notePlain(book);
}

/** Says whether a change of the book may go the short way: to be called when ladder, grid or emptiness change. */
export function notePlain(book: usize): void {
  const plain = load<u32>(book, BOOK_STATE) !== BOOK_EMPTY && !isFine(book);
  store<u32>(book, plain ? load<u32>(book, BOOK_TICK_E4) : 0, BOOK_PLAIN_TICK_E4);
}

function putOnGrid(book: usize, side: u32, priceE4: u32, sizeMicros: u64): void {
  const slot = slotOfPrice(book, priceE4);
  if (slot < 0) count(COUNTER_LEVELS_OFF_NEW_GRID, 1);
  else putLevel(book, side, priceE4, slot, sizeMicros);
}
