// The fixed pieces of the venues' layouts as comparisons of 64-bit words, the last word overlapping the one before it.
// Each answers whether the piece, whose text stands beside it, lies at `p`. Reads no byte behind the piece but for those
// shorter than 8, which read 8.

export const BYTES_PRICECHANGEOPEN: usize = 11;
/** `{"market":"` */
export function isPriceChangeOpen(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x74656b72) << 32) | 0x616d227b)) |
      (load<u64>(p, 3) ^ (((<u64>0x223a2274) << 32) | 0x656b7261))) ===
    0
  );
}

export const BYTES_CHANGESOPEN: usize = 33;
/** `", "price_changes":[{"asset_id":"` */
export function isChangesOpen(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x63697270) << 32) | 0x22202c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x65676e61) << 32) | 0x68635f65)) |
      (load<u64>(p, 16) ^ (((<u64>0x7361227b) << 32) | 0x5b3a2273)) |
      (load<u64>(p, 24) ^ (((<u64>0x3a226469) << 32) | 0x5f746573)) |
      (load<u64>(p, 25) ^ (((<u64>0x223a2264) << 32) | 0x695f7465))) ===
    0
  );
}

export const BYTES_NEXTCHANGE: usize = 15;
/** `, {"asset_id":"` */
export function isNextChange(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x65737361) << 32) | 0x227b202c)) |
      (load<u64>(p, 7) ^ (((<u64>0x223a2264) << 32) | 0x695f7465))) ===
    0
  );
}

export const BYTES_CHANGEPRICE: usize = 12;
/** `", "price":"` */
export function isChangePrice(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x63697270) << 32) | 0x22202c22)) |
      (load<u64>(p, 4) ^ (((<u64>0x223a2265) << 32) | 0x63697270))) ===
    0
  );
}

export const BYTES_CHANGESIZE: usize = 11;
/** `", "size":"` */
export function isChangeSize(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x657a6973) << 32) | 0x22202c22)) |
      (load<u64>(p, 3) ^ (((<u64>0x223a2265) << 32) | 0x7a697322))) ===
    0
  );
}

export const BYTES_CHANGESIDE: usize = 11;
/** `", "side":"` */
export function isChangeSide(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x65646973) << 32) | 0x22202c22)) |
      (load<u64>(p, 3) ^ (((<u64>0x223a2265) << 32) | 0x64697322))) ===
    0
  );
}

export const BYTES_CHANGEHASH: usize = 11;
/** `", "hash":"` */
export function isChangeHash(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x68736168) << 32) | 0x22202c22)) |
      (load<u64>(p, 3) ^ (((<u64>0x223a2268) << 32) | 0x73616822))) ===
    0
  );
}

export const BYTES_BESTBID: usize = 15;
/** `", "best_bid":"` */
export function isBestBid(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x74736562) << 32) | 0x22202c22)) |
      (load<u64>(p, 7) ^ (((<u64>0x223a2264) << 32) | 0x69625f74))) ===
    0
  );
}

export const BYTES_BESTASK: usize = 15;
/** `", "best_ask":"` */
export function isBestAsk(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x74736562) << 32) | 0x22202c22)) |
      (load<u64>(p, 7) ^ (((<u64>0x223a226b) << 32) | 0x73615f74))) ===
    0
  );
}

export const BYTES_CHANGESCLOSE: usize = 18;
/** `"}], "timestamp":"` */
export function isChangesClose(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x69742220) << 32) | 0x2c5d7d22)) |
      (load<u64>(p, 8) ^ (((<u64>0x22706d61) << 32) | 0x7473656d)) |
      (load<u64>(p, 10) ^ (((<u64>0x223a2270) << 32) | 0x6d617473))) ===
    0
  );
}

export const BYTES_PRICECHANGECLOSE: usize = 31;
/** `", "event_type":"price_change"}` */
export function isPriceChangeClose(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x6e657665) << 32) | 0x22202c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x3a226570) << 32) | 0x79745f74)) |
      (load<u64>(p, 16) ^ (((<u64>0x635f6563) << 32) | 0x69727022)) |
      (load<u64>(p, 23) ^ (((<u64>0x7d226567) << 32) | 0x6e616863))) ===
    0
  );
}

export const BYTES_ASSETID: usize = 14;
/** `","asset_id":"` */
export function isAssetId(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x74657373) << 32) | 0x61222c22)) |
      (load<u64>(p, 6) ^ (((<u64>0x223a2264) << 32) | 0x695f7465))) ===
    0
  );
}

export const BYTES_TIMESTAMP: usize = 15;
/** `","timestamp":"` */
export function isTimestamp(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x73656d69) << 32) | 0x74222c22)) |
      (load<u64>(p, 7) ^ (((<u64>0x223a2270) << 32) | 0x6d617473))) ===
    0
  );
}

export const BYTES_HASH: usize = 10;
/** `","hash":"` */
export function isHash(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x22687361) << 32) | 0x68222c22)) |
      (load<u64>(p, 2) ^ (((<u64>0x223a2268) << 32) | 0x73616822))) ===
    0
  );
}

export const BYTES_BOOKBIDS: usize = 10;
/** `","bids":[` */
export function isBookBids(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x22736469) << 32) | 0x62222c22)) |
      (load<u64>(p, 2) ^ (((<u64>0x5b3a2273) << 32) | 0x64696222))) ===
    0
  );
}

export const BYTES_LEVELPRICE: usize = 10;
/** `{"price":"` */
export function isLevelPrice(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x22656369) << 32) | 0x7270227b)) |
      (load<u64>(p, 2) ^ (((<u64>0x223a2265) << 32) | 0x63697270))) ===
    0
  );
}

export const BYTES_LEVELSIZE: usize = 10;
/** `","size":"` */
export function isLevelSize(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x22657a69) << 32) | 0x73222c22)) |
      (load<u64>(p, 2) ^ (((<u64>0x223a2265) << 32) | 0x7a697322))) ===
    0
  );
}

export const BYTES_ASKS: usize = 10;
/** `],"asks":[` */
export function isAsks(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x22736b73) << 32) | 0x61222c5d)) |
      (load<u64>(p, 2) ^ (((<u64>0x5b3a2273) << 32) | 0x6b736122))) ===
    0
  );
}

export const BYTES_TICKSIZE: usize = 15;
/** `],"tick_size":"` */
export function isTickSize(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x5f6b6369) << 32) | 0x74222c5d)) |
      (load<u64>(p, 7) ^ (((<u64>0x223a2265) << 32) | 0x7a69735f))) ===
    0
  );
}

export const BYTES_BOOKTYPE: usize = 21;
/** `","event_type":"book"` */
export function isBookType(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x746e6576) << 32) | 0x65222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x223a2265) << 32) | 0x7079745f)) |
      (load<u64>(p, 13) ^ (((<u64>0x226b6f6f) << 32) | 0x62223a22))) ===
    0
  );
}

export const BYTES_LASTTRADE: usize = 21;
/** `,"last_trade_price":"` */
export function isLastTrade(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x745f7473) << 32) | 0x616c222c)) |
      (load<u64>(p, 8) ^ (((<u64>0x6972705f) << 32) | 0x65646172)) |
      (load<u64>(p, 13) ^ (((<u64>0x223a2265) << 32) | 0x63697270))) ===
    0
  );
}

export const BYTES_REFRESHHASH: usize = 10;
/** `],"hash":"` */
export function isRefreshHash(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x22687361) << 32) | 0x68222c5d)) |
      (load<u64>(p, 2) ^ (((<u64>0x223a2268) << 32) | 0x73616822))) ===
    0
  );
}

export const BYTES_DELTAOPEN: usize = 32;
/** `{"type":"orderbook_delta","sid":` */
export function isDeltaOpen(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x3a226570) << 32) | 0x7974227b)) |
      (load<u64>(p, 8) ^ (((<u64>0x6f627265) << 32) | 0x64726f22)) |
      (load<u64>(p, 16) ^ (((<u64>0x61746c65) << 32) | 0x645f6b6f)) |
      (load<u64>(p, 24) ^ (((<u64>0x3a226469) << 32) | 0x73222c22))) ===
    0
  );
}

export const BYTES_SNAPSHOTOPEN: usize = 35;
/** `{"type":"orderbook_snapshot","sid":` */
export function isSnapshotOpen(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x3a226570) << 32) | 0x7974227b)) |
      (load<u64>(p, 8) ^ (((<u64>0x6f627265) << 32) | 0x64726f22)) |
      (load<u64>(p, 16) ^ (((<u64>0x7370616e) << 32) | 0x735f6b6f)) |
      (load<u64>(p, 24) ^ (((<u64>0x6973222c) << 32) | 0x22746f68)) |
      (load<u64>(p, 27) ^ (((<u64>0x3a226469) << 32) | 0x73222c22))) ===
    0
  );
}

export const BYTES_TRADEOPEN: usize = 22;
/** `{"type":"trade","sid":` */
export function isTradeOpen(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x3a226570) << 32) | 0x7974227b)) |
      (load<u64>(p, 8) ^ (((<u64>0x2c226564) << 32) | 0x61727422)) |
      (load<u64>(p, 14) ^ (((<u64>0x3a226469) << 32) | 0x73222c22))) ===
    0
  );
}

export const BYTES_SEQ: usize = 7;
/** `,"seq":` */
export function isSeq(p: usize): bool {
  return ((load<u64>(p) & (((<u64>1) << 56) - 1)) ^ (((<u64>0x003a2271) << 32) | 0x6573222c)) === 0;
}

export const BYTES_TICKER: usize = 25;
/** `,"msg":{"market_ticker":"` */
export function isTicker(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x7b3a2267) << 32) | 0x736d222c)) |
      (load<u64>(p, 8) ^ (((<u64>0x5f74656b) << 32) | 0x72616d22)) |
      (load<u64>(p, 16) ^ (((<u64>0x3a227265) << 32) | 0x6b636974)) |
      (load<u64>(p, 17) ^ (((<u64>0x223a2272) << 32) | 0x656b6369))) ===
    0
  );
}

export const BYTES_TRADEID: usize = 20;
/** `,"msg":{"trade_id":"` */
export function isTradeId(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x7b3a2267) << 32) | 0x736d222c)) |
      (load<u64>(p, 8) ^ (((<u64>0x695f6564) << 32) | 0x61727422)) |
      (load<u64>(p, 12) ^ (((<u64>0x223a2264) << 32) | 0x695f6564))) ===
    0
  );
}

export const BYTES_TRADETICKER: usize = 19;
/** `","market_ticker":"` */
export function isTradeTicker(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x656b7261) << 32) | 0x6d222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x72656b63) << 32) | 0x69745f74)) |
      (load<u64>(p, 11) ^ (((<u64>0x223a2272) << 32) | 0x656b6369))) ===
    0
  );
}

export const BYTES_MARKETID: usize = 15;
/** `","market_id":"` */
export function isMarketId(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x656b7261) << 32) | 0x6d222c22)) |
      (load<u64>(p, 7) ^ (((<u64>0x223a2264) << 32) | 0x695f7465))) ===
    0
  );
}

export const BYTES_PRICEDOLLARS: usize = 19;
/** `","price_dollars":"` */
export function isPriceDollars(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x65636972) << 32) | 0x70222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x7372616c) << 32) | 0x6c6f645f)) |
      (load<u64>(p, 11) ^ (((<u64>0x223a2273) << 32) | 0x72616c6c))) ===
    0
  );
}

export const BYTES_DELTAFP: usize = 14;
/** `","delta_fp":"` */
export function isDeltaFp(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x61746c65) << 32) | 0x64222c22)) |
      (load<u64>(p, 6) ^ (((<u64>0x223a2270) << 32) | 0x665f6174))) ===
    0
  );
}

export const BYTES_DELTAYES: usize = 21;
/** `","side":"yes","ts":"` */
export function isDeltaYes(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x22656469) << 32) | 0x73222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x222c2273) << 32) | 0x6579223a)) |
      (load<u64>(p, 13) ^ (((<u64>0x223a2273) << 32) | 0x74222c22))) ===
    0
  );
}

export const BYTES_DELTANO: usize = 20;
/** `","side":"no","ts":"` */
export function isDeltaNo(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x22656469) << 32) | 0x73222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x74222c22) << 32) | 0x6f6e223a)) |
      (load<u64>(p, 12) ^ (((<u64>0x223a2273) << 32) | 0x74222c22))) ===
    0
  );
}

export const BYTES_STAMPTEXT: usize = 10;
/** `","ts_ms":` */
export function isStampText(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x736d5f73) << 32) | 0x74222c22)) |
      (load<u64>(p, 2) ^ (((<u64>0x3a22736d) << 32) | 0x5f737422))) ===
    0
  );
}

export const BYTES_YESPRICE: usize = 23;
/** `","yes_price_dollars":"` */
export function isYesPrice(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x705f7365) << 32) | 0x79222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x6c6f645f) << 32) | 0x65636972)) |
      (load<u64>(p, 15) ^ (((<u64>0x223a2273) << 32) | 0x72616c6c))) ===
    0
  );
}

export const BYTES_NOPRICE: usize = 22;
/** `","no_price_dollars":"` */
export function isNoPrice(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x72705f6f) << 32) | 0x6e222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x6c6c6f64) << 32) | 0x5f656369)) |
      (load<u64>(p, 14) ^ (((<u64>0x223a2273) << 32) | 0x72616c6c))) ===
    0
  );
}

export const BYTES_COUNTFP: usize = 14;
/** `","count_fp":"` */
export function isCountFp(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x746e756f) << 32) | 0x63222c22)) |
      (load<u64>(p, 6) ^ (((<u64>0x223a2270) << 32) | 0x665f746e))) ===
    0
  );
}

export const BYTES_TAKERYES: usize = 43;
/** `","taker_side":"yes","taker_outcome_side":"` */
export function isTakerYes(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x72656b61) << 32) | 0x74222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x223a2265) << 32) | 0x6469735f)) |
      (load<u64>(p, 16) ^ (((<u64>0x6174222c) << 32) | 0x22736579)) |
      (load<u64>(p, 24) ^ (((<u64>0x6374756f) << 32) | 0x5f72656b)) |
      (load<u64>(p, 32) ^ (((<u64>0x65646973) << 32) | 0x5f656d6f)) |
      (load<u64>(p, 35) ^ (((<u64>0x223a2265) << 32) | 0x6469735f))) ===
    0
  );
}

export const BYTES_TAKERNO: usize = 42;
/** `","taker_side":"no","taker_outcome_side":"` */
export function isTakerNo(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x72656b61) << 32) | 0x74222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x223a2265) << 32) | 0x6469735f)) |
      (load<u64>(p, 16) ^ (((<u64>0x6b617422) << 32) | 0x2c226f6e)) |
      (load<u64>(p, 24) ^ (((<u64>0x6f637475) << 32) | 0x6f5f7265)) |
      (load<u64>(p, 32) ^ (((<u64>0x22656469) << 32) | 0x735f656d)) |
      (load<u64>(p, 34) ^ (((<u64>0x223a2265) << 32) | 0x6469735f))) ===
    0
  );
}

export const BYTES_BOOKSIDE: usize = 21;
/** `","taker_book_side":"` */
export function isBookSide(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x72656b61) << 32) | 0x74222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x69735f6b) << 32) | 0x6f6f625f)) |
      (load<u64>(p, 13) ^ (((<u64>0x223a2265) << 32) | 0x6469735f))) ===
    0
  );
}

export const BYTES_TS: usize = 7;
/** `","ts":` */
export function isTs(p: usize): bool {
  return ((load<u64>(p) & (((<u64>1) << 56) - 1)) ^ (((<u64>0x003a2273) << 32) | 0x74222c22)) === 0;
}

export const BYTES_STAMP: usize = 9;
/** `,"ts_ms":` */
export function isStamp(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x22736d5f) << 32) | 0x7374222c)) |
      (load<u64>(p, 1) ^ (((<u64>0x3a22736d) << 32) | 0x5f737422))) ===
    0
  );
}

export const BYTES_YESLEVELS: usize = 20;
/** `","yes_dollars_fp":[` */
export function isYesLevels(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x645f7365) << 32) | 0x79222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x665f7372) << 32) | 0x616c6c6f)) |
      (load<u64>(p, 12) ^ (((<u64>0x5b3a2270) << 32) | 0x665f7372))) ===
    0
  );
}

export const BYTES_NOLEVELSAFTER: usize = 19;
/** `],"no_dollars_fp":[` */
export function isNoLevelsAfter(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x6f645f6f) << 32) | 0x6e222c5d)) |
      (load<u64>(p, 8) ^ (((<u64>0x70665f73) << 32) | 0x72616c6c)) |
      (load<u64>(p, 11) ^ (((<u64>0x5b3a2270) << 32) | 0x665f7372))) ===
    0
  );
}

export const BYTES_NOLEVELS: usize = 19;
/** `","no_dollars_fp":[` */
export function isNoLevels(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x6f645f6f) << 32) | 0x6e222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x70665f73) << 32) | 0x72616c6c)) |
      (load<u64>(p, 11) ^ (((<u64>0x5b3a2270) << 32) | 0x665f7372))) ===
    0
  );
}
