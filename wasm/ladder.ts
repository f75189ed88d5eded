// One side of a book: sizes by slot, a bit per non-empty slot, a summary bit per non-zero word of bits. Detector thread.
//
// `side` is the address of a ladder side, `fine` says which of the two shapes it has. Every search looks at one word
// of bits and, only when that is empty, at the summary: its cost does not depend on how far the next level is.
// HOT PATH: allocates nothing.
import { FINE_BITS, FINE_SIDE_BYTES, FINE_SUMMARY, LADDER_BITS, LADDER_SIDE_BYTES, LADDER_SUMMARY } from './layout';

/** Address of the bid (0) or ask (1) side of the ladder at `ladder`. */
export function sideAt(ladder: usize, side: u32, fine: bool): usize {
  return ladder + <usize>side * (fine ? FINE_SIDE_BYTES : LADDER_SIDE_BYTES);
}

/** Marks `slot` as non-empty. */
export function markSlot(side: usize, fine: bool, slot: u32): void {
  const word = slot >> 6;
  const bits = side + (fine ? FINE_BITS : LADDER_BITS) + <usize>(word << 3);
  const before = load<u64>(bits);
  store<u64>(bits, before | ((<u64>1) << (slot & 63)));
  if (before !== 0) return;
  const summary = side + (fine ? FINE_SUMMARY : LADDER_SUMMARY) + <usize>((word >> 6) << 3);
  store<u64>(summary, load<u64>(summary) | ((<u64>1) << (word & 63)));
}

/** Marks `slot` as empty. */
export function unmarkSlot(side: usize, fine: bool, slot: u32): void {
  const word = slot >> 6;
  const bits = side + (fine ? FINE_BITS : LADDER_BITS) + <usize>(word << 3);
  const left = load<u64>(bits) & ~((<u64>1) << (slot & 63));
  store<u64>(bits, left);
  if (left !== 0) return;
  const summary = side + (fine ? FINE_SUMMARY : LADDER_SUMMARY) + <usize>((word >> 6) << 3);
  store<u64>(summary, load<u64>(summary) & ~((<u64>1) << (word & 63)));
}

/** The non-empty slot next below `slot`, or -1. */
export function slotBelow(side: usize, fine: bool, slot: u32): i32 {
  const bits = side + (fine ? FINE_BITS : LADDER_BITS);
  let word = slot >> 6;
  const here = load<u64>(bits + <usize>(word << 3)) & (((<u64>1) << (slot & 63)) - 1);
  if (here !== 0) return <i32>(word << 6) + 63 - <i32>clz(here);
  const summary = side + (fine ? FINE_SUMMARY : LADDER_SUMMARY);
  let group = word >> 6;
  let words = load<u64>(summary + <usize>(group << 3)) & (((<u64>1) << (word & 63)) - 1);
  while (words === 0) {
    if (group === 0) return -1;
    group -= 1;
    words = load<u64>(summary + <usize>(group << 3));
  }
  word = (group << 6) + 63 - <u32>clz(words);
  return <i32>(word << 6) + 63 - <i32>clz(load<u64>(bits + <usize>(word << 3)));
}

/** The non-empty slot next above `slot`, or -1. */
export function slotAbove(side: usize, fine: bool, slot: u32): i32 {
  const bits = side + (fine ? FINE_BITS : LADDER_BITS);
  let word = slot >> 6;
  // Two shifts: one by 64 would be a shift by 0.
  const here = load<u64>(bits + <usize>(word << 3)) & ((~(<u64>0) << (slot & 63)) << 1);
  if (here !== 0) return <i32>(word << 6) + <i32>ctz(here);
  const summary = side + (fine ? FINE_SUMMARY : LADDER_SUMMARY);
  const groupLast: u32 = fine ? 2 : 0;
  let group = word >> 6;
  let words = load<u64>(summary + <usize>(group << 3)) & ((~(<u64>0) << (word & 63)) << 1);
  while (words === 0) {
    if (group === groupLast) return -1;
    group += 1;
    words = load<u64>(summary + <usize>(group << 3));
  }
  word = (group << 6) + <u32>ctz(words);
  return <i32>(word << 6) + <i32>ctz(load<u64>(bits + <usize>(word << 3)));
}

/** Empties a side; its cost is in the number of levels, not of slots. */
export function clearSide(side: usize, fine: bool): void {
  const bits = side + (fine ? FINE_BITS : LADDER_BITS);
  const summary = side + (fine ? FINE_SUMMARY : LADDER_SUMMARY);
  const groups: u32 = fine ? 3 : 1;
  for (let group: u32 = 0; group < groups; group += 1) {
    let words = load<u64>(summary + <usize>(group << 3));
    while (words !== 0) {
      const word = (group << 6) + <u32>ctz(words);
      words &= words - 1;
      let left = load<u64>(bits + <usize>(word << 3));
      while (left !== 0) {
        store<u64>(side + ((((<usize>word) << 6) + <usize>ctz(left)) << 3), 0);
        left &= left - 1;
      }
      store<u64>(bits + <usize>(word << 3), 0);
    }
    store<u64>(summary + <usize>(group << 3), 0);
  }
}
