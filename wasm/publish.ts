// Publishing of a staged frame: each market's part to the ring of its detector, as one publish group per ring. Ingest
// thread; reads STAGING and MARKETS, the only producer of the level rings (the host's Control records aside, which the
// same thread writes between two frames). Uses its scratch region for a word per detector.
// HOT PATH: allocates nothing; bounded by the staging area.
import * as L from './layout';
import {
  count,
  detectorCount,
  levelRingBytes,
  levelRingsAt,
  marketCount,
  marketsAt,
  scratchAt,
  stagingAt,
  stagingSlots,
} from './regions';
import { ringClaim, ringFree, ringPublish, ringPublishUpTo, ringRefuse } from './ring';

/** Scratch word pairs per detector: slots wanted, address of its last FrameEnd. */
const WORDS_BYTES = 8;
const WORD_LAST_END = 4;

function ringAt(detector: u32): usize {
  return levelRingsAt + <usize>detector * levelRingBytes;
}

function wordsAt(detector: u32): usize {
  return scratchAt + <usize>detector * WORDS_BYTES;
}

/** Detector of the staged record at `at`; an index out of range goes to detector 0, which counts it as invalid. */
function detectorOf(at: usize): u32 {
  const market = load<u32>(at, L.LEVEL_MARKET);
  if (market >= marketCount) return 0;
  const detector = load<u32>(marketsAt + <usize>market * L.MARKET_BYTES, L.MARKET_DETECTOR);
  return detector < detectorCount ? detector : 0;
}

function slotsOf(at: usize): u32 {
  return load<u8>(at, L.RECORD_KIND) === L.KIND_FRAME_END ? L.FRAME_END_SLOTS : L.LEVEL_SLOTS;
}

/**
 * Copies `slots` staged slots to the rings and publishes. Answers 0, or 1 + the index of a detector whose ring has no
 * room, and then nothing was published; under policy live (`policyLive` not 0) that ring counts the refusal.
 */
export function publish(slots: i32, policyLive: i32): i32 {
  const staged = <u32>slots < stagingSlots ? <u32>slots : stagingSlots;
  if (detectorCount === 1) return publishToOne(staged, policyLive);
  for (let detector: u32 = 0; detector < detectorCount; detector += 1) store<u64>(wordsAt(detector), 0);
  for (let slot: u32 = 0; slot < staged; ) {
    const at = stagingAt + <usize>slot * L.RING_SLOT_BYTES;
    const words = wordsAt(detectorOf(at));
    store<u32>(words, load<u32>(words) + slotsOf(at));
    slot += slotsOf(at);
  }
  for (let detector: u32 = 0; detector < detectorCount; detector += 1) {
    const wanted = load<u32>(wordsAt(detector));
    // One slot more: a group that reaches the ring's end has at most one PAD.
    if (wanted > 0 && ringFree(ringAt(detector), wanted + 1) < wanted + 1) return refuseFull(detector, policyLive);
  }
  let levels: u32 = 0;
  for (let slot: u32 = 0; slot < staged; ) {
    const at = stagingAt + <usize>slot * L.RING_SLOT_BYTES;
    const slots = copyRecord(at, detectorOf(at));
    if (slots === L.LEVEL_SLOTS) levels += 1;
    slot += slots;
  }
  count(L.COUNTER_LEVELS_PUBLISHED, levels);
  for (let detector: u32 = 0; detector < detectorCount; detector += 1) {
    const last = <usize>load<u32>(wordsAt(detector), WORD_LAST_END);
    if (last === 0) continue;
    // Each detector sees its own last part of the frame as the last.
    store<u16>(last, load<u16>(last, L.FRAME_END_FLAGS) | L.FRAME_FLAG_LAST, L.FRAME_END_FLAGS);
    ringPublish(ringAt(detector));
  }
  return 0;
}

/** The same for a single ring: the index stays in a register and is stored once. */
function publishToOne(staged: u32, policyLive: i32): i32 {
  const ring = ringAt(0);
  if (ringFree(ring, staged + 1) < staged + 1) return refuseFull(0, policyLive);
  const mask = load<u32>(ring, L.RING_CAPACITY) - 1;
  const slots = ring + L.RING_SLOTS;
  const end = stagingAt + <usize>staged * L.RING_SLOT_BYTES;
  let claimed = load<u32>(ring, L.RING_CLAIMED);
  let levels: u32 = 0;
  for (let from = stagingAt; from < end; from += L.RING_SLOT_BYTES) {
    if (load<u8>(from, L.RECORD_KIND) === L.KIND_FRAME_END) {
      if ((claimed & mask) === mask) {
        store<u8>(slots + <usize>mask * L.RING_SLOT_BYTES, L.KIND_PAD, L.RECORD_KIND);
        claimed += 1;
      }
      copySlot(from, slots + <usize>(claimed & mask) * L.RING_SLOT_BYTES);
      claimed += 1;
      from += L.RING_SLOT_BYTES;
    } else {
      levels += 1;
    }
    copySlot(from, slots + <usize>(claimed & mask) * L.RING_SLOT_BYTES);
    claimed += 1;
  }
  count(L.COUNTER_LEVELS_PUBLISHED, levels);
  ringPublishUpTo(ring, claimed);
  return 0;
}

function refuseFull(detector: u32, policyLive: i32): i32 {
  if (policyLive !== 0) ringRefuse(ringAt(detector));
  return 1 + <i32>detector;
}

function copySlot(from: usize, to: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
}

/** Copies one staged record to the detector's ring, unpublished; answers its slots. */
function copyRecord(from: usize, detector: u32): u32 {
  const slots = slotsOf(from);
  const to = ringClaim(ringAt(detector), slots);
  copySlot(from, to);
  if (slots === L.FRAME_END_SLOTS) {
    copySlot(from + L.RING_SLOT_BYTES, to + L.RING_SLOT_BYTES);
    store<u32>(wordsAt(detector), <u32>to, WORD_LAST_END);
  }
  return slots;
}
