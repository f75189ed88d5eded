// The fixed pieces of Polymarket's trades and tops, compared like those of literals-polymarket.ts: each answers whether
// the piece, whose text stands beside it, lies at `p`.

export const BYTES_TRADEPRICE: usize = 11;
/** `","price":"` */
export function isTradePrice(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x65636972) << 32) | 0x70222c22)) |
      (load<u64>(p, 3) ^ (((<u64>0x223a2265) << 32) | 0x63697270))) ===
    0
  );
}

export const BYTES_TRADEFEE: usize = 18;
/** `","fee_rate_bps":"` */
export function isTradeFee(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x725f6565) << 32) | 0x66222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x22737062) << 32) | 0x5f657461)) |
      (load<u64>(p, 10) ^ (((<u64>0x223a2273) << 32) | 0x70625f65))) ===
    0
  );
}

export const BYTES_TRADESIDE: usize = 10;
/** `","side":"` */
export function isTradeSide(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x22656469) << 32) | 0x73222c22)) |
      (load<u64>(p, 2) ^ (((<u64>0x223a2265) << 32) | 0x64697322))) ===
    0
  );
}

export const BYTES_TRADETYPE: usize = 33;
/** `","event_type":"last_trade_price"` */
export function isTradeType(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x746e6576) << 32) | 0x65222c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x223a2265) << 32) | 0x7079745f)) |
      (load<u64>(p, 16) ^ (((<u64>0x6172745f) << 32) | 0x7473616c)) |
      (load<u64>(p, 24) ^ (((<u64>0x65636972) << 32) | 0x705f6564)) |
      (load<u64>(p, 25) ^ (((<u64>0x22656369) << 32) | 0x72705f65))) ===
    0
  );
}

export const BYTES_TRADEHASH: usize = 21;
/** `,"transaction_hash":"` */
export function isTradeHash(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x61736e61) << 32) | 0x7274222c)) |
      (load<u64>(p, 8) ^ (((<u64>0x61685f6e) << 32) | 0x6f697463)) |
      (load<u64>(p, 13) ^ (((<u64>0x223a2268) << 32) | 0x7361685f))) ===
    0
  );
}

export const BYTES_TOPASSETID: usize = 15;
/** `", "asset_id":"` */
export function isTopAssetId(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x65737361) << 32) | 0x22202c22)) |
      (load<u64>(p, 7) ^ (((<u64>0x223a2264) << 32) | 0x695f7465))) ===
    0
  );
}

export const BYTES_TOPSPREAD: usize = 13;
/** `", "spread":"` */
export function isTopSpread(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x65727073) << 32) | 0x22202c22)) |
      (load<u64>(p, 5) ^ (((<u64>0x223a2264) << 32) | 0x61657270))) ===
    0
  );
}

export const BYTES_TOPTIMESTAMP: usize = 16;
/** `", "timestamp":"` */
export function isTopTimestamp(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x656d6974) << 32) | 0x22202c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x223a2270) << 32) | 0x6d617473))) ===
    0
  );
}

export const BYTES_TOPTYPE: usize = 31;
/** `", "event_type":"best_bid_ask"}` */
export function isTopType(p: usize): bool {
  return (
    ((load<u64>(p) ^ (((<u64>0x6e657665) << 32) | 0x22202c22)) |
      (load<u64>(p, 8) ^ (((<u64>0x3a226570) << 32) | 0x79745f74)) |
      (load<u64>(p, 16) ^ (((<u64>0x69625f74) << 32) | 0x73656222)) |
      (load<u64>(p, 23) ^ (((<u64>0x7d226b73) << 32) | 0x615f6469))) ===
    0
  );
}
