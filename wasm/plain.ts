// The short way of a change, which nearly every one goes: an absolute first-view change of a book with a plain tick, or
// the second view's repetition of it. Detector thread.
//
// One loop over a run of records, everything in locals. A record that is anything else, or out of any bound, ends the
// run and goes the long way (book.ts), which says what is wrong with it. Each check is a branch of its own: it is
// never taken and fuses with its compare, which costs less than folding results into a common branch.
// HOT PATH: allocates nothing.
import {
  BOOK_BEST_BID_E4,
  BOOK_BID_BLOCKS,
  BOOK_BYTES,
  BOOK_EPOCH,
  BOOK_LADDER_AT,
  BOOK_PLAIN_TICK_E4,
  BOOK_TICK_RECIPROCAL,
  KIND_SET,
  LADDER_BITS,
  LADDER_BLOCK_BYTES,
  LADDER_BLOCK_SHIFT,
  LEVEL_BYTES,
  LEVEL_EPOCH,
  LEVEL_MARKET,
  LEVEL_PRICE_E4,
  LEVEL_SIZE_MICROS,
  NO_ASK_E4,
  NO_BID_E4,
  SIDE_BID,
  SIZE_MICROS_MAX,
} from './layout';
import { mirrorOpen } from './mirror';
import { notePlainRun } from './part';
import { levelReaches } from './reach';
import { booksAt, marketCount } from './regions';

// Price, side, kind and flags of a record lie in 8 bytes: side must be 0 or 1 and kind SET; bit 32 is the mirror flag.
const PACKED_MASK: u64 = 0xfffe0000;
const PACKED_SET: u64 = (<u64>KIND_SET) << 24;
const PACKED_MIRROR: u64 = 0x100000000;

/**
 * Applies records from `from` on, up to `end` or to the first one that must go the long way; answers its address. All
 * of them go the long way while a mirrored snapshot is open. With `watch` it ends behind a record that reaches
 * legs, and notes them; what only keeps books does without.
 *
 * Nearly without branches that depend on the data: side, add, change or remove, and best or not are coin flips, and
 * mispredicting one costs more than these few instructions. A size is only written, never read: nothing waits for its
 * cache line.
 */
export function applyPlain(from: usize, end: usize, watch: bool): usize {
  if (mirrorOpen()) return from;
  const markets = marketCount;
  const books = booksAt;
  const stride = <usize>marketCount * LADDER_BLOCK_BYTES;
  let mirrored: u32 = 0;
  let reached: u32 = 0;
  let at = from;
  for (; at < end; at += LEVEL_BYTES) {
    const market = load<u32>(at, LEVEL_MARKET);
    if (market >= markets) break;
    const book = books + <usize>market * BOOK_BYTES;
    if (load<u32>(at, LEVEL_EPOCH) !== load<u32>(book, BOOK_EPOCH)) break;
    const packed = load<u64>(at, LEVEL_PRICE_E4);
    if ((packed & PACKED_MASK) !== PACKED_SET) break;
    const priceE4 = <u32>packed & 0xffff;
    if (priceE4 - 1 >= <u32>NO_ASK_E4 - 1) break;
    const tick = load<u32>(book, BOOK_PLAIN_TICK_E4);
    const slot = <u32>((<u64>priceE4 * <u64>load<u32>(book, BOOK_TICK_RECIPROCAL)) >> 31);
    if (slot * tick !== priceE4) break;
    const sizeMicros = load<u64>(at, LEVEL_SIZE_MICROS);
    if (sizeMicros > <u64>SIZE_MICROS_MAX) break;
    const side = (<u32>packed >> 16) & 1;
    const block = <usize>(slot >> LADDER_BLOCK_SHIFT);
    const blockAt = <usize>load<u32>(book, BOOK_LADDER_AT) + block * stride;
    const sizeAt = blockAt + <usize>(((side << 6) | (slot & 63)) << 3);
    if ((packed & PACKED_MIRROR) !== 0) {
      if (load<u64>(sizeAt) !== sizeMicros) break;
      mirrored += 1;
      continue;
    }
    store<u64>(sizeAt, sizeMicros);
    mark(book, side, tick, slot, sizeMicros === 0, blockAt, stride);
    if (!watch) continue;
    reached = levelReaches(book, side, priceE4);
    if (reached === 0) continue;
    at += LEVEL_BYTES;
    break;
  }
  notePlainRun((<u32>(at - from) >> 5) - mirrored, mirrored, reached);
  return at;
}

/** Sets or clears a slot's bit and brings the best of its side up to it. */
function mark(book: usize, side: u32, tick: u32, slot: u32, removed: bool, blockAt: usize, stride: usize): void {
  const bitsAt = blockAt + <usize>(side << 3);
  const before = load<u64>(bitsAt, LADDER_BITS);
  const bit = (<u64>1) << (slot & 63);
  const bits = (before | bit) ^ select<u64>(bit, 0, removed);
  store<u64>(bitsAt, bits, LADDER_BITS);
  const words = book + <usize>(side << 2);
  let blocks = load<u32>(words, BOOK_BID_BLOCKS);
  if (bits === 0) {
    blocks &= ~((<u32>1) << (slot >> LADDER_BLOCK_SHIFT));
    store<u32>(words, blocks, BOOK_BID_BLOCKS);
    if (blocks === 0) {
      store<u32>(words, side === SIDE_BID ? NO_BID_E4 : NO_ASK_E4, BOOK_BEST_BID_E4);
      return;
    }
  } else if (before === 0) {
    blocks |= (<u32>1) << (slot >> LADDER_BLOCK_SHIFT);
    store<u32>(words, blocks, BOOK_BID_BLOCKS);
  }
  // Bids want the highest bit, asks the lowest: for asks the lowest is isolated first, so that one clz serves both.
  const bids = <i64>side - 1;
  const block = 31 ^ <u32>clz<u32>(blocks & (-(<i32>blocks) | <i32>bids));
  const at = <usize>load<u32>(book, BOOK_LADDER_AT) + <usize>block * stride + <usize>(side << 3);
  const inBlock = load<u64>(at, LADDER_BITS);
  const best = (block << LADDER_BLOCK_SHIFT) | (63 ^ <u32>clz<u64>(inBlock & (-(<i64>inBlock) | bids)));
  store<u32>(words, best * tick, BOOK_BEST_BID_E4);
}
