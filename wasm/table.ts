// Takes over another table of baskets between two frames: lanes and slacks are made anew from the books, what was told of
// a basket that stays is carried on, and every basket is looked at once. Detector thread; called when the generation in the
// header is no longer the one this detector works by (docs/adr/0032-reload.md).
//
// The main thread writes neither area again before all detectors have said that they work by the new one.
import { updateLegs } from './basket';
import { evaluateBasket, takeGone } from './detect';
import {
  BASKET_BEFORE,
  BASKET_BYTES,
  BASKET_FLAG_OPEN,
  BASKET_FLAGS,
  BASKET_LEG_COUNT,
  BASKET_LEG_FIRST,
  BOOK_BYTES,
  BOOK_SEEN_ASK_E4,
  BOOK_SEEN_BID_E4,
  LEG_BYTES,
  LEG_MARKET,
  MARKET_BYTES,
  MARKET_DETECTOR,
  MARKET_FLAG_REGISTERED,
  MARKET_FLAGS,
  NO_ASK_E4,
  NO_BID_E4,
  SCRATCH_FRAME_SEQ,
} from './layout';
import { reachAny } from './reach';
import {
  agentIndex,
  basketCount,
  basketsAt,
  bindTable,
  booksAt,
  legsAt,
  marketCount,
  marketsAt,
  sayTable,
  scratchAt,
} from './regions';

/** Works by the table in force from here on. What it found at `nowNs` is claimed, not published; answers 1 when there is any. */
export function takeTable(nowNs: f64): u32 {
  const before = basketsAt;
  bindTable();
  for (let market: u32 = 0; market < marketCount; market += 1) {
    if (!isOwn(market)) continue;
    const book = booksAt + <usize>market * BOOK_BYTES;
    store<u32>(book, NO_BID_E4, BOOK_SEEN_BID_E4);
    store<u32>(book, NO_ASK_E4, BOOK_SEEN_ASK_E4);
    reachAny(book);
    updateLegs(market, 0);
  }
  const frameSeq = load<u32>(scratchAt, SCRATCH_FRAME_SEQ);
  let claimed: u32 = 0;
  for (let index: u32 = 0; index < basketCount; index += 1) {
    const basket = basketsAt + <usize>index * BASKET_BYTES;
    if (load<u32>(basket, BASKET_LEG_COUNT) === 0) break;
    if (!isOwn(load<u32>(legsAt + <usize>load<u32>(basket, BASKET_LEG_FIRST) * LEG_BYTES, LEG_MARKET))) continue;
    carry(basket, before);
    claimed += <u32>evaluateBasket(index, frameSeq, nowNs);
  }
  sayTable();
  return <u32>((claimed | takeGone()) !== 0);
}

function isOwn(market: u32): bool {
  const at = marketsAt + <usize>market * MARKET_BYTES;
  if ((load<u32>(at, MARKET_FLAGS) & MARKET_FLAG_REGISTERED) === 0) return false;
  return load<u32>(at, MARKET_DETECTOR) === agentIndex - 1;
}

/**
 * Flags of the same basket in the table before: its end is still to be told. It does not count as open, so that what is
 * there is told again: what the ring has of it by the old table is refused.
 */
function carry(basket: usize, tableBefore: usize): void {
  const index = load<u32>(basket, BASKET_BEFORE);
  if (index === 0) return;
  const flags = load<u32>(tableBefore + <usize>(index - 1) * BASKET_BYTES, BASKET_FLAGS);
  store<u32>(basket, flags & ~(<u32>BASKET_FLAG_OPEN), BASKET_FLAGS);
}
