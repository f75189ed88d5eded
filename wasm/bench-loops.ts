// Loops of the bench, compiled to a module of its own beside the product's (build/bench-loops.wasm): the product's ring
// and breaker functions called from WASM, as decode and drain call them, and the plain load they are held against.
// Bench threads; the memory is the product's arena.
// HOT PATH: allocates nothing; bounded by the counts given.
import { breakerOpen } from './breaker';
import { BREAKER_AT, BREAKER_STATE, LEVEL_FRAME_SEQ, RING_SLOT_BYTES } from './layout';
import { ringAwait, ringClaim, ringFree, ringPublish, ringReady, ringRelease, ringSlotAt } from './ring';

/** Reads the breaker `reads` times; answers how often it was open. */
export function loopBreakerReads(reads: i32): i32 {
  let open: i32 = 0;
  for (let read: i32 = 0; read < reads; read += 1) open += breakerOpen();
  return open;
}

/** The same loop around a plain load: the least that looking at a word can cost. */
export function loopPlainLoads(reads: i32): i32 {
  let open: i32 = 0;
  for (let read: i32 = 0; read < reads; read += 1) open += <i32>(load<i32>(BREAKER_AT, BREAKER_STATE) !== 0);
  return open;
}

/** Order-dependent fold of `bytes` (a multiple of 32) from `at` into `sum`: reads every byte. */
export function foldBytes(at: usize, bytes: u32, sum: u32): u32 {
  let even = i32x4.splat(sum);
  let odd = i32x4.splat(0x9e3779b9);
  for (const end = at + <usize>bytes; at < end; at += 32) {
    even = i32x4.add(i32x4.shl(even, 1), v128.load(at));
    odd = i32x4.add(i32x4.shl(odd, 1), v128.load(at, 16));
  }
  const both = v128.xor(even, odd);
  const low = i64x2.extract_lane(both, 0);
  const high = i64x2.extract_lane(both, 1);
  const mixed = (low ^ rotl<i64>(high, 29)) * 0x9e3779b97f4a7;
  return <u32>(mixed >> 32);
}

/** Folds `count` records of `recordBytes` from `at`, one after the other, into `sum`. */
export function foldEach(at: usize, recordBytes: u32, count: u32, sum: u32): u32 {
  for (let record: u32 = 0; record < count; record += 1)
    sum = foldBytes(at + <usize>(record * recordBytes), recordBytes, sum);
  return sum;
}

/** Takes everything ready off `ring` in order, folds each record of 32 bytes, releases once; answers the new sum. */
export function takeAll(ring: usize, recordBytes: u32, sum: u32): u32 {
  const ready = ringReady(ring);
  const slots = recordBytes / RING_SLOT_BYTES;
  for (let ahead: u32 = 0; ahead < ready; ahead += slots) sum = foldBytes(ringSlotAt(ring, ahead), recordBytes, sum);
  ringRelease(ring, ready);
  return sum;
}

/** Copies the record of 32 bytes at `from` into a slot and publishes it; 0 when the ring is full. */
export function pushRecord(ring: usize, from: usize): i32 {
  if (ringFree(ring, 1) === 0) return 0;
  const to = ringClaim(ring, 1);
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  ringPublish(ring);
  return 1;
}

/**
 * Pushes the record at `from` `pushes` times, numbered from `seq` on at LEVEL_FRAME_SEQ, and takes each alone; answers the
 * new sum. Traps when the ring is full.
 */
export function handRecords(ring: usize, from: usize, seq: u32, pushes: u32, sum: u32): u32 {
  for (let push: u32 = 0; push < pushes; push += 1) {
    store<u32>(from, seq + push, LEVEL_FRAME_SEQ);
    if (pushRecord(ring, from) === 0) unreachable();
    sum = takeAll(ring, RING_SLOT_BYTES, sum);
  }
  return sum;
}

/**
 * Waits at most `looks` looks for a record on `inward` and copies it to `outward`, `turns` times. Answers the turns
 * done: fewer when a wait was in vain.
 */
export function echoRecords(inward: usize, outward: usize, turns: u32, looks: u32): u32 {
  for (let turn: u32 = 0; turn < turns; turn += 1) {
    if (ringAwait(inward, looks) === 0) return turn;
    if (pushRecord(outward, ringSlotAt(inward, 0)) === 0) return turn;
    ringRelease(inward, 1);
  }
  return turns;
}

/** Waits at most `looks` looks for a record; answers its fold and releases it, 0 when none came. */
export function takeRecord(ring: usize, looks: u32): u32 {
  if (ringAwait(ring, looks) === 0) return 0;
  const sum = foldBytes(ringSlotAt(ring, 0), RING_SLOT_BYTES, 0);
  ringRelease(ring, 1);
  return sum;
}
