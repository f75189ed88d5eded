// The sweep over all baskets of a detector: which have slack at the top, read from the lanes alone. Detector thread; at
// the end of a burst of snapshots and whenever states changed beyond a frame's own markets (drain.ts).
//
// Rows of 8 lanes hold the n-th legs of 8 baskets, so costs add up down the rows without a sum across a vector. Lanes
// add with saturation, up to 6 rows before they are widened: 6 lanes at their most stay below NO_LANE_E4, and NO_LANE_E4
// plus anything is NO_LANE_E4, so a saturated sum says that a leg is not ready, and only that.
// HOT PATH: allocates nothing; bounded by the table of groups.
import { evaluateBasket } from './detect';
import {
  COUNTER_SWEEPS,
  GROUP_BASKETS,
  GROUP_BYTES,
  GROUP_DETECTOR,
  GROUP_LANES_AT,
  GROUP_PAYOUTS_E4,
  GROUP_ROWS,
  LANE_ROW_BYTES,
  NO_LANE_E4,
} from './layout';
import { agentIndex, count, groupCount, groupsAt } from './regions';
import { marginE4 } from './walk';

const CHUNK_ROWS: u32 = 6;

/** Evaluates every basket that has slack. Answers how many opportunities were claimed. */
export function sweepBaskets(frameSeq: u32, recvNs: f64): u32 {
  let claimed: u32 = 0;
  for (let index: u32 = 0; index < groupCount; index += 1) {
    const group = groupsAt + <usize>index * GROUP_BYTES;
    if (load<u32>(group, GROUP_ROWS) === 0) break;
    if (load<u32>(group, GROUP_DETECTOR) !== agentIndex - 1) continue;
    let hits = hitsOf(group);
    while (hits !== 0) {
      const basket = load<u32>(group + <usize>(ctz<u32>(hits) << 2), GROUP_BASKETS);
      claimed += <u32>evaluateBasket(basket, frameSeq, recvNs);
      hits &= hits - 1;
    }
  }
  count(COUNTER_SWEEPS, 1);
  return claimed;
}

/** Bit per basket of the group that has slack beyond the margin. */
function hitsOf(group: usize): u32 {
  let at = <usize>load<u32>(group, GROUP_LANES_AT);
  let left = load<u32>(group, GROUP_ROWS);
  let low = i32x4.splat(0);
  let high = low;
  let worst = low;
  while (left >= CHUNK_ROWS) {
    let sum = v128.load(at);
    sum = i16x8.add_sat_u(sum, v128.load(at, LANE_ROW_BYTES));
    sum = i16x8.add_sat_u(sum, v128.load(at, 2 * LANE_ROW_BYTES));
    sum = i16x8.add_sat_u(sum, v128.load(at, 3 * LANE_ROW_BYTES));
    sum = i16x8.add_sat_u(sum, v128.load(at, 4 * LANE_ROW_BYTES));
    sum = i16x8.add_sat_u(sum, v128.load(at, 5 * LANE_ROW_BYTES));
    worst = i16x8.max_u(worst, sum);
    low = i32x4.add(low, i32x4.extend_low_i16x8_u(sum));
    high = i32x4.add(high, i32x4.extend_high_i16x8_u(sum));
    at += CHUNK_ROWS * LANE_ROW_BYTES;
    left -= CHUNK_ROWS;
  }
  if (left !== 0) {
    let sum = v128.load(at);
    while (left > 1) {
      at += LANE_ROW_BYTES;
      sum = i16x8.add_sat_u(sum, v128.load(at));
      left -= 1;
    }
    worst = i16x8.max_u(worst, sum);
    low = i32x4.add(low, i32x4.extend_low_i16x8_u(sum));
    high = i32x4.add(high, i32x4.extend_high_i16x8_u(sum));
  }
  const margin = i32x4.splat(marginE4);
  const slackLow = i32x4.gt_s(i32x4.sub(v128.load(group, GROUP_PAYOUTS_E4), low), margin);
  const slackHigh = i32x4.gt_s(i32x4.sub(v128.load(group, GROUP_PAYOUTS_E4 + 16), high), margin);
  const notReady = i16x8.eq(worst, i16x8.splat(<i16>NO_LANE_E4));
  return <u32>i16x8.bitmask(v128.andnot(i16x8.narrow_i32x4_s(slackLow, slackHigh), notReady));
}

/**
 * The same without vectors over the same lanes: what the bench and the tests compare with. The fastest of the scalar
 * forms tried: row by row, a sum per basket, no branch on a lane's value.
 */
function hitsOfScalar(group: usize): u32 {
  let at = <usize>load<u32>(group, GROUP_LANES_AT);
  const end = at + <usize>(load<u32>(group, GROUP_ROWS) * LANE_ROW_BYTES);
  let cost0 = 0;
  let cost1 = 0;
  let cost2 = 0;
  let cost3 = 0;
  let cost4 = 0;
  let cost5 = 0;
  let cost6 = 0;
  let cost7 = 0;
  for (; at < end; at += LANE_ROW_BYTES) {
    cost0 += weighed(<u32>load<u16>(at));
    cost1 += weighed(<u32>load<u16>(at, 2));
    cost2 += weighed(<u32>load<u16>(at, 4));
    cost3 += weighed(<u32>load<u16>(at, 6));
    cost4 += weighed(<u32>load<u16>(at, 8));
    cost5 += weighed(<u32>load<u16>(at, 10));
    cost6 += weighed(<u32>load<u16>(at, 12));
    cost7 += weighed(<u32>load<u16>(at, 14));
  }
  return (
    slackBit(group, cost0, 0) |
    slackBit(group, cost1, 1) |
    slackBit(group, cost2, 2) |
    slackBit(group, cost3, 3) |
    slackBit(group, cost4, 4) |
    slackBit(group, cost5, 5) |
    slackBit(group, cost6, 6) |
    slackBit(group, cost7, 7)
  );
}

/** A lane's price; one that is not ready weighs more than any payout (NO_LANE_E4 + 1 alone has bit 16). */
function weighed(laneE4: u32): i32 {
  return <i32>(laneE4 + (((laneE4 + 1) >> 16) << 24));
}

function slackBit(group: usize, costE4: i32, basket: u32): u32 {
  return (<u32>(load<i32>(group + <usize>(basket << 2), GROUP_PAYOUTS_E4) - costE4 > marginE4)) << basket;
}

/**
 * For the bench and the tests: writes the hits of each of this detector's groups, one byte per group of the table, from
 * `at` on and answers how many baskets have slack.
 */
export function sweepHits(at: usize): u32 {
  let hits: u32 = 0;
  for (let index: u32 = 0; index < groupCount; index += 1) {
    const group = groupsAt + <usize>index * GROUP_BYTES;
    if (load<u32>(group, GROUP_ROWS) === 0) break;
    if (load<u32>(group, GROUP_DETECTOR) !== agentIndex - 1) continue;
    const found = hitsOf(group);
    store<u8>(at + <usize>index, <u8>found);
    hits += popcnt<u32>(found);
  }
  return hits;
}

/** sweepHits without vectors. */
export function sweepHitsScalar(at: usize): u32 {
  let hits: u32 = 0;
  for (let index: u32 = 0; index < groupCount; index += 1) {
    const group = groupsAt + <usize>index * GROUP_BYTES;
    if (load<u32>(group, GROUP_ROWS) === 0) break;
    if (load<u32>(group, GROUP_DETECTOR) !== agentIndex - 1) continue;
    const found = hitsOfScalar(group);
    store<u8>(at + <usize>index, <u8>found);
    hits += popcnt<u32>(found);
  }
  return hits;
}

/** For the bench: reads `bytes` from `at` on, a multiple of 64, and folds them: what a sweep's memory reads cost alone. */
export function readThrough(at: usize, bytes: usize): u64 {
  const end = at + bytes;
  let one = i32x4.splat(0);
  let other = one;
  for (let next = at; next < end; next += 64) {
    one = v128.xor(one, v128.xor(v128.load(next), v128.load(next, 16)));
    other = v128.xor(other, v128.xor(v128.load(next, 32), v128.load(next, 48)));
  }
  const folded = v128.xor(one, other);
  return i64x2.extract_lane(folded, 0) ^ i64x2.extract_lane(folded, 1);
}
