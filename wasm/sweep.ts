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
  GROUP_BASKETS_MAX,
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

/** The same without vectors, basket by basket, over the same lanes: what the bench and the tests compare with. */
function hitsOfScalar(group: usize): u32 {
  const first = <usize>load<u32>(group, GROUP_LANES_AT);
  const end = first + <usize>(load<u32>(group, GROUP_ROWS) * LANE_ROW_BYTES);
  let hits: u32 = 0;
  for (let basket: u32 = 0; basket < <u32>GROUP_BASKETS_MAX; basket += 1) {
    let slackE4 = load<i32>(group + <usize>(basket << 2), GROUP_PAYOUTS_E4);
    const offset = <usize>(basket << 1);
    for (let at = first + offset; at < end; at += LANE_ROW_BYTES) {
      const laneE4 = <i32>load<u16>(at);
      if (laneE4 === NO_LANE_E4) {
        slackE4 = i32.MIN_VALUE;
        break;
      }
      slackE4 -= laneE4;
    }
    hits |= (<u32>(slackE4 > marginE4)) << basket;
  }
  return hits;
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
