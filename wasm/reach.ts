// How far into each book the results of its baskets rest: a change beyond that leaves them as they are. Detector thread.
//
// Kept per book and outcome as the worst price, of the outcome bought, of a level that a basket's slack or a depth walk
// rests on: at least the best price as the baskets last saw it, ALL_E4 when any change of that outcome may matter. It
// widens with every walk over a basket that buys the outcome and begins anew when all of these are evaluated again.
// REACH_ANY_E4 in either: any change calls for all the market's baskets.
// HOT PATH: allocates nothing.
import { LEGS_BOTH, LEGS_NO, LEGS_YES, REACH_ANY_E4 } from './basket';
import { cursorAt } from './cursor';
import {
  ACTION_BUY_YES,
  BASKET_LEG_COUNT,
  BASKET_LEG_FIRST,
  BOOK_BYTES,
  BOOK_REACH_NO_E4,
  BOOK_REACH_YES_E4,
  BOOK_SEEN_ASK_E4,
  BOOK_SEEN_BID_E4,
  LEG_ACTION,
  LEG_BYTES,
  LEG_MARKET,
  NO_ASK_E4,
  SIDE_ASK,
  WALK_REACH_E4,
} from './layout';
import { booksAt, legsAt, marketCount } from './regions';
import { limitEdges } from './walk';

/**
 * The baskets of these legs of the market are about to be evaluated; their slacks are up to its book. Answers the legs
 * to evaluate: these, or all.
 */
export function beginReach(market: u32, moved: u32): u32 {
  const book = booksAt + <usize>market * BOOK_BYTES;
  const any = load<u16>(book, BOOK_REACH_YES_E4) === REACH_ANY_E4 || load<u16>(book, BOOK_REACH_NO_E4) === REACH_ANY_E4;
  const legs = any ? LEGS_BOTH : moved;
  if ((legs & LEGS_YES) !== 0) store<u16>(book, <u16>load<u32>(book, BOOK_SEEN_ASK_E4), BOOK_REACH_YES_E4);
  if ((legs & LEGS_NO) !== 0) {
    store<u16>(book, <u16>(<u32>NO_ASK_E4 - load<u32>(book, BOOK_SEEN_BID_E4)), BOOK_REACH_NO_E4);
  }
  return legs;
}

/**
 * Sets the least profit of an opportunity in all, micro-dollars (at least 1), and per unit, 1/10,000 dollar. Any change of
 * a book may show or hide an edge then.
 */
export function setEdgeLimits(edgeMicros: f64, edgePerUnitE4: f64): void {
  limitEdges(edgeMicros, edgePerUnitE4);
  for (let market: u32 = 0; market < marketCount; market += 1) {
    reachAny(booksAt + <usize>market * BOOK_BYTES);
  }
}

/** From here on any change of the book calls for all its baskets. */
export function reachAny(book: usize): void {
  store<u16>(book, <u16>REACH_ANY_E4, BOOK_REACH_YES_E4);
  store<u16>(book, <u16>REACH_ANY_E4, BOOK_REACH_NO_E4);
}

/** Notes how far the walk that just ended looked into the basket's legs. */
export function noteWalk(basket: usize): void {
  const legs = load<u32>(basket, BASKET_LEG_COUNT);
  for (let place: u32 = 0; place < legs; place += 1) {
    widen(legOf(basket, place), load<u32>(cursorAt(place), WALK_REACH_E4));
  }
}

/** Notes that the basket must be evaluated again at any change of any leg's market. */
export function noteAll(basket: usize): void {
  const legs = load<u32>(basket, BASKET_LEG_COUNT);
  for (let place: u32 = 0; place < legs; place += 1) {
    reachAny(bookOfLeg(legOf(basket, place)));
  }
}

function legOf(basket: usize, place: u32): usize {
  return legsAt + <usize>(load<u32>(basket, BASKET_LEG_FIRST) + place) * LEG_BYTES;
}

function bookOfLeg(leg: usize): usize {
  return booksAt + <usize>load<u32>(leg, LEG_MARKET) * BOOK_BYTES;
}

function widen(leg: usize, priceE4: u32): void {
  const reach = load<u32>(leg, LEG_ACTION) === ACTION_BUY_YES ? BOOK_REACH_YES_E4 : BOOK_REACH_NO_E4;
  const at = bookOfLeg(leg) + <usize>reach;
  if (priceE4 > <u32>load<u16>(at)) store<u16>(at, <u16>priceE4);
}

/** LEGS_* of the legs whose baskets a change of a level may matter to; without branches, sides are coin flips. */
export function levelReaches(book: usize, side: u32, priceE4: u32): u32 {
  const boughtE4 = select<u32>(priceE4, NO_ASK_E4 - priceE4, side === SIDE_ASK);
  const reachE4 = <u32>load<u16>(book + <usize>((side ^ 1) << 1), BOOK_REACH_YES_E4);
  return (<u32>(boughtE4 <= reachE4)) << side;
}
