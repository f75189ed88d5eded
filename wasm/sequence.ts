// Kalshi's sequence numbers: consecutive per subscription (sid) of a connection, over all its markets. Detector thread.
//
// Scope full: the feed holds every message of its subscriptions, so a gap is loss and every book of that sid is STALE.
// Scope marketFiltered: messages of other markets are missing by design, so only a step back or a duplicate of the
// market's own numbers counts, and makes that market SUSPECT. Under full a step back or a duplicate is a fault of the
// stream like a gap: the change may have been applied twice or too late, and every book of that sid is STALE. Trades have
// a sid of their own: their numbers are tracked under full (a gap there is counted) but say nothing about a book.
// Answers to commands take numbers of a subscription too: ingest tells of them by Control records.
// A subscription that finds no room in the table of sids cannot be checked: each of its parts is counted and makes its
// market SUSPECT, a snapshot included, because nothing would show the loss of what follows.
import {
  BOOK_BYTES,
  BOOK_CONNECTION,
  BOOK_EMPTY,
  BOOK_SEQ,
  BOOK_SID,
  BOOK_STALE,
  BOOK_STATE,
  CHECK_SEQUENCE,
  COUNTER_SEQ_GAPS,
  COUNTER_SEQ_STEP_BACKS,
  COUNTER_SIDS_FULL,
  FRAME_END_CONNECTION,
  FRAME_END_FLAGS,
  FRAME_END_RECV_NS,
  FRAME_END_SEQ,
  FRAME_END_SID,
  FRAME_FLAG_TRADE,
  SCRATCH_SID_BYTES,
  SCRATCH_SID_RECV_NS,
  SCRATCH_SIDS,
  SCRATCH_SIDS_MAX,
} from './layout';
import { askSweep, FAULT_STALE, FAULT_SUSPECT, partClear, raiseFault } from './part';
import { booksAt, count, isOff, marketCount, scratchAt } from './regions';

const ENTRY_CONNECTION: u32 = 4;
const ENTRY_SEQ: u32 = 8;
const NO_ENTRY: usize = 0;

let scopeIsFull: bool = false;

/** `full` 1: sequence gaps are evidence; 0: the feed is filtered by market, as a recording's seqScope says. */
export function setSeqScope(full: i32): void {
  scopeIsFull = full !== 0;
}

/** Checks the sequence number of the part that `end` closes, before the part is judged. */
export function checkSequence(book: usize, end: usize): void {
  const sid = load<u32>(end, FRAME_END_SID);
  const seq = load<u32>(end, FRAME_END_SEQ);
  const isTrade = (load<u16>(end, FRAME_END_FLAGS) & FRAME_FLAG_TRADE) !== 0;
  if (scopeIsFull) checkSubscription(book, end, sid, seq, isTrade);
  else if (!isTrade) checkMarket(book, sid, seq);
  if (isTrade) return;
  store<u32>(book, sid, BOOK_SID);
  store<u32>(book, seq, BOOK_SEQ);
  store<u32>(book, <u32>load<u16>(end, FRAME_END_CONNECTION), BOOK_CONNECTION);
}

function checkMarket(book: usize, sid: u32, seq: u32): void {
  const last = load<u32>(book, BOOK_SEQ);
  if (last !== 0 && load<u32>(book, BOOK_SID) === sid && seq <= last) stepBack();
}

function checkSubscription(book: usize, end: usize, sid: u32, seq: u32, isTrade: bool): void {
  const connection = <u32>load<u16>(end, FRAME_END_CONNECTION);
  const entry = entryOf(sid, connection);
  if (entry === NO_ENTRY) {
    count(COUNTER_SIDS_FULL, 1);
    if (!isTrade && !isOff(CHECK_SEQUENCE)) raiseFault(FAULT_SUSPECT);
    return;
  }
  const last = load<u32>(entry, ENTRY_SEQ);
  store<u32>(entry, seq, ENTRY_SEQ);
  if (last === 0 || seq === last + 1) {
    proveSubscription(entry, load<f64>(end, FRAME_END_RECV_NS));
    return;
  }
  if (seq > last) {
    count(COUNTER_SEQ_GAPS, 1);
    if (isTrade) return;
    breakSubscription(book, sid, connection);
    return;
  }
  count(COUNTER_SEQ_STEP_BACKS, 1);
  // The server starts again with a snapshot at a resubscribe: no evidence against that snapshot, nor against the others.
  if (!isTrade && partClear === 0) breakSubscription(book, sid, connection);
}

/** An answer took number `seq`: the next message has the one after it. Anything but the next number changes nothing. */
export function passNumber(sid: u32, seq: u32, connection: u32): void {
  const entry = entryOf(sid, connection);
  if (entry !== NO_ENTRY && load<u32>(entry, ENTRY_SEQ) + 1 === seq) store<u32>(entry, seq, ENTRY_SEQ);
}

/** The stream of a subscription is broken at the part of `book`; a snapshot stands by itself. */
function breakSubscription(book: usize, sid: u32, connection: u32): void {
  if (isOff(CHECK_SEQUENCE)) return;
  staleSubscription(sid, connection);
  if (load<u32>(book, BOOK_STATE) !== BOOK_EMPTY && partClear === 0) raiseFault(FAULT_STALE);
}

/** Nothing of the subscription was lost up to here: that is what proves its books, quiet ones too, unless gaps pass. */
function proveSubscription(entry: usize, recvNs: f64): void {
  if (isOff(CHECK_SEQUENCE)) return;
  const place = (entry - scratchAt - SCRATCH_SIDS) / <usize>SCRATCH_SID_BYTES;
  store<f64>(scratchAt + (place << 3), recvNs, SCRATCH_SID_RECV_NS);
}

/** The server starts again with a snapshot at a resubscribe: counted, but no evidence against that snapshot. */
function stepBack(): void {
  count(COUNTER_SEQ_STEP_BACKS, 1);
  if (partClear === 0 && !isOff(CHECK_SEQUENCE)) raiseFault(FAULT_SUSPECT);
}

function staleSubscription(sid: u32, connection: u32): void {
  for (let market: u32 = 0; market < marketCount; market += 1) {
    const book = booksAt + <usize>market * BOOK_BYTES;
    if (load<u32>(book, BOOK_SID) !== sid || load<u32>(book, BOOK_CONNECTION) !== connection) continue;
    if (load<u32>(book, BOOK_SEQ) !== 0 && load<u32>(book, BOOK_STATE) !== BOOK_EMPTY) {
      store<u32>(book, BOOK_STALE, BOOK_STATE);
    }
  }
  askSweep();
}

/** Entry of a subscription, taking a free one for a new sid; NO_ENTRY when all are taken. */
function entryOf(sid: u32, connection: u32): usize {
  let free = NO_ENTRY;
  for (let index: u32 = 0; index < <u32>SCRATCH_SIDS_MAX; index += 1) {
    const entry = scratchAt + SCRATCH_SIDS + <usize>(index * SCRATCH_SID_BYTES);
    const owner = load<u32>(entry, ENTRY_CONNECTION);
    if (owner === connection + 1 && load<u32>(entry) === sid) return entry;
    if (owner === 0 && free === NO_ENTRY) free = entry;
  }
  if (free === NO_ENTRY) return NO_ENTRY;
  store<u32>(free, sid);
  store<u32>(free, connection + 1, ENTRY_CONNECTION);
  store<u32>(free, 0, ENTRY_SEQ);
  return free;
}

/** Frees the entries of a connection that is over: the sids of the next one are others, or start again. */
export function forgetConnection(connection: u32): void {
  for (let index: u32 = 0; index < <u32>SCRATCH_SIDS_MAX; index += 1) {
    const entry = scratchAt + SCRATCH_SIDS + <usize>(index * SCRATCH_SID_BYTES);
    if (load<u32>(entry, ENTRY_CONNECTION) === connection + 1) store<u32>(entry, 0, ENTRY_CONNECTION);
  }
}
