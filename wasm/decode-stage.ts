// Staging of one frame's records: levels in order, a FrameEnd per run of the same market and kind, the verdict at the
// end. Ingest thread; the only writer of the STAGING region and of the decoder's scratch words in MARKETS.
//
// Nothing staged is seen by anybody before publish(), so a frame that is refused half way leaves no record behind.
import { hashBytes, hashTail } from './hex';
import * as L from './layout';
import { mirrorAmong } from './mirror-among';
import { count, marketsAt, stagingAt, stagingSlots } from './regions';

/** More levels than FRAME_END_LEVELS can count. */
const PART_LEVELS_MAX: u32 = 65535;
const PRICE_ONE_E4: u32 = 10000;

let calls: u32 = 0; // decode calls, never 0 inside one: what "in this frame" means for the scratch words
let fault: i32 = -1; // first REJECT_* of the frame
let staged: u32 = 0; // slots written
let frameSeq: u32 = 0;
let connection: u32 = 0;
let recvNs: f64 = 0;
let named: u32 = L.NO_MARKET; // market of the last key found

let partMarket: u32 = L.NO_MARKET;
let partKind: i32 = 0;
let partFirst: u32 = 0; // slot of its first record
let partOpen: bool = false;
let partFlags: u32 = 0;
let partVenueMs: f64 = 0;
let partBidE4: u32 = L.NO_TOP_E4;
let partAskE4: u32 = L.NO_TOP_E4;
let partHashAt: usize = 0;
let partSeq: u32 = 0;
let partSid: u32 = 0;

let need: i32 = 0; // DECODE_NEED_*, first met
let needMarketIndex: u32 = L.NO_MARKET;
let needTick: u32 = 0;
let needTokenAt: usize = 0;
let needTokenBytes: u32 = 0;
let needConditionAt: usize = 0;
let needConditionBytes: u32 = 0;

export function beginFrame(connectionId: u32, seq: u32, receivedNs: f64): void {
  calls += 1;
  if (calls === 0) calls = 1;
  fault = -1;
  staged = 0;
  frameSeq = seq;
  connection = connectionId;
  recvNs = receivedNs;
  named = L.NO_MARKET;
  partOpen = false;
  need = 0;
}

/** Refuses the frame for the REJECT_* cause; the first cause stands. */
export function refuse(cause: i32): void {
  if (fault < 0) fault = cause;
}

export function refused(): bool {
  return fault >= 0;
}

/** What decode answers for the frame as staged. */
export function endFrame(): i32 {
  closePart();
  if (fault >= 0) return -(L.DECODE_REJECT_BASE + fault);
  if (need !== 0) return need;
  if (staged === 0) return L.DECODE_IGNORED;
  const last = stagingAt + <usize>(staged - L.FRAME_END_SLOTS) * L.RING_SLOT_BYTES;
  store<u16>(last, load<u16>(last, L.FRAME_END_FLAGS) | L.FRAME_FLAG_LAST, L.FRAME_END_FLAGS);
  return <i32>staged;
}

/** The host must register this market or token before the frame can be decoded. */
export function needMarket(tokenAt: usize, tokenBytes: u32, conditionAt: usize, conditionBytes: u32): void {
  if (need !== 0) return;
  need = L.DECODE_NEED_MARKET;
  needMarketIndex = L.NO_MARKET;
  needTokenAt = tokenAt;
  needTokenBytes = tokenBytes;
  needConditionAt = conditionAt;
  needConditionBytes = conditionBytes;
}

/** The host must change the market's grid to `tickE4` before the frame can be decoded. */
export function needGrid(market: u32, tickE4: u32): void {
  if (need !== 0) return;
  need = L.DECODE_NEED_GRID;
  needMarketIndex = market;
  needTick = tickE4;
}

/** Notes the market a frame speaks of, for a refusal to make STALE. */
export function nameMarket(market: u32): void {
  named = market;
}

export function marketAt(market: u32): usize {
  return marketsAt + <usize>market * L.MARKET_BYTES;
}

/** Address where the next record goes when the staging area has room, else 0 and the frame is refused. */
function room(slots: u32): usize {
  if (staged + slots > stagingSlots) {
    refuse(L.REJECT_TOO_MANY_LEVELS);
    return 0;
  }
  const at = stagingAt + <usize>staged * L.RING_SLOT_BYTES;
  staged += slots;
  return at;
}

/** Opens a part for `market`, or goes on with the open one when market and kind are the same. */
export function openPart(market: u32, kind: i32, flags: u32, venueMs: f64): void {
  if (partOpen && (partMarket !== market || partKind !== kind)) closePart();
  if (!partOpen) {
    partOpen = true;
    partMarket = market;
    partKind = kind;
    partFirst = staged;
    partFlags = 0;
    partBidE4 = L.NO_TOP_E4;
    partAskE4 = L.NO_TOP_E4;
    partHashAt = 0;
    partSeq = 0;
    partSid = 0;
  }
  partFlags |= flags;
  partVenueMs = venueMs;
}

/** The last hash of the part stands: 40 hex digits at `at`. */
export function partHash(at: usize, view: u32): void {
  partHashAt = at;
  const kept = (partFlags & ~(<u32>L.FRAME_FLAG_HASH_NO_VIEW)) | L.FRAME_FLAG_HAS_HASH;
  partFlags = select<u32>(kept | L.FRAME_FLAG_HASH_NO_VIEW, kept, view === L.VIEW_NO);
}

/** The last top of the part stands, folded; NO_TOP_E4 twice for none. */
export function partTop(bidE4: u32, askE4: u32): void {
  partBidE4 = bidE4;
  partAskE4 = askE4;
}

export function partSequence(sid: u32, seq: u32): void {
  partSid = sid;
  partSeq = seq;
  partFlags |= L.FRAME_FLAG_HAS_SEQ;
}

/** Stages one Level, CLEAR or TRADE of the open part. */
export function stageLevel(kind: u32, side: u32, priceE4: u32, sizeMicros: i64, view: u32, flags: u32): void {
  const at = room(L.LEVEL_SLOTS);
  if (at === 0) return;
  store<u32>(at, partMarket, L.LEVEL_MARKET);
  store<u32>(at, partMarket === L.NO_MARKET ? 0 : load<u32>(marketAt(partMarket), L.MARKET_EPOCH), L.LEVEL_EPOCH);
  store<u32>(at, priceE4 | (side << 16) | (kind << 24), L.LEVEL_PRICE_E4);
  store<u32>(at, flags | (view << 16), L.LEVEL_FLAGS);
  store<u64>(at, <u64>frameSeq, L.LEVEL_FRAME_SEQ);
  store<i64>(at, sizeMicros, L.LEVEL_SIZE_MICROS);
}

/** Stages the CLEAR that begins a snapshot; answers the flags its levels carry: MIRROR for the other token's. */
export function stageSnapshot(view: u32): u32 {
  let mirror: u32 = 0;
  if (partMarket !== L.NO_MARKET) {
    const market = marketAt(partMarket);
    if (load<u32>(market, L.MARKET_SNAPSHOT_FRAME) !== calls) {
      store<u32>(market, calls, L.MARKET_SNAPSHOT_FRAME);
      store<u32>(market, view, L.MARKET_SNAPSHOT_VIEW);
    } else if (load<u32>(market, L.MARKET_SNAPSHOT_VIEW) !== view) {
      mirror = L.LEVEL_FLAG_MIRROR;
    }
  }
  stageLevel(L.KIND_CLEAR, L.SIDE_BID, 0, 0, view, mirror | L.LEVEL_FLAG_SNAPSHOT_FIRST);
  return mirror;
}

/** MIRROR when the other token changed the same folded side and price earlier in this part, else 0. */
export function mirrorOfChange(side: u32, priceE4: u32, view: u32): u32 {
  const word = priceE4 | (side << 16) | ((<u32>L.KIND_SET) << 24);
  return mirrorAmong(stagingAt + <usize>partFirst * L.RING_SLOT_BYTES, nextRecord(), word, view);
}

/** Address where the next record goes. */
export function nextRecord(): usize {
  return stagingAt + <usize>staged * L.RING_SLOT_BYTES;
}

/** A fast path has staged the records up to `to` by itself, the last of them of `market`. */
export function acceptStaged(to: usize, market: u32): void {
  staged = <u32>((to - stagingAt) / L.RING_SLOT_BYTES);
  named = market;
}

/** Stages one change of the open part with the top it left; the top is that of `view`. */
export function stageChange(side: u32, priceE4: u32, sizeMicros: i64, view: u32, bidE4: u32, askE4: u32): void {
  const no = view === L.VIEW_NO;
  partBidE4 = select<u32>(PRICE_ONE_E4 - askE4, bidE4, no);
  partAskE4 = select<u32>(PRICE_ONE_E4 - bidE4, askE4, no);
  stageLevel(L.KIND_SET, side, priceE4, sizeMicros, view, mirrorOfChange(side, priceE4, view));
}

/** Ends the open part with its FrameEnd. */
export function closePart(): void {
  if (!partOpen) return;
  partOpen = false;
  const levels = staged - partFirst;
  if (levels > PART_LEVELS_MAX) refuse(L.REJECT_TOO_MANY_LEVELS);
  if (fault >= 0) return;
  const at = room(L.FRAME_END_SLOTS);
  if (at === 0) return;
  if (levels > 0) {
    const last = at - L.LEVEL_BYTES;
    store<u16>(last, load<u16>(last, L.LEVEL_FLAGS) | L.LEVEL_FLAG_LAST, L.LEVEL_FLAGS);
  }
  const stamped = (frameSeq & 63) === 0 ? L.FRAME_FLAG_STAMPED : 0;
  const zero = i64x2.splat(0);
  v128.store(at, zero);
  v128.store(at, zero, 16);
  v128.store(at, zero, 32);
  v128.store(at, zero, 48);
  store<u32>(at, partMarket, L.FRAME_END_MARKET);
  store<u16>(at, <u16>connection, L.FRAME_END_CONNECTION);
  store<u8>(at, L.KIND_FRAME_END, L.FRAME_END_KIND);
  store<u16>(at, <u16>(partFlags | stamped), L.FRAME_END_FLAGS);
  store<u16>(at, <u16>levels, L.FRAME_END_LEVELS);
  store<f64>(at, recvNs, L.FRAME_END_RECV_NS);
  store<f64>(at, partVenueMs, L.FRAME_END_VENUE_MS);
  store<u32>(at, frameSeq, L.FRAME_END_FRAME_SEQ);
  store<u32>(at, partBidE4 | (partAskE4 << 16), L.FRAME_END_BEST_BID_E4);
  if ((partFlags & L.FRAME_FLAG_HAS_HASH) !== 0) {
    v128.store(at, hashBytes(partHashAt), L.FRAME_END_HASH);
    store<u32>(at, <u32>hashTail(partHashAt), L.FRAME_END_HASH + 16);
  }
  if ((partFlags & L.FRAME_FLAG_HAS_SEQ) !== 0) {
    store<u32>(at, partSeq, L.FRAME_END_SEQ);
    store<u32>(at, partSid, L.FRAME_END_SID);
  }
  if (partMarket === L.NO_MARKET) return;
  const market = marketAt(partMarket);
  store<u32>(at, load<u32>(market, L.MARKET_EPOCH), L.FRAME_END_EPOCH);
  store<u32>(market, connection, L.MARKET_CONNECTION);
}

/** Tick stated twice in one frame must be the same; answers false when it was not. */
export function sameStatedTick(market: u32, tickE4: u32): bool {
  const at = marketAt(market);
  if (load<u32>(at, L.MARKET_STATED_FRAME) !== calls) {
    store<u32>(at, calls, L.MARKET_STATED_FRAME);
    store<u32>(at, tickE4, L.MARKET_STATED_TICK_E4);
    return true;
  }
  return load<u32>(at, L.MARKET_STATED_TICK_E4) === tickE4;
}

/** Counts a frame that only the generic scanner could read, by what its last part is. */
export function countFallback(answer: i32): i32 {
  if (answer <= 0) return answer;
  count(L.COUNTER_DECODER_FALLBACKS, 1);
  if ((partFlags & L.FRAME_FLAG_TOP_ONLY) !== 0) count(L.COUNTER_FALLBACKS_TOP, 1);
  else if ((partFlags & L.FRAME_FLAG_TRADE) !== 0) count(L.COUNTER_FALLBACKS_TRADE, 1);
  else count(L.COUNTER_FALLBACKS_FAST_SHAPE, 1);
  return answer;
}

// What the last decode call left for the host, off the hot path.
/** Slots staged, also by a frame that was refused later on. */
export function decodeStaged(): i32 {
  return <i32>staged;
}
/** Market of the last key the frame named, -1 = none. */
export function decodeNamed(): i32 {
  return <i32>named;
}
export function decodeNeedMarket(): i32 {
  return <i32>needMarketIndex;
}
export function decodeNeedTickE4(): i32 {
  return <i32>needTick;
}
export function decodeNeedTokenAt(): usize {
  return needTokenAt;
}
export function decodeNeedTokenBytes(): i32 {
  return <i32>needTokenBytes;
}
export function decodeNeedConditionAt(): usize {
  return needConditionAt;
}
export function decodeNeedConditionBytes(): i32 {
  return <i32>needConditionBytes;
}
