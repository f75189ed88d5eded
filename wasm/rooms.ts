// What rounding costs a size, exactly, and from one lot to the next. Detector thread; used by near.ts.
//
// A lot is a hundredth of a share, money is in femto-dollars (nano-dollars x micros of a share). A leg's room is how far its
// fee lies below the sum it is rounded up to: one lot more takes the lot's fee from the room, and where that is more than
// the room the next rounding step begins. Costs of whole lots are whole micro-dollars, so within the level ends what costs are
// rounded up is the same at every lot. Rooms lie in the detector's scratch area, two legs to a vector.
// HOT PATH: allocates nothing; bounded by the basket's legs.

import { cursorAt, forgetMoved, legCount, moved, payoutE4 } from './cursor';
import {
  LOT_MICROS,
  SCRATCH_COST_ROOMS,
  SCRATCH_COSTS,
  SCRATCH_FEE_LOTS,
  SCRATCH_FEE_ROOMS,
  SCRATCH_FEE_STEPS,
  SCRATCH_FEE_TURNS,
  SCRATCH_FEES,
  SCRATCH_ROOMS_KEPT,
  WALK_FEE_NANOS,
} from './layout';
import { scratchAt } from './regions';
import { legCost, legStepMicros, legSteps, PRICE_ONE, quotient, roomFemto } from './spent';

/** Micro-dollar, and 1/10,000 dollar a micro of a share, in femto-dollars. */
export const FEMTO_PER_MICRO: i64 = 1000000000;
const FEMTO_PER_COST: u64 = 100000;
/** A leg's steps are long when each is at least so many lots. */
const LONG_STEP_LOTS: u64 = 4;
const STEPS = SCRATCH_FEE_STEPS - SCRATCH_FEE_ROOMS;
const TURNS = SCRATCH_FEE_TURNS - SCRATCH_FEE_ROOMS;
const LOTS = SCRATCH_FEE_LOTS - SCRATCH_FEE_ROOMS;
const COST_ROOMS = SCRATCH_COST_ROOMS - SCRATCH_FEE_ROOMS;
const COSTS = SCRATCH_COSTS - SCRATCH_FEE_ROOMS;
const FEES = SCRATCH_FEES - SCRATCH_FEE_ROOMS;
const KEPT = SCRATCH_ROOMS_KEPT - SCRATCH_FEE_ROOMS;

/** Profit of the size measured last, micro-dollars after costs and fees, each rounded up. */
export let edgeMicros: i64 = 0;
/** What roundings take from it. */
export let roundedFemto: i64 = 0;
/** Fee of a lot over the legs with long steps, 0 = no leg has. */
export let longFeesFemto: i64 = 0;
let costsFemto: i64 = 0;
let isKept: bool = false;
let spentMicros: u64 = 0;

/** Measures `lots` from the settled cursors: its profit, and each leg's cost and fee. */
export function measure(lots: u64): void {
  costsFemto = 0;
  longFeesFemto = 0;
  const rooms = measureLegs(u64.MAX_VALUE >> (64 - legCount), lots);
  // Legs are turned two by two: beside an odd one stands none.
  if ((legCount & 1) !== 0) {
    const beside = scratchAt + SCRATCH_FEE_ROOMS + <usize>(legCount << 3);
    store<u64>(beside, 0);
    store<u64>(beside, 0, STEPS);
    store<u64>(beside, 0, TURNS);
  }
  roundedFemto = costsFemto + rooms;
  edgeMicros = <i64>(lots * <u64>payoutE4) - <i64>spentMicros;
}

/**
 * Measures the legs whose cursors have moved between the size before and `lots`; the others' rooms are turned already, all
 * together to `rounded`. Answers what roundings take now.
 */
export function measureMoved(lots: u64, rounded: i64): i64 {
  let rooms = rounded - costsFemto;
  for (let left = moved; left !== 0; left &= left - 1) {
    const at = scratchAt + SCRATCH_FEE_ROOMS + <usize>(ctz(left) << 3);
    rooms -= load<i64>(at);
    costsFemto -= load<i64>(at, COST_ROOMS);
    longFeesFemto -= load<i64>(at, LOTS);
  }
  rooms += measureLegs(moved, lots);
  return rooms + costsFemto;
}

/** Measures some legs and adds them to what is known of the legs but the rooms, which it answers. */
function measureLegs(places: u64, lots: u64): i64 {
  const size = lots * <u64>LOT_MICROS;
  let rooms: u64 = 0;
  let costRooms: u64 = 0;
  let longFees: u64 = 0;
  let spent: u64 = 0;
  for (let left = places; left !== 0; left &= left - 1) {
    const place = <u32>ctz(left);
    const at = scratchAt + SCRATCH_FEE_ROOMS + <usize>(place << 3);
    const cursor = cursorAt(place);
    const cost = legCost(cursor, size);
    const costMicros = quotient(cost + PRICE_ONE - 1, PRICE_ONE);
    const costRoom = (costMicros * PRICE_ONE - cost) * FEMTO_PER_COST;
    const stepMicros = legStepMicros(cursor);
    const feeMicros = legSteps(cursor, size, stepMicros) * stepMicros;
    const step = stepMicros * <u64>FEMTO_PER_MICRO;
    const lot = <u64>load<u32>(cursor, WALK_FEE_NANOS) * <u64>LOT_MICROS;
    const longLot = lot * LONG_STEP_LOTS <= step ? lot : 0;
    store<u64>(at, roomFemto);
    store<u64>(at, step, STEPS);
    store<u64>(at, lot < step ? lot : lot - quotient(lot, step) * step, TURNS);
    store<u64>(at, longLot, LOTS);
    store<u64>(at, costRoom, COST_ROOMS);
    store<u64>(at, costMicros, COSTS);
    store<u64>(at, feeMicros, FEES);
    rooms += roomFemto;
    costRooms += costRoom;
    longFees += longLot;
    spent += costMicros + feeMicros;
  }
  costsFemto += costRooms;
  longFeesFemto += longFees;
  spentMicros = spent;
  isKept = false;
  forgetMoved();
  return <i64>rooms;
}

/** Cost of leg `place` for the size measured last, micro-dollars rounded up. */
export function costOfLeg(place: u32): u64 {
  return load<u64>(scratchAt + SCRATCH_COSTS + <usize>(place << 3));
}

/** Its fee, rounded up to the schedule's step. */
export function feeOfLeg(place: u32): u64 {
  return load<u64>(scratchAt + SCRATCH_FEES + <usize>(place << 3));
}

/** Keeps the rooms of the size measured last. */
export function keepRooms(): void {
  const end = scratchAt + SCRATCH_FEE_ROOMS + <usize>(legCount << 3);
  for (let at = scratchAt + SCRATCH_FEE_ROOMS; at < end; at += 16) v128.store(at, v128.load(at), KEPT);
  isKept = true;
}

/** Goes back to the rooms kept, which are of `lots`, where the cursors are again. */
export function returnToKept(lots: u64): void {
  if (!isKept) {
    measure(lots);
    return;
  }
  const end = scratchAt + SCRATCH_FEE_ROOMS + <usize>(legCount << 3);
  for (let at = scratchAt + SCRATCH_FEE_ROOMS; at < end; at += 16) v128.store(at, v128.load(at, KEPT));
}

/** One lot less, within the same levels: answers what its roundings take. */
export function turnDown(): i64 {
  let sum = i64x2.splat(0);
  const end = scratchAt + SCRATCH_FEE_ROOMS + <usize>(legCount << 3);
  for (let at = scratchAt + SCRATCH_FEE_ROOMS; at < end; at += 16) {
    const step = v128.load(at, STEPS);
    let room = i64x2.add(v128.load(at), v128.load(at, TURNS));
    room = i64x2.sub(room, v128.and(step, i64x2.ge_s(room, step)));
    v128.store(at, room);
    sum = i64x2.add(sum, room);
  }
  return costsFemto + i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1);
}

/** One lot more, within the same levels: answers what its roundings take. */
export function turnUp(): i64 {
  const none = i64x2.splat(0);
  let sum = none;
  const end = scratchAt + SCRATCH_FEE_ROOMS + <usize>(legCount << 3);
  for (let at = scratchAt + SCRATCH_FEE_ROOMS; at < end; at += 16) {
    let room = i64x2.sub(v128.load(at), v128.load(at, TURNS));
    room = i64x2.add(room, v128.and(v128.load(at, STEPS), i64x2.lt_s(room, none)));
    v128.store(at, room);
    sum = i64x2.add(sum, room);
  }
  return costsFemto + i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1);
}

/** What the roundings of the legs with long steps take. */
export function longRooms(): i64 {
  let rooms: i64 = 0;
  const end = scratchAt + SCRATCH_FEE_ROOMS + <usize>(legCount << 3);
  for (let at = scratchAt + SCRATCH_FEE_ROOMS; at < end; at += 8) {
    if (load<u64>(at, LOTS) !== 0) rooms += load<i64>(at);
  }
  return rooms;
}

/** Lots down to the next size at which a leg with long steps has one step less; there is one. */
export function lotsToStepBelow(): u64 {
  let lots: u64 = u64.MAX_VALUE;
  const end = scratchAt + SCRATCH_FEE_ROOMS + <usize>(legCount << 3);
  for (let at = scratchAt + SCRATCH_FEE_ROOMS; at < end; at += 8) {
    const lot = load<u64>(at, LOTS);
    if (lot === 0) continue;
    const here = quotient(load<u64>(at, STEPS) - load<u64>(at) + lot - 1, lot);
    if (here < lots) lots = here;
  }
  return lots;
}

/** Lots up to the last size at which no leg with long steps has one step more; there is one. */
export function lotsToStepAbove(): u64 {
  let lots: u64 = u64.MAX_VALUE;
  const end = scratchAt + SCRATCH_FEE_ROOMS + <usize>(legCount << 3);
  for (let at = scratchAt + SCRATCH_FEE_ROOMS; at < end; at += 8) {
    const lot = load<u64>(at, LOTS);
    if (lot === 0) continue;
    const here = quotient(load<u64>(at), lot);
    if (here < lots) lots = here;
  }
  return lots;
}
