// Kalshi frames in exactly the layout the venue sends: the fast path, with the same contract as
// decode-fast-polymarket.ts: every byte is checked, whatever differs is FAST_NO. Ingest thread.
import * as F from './decode-fast';
import * as S from './decode-stage';
import * as L from './layout';
import * as M from './literals-kalshi';

const PART_SNAPSHOT = 1; // the part kinds of decode-kalshi.ts
const PART_DELTA = 2;
const PART_TRADE = 3;
const PRICE_ONE_E4: u32 = 10000;
const CLOSE_BOTH: u32 = 0x7d7d;

let sid: u32 = 0;
let seq: u32 = 0;

/** Decodes one frame from `at` to `end`; answers the slots staged or FAST_NO. */
export function fastKalshi(at: usize, end: usize): i32 {
  if (end - at < 100) return F.FAST_NO;
  let p: usize = 0;
  if (M.isDeltaOpen(at)) p = fastDelta(at + M.BYTES_DELTAOPEN, end);
  else if (M.isTradeOpen(at)) p = fastTrade(at + M.BYTES_TRADEOPEN, end);
  else if (M.isSnapshotOpen(at)) p = fastSnapshot(at + M.BYTES_SNAPSHOTOPEN, end);
  return p !== 0 && p + 2 === end && <u32>load<u16>(p) === CLOSE_BOTH ? S.endFrame() : F.FAST_NO;
}

/** `sid` and `seq` from `at`; answers the address after them, or 0. */
function fastSequence(at: usize): usize {
  const sidValue = F.fastInteger(at);
  if (sidValue < 0 || !M.isSeq(F.after)) return 0;
  const seqValue = F.fastInteger(F.after + M.BYTES_SEQ);
  if (seqValue < 0) return 0;
  sid = <u32>sidValue;
  seq = <u32>seqValue;
  return F.after;
}

/** The ticker at `at` and the market id behind it; answers the quote that closes the latter, or 0. */
function fastMarketIds(at: usize, end: usize): usize {
  if (!F.fastToken(at, end, L.VENUE_KALSHI) || !M.isMarketId(F.after)) return 0;
  return F.textEnd(F.after + M.BYTES_MARKETID, end);
}

function fastDelta(at: usize, end: usize): usize {
  let p = fastSequence(at);
  if (p === 0 || !M.isTicker(p)) return 0;
  p = fastMarketIds(p + M.BYTES_TICKER, end);
  if (p === 0 || !M.isPriceDollars(p)) return 0;
  const quoted = F.fastPrice(p + M.BYTES_PRICEDOLLARS);
  // A price that is none is not on the grid; `after` is then of no account.
  if (!M.isDeltaFp(F.after)) return 0;
  p = F.after + M.BYTES_DELTAFP;
  const negative = load<u8>(p) === 0x2d;
  const size = F.fastSize(negative ? p + 1 : p);
  if (size < 0) return 0;
  p = F.after;
  const no = M.isDeltaNo(p);
  if (!no && !M.isDeltaYes(p)) return 0;
  const priceE4 = no ? PRICE_ONE_E4 - quoted : quoted;
  if (!F.onFastGrid(F.fastGrid(), priceE4)) return 0;
  p = F.textEnd(p + (no ? M.BYTES_DELTANO : M.BYTES_DELTAYES), end);
  if (p === 0 || !M.isStampText(p)) return 0;
  const venueMs = F.fastInteger(p + M.BYTES_STAMPTEXT);
  if (venueMs < 0) return 0;
  S.openPart(F.fastMarket, PART_DELTA, 0, <f64>venueMs);
  S.partSequence(sid, seq);
  const view = no ? <u32>L.VIEW_NO : <u32>L.VIEW_YES;
  S.stageLevel(L.KIND_ADD, no ? L.SIDE_ASK : L.SIDE_BID, priceE4, negative ? -size : size, view, 0);
  return F.after;
}

function fastTrade(at: usize, end: usize): usize {
  let p = fastSequence(at);
  if (p === 0 || !M.isTradeId(p)) return 0;
  p = F.textEnd(p + M.BYTES_TRADEID, end);
  if (p === 0 || !M.isTradeTicker(p) || !F.fastToken(p + M.BYTES_TRADETICKER, end, L.VENUE_KALSHI)) return 0;
  if (!M.isYesPrice(F.after)) return 0;
  const priceE4 = F.fastDecimal(F.after + M.BYTES_YESPRICE, 4);
  if (priceE4 <= 0 || priceE4 >= <i64>PRICE_ONE_E4 || !M.isNoPrice(F.after)) return 0;
  p = F.textEnd(F.after + M.BYTES_NOPRICE, end);
  if (p === 0 || !M.isCountFp(p)) return 0;
  const sizeMicros = F.fastSize(p + M.BYTES_COUNTFP);
  if (sizeMicros < 0) return 0;
  p = F.after;
  const no = M.isTakerNo(p);
  if (!no && !M.isTakerYes(p)) return 0;
  p = F.textEnd(p + (no ? M.BYTES_TAKERNO : M.BYTES_TAKERYES), end);
  if (p === 0 || !M.isBookSide(p)) return 0;
  p = F.textEnd(p + M.BYTES_BOOKSIDE, end);
  if (p === 0 || !M.isTs(p)) return 0;
  if (F.fastInteger(p + M.BYTES_TS) < 0 || !M.isStamp(F.after)) return 0;
  const venueMs = F.fastInteger(F.after + M.BYTES_STAMP);
  if (venueMs < 0) return 0;
  S.openPart(F.fastMarket, PART_TRADE, L.FRAME_FLAG_TRADE, <f64>venueMs);
  S.partSequence(sid, seq);
  S.stageLevel(L.KIND_TRADE, no ? L.SIDE_ASK : L.SIDE_BID, <u32>priceE4, sizeMicros, L.VIEW_YES, 0);
  return F.after;
}

function fastSnapshot(at: usize, end: usize): usize {
  let p = fastSequence(at);
  if (p === 0 || !M.isTicker(p)) return 0;
  p = fastMarketIds(p + M.BYTES_TICKER, end);
  if (p === 0) return 0;
  S.openPart(F.fastMarket, PART_SNAPSHOT, L.FRAME_FLAG_SNAPSHOT, 0);
  S.partSequence(sid, seq);
  S.stageSnapshot(L.VIEW_YES);
  const yes = M.isYesLevels(p);
  if (yes) {
    p = fastLevels(p + M.BYTES_YESLEVELS, end, L.VIEW_YES);
    if (p === 0) return 0;
    if (!M.isNoLevelsAfter(p)) return p + 1;
    p += M.BYTES_NOLEVELSAFTER;
  } else if (M.isNoLevels(p)) {
    p += M.BYTES_NOLEVELS;
  } else {
    return p + 1;
  }
  p = fastLevels(p, end, L.VIEW_NO);
  return p === 0 ? 0 : p + 1;
}

/** Levels from `at` to the closing bracket, whose address is the answer, or 0. */
function fastLevels(at: usize, end: usize, view: u32): usize {
  const grid = F.fastGrid();
  const side = view === L.VIEW_NO ? L.SIDE_ASK : L.SIDE_BID;
  let p = at;
  while (p < end) {
    if (<u32>load<u16>(p) !== 0x225b) return 0; // ["
    const quoted = F.fastPrice(p + 2);
    const priceE4 = view === L.VIEW_NO ? PRICE_ONE_E4 - quoted : quoted;
    if (!F.onFastGrid(grid, priceE4)) return 0;
    p = F.after;
    if (<u32>load<u16>(p) !== 0x2c22 || load<u8>(p, 2) !== 0x22) return 0; // ","
    const sizeMicros = F.fastSize(p + 3);
    if (sizeMicros < 0) return 0;
    p = F.after;
    if (<u32>load<u16>(p) !== 0x5d22) return 0; // "]
    if (sizeMicros > 0) S.stageLevel(L.KIND_SET, side, priceE4, sizeMicros, view, 0);
    if (S.refused()) return 0;
    p += 2;
    if (load<u8>(p) === 0x5d) return p;
    if (load<u8>(p) !== 0x2c) return 0;
    p += 1;
  }
  return 0;
}
