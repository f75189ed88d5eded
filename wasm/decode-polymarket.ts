// Polymarket market-channel frames to records, any key order and white space: the generic path. Ingest thread.
// The rules, and the order in which fields are judged, are docs/decode-rules.md.
import * as F from './decode-fields';
import { checkGrid, market, resolveToken, stateTick, view } from './decode-market';
import * as S from './decode-stage';
import * as W from './json-walk';
import * as L from './layout';
import * as T from './words';

const EVENT_UNKNOWN = 0;
const EVENT_BOOK = 1;
const EVENT_PRICE_CHANGE = 2;
const EVENT_TRADE = 3;
const EVENT_TOP = 4;
const EVENT_CONTROL = 5;
const PRICE_ONE_E4: u32 = 10000;

// Addresses of one object's values by key, 0 = absent; a repeated key overwrites, so the last one counts.
let typeAt: usize = 0;
let marketIdAt: usize = 0;
let assetAt: usize = 0;
let timestampAt: usize = 0;
let hashAt: usize = 0;
let bidsAt: usize = 0;
let asksAt: usize = 0;
let tickAt: usize = 0;
let priceChangesAt: usize = 0;
let changesAt: usize = 0;
let priceAt: usize = 0;
let sizeAt: usize = 0;
let sideAt: usize = 0;
let bestBidAt: usize = 0;
let bestAskAt: usize = 0;

let conditionAt: usize = 0; // text of the event's `market`
let conditionBytes: u32 = 0;
let venueMs: f64 = 0;

/** Decodes a valid, plain frame whose value starts at `at`; answers what decode answers. */
export function decodePolymarket(at: usize): i32 {
  if (W.isObject(at)) {
    const event = decodeEvent(at);
    if (S.refused() || event === EVENT_BOOK || event === EVENT_PRICE_CHANGE) return S.endFrame();
    if (event === EVENT_CONTROL) return L.DECODE_HOST;
    return event === EVENT_UNKNOWN ? L.DECODE_UNKNOWN : S.endFrame();
  }
  if (!W.isArray(at)) {
    S.refuse(L.REJECT_WRONG_TYPE);
    return S.endFrame();
  }
  let unknowns = 0;
  let datas = 0;
  let controls = 0;
  for (let element = W.firstElement(at); element !== 0 && !S.refused(); element = W.nextElement(element)) {
    if (!W.isObject(element)) {
      S.refuse(L.REJECT_WRONG_TYPE);
      break;
    }
    const event = decodeEvent(element);
    if (event === EVENT_UNKNOWN) unknowns += 1;
    else if (event === EVENT_CONTROL) controls += 1;
    else datas += 1;
  }
  // Control and data in one message: never seen, and their order could not be kept.
  if (controls > 0 && datas > 0) S.refuse(L.REJECT_WRONG_TYPE);
  if (S.refused() || datas > 0) return S.endFrame();
  if (controls > 0) return L.DECODE_HOST;
  return unknowns > 0 ? L.DECODE_UNKNOWN : L.DECODE_IGNORED;
}

function clearFields(): void {
  typeAt = marketIdAt = assetAt = timestampAt = hashAt = bidsAt = asksAt = tickAt = 0;
  priceChangesAt = changesAt = priceAt = sizeAt = sideAt = bestBidAt = bestAskAt = 0;
}

/** Notes where the object's known keys have their values. */
function readFields(at: usize): void {
  clearFields();
  for (let p = W.firstMember(at); p !== 0; p = W.nextMember(p)) {
    const bytes = W.keyBytes;
    const word = W.keyWord0;
    if (bytes === 4) {
      if (word === T.TEXT_HASH) hashAt = W.valueAt;
      else if (word === T.TEXT_BIDS) bidsAt = W.valueAt;
      else if (word === T.TEXT_ASKS) asksAt = W.valueAt;
      else if (word === T.TEXT_SIZE) sizeAt = W.valueAt;
      else if (word === T.TEXT_SIDE) sideAt = W.valueAt;
    } else if (bytes === 5) {
      if (word === T.TEXT_PRICE) priceAt = W.valueAt;
    } else if (bytes === 6) {
      if (word === T.TEXT_MARKET) marketIdAt = W.valueAt;
    } else if (bytes === 7) {
      if (word === T.TEXT_CHANGES) changesAt = W.valueAt;
    } else if (bytes === 8) {
      if (word === T.TEXT_ASSET_ID) assetAt = W.valueAt;
      else if (word === T.TEXT_BEST_BID) bestBidAt = W.valueAt;
      else if (word === T.TEXT_BEST_ASK) bestAskAt = W.valueAt;
    } else {
      readLongField(bytes, word, W.keyWord1);
    }
  }
}

function readLongField(bytes: u32, word0: u64, word1: u64): void {
  if (bytes === 9) {
    if (word0 === T.TEXT_TIMESTAMP_0 && word1 === T.TEXT_TIMESTAMP_1) timestampAt = W.valueAt;
    else if (word0 === T.TEXT_TICK_SIZE_0 && word1 === T.TEXT_TICK_SIZE_1) tickAt = W.valueAt;
  } else if (bytes === 10) {
    if (word0 === T.TEXT_EVENT_TYPE_0 && word1 === T.TEXT_EVENT_TYPE_1) typeAt = W.valueAt;
  } else if (bytes === 13) {
    if (word0 === T.TEXT_PRICE_CHANGES_0 && word1 === T.TEXT_PRICE_CHANGES_1) priceChangesAt = W.valueAt;
  }
}

/** Kind of the event whose type is the text found last. */
function eventOf(at: usize, bytes: u32): i32 {
  const word0 = W.textWord(at, bytes, 0);
  const word1 = W.textWord(at, bytes, 8);
  if (bytes === 4 && word0 === T.TEXT_BOOK) return EVENT_BOOK;
  if (bytes === 12) {
    if (word0 === T.TEXT_PRICE_CHANGE_0 && word1 === T.TEXT_PRICE_CHANGE_1) return EVENT_PRICE_CHANGE;
    if (word0 === T.TEXT_BEST_BID_ASK_0 && word1 === T.TEXT_BEST_BID_ASK_1) return EVENT_TOP;
  }
  if (bytes === 16) {
    if (word0 === T.TEXT_LAST_TRADE_PRICE_0 && word1 === T.TEXT_LAST_TRADE_PRICE_1) return EVENT_TRADE;
    if (word0 === T.TEXT_TICK_SIZE_CHANGE_0 && word1 === T.TEXT_TICK_SIZE_CHANGE_1) return EVENT_CONTROL;
  }
  if (bytes === 10 && word0 === T.TEXT_NEW_MARKET_0 && word1 === T.TEXT_NEW_MARKET_1) return EVENT_CONTROL;
  if (bytes === 15 && word0 === T.TEXT_MARKET_RESOLVED_0 && word1 === T.TEXT_MARKET_RESOLVED_1) return EVENT_CONTROL;
  return EVENT_UNKNOWN;
}

/** Decodes one event object; answers EVENT_*. */
function decodeEvent(at: usize): i32 {
  readFields(at);
  if (!F.textField(typeAt)) return EVENT_UNKNOWN;
  const event = eventOf(F.textAt, F.textBytes);
  if (event === EVENT_UNKNOWN || event === EVENT_CONTROL) return event;
  if (!F.idField(marketIdAt)) return event;
  conditionAt = F.textAt;
  conditionBytes = F.textBytes;
  venueMs = F.timestampField(timestampAt);
  if (S.refused()) return event;
  if (event === EVENT_BOOK) decodeBook();
  else if (event === EVENT_PRICE_CHANGE) decodePriceChange(at);
  else if (event === EVENT_TRADE) decodeTrade();
  else decodeTop();
  return event;
}

function foldedPrice(priceE4: i32): u32 {
  return view === L.VIEW_NO ? PRICE_ONE_E4 - <u32>priceE4 : <u32>priceE4;
}

/** Side on the YES book of a bid (0) or ask (1) of the resolved token. */
function foldedSide(side: u32): u32 {
  return view === L.VIEW_NO ? side ^ 1 : side;
}

function decodeBook(): void {
  const bids = bidsAt;
  const asks = asksAt;
  const tick = tickAt;
  if (!resolveToken(assetAt, conditionAt, conditionBytes)) return;
  const hash = F.hashField(hashAt);
  if (hash === 0) return;
  let statedTickE4: u32 = 0;
  if (tick !== 0) {
    const tickE4 = F.priceField(tick);
    if (tickE4 < 0) return;
    statedTickE4 = <u32>tickE4;
    stateTick(statedTickE4);
  }
  S.openPart(market, EVENT_BOOK, L.FRAME_FLAG_SNAPSHOT, venueMs);
  S.partHash(hash, view);
  const mirror = S.stageSnapshot(view);
  decodeBookSide(bids, foldedSide(L.SIDE_BID), mirror, statedTickE4);
  decodeBookSide(asks, foldedSide(L.SIDE_ASK), mirror, statedTickE4);
}

function decodeBookSide(at: usize, side: u32, flags: u32, statedTickE4: u32): void {
  if (S.refused()) return;
  if (at === 0) {
    S.refuse(L.REJECT_MISSING_FIELD);
    return;
  }
  if (!W.isArray(at)) {
    S.refuse(L.REJECT_WRONG_TYPE);
    return;
  }
  for (let level = W.firstElement(at); level !== 0 && !S.refused(); level = W.nextElement(level)) {
    if (!W.isObject(level)) {
      S.refuse(L.REJECT_WRONG_TYPE);
      return;
    }
    let price: usize = 0;
    let size: usize = 0;
    for (let p = W.firstMember(level); p !== 0; p = W.nextMember(p)) {
      if (W.keyBytes === 5 && W.keyWord0 === T.TEXT_PRICE) price = W.valueAt;
      else if (W.keyBytes === 4 && W.keyWord0 === T.TEXT_SIZE) size = W.valueAt;
    }
    const priceE4 = F.priceField(price);
    if (priceE4 < 0) return;
    const folded = foldedPrice(priceE4);
    checkGrid(folded, statedTickE4);
    const sizeMicros = F.sizeField(size);
    if (S.refused()) return;
    if (sizeMicros > 0) S.stageLevel(L.KIND_SET, side, folded, sizeMicros, view, flags);
  }
}

/** Three schemas, one rule: a list of changes, or the event itself is the change; a change inherits token and hash. */
function decodePriceChange(eventAt: usize): void {
  const list = priceChangesAt !== 0 ? priceChangesAt : changesAt;
  const token = assetAt;
  const hash = hashAt;
  if (list === 0) {
    if (priceAt === 0) S.refuse(L.REJECT_MISSING_FIELD);
    else decodeChange(eventAt, token, hash);
    return;
  }
  if (!W.isArray(list)) {
    S.refuse(L.REJECT_WRONG_TYPE);
    return;
  }
  for (let change = W.firstElement(list); change !== 0 && !S.refused(); change = W.nextElement(change)) {
    if (!W.isObject(change)) {
      S.refuse(L.REJECT_WRONG_TYPE);
      return;
    }
    decodeChange(change, token, hash);
  }
}

function decodeChange(at: usize, eventToken: usize, eventHash: usize): void {
  readFields(at);
  if (!resolveToken(assetAt !== 0 ? assetAt : eventToken, conditionAt, conditionBytes)) return;
  S.openPart(market, EVENT_PRICE_CHANGE, 0, venueMs);
  const priceE4 = F.priceField(priceAt);
  if (priceE4 < 0) return;
  const folded = foldedPrice(priceE4);
  checkGrid(folded, 0);
  const sizeMicros = F.sizeField(sizeAt);
  if (sizeMicros < 0) return;
  const sideText = F.sideField(sideAt, false);
  if (sideText < 0) return;
  const side = foldedSide(<u32>sideText);
  const hashValue = hashAt !== 0 ? hashAt : eventHash;
  if (hashValue !== 0) {
    const hash = F.hashField(hashValue);
    if (hash === 0) return;
    S.partHash(hash, view);
  }
  if (bestBidAt !== 0 && bestAskAt !== 0) decodeFoldedTop();
  else S.partTop(L.NO_TOP_E4, L.NO_TOP_E4);
  if (S.refused()) return;
  S.stageLevel(L.KIND_SET, side, folded, sizeMicros, view, S.mirrorOfChange(side, folded, view));
}

/** Both best prices, folded to the YES side, as the part's top. */
function decodeFoldedTop(): void {
  const bid = F.topField(bestBidAt, L.NO_BID_E4);
  if (bid < 0) return;
  const ask = F.topField(bestAskAt, L.NO_ASK_E4);
  if (ask < 0) return;
  if (view === L.VIEW_NO) S.partTop(PRICE_ONE_E4 - <u32>ask, PRICE_ONE_E4 - <u32>bid);
  else S.partTop(<u32>bid, <u32>ask);
}

function decodeTrade(): void {
  if (!resolveToken(assetAt, conditionAt, conditionBytes)) return;
  const priceE4 = F.priceField(priceAt);
  if (priceE4 < 0) return;
  const sizeMicros = F.sizeField(sizeAt);
  if (sizeMicros < 0) return;
  const sideText = F.sideField(sideAt, false);
  if (sideText < 0) return;
  S.openPart(market, EVENT_TRADE, L.FRAME_FLAG_TRADE, venueMs);
  S.stageLevel(L.KIND_TRADE, foldedSide(<u32>sideText), foldedPrice(priceE4), sizeMicros, view, 0);
}

function decodeTop(): void {
  if (!resolveToken(assetAt, conditionAt, conditionBytes)) return;
  S.openPart(market, EVENT_TOP, L.FRAME_FLAG_TOP_ONLY, venueMs);
  if (bestBidAt === 0 || bestAskAt === 0) S.refuse(L.REJECT_MISSING_FIELD);
  else decodeFoldedTop();
}
