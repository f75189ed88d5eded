// Lower-case hex text of hashes, 16 digits at a time. Ingest thread; reads 40 bytes, writes nothing.
import { EACH_0F, EACH_4, EACH_9, EACH_39, EACH_A, EACH_ZERO, PAIRS_00FF } from './literal-table';

/** Each byte's distance from '0', or from 'a' and 4 more when that is less: at most 9 for hex digits only. */
function blockRange(block: v128): v128 {
  const letters = i8x16.add_sat_u(i8x16.sub(block, v128.load(EACH_A)), v128.load(EACH_4));
  return i8x16.min_u(i8x16.sub(block, v128.load(EACH_ZERO)), letters);
}

/** Not zero where the 40 bytes at `at` have what is no lower-case hex digit. Needs the literal table. */
export function hexExcess(at: usize): v128 {
  const ends = i8x16.max_u(blockRange(v128.load(at)), blockRange(v128.load(at, 24)));
  const range = i8x16.max_u(ends, blockRange(v128.load(at, 16)));
  return i8x16.sub_sat_u(range, v128.load(EACH_9));
}

/** Values of 16 hex digits known to be such, in the low bytes of eight lanes. */
function blockBytes(at: usize): v128 {
  const block = v128.load(at);
  const letters = v128.and(i8x16.gt_s(block, v128.load(EACH_39)), v128.load(EACH_9));
  const digits = i8x16.add(v128.and(block, v128.load(EACH_0F)), letters);
  return v128.and(v128.or(i16x8.shl(digits, 4), i16x8.shr_u(digits, 8)), v128.load(PAIRS_00FF));
}

/** First 16 of the 20 bytes that the 40 digits at `at`, known to be such, stand for. */
export function hashBytes(at: usize): v128 {
  return i8x16.narrow_i16x8_u(blockBytes(at), blockBytes(at + 16));
}

/** The last 4 of them, in the lower half. */
export function hashTail(at: usize): u64 {
  const block = blockBytes(at + 24);
  return <u64>i64x2.extract_lane(i8x16.narrow_i16x8_u(block, block), 0) >> 32;
}
