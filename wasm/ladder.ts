// Where the levels of a book lie, and the search for the next one. Detector thread.
//
// A ladder is cut into blocks of 64 slots that hold both sides and their bits, so that a book's levels near the top lie
// in one or two pages. Block n of all standard ladders lie side by side: with prices of 0.01 only the first two of the
// 16 are ever touched, and 1,000 such markets take 2 MB, not 17. A fine ladder's blocks follow its head. Summary words,
// one bit per block with a level, are in the BOOK record or, of a fine ladder, in that head; the cost of a search does
// not depend on how far the next level is.
// HOT PATH: allocates nothing.
import {
  BOOK_BID_BLOCKS,
  BOOK_BLOCK_STRIDE,
  BOOK_LADDER_AT,
  BOOK_SLOTS,
  FINE_HEAD_BYTES,
  FINE_SUMMARY,
  FINE_SUMMARY_SIDE_BYTES,
  LADDER_BITS,
  LADDER_SIDE_BYTES,
  LADDER_SLOTS,
} from './layout';

/** True when the book's ladder has the fine shape. */
export function isFine(book: usize): bool {
  return load<u32>(book, BOOK_SLOTS) > <u32>LADDER_SLOTS;
}

/** Address of block `block` of the book's ladder. */
export function blockAt(book: usize, block: u32): usize {
  return <usize>load<u32>(book, BOOK_LADDER_AT) + <usize>(block * load<u32>(book, BOOK_BLOCK_STRIDE));
}

/** Address of the size in a slot of a side. */
export function sizeAt(book: usize, side: u32, slot: u32): usize {
  return blockAt(book, slot >> 6) + <usize>(side * LADDER_SIDE_BYTES + ((slot & 63) << 3));
}

function bitsAt(book: usize, side: u32, block: u32): usize {
  return blockAt(book, block) + LADDER_BITS + <usize>(side << 3);
}

/** Address of the summary word of blocks 64 x group and up; of fine ladders only. */
function fineSummaryAt(book: usize, side: u32, group: u32): usize {
  const head = <usize>load<u32>(book, BOOK_LADDER_AT) - FINE_HEAD_BYTES;
  return head + FINE_SUMMARY + <usize>(side * FINE_SUMMARY_SIDE_BYTES + (group << 3));
}

function summary(book: usize, side: u32, group: u32): u64 {
  if (isFine(book)) return load<u64>(fineSummaryAt(book, side, group));
  return <u64>load<u32>(book + <usize>(side << 2), BOOK_BID_BLOCKS);
}

function storeSummary(book: usize, side: u32, group: u32, blocks: u64): void {
  if (isFine(book)) store<u64>(fineSummaryAt(book, side, group), blocks);
  else store<u32>(book + <usize>(side << 2), <u32>blocks, BOOK_BID_BLOCKS);
}

/** Marks `slot` as non-empty. */
export function markSlot(book: usize, side: u32, slot: u32): void {
  const block = slot >> 6;
  const bits = bitsAt(book, side, block);
  store<u64>(bits, load<u64>(bits) | ((<u64>1) << (slot & 63)));
  storeSummary(book, side, block >> 6, summary(book, side, block >> 6) | ((<u64>1) << (block & 63)));
}

/** Marks `slot` as empty. */
export function unmarkSlot(book: usize, side: u32, slot: u32): void {
  const block = slot >> 6;
  const bits = bitsAt(book, side, block);
  const left = load<u64>(bits) & ~((<u64>1) << (slot & 63));
  store<u64>(bits, left);
  if (left !== 0) return;
  storeSummary(book, side, block >> 6, summary(book, side, block >> 6) & ~((<u64>1) << (block & 63)));
}

/** The non-empty slot next below `slot`, or -1. */
export function slotBelow(book: usize, side: u32, slot: u32): i32 {
  let block = slot >> 6;
  const here = load<u64>(bitsAt(book, side, block)) & (((<u64>1) << (slot & 63)) - 1);
  if (here !== 0) return <i32>(block << 6) + 63 - <i32>clz(here);
  let group = block >> 6;
  let blocks = summary(book, side, group) & (((<u64>1) << (block & 63)) - 1);
  while (blocks === 0) {
    if (group === 0) return -1;
    group -= 1;
    blocks = summary(book, side, group);
  }
  block = (group << 6) + 63 - <u32>clz(blocks);
  return <i32>(block << 6) + 63 - <i32>clz(load<u64>(bitsAt(book, side, block)));
}

/** The non-empty slot next above `slot`, or -1. */
export function slotAbove(book: usize, side: u32, slot: u32): i32 {
  let block = slot >> 6;
  // Two shifts: one by 64 would be a shift by 0.
  const here = load<u64>(bitsAt(book, side, block)) & ((~(<u64>0) << (slot & 63)) << 1);
  if (here !== 0) return <i32>(block << 6) + <i32>ctz(here);
  const groupLast: u32 = isFine(book) ? 2 : 0;
  let group = block >> 6;
  let blocks = summary(book, side, group) & ((~(<u64>0) << (block & 63)) << 1);
  while (blocks === 0) {
    if (group === groupLast) return -1;
    group += 1;
    blocks = summary(book, side, group);
  }
  block = (group << 6) + <u32>ctz(blocks);
  return <i32>(block << 6) + <i32>ctz(load<u64>(bitsAt(book, side, block)));
}

/** Empties a side; its cost is in the number of levels, not of slots. */
export function clearSide(book: usize, side: u32): void {
  const groups: u32 = isFine(book) ? 3 : 1;
  for (let group: u32 = 0; group < groups; group += 1) {
    let blocks = summary(book, side, group);
    while (blocks !== 0) {
      const block = (group << 6) + <u32>ctz(blocks);
      blocks &= blocks - 1;
      const bits = bitsAt(book, side, block);
      let left = load<u64>(bits);
      while (left !== 0) {
        store<u64>(sizeAt(book, side, (block << 6) + <u32>ctz(left)), 0);
        left &= left - 1;
      }
      store<u64>(bits, 0);
    }
    storeSummary(book, side, group, 0);
  }
}

/** Number of non-empty slots of a side. */
export function levelCount(book: usize, side: u32): u32 {
  const groups: u32 = isFine(book) ? 3 : 1;
  let levels: u32 = 0;
  for (let group: u32 = 0; group < groups; group += 1) {
    let blocks = summary(book, side, group);
    while (blocks !== 0) {
      levels += <u32>popcnt<u64>(load<u64>(bitsAt(book, side, (group << 6) + <u32>ctz(blocks))));
      blocks &= blocks - 1;
    }
  }
  return levels;
}
