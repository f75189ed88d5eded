// The sizes near a walk's peak, each exactly: which of them gains the most. Detector thread; used by walk.ts.
//
// Lots are hundredths of a share. Against the size where the search starts, another loses what the profit without any
// rounding falls, and what its costs and fees are rounded up, all in femto-dollars, so that nothing is inexact. The
// fall grows with the distance: a side is done where the fall alone is more than what the best size loses.
//
// Where a fee's step is many lots, as at Kalshi, what is rounded up in these legs alone often says that a size is none: it
// shrinks up to the last size of a step, so the search goes on at the next such size.
// HOT PATH: allocates nothing; at most WALK_NEAR_MAX sizes on either side.

import {
  advance,
  gainNanos,
  lastEndMicros,
  leastMicros,
  legCount,
  nextEndMicros,
  retreat,
  settle,
  unitMarginE4,
} from './cursor';
import { LOT_MICROS, SIZE_MICROS_MAX, WALK_NEAR_MAX } from './layout';
import {
  edgeMicros,
  FEMTO_PER_MICRO,
  keepRooms,
  longFeesFemto,
  longRooms,
  lotsToStepAbove,
  lotsToStepBelow,
  measure,
  measureMoved,
  returnToKept,
  roundedFemto,
  turnDown,
  turnUp,
} from './rooms';

const LOT: u64 = <u64>LOT_MICROS;
/** Lots of margin for what the short steps of one leg's fee round. */
const SHORT_STEPS_LOTS: i64 = 8;
const LOTS_MAX: u64 = <u64>SIZE_MICROS_MAX / <u64>LOT_MICROS;
/** More than roundings of all legs can take: edges farther apart than this are not compared in femto-dollars. */
const FAR_MICROS: i64 = 100000000;

/** The best size of the last search, micros: 0 = none keeps to the limits. */
export let bestSizeMicros: u64 = 0;
/** Its profit, micro-dollars after cost and fees. */
export let bestEdgeMicros: i64 = 0;

let startLots: u64 = 0;
let startEdgeMicros: i64 = 0;
let startRoundedFemto: i64 = 0;
let perUnitE4: i64 = 0;
let bestLots: u64 = 0;
let bestLostFemto: i64 = 0;

/** Nothing is found yet. */
export function findNothing(): void {
  bestSizeMicros = 0;
  bestEdgeMicros = 0;
}

/**
 * Searches on both sides of `sizeMicros`, whole lots, not below the least size: the walk's peak, or, when it `keeps` not to
 * the least profit per unit, the largest size that does. Profits: least in all, micro-dollars, and per unit, E4.
 */
export function searchNear(sizeMicros: u64, keeps: bool, minEdgeMicros: i64, minEdgePerUnitE4: u64): void {
  if (sizeMicros > <u64>SIZE_MICROS_MAX || !settle(sizeMicros)) return;
  startLots = sizeMicros / LOT;
  measure(startLots);
  startEdgeMicros = edgeMicros;
  startRoundedFemto = roundedFemto;
  perUnitE4 = <i64>minEdgePerUnitE4;
  const over = edgeMicros - minEdgeMicros;
  if (over < -FAR_MICROS) return;
  bestLostFemto = over > FAR_MICROS ? FAR_MICROS * FEMTO_PER_MICRO : roundedFemto + over * FEMTO_PER_MICRO;
  bestLots = u64.MAX_VALUE;
  consider(startLots, roundedFemto);
  keepRooms();
  searchDown();
  settle(sizeMicros);
  returnToKept(startLots);
  if (keeps) searchUp();
  else searchUpKeeping();
  if (bestLots === u64.MAX_VALUE) {
    searchEnds(minEdgeMicros);
    return;
  }
  bestSizeMicros = bestLots * LOT;
  bestEdgeMicros = edgeOf(bestLostFemto);
}

/** Where no size nearby keeps to the limits: the largest level end below that does. At most WALK_STEPS_MAX of them. */
function searchEnds(minEdgeMicros: i64): void {
  settle(startLots * LOT);
  while (lastEndMicros >= leastMicros && lastEndMicros >= LOT) {
    const lots = lastEndMicros / LOT;
    if (lots * LOT < leastMicros) return;
    settle(lots * LOT);
    measure(lots);
    if (edgeMicros < minEdgeMicros || edgeMicros < perUnitE4 * <i64>lots) continue;
    bestLots = lots;
    bestSizeMicros = lots * LOT;
    bestEdgeMicros = edgeMicros;
    return;
  }
}

/** Measures the best size, so that costOfLeg() and feeOfLeg() are of it; there is one. Its last level is each cursor's. */
export function measureBest(): void {
  settle(bestSizeMicros);
  measure(bestLots);
}

function edgeOf(lostFemto: i64): i64 {
  return startEdgeMicros + (startRoundedFemto - lostFemto) / FEMTO_PER_MICRO;
}

/** What the size measured last has fallen against the start without any rounding. */
function fallen(): i64 {
  const less = startEdgeMicros - edgeMicros;
  if (less > FAR_MICROS) return i64.MAX_VALUE;
  return startRoundedFemto - roundedFemto + less * FEMTO_PER_MICRO;
}

function consider(lots: u64, lostFemto: i64): void {
  if (lostFemto > bestLostFemto || (lostFemto === bestLostFemto && lots > bestLots)) return;
  if (perUnitE4 !== 0 && edgeOf(lostFemto) < perUnitE4 * <i64>lots) return;
  bestLostFemto = lostFemto;
  bestLots = lots;
}

function searchDown(): void {
  const least = leastMicros / LOT;
  let lots = startLots;
  let fell: i64 = 0;
  for (let looks = 0; looks < WALK_NEAR_MAX && lots > least; looks += 1) {
    const size = lots * LOT;
    lots -= 1;
    const within = size - LOT > lastEndMicros;
    fell += within ? gainNanos * LOT_MICROS : fallDownTo(size, size - LOT);
    if (fell > bestLostFemto) return;
    const turned = turnDown();
    const rounded = within ? turned : measureMoved(lots, turned);
    consider(lots, fell + rounded);
    if (longFeesFemto === 0) continue;
    const hop = bestLots === u64.MAX_VALUE ? lotsToKeeping(lots, fell + rounded) : 0;
    if (hop === 0 && fell + longRooms() <= bestLostFemto) continue;
    // Down to the next step of a leg, or into the level below, no size is better; or none keeps to the limit.
    const steps = hop === 0 ? lotsToStepBelow() : hop;
    const below = lastEndMicros / LOT;
    const next = steps < lots && lots - steps > below ? lots - steps : below;
    if (next < least) return;
    lots = next;
    fell = fallAt(lots);
    if (fell > bestLostFemto) return;
    consider(lots, fell + roundedFemto);
  }
}

/**
 * While no size has kept to the least profit per unit: so many lots down none can. Within the long steps of the legs' fees a
 * lot less loses what it pays less prices and needs the least profit of a lot less; 0 = that is not what is in the way.
 */
function lotsToKeeping(lots: u64, lostFemto: i64): u64 {
  if (perUnitE4 === 0) return 0;
  const lacks = perUnitE4 * <i64>lots - edgeOf(lostFemto);
  if (lacks <= 0) return 0;
  const steps = lotsToStepBelow();
  const nearer = perUnitE4 - <i64>unitMarginE4;
  if (nearer <= 0) return steps;
  // What short steps round is not known ahead: a few lots are looked at before.
  const needed = lacks / nearer - <i64>legCount * SHORT_STEPS_LOTS;
  if (needed <= 1) return 0;
  return <u64>needed < steps ? <u64>needed : steps;
}

/** Measures a size below, wherever it lies, and answers its fall. */
function fallAt(lots: u64): i64 {
  settle(lots * LOT);
  measure(lots);
  return fallen();
}

/** Beyond the peak. */
function searchUp(): void {
  let lots = startLots;
  let fell: i64 = 0;
  for (let looks = 0; looks < WALK_NEAR_MAX && lots < LOTS_MAX; looks += 1) {
    const size = lots * LOT;
    const within = size + LOT <= nextEndMicros;
    fell += within ? -gainNanos * LOT_MICROS : fallUpTo(size, size + LOT);
    if (fell > bestLostFemto || nextEndMicros < size + LOT) return;
    lots += 1;
    const rounded = turnUp();
    consider(lots, fell + (within ? rounded : measureMoved(lots, rounded)));
    // A unit that costs what it pays adds nothing whatever is rounded.
    if (unitMarginE4 <= 0) return;
    if (longFeesFemto === 0) continue;
    if (gainNanos * LOT_MICROS + longFeesFemto > 0) {
      const last = lastOfStep(lots);
      fell -= gainNanos * LOT_MICROS * <i64>(last - lots);
      looks += searchStep(lots, last, fell, WALK_NEAR_MAX - looks);
      lots = last;
    } else if (fell + longRooms() > bestLostFemto) return;
  }
}

/** The last size from `lots` on of the same long steps and levels. */
function lastOfStep(lots: u64): u64 {
  const more = lotsToStepAbove();
  const end = nextEndMicros < <u64>SIZE_MICROS_MAX ? nextEndMicros / LOT : LOTS_MAX;
  return lots + more < end ? lots + more : end;
}

/** Looks at `looksMax` sizes from `last`, which has fallen by `fell`, down to above `first`, within one long step. */
function searchStep(first: u64, last: u64, fell: i64, looksMax: i32): i32 {
  if (last === first) return 0;
  measure(last);
  let looks: i32 = 0;
  let rounded = roundedFemto;
  let fellHere = fell;
  for (let lots = last; lots > first && looks < looksMax && fellHere + longRooms() <= bestLostFemto; lots -= 1) {
    consider(lots, fellHere + rounded);
    fellHere += gainNanos * LOT_MICROS;
    rounded = turnDown();
    looks += 1;
  }
  measure(last);
  return looks;
}

/** What the profit without any rounding falls from a size to a smaller one, where the cursors are put. */
function fallDownTo(fromMicros: u64, toMicros: u64): i64 {
  let fell: i64 = 0;
  let at = fromMicros;
  while (lastEndMicros >= toMicros) {
    fell += gainNanos * <i64>(at - lastEndMicros);
    at = lastEndMicros;
    retreat();
  }
  return fell + gainNanos * <i64>(at - toMicros);
}

/** The same to a larger one, where the cursors are put as far as they go. */
function fallUpTo(fromMicros: u64, toMicros: u64): i64 {
  let fell: i64 = 0;
  let at = fromMicros;
  while (nextEndMicros < toMicros) {
    fell -= gainNanos * <i64>(nextEndMicros - at);
    at = nextEndMicros;
    if (!advance()) return 0;
  }
  return fell - gainNanos * <i64>(toMicros - at);
}

/** Beyond the largest size that keeps to the least profit per unit: a size or two, if that was rounded. */
function searchUpKeeping(): void {
  for (let lots = startLots + 1; lots <= LOTS_MAX && lots < startLots + <u64>WALK_NEAR_MAX; lots += 1) {
    if (!settle(lots * LOT)) return;
    measure(lots);
    const lacks = perUnitE4 * <i64>lots - edgeMicros;
    if (lacks > FAR_MICROS || lacks * FEMTO_PER_MICRO > roundedFemto) return;
    const fell = fallen();
    if (fell > bestLostFemto) return;
    consider(lots, fell + roundedFemto);
  }
}
