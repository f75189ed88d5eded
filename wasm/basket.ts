// Basket sums, kept as books change: a basket costs the sum of its legs' best prices once every leg is ready. Detector
// thread. The tables (BASKETS, LEGS, MARKET_LEGS) are written by the supervisor before start; sums and prices here.
// HOT PATH: allocates nothing.
import {
  ACTION_BUY_YES,
  BASKET_BYTES,
  BASKET_COST_E4,
  BASKET_READY_LEGS,
  BOOK_BEST_ASK_E4,
  BOOK_BEST_BID_E4,
  BOOK_BYTES,
  BOOK_SEEN_ASK_E4,
  BOOK_SEEN_BID_E4,
  BOOK_STATE,
  BOOK_SYNCED,
  LEG_ACTION,
  LEG_BASKET,
  LEG_BYTES,
  LEG_PRICE_E4,
  MARKET_LEG_BYTES,
  NO_ASK_E4,
  NO_BID_E4,
  NO_LEG_PRICE,
} from './layout';
import { basketsAt, booksAt, legsAt, marketCount, marketLegsAt } from './regions';

/** Legs that trade `market`. */
export function legCountOf(market: u32): u32 {
  return load<u32>(marketLegsAt + <usize>market * MARKET_LEG_BYTES, 4);
}

/** Address of the `place`-th leg that trades `market`. */
export function legOf(market: u32, place: u32): usize {
  const first = load<u32>(marketLegsAt + <usize>market * MARKET_LEG_BYTES);
  const index = load<u32>(marketLegsAt + <usize>marketCount * MARKET_LEG_BYTES + <usize>((first + place) << 2));
  return legsAt + <usize>index * LEG_BYTES;
}

/** Brings the sums of the market's baskets up to its book: only when its best price or its tradability changed. */
export function updateLegs(market: u32): void {
  const book = booksAt + <usize>market * BOOK_BYTES;
  const tradable = load<u32>(book, BOOK_STATE) === BOOK_SYNCED;
  const bid = tradable ? load<u32>(book, BOOK_BEST_BID_E4) : NO_BID_E4;
  const ask = tradable ? load<u32>(book, BOOK_BEST_ASK_E4) : NO_ASK_E4;
  if (bid === load<u32>(book, BOOK_SEEN_BID_E4) && ask === load<u32>(book, BOOK_SEEN_ASK_E4)) return;
  store<u32>(book, bid, BOOK_SEEN_BID_E4);
  store<u32>(book, ask, BOOK_SEEN_ASK_E4);
  const legs = legCountOf(market);
  for (let place: u32 = 0; place < legs; place += 1) {
    const leg = legOf(market, place);
    setLegPrice(leg, load<u32>(leg, LEG_ACTION) === ACTION_BUY_YES ? yesPrice(ask) : noPrice(bid));
  }
}

function yesPrice(ask: u32): u32 {
  return ask === NO_ASK_E4 ? <u32>NO_LEG_PRICE : ask;
}

/** NO at p is YES sold at 1 - p. */
function noPrice(bid: u32): u32 {
  return bid === NO_BID_E4 ? <u32>NO_LEG_PRICE : NO_ASK_E4 - bid;
}

function setLegPrice(leg: usize, priceE4: u32): void {
  const before = load<u32>(leg, LEG_PRICE_E4);
  if (before === priceE4) return;
  store<u32>(leg, priceE4, LEG_PRICE_E4);
  const basket = basketsAt + <usize>load<u32>(leg, LEG_BASKET) * BASKET_BYTES;
  let cost = load<u32>(basket, BASKET_COST_E4);
  let ready = load<u32>(basket, BASKET_READY_LEGS);
  if (before !== <u32>NO_LEG_PRICE) {
    cost -= before;
    ready -= 1;
  }
  if (priceE4 !== <u32>NO_LEG_PRICE) {
    cost += priceE4;
    ready += 1;
  }
  store<u32>(basket, cost, BASKET_COST_E4);
  store<u32>(basket, ready, BASKET_READY_LEGS);
}
