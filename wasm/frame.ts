// What a frame leaves to do when its records are applied: parts are judged as they end, and at the end of the frame the
// baskets of the markets it moved are evaluated. Detector thread; called by drain.ts.
//
// The baskets of a market's YES or NO legs are evaluated when their best price or its tradability moved, when a snapshot
// or a control came, or when a level changed that their last results rest on (BOOK_REACH_*). Any other change leaves
// every basket as it was.
// HOT PATH: allocates nothing; bounded by the frame's records.

import { LEGS_BOTH, updateLegs } from './basket';
import { bookOf, countApplied } from './book';
import { control } from './control';
import { evaluateMarket, takeGone } from './detect';
import { judgePart } from './integrity';
import {
  BOOK_STATE,
  BOOK_SUSPECT,
  BOOK_SYNCED,
  BOOK_TOUCHED_STEP,
  CONNECTIONS_MAX,
  CONTROL_MARKET,
  COUNTER_RECORDS_INVALID,
  EVENT_OPPORTUNITIES,
  EVENT_STAMPED,
  FRAME_END_CONNECTION,
  FRAME_END_EPOCH,
  FRAME_END_FLAGS,
  FRAME_END_MARKET,
  FRAME_END_PUBLISHED_DELTA_NS,
  FRAME_END_RECV_NS,
  FRAME_FLAG_STAMPED,
  MARKET_BYTES,
  MARKET_DETECTOR,
  SCRATCH_CONNECTION_RECV_NS,
  SCRATCH_DIRTY,
  SCRATCH_DIRTY_MAX,
  SCRATCH_FRAME_SEQ,
  SCRATCH_PUBLISHED_DELTA_NS,
  SCRATCH_RECV_NS,
  SCRATCH_TOUCHED,
  SCRATCH_TOUCHED_MAX,
} from './layout';
import { mirrorEnd } from './mirror';
import { askSweep, partClear, partReached, partTouched, resetPart, sweepAsked, sweepDone } from './part';
import { agentIndex, count, marketCount, marketsAt, scratchAt } from './regions';
import { sweepBaskets } from './sweep';

/** Frames without a recovered book that end a burst of snapshots, as at the start and after a reconnection. */
const SWEEP_AFTER_FRAMES: u32 = 64;
/** A noted market carries the legs to be evaluated in its low bits. */
const DIRTY_LEGS_BITS: u32 = 2;

let stepping: bool = false;
let stepSerial: u32 = 0;
let dirty: u32 = 0; // markets of this frame whose baskets wait for its end
let claimed: u32 = 0; // opportunities claimed in this frame
let recoveredAgo: u32 = SWEEP_AFTER_FRAMES + 1; // frames since a snapshot made a book tradable again
let recvNs: f64 = 0; // of the frame being worked off

/** From here on touched markets are not listed. */
export function listNothing(): void {
  stepping = false;
}

/** From here on the markets whose book is set or changed are listed, from an empty list. */
export function listTouched(): void {
  stepping = true;
  stepSerial += 1;
  store<u32>(scratchAt, 0, SCRATCH_TOUCHED);
}

/** Closes a part by its FrameEnd at `end`, of ring index `index`. */
export function endPart(end: usize, index: u32): void {
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
    const legs = updateLegs(market, partReached | (partClear !== 0 ? LEGS_BOTH : 0));
    if (legs !== 0) noteDirty(market, legs);
  }
  countApplied();
  resetPart();
}

/** Applies the Control record at `at`. A frame may have several, of many markets, and a FrameEnd behind them. */
export function endControl(at: usize): void {
  const legs = control(at);
  if (legs !== 0) noteDirty(load<u32>(at, CONTROL_MARKET), legs);
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

function noteDirty(market: u32, legs: u32): void {
  if (dirty === SCRATCH_DIRTY_MAX) evaluateDirty();
  store<u32>(scratchAt + SCRATCH_DIRTY + <usize>(dirty << 2), (market << DIRTY_LEGS_BITS) | legs);
  dirty += 1;
}

function evaluateDirty(): void {
  const frameSeq = load<u32>(scratchAt, SCRATCH_FRAME_SEQ);
  for (let place: u32 = 0; place < dirty; place += 1) {
    const noted = load<u32>(scratchAt + SCRATCH_DIRTY + <usize>(place << 2));
    claimed += evaluateMarket(noted >> DIRTY_LEGS_BITS, noted & LEGS_BOTH, frameSeq, recvNs);
  }
  dirty = 0;
}

/** Evaluates what the frame moved; `at` is its last FrameEnd or Control. Answers the events that bring drain() back. */
export function endFrame(at: usize, isEnd: bool): u32 {
  if (recoveredAgo <= SWEEP_AFTER_FRAMES) {
    if (recoveredAgo === SWEEP_AFTER_FRAMES) askSweep();
    recoveredAgo += 1;
  }
  if (sweepAsked) sweep();
  evaluateDirty();
  let event: u32 = (claimed | takeGone()) !== 0 ? EVENT_OPPORTUNITIES : 0;
  claimed = 0;
  store<f64>(scratchAt, recvNs, SCRATCH_RECV_NS);
  if (isEnd && (load<u16>(at, FRAME_END_FLAGS) & FRAME_FLAG_STAMPED) !== 0) {
    event |= EVENT_STAMPED;
    store<u32>(scratchAt, load<u32>(at, FRAME_END_PUBLISHED_DELTA_NS), SCRATCH_PUBLISHED_DELTA_NS);
  }
  return event;
}

/** States changed beyond the frame's own markets: brings this detector's legs up to their books and sweeps its baskets. Rare. */
function sweep(): void {
  for (let market: u32 = 0; market < marketCount; market += 1) {
    // What baskets have seen of another's books is its own to say, and it may work by another table.
    if (load<u32>(marketsAt + <usize>market * MARKET_BYTES, MARKET_DETECTOR) !== agentIndex - 1) continue;
    const legs = updateLegs(market, 0);
    if (legs !== 0) noteDirty(market, legs);
  }
  evaluateDirty();
  claimed += sweepBaskets(load<u32>(scratchAt, SCRATCH_FRAME_SEQ), recvNs);
  sweepDone();
}
