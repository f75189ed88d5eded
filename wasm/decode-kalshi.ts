// Kalshi frames to records, any key order and white space: the generic path. Ingest thread. A NO bid at p is a YES ask
// at 1 - p; deltas are relative. The rules are docs/decode-rules.md.
import * as F from './decode-fields';
import { checkGrid, market, resolveTicker } from './decode-market';
import * as S from './decode-stage';
import * as W from './json-walk';
import * as L from './layout';
import * as T from './words';

const KIND_SNAPSHOT = 1;
const KIND_DELTA = 2;
const KIND_TRADE_EVENT = 3;
const PRICE_ONE_E4: u32 = 10000;

// Addresses of values by key, 0 = absent; the last of repeated keys counts.
let typeAt: usize = 0;
let sidAt: usize = 0;
let seqAt: usize = 0;
let msgAt: usize = 0;
let tickerAt: usize = 0;
let yesLevelsAt: usize = 0;
let noLevelsAt: usize = 0;
let priceAt: usize = 0;
let deltaAt: usize = 0;
let sideAt: usize = 0;
let tsMsAt: usize = 0;
let yesPriceAt: usize = 0;
let countAt: usize = 0;
let takerSideAt: usize = 0;

/** Decodes a valid, plain frame whose value starts at `at`; answers what decode answers. */
export function decodeKalshi(at: usize): i32 {
  if (!W.isObject(at)) {
    S.refuse(L.REJECT_WRONG_TYPE);
    return S.endFrame();
  }
  readEnvelope(at);
  if (!F.textField(typeAt)) return S.endFrame();
  const kind = kindOf(F.textAt, F.textBytes);
  if (kind <= 0) return kind;
  const sid = <u32>F.numberField(sidAt);
  const seq = <u32>F.numberField(seqAt);
  if (S.refused()) return S.endFrame();
  if (msgAt === 0) S.refuse(L.REJECT_MISSING_FIELD);
  else if (!W.isObject(msgAt)) S.refuse(L.REJECT_WRONG_TYPE);
  else decodeMessage(kind, sid, seq);
  return S.endFrame();
}

function readEnvelope(at: usize): void {
  typeAt = sidAt = seqAt = msgAt = 0;
  for (let p = W.firstMember(at); p !== 0; p = W.nextMember(p)) {
    if (W.keyBytes === 3) {
      if (W.keyWord0 === T.TEXT_SID) sidAt = W.valueAt;
      else if (W.keyWord0 === T.TEXT_SEQ) seqAt = W.valueAt;
      else if (W.keyWord0 === T.TEXT_MSG) msgAt = W.valueAt;
    } else if (W.keyBytes === 4 && W.keyWord0 === T.TEXT_TYPE) {
      typeAt = W.valueAt;
    }
  }
}

/** KIND_* of the type text, or what decode answers for it. */
function kindOf(at: usize, bytes: u32): i32 {
  const word0 = W.textWord(at, bytes, 0);
  const word1 = W.textWord(at, bytes, 8);
  const word2 = W.textWord(at, bytes, 16);
  if (bytes === 18 && word0 === T.TEXT_ORDERBOOK_SNAPSHOT_0 && word1 === T.TEXT_ORDERBOOK_SNAPSHOT_1) {
    return word2 === T.TEXT_ORDERBOOK_SNAPSHOT_2 ? KIND_SNAPSHOT : L.DECODE_UNKNOWN;
  }
  if (bytes === 15 && word0 === T.TEXT_ORDERBOOK_DELTA_0 && word1 === T.TEXT_ORDERBOOK_DELTA_1) return KIND_DELTA;
  if (bytes === 5 && word0 === T.TEXT_TRADE) return KIND_TRADE_EVENT;
  if (bytes === 5 && word0 === T.TEXT_ERROR) return L.DECODE_HOST;
  if (bytes === 2 && word0 === T.TEXT_OK) return L.DECODE_IGNORED;
  if (bytes === 10 && word0 === T.TEXT_SUBSCRIBED_0 && word1 === T.TEXT_SUBSCRIBED_1) return L.DECODE_IGNORED;
  if (bytes === 12 && word0 === T.TEXT_UNSUBSCRIBED_0 && word1 === T.TEXT_UNSUBSCRIBED_1) return L.DECODE_IGNORED;
  return L.DECODE_UNKNOWN;
}

function decodeMessage(kind: i32, sid: u32, seq: u32): void {
  readMessage(msgAt);
  if (!resolveTicker(tickerAt)) return;
  const venueMs = tsMsAt === 0 ? <f64>0 : <f64>F.numberField(tsMsAt);
  if (S.refused()) return;
  const flags = kind === KIND_SNAPSHOT ? L.FRAME_FLAG_SNAPSHOT : kind === KIND_TRADE_EVENT ? L.FRAME_FLAG_TRADE : 0;
  S.openPart(market, kind, flags, venueMs);
  S.partSequence(sid, seq);
  if (kind === KIND_SNAPSHOT) {
    S.stageSnapshot(L.VIEW_YES);
    decodeLevels(yesLevelsAt, L.VIEW_YES);
    decodeLevels(noLevelsAt, L.VIEW_NO);
  } else if (kind === KIND_DELTA) {
    decodeDelta();
  } else {
    decodeTradeEvent();
  }
}

function readMessage(at: usize): void {
  tickerAt = yesLevelsAt = noLevelsAt = priceAt = deltaAt = sideAt = tsMsAt = yesPriceAt = countAt = takerSideAt = 0;
  for (let p = W.firstMember(at); p !== 0; p = W.nextMember(p)) {
    const bytes = W.keyBytes;
    const word0 = W.keyWord0;
    const word1 = W.keyWord1;
    if (bytes === 4) {
      if (word0 === T.TEXT_SIDE) sideAt = W.valueAt;
    } else if (bytes === 5) {
      if (word0 === T.TEXT_TS_MS) tsMsAt = W.valueAt;
    } else if (bytes === 8) {
      if (word0 === T.TEXT_DELTA_FP) deltaAt = W.valueAt;
      else if (word0 === T.TEXT_COUNT_FP) countAt = W.valueAt;
    } else if (bytes === 10) {
      if (word0 === T.TEXT_TAKER_SIDE_0 && word1 === T.TEXT_TAKER_SIDE_1) takerSideAt = W.valueAt;
    } else if (bytes === 13) {
      if (word0 === T.TEXT_MARKET_TICKER_0 && word1 === T.TEXT_MARKET_TICKER_1) tickerAt = W.valueAt;
      else if (word0 === T.TEXT_PRICE_DOLLARS_0 && word1 === T.TEXT_PRICE_DOLLARS_1) priceAt = W.valueAt;
      else if (word0 === T.TEXT_NO_DOLLARS_FP_0 && word1 === T.TEXT_NO_DOLLARS_FP_1) noLevelsAt = W.valueAt;
    } else if (bytes === 14) {
      if (word0 === T.TEXT_YES_DOLLARS_FP_0 && word1 === T.TEXT_YES_DOLLARS_FP_1) yesLevelsAt = W.valueAt;
    } else if (bytes === 17 && word0 === T.TEXT_YES_PRICE_DOLLARS_0 && word1 === T.TEXT_YES_PRICE_DOLLARS_1) {
      if (W.keyWord2 === T.TEXT_YES_PRICE_DOLLARS_2) yesPriceAt = W.valueAt;
    }
  }
}

/** Bids of one outcome: [[price, size], ...]; an absent side has no levels. */
function decodeLevels(at: usize, view: u32): void {
  if (at === 0 || S.refused()) return;
  if (!W.isArray(at)) {
    S.refuse(L.REJECT_WRONG_TYPE);
    return;
  }
  const side = view === L.VIEW_NO ? L.SIDE_ASK : L.SIDE_BID;
  for (let level = W.firstElement(at); level !== 0 && !S.refused(); level = W.nextElement(level)) {
    if (!W.isArray(level)) {
      S.refuse(L.REJECT_WRONG_TYPE);
      return;
    }
    const price = W.firstElement(level);
    const size = price === 0 ? <usize>0 : W.nextElement(price);
    const priceE4 = F.priceField(price);
    if (priceE4 < 0) return;
    const folded = view === L.VIEW_NO ? PRICE_ONE_E4 - <u32>priceE4 : <u32>priceE4;
    checkGrid(folded, 0);
    const sizeMicros = F.sizeField(size);
    if (S.refused()) return;
    if (W.nextElement(size) !== 0) {
      S.refuse(L.REJECT_WRONG_TYPE);
      return;
    }
    if (sizeMicros > 0) S.stageLevel(L.KIND_SET, side, folded, sizeMicros, view, 0);
  }
}

function decodeDelta(): void {
  const priceE4 = F.priceField(priceAt);
  if (priceE4 < 0) return;
  const deltaMicros = F.signedSizeField(deltaAt);
  if (S.refused()) return;
  const side = F.sideField(sideAt, true);
  if (side < 0) return;
  const no = side === F.SIDE_TEXT_SECOND;
  const folded = no ? PRICE_ONE_E4 - <u32>priceE4 : <u32>priceE4;
  checkGrid(folded, 0);
  const bookSide = no ? L.SIDE_ASK : L.SIDE_BID;
  S.stageLevel(L.KIND_ADD, bookSide, folded, deltaMicros, no ? L.VIEW_NO : L.VIEW_YES, 0);
}

function decodeTradeEvent(): void {
  const priceE4 = F.priceField(yesPriceAt);
  if (priceE4 < 0) return;
  const sizeMicros = F.sizeField(countAt);
  if (sizeMicros < 0) return;
  const side = F.sideField(takerSideAt, true);
  if (side < 0) return;
  const folded = side === F.SIDE_TEXT_SECOND ? L.SIDE_ASK : L.SIDE_BID;
  S.stageLevel(L.KIND_TRADE, folded, <u32>priceE4, sizeMicros, L.VIEW_YES, 0);
}
