// The fixed pieces of Kalshi's layouts as comparisons of 64-bit words, the last word overlapping the one before it.
// Each answers whether the piece, whose text stands beside it, lies at `p`. Reads no byte behind the piece but for those
// shorter than 8, which read 8.

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
