// The detector's loop: level ring -> books -> integrity -> baskets -> opportunity ring. Detector thread.
//
// drain(maxFrames) works off frames and comes back for one of: ring empty, maxFrames, a stamped frame, opportunities.
// The module has no clock, so the host stamps between calls, by this protocol:
//  - SCRATCH_EVENTS says why the call came back. Without events the host need not look at anything.
//  - A stamped frame ((frameSeq & STAMP_MASK) === 0, flag FRAME_FLAG_STAMPED) is always alone in its call: the host sees
//    it at the head of the ring and reads its clock before the call, "taken up", and after it, "applied and evaluated".
//    EVENT_STAMPED; recvNs and the publish delta lie in the scratch area.
//  - EVENT_OPPORTUNITIES: call publishOpportunities(nowNs) before the next drain; it stamps and publishes them.
// step() does exactly one frame and leaves the markets whose book it set or changed in SCRATCH_TOUCHED.
//
// A frame is over at its FRAME_FLAG_LAST, or where the next record has another frameSeq, or at the end of the ring:
// ingest publishes frames whole. Baskets are evaluated at the end of the frame, never between its parts. Ring slots
// and AGENT_WATERMARK move at frame ends only, the watermark after the opportunities of its frame are published.
// OPEN controls do not move the watermark: the frame that made them follows.
// HOT PATH: allocates nothing; bounded by maxFrames and by the ring's capacity.

import { applyClear, applyLevel, refuseRecord } from './book';
import { publishClaimed } from './detect';
import { endControl, endFrame, endPart, listNothing, listTouched } from './frame';
import {
  AGENT_WATERMARK,
  BOOK_BYTES,
  BOOK_VERSION,
  CONTROL_FRAME_SEQ,
  CONTROL_OP,
  CONTROL_OP_OPEN,
  CONTROL_SLOTS,
  COUNTER_FRAMES_APPLIED,
  COUNTER_RECORDS_INVALID,
  COUNTER_TRADES,
  EVENT_OPPORTUNITIES,
  FRAME_END_FLAGS,
  FRAME_END_FRAME_SEQ,
  FRAME_END_SLOTS,
  FRAME_FLAG_LAST,
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
  SCRATCH_EVENTS,
  SCRATCH_FRAME_SEQ,
  STAMP_MASK,
} from './layout';
import { mirrorRing } from './mirror';
import { applyPlain } from './plain';
import { agentIndex, agentsAt, booksAt, count, levelRingBytes, levelRingsAt, marketCount, scratchAt } from './regions';
import { ringReady } from './ring';
import { noteTrade } from './seal';
import { handTrade } from './trades';

const RELEASE_EVERY = 16;

/** Works off at most `maxFrames` frames; answers how many, 0 = idle. Controls count as frames. */
export function drain(maxFrames: i32): i32 {
  listNothing();
  return work(maxFrames);
}

/** Works off exactly one whole frame; answers 1, or 0 when the ring is empty. The touched markets are listed. */
export function step(): i32 {
  listTouched();
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
  let frames = 0;
  let event: u32 = 0;
  let changing: usize = 0; // its book, marked odd for readers on other threads
  while (head !== tail) {
    const at = slots + ((<usize>(head & mask)) << 5);
    const kind = <u32>load<u8>(at, RECORD_KIND);
    if (changing === 0 && kind !== KIND_PAD) changing = beginChange(load<u32>(at, LEVEL_MARKET));
    if (kind === KIND_SET || kind === KIND_ADD) {
      const run = <u32>(applyPlain(at, at + <usize>(runOf(head, tail, mask) << 5), true) - at) >> 5;
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
    else endControl(at);
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
    if (load<u32>(at, LEVEL_MARKET) < marketCount) {
      count(COUNTER_TRADES, 1);
      noteTrade(at);
      handTrade(at);
    } else refuseRecord(marketCount);
  } else if (kind !== KIND_PAD) {
    count(COUNTER_RECORDS_INVALID, 1);
  }
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

/** A stamped frame must be alone in its call; of a PAD only the record behind it could say. */
function nextIsStamped(slots: usize, mask: u32, head: u32, tail: u32): bool {
  if (head === tail) return false;
  const at = slots + ((<usize>(head & mask)) << 5);
  return load<u8>(at, RECORD_KIND) === KIND_PAD || (frameSeqAt(at) & STAMP_MASK) === 0;
}
