// Kalshi frames to records, any key order and white space: the generic path. Ingest thread. A NO bid at p is a YES ask
// at 1 - p; deltas are relative. The rules are docs/decode-rules.md.
import * as F from './decode-fields';
import { checkGrid, market, resolveTicker } from './decode-market';
import * as S from './decode-stage';
import * as K from './json-keys';
import * as W from './json-walk';
import * as L from './layout';
import * as T from './words';

const KIND_SNAPSHOT = 1;
const KIND_DELTA = 2;
const KIND_TRADE_EVENT = 3;
const PRICE_ONE_E4: u32 = 10000;

/** Decodes a valid, plain frame whose value is `root`; answers what decode answers. */
export function decodeKalshi(root: usize): i32 {
  if (!W.isObject(root)) {
    S.refuse(L.REJECT_WRONG_TYPE);
    return S.endFrame();
  }
  W.readFields(root);
  if (!F.textField(W.field(K.KEY_TYPE))) return S.endFrame();
  const kind = kindOf(F.textAt, F.textBytes);
  if (kind <= 0) return kind;
  const sid = <u32>F.numberField(W.field(K.KEY_SID));
  const seq = <u32>F.numberField(W.field(K.KEY_SEQ));
  if (S.refused()) return S.endFrame();
  const msg = W.field(K.KEY_MSG);
  if (msg === 0) S.refuse(L.REJECT_MISSING_FIELD);
  else if (!W.isObject(msg)) S.refuse(L.REJECT_WRONG_TYPE);
  else decodeMessage(msg, kind, sid, seq);
  return S.endFrame();
}

/** KIND_* of the type text, or what decode answers for it. */
function kindOf(at: usize, bytes: u32): i32 {
  const word0 = F.textWord(at, bytes, 0);
  const word1 = F.textWord(at, bytes, 8);
  const word2 = F.textWord(at, bytes, 16);
  if (bytes === 18 && word0 === T.TEXT_ORDERBOOK_SNAPSHOT_0 && word1 === T.TEXT_ORDERBOOK_SNAPSHOT_1) {
    return word2 === T.TEXT_ORDERBOOK_SNAPSHOT_2 ? KIND_SNAPSHOT : L.DECODE_UNKNOWN;
  }
  if (bytes === 15 && word0 === T.TEXT_ORDERBOOK_DELTA_0 && word1 === T.TEXT_ORDERBOOK_DELTA_1) return KIND_DELTA;
  if (bytes === 5 && word0 === T.TEXT_TRADE) return KIND_TRADE_EVENT;
  if (bytes === 5 && word0 === T.TEXT_ERROR) return L.DECODE_HOST;
  if (bytes === 19 && word0 === T.TEXT_MARKET_LIFECYCLE_V2_0 && word1 === T.TEXT_MARKET_LIFECYCLE_V2_1) {
    return word2 === T.TEXT_MARKET_LIFECYCLE_V2_2 ? L.DECODE_HOST : L.DECODE_UNKNOWN;
  }
  if (bytes === 2 && word0 === T.TEXT_OK) return L.DECODE_IGNORED;
  if (bytes === 10 && word0 === T.TEXT_SUBSCRIBED_0 && word1 === T.TEXT_SUBSCRIBED_1) return L.DECODE_IGNORED;
  if (bytes === 12 && word0 === T.TEXT_UNSUBSCRIBED_0 && word1 === T.TEXT_UNSUBSCRIBED_1) return L.DECODE_IGNORED;
  return L.DECODE_UNKNOWN;
}

function decodeMessage(msg: usize, kind: i32, sid: u32, seq: u32): void {
  W.readFields(msg);
  if (!resolveTicker(W.field(K.KEY_TICKER))) return;
  const stamp = W.field(K.KEY_TS_MS);
  const venueMs = stamp === 0 ? <f64>0 : <f64>F.numberField(stamp);
  if (S.refused()) return;
  const flags = kind === KIND_SNAPSHOT ? L.FRAME_FLAG_SNAPSHOT : kind === KIND_TRADE_EVENT ? L.FRAME_FLAG_TRADE : 0;
  S.openPart(market, kind, flags, venueMs);
  S.partSequence(sid, seq);
  if (kind === KIND_SNAPSHOT) {
    S.stageSnapshot(L.VIEW_YES);
    decodeLevels(W.field(K.KEY_YES_LEVELS), L.VIEW_YES);
    decodeLevels(W.field(K.KEY_NO_LEVELS), L.VIEW_NO);
  } else if (kind === KIND_DELTA) {
    decodeDelta();
  } else {
    decodeTradeEvent();
  }
}

/** Bids of one outcome: [[price, size], ...]; an absent side has no levels. */
function decodeLevels(list: usize, view: u32): void {
  if (list === 0 || S.refused()) return;
  if (!W.isArray(list)) {
    S.refuse(L.REJECT_WRONG_TYPE);
    return;
  }
  const side = view === L.VIEW_NO ? L.SIDE_ASK : L.SIDE_BID;
  for (let level = W.firstElement(list); level !== 0; level = W.nextElement(list, level)) {
    if (!W.isArray(level)) {
      S.refuse(L.REJECT_WRONG_TYPE);
      return;
    }
    const price = W.firstElement(level);
    const size = price === 0 ? <usize>0 : W.nextElement(level, price);
    const priceE4 = F.priceField(price);
    if (priceE4 < 0) return;
    const folded = view === L.VIEW_NO ? PRICE_ONE_E4 - <u32>priceE4 : <u32>priceE4;
    checkGrid(folded, 0);
    const sizeMicros = F.sizeField(size);
    if (S.refused()) return;
    if (W.nextElement(level, size) !== 0) {
      S.refuse(L.REJECT_WRONG_TYPE);
      return;
    }
    if (sizeMicros > 0) S.stageLevel(L.KIND_SET, side, folded, sizeMicros, view, 0);
    if (S.refused()) return;
  }
}

function decodeDelta(): void {
  const priceE4 = F.priceField(W.field(K.KEY_PRICE_DOLLARS));
  if (priceE4 < 0) return;
  const deltaMicros = F.signedSizeField(W.field(K.KEY_DELTA_FP));
  if (S.refused()) return;
  const side = F.sideField(W.field(K.KEY_SIDE), true);
  if (side < 0) return;
  const no = side === F.SIDE_TEXT_SECOND;
  const folded = no ? PRICE_ONE_E4 - <u32>priceE4 : <u32>priceE4;
  checkGrid(folded, 0);
  const bookSide = no ? L.SIDE_ASK : L.SIDE_BID;
  S.stageLevel(L.KIND_ADD, bookSide, folded, deltaMicros, no ? L.VIEW_NO : L.VIEW_YES, 0);
}

function decodeTradeEvent(): void {
  const priceE4 = F.priceField(W.field(K.KEY_YES_PRICE));
  if (priceE4 < 0) return;
  const sizeMicros = F.sizeField(W.field(K.KEY_COUNT_FP));
  if (sizeMicros < 0) return;
  const side = F.sideField(W.field(K.KEY_TAKER_SIDE), true);
  if (side < 0) return;
  const folded = side === F.SIDE_TEXT_SECOND ? L.SIDE_ASK : L.SIDE_BID;
  S.stageLevel(L.KIND_TRADE, folded, <u32>priceE4, sizeMicros, L.VIEW_YES, 0);
}
