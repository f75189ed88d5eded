// How far into each book the last depth walks looked: a change beyond that leaves their result as it is. Detector thread.
//
// Kept per book and outcome as the worst price, of the outcome bought, of a level that a walk's result rests on; 0 when
// no walk looked at it, ALL_E4 when any change may matter. It widens with every walk over one of the book's baskets and
// begins anew when all of them are evaluated again.
// HOT PATH: allocates nothing.
import {
  ACTION_BUY_YES,
  BASKET_LEG_COUNT,
  BASKET_LEG_FIRST,
  BOOK_BYTES,
  BOOK_REACH_NO_E4,
  BOOK_REACH_YES_E4,
  LEG_ACTION,
  LEG_BYTES,
  LEG_MARKET,
  LEVEL_PRICE_E4,
  LEVEL_SIDE,
  NO_ASK_E4,
  SIDE_ASK,
  WALK_PRICE_E4,
  WALK_SLOT,
} from './layout';
import { booksAt, legsAt, marketCount } from './regions';
import { cursorAt, limitEdges } from './walk';

const ALL_E4: u32 = 10000;

/** All baskets of the market are about to be evaluated. */
export function beginReach(market: u32): void {
  const book = booksAt + <usize>market * BOOK_BYTES;
  store<u16>(book, 0, BOOK_REACH_YES_E4);
  store<u16>(book, 0, BOOK_REACH_NO_E4);
}

/**
 * Sets the least profit of an opportunity in all, micro-dollars (at least 1), and per unit, 1/10,000 dollar. Any change of
 * a book may show or hide an edge then.
 */
export function setEdgeLimits(edgeMicros: f64, edgePerUnitE4: f64): void {
  limitEdges(edgeMicros, edgePerUnitE4);
  for (let market: u32 = 0; market < marketCount; market += 1) reachAll(booksAt + <usize>market * BOOK_BYTES);
}

/** Notes where the walk that just ended left the cursors of the basket's legs. */
export function noteWalk(basket: usize): void {
  const legs = load<u32>(basket, BASKET_LEG_COUNT);
  for (let place: u32 = 0; place < legs; place += 1) {
    const cursor = cursorAt(place);
    // A ladder walked to its end: one more level there would be looked at.
    widen(legOf(basket, place), load<i32>(cursor, WALK_SLOT) < 0 ? ALL_E4 : load<u32>(cursor, WALK_PRICE_E4));
  }
}

/** Notes that the basket must be evaluated again at any change of any leg's market. */
export function noteAll(basket: usize): void {
  const legs = load<u32>(basket, BASKET_LEG_COUNT);
  for (let place: u32 = 0; place < legs; place += 1) {
    reachAll(bookOfLeg(legOf(basket, place)));
  }
}

function reachAll(book: usize): void {
  store<u16>(book, <u16>ALL_E4, BOOK_REACH_YES_E4);
  store<u16>(book, <u16>ALL_E4, BOOK_REACH_NO_E4);
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

/** True when no walk's result rests on the book. */
export function reachesNothing(book: usize): bool {
  return (load<u16>(book, BOOK_REACH_YES_E4) | load<u16>(book, BOOK_REACH_NO_E4)) === 0;
}

/** True when the SET or ADD record at `record` changed a level that a walk's result rests on. */
export function recordReaches(book: usize, record: usize): bool {
  const priceE4 = <u32>load<u16>(record, LEVEL_PRICE_E4);
  if (load<u8>(record, LEVEL_SIDE) === SIDE_ASK) return priceE4 <= <u32>load<u16>(book, BOOK_REACH_YES_E4);
  return <u32>NO_ASK_E4 - priceE4 <= <u32>load<u16>(book, BOOK_REACH_NO_E4);
}
