// Basket slacks, kept as books change: what a basket pays less what its legs cost at least. Detector thread. The tables
// (BASKETS, LEGS, MARKET_LEGS, GROUPS) are written by the supervisor before start; slacks and lanes here.
//
// A leg's lane is price and fee of one share at its book's top, in E4 rounded down. Where price + fee never falls with
// the price (FEE_BOUNDS), no share of the ladder costs less, so a basket whose slack does not exceed the margin has no
// size that pays, and the depth walk is not tried. A schedule that does not bound counts with the price alone.
// HOT PATH: allocates nothing.
import {
  BASKET_BYTES,
  BASKET_FLAG_OPEN,
  BASKET_FLAG_TOLD,
  BASKET_FLAGS,
  BASKET_SLACK_E4,
  BOOK_BEST_ASK_E4,
  BOOK_BEST_BID_E4,
  BOOK_BYTES,
  BOOK_FEE_AT,
  BOOK_REACH_NO_E4,
  BOOK_REACH_YES_E4,
  BOOK_SEEN_ASK_E4,
  BOOK_SEEN_BID_E4,
  BOOK_STATE,
  BOOK_SYNCED,
  ENTRY_BASKET,
  ENTRY_LANE_AT,
  INDEX_FIRST,
  INDEX_NO_COUNT,
  INDEX_YES_COUNT,
  LANE_E4_MAX,
  MARKET_LEG_BYTES,
  NO_ASK_E4,
  NO_BID_E4,
  NO_LANE_E4,
  NOT_READY_E4,
} from './layout';
import { basketsAt, booksAt, marketCount, marketLegsAt } from './regions';
import { marginE4 } from './walk';

/** The legs that buy NO at a market's bids; sets of legs are masks, and a side's bit is 1 << SIDE_*. */
export const LEGS_NO: u32 = 1;
/** The legs that buy YES at its asks. */
export const LEGS_YES: u32 = 2;
export const LEGS_BOTH: u32 = 3;

const NANOS_PER_E4: u32 = 100000;
/** In either reach of a book: any change calls for all the market's baskets. */
export const REACH_ANY_E4: u32 = 0xffff;

/** Address of the first entry of `market`'s legs: YES legs, then NO legs. */
export function entriesOf(market: u32): usize {
  const first = load<u32>(marketLegsAt + <usize>market * MARKET_LEG_BYTES, INDEX_FIRST);
  return marketLegsAt + <usize>(marketCount + first) * MARKET_LEG_BYTES;
}

/** Address of the entry after the market's last YES leg, where its NO legs begin. */
export function yesEnd(market: u32): usize {
  const head = marketLegsAt + <usize>market * MARKET_LEG_BYTES;
  return entriesOf(market) + <usize>load<u16>(head, INDEX_YES_COUNT) * MARKET_LEG_BYTES;
}

/** Address of the entry after the market's last NO leg; its first one lies at `noFirst`. */
export function noEnd(market: u32, noFirst: usize): usize {
  const head = marketLegsAt + <usize>market * MARKET_LEG_BYTES;
  return noFirst + <usize>load<u16>(head, INDEX_NO_COUNT) * MARKET_LEG_BYTES;
}

/**
 * Brings lanes and slacks of the market's legs up to its book. Answers the LEGS_* to evaluate: `reached`, and those whose price
 * or tradability moved; of these none whose baskets all have too little slack and nothing told, for there an
 * evaluation has nothing to say. Such a side's reach (reach.ts) begins anew at its price.
 */
export function updateLegs(market: u32, reached: u32): u32 {
  const book = booksAt + <usize>market * BOOK_BYTES;
  const tradable = load<u32>(book, BOOK_STATE) === BOOK_SYNCED;
  const bid = tradable ? load<u32>(book, BOOK_BEST_BID_E4) : NO_BID_E4;
  const ask = tradable ? load<u32>(book, BOOK_BEST_ASK_E4) : NO_ASK_E4;
  const bidMoved = bid !== load<u32>(book, BOOK_SEEN_BID_E4);
  const askMoved = ask !== load<u32>(book, BOOK_SEEN_ASK_E4);
  if (!bidMoved && !askMoved) return reached;
  store<u32>(book, bid, BOOK_SEEN_BID_E4);
  store<u32>(book, ask, BOOK_SEEN_ASK_E4);
  const noFirst = yesEnd(market);
  const feesAt = <usize>load<u32>(book, BOOK_FEE_AT);
  let legs = reached;
  const any = load<u16>(book, BOOK_REACH_YES_E4) === REACH_ANY_E4 || load<u16>(book, BOOK_REACH_NO_E4) === REACH_ANY_E4;
  if (askMoved) {
    const lane = ask === NO_ASK_E4 ? <u32>NO_LANE_E4 : laneOf(feesAt, ask);
    if (setLanes(entriesOf(market), noFirst, lane) || any) {
      legs |= LEGS_YES;
    } else {
      legs &= ~LEGS_YES;
      store<u16>(book, <u16>ask, BOOK_REACH_YES_E4);
    }
  }
  // NO at p is YES sold at 1 - p.
  if (bidMoved) {
    const lane = bid === NO_BID_E4 ? <u32>NO_LANE_E4 : laneOf(feesAt, NO_ASK_E4 - bid);
    if (setLanes(noFirst, noEnd(market, noFirst), lane) || any) {
      legs |= LEGS_NO;
    } else {
      legs &= ~LEGS_NO;
      store<u16>(book, <u16>(<u32>NO_ASK_E4 - bid), BOOK_REACH_NO_E4);
    }
  }
  return legs;
}

/** What a share bought at `priceE4` costs at least, fee included: E4 rounded down, at most one dollar. */
function laneOf(feesAt: usize, priceE4: u32): u32 {
  if (feesAt === 0) return priceE4;
  const costE4 = priceE4 + load<u32>(feesAt + <usize>(priceE4 << 2)) / NANOS_PER_E4;
  return costE4 < <u32>LANE_E4_MAX ? costE4 : <u32>LANE_E4_MAX;
}

/** True when a basket of these legs has slack beyond the margin, or something told of it that may be over. */
function setLanes(first: usize, end: usize, laneE4: u32): bool {
  let lively: bool = false;
  const after = weight(laneE4);
  for (let entry = first; entry < end; entry += MARKET_LEG_BYTES) {
    const laneAt = <usize>load<u32>(entry, ENTRY_LANE_AT);
    const before = weight(<u32>load<u16>(laneAt));
    store<u16>(laneAt, <u16>laneE4);
    const basket = basketsAt + <usize>load<u32>(entry, ENTRY_BASKET) * BASKET_BYTES;
    const slack = load<i32>(basket, BASKET_SLACK_E4) + before - after;
    store<i32>(basket, slack, BASKET_SLACK_E4);
    const told = load<u32>(basket, BASKET_FLAGS) & (BASKET_FLAG_OPEN | BASKET_FLAG_TOLD);
    lively = lively || slack > marginE4 || told !== 0;
  }
  return lively;
}

function weight(laneE4: u32): i32 {
  return laneE4 === NO_LANE_E4 ? NOT_READY_E4 : <i32>laneE4;
}
