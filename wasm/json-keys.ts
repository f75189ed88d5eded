// Names of the members that the decoders read, as numbers: a key's first word is hashed to the one place in a table
// where it can be, and compared there. No branch depends on which key it is, as their order is not known. Ingest thread.
//
// The table is built by the first frame, as the module has no static data. The hash is perfect for the keys below, found
// by trial; another key needs another multiplier, which buildKeys refuses to be without.

import * as L from './layout';
import { TOKEN_KEY_BYTES, TOKEN_KEY_NUMBER, TOKEN_KEY_WORD1, TOKEN_KEYS_SHIFT, TOKENS_KEYS } from './layout';
import { tokensAt } from './regions';
import * as T from './words';

// Numbers of the keys, below 32. 0 is any other key, whose value nobody reads.
export const KEY_NONE: u32 = 0;
export const KEY_MARKET_ID: u32 = 1;
export const KEY_ASSET_ID: u32 = 2;
export const KEY_TIMESTAMP: u32 = 3;
export const KEY_BOOK_HASH: u32 = 4;
export const KEY_BIDS: u32 = 5;
export const KEY_ASKS: u32 = 6;
export const KEY_TICK_SIZE: u32 = 7;
export const KEY_EVENT_TYPE: u32 = 8;
export const KEY_PRICE_CHANGES: u32 = 9;
export const KEY_CHANGES: u32 = 10;
export const KEY_PRICE: u32 = 11;
export const KEY_SIZE: u32 = 12;
export const KEY_SIDE: u32 = 13;
export const KEY_BEST_BID: u32 = 14;
export const KEY_BEST_ASK: u32 = 15;
export const KEY_TYPE: u32 = 16;
export const KEY_SID: u32 = 17;
export const KEY_SEQ: u32 = 18;
export const KEY_MSG: u32 = 19;
export const KEY_TICKER: u32 = 20;
export const KEY_YES_LEVELS: u32 = 21;
export const KEY_NO_LEVELS: u32 = 22;
export const KEY_PRICE_DOLLARS: u32 = 23;
export const KEY_DELTA_FP: u32 = 24;
export const KEY_TS_MS: u32 = 25;
export const KEY_COUNT_FP: u32 = 26;
export const KEY_TAKER_SIDE: u32 = 27;
export const KEY_YES_PRICE: u32 = 28;
/** What an element of an array has for a key. */
export const KEY_ELEMENT: u32 = 31;

const MULTIPLIER: u64 = ((<u64>0xbc23a499) << 32) | 0xea09e547;

let built: bool = false;

function placeOf(word0: u64): usize {
  return tokensAt + TOKENS_KEYS + <usize>((word0 * MULTIPLIER) >> TOKEN_KEYS_SHIFT) * TOKEN_KEY_BYTES;
}

function addKey(key: u32, word0: u64, word1: u64): void {
  const place = placeOf(word0);
  store<u64>(place, word0);
  store<u64>(place, word1, TOKEN_KEY_WORD1);
  store<u32>(place, key, TOKEN_KEY_NUMBER);
}

/** Builds the table once per instance. */
export function buildKeys(): void {
  if (built) return;
  built = true;
  v128.store(tokensAt, i8x16.splat(0x22), L.TOKENS_ALL_QUOTES);
  v128.store(tokensAt, i8x16.splat(0x5c), L.TOKENS_ALL_BACKSLASHES);
  v128.store(tokensAt, i8x16.splat(0x20), L.TOKENS_ALL_SPACES);
  v128.store(tokensAt, i8x16.splat(0x09), L.TOKENS_ALL_TABS);
  v128.store(tokensAt, i8x16.splat(0x0a), L.TOKENS_ALL_LINE_FEEDS);
  v128.store(tokensAt, i8x16.splat(0x0d), L.TOKENS_ALL_RETURNS);
  addKey(KEY_MARKET_ID, T.TEXT_MARKET, 0);
  addKey(KEY_ASSET_ID, T.TEXT_ASSET_ID, 0);
  addKey(KEY_TIMESTAMP, T.TEXT_TIMESTAMP_0, T.TEXT_TIMESTAMP_1);
  addKey(KEY_BOOK_HASH, T.TEXT_HASH, 0);
  addKey(KEY_BIDS, T.TEXT_BIDS, 0);
  addKey(KEY_ASKS, T.TEXT_ASKS, 0);
  addKey(KEY_TICK_SIZE, T.TEXT_TICK_SIZE_0, T.TEXT_TICK_SIZE_1);
  addKey(KEY_EVENT_TYPE, T.TEXT_EVENT_TYPE_0, T.TEXT_EVENT_TYPE_1);
  addKey(KEY_PRICE_CHANGES, T.TEXT_PRICE_CHANGES_0, T.TEXT_PRICE_CHANGES_1);
  addKey(KEY_CHANGES, T.TEXT_CHANGES, 0);
  addKey(KEY_PRICE, T.TEXT_PRICE, 0);
  addKey(KEY_SIZE, T.TEXT_SIZE, 0);
  addKey(KEY_SIDE, T.TEXT_SIDE, 0);
  addKey(KEY_BEST_BID, T.TEXT_BEST_BID, 0);
  addKey(KEY_BEST_ASK, T.TEXT_BEST_ASK, 0);
  addKey(KEY_TYPE, T.TEXT_TYPE, 0);
  addKey(KEY_SID, T.TEXT_SID, 0);
  addKey(KEY_SEQ, T.TEXT_SEQ, 0);
  addKey(KEY_MSG, T.TEXT_MSG, 0);
  addKey(KEY_TICKER, T.TEXT_MARKET_TICKER_0, T.TEXT_MARKET_TICKER_1);
  addKey(KEY_YES_LEVELS, T.TEXT_YES_DOLLARS_FP_0, T.TEXT_YES_DOLLARS_FP_1);
  addKey(KEY_NO_LEVELS, T.TEXT_NO_DOLLARS_FP_0, T.TEXT_NO_DOLLARS_FP_1);
  addKey(KEY_PRICE_DOLLARS, T.TEXT_PRICE_DOLLARS_0, T.TEXT_PRICE_DOLLARS_1);
  addKey(KEY_DELTA_FP, T.TEXT_DELTA_FP, 0);
  addKey(KEY_TS_MS, T.TEXT_TS_MS, 0);
  addKey(KEY_COUNT_FP, T.TEXT_COUNT_FP, 0);
  addKey(KEY_TAKER_SIDE, T.TEXT_TAKER_SIDE_0, T.TEXT_TAKER_SIDE_1);
}

/** Number of the key of `bytes` bytes, at most 15, whose first 16 bytes and what follows them are the words given. */
export function shortKey(low: u64, high: u64, bytes: u32): u32 {
  const bits = (<u64>bytes) << 3;
  const long = bytes >= 8;
  const mask = ((<u64>1) << (bits & 63)) - 1; // of the word that the key ends in
  const word0 = select<u64>(low, low & mask, long);
  const word1 = select<u64>(high & mask, 0, long);
  const place = placeOf(word0);
  const differs = (load<u64>(place) ^ word0) | (load<u64>(place, TOKEN_KEY_WORD1) ^ word1);
  return select<u32>(load<u32>(place, TOKEN_KEY_NUMBER), KEY_NONE, differs === 0);
}

/** Number of the key of 16 bytes and more at `at`. */
export function longKey(at: usize, bytes: usize): u32 {
  const same =
    bytes === 17 &&
    load<u64>(at) === T.TEXT_YES_PRICE_DOLLARS_0 &&
    load<u64>(at, 8) === T.TEXT_YES_PRICE_DOLLARS_1 &&
    <u64>load<u8>(at, 16) === T.TEXT_YES_PRICE_DOLLARS_2;
  return same ? KEY_YES_PRICE : KEY_NONE;
}
