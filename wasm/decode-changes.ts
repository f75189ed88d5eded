// price_change frames in exactly the layout the venue sends: the fast path of fast paths. It guesses where everything
// stands, reads each change from both ends so that few reads wait for another, compares 16 bytes at a time and ORs what
// differs, so that a part of a change is judged by one branch. Ingest thread; writes STAGING.
//
// A record staged before the verdict is seen by nobody when the frame is not accepted. Whatever differs, however little,
// is FAST_NO: the slower paths read the frame again. This one never refuses, and accepts only what the generic path does.
import { acceptStaged } from './decode-stage';
import { pair, priceOf, sizeOf } from './fast-read';
import { hashBytes, hashTail, hexExcess } from './hex';
import { findIds, headDiffers, tokenDiffers, viewOf } from './ids';
import * as L from './layout';
import * as T from './literal-table';
import { mirrorAmong } from './mirror-among';
import { gridsAt, idsAt, marketsAt, stagingAt, stagingSlots } from './regions';
import {
  digitBits,
  digitsAt,
  LENGTH_SHIFT,
  quotedAt,
  quotedBits,
  quotedE4,
  stampAt,
  usualSize,
  VALUE_MASK,
} from './swar';

// A change is read through a few bases, each the place of a neighbour less the bytes by which their distance varies, so
// that most of what lies beside a base is at a distance known to the compiler:
//   quote  its token's opening quote
//   token  that and the bytes by which the token is longer than the shortest: its closing quote is at 65
//   price  that and the digits of the price: the size begins at 90
//   brace  the opening quote and the place of the closing brace in its window: the brace is at 201
//   ask    that less the digits of the best ask and 1: the ask begins at 199, its piece at 185
//   bid    that less the digits of the best bid and 1: the bid begins at 183, its piece at 169, the hash at 128
//          and the quote that ends the size at 103, or at 102 before a sale
const FAST_NO: i32 = i32.MIN_VALUE;
const PRICE_ONE_E4: u32 = 10000;
const QUOTE_AT: usize = 109; // behind the head and `, "price_changes":[{"asset_id":`
const TYPE_BYTES: usize = 31; // `", "event_type":"price_change"}`
const STAMP_BYTES: usize = 13; // digits of a time since 2001 and until 2286
const CHANGE_BYTES_MIN = 212; // from a token's quote to the time behind the changes
const BRACE_TO_NEXT: usize = 216; // from the base to the opening quote behind the next `asset_id`
const BRACE_TO_STAMP: usize = 218; // or to the time behind the last change
const SIZE_AT: usize = 90;
const HASH_AT: usize = 128;
const SIDE_LESS_SIZE: usize = 13;
const TOKEN_TOO_LONG: i32 = 0x8000; // a token that ends here or later differs from every one known
const SIZE_COMPARED_BYTES: u32 = 11; // that sizeDiffers sees; a longer size is read each time
const QUOTE_HIGH: u64 = (<u64>0x22) << 32;
const PART_LEVELS_MAX: u32 = 65535;
const SET_WORD: u32 = (<u32>L.KIND_SET) << 24;
const WORD_SELL: u32 = 0x4c4c4553;

/** True when the token is not that of `view`, or behind the change comes neither another nor the end. */
function idsDiffer(quote: usize, more: usize, ids: usize, view: u32, brace: usize, last: usize): bool {
  const end = v128.xor(v128.load(brace, 200), v128.load(last << T.CLOSE_SHIFT, T.PC_NEXT));
  return v128.any_true(v128.or(tokenDiffers(quote, more, ids, view), end));
}

/** True when what stands between the numbers of a change is not what the venue writes there. */
function piecesDiffer(token: usize, price: usize, ask: usize, bid: usize, sale: usize): bool {
  const front = v128.and(v128.xor(v128.load(token, 66), v128.load(T.PC_PRICE)), v128.load(T.FIRST_13));
  const size = v128.and(v128.xor(v128.load(price, 79), v128.load(T.PC_SIZE)), v128.load(T.FIRST_11));
  const tops = v128.or(
    v128.xor(v128.load(ask, 185), v128.load(T.PC_ASK)),
    v128.xor(v128.load(bid, 169), v128.load(T.PC_BID)),
  );
  const piece = sale << T.SALE_SHIFT;
  const sides = v128.or(
    v128.xor(v128.load(bid, 112), v128.load(piece, T.PC_HASH)),
    v128.xor(v128.load(bid - sale, 103), v128.load(piece, T.PC_SIDE)),
  );
  return v128.any_true(v128.or(v128.or(tops, sides), v128.or(front, size)));
}

/** Micros of the `bytes` bytes of size behind `price` | bytes << LENGTH_SHIFT, or a negative value. */
function readSize(price: usize, bytes: u32): i64 {
  const sizeMicros = sizeOf(price + SIZE_AT, bytes);
  if (sizeMicros >= 0) return sizeMicros | ((<i64>bytes) << LENGTH_SHIFT);
  const rare = usualSize(price + SIZE_AT);
  return rare >> LENGTH_SHIFT === <i64>bytes ? rare : -1;
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

/** Stages the record of one change; `word` is its price and side. */
function stageRecord(to: usize, head: u64, word: u32, view: u32, last: u32, frameSeq: u32, size: i64): void {
  const set = word | SET_WORD;
  const flags = mirrorFlag(to, set, view) | (last * L.LEVEL_FLAG_LAST) | (view << 16);
  v128.store(to, pair(head, <u64>set | ((<u64>flags) << 32)));
  v128.store(to, pair(<u64>frameSeq, <u64>(size & VALUE_MASK)), 16);
}

/** Stages the FrameEnd at `to`, with the top and hash of the last change, whose base is `brace`; answers all slots. */
function stageEnd(to: usize, brace: usize, stamp: usize, head: u64, connection: u32, frameSeq: u32, recvNs: f64): i32 {
  const venueMs = stampAt(stamp);
  const askWord = quotedAt(brace + 193);
  const askBits = quotedBits(askWord);
  const ask = brace - <usize>(askBits >> 3);
  const bidWord = quotedAt(ask + 177);
  const bidBits = quotedBits(bidWord);
  const hash = ask - <usize>(bidBits >> 3) + HASH_AT;
  const askE4 = quotedE4(askWord, askBits);
  const bidE4 = quotedE4(bidWord, bidBits);
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
  store<u32>(marketsAt + <usize>(<u32>head) * L.MARKET_BYTES, connection, L.MARKET_CONNECTION);
  acceptStaged(to + L.FRAME_END_BYTES, <u32>head);
  return <i32>(levels + L.FRAME_END_SLOTS);
}

/** True unless the staging area holds the changes of any frame of `bytes` bytes. */
function mayOverflow(bytes: i32): bool {
  return bytes > (<i32>stagingSlots - L.FRAME_END_SLOTS) * CHANGE_BYTES_MIN;
}

/** Base of the brace that closes the change. */
function braceOf(quote: usize): usize {
  const near = i8x16.bitmask(i8x16.eq(v128.load(quote, 201), v128.load(T.EACH_BRACE)));
  const far = i8x16.bitmask(i8x16.eq(v128.load(quote, 217), v128.load(T.EACH_BRACE)));
  return quote + <usize>ctz(near | (far << 16));
}

/** Bytes by which the token is longer than the shortest; 15 when it is no token of a known length. */
function moreOf(quote: usize): usize {
  return <usize>ctz(i8x16.bitmask(i8x16.eq(v128.load(quote, 65), v128.load(T.EACH_QUOTE))) | TOKEN_TOO_LONG);
}

/**
 * With a bit above 31 when something is wrong: a best price without digits, or no quote behind the bid or the hash. Of
 * what has more than four digits the piece before it differs.
 */
function topsWrong(askBits: u64, bidBits: u64, bidWord: u64, bid: usize): u64 {
  return (askBits - 16) | (bidBits - 16) | (bidWord >> 24) | (((<u64>load<u8>(bid, 168)) << 32) ^ QUOTE_HIGH);
}

/** 1 when the blocks around the sizes behind the two prices differ, else 0: 5 bytes before them, 11 of them. */
function sizeDiffers(price: usize, other: usize): u32 {
  return <u32>v128.any_true(v128.xor(v128.load(price, SIZE_AT - 5), v128.load(other, SIZE_AT - 5)));
}

/** True when the frame does not begin and end like a price_change of the market of `ids`. */
function frameDiffers(at: usize, stamp: usize, ids: usize): bool {
  const open = v128.or(
    v128.xor(v128.load(at, 78), v128.load(T.PC_OPEN)),
    v128.xor(v128.load(at, 94), v128.load(T.PC_OPEN_REST)),
  );
  const type = v128.or(
    v128.xor(v128.load(stamp, 13), v128.load(T.PC_TYPE)),
    v128.xor(v128.load(stamp, 28), v128.load(T.PC_TYPE_REST)),
  );
  return v128.any_true(v128.or(headDiffers(at, ids), v128.or(open, type)));
}

/** Decodes the frame from `at` to `end`; answers the slots staged or FAST_NO. */
export function fastChanges(at: usize, end: usize, connection: u32, frameSeq: u32, recvNs: f64): i32 {
  const ids = findIds(at);
  const stamp = end - TYPE_BYTES - STAMP_BYTES;
  if (ids === 0 || mayOverflow(<i32>(end - at))) return FAST_NO;
  // Known from where the ids lie, so that the market is loaded at the same time.
  const market = <u32>((ids - idsAt) / L.IDS_BYTES);
  const marketAt = marketsAt + <usize>market * L.MARKET_BYTES;
  const head = <u64>market | ((<u64>load<u32>(marketAt, L.MARKET_EPOCH)) << 32);
  const factor = load<u32>(gridsAt + <usize>load<u32>(marketAt, L.MARKET_GRID) * L.GRID_BYTES, L.GRID_FACTOR);
  if (frameDiffers(at, stamp, ids)) return FAST_NO;
  let quote = at + QUOTE_AT;
  let to = stagingAt;
  let brace: usize = 0;
  let size: i64 = -1;
  let sizePrice = at;
  do {
    // What others wait for goes first: both ends, then from each towards the middle.
    if (quote + CHANGE_BYTES_MIN > stamp) return FAST_NO;
    brace = braceOf(quote);
    const more = moreOf(quote);
    const askBits = quotedBits(quotedAt(brace + 193));
    const ask = brace - <usize>(askBits >> 3);
    const priceWord = digitsAt(quote + more + 79);
    const priceBits = digitBits(priceWord);
    const price = quote + more + <usize>(priceBits >> 3);
    const bidWord = quotedAt(ask + 177);
    const bidBits = quotedBits(bidWord);
    const bid = ask - <usize>(bidBits >> 3);
    const sale = <usize>(load<u32>(bid, 113) === WORD_SELL);
    const last = <usize>(brace + BRACE_TO_STAMP === stamp);
    const view = viewOf(quote, ids);
    // No more at a time than there are registers: the compiler loads all that a branch waits for before it compares.
    if (idsDiffer(quote, more, ids, view, brace, last)) return FAST_NO;
    if (piecesDiffer(quote + more, price, ask, bid, sale)) return FAST_NO;
    if (v128.any_true(hexExcess(bid + HASH_AT))) return FAST_NO;
    const priceE4 = priceOf(priceWord, priceBits, view, factor);
    if ((priceE4 | topsWrong(askBits, bidBits, bidWord, bid)) >> 32 !== 0) return FAST_NO;
    // Mostly the size is that of the change before, which was read already.
    const bytes = <u32>(bid - sale + SIDE_LESS_SIZE - price);
    if ((sizeDiffers(price, sizePrice) | (<u32>(size >> LENGTH_SHIFT) ^ bytes)) !== 0) {
      size = readSize(price, bytes);
      sizePrice = bytes > SIZE_COMPARED_BYTES ? at : price;
      if (size < 0) return FAST_NO;
    }
    stageRecord(to, head, <u32>priceE4 | ((<u32>sale ^ view) << 16), view, <u32>last, frameSeq, size);
    to += L.LEVEL_BYTES;
    quote = brace + BRACE_TO_NEXT;
  } while (quote + 2 !== stamp);
  return stageEnd(to, brace, stamp, head, connection, frameSeq, recvNs);
}
