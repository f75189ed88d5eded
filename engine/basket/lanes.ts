// Places baskets into the groups of 8 that the sweep reads and gives every leg its lane. Supervisor, before start, or the
// reload thread; the lanes themselves belong to the detectors from then on.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import { tableRegion } from '../memory/basket-table.ts';

/** What the groups need to know of a basket. */
export interface LanedBasket {
  readonly legCount: number;
  readonly payoutE4: number;
  readonly detector: number;
}

const LINE_ROWS = 64 / L.LANE_ROW_BYTES;

/**
 * Writes GROUPS and empties LANES; answers the byte address of each basket's first lane, the next leg's being
 * LANE_ROW_BYTES on. Baskets of one detector stand together, shortest first, so that rows are nearly full, and each
 * detector's rows begin on a cache line of their own.
 */
export function writeGroups(arena: Arena, baskets: readonly LanedBasket[], generation: number): Float64Array {
  const order = [...baskets.keys()].sort((a, b) => {
    const [one, other] = [baskets[a]!, baskets[b]!];
    return one.detector - other.detector || one.legCount - other.legCount || a - b;
  });
  const lanes = arena.region(tableRegion(L.REGION_LANES, generation));
  const groups = tableRegion(L.REGION_GROUPS, generation);
  const firstLanes = new Float64Array(baskets.length);
  let [row, group, next] = [0, 0, 0];
  let detector = 0;
  while (next < order.length) {
    const members = membersOf(order, next, baskets);
    if (baskets[members[0]!]!.detector !== detector) row = Math.ceil(row / LINE_ROWS) * LINE_ROWS;
    detector = baskets[members[0]!]!.detector;
    const lanesAt = lanes.at + row * L.LANE_ROW_BYTES;
    row += writeGroup(arena, arena.at(groups, group), lanesAt, members, baskets);
    for (const [lane, index] of members.entries()) firstLanes[index] = lanesAt + lane * L.LANE_BYTES;
    group += 1;
    next += members.length;
  }
  return firstLanes;
}

/** The next baskets of one detector, at most a group's. */
function membersOf(order: readonly number[], from: number, baskets: readonly LanedBasket[]): readonly number[] {
  const { detector } = baskets[order[from]!]!;
  const members = order.slice(from, from + L.GROUP_BASKETS_MAX);
  const end = members.findIndex((index) => baskets[index]!.detector !== detector);
  return end < 0 ? members : members.slice(0, end);
}

/** Writes the group at byte `at`; answers the rows it takes. */
function writeGroup(
  arena: Arena,
  at: number,
  lanesAt: number,
  members: readonly number[],
  baskets: readonly LanedBasket[],
): number {
  const { u32, i32, view } = arena;
  const rows = Math.max(...members.map((index) => baskets[index]!.legCount));
  u32[(at + L.GROUP_ROWS) >> 2] = rows;
  u32[(at + L.GROUP_LANES_AT) >> 2] = lanesAt;
  u32[(at + L.GROUP_DETECTOR) >> 2] = baskets[members[0]!]!.detector;
  for (const [lane, index] of members.entries()) {
    const { legCount, payoutE4 } = baskets[index]!;
    i32[((at + L.GROUP_PAYOUTS_E4) >> 2) + lane] = payoutE4;
    u32[((at + L.GROUP_BASKETS) >> 2) + lane] = index;
    for (let leg = 0; leg < legCount; leg += 1) {
      view.setUint16(lanesAt + leg * L.LANE_ROW_BYTES + lane * L.LANE_BYTES, L.NO_LANE_E4, true);
    }
  }
  return rows;
}
