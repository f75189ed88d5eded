// The detector's loop: level ring -> books -> integrity -> baskets -> opportunity ring. Detector thread.
//
// drain(maxFrames) works off frames and comes back for one of: ring empty, maxFrames, a stamped frame, opportunities.
// The module has no clock, so the host stamps between calls, by this protocol:
//  - SCRATCH_EVENTS says why the call came back. Without events the host need not look at anything.
//  - A stamped frame ((frameSeq & STAMP_MASK) === 0, flag FRAME_FLAG_STAMPED) is always alone in its call: the host's
//    clock before the call is "taken up", after it "applied and evaluated". EVENT_STAMPED; recvNs and the publish delta
//    lie in the scratch area.
//  - EVENT_OPPORTUNITIES: call publishOpportunities(nowNs) before the next drain; it stamps and publishes them.
// step() does exactly one frame and leaves the markets whose book it set or changed in SCRATCH_TOUCHED.
//
// A frame is over at its FRAME_FLAG_LAST, or where the next record has another frameSeq, or at the end of the ring:
// ingest publishes frames whole. Baskets are evaluated at the end of the frame, never between its parts. Ring slots
// and AGENT_WATERMARK move at frame ends only, the watermark after the opportunities of its frame are published.
// OPEN controls do not move the watermark: the frame that made them follows.
// HOT PATH: allocates nothing; bounded by maxFrames and by the ring's capacity.

import { updateLegs } from './basket';
import { applyClear, applyLevel, bookOf, countApplied, refuseRecord } from './book';
import { control } from './control';
import { evaluateMarket, publishClaimed } from './detect';
import { judgePart } from './integrity';
import {
  AGENT_WATERMARK,
  BOOK_BYTES,
  BOOK_STATE,
  BOOK_SUSPECT,
  BOOK_SYNCED,
  BOOK_TOUCHED_STEP,
  BOOK_VERSION,
  CONNECTIONS_MAX,
  CONTROL_FRAME_SEQ,
  CONTROL_MARKET,
  CONTROL_OP,
  CONTROL_OP_OPEN,
  CONTROL_SLOTS,
  COUNTER_FRAMES_APPLIED,
  COUNTER_RECORDS_INVALID,
  COUNTER_TRADES,
  EVENT_OPPORTUNITIES,
  EVENT_STAMPED,
  FRAME_END_CONNECTION,
  FRAME_END_EPOCH,
  FRAME_END_FLAGS,
  FRAME_END_FRAME_SEQ,
  FRAME_END_MARKET,
  FRAME_END_PUBLISHED_DELTA_NS,
  FRAME_END_RECV_NS,
  FRAME_END_SLOTS,
  FRAME_FLAG_LAST,
  FRAME_FLAG_STAMPED,
  KIND_ADD,
  KIND_CLEAR,
  KIND_CONTROL,
  KIND_FRAME_END,
  KIND_PAD,
  KIND_SET,
  KIND_TRADE,
  LEVEL_FRAME_SEQ,
  LEVEL_MARKET,
  RECORD_KIND,
  RING_CAPACITY,
  RING_HEAD,
  RING_SLOTS,
  SCRATCH_CONNECTION_RECV_NS,
  SCRATCH_DIRTY,
  SCRATCH_DIRTY_MAX,
  SCRATCH_EVENTS,
  SCRATCH_FRAME_SEQ,
  SCRATCH_PUBLISHED_DELTA_NS,
  SCRATCH_RECV_NS,
  SCRATCH_TOUCHED,
  SCRATCH_TOUCHED_MAX,
  STAMP_MASK,
} from './layout';
import { mirrorEnd, mirrorRing } from './mirror';
import { askSweep, partClear, partTouched, resetPart, sweepAsked, sweepDone } from './part';
import { applyPlain } from './plain';
import { agentIndex, agentsAt, booksAt, count, levelRingBytes, levelRingsAt, marketCount, scratchAt } from './regions';
import { ringReady } from './ring';
import { sweepBaskets } from './sweep';

const RELEASE_EVERY = 16;
/** Frames without a recovered book that end a burst of snapshots, as at the start and after a reconnection. */
const SWEEP_AFTER_FRAMES: u32 = 64;

let stepping: bool = false;
let stepSerial: u32 = 0;
let dirty: u32 = 0; // markets of this frame whose baskets wait for its end
let claimed: u32 = 0; // opportunities claimed in this call
let recoveredAgo: u32 = SWEEP_AFTER_FRAMES + 1; // frames since a snapshot made a book tradable again
let recvNs: f64 = 0; // of the frame being worked off

/** Works off at most `maxFrames` frames; answers how many, 0 = idle. Controls count as frames. */
export function drain(maxFrames: i32): i32 {
  stepping = false;
  return work(maxFrames);
}

/** Works off exactly one whole frame; answers 1, or 0 when the ring is empty. The touched markets are listed. */
export function step(): i32 {
  stepping = true;
  stepSerial += 1;
  store<u32>(scratchAt, 0, SCRATCH_TOUCHED);
  return work(1);
}

/** Stamps and publishes the opportunities claimed by the last call, then moves the watermark past their frame. */
export function publishOpportunities(nowNs: f64): i32 {
  const published = publishClaimed(nowNs);
  moveWatermark(load<u32>(scratchAt, SCRATCH_FRAME_SEQ));
  return published;
}

function work(maxFrames: i32): i32 {
  const ring = levelRingsAt + <usize>(agentIndex - 1) * levelRingBytes;
  const mask = load<u32>(ring, RING_CAPACITY) - 1;
  const slots = ring + RING_SLOTS;
  let head = load<u32>(ring, RING_HEAD);
  const tail = head + ringReady(ring);
  store<u32>(scratchAt, 0, SCRATCH_EVENTS);
  if (head === tail) return 0;
  mirrorRing(slots, mask);
  claimed = 0;
  let frames = 0;
  let event: u32 = 0;
  let changing: usize = 0; // book of the part being applied, marked odd for readers on other threads
  while (head !== tail) {
    const at = slots + ((<usize>(head & mask)) << 5);
    const kind = <u32>load<u8>(at, RECORD_KIND);
    if (changing === 0 && kind !== KIND_PAD) changing = beginChange(load<u32>(at, LEVEL_MARKET));
    if (kind === KIND_SET || kind === KIND_ADD) {
      const run = <u32>(applyPlain(at, at + <usize>(runOf(head, tail, mask) << 5)) - at) >> 5;
      if (run === 0) applyLevel(at, head);
      head += run === 0 ? 1 : run;
      continue;
    }
    if (kind !== KIND_FRAME_END && kind !== KIND_CONTROL) {
      otherRecord(at, kind, head);
      head += 1;
      continue;
    }
    const isEnd = kind === KIND_FRAME_END;
    if (isEnd) endPart(at, head);
    else control(at);
    if (changing !== 0) changing = endChange(changing);
    head += isEnd ? FRAME_END_SLOTS : CONTROL_SLOTS;
    if (!frameOver(at, isEnd, slots, mask, head, tail)) continue;
    frames += 1;
    if (isEnd) count(COUNTER_FRAMES_APPLIED, 1);
    event = endFrame(at, isEnd);
    if (event !== 0 || frames >= maxFrames || nextIsStamped(slots, mask, head, tail)) break;
    if (frames % RELEASE_EVERY === 0) atomic.store<u32>(ring, head, RING_HEAD);
  }
  if (changing !== 0) endChange(changing);
  finish(ring, head, event);
  return frames;
}

/** Slots from `head` on that are published and lie side by side. */
function runOf(head: u32, tail: u32, mask: u32): u32 {
  const published = tail - head;
  const toEnd = mask + 1 - (head & mask);
  return published < toEnd ? published : toEnd;
}

/** Marks a market's book as in change: readers on other threads then trust nothing they read of it. */
function beginChange(market: u32): usize {
  if (market >= marketCount) return 0;
  const book = booksAt + <usize>market * BOOK_BYTES;
  atomic.store<u32>(book, load<u32>(book, BOOK_VERSION) | 1, BOOK_VERSION);
  return book;
}

/** The book is whole again; the version is new even if a reopened record lost the old one. Answers 0. */
function endChange(book: usize): usize {
  atomic.store<u32>(book, (load<u32>(book, BOOK_VERSION) | 1) + 1, BOOK_VERSION);
  return 0;
}

/** Releases what was worked off; publishes the watermark unless opportunities are still to be published. */
function finish(ring: usize, head: u32, event: u32): void {
  atomic.store<u32>(ring, head, RING_HEAD);
  store<u32>(scratchAt, event, SCRATCH_EVENTS);
  if ((event & EVENT_OPPORTUNITIES) === 0) moveWatermark(load<u32>(scratchAt, SCRATCH_FRAME_SEQ));
}

function moveWatermark(frameSeq: u32): void {
  atomic.store<u32>(agentsAt, frameSeq, AGENT_WATERMARK);
}

function otherRecord(at: usize, kind: u32, index: u32): void {
  if (kind === KIND_CLEAR) {
    applyClear(at, index);
  } else if (kind === KIND_TRADE) {
    if (load<u32>(at, LEVEL_MARKET) < marketCount) count(COUNTER_TRADES, 1);
    else refuseRecord(marketCount);
  } else if (kind !== KIND_PAD) {
    count(COUNTER_RECORDS_INVALID, 1);
  }
}

/** Closes a part: judges its book, notes it as touched and as dirty. */
function endPart(end: usize, index: u32): void {
  mirrorEnd(index);
  const market = load<u32>(end, FRAME_END_MARKET);
  recvNs = load<f64>(end, FRAME_END_RECV_NS);
  const connection = <u32>load<u16>(end, FRAME_END_CONNECTION);
  if (connection < <u32>CONNECTIONS_MAX) {
    store<f64>(scratchAt + <usize>(connection << 3), recvNs, SCRATCH_CONNECTION_RECV_NS);
  }
  const book = bookOf(market, load<u32>(end, FRAME_END_EPOCH));
  if (book !== 0) {
    const waits = partClear !== 0 && load<u32>(book, BOOK_STATE) >= <u32>BOOK_SUSPECT;
    judgePart(book, end);
    if (waits && load<u32>(book, BOOK_STATE) === BOOK_SYNCED) recoveredAgo = 0;
    if (stepping && (partTouched !== 0 || partClear !== 0)) touch(market, book);
    updateLegs(market);
    noteDirty(market);
  }
  countApplied();
  resetPart();
}

/** Lists a touched market once per step. */
function touch(market: u32, book: usize): void {
  if (load<u32>(book, BOOK_TOUCHED_STEP) === stepSerial) return;
  store<u32>(book, stepSerial, BOOK_TOUCHED_STEP);
  const list = scratchAt + SCRATCH_TOUCHED;
  const listed = load<u32>(list);
  if (listed >= <u32>SCRATCH_TOUCHED_MAX) {
    count(COUNTER_RECORDS_INVALID, 1);
    return;
  }
  store<u32>(list + <usize>((listed + 1) << 2), market);
  store<u32>(list, listed + 1);
}

function noteDirty(market: u32): void {
  if (dirty === SCRATCH_DIRTY_MAX) evaluateDirty();
  store<u32>(scratchAt + SCRATCH_DIRTY + <usize>(dirty << 2), market);
  dirty += 1;
}

function evaluateDirty(): void {
  const frameSeq = load<u32>(scratchAt, SCRATCH_FRAME_SEQ);
  for (let place: u32 = 0; place < dirty; place += 1) {
    claimed += evaluateMarket(load<u32>(scratchAt + SCRATCH_DIRTY + <usize>(place << 2)), frameSeq, recvNs);
  }
  dirty = 0;
}

function frameSeqAt(at: usize): u32 {
  const kind = <u32>load<u8>(at, RECORD_KIND);
  // A PAD says nothing: the record behind it starts a two-slot record of its own.
  if (kind === KIND_FRAME_END || kind === KIND_CONTROL) return load<u32>(at, FRAME_END_FRAME_SEQ);
  return load<u32>(at, LEVEL_FRAME_SEQ);
}

function frameOver(at: usize, isEnd: bool, slots: usize, mask: u32, head: u32, tail: u32): bool {
  const frameSeq = isEnd ? load<u32>(at, FRAME_END_FRAME_SEQ) : load<u32>(at, CONTROL_FRAME_SEQ);
  const isOpen = !isEnd && load<u16>(at, CONTROL_OP) === CONTROL_OP_OPEN;
  if (!isOpen) store<u32>(scratchAt, frameSeq, SCRATCH_FRAME_SEQ);
  if (isEnd && (load<u16>(at, FRAME_END_FLAGS) & FRAME_FLAG_LAST) !== 0) return true;
  if (head === tail) return true;
  return frameSeqAt(slots + ((<usize>(head & mask)) << 5)) !== frameSeq;
}

/** Evaluates the frame's baskets; answers the events that bring drain() back. */
function endFrame(at: usize, isEnd: bool): u32 {
  if (!isEnd) {
    const market = load<u32>(at, CONTROL_MARKET);
    if (market < marketCount) noteDirty(market);
  }
  if (recoveredAgo <= SWEEP_AFTER_FRAMES) {
    if (recoveredAgo === SWEEP_AFTER_FRAMES) askSweep();
    recoveredAgo += 1;
  }
  if (sweepAsked) sweep();
  evaluateDirty();
  let event: u32 = claimed !== 0 ? EVENT_OPPORTUNITIES : 0;
  store<f64>(scratchAt, recvNs, SCRATCH_RECV_NS);
  if (isEnd && (load<u16>(at, FRAME_END_FLAGS) & FRAME_FLAG_STAMPED) !== 0) {
    event |= EVENT_STAMPED;
    store<u32>(scratchAt, load<u32>(at, FRAME_END_PUBLISHED_DELTA_NS), SCRATCH_PUBLISHED_DELTA_NS);
  }
  return event;
}

/** States changed beyond the frame's own markets: brings all legs up to their books and sweeps all baskets. Rare. */
function sweep(): void {
  for (let market: u32 = 0; market < marketCount; market += 1) {
    if (updateLegs(market)) noteDirty(market);
  }
  evaluateDirty();
  claimed += sweepBaskets(load<u32>(scratchAt, SCRATCH_FRAME_SEQ), recvNs);
  sweepDone();
}

function nextIsStamped(slots: usize, mask: u32, head: u32, tail: u32): bool {
  return head !== tail && (frameSeqAt(slots + ((<usize>(head & mask)) << 5)) & STAMP_MASK) === 0;
}
