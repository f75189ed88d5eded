// Polymarket's last_trade_price and best_bid_ask in exactly the layout the venue sends: read forward, every byte checked;
// whatever differs is answered 0, and the generic path decides. Ingest thread.
import * as F from './decode-fast';
import * as S from './decode-stage';
import * as L from './layout';
import * as E from './literals-events';
import {
  BYTES_BESTASK,
  BYTES_BESTBID,
  BYTES_LEVELSIZE,
  BYTES_TIMESTAMP,
  isBestAsk,
  isBestBid,
  isLevelSize,
  isTimestamp,
} from './literals-polymarket';
import { LENGTH_SHIFT, usualPrice } from './swar';

const PART_TRADE = 3; // the part kinds of decode-polymarket.ts, so that both cut parts alike
const PART_TOP = 4;
const PRICE_ONE_E4: u32 = 10000;
const CLOSE_OBJECT: u32 = 0x7d;
const QUOTE: u32 = 0x22;
const WORD_BUY: u32 = 0x595542;
const WORD_SELL: u32 = 0x4c4c4553;

/** The trade whose token, the last one found, ends at `at`; answers the address after it, or 0. */
export function fastTrade(at: usize, end: usize): usize {
  if (!E.isTradePrice(at)) return 0;
  const price = F.fastPrice(at + E.BYTES_TRADEPRICE);
  if (price - 1 >= PRICE_ONE_E4 - 1 || !isLevelSize(F.after)) return 0;
  const sizeMicros = F.fastSize(F.after + BYTES_LEVELSIZE);
  if (sizeMicros < 0 || !E.isTradeFee(F.after)) return 0;
  let p = F.textEnd(F.after + E.BYTES_TRADEFEE, end);
  if (p === 0 || !E.isTradeSide(p)) return 0;
  p += E.BYTES_TRADESIDE;
  const word = load<u32>(p);
  const sell = word === WORD_SELL;
  if (!sell && (word & 0xffffff) !== WORD_BUY) return 0;
  p += 3 + <usize>sell;
  if (!isTimestamp(p)) return 0;
  const venueMs = F.fastInteger(p + BYTES_TIMESTAMP);
  if (venueMs < 0 || !E.isTradeType(F.after)) return 0;
  p = F.after + E.BYTES_TRADETYPE;
  if (E.isTradeHash(p)) {
    p = F.textEnd(p + E.BYTES_TRADEHASH, end);
    if (p === 0) return 0;
    p += 1;
  }
  if (<u32>load<u8>(p) !== CLOSE_OBJECT) return 0;
  const view = F.fastView;
  const priceE4 = select<u32>(PRICE_ONE_E4 - price, price, view === L.VIEW_NO);
  S.openPart(F.fastMarket, PART_TRADE, L.FRAME_FLAG_TRADE, <f64>venueMs);
  S.stageLevel(L.KIND_TRADE, (<u32>sell * L.SIDE_ASK) ^ view, priceE4, sizeMicros, view, 0);
  return S.refused() ? 0 : p + 1;
}

/** A best price of the last token, empty, 0 and 1 as `none`, answered like usualPrice does. */
function fastBest(at: usize, none: i32): i64 {
  const price = usualPrice(at);
  return <u32>price - 1 >= PRICE_ONE_E4 - 1 ? F.otherTop(at, none) : price;
}

/** The top whose token, the last one found, ends at `at`; answers the address after it, or 0. */
export function fastTop(at: usize, end: usize): usize {
  if (!isBestBid(at)) return 0;
  let p = at + BYTES_BESTBID;
  const bid = fastBest(p, L.NO_BID_E4);
  p += <usize>(bid >> LENGTH_SHIFT);
  if (bid < 0 || <u32>load<u8>(p) !== QUOTE || !isBestAsk(p)) return 0;
  p += BYTES_BESTASK;
  const ask = fastBest(p, L.NO_ASK_E4);
  p += <usize>(ask >> LENGTH_SHIFT);
  if (ask < 0 || !E.isTopSpread(p)) return 0;
  p = F.textEnd(p + E.BYTES_TOPSPREAD, end);
  if (p === 0 || !E.isTopTimestamp(p)) return 0;
  const venueMs = F.fastInteger(p + E.BYTES_TOPTIMESTAMP);
  if (venueMs < 0 || !E.isTopType(F.after)) return 0;
  S.openPart(F.fastMarket, PART_TOP, L.FRAME_FLAG_TOP_ONLY, <f64>venueMs);
  if (F.fastView === L.VIEW_NO) S.partTop(PRICE_ONE_E4 - <u32>ask, PRICE_ONE_E4 - <u32>bid);
  else S.partTop(<u32>bid, <u32>ask);
  return F.after + E.BYTES_TOPTYPE;
}
