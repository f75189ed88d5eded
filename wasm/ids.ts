// The ids of markets as frames write them: found by the tail of the condition, compared in full with 16 bytes at a time.
// Ingest thread; the only writer of IDS and ID_SLOTS, which it fills from the key table when it first meets a market.
//
// A market's three ids lie side by side here, and which token it is comes from a comparison: one look-up in a small table
// for a frame, where the key table takes one for each id, each in a page of its own.
import * as L from './layout';
import { idSlotMask, idSlotsAt, idsAt, marketsAt } from './regions';

/** Hash of the condition's last 16 digits; `at` is the frame or the ids, which both begin with the head. Never 0. */
function conditionHash(at: usize): u32 {
  const first = load<u64>(at, L.IDS_CONDITION + L.IDS_CONDITION_BYTES - 16);
  const last = load<u64>(at, L.IDS_CONDITION + L.IDS_CONDITION_BYTES - 8);
  const mixed = (first ^ rotl<u64>(last, 29)) * (((<u64>0x9e3779b9) << 32) | 0x7f4a7c15);
  return <u32>(mixed >> 32) | 1;
}

/** Address of the ids whose condition has the tail that the frame at `at` has there, 0 = none; compare them in full. */
export function findIds(at: usize): usize {
  const hash = conditionHash(at);
  let slot = (hash >> 1) & idSlotMask;
  let found = load<u64>(idSlotsAt + <usize>slot * L.ID_SLOT_BYTES);
  // Ends at a free slot: three in four are.
  while (<u32>found !== hash && found !== 0) {
    slot = (slot + 1) & idSlotMask;
    found = load<u64>(idSlotsAt + <usize>slot * L.ID_SLOT_BYTES);
  }
  return <usize>(found >> 32);
}

/** Difference of the frame's first 78 bytes from the ids' head. */
export function headDiffers(at: usize, ids: usize): v128 {
  const a = v128.or(v128.xor(v128.load(at), v128.load(ids)), v128.xor(v128.load(at, 16), v128.load(ids, 16)));
  const b = v128.or(v128.xor(v128.load(at, 32), v128.load(ids, 32)), v128.xor(v128.load(at, 48), v128.load(ids, 48)));
  return v128.or(v128.or(a, b), v128.xor(v128.load(at, 62), v128.load(ids, 62)));
}

/** VIEW_YES when the token whose opening quote is at `quote` begins like the YES token, else VIEW_NO. */
export function viewOf(quote: usize, ids: usize): u32 {
  return <u32>(load<u64>(quote, 1) !== load<u64>(ids, L.IDS_TOKENS + 1));
}

/**
 * Difference of the token in quotes that begins at `quote` from that of `view`. The closing quote is `more` bytes behind
 * where the shortest token has it. Up to 14 of them every byte is compared, and so the length is; no token known has
 * more, and then its closing quote differs.
 */
export function tokenDiffers(quote: usize, more: usize, ids: usize, view: u32): v128 {
  const text = ids + <usize>view * L.IDS_TOKEN_BYTES;
  const first = v128.xor(v128.load(quote), v128.load(text, L.IDS_TOKENS));
  const second = v128.xor(v128.load(quote, 16), v128.load(text, L.IDS_TOKENS + 16));
  const third = v128.xor(v128.load(quote, 32), v128.load(text, L.IDS_TOKENS + 32));
  const fourth = v128.xor(v128.load(quote, 48), v128.load(text, L.IDS_TOKENS + 48));
  // Ends with the closing quote, and overlaps the block before it.
  const end = v128.xor(v128.load(quote + more, 50), v128.load(text + more, L.IDS_TOKENS + 50));
  return v128.or(v128.or(v128.or(first, second), v128.or(third, fourth)), end);
}

/** Copies a token's text from its key entry, in quotes, unless that is unknown or of another length than tokens have. */
function learnToken(ids: usize, view: u32, entry: usize): void {
  const known = ids + <usize>view * 4;
  if (entry === 0 || load<u32>(known, L.IDS_LENGTHS) !== 0) return;
  const bytes = load<u32>(entry, L.KEY_LENGTH);
  if (bytes < <u32>L.IDS_TOKEN_MIN_BYTES || bytes > <u32>L.IDS_TOKEN_MAX_BYTES) return;
  const text = ids + L.IDS_TOKENS + <usize>view * L.IDS_TOKEN_BYTES;
  store<u8>(text, 0x22);
  memory.copy(text + 1, entry + L.KEY_TEXT, <usize>bytes);
  store<u8>(text + <usize>bytes, 0x22, 1);
  store<u32>(known, bytes, L.IDS_LENGTHS);
}

/** Takes in what the key table knows by now of `market`, whose MARKET_*_KEY words the slower path has filled. */
export function learnIds(market: u32): void {
  const ids = idsAt + <usize>market * L.IDS_BYTES;
  const at = marketsAt + <usize>market * L.MARKET_BYTES;
  const condition = <usize>load<u32>(at, L.MARKET_CONDITION_KEY);
  if (condition === 0 || load<u32>(condition, L.KEY_LENGTH) !== L.IDS_CONDITION_BYTES) return;
  learnToken(ids, L.VIEW_YES, <usize>load<u32>(at, L.MARKET_YES_KEY));
  learnToken(ids, L.VIEW_NO, <usize>load<u32>(at, L.MARKET_NO_KEY));
  if (load<u32>(ids, L.IDS_KNOWN) !== 0) return;
  // `{"market":"`, its last byte under the condition's first.
  store<u64>(ids, ((<u64>0x74656b72) << 32) | 0x616d227b);
  store<u32>(ids, 0x223a22, 8);
  memory.copy(ids + L.IDS_CONDITION, condition + L.KEY_TEXT, L.IDS_CONDITION_BYTES);
  store<u8>(ids, 0x22, L.IDS_HEAD_BYTES - 1);
  store<u32>(ids, market, L.IDS_MARKET);
  store<u32>(ids, 1, L.IDS_KNOWN);
  const hash = conditionHash(ids);
  let slot = (hash >> 1) & idSlotMask;
  while (load<u32>(idSlotsAt + <usize>slot * L.ID_SLOT_BYTES, L.ID_SLOT_AT) !== 0) slot = (slot + 1) & idSlotMask;
  const free = idSlotsAt + <usize>slot * L.ID_SLOT_BYTES;
  store<u32>(free, hash, L.ID_SLOT_HASH);
  store<u32>(free, <u32>ids, L.ID_SLOT_AT);
}
