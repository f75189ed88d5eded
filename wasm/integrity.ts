// Judges a book at the end of each frame part: may it be traded on? Detector thread; content is never changed here.
//
//   EMPTY -> SYNCED          by a snapshot
//   SYNCED <-> PENDING       own top differs from the frame's / agrees again
//   PENDING -> SUSPECT       a later venue time of this market arrives while the top is still unequal
//   SYNCED, PENDING -> SUSPECT   mirror, below zero, crossed, sequence step back, evidence from outside
//   any but EMPTY -> STALE   sequence gap (scope full), lost connection or frame, invalid record
//   SUSPECT, STALE -> SYNCED by a snapshot with no evidence in it and an agreeing or absent top
//
// When a top is judged. All frames of one venue millisecond carry the top after the last of them, so an unequal top
// says nothing until that millisecond is over. It is over when a part of this market with a later venue time changes
// the book: the comparison left standing by the last part of the old time is then final, and it falls before the new
// part's own comparison. A part with an earlier venue time than the book's is late; its top is not compared. Trades
// and best_bid_ask run on clocks of their own: they neither end a millisecond nor change a state.
// A crossed book is judged only when its top is not unequal: inside a burst crossed states are normal. With the check of
// tops off, one is judged all the same when it was crossed in a venue millisecond that is over and is crossed still.
//
// A check that is switched off (HEADER_CHECKS_OFF) counts what it finds and changes no state. An unequal top then counts as
// pending, each time, and as none stated: it neither proves the book nor speaks against it.
import {
  BOOK_BEST_ASK_E4,
  BOOK_BEST_BID_E4,
  BOOK_CONNECTION,
  BOOK_EMPTY,
  BOOK_FLAG_CROSSED,
  BOOK_FLAG_CROSSING,
  BOOK_FLAG_RESOLVED,
  BOOK_FLAG_TEMPTING,
  BOOK_FLAGS,
  BOOK_FRAME_SEQ,
  BOOK_PENDING,
  BOOK_PENDING_VENUE_MS,
  BOOK_RECV_NS,
  BOOK_STALE,
  BOOK_STATE,
  BOOK_SUSPECT,
  BOOK_SYNCED,
  BOOK_VENUE_MS,
  BOOK_VERIFIED_NS,
  CHECK_CROSSED,
  CHECK_TOP,
  COUNTER_CROSSED,
  COUNTER_NAIVE_TRADES,
  COUNTER_PHANTOMS,
  COUNTER_SNAPSHOTS,
  COUNTER_TOP_MISMATCHED,
  COUNTER_TOP_OK,
  COUNTER_TOP_ONLY_MISMATCHED,
  COUNTER_TOP_PENDING,
  FRAME_END_BEST_ASK_E4,
  FRAME_END_BEST_BID_E4,
  FRAME_END_CONNECTION,
  FRAME_END_FLAGS,
  FRAME_END_FRAME_SEQ,
  FRAME_END_MARKET,
  FRAME_END_RECV_NS,
  FRAME_END_VENUE_MS,
  FRAME_FLAG_HAS_SEQ,
  FRAME_FLAG_TOP_ONLY,
  FRAME_FLAG_TRADE,
  NO_ASK_E4,
  NO_BID_E4,
  NO_TOP_E4,
} from './layout';
import { FAULT_NONE, FAULT_STALE, FAULT_SUSPECT, partClear, partFault, partFromEmpty, partTouched } from './part';
import { count, isOff } from './regions';
import { noteTopWrong, sealPart } from './seal';
import { checkSequence } from './sequence';

const TOP_ABSENT: u32 = 0;
const TOP_EQUAL: u32 = 1;
const TOP_UNEQUAL: u32 = 2;

/** Judges `book` by the part that the FrameEnd record at `end` closes. */
export function judgePart(book: usize, end: usize): void {
  const flags = <u32>load<u16>(end, FRAME_END_FLAGS);
  if ((flags & FRAME_FLAG_HAS_SEQ) !== 0) checkSequence(book, end);
  if ((flags & FRAME_FLAG_TOP_ONLY) !== 0) {
    compareTopOnly(book, end);
    return;
  }
  if ((flags & FRAME_FLAG_TRADE) !== 0 && partTouched === 0 && partClear === 0 && partFault === FAULT_NONE) return;
  const before = load<u32>(book, BOOK_STATE);
  if (before === BOOK_EMPTY) return;
  const venueMs = load<f64>(end, FRAME_END_VENUE_MS);
  const settled = settlePending(book, before, venueMs, end);
  const late = venueMs !== 0 && venueMs < load<f64>(book, BOOK_VENUE_MS);
  const compared = late ? TOP_ABSENT : compareTop(book, end);
  const unheeded = compared === TOP_UNEQUAL && isOff(CHECK_TOP);
  if (unheeded) count(COUNTER_TOP_PENDING, 1);
  const top = unheeded ? TOP_ABSENT : compared;
  let state = partClear !== 0 ? afterSnapshot(settled, top) : afterChange(settled, top);
  if (top === TOP_EQUAL) count(COUNTER_TOP_OK, 1);
  if (state === BOOK_PENDING && settled !== BOOK_PENDING) count(COUNTER_TOP_PENDING, 1);
  if (state === BOOK_PENDING && !late) store<f64>(book, venueMs, BOOK_PENDING_VENUE_MS);
  const inBurst = state === BOOK_PENDING || (unheeded && isCrossingYoung(book, venueMs));
  if (!inBurst) state = judgeCrossed(book, state);
  else noteTempting(book);
  if ((load<u32>(book, BOOK_FLAGS) & BOOK_FLAG_RESOLVED) !== 0) state = BOOK_STALE;
  const verified = top === TOP_EQUAL || partClear !== 0;
  if (state === BOOK_SYNCED && verified) store<f64>(book, load<f64>(end, FRAME_END_RECV_NS), BOOK_VERIFIED_NS);
  store<u32>(book, state, BOOK_STATE);
  if (!late) store<f64>(book, venueMs, BOOK_VENUE_MS);
  noteFrame(book, end);
  sealPart(end, state, late);
}

/** A later venue time ends the millisecond a top was pending in: what is unequal now stays unequal. */
function settlePending(book: usize, state: u32, venueMs: f64, end: usize): u32 {
  if (state !== BOOK_PENDING || venueMs <= load<f64>(book, BOOK_PENDING_VENUE_MS)) return state;
  count(COUNTER_TOP_MISMATCHED, 1);
  noteTopWrong(load<u32>(end, FRAME_END_MARKET), load<f64>(book, BOOK_VERIFIED_NS));
  return BOOK_SUSPECT;
}

function compareTop(book: usize, end: usize): u32 {
  const bid = <u32>load<u16>(end, FRAME_END_BEST_BID_E4);
  const ask = <u32>load<u16>(end, FRAME_END_BEST_ASK_E4);
  if (bid === NO_TOP_E4 && ask === NO_TOP_E4) return TOP_ABSENT;
  const bidEqual = bid === NO_TOP_E4 || bid === load<u32>(book, BOOK_BEST_BID_E4);
  const askEqual = ask === NO_TOP_E4 || ask === load<u32>(book, BOOK_BEST_ASK_E4);
  return bidEqual && askEqual ? TOP_EQUAL : TOP_UNEQUAL;
}

function afterSnapshot(state: u32, top: u32): u32 {
  count(COUNTER_SNAPSHOTS, 1);
  if (partFault === FAULT_STALE) return BOOK_STALE;
  if (partFault === FAULT_SUSPECT) return BOOK_SUSPECT;
  if (top !== TOP_UNEQUAL) return BOOK_SYNCED;
  return (state === BOOK_STALE && partFromEmpty === 0) || state === BOOK_SUSPECT ? state : BOOK_PENDING;
}

function afterChange(state: u32, top: u32): u32 {
  if (partFault === FAULT_STALE) return BOOK_STALE;
  if (state === BOOK_SUSPECT || state === BOOK_STALE) return state;
  if (partFault === FAULT_SUSPECT) return BOOK_SUSPECT;
  if (top === TOP_ABSENT) return state;
  return top === TOP_EQUAL ? BOOK_SYNCED : BOOK_PENDING;
}

/**
 * True while a book whose unequal top is not heeded may be crossed only by a burst that is not over. A snapshot begins anew;
 * a book that is not crossed has nothing to wait for.
 */
function isCrossingYoung(book: usize, venueMs: f64): bool {
  if (!isCrossed(book)) return false;
  const flags = load<u32>(book, BOOK_FLAGS);
  const isKnown = (flags & BOOK_FLAG_CROSSING) !== 0 && partClear === 0;
  if (isKnown) return venueMs <= load<f64>(book, BOOK_PENDING_VENUE_MS);
  store<u32>(book, flags | BOOK_FLAG_CROSSING, BOOK_FLAGS);
  store<f64>(book, venueMs, BOOK_PENDING_VENUE_MS);
  return true;
}

function isCrossed(book: usize): bool {
  const bid = load<u32>(book, BOOK_BEST_BID_E4);
  const ask = load<u32>(book, BOOK_BEST_ASK_E4);
  return bid >= ask && bid !== NO_BID_E4 && ask !== NO_ASK_E4;
}

/** YES + NO below 1 in one market is the same as a crossed book: a feed fault, counted once per crossing. */
function judgeCrossed(book: usize, state: u32): u32 {
  const flags = load<u32>(book, BOOK_FLAGS);
  if (!isCrossed(book)) {
    store<u32>(book, flags & ~(BOOK_FLAG_CROSSED | BOOK_FLAG_CROSSING | BOOK_FLAG_TEMPTING), BOOK_FLAGS);
    return state;
  }
  noteTempting(book);
  if ((flags & BOOK_FLAG_CROSSED) === 0) {
    count(COUNTER_CROSSED, 1);
    count(COUNTER_PHANTOMS, 1);
    store<u32>(book, load<u32>(book, BOOK_FLAGS) | BOOK_FLAG_CROSSED, BOOK_FLAGS);
  }
  return state === BOOK_SYNCED && !isOff(CHECK_CROSSED) ? BOOK_SUSPECT : state;
}

/**
 * What a bot with a book per token and no states would buy: YES and NO for less than 1 together, behind each message.
 * Counted once per occasion, beside the phantoms, to show what the states are for; changes nothing else.
 */
function noteTempting(book: usize): void {
  const bid = load<u32>(book, BOOK_BEST_BID_E4);
  const ask = load<u32>(book, BOOK_BEST_ASK_E4);
  const flags = load<u32>(book, BOOK_FLAGS);
  const tempting = bid > ask && ask !== NO_ASK_E4;
  if (tempting && (flags & BOOK_FLAG_TEMPTING) === 0) count(COUNTER_NAIVE_TRADES, 1);
  store<u32>(book, tempting ? flags | BOOK_FLAG_TEMPTING : flags & ~BOOK_FLAG_TEMPTING, BOOK_FLAGS);
}

/** best_bid_ask is known to be unreliable: disagreement with a tradable book is counted, no more. */
function compareTopOnly(book: usize, end: usize): void {
  if (load<u32>(book, BOOK_STATE) === BOOK_SYNCED && compareTop(book, end) === TOP_UNEQUAL) {
    count(COUNTER_TOP_ONLY_MISMATCHED, 1);
  }
}

function noteFrame(book: usize, end: usize): void {
  store<u32>(book, load<u32>(end, FRAME_END_FRAME_SEQ), BOOK_FRAME_SEQ);
  store<f64>(book, load<f64>(end, FRAME_END_RECV_NS), BOOK_RECV_NS);
  store<u32>(book, <u32>load<u16>(end, FRAME_END_CONNECTION), BOOK_CONNECTION);
}
