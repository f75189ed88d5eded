// Polymarket market-channel frames to records, any key order and white space: the generic path. Ingest thread.
// The rules, and the order in which fields are judged, are docs/decode-rules.md.

import { isHash } from './decode-fast';
import * as F from './decode-fields';
import { checkGrid, enterCondition, market, resolveToken, stateTick, view } from './decode-market';
import * as S from './decode-stage';
import * as K from './json-keys';
import * as W from './json-walk';
import * as L from './layout';
import { usualPrice, usualSize, VALUE_MASK } from './swar';
import * as T from './words';

const EVENT_UNKNOWN = 0;
const EVENT_BOOK = 1;
const EVENT_PRICE_CHANGE = 2;
const EVENT_TRADE = 3;
const EVENT_TOP = 4;
const EVENT_CONTROL = 5;
const PRICE_ONE_E4: u32 = 10000;
const QUOTE: u32 = 0x22;
const WORD_BUY: u32 = 0x595542;
const WORD_SELL: u32 = 0x4c4c4553;
/** Bit per key of a change as it is sent today. */
const USUAL_CHANGE: u32 =
  (1 << K.KEY_ASSET_ID) |
  (1 << K.KEY_PRICE) |
  (1 << K.KEY_SIZE) |
  (1 << K.KEY_SIDE) |
  (1 << K.KEY_BOOK_HASH) |
  (1 << K.KEY_BEST_BID) |
  (1 << K.KEY_BEST_ASK);

let conditionAt: usize = 0; // text of the event's `market`
let conditionBytes: u32 = 0;
let venueMs: f64 = 0;

/** Decodes a valid, plain frame whose value is `root`; answers what decode answers. */
export function decodePolymarket(root: usize): i32 {
  if (W.isObject(root)) {
    const event = decodeEvent(root);
    if (S.refused() || event === EVENT_BOOK || event === EVENT_PRICE_CHANGE) return S.endFrame();
    if (event === EVENT_CONTROL) return L.DECODE_HOST;
    return event === EVENT_UNKNOWN ? L.DECODE_UNKNOWN : S.endFrame();
  }
  if (!W.isArray(root)) {
    S.refuse(L.REJECT_WRONG_TYPE);
    return S.endFrame();
  }
  let unknowns = 0;
  let datas = 0;
  let controls = 0;
  for (let element = W.firstElement(root); element !== 0; element = W.nextElement(root, element)) {
    if (!W.isObject(element)) {
      S.refuse(L.REJECT_WRONG_TYPE);
      break;
    }
    const event = decodeEvent(element);
    if (S.refused()) break;
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

/** Kind of the event whose type is the text found last. */
function eventOf(at: usize, bytes: u32): i32 {
  const word0 = F.textWord(at, bytes, 0);
  const word1 = F.textWord(at, bytes, 8);
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
function decodeEvent(object: usize): i32 {
  W.readFields(object);
  if (!F.textField(W.field(K.KEY_EVENT_TYPE))) return EVENT_UNKNOWN;
  const event = eventOf(F.textAt, F.textBytes);
  if (event === EVENT_UNKNOWN || event === EVENT_CONTROL) return event;
  if (!F.idField(W.field(K.KEY_MARKET_ID))) return event;
  conditionAt = F.textAt;
  conditionBytes = F.textBytes;
  enterCondition(conditionAt, conditionBytes);
  venueMs = F.timestampField(W.field(K.KEY_TIMESTAMP));
  if (S.refused()) return event;
  if (event === EVENT_BOOK) decodeBook();
  else if (event === EVENT_PRICE_CHANGE) decodePriceChange();
  else if (event === EVENT_TRADE) decodeTrade();
  else decodeTop();
  return event;
}

// Which view and which side is as good as random, so neither is branched on.

function foldedPrice(priceE4: i32): u32 {
  return select<u32>(PRICE_ONE_E4 - <u32>priceE4, <u32>priceE4, view === L.VIEW_NO);
}

/** Side on the YES book of a bid (0) or ask (1) of the resolved token, whose view is 0 or 1. */
function foldedSide(side: u32): u32 {
  return side ^ view;
}

function decodeBook(): void {
  const bids = W.field(K.KEY_BIDS);
  const asks = W.field(K.KEY_ASKS);
  const tick = W.field(K.KEY_TICK_SIZE);
  if (!resolveToken(W.field(K.KEY_ASSET_ID), conditionAt, conditionBytes)) return;
  const hash = F.hashField(W.field(K.KEY_BOOK_HASH));
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

function decodeBookSide(list: usize, side: u32, flags: u32, statedTickE4: u32): void {
  if (S.refused()) return;
  if (list === 0) {
    S.refuse(L.REJECT_MISSING_FIELD);
    return;
  }
  if (!W.isArray(list)) {
    S.refuse(L.REJECT_WRONG_TYPE);
    return;
  }
  for (let level = W.firstElement(list); level !== 0; level = W.nextElement(list, level)) {
    if (!W.isObject(level)) {
      S.refuse(L.REJECT_WRONG_TYPE);
      return;
    }
    W.readFields(level);
    const priceE4 = F.priceField(W.field(K.KEY_PRICE));
    if (priceE4 < 0) return;
    const folded = foldedPrice(priceE4);
    checkGrid(folded, statedTickE4);
    const sizeMicros = F.sizeField(W.field(K.KEY_SIZE));
    if (S.refused()) return;
    if (sizeMicros > 0) S.stageLevel(L.KIND_SET, side, folded, sizeMicros, view, flags);
    if (S.refused()) return;
  }
}

/** Three schemas, one rule: a list of changes, or the event itself is the change; a change inherits token and hash. */
function decodePriceChange(): void {
  const list = W.field(K.KEY_PRICE_CHANGES) !== 0 ? W.field(K.KEY_PRICE_CHANGES) : W.field(K.KEY_CHANGES);
  const token = W.field(K.KEY_ASSET_ID);
  const hash = W.field(K.KEY_BOOK_HASH);
  if (list === 0) {
    if (W.field(K.KEY_PRICE) === 0) S.refuse(L.REJECT_MISSING_FIELD);
    else decodeChange(token, hash);
    return;
  }
  if (!W.isArray(list)) {
    S.refuse(L.REJECT_WRONG_TYPE);
    return;
  }
  for (let change = W.firstElement(list); change !== 0; change = W.nextElement(list, change)) {
    if (!W.isObject(change)) {
      S.refuse(L.REJECT_WRONG_TYPE);
      return;
    }
    W.readFields(change);
    decodeChange(token, hash);
    if (S.refused()) return;
  }
}

/** The change whose fields were read last. */
function decodeChange(eventToken: usize, eventHash: usize): void {
  if (!decodeUsualChange()) decodeAnyChange(eventToken, eventHash);
}

/** A change that has every field, in the usual form: as decodeAnyChange. False, and nothing is done, for another one. */
function decodeUsualChange(): bool {
  if (!W.hasTexts(USUAL_CHANGE)) return false;
  const price = usualPrice(W.textAt(K.KEY_PRICE));
  const size = usualSize(W.textAt(K.KEY_SIZE));
  const bid = usualPrice(W.textAt(K.KEY_BEST_BID));
  const ask = usualPrice(W.textAt(K.KEY_BEST_ASK));
  if ((price | size | bid | ask) < 0) return false;
  const bidE4 = <u32>bid;
  const askE4 = <u32>ask;
  if (<u32>price === 0 || bidE4 === 0 || askE4 === 0) return false;
  const side = W.textAt(K.KEY_SIDE);
  const word = load<u32>(side);
  const sell = word === WORD_SELL;
  if ((!sell && (word & 0xffffff) !== WORD_BUY) || <u32>load<u8>(side + 3 + <usize>sell) !== QUOTE) return false;
  const hash = W.textAt(K.KEY_BOOK_HASH);
  if (<u32>load<u8>(hash, 40) !== QUOTE || !isHash(hash)) return false;
  if (!resolveToken(W.field(K.KEY_ASSET_ID), conditionAt, conditionBytes)) return true;
  S.openPart(market, EVENT_PRICE_CHANGE, 0, venueMs);
  const folded = foldedPrice(<i32>price);
  checkGrid(folded, 0);
  if (S.refused()) return true;
  S.partHash(hash, view);
  S.stageChange(foldedSide(<u32>sell), folded, size & VALUE_MASK, view, bidE4, askE4);
  return true;
}

function decodeAnyChange(eventToken: usize, eventHash: usize): void {
  const token = W.field(K.KEY_ASSET_ID);
  if (!resolveToken(token !== 0 ? token : eventToken, conditionAt, conditionBytes)) return;
  S.openPart(market, EVENT_PRICE_CHANGE, 0, venueMs);
  const priceE4 = F.priceField(W.field(K.KEY_PRICE));
  if (priceE4 < 0) return;
  const folded = foldedPrice(priceE4);
  checkGrid(folded, 0);
  const sizeMicros = F.sizeField(W.field(K.KEY_SIZE));
  if (sizeMicros < 0) return;
  const sideText = F.sideField(W.field(K.KEY_SIDE), false);
  if (sideText < 0) return;
  const side = foldedSide(<u32>sideText);
  const ownHash = W.field(K.KEY_BOOK_HASH);
  const hashToken = ownHash !== 0 ? ownHash : eventHash;
  if (hashToken !== 0) {
    const hash = F.hashField(hashToken);
    if (hash === 0) return;
    S.partHash(hash, view);
  }
  const bestBid = W.field(K.KEY_BEST_BID);
  const bestAsk = W.field(K.KEY_BEST_ASK);
  if (bestBid !== 0 && bestAsk !== 0) decodeFoldedTop(bestBid, bestAsk);
  else S.partTop(L.NO_TOP_E4, L.NO_TOP_E4);
  if (S.refused()) return;
  S.stageLevel(L.KIND_SET, side, folded, sizeMicros, view, S.mirrorOfChange(side, folded, view));
}

/** Both best prices, folded to the YES side, as the part's top. */
function decodeFoldedTop(bestBid: usize, bestAsk: usize): void {
  const bid = F.topField(bestBid, L.NO_BID_E4);
  if (bid < 0) return;
  const ask = F.topField(bestAsk, L.NO_ASK_E4);
  if (ask < 0) return;
  const no = view === L.VIEW_NO;
  S.partTop(select<u32>(PRICE_ONE_E4 - <u32>ask, <u32>bid, no), select<u32>(PRICE_ONE_E4 - <u32>bid, <u32>ask, no));
}

function decodeTrade(): void {
  if (!resolveToken(W.field(K.KEY_ASSET_ID), conditionAt, conditionBytes)) return;
  const priceE4 = F.priceField(W.field(K.KEY_PRICE));
  if (priceE4 < 0) return;
  const sizeMicros = F.sizeField(W.field(K.KEY_SIZE));
  if (sizeMicros < 0) return;
  const sideText = F.sideField(W.field(K.KEY_SIDE), false);
  if (sideText < 0) return;
  S.openPart(market, EVENT_TRADE, L.FRAME_FLAG_TRADE, venueMs);
  S.stageLevel(L.KIND_TRADE, foldedSide(<u32>sideText), foldedPrice(priceE4), sizeMicros, view, 0);
}

function decodeTop(): void {
  if (!resolveToken(W.field(K.KEY_ASSET_ID), conditionAt, conditionBytes)) return;
  S.openPart(market, EVENT_TOP, L.FRAME_FLAG_TOP_ONLY, venueMs);
  const bestBid = W.field(K.KEY_BEST_BID);
  const bestAsk = W.field(K.KEY_BEST_ASK);
  if (bestBid === 0 || bestAsk === 0) S.refuse(L.REJECT_MISSING_FIELD);
  else decodeFoldedTop(bestBid, bestAsk);
}
