// price_change frames in exactly the layout the venue sends: the fast path of fast paths. It guesses where everything
// stands, reads each change from both ends so that few reads wait for another, compares 16 bytes at a time and ORs what
// differs, so that a part of a change is judged by one branch. Ingest thread; writes STAGING.
//
// A record staged before the verdict is seen by nobody when the frame is not accepted. Whatever differs, however little,
// is FAST_NO: the slower paths read the frame again. This one never refuses, and accepts only what the generic path does.
import { acceptStaged } from './decode-stage';
import { differs, hits, pair, priceOf, sizeAt } from './fast-read';
import { hashBytes, hashTail, hexExcess } from './hex';
import { findIds, headDiffers, tokenBytes, tokenDiffers, viewOf } from './ids';
import * as L from './layout';
import * as T from './literal-table';
import { mirrorAmong } from './mirror-among';
import { gridsAt, idsAt, marketsAt, stagingAt, stagingSlots } from './regions';
import {
  digitBits,
  digitsAt,
  endingBits,
  fourDigits,
  LENGTH_SHIFT,
  thirteenDigits,
  usualSize,
  VALUE_MASK,
} from './swar';

const FAST_NO: i32 = i32.MIN_VALUE;
const PRICE_ONE_E4: u32 = 10000;
const TOKEN_AT: usize = 110; // behind the head and `, "price_changes":[{"asset_id":"`
const TYPE_BYTES: usize = 31; // `", "event_type":"price_change"}`
const STAMP_BYTES: usize = 13; // digits of a time since 2001 and until 2286
const CHANGE_BYTES_MIN: usize = 211; // from a token to the time behind the changes
const CLOSE_FROM: usize = 200; // the brace that ends a change stands 205 to 231 bytes behind where it begins
const CLOSE_TO_STAMP: usize = 17; // `}], "timestamp":"`
const HASH_TO_BID: usize = 55;
const QUOTE: u32 = 0x22;
const COLON_QUOTE: u32 = 0x223a;
const PART_LEVELS_MAX: u32 = 65535;
const ZERO_POINT: u32 = 0x2e30;
const WORD_SELL: u32 = 0x4c4c4553;

/** Bytes of digits that the eight bytes before `quote` end with. */
function topBytes(quote: usize): usize {
  return <usize>(endingBits(digitsAt(quote - 8)) >> 3);
}

/** priceE4 of the top that the quote at `quote` ends, whose topBytes are 1 to 4. */
function topE4(quote: usize): u32 {
  const word = digitsAt(quote - 8);
  return fourDigits(<u32>(word >> (64 - endingBits(word))));
}

/** True when what stands between the numbers of a change is not what the venue writes there. */
function piecesDiffer(token: usize, size: usize, side: usize, sale: usize, hash: usize, bid: usize, ask: usize): bool {
  const front = v128.or(differs(token + 1, T.PC_PRICE), differs(size - 11, T.PC_SIZE));
  const tops = v128.or(differs(ask - 15, T.PC_ASK), differs(bid - 15, T.PC_BID));
  const sides = v128.or(
    differs(hash - 16, T.PC_HASH + (sale << T.SALE_SHIFT)),
    differs(side, T.PC_SIDE + (sale << T.SALE_SHIFT)),
  );
  return v128.any_true(v128.or(v128.or(tops, sides), v128.and(front, v128.load(T.FIRST_11))));
}

/** True when behind the change that ends at `close` neither the time at `stamp` nor another change follows. */
function endDiffers(close: usize, stamp: usize): bool {
  if (close + CLOSE_TO_STAMP === stamp) {
    return v128.any_true(differs(close - 1, T.PC_CLOSE)) || <u32>load<u16>(close, 15) !== COLON_QUOTE;
  }
  return v128.any_true(differs(close - 1, T.PC_NEXT)) || <u32>load<u8>(close, 15) !== QUOTE;
}

/** MIRROR when a record before the one at `to` is what the change mirrors. */
function mirrorFlag(to: usize, word: u32, view: u32): u32 {
  if (to === stagingAt) return 0;
  const other = to - L.LEVEL_BYTES;
  if (other !== stagingAt) return mirrorAmong(stagingAt, to, word, view);
  const mirrors =
    <u32>(load<u32>(other, L.LEVEL_PRICE_E4) === word) & <u32>(<u32>load<u16>(other, L.LEVEL_VIEW) !== view);
  return mirrors * L.LEVEL_FLAG_MIRROR;
}

/** Stages the record of one change; `word` is its price and side. LAST is set when the part ends. */
function stageRecord(to: usize, head: u64, word: u32, view: u32, frameSeq: u32, sizeMicros: u64): void {
  const set = word | ((<u32>L.KIND_SET) << 24);
  const flags = mirrorFlag(to, set, view) | (view << 16);
  v128.store(to, pair(head, <u64>set | ((<u64>flags) << 32)));
  v128.store(to, pair(<u64>frameSeq, sizeMicros), 16);
}

/** Stages the FrameEnd at `to`, with the top and hash of the last change, which ends at `close`; answers all slots. */
function stageEnd(to: usize, close: usize, stamp: usize, head: u64, connection: u32, frameSeq: u32, recvNs: f64): i32 {
  const venueMs = thirteenDigits(stamp);
  const askE4 = topE4(close - 1);
  const bidQuote = close - 18 - topBytes(close - 1);
  const bidE4 = topE4(bidQuote);
  const hash = bidQuote - 2 - topBytes(bidQuote) - HASH_TO_BID;
  const view = <u32>load<u16>(to - L.LEVEL_BYTES, L.LEVEL_VIEW);
  const levels = <u32>((to - stagingAt) / L.LEVEL_BYTES);
  if (venueMs < 0 || askE4 === 0 || bidE4 === 0 || levels > PART_LEVELS_MAX) return FAST_NO;
  const folded = (PRICE_ONE_E4 - askE4) | ((PRICE_ONE_E4 - bidE4) << 16);
  const top = select<u32>(folded, bidE4 | (askE4 << 16), view !== 0);
  const stamped = select<u32>(L.FRAME_FLAG_STAMPED, 0, (frameSeq & L.STAMP_MASK) === 0);
  const flags = L.FRAME_FLAG_HAS_HASH | L.FRAME_FLAG_LAST | (view * L.FRAME_FLAG_HASH_NO_VIEW) | stamped;
  const kind = (connection & 0xffff) | ((<u32>L.KIND_FRAME_END) << 24);
  const bytes = hashBytes(hash);
  v128.store(to, pair(head, <u64>kind | ((<u64>(flags | (levels << 16))) << 32)));
  v128.store(to, f64x2.replace_lane(f64x2.splat(recvNs), 1, <f64>venueMs), 16);
  v128.store(to, pair(<u64>frameSeq | ((<u64>top) << 32), i64x2.extract_lane(bytes, 0)), 32);
  v128.store(to, pair(i64x2.extract_lane(bytes, 1), hashTail(hash)), 48);
  const last = to - L.LEVEL_BYTES;
  store<u16>(last, load<u16>(last, L.LEVEL_FLAGS) | L.LEVEL_FLAG_LAST, L.LEVEL_FLAGS);
  store<u32>(marketsAt + <usize>(<u32>head) * L.MARKET_BYTES, connection, L.MARKET_CONNECTION);
  acceptStaged(to + L.FRAME_END_BYTES, <u32>head);
  return <i32>(levels + L.FRAME_END_SLOTS);
}

/** True when the frame does not begin and end like a price_change of the market of `ids`. */
function frameDiffers(at: usize, stamp: usize, ids: usize): bool {
  const opening = v128.or(headDiffers(at, ids), v128.or(differs(at + 78, T.PC_OPEN), differs(at + 94, T.PC_OPEN_REST)));
  return v128.any_true(v128.or(opening, v128.or(differs(stamp + 13, T.PC_TYPE), differs(stamp + 28, T.PC_TYPE_REST))));
}

/** True when price, bid or ask does not begin with `0.`. */
function pointsDiffer(token: usize, ask: usize, bid: usize): bool {
  const points = <u32>load<u16>(ask) | ((<u32>load<u16>(bid)) << 16);
  return ((points ^ ((ZERO_POINT << 16) | ZERO_POINT)) | (<u32>load<u16>(token, 12) ^ ZERO_POINT)) !== 0;
}

/** Decodes the frame from `at` to `end`; answers the slots staged or FAST_NO. */
export function fastChanges(at: usize, end: usize, connection: u32, frameSeq: u32, recvNs: f64): i32 {
  const ids = findIds(at);
  const stamp = end - TYPE_BYTES - STAMP_BYTES;
  if (ids === 0) return FAST_NO;
  // Known from where the ids lie, so that the market is loaded at the same time.
  const market = <u32>((ids - idsAt) / L.IDS_BYTES);
  const marketAt = marketsAt + <usize>market * L.MARKET_BYTES;
  const head = <u64>market | ((<u64>load<u32>(marketAt, L.MARKET_EPOCH)) << 32);
  const factor = load<u32>(gridsAt + <usize>load<u32>(marketAt, L.MARKET_GRID) * L.GRID_BYTES, L.GRID_FACTOR);
  if (frameDiffers(at, stamp, ids)) return FAST_NO;
  const roomEnd = stagingAt + <usize>stagingSlots * L.RING_SLOT_BYTES - L.LEVEL_BYTES - L.FRAME_END_BYTES;
  let next = at + TOKEN_AT;
  let to = stagingAt;
  let close: usize = 0;
  do {
    // What others wait for goes first: both ends, then from each towards the middle.
    if (next + CHANGE_BYTES_MIN > stamp || to > roomEnd) return FAST_NO;
    close = next + CLOSE_FROM;
    close += <usize>ctz(hits(close, T.EACH_BRACE) | (hits(close + 16, T.EACH_BRACE) << 16));
    const bytes = <usize>L.IDS_TOKEN_MIN_BYTES + <usize>ctz(hits(next + L.IDS_TOKEN_MIN_BYTES, T.EACH_QUOTE));
    const token = next + bytes;
    const askBytes = topBytes(close - 1);
    const ask = close - 3 - askBytes;
    const priceWord = digitsAt(token + 14);
    const priceBits = digitBits(priceWord);
    const size = token + 25 + <usize>(priceBits >> 3);
    const bidBytes = topBytes(ask - 15);
    const bid = ask - 17 - bidBytes;
    const hash = bid - HASH_TO_BID;
    const sale = <usize>(load<u32>(hash - 15) === WORD_SELL);
    const side = hash - 25 - sale;
    const view = viewOf(next, ids);
    if (v128.any_true(tokenDiffers(next, bytes, ids, view)) || <u32>bytes !== tokenBytes(ids, view)) return FAST_NO;
    if (piecesDiffer(token, size, side, sale, hash, bid, ask) || v128.any_true(hexExcess(hash))) return FAST_NO;
    const priceE4 = priceOf(priceWord, priceBits, view, factor);
    let sizeMicros = sizeAt(size);
    if (sizeMicros < 0) sizeMicros = usualSize(size);
    if (sizeMicros < 0) return FAST_NO;
    if (size + <usize>(sizeMicros >> LENGTH_SHIFT) !== side || priceE4 >> 32 !== 0) return FAST_NO;
    if (pointsDiffer(token, ask, bid) || askBytes - 1 > 3 || bidBytes - 1 > 3 || endDiffers(close, stamp))
      return FAST_NO;
    stageRecord(to, head, <u32>priceE4 | ((<u32>sale ^ view) << 16), view, frameSeq, <u64>sizeMicros & <u64>VALUE_MASK);
    to += L.LEVEL_BYTES;
    next = close + 16;
  } while (next + 1 !== stamp);
  return stageEnd(to, close, stamp, head, connection, frameSeq, recvNs);
}
