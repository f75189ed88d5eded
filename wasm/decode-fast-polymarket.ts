// Polymarket frames in exactly the layout the venue sends: the fast path. It speculates on spacing and key order and
// checks every byte; whatever differs is FAST_NO, and the generic path decides. So it may only ever accept what the
// generic path accepts, with the same records, and it never refuses. Ingest thread.
import * as F from './decode-fast';
import { fastTop, fastTrade } from './decode-fast-events';
import { fastSide } from './decode-levels';
import * as S from './decode-stage';
import * as L from './layout';
import { BYTES_TOPASSETID, isTopAssetId } from './literals-events';
import * as M from './literals-polymarket';
import { LENGTH_SHIFT, thirteenDigits, usualPrice, usualSize, VALUE_MASK } from './swar';

const CONDITION_BYTES: u32 = 66;
const PART_BOOK = 1; // the part kinds of decode-polymarket.ts, so that both cut parts alike
const PART_PRICE_CHANGE = 2;
const PRICE_ONE_E4: u32 = 10000;
const CLOSE_OBJECT: u32 = 0x7d;
const COMMA: u32 = 0x2c;
const WORD_BUY: u32 = 0x595542;
const WORD_SELL: u32 = 0x4c4c4553;

/** Decodes one frame from `at` to `end`; answers the slots staged or FAST_NO. */
export function fastPolymarket(at: usize, end: usize): i32 {
  if (end - at < 200) return F.FAST_NO;
  if (<u32>load<u8>(at) === 0x5b) return fastEvents(at + 1, end);
  if (!M.isPriceChangeOpen(at)) return F.FAST_NO;
  const condition = at + M.BYTES_PRICECHANGEOPEN;
  if (!M.isChangesOpen(condition + CONDITION_BYTES)) {
    const p = fastEvent(at, end);
    return p === end ? S.endFrame() : F.FAST_NO;
  }
  return fastPriceChange(condition, end);
}

/** The changes behind `condition`, whose text is CONDITION_BYTES long. The timestamp stands behind them. */
function fastPriceChange(condition: usize, end: usize): i32 {
  let p = condition + CONDITION_BYTES + M.BYTES_CHANGESOPEN;
  // The timestamp is 13 digits since 2001 and until 2286, so it is found from the end of the frame.
  const stamp = end - M.BYTES_PRICECHANGECLOSE - 13;
  if (!M.isPriceChangeClose(stamp + 13)) return F.FAST_NO;
  const venueMs = thirteenDigits(stamp);
  if (venueMs < 0) return F.FAST_NO;
  if (!F.fastToken(p, end, L.VENUE_POLYMARKET) || !F.isCondition(condition, CONDITION_BYTES)) return F.FAST_NO;
  const market = F.fastMarket;
  const grid = F.fastGrid();
  S.openPart(market, PART_PRICE_CHANGE, 0, <f64>venueMs);
  // Each turn takes one change, which is longer than 100 bytes.
  while (p < stamp) {
    p = fastChange(F.after, grid);
    if (p === 0) return F.FAST_NO;
    if (M.isChangesClose(p)) {
      return p + M.BYTES_CHANGESCLOSE === stamp && !S.refused() ? S.endFrame() : F.FAST_NO;
    }
    if (<u32>load<u16>(p) !== 0x7d22 || !M.isNextChange(p + 2)) return F.FAST_NO;
    p += 2 + M.BYTES_NEXTCHANGE;
    if (!F.fastOtherToken(p, stamp) || F.fastMarket !== market) return F.FAST_NO;
  }
  return F.FAST_NO;
}

/** The change whose token ends at `at`; answers the quote that closes its last field, or 0. */
function fastChange(at: usize, grid: usize): usize {
  const view = F.fastView;
  let p = at + M.BYTES_CHANGEPRICE;
  let price = usualPrice(p);
  if (price < 0) price = F.otherPrice(p);
  const priceE4 = select<u32>(PRICE_ONE_E4 - <u32>price, <u32>price, view === L.VIEW_NO);
  if (price < 0 || !M.isChangePrice(at) || !F.onFastGrid(grid, priceE4)) return 0;
  p += <usize>(price >> LENGTH_SHIFT);
  if (!M.isChangeSize(p)) return 0;
  p += M.BYTES_CHANGESIZE;
  let size = usualSize(p);
  if (size < 0) size = F.otherSize(p);
  if (size < 0) return 0;
  p += <usize>(size >> LENGTH_SHIFT);
  if (!M.isChangeSide(p)) return 0;
  p += M.BYTES_CHANGESIDE;
  const word = load<u32>(p);
  // Which of the two is as good as random, so it is not branched on.
  const sell = word === WORD_SELL;
  p += 3 + <usize>sell;
  if ((!sell && (word & 0xffffff) !== WORD_BUY) || !M.isChangeHash(p)) return 0;
  const side = (<u32>sell * L.SIDE_ASK) ^ view;
  const hash = p + M.BYTES_CHANGEHASH;
  if (!F.isHash(hash) || !M.isBestBid(hash + 40)) return 0;
  p = hash + 40 + M.BYTES_BESTBID;
  let bid = usualPrice(p);
  if (<u32>bid - 1 >= PRICE_ONE_E4 - 1) bid = F.otherTop(p, L.NO_BID_E4);
  p += <usize>(bid >> LENGTH_SHIFT);
  if (bid < 0 || !M.isBestAsk(p)) return 0;
  p += M.BYTES_BESTASK;
  let ask = usualPrice(p);
  if (<u32>ask - 1 >= PRICE_ONE_E4 - 1) ask = F.otherTop(p, L.NO_ASK_E4);
  if (ask < 0) return 0;
  S.stageChange(side, priceE4, size & VALUE_MASK, view, <u32>bid, <u32>ask);
  S.partHash(hash, view);
  return p + <usize>(ask >> LENGTH_SHIFT);
}

/** An array of such events, whose first element is at `at`. */
function fastEvents(at: usize, end: usize): i32 {
  let p = at;
  while (p < end) {
    p = fastEvent(p, end);
    if (p === 0) return F.FAST_NO;
    if (<u32>load<u8>(p) !== COMMA) break;
    p += 1;
  }
  return p + 1 === end && <u32>load<u8>(p) === 0x5d ? S.endFrame() : F.FAST_NO;
}

/** One event of one token at `at`: snapshot, refresh after a trade, trade or top; answers the address after it, or 0. */
function fastEvent(at: usize, end: usize): usize {
  if (!M.isPriceChangeOpen(at)) return 0;
  const condition = at + M.BYTES_PRICECHANGEOPEN;
  const next = condition + CONDITION_BYTES;
  const top = isTopAssetId(next);
  if (!top && !M.isAssetId(next)) return 0;
  if (!F.fastToken(next + (top ? BYTES_TOPASSETID : M.BYTES_ASSETID), end, L.VENUE_POLYMARKET)) return 0;
  if (!F.isCondition(condition, CONDITION_BYTES)) return 0;
  return top ? fastTop(F.after, end) : M.isBookBids(F.after) ? fastRefresh(F.after, end) : fastDated(F.after, end);
}

/** The event whose token ends at `at`: a snapshot as first sent, or a trade. */
function fastDated(at: usize, end: usize): usize {
  let p = at;
  if (!M.isTimestamp(p)) return fastTrade(p, end);
  const venueMs = F.fastInteger(p + M.BYTES_TIMESTAMP);
  if (venueMs < 0 || !M.isHash(F.after)) return 0;
  const hash = F.after + M.BYTES_HASH;
  if (!F.isHash(hash) || !M.isBookBids(hash + 40)) return 0;
  p = fastLevels(hash + 40 + M.BYTES_BOOKBIDS, end, <f64>venueMs);
  if (p === 0 || !M.isTickSize(p)) return 0;
  const tickE4 = F.fastDecimal(p + M.BYTES_TICKSIZE, 4);
  const grid = F.fastGrid();
  if (load<u32>(grid, L.GRID_RANGES) !== 1 || tickE4 >= <i64>PRICE_ONE_E4) return 0;
  if (tickE4 !== <i64>load<u32>(grid, L.GRID_RANGE_FIRST + L.GRID_RANGE_TICK_E4)) return 0;
  p = F.after;
  if (!S.sameStatedTick(F.fastMarket, <u32>tickE4) || !M.isBookType(p)) return 0;
  S.partHash(hash, F.fastView);
  p += M.BYTES_BOOKTYPE;
  if (M.isLastTrade(p)) {
    p = F.textEnd(p + M.BYTES_LASTTRADE, end);
    if (p === 0) return 0;
    p += 1;
  }
  return <u32>load<u8>(p) === CLOSE_OBJECT ? p + 1 : 0;
}

/** The refresh's other order of keys: levels, hash, timestamp. */
function fastRefresh(at: usize, end: usize): usize {
  let p = fastLevels(at + M.BYTES_BOOKBIDS, end, 0);
  if (p === 0 || !M.isRefreshHash(p)) return 0;
  const hash = p + M.BYTES_REFRESHHASH;
  if (!F.isHash(hash) || !M.isTimestamp(hash + 40)) return 0;
  const venueMs = F.fastInteger(hash + 40 + M.BYTES_TIMESTAMP);
  if (venueMs < 0 || !M.isBookType(F.after)) return 0;
  p = F.after + M.BYTES_BOOKTYPE;
  S.openPart(F.fastMarket, PART_BOOK, L.FRAME_FLAG_SNAPSHOT, <f64>venueMs);
  S.partHash(hash, F.fastView);
  return <u32>load<u8>(p) === CLOSE_OBJECT ? p + 1 : 0;
}

/** Opens the part and stages both sides; answers the bracket that closes the asks, or 0. */
function fastLevels(at: usize, end: usize, venueMs: f64): usize {
  S.openPart(F.fastMarket, PART_BOOK, L.FRAME_FLAG_SNAPSHOT, venueMs);
  const mirror = S.stageSnapshot(F.fastView);
  if (S.refused()) return 0;
  const view = F.fastView;
  const p = fastSide(at, end, F.fastMarket, view, <u32>L.SIDE_BID ^ view, mirror);
  if (p === 0 || !M.isAsks(p)) return 0;
  return fastSide(p + M.BYTES_ASKS, end, F.fastMarket, view, <u32>L.SIDE_ASK ^ view, mirror);
}
