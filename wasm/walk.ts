// The depth walk: how many units of a basket to buy, and what each leg then costs, exactly. Detector thread.
//
// All legs are walked in equal shares. The unit's price only changes at a level end of some leg, so the level ends are
// the candidate sizes, each cut to whole hundredths of a share, and the least size that all legs' venues take: where the
// units after it lose, it is the best one. Fee steps in between move a profit by less than a step per leg; the executor
// looks there when it rounds (engine/execute/size.ts). A candidate's profit is recomputed exactly: per leg,
// price x size summed over levels and rounded up once, and the fee summed over levels and rounded up to the schedule's
// step. Sums fit: sizes are at most 10^15 micros, so price x size is at most 10^19 < 2^64; fees are kept as whole
// shares and fractions apart. Cursors lie in the detector's scratch area.
// HOT PATH: allocates nothing; at most WALK_STEPS_MAX level ends.

import { sizeAt, slotAbove, slotBelow } from './ladder';
import {
  ACTION_BUY_YES,
  BASKET_LEG_COUNT,
  BASKET_LEG_FIRST,
  BASKET_PAYOUT_E4,
  BOOK_BEST_ASK_E4,
  BOOK_BEST_BID_E4,
  BOOK_BYTES,
  FEE_BYTES,
  FEE_KNOWN,
  FEE_NANOS,
  FEE_ROUND_MICROS,
  FEE_UNKNOWN,
  LEG_ACTION,
  LEG_BYTES,
  LEG_MARKET,
  LOT_MICROS,
  MARKET_BYTES,
  MARKET_FEE,
  MARKET_MIN_SIZE_MICROS,
  NO_ASK_E4,
  NOT_READY_E4,
  SCRATCH_WALK,
  SIDE_ASK,
  SIDE_BID,
  SIZE_MICROS_MAX,
  WALK_ACTION,
  WALK_BOOK_AT,
  WALK_BYTES,
  WALK_COST,
  WALK_FEE_AT,
  WALK_FEE_NANOS,
  WALK_FEE_PART,
  WALK_FEE_WHOLE_NANOS,
  WALK_LEFT_MICROS,
  WALK_MARKET,
  WALK_PRICE_E4,
  WALK_SIDE,
  WALK_SLOT,
  WALK_STEPS_MAX,
} from './layout';
import { booksAt, feeCount, feesAt, legsAt, marketsAt, scratchAt } from './regions';
import { priceOfSlot, slotOfPrice } from './slots';

const MICROS: u64 = 1000000;
const PRICE_ONE: u64 = 10000;
const NANOS_PER_MICRO: u64 = 1000;
const EXACT_BELOW: u64 = (<u64>1) << 53;

/** Best candidate of the last walk: 0 = none. */
export let bestSizeMicros: u64 = 0;
/** Its profit, micro-dollars after cost and fees. */
export let bestEdgeMicros: i64 = 0;

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

/** Address of the cursor of leg `place`. */
export function cursorAt(place: u32): usize {
  return scratchAt + SCRATCH_WALK + <usize>(place * WALK_BYTES);
}

/** Puts the cursors of the basket's legs at their best levels. False when a leg's fee is unknown. */
export function startWalk(basket: usize): bool {
  const legs = load<u32>(basket, BASKET_LEG_COUNT);
  const first = legsAt + <usize>load<u32>(basket, BASKET_LEG_FIRST) * LEG_BYTES;
  for (let place: u32 = 0; place < legs; place += 1) {
    const leg = first + <usize>(place * LEG_BYTES);
    if (!startLeg(cursorAt(place), load<u32>(leg, LEG_MARKET), load<u32>(leg, LEG_ACTION))) return false;
  }
  return true;
}

/** Puts a cursor at the best level of what the leg buys; the level exists. */
export function startLeg(cursor: usize, market: u32, action: u32): bool {
  const fee = load<u32>(marketsAt + <usize>market * MARKET_BYTES, MARKET_FEE);
  if (fee === FEE_UNKNOWN || fee >= feeCount) return false;
  const feeAt = feesAt + <usize>fee * FEE_BYTES;
  if (load<u32>(feeAt, FEE_KNOWN) === 0) return false;
  const book = booksAt + <usize>market * BOOK_BYTES;
  const buysYes = action === ACTION_BUY_YES;
  const side = buysYes ? SIDE_ASK : SIDE_BID;
  store<u32>(cursor, side, WALK_SIDE);
  store<u32>(cursor, <u32>book, WALK_BOOK_AT);
  store<u32>(cursor, action, WALK_ACTION);
  store<u32>(cursor, market, WALK_MARKET);
  store<u32>(cursor, <u32>feeAt, WALK_FEE_AT);
  store<u64>(cursor, 0, WALK_COST);
  store<u64>(cursor, 0, WALK_FEE_WHOLE_NANOS);
  store<u64>(cursor, 0, WALK_FEE_PART);
  const bestE4 = buysYes ? load<u32>(book, BOOK_BEST_ASK_E4) : load<u32>(book, BOOK_BEST_BID_E4);
  enterLevel(cursor, slotOfPrice(book, bestE4));
  return true;
}

function enterLevel(cursor: usize, slot: i32): void {
  store<i32>(cursor, slot, WALK_SLOT);
  if (slot < 0) return;
  const book = <usize>load<u32>(cursor, WALK_BOOK_AT);
  const yesPriceE4 = priceOfSlot(book, slot);
  const priceE4 = load<u32>(cursor, WALK_ACTION) === ACTION_BUY_YES ? yesPriceE4 : NO_ASK_E4 - yesPriceE4;
  store<u32>(cursor, priceE4, WALK_PRICE_E4);
  const fee = <usize>load<u32>(cursor, WALK_FEE_AT) + <usize>(priceE4 << 2);
  store<u32>(cursor, load<u32>(fee, FEE_NANOS), WALK_FEE_NANOS);
  store<u64>(cursor, load<u64>(sizeAt(book, load<u32>(cursor, WALK_SIDE), slot)), WALK_LEFT_MICROS);
}

/** Moves a cursor to the next level away from the best. */
export function nextLevel(cursor: usize): void {
  const book = <usize>load<u32>(cursor, WALK_BOOK_AT);
  const side = load<u32>(cursor, WALK_SIDE);
  const slot = load<i32>(cursor, WALK_SLOT);
  enterLevel(cursor, side === SIDE_ASK ? slotAbove(book, side, slot) : slotBelow(book, side, slot));
}

/**
 * n / d rounded down. Below 2^53, which is nearly always, by a double: n and d are exact, and a quotient just below an
 * integer lies at least 1 / d below it, more than the division's rounding. Integer division takes three times as long.
 */
function quotient(n: u64, d: u64): u64 {
  return n < EXACT_BELOW ? <u64>(<i64>(<f64>(<i64>n) / <f64>(<i64>d))) : n / d;
}

/** Takes `sizeMicros` from the cursor's level; at most what is left of it. */
export function takeMicros(cursor: usize, sizeMicros: u64): void {
  const nanos = <u64>load<u32>(cursor, WALK_FEE_NANOS);
  store<u64>(cursor, load<u64>(cursor, WALK_COST) + sizeMicros * <u64>load<u32>(cursor, WALK_PRICE_E4), WALK_COST);
  store<u64>(cursor, load<u64>(cursor, WALK_LEFT_MICROS) - sizeMicros, WALK_LEFT_MICROS);
  if (nanos === 0) return;
  const shares = quotient(sizeMicros, MICROS);
  store<u64>(cursor, load<u64>(cursor, WALK_FEE_WHOLE_NANOS) + nanos * shares, WALK_FEE_WHOLE_NANOS);
  const part = nanos * (sizeMicros - shares * MICROS);
  store<u64>(cursor, load<u64>(cursor, WALK_FEE_PART) + part, WALK_FEE_PART);
}

/** Cost of a leg after `sizeMicros` more at its level, micro-dollars rounded up. */
export function legCostMicros(cursor: usize, sizeMicros: u64): u64 {
  const cost = load<u64>(cursor, WALK_COST) + sizeMicros * <u64>load<u32>(cursor, WALK_PRICE_E4);
  const whole = quotient(cost, PRICE_ONE);
  return whole + <u64>(whole * PRICE_ONE !== cost);
}

/** Fee of a leg after `sizeMicros` more at its level, micro-dollars rounded up to the schedule's step. */
export function legFeeMicros(cursor: usize, sizeMicros: u64): u64 {
  const nanos = <u64>load<u32>(cursor, WALK_FEE_NANOS);
  const wholeSoFar = load<u64>(cursor, WALK_FEE_WHOLE_NANOS);
  const partSoFar = load<u64>(cursor, WALK_FEE_PART);
  if ((nanos | wholeSoFar | partSoFar) === 0) return 0;
  const shares = quotient(sizeMicros, MICROS);
  const part = partSoFar + nanos * (sizeMicros - shares * MICROS);
  const partNanos = quotient(part, MICROS);
  const feeNanos = wholeSoFar + nanos * shares + partNanos + <u64>(partNanos * MICROS !== part);
  const roundMicros = <u64>load<u32>(<usize>load<u32>(cursor, WALK_FEE_AT), FEE_ROUND_MICROS);
  const stepMicros = roundMicros === 0 ? 1 : roundMicros;
  const step = stepMicros * NANOS_PER_MICRO;
  const steps = quotient(feeNanos, step);
  return (steps + <u64>(steps * step !== feeNanos)) * stepMicros;
}

/** Walks the started cursors and leaves the best candidate in bestSizeMicros and bestEdgeMicros. */
export function walkDepth(basket: usize): void {
  const legs = load<u32>(basket, BASKET_LEG_COUNT);
  const payoutE4 = load<u32>(basket, BASKET_PAYOUT_E4);
  const least = leastSize(legs);
  bestSizeMicros = 0;
  bestEdgeMicros = 0;
  let taken: u64 = 0;
  for (let step = 0; step < WALK_STEPS_MAX; step += 1) {
    const common = commonLeft(legs, payoutE4);
    if (common === 0) return;
    let end = taken + common;
    if (end > <u64>SIZE_MICROS_MAX) end = <u64>SIZE_MICROS_MAX;
    const candidate = quotient(end, <u64>LOT_MICROS) * <u64>LOT_MICROS;
    if (candidate >= least) {
      if (least > taken) judgeCandidate(legs, payoutE4, least, least - taken);
      if (candidate > taken) judgeCandidate(legs, payoutE4, candidate, candidate - taken);
    }
    if (end === <u64>SIZE_MICROS_MAX) return;
    for (let place: u32 = 0; place < legs; place += 1) {
      const cursor = cursorAt(place);
      takeMicros(cursor, common);
      if (load<u64>(cursor, WALK_LEFT_MICROS) === 0) nextLevel(cursor);
    }
    taken = end;
  }
}

/** Micros to the nearest level end; 0 when a ladder is exhausted or the unit no longer pays before fees. */
function commonLeft(legs: u32, payoutE4: u32): u64 {
  let common: u64 = u64.MAX_VALUE;
  let unitE4: u32 = 0;
  for (let place: u32 = 0; place < legs; place += 1) {
    const cursor = cursorAt(place);
    if (load<i32>(cursor, WALK_SLOT) < 0) return 0;
    unitE4 += load<u32>(cursor, WALK_PRICE_E4);
    const left = load<u64>(cursor, WALK_LEFT_MICROS);
    if (left < common) common = left;
  }
  return unitE4 < payoutE4 ? common : 0;
}

function judgeCandidate(legs: u32, payoutE4: u32, sizeMicros: u64, more: u64): void {
  let spent: u64 = 0;
  for (let place: u32 = 0; place < legs; place += 1) {
    const cursor = cursorAt(place);
    spent += legCostMicros(cursor, more) + legFeeMicros(cursor, more);
  }
  // A candidate is whole hundredths of a share, so the payout is whole micro-dollars.
  const edge = <i64>(quotient(sizeMicros, PRICE_ONE) * <u64>payoutE4) - <i64>spent;
  if (edge <= bestEdgeMicros || edge < minEdgeMicros) return;
  if (<u64>edge * PRICE_ONE < minEdgePerUnitE4 * sizeMicros) return;
  bestEdgeMicros = edge;
  bestSizeMicros = sizeMicros;
}

/** Largest minimum size of the legs' markets, in whole hundredths of a share. */
function leastSize(legs: u32): u64 {
  let least: u64 = <u64>LOT_MICROS;
  for (let place: u32 = 0; place < legs; place += 1) {
    const market = marketsAt + <usize>load<u32>(cursorAt(place), WALK_MARKET) * MARKET_BYTES;
    const minimum = load<u64>(market, MARKET_MIN_SIZE_MICROS);
    if (minimum > least) least = minimum;
  }
  return quotient(least + <u64>LOT_MICROS - 1, <u64>LOT_MICROS) * <u64>LOT_MICROS;
}
