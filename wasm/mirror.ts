// The second view of a market in one frame: compared with the first, not applied. Detector thread.
//
// A mirrored snapshot is a CLEAR with LEVEL_FLAG_MIRROR and its SETs; a mirrored change is a lone SET with it. When the
// views differ the last one wins, so that content is as if all records were applied in order: a change is applied at
// once, a snapshot is gone over again from its CLEAR, which still lies in the ring. The market becomes SUSPECT.
// HOT PATH: allocates nothing.
import { LEGS_BOTH } from './basket';
import { levelCount } from './ladder';
import {
  CHECK_MIRROR,
  COUNTER_LEVELS_MIRRORED,
  COUNTER_MIRROR_MISMATCHED,
  COUNTER_MIRROR_OK,
  KIND_SET,
  LEVEL_KIND,
  LEVEL_PRICE_E4,
  LEVEL_SIDE,
  LEVEL_SIZE_MICROS,
  SIDE_ASK,
  SIDE_BID,
} from './layout';
import { clearBook, putLevel, sizeAtSlot } from './levels';
import { FAULT_SUSPECT, noteReached, raiseFault } from './part';
import { levelReaches } from './reach';
import { count, isOff } from './regions';
import { slotOfPrice } from './slots';

let ringSlots: usize = 0;
let ringMask: u32 = 0;
let snapshotBook: usize = 0; // book whose mirrored snapshot is being compared, 0 = none
let snapshotFrom: u32 = 0; // ring index of its CLEAR
let snapshotSeen: u32 = 0; // levels compared
let snapshotDiffers: bool = false;

/** A mirrored snapshot of `book` begins at ring index `index`. */
export function mirrorClear(book: usize, index: u32): void {
  snapshotBook = book;
  snapshotFrom = index;
  snapshotSeen = 0;
  snapshotDiffers = false;
}

/** A level of the second view. */
export function mirrorSet(book: usize, side: u32, priceE4: u32, slot: u32, sizeMicros: u64): void {
  count(COUNTER_LEVELS_MIRRORED, 1);
  const same = sizeAtSlot(book, side, slot) === sizeMicros;
  if (snapshotBook === book) {
    snapshotSeen += 1;
    if (!same) snapshotDiffers = true;
    return;
  }
  if (same) {
    count(COUNTER_MIRROR_OK, 1);
    return;
  }
  differs();
  noteReached(levelReaches(book, side, priceE4));
  putLevel(book, side, priceE4, slot, sizeMicros);
}

/** Tells where the ring's slots lie, so that a snapshot can be gone over again. */
export function mirrorRing(slots: usize, mask: u32): void {
  ringSlots = slots;
  ringMask = mask;
}

/** The mirrored snapshot, if any, ends before ring index `end`: judges it, applies it when the views differ. */
export function mirrorEnd(end: u32): void {
  const book = snapshotBook;
  if (book === 0) return;
  snapshotBook = 0;
  const levels = levelCount(book, SIDE_BID) + levelCount(book, SIDE_ASK);
  if (!snapshotDiffers && snapshotSeen === levels) {
    count(COUNTER_MIRROR_OK, 1);
    return;
  }
  differs();
  noteReached(LEGS_BOTH);
  clearBook(book);
  for (let index = snapshotFrom + 1; index !== end; index += 1) {
    const at = ringSlots + ((<usize>(index & ringMask)) << 5);
    const side = <u32>load<u8>(at, LEVEL_SIDE);
    const priceE4 = <u32>load<u16>(at, LEVEL_PRICE_E4);
    const slot = slotOfPrice(book, priceE4);
    if (load<u8>(at, LEVEL_KIND) !== KIND_SET || side > 1 || slot < 0) continue;
    putLevel(book, side, priceE4, slot, load<u64>(at, LEVEL_SIZE_MICROS));
  }
}

/** True while the levels of a mirrored snapshot are being compared. */
export function mirrorOpen(): bool {
  return snapshotBook !== 0;
}

function differs(): void {
  count(COUNTER_MIRROR_MISMATCHED, 1);
  if (!isOff(CHECK_MIRROR)) raiseFault(FAULT_SUSPECT);
}
