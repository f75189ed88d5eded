// Levels of one book by slot: sizes and the best of each side, kept on the way. Detector thread.
// HOT PATH: allocates nothing.

import { clearSide, markSlot, sizeAt, slotAbove, slotBelow, unmarkSlot } from './ladder';
import { BOOK_BEST_ASK_E4, BOOK_BEST_BID_E4, NO_ASK_E4, NO_BID_E4, SIDE_ASK, SIDE_BID } from './layout';
import { priceOfSlot } from './slots';

/** Size at a slot of a side. */
export function sizeAtSlot(book: usize, side: u32, slot: u32): u64 {
  return load<u64>(sizeAt(book, side, slot));
}

/** Sets the size at a price; 0 removes the level. Keeps bits and the best of the side. */
export function putLevel(book: usize, side: u32, priceE4: u32, slot: u32, sizeMicros: u64): void {
  const at = sizeAt(book, side, slot);
  const before = load<u64>(at);
  store<u64>(at, sizeMicros);
  // The ask's words follow the bid's, 4 bytes on.
  const words = book + <usize>(side << 2);
  const best = load<u32>(words, BOOK_BEST_BID_E4);
  if (sizeMicros !== 0) {
    if (before === 0) markSlot(book, side, slot);
    if (side === SIDE_BID ? priceE4 > best : priceE4 < best) store<u32>(words, priceE4, BOOK_BEST_BID_E4);
  } else if (before !== 0) {
    unmarkSlot(book, side, slot);
    if (priceE4 === best) findBest(book, side, slot);
  }
}

/** The best level was in `slot` and is gone: the next one in is the best now. */
function findBest(book: usize, side: u32, slot: u32): void {
  if (side === SIDE_BID) {
    const next = slotBelow(book, side, slot);
    store<u32>(book, next < 0 ? NO_BID_E4 : priceOfSlot(book, next), BOOK_BEST_BID_E4);
  } else {
    const next = slotAbove(book, side, slot);
    store<u32>(book, next < 0 ? NO_ASK_E4 : priceOfSlot(book, next), BOOK_BEST_ASK_E4);
  }
}

/** Empties both sides. */
export function clearBook(book: usize): void {
  clearSide(book, SIDE_BID);
  clearSide(book, SIDE_ASK);
  forgetTop(book);
}

/** Best prices of an empty book. */
export function forgetTop(book: usize): void {
  store<u32>(book, NO_BID_E4, BOOK_BEST_BID_E4);
  store<u32>(book, NO_ASK_E4, BOOK_BEST_ASK_E4);
}
