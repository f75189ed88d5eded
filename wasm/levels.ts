// Levels of one book by slot: sizes, level counts and the best of each side, kept on the way. Detector thread.
// HOT PATH: allocates nothing.

import { clearSide, markSlot, sideAt, slotAbove, slotBelow, unmarkSlot } from './ladder';
import {
  BOOK_ASK_LEVELS,
  BOOK_BEST_ASK_E4,
  BOOK_BEST_ASK_MICROS,
  BOOK_BEST_BID_E4,
  BOOK_BEST_BID_MICROS,
  BOOK_BID_LEVELS,
  BOOK_LADDER_AT,
  BOOK_SLOTS,
  LADDER_SIZES,
  LADDER_SLOTS,
  NO_ASK_E4,
  NO_BID_E4,
  SIDE_BID,
} from './layout';
import { priceOfSlot } from './slots';

/** True when the book's ladder has the fine shape. */
export function isFine(book: usize): bool {
  return load<u32>(book, BOOK_SLOTS) > <u32>LADDER_SLOTS;
}

/** Size at a slot of a side. */
export function sizeAtSlot(book: usize, side: u32, slot: u32): u64 {
  return load<u64>(sideAt(<usize>load<u32>(book, BOOK_LADDER_AT), side, isFine(book)) + <usize>(slot << 3));
}

/** Sets the size at a price; 0 removes the level. Keeps bits, level counts and the best of the side. */
export function putLevel(book: usize, side: u32, priceE4: u32, slot: u32, sizeMicros: u64): void {
  const fine = isFine(book);
  const ladder = sideAt(<usize>load<u32>(book, BOOK_LADDER_AT), side, fine);
  const sizeAt = ladder + <usize>(slot << 3);
  const before = load<u64>(sizeAt, LADDER_SIZES);
  store<u64>(sizeAt, sizeMicros, LADDER_SIZES);
  // The ask's words follow the bid's: levels and best price 4 bytes on, best size 8.
  const words = book + <usize>(side << 2);
  if (sizeMicros !== 0) {
    if (before === 0) {
      markSlot(ladder, fine, slot);
      store<u32>(words, load<u32>(words, BOOK_BID_LEVELS) + 1, BOOK_BID_LEVELS);
    }
    const best = load<u32>(words, BOOK_BEST_BID_E4);
    if (side === SIDE_BID ? priceE4 >= best : priceE4 <= best) {
      store<u32>(words, priceE4, BOOK_BEST_BID_E4);
      store<u64>(words + <usize>(side << 2), sizeMicros, BOOK_BEST_BID_MICROS);
    }
  } else if (before !== 0) {
    unmarkSlot(ladder, fine, slot);
    store<u32>(words, load<u32>(words, BOOK_BID_LEVELS) - 1, BOOK_BID_LEVELS);
    if (priceE4 === load<u32>(words, BOOK_BEST_BID_E4)) findBest(book, side, ladder, fine, slot);
  }
}

/** The best level was in `slot` and is gone: the next one in is the best now. */
function findBest(book: usize, side: u32, ladder: usize, fine: bool, slot: u32): void {
  if (side === SIDE_BID) {
    const next = slotBelow(ladder, fine, slot);
    store<u32>(book, next < 0 ? NO_BID_E4 : priceOfSlot(book, next), BOOK_BEST_BID_E4);
    store<u64>(book, next < 0 ? 0 : load<u64>(ladder + <usize>(next << 3)), BOOK_BEST_BID_MICROS);
  } else {
    const next = slotAbove(ladder, fine, slot);
    store<u32>(book, next < 0 ? NO_ASK_E4 : priceOfSlot(book, next), BOOK_BEST_ASK_E4);
    store<u64>(book, next < 0 ? 0 : load<u64>(ladder + <usize>(next << 3)), BOOK_BEST_ASK_MICROS);
  }
}

/** Empties both sides. */
export function clearBook(book: usize): void {
  const fine = isFine(book);
  const ladder = <usize>load<u32>(book, BOOK_LADDER_AT);
  clearSide(ladder, fine);
  clearSide(sideAt(ladder, 1, fine), fine);
  forgetTop(book);
}

/** Levels, best prices and sizes of an empty book. */
export function forgetTop(book: usize): void {
  store<u32>(book, 0, BOOK_BID_LEVELS);
  store<u32>(book, 0, BOOK_ASK_LEVELS);
  store<u32>(book, NO_BID_E4, BOOK_BEST_BID_E4);
  store<u32>(book, NO_ASK_E4, BOOK_BEST_ASK_E4);
  store<u64>(book, 0, BOOK_BEST_BID_MICROS);
  store<u64>(book, 0, BOOK_BEST_ASK_MICROS);
}
