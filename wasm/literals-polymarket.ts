// The fixed pieces of Polymarket's layouts as comparisons of 64-bit words, the last word overlapping the one before it.
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
