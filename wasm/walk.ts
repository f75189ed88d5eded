// The depth walk: how many units of a basket to buy, exactly. Detector thread; called by detect.ts.
//
// All legs are bought in equal shares, in whole hundredths of one. Without any rounding of money the profit rises with the
// size up to one level end, its peak, and falls behind it, since no share of a ladder costs less with its fee than
// the shares before it (FEE_BOUNDS): the walk passes level ends while a unit gains and adds nothing up on the way. The
// exact profit is less by what costs and fees are rounded up, so the best size lies near the peak, or near the largest
// size that keeps to the least profit per unit, or is the least size that all legs' venues take where the peak lies below it:
// near.ts looks there. Of a fee schedule that does not bound it is the first peak.
// HOT PATH: allocates nothing; at most WALK_STEPS_MAX level ends and WALK_NEAR_MAX sizes on either side.

import { advance, gainNanos, lastEndMicros, leastMicros, nextEndMicros, retreat, settle } from './cursor';
import { LOT_MICROS, NOT_READY_E4, SIZE_MICROS_MAX } from './layout';
import { bestSizeMicros, findNothing, searchNear } from './near';
import { quotient } from './spent';

const NANOS_PER_E4: f64 = 100000;

/** A basket's slack must exceed this for any size of it to pay the least profit per unit, 1/10,000 dollar. */
export let marginE4: i32 = 0;

let minEdgeMicros: i64 = 1;
let minEdgePerUnitE4: u64 = 0;

/** Least profit of an opportunity in all, micro-dollars (at least 1), and per unit, 1/10,000 dollar. */
export function limitEdges(edgeMicros: f64, edgePerUnitE4: f64): void {
  minEdgeMicros = edgeMicros < 1 ? 1 : <i64>edgeMicros;
  minEdgePerUnitE4 = edgePerUnitE4 < 0 ? 0 : <u64>edgePerUnitE4;
  marginE4 =
    minEdgePerUnitE4 === 0 ? 0 : minEdgePerUnitE4 > <u64>NOT_READY_E4 ? NOT_READY_E4 : <i32>minEdgePerUnitE4 - 1;
}

/** Walks the started cursors; true when a size keeps to the limits: the best is in bestSizeMicros and bestEdgeMicros. */
export function walkDepth(): bool {
  findNothing();
  let gained: f64 = 0; // nano-dollars x micros
  let peak: u64 = 0;
  while (gainNanos > 0) {
    const gain = <f64>gainNanos;
    const passes = nextEndMicros < <u64>SIZE_MICROS_MAX && advance();
    const end = passes ? lastEndMicros : nextEndMicros < <u64>SIZE_MICROS_MAX ? nextEndMicros : <u64>SIZE_MICROS_MAX;
    gained += gain * <f64>(<i64>(end - peak));
    peak = end;
    if (!passes) break;
  }
  if (peak === 0) return false;
  const keeps = gained >= <f64>minEdgePerUnitE4 * NANOS_PER_E4 * <f64>(<i64>peak);
  let size = keeps ? peak : largestKeeping(peak, gained);
  size = quotient(size, <u64>LOT_MICROS) * <u64>LOT_MICROS;
  searchNear(size > leastMicros ? size : leastMicros, keeps, minEdgeMicros, minEdgePerUnitE4);
  return bestSizeMicros !== 0;
}

/**
 * About the largest size whose profit of `gained` at the peak, no money rounded, is still the least per unit: smaller sizes
 * have more of it per unit. A rounded double may be off by a size or two; the search there looks on both sides.
 */
function largestKeeping(peak: u64, gained: f64): u64 {
  const least = <f64>minEdgePerUnitE4 * NANOS_PER_E4;
  settle(peak);
  let end = peak;
  let over = gained - least * <f64>(<i64>peak);
  while (true) {
    const falls = least - <f64>gainNanos;
    const first = lastEndMicros;
    const overFirst = over + falls * <f64>(<i64>(end - first));
    if (falls > 0 && (overFirst >= 0 || first === 0)) {
      return first + <u64>(overFirst > 0 ? <i64>(overFirst / falls) : 0);
    }
    if (first === 0) return 0;
    over = overFirst;
    end = first;
    retreat();
  }
}
