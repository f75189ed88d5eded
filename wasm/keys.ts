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

/** Word `word` (0..3) of the last 16 bytes of a key shorter than that, zero padded. */
function shortWord(at: usize, bytes: u32, word: u32): u32 {
  let value: u32 = 0;
  for (let index = word * 4; index < word * 4 + 4 && index < bytes; index += 1) {
    value |= (<u32>load<u8>(at + <usize>index)) << ((index & 3) * 8);
  }
  return value;
}

/** Mixes the four words of a key's last 16 bytes and its length; never 0. */
function mixKey(word0: u32, word1: u32, word2: u32, word3: u32, bytes: u32): u32 {
  const even = (word0 * 0x9e3779b1) ^ (word1 * 0x85ebca6b);
  const odd = (word2 * 0xc2b2ae35) ^ (word3 * 0x27d4eb2f);
  let hash = even + ((odd << 13) | (odd >> 19)) + bytes;
  hash = (hash ^ (hash >> 15)) * 0x2c1b3c6d;
  hash ^= hash >> 16;
  return hash === 0 ? 1 : hash;
}

/** Hash over the last 16 bytes and the length; never 0. */
export function keyHash(at: usize, bytes: u32): u32 {
  if (bytes >= HASHED_TAIL_BYTES) {
    const tail = at + <usize>(bytes - HASHED_TAIL_BYTES);
    return mixKey(load<u32>(tail), load<u32>(tail, 4), load<u32>(tail, 8), load<u32>(tail, 12), bytes);
  }
  return mixKey(
    shortWord(at, bytes, 0),
    shortWord(at, bytes, 1),
    shortWord(at, bytes, 2),
    shortWord(at, bytes, 3),
    bytes,
  );
}

/** True when the entry's key is exactly the `bytes` bytes at `at`. */
export function keyEquals(entry: usize, at: usize, bytes: u32): bool {
  if (load<u32>(entry, KEY_LENGTH) !== bytes) return false;
  const text = entry + KEY_TEXT;
  if (bytes < 16) {
    for (let offset: u32 = 0; offset < bytes; offset += 1) {
      if (load<u8>(text + <usize>offset) !== load<u8>(at + <usize>offset)) return false;
    }
    return true;
  }
  // The last block overlaps the one before it.
  const last = <usize>bytes - 16;
  let differs = v128.xor(v128.load(text + last), v128.load(at + last));
  for (let offset: usize = 0; offset < last; offset += 16) {
    differs = v128.or(differs, v128.xor(v128.load(text + offset), v128.load(at + offset)));
  }
  return !v128.any_true(differs);
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
