// The cursors of a basket's legs on their way down the ladders, a level end at a time, and back. Detector thread; used by
// walk.ts and near.ts, read by detect.ts and reach.ts.
//
// All legs are bought in equal shares, so a size lies in one level of each leg: behind the last level end passed, up to
// the next one. What a leg costs up to its level is kept with its cursor, so that passing a level end costs one
// leg's work and not all legs'. Level ends passed are kept on a trail, so that the way back reads no book.
// Cursors, level ends and trail lie in the detector's scratch area.
// HOT PATH: allocates nothing; at most WALK_STEPS_MAX level ends.

import { blockAt, sizeAt, slotAbove, slotBelow } from './ladder';
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
  FEE_UNKNOWN,
  LADDER_BITS,
  LADDER_BLOCK_SHIFT,
  LEG_ACTION,
  LEG_BYTES,
  LEG_MARKET,
  LOT_MICROS,
  MARKET_BYTES,
  MARKET_FEE,
  MARKET_MIN_SIZE_MICROS,
  NO_ASK_E4,
  SCRATCH_ENDS,
  SCRATCH_TRAIL,
  SCRATCH_WALK,
  SIDE_ASK,
  SIDE_BID,
  WALK_BASE_MICROS,
  WALK_BOOK_AT,
  WALK_BYTES,
  WALK_COST,
  WALK_FEE_AT,
  WALK_FEE_FEMTO,
  WALK_FEE_NANOS,
  WALK_FEE_NANOS_MORE,
  WALK_PLACE,
  WALK_PRICE_E4,
  WALK_REACH_E4,
  WALK_SIDE,
  WALK_SLOT,
  WALK_STEPS_MAX,
  WALK_TRAIL_BYTES,
  WALK_TRAIL_END,
} from './layout';
import { booksAt, feeCount, feesAt, legsAt, marketsAt, scratchAt } from './regions';
import { priceOfSlot, slotOfPrice } from './slots';
import { passLevel, quotient } from './spent';

const NANOS_PER_E4: i64 = 100000;
/** A level end carries its leg in its low bits, so that the least of them says both. */
const PLACE_BITS: u64 = 6;
const PLACE_MASK: u32 = 63;
/** Any change of the outcome may matter. */
const REACH_ALL_E4: u32 = 10000;

/** Legs of the basket that is walked, and the end of its level ends in the scratch area. */
export let legCount: u32 = 0;
/** What a unit pays. */
export let payoutE4: u32 = 0;
/** Largest minimum size of its legs' markets, in whole hundredths of a share. */
export let leastMicros: u64 = 0;
/** The level end passed last, and the next one: sizes above the one up to the other cost what the cursors say. */
export let lastEndMicros: u64 = 0;
export let nextEndMicros: u64 = 0;
/** Payout less prices of a unit there: 1/10,000 dollar, or micro-dollars of a hundredth of a share. */
export let unitMarginE4: i32 = 0;
/** The same less fees, nano-dollars of a unit. */
export let gainNanos: i64 = 0;

/** Bit per leg whose cursor has moved since the last forgetMoved(). */
export let moved: u64 = 0;

let nextPlace: u32 = 0;
let passed: u32 = 0;

/** Forgets which cursors have moved. */
export function forgetMoved(): void {
  moved = 0;
}

/** Address of the cursor of leg `place`. */
export function cursorAt(place: u32): usize {
  return scratchAt + SCRATCH_WALK + <usize>(place * WALK_BYTES);
}

function endAt(place: u32): usize {
  return scratchAt + SCRATCH_ENDS + <usize>(place << 3);
}

/** Notes where the level of leg `place` ends. */
function putEnd(place: u32, endMicros: u64): void {
  store<u64>(endAt(place), (endMicros << PLACE_BITS) | <u64>place);
}

function trailAt(step: u32): usize {
  return scratchAt + SCRATCH_TRAIL + <usize>(step * WALK_TRAIL_BYTES);
}

/** Puts the cursors of the basket's legs at their best levels, which exist. False when a leg's fee is unknown. */
export function startWalk(basket: usize): bool {
  const legs = load<u32>(basket, BASKET_LEG_COUNT);
  let leg = legsAt + <usize>load<u32>(basket, BASKET_LEG_FIRST) * LEG_BYTES;
  legCount = legs;
  passed = 0;
  lastEndMicros = 0;
  payoutE4 = load<u32>(basket, BASKET_PAYOUT_E4);
  unitMarginE4 = payoutE4;
  gainNanos = <i64>payoutE4 * NANOS_PER_E4;
  let least: u64 = <u64>LOT_MICROS;
  for (let place: u32 = 0; place < legs; place += 1) {
    const row = marketsAt + <usize>load<u32>(leg, LEG_MARKET) * MARKET_BYTES;
    const fee = load<u32>(row, MARKET_FEE);
    if (fee === FEE_UNKNOWN || fee >= feeCount) return false;
    const feeAt = feesAt + <usize>fee * FEE_BYTES;
    if (load<u32>(feeAt, FEE_KNOWN) === 0) return false;
    const minimum = load<u64>(row, MARKET_MIN_SIZE_MICROS);
    if (minimum > least) least = minimum;
    startLeg(place, leg, feeAt);
    leg += LEG_BYTES;
  }
  leastMicros = quotient(least + <u64>LOT_MICROS - 1, <u64>LOT_MICROS) * <u64>LOT_MICROS;
  // Legs are looked at two by two: beside an odd one stands none.
  if ((legs & 1) !== 0) store<u64>(endAt(legs), u64.MAX_VALUE);
  findNext();
  return true;
}

function startLeg(place: u32, leg: usize, feeAt: usize): void {
  const book = booksAt + <usize>load<u32>(leg, LEG_MARKET) * BOOK_BYTES;
  const buysYes = load<u32>(leg, LEG_ACTION) === ACTION_BUY_YES;
  const cursor = cursorAt(place);
  store<u32>(cursor, place, WALK_PLACE);
  store<u32>(cursor, <u32>book, WALK_BOOK_AT);
  store<u32>(cursor, <u32>feeAt, WALK_FEE_AT);
  store<u32>(cursor, buysYes ? SIDE_ASK : SIDE_BID, WALK_SIDE);
  store<u32>(cursor, 0, WALK_REACH_E4);
  store<u64>(cursor, 0, WALK_COST);
  store<u64>(cursor, 0, WALK_FEE_NANOS_MORE);
  store<u64>(cursor, 0, WALK_FEE_FEMTO);
  const bestE4 = buysYes ? load<u32>(book, BOOK_BEST_ASK_E4) : load<u32>(book, BOOK_BEST_BID_E4);
  enterLevel(cursor, slotOfPrice(book, bestE4), 0);
}

/** Puts a cursor into the level of `slot`, which begins behind `baseMicros`, and takes its price off the unit. */
function enterLevel(cursor: usize, slot: i32, baseMicros: u64): void {
  const book = <usize>load<u32>(cursor, WALK_BOOK_AT);
  const side = load<u32>(cursor, WALK_SIDE);
  const yesPriceE4 = priceOfSlot(book, slot);
  const priceE4 = side === SIDE_ASK ? yesPriceE4 : NO_ASK_E4 - yesPriceE4;
  const feeNanos = load<u32>(<usize>load<u32>(cursor, WALK_FEE_AT) + <usize>(priceE4 << 2), FEE_NANOS);
  store<u64>(cursor, baseMicros, WALK_BASE_MICROS);
  store<u32>(cursor, priceE4, WALK_PRICE_E4);
  store<u32>(cursor, feeNanos, WALK_FEE_NANOS);
  store<i32>(cursor, slot, WALK_SLOT);
  if (priceE4 > load<u32>(cursor, WALK_REACH_E4)) store<u32>(cursor, priceE4, WALK_REACH_E4);
  putEnd(load<u32>(cursor, WALK_PLACE), baseMicros + load<u64>(sizeAt(book, side, slot)));
  pay(priceE4, feeNanos);
}

function pay(priceE4: u32, feeNanos: u32): void {
  unitMarginE4 -= priceE4;
  gainNanos -= <i64>priceE4 * NANOS_PER_E4 + <i64>feeNanos;
}

function payBack(cursor: usize): void {
  const priceE4 = load<u32>(cursor, WALK_PRICE_E4);
  unitMarginE4 += priceE4;
  gainNanos += <i64>priceE4 * NANOS_PER_E4 + <i64>load<u32>(cursor, WALK_FEE_NANOS);
}

/** The nearest level end of all legs; two by two, so that they need not wait for one another. */
function findNext(): void {
  const end = endAt(legCount);
  let one = load<u64>(endAt(0));
  let other = load<u64>(endAt(1));
  for (let at = endAt(2); at < end; at += 16) {
    const here = load<u64>(at);
    const beside = load<u64>(at, 8);
    one = here < one ? here : one;
    other = beside < other ? beside : other;
  }
  const nearest = other < one ? other : one;
  nextEndMicros = nearest >> PLACE_BITS;
  nextPlace = <u32>nearest & PLACE_MASK;
}

/** The level behind that in `slot`, nearly always of the same block; -1 when there is none. */
function nextSlot(book: usize, side: u32, slot: i32): i32 {
  const bits = load<u64>(blockAt(book, <u32>slot >> LADDER_BLOCK_SHIFT) + <usize>(side << 3), LADDER_BITS);
  const place = <u64>slot & 63;
  if (side === SIDE_BID) {
    const below = bits & (((<u64>1) << place) - 1);
    return below !== 0 ? (slot | 63) - <i32>clz(below) : slotBelow(book, side, slot);
  }
  // Two shifts: one by 64 would be a shift by 0.
  const above = bits & ((~(<u64>0) << place) << 1);
  return above !== 0 ? (slot & ~63) + <i32>ctz(above) : slotAbove(book, side, slot);
}

/** Passes the next level end. False when the leg's ladder ends there, or after WALK_STEPS_MAX. */
export function advance(): bool {
  const cursor = cursorAt(nextPlace);
  const book = <usize>load<u32>(cursor, WALK_BOOK_AT);
  const side = load<u32>(cursor, WALK_SIDE);
  const slot = load<i32>(cursor, WALK_SLOT);
  const next = nextSlot(book, side, slot);
  // A ladder that ends: one more level there would be looked at.
  if (next < 0) store<u32>(cursor, REACH_ALL_E4, WALK_REACH_E4);
  if (next < 0 || passed === WALK_STEPS_MAX) return false;
  const trail = trailAt(passed);
  v128.store(trail, v128.load(cursor));
  v128.store(trail, v128.load(cursor, 16), 16);
  v128.store(trail, v128.load(cursor, 32), 32);
  store<u64>(trail, nextEndMicros, WALK_TRAIL_END);
  passed += 1;
  moved |= (<u64>1) << nextPlace;
  payBack(cursor);
  passLevel(cursor, nextEndMicros - load<u64>(cursor, WALK_BASE_MICROS));
  lastEndMicros = nextEndMicros;
  enterLevel(cursor, next, lastEndMicros);
  findNext();
  return true;
}

/** Goes back over the level end passed last; there is one. */
export function retreat(): void {
  passed -= 1;
  const trail = trailAt(passed);
  nextPlace = load<u32>(trail, WALK_PLACE);
  nextEndMicros = load<u64>(trail, WALK_TRAIL_END);
  lastEndMicros = passed === 0 ? 0 : load<u64>(trail - WALK_TRAIL_BYTES, WALK_TRAIL_END);
  const cursor = cursorAt(nextPlace);
  moved |= (<u64>1) << nextPlace;
  payBack(cursor);
  v128.store(cursor, v128.load(trail));
  v128.store(cursor, v128.load(trail, 16), 16);
  v128.store(cursor, v128.load(trail, 32), 32);
  putEnd(nextPlace, nextEndMicros);
  pay(load<u32>(cursor, WALK_PRICE_E4), load<u32>(cursor, WALK_FEE_NANOS));
}

/** Brings the cursors into the levels that `sizeMicros` ends in. False when the ladders do not reach as far. */
export function settle(sizeMicros: u64): bool {
  while (lastEndMicros >= sizeMicros) retreat();
  while (nextEndMicros < sizeMicros) {
    if (!advance()) return false;
  }
  return true;
}
