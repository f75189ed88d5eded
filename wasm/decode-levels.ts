// The levels of a Polymarket snapshot in exactly the layout the venue sends, a level per turn: 16 bytes compared at a time,
// numbers to fixed point without a loop, each record staged with two stores. Ingest thread; writes STAGING.
//
// Like decode-changes.ts: a guess that is checked in full, and 0 for whatever differs.
import { otherSize } from './decode-fast';
import { acceptStaged, nextRecord } from './decode-stage';
import { differs, hits, pair, priceOf, sizeOf } from './fast-read';
import * as L from './layout';
import * as T from './literal-table';
import { gridsAt, marketsAt, stagingAt, stagingSlots } from './regions';
import { digitBits, digitsAt, LENGTH_SHIFT, usualSize, VALUE_MASK } from './swar';

const PRICE_BYTES: usize = 12; // `{"price":"0.`
const SIZE_BYTES: usize = 10; // `","size":"`
const BRACE_AT_LEAST: usize = 25; // of a level of one digit of price and one of size
const CLOSE_BRACKET: u32 = 0x5d;
const LEVEL_FOLLOWS: u32 = 0x2c7d22; // `"},`
const LEVELS_END: u32 = 0x5d7d22; // `"}]`

/** True when the pieces around the price at `at` and before the size at `size` are not the venue's. */
function levelDiffers(at: usize, size: usize): bool {
  const price = v128.and(differs(at, T.LEVEL_PRICE), v128.load(T.FIRST_12));
  return v128.any_true(v128.or(price, v128.and(differs(size - SIZE_BYTES, T.LEVEL_SIZE), v128.load(T.FIRST_10))));
}

/** Size of any form at `at`: micros | bytes << LENGTH_SHIFT, or a negative value. */
function rareSize(at: usize): i64 {
  const usual = usualSize(at);
  return usual < 0 ? otherSize(at) : usual;
}

/** Stages the levels of `market` from `at` on; answers the bracket that closes them, which is before `end`, or 0. */
export function fastSide(at: usize, end: usize, market: u32, view: u32, side: u32, flags: u32): usize {
  if (<u32>load<u8>(at) === CLOSE_BRACKET) return at;
  const marketAt = marketsAt + <usize>market * L.MARKET_BYTES;
  const factor = load<u32>(gridsAt + <usize>load<u32>(marketAt, L.MARKET_GRID) * L.GRID_BYTES, L.GRID_FACTOR);
  const head = <u64>market | ((<u64>load<u32>(marketAt, L.MARKET_EPOCH)) << 32);
  const kind = (side << 16) | ((<u32>L.KIND_SET) << 24);
  const tail = (<u64>(flags | (view << 16))) << 32;
  const frame = <u64>load<u32>(nextRecord() - L.LEVEL_BYTES, L.LEVEL_FRAME_SEQ);
  const last = stagingAt + <usize>stagingSlots * L.RING_SLOT_BYTES - L.LEVEL_BYTES - L.FRAME_END_BYTES;
  let to = nextRecord();
  let p = at;
  while (p < end && to <= last) {
    // The next level waits for nothing but this brace; one further away is found by reading the size.
    let brace = p + BRACE_AT_LEAST + <usize>ctz(hits(p + BRACE_AT_LEAST, T.EACH_BRACE));
    const word = digitsAt(p + PRICE_BYTES);
    const bits = digitBits(word);
    const size = p + PRICE_BYTES + SIZE_BYTES + <usize>(bits >> 3);
    if (levelDiffers(p, size)) return 0;
    const priceE4 = priceOf(word, bits, view, factor);
    let sizeMicros = sizeOf(size, <u32>(brace - 1 - size));
    if (sizeMicros < 0) {
      const rare = rareSize(size);
      if (rare < 0) return 0;
      sizeMicros = rare & VALUE_MASK;
      brace = size + <usize>(rare >> LENGTH_SHIFT) + 1;
    }
    if (priceE4 >> 32 !== 0) return 0;
    v128.store(to, pair(head, priceE4 | <u64>kind | tail));
    v128.store(to, pair(frame, <u64>sizeMicros), 16);
    // A level of size 0 is none: the next one is staged over it.
    to += select<usize>(L.LEVEL_BYTES, 0, sizeMicros !== 0);
    const closing = load<u32>(brace - 1) & 0xffffff;
    p = brace + 2;
    if (closing === LEVEL_FOLLOWS) continue;
    if (closing !== LEVELS_END) return 0;
    acceptStaged(to, market);
    return p - 1;
  }
  return 0;
}
