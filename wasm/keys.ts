// Key lookup: a token, condition id or ticker in the frame to its entry in the key table. Ingest thread reads; the
// table is written by engine/venue/markets.ts, whose keyHash must answer the same.
import {
  KEY_BYTES,
  KEY_HASH,
  KEY_LENGTH,
  KEY_MARKET,
  KEY_TEXT,
  KEY_VIEW,
  MARKET_BYTES,
  MARKET_VENUE,
  VIEW_CONDITION,
} from './layout';
import { keyMask, keysAt, marketsAt } from './regions';

const HASHED_TAIL_BYTES: u32 = 16;

/** FNV-1a over the last 16 bytes and the length; never 0. */
export function keyHash(at: usize, bytes: u32): u32 {
  let hash: u32 = 0x811c9dc5 ^ bytes;
  const end = at + <usize>bytes;
  for (let p = bytes > HASHED_TAIL_BYTES ? end - HASHED_TAIL_BYTES : at; p < end; p += 1) {
    hash = (hash ^ <u32>load<u8>(p)) * 0x01000193;
  }
  return hash === 0 ? 1 : hash;
}

/** True when the entry's key is exactly the `bytes` bytes at `at`. */
export function keyEquals(entry: usize, at: usize, bytes: u32): bool {
  if (load<u32>(entry, KEY_LENGTH) !== bytes) return false;
  const text = entry + KEY_TEXT;
  let offset: u32 = 0;
  if (bytes >= 16) {
    // The last block overlaps the one before it, so that no byte is compared alone.
    const lastAt = <usize>(bytes - 16);
    let differs = v128.xor(v128.load(text + lastAt), v128.load(at + lastAt));
    for (; offset + 16 < bytes; offset += 16) {
      const block = v128.xor(v128.load(text + <usize>offset), v128.load(at + <usize>offset));
      differs = v128.or(differs, block);
    }
    return !v128.any_true(differs);
  }
  while (offset < bytes) {
    if (load<u8>(text + <usize>offset) !== load<u8>(at + <usize>offset)) return false;
    offset += 1;
  }
  return true;
}

/** Address of the entry of this venue's condition (`condition` true) or token or ticker, 0 = not registered. */
export function findKey(venue: u32, at: usize, bytes: u32, condition: bool): usize {
  const hash = keyHash(at, bytes);
  let slot = hash & keyMask;
  for (let probe: u32 = 0; probe <= keyMask; probe += 1) {
    const entry = keysAt + <usize>slot * KEY_BYTES;
    const stored = load<u32>(entry, KEY_HASH);
    if (stored === 0) return 0;
    if (stored === hash && (load<u32>(entry, KEY_VIEW) === VIEW_CONDITION) === condition) {
      const market = marketsAt + <usize>load<u32>(entry, KEY_MARKET) * MARKET_BYTES;
      if (load<u32>(market, MARKET_VENUE) === venue && keyEquals(entry, at, bytes)) return entry;
    }
    slot = (slot + 1) & keyMask;
  }
  return 0;
}
