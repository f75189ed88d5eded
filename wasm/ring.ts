// SPSC ring over the arena, WASM side: the producer claims and publishes, the consumer polls and releases.
//
// Order that matters: the producer stores the record, then the tail (atomic); the consumer reads the tail (atomic),
// then the record, then stores the head (atomic). The other side's index is cached so that a full or empty check
// touches the shared line only when the cached copy says full or empty.
// HOT PATH: allocates nothing; a wait is bounded by its looks.
import {
  KIND_PAD,
  RECORD_KIND,
  RING_CACHED_HEAD,
  RING_CACHED_TAIL,
  RING_CAPACITY,
  RING_CLAIMED,
  RING_HEAD,
  RING_REFUSED,
  RING_SLEEPING,
  RING_SLOT_BYTES,
  RING_SLOTS,
  RING_TAIL,
} from './layout';

/** Slots free for the producer, asking the consumer's head only when fewer than `wanted` seem free. */
export function ringFree(ring: usize, wanted: u32): u32 {
  const end = load<u32>(ring, RING_CAPACITY) - load<u32>(ring, RING_CLAIMED);
  const free = end + load<u32>(ring, RING_CACHED_HEAD);
  if (free >= wanted) return free;
  const head = atomic.load<u32>(ring, RING_HEAD);
  store<u32>(ring, head, RING_CACHED_HEAD);
  return end + head;
}

/**
 * Claims `slots` (1 or 2) contiguous slots and answers their address. The caller has asked ringFree for the whole
 * publish group, one slot more per two-slot record.
 */
export function ringClaim(ring: usize, slots: u32): usize {
  const mask = load<u32>(ring, RING_CAPACITY) - 1;
  let claimed = load<u32>(ring, RING_CLAIMED);
  if (slots === 2 && (claimed & mask) === mask) {
    store<u8>(ring + RING_SLOTS + <usize>mask * RING_SLOT_BYTES, KIND_PAD, RECORD_KIND);
    claimed += 1;
  }
  store<u32>(ring, claimed + slots, RING_CLAIMED);
  return ring + RING_SLOTS + <usize>(claimed & mask) * RING_SLOT_BYTES;
}

/** Publishes everything claimed; wakes the consumer if it sleeps. Publish last: who sees the tail sees the records. */
export function ringPublish(ring: usize): void {
  publishUpTo(ring, load<u32>(ring, RING_CLAIMED));
}

/** Claims and publishes every slot before index `claimed`, for a producer that keeps the index itself. */
export function ringPublishUpTo(ring: usize, claimed: u32): void {
  store<u32>(ring, claimed, RING_CLAIMED);
  publishUpTo(ring, claimed);
}

function publishUpTo(ring: usize, claimed: u32): void {
  atomic.store<u32>(ring, claimed, RING_TAIL);
  if (atomic.load<i32>(ring, RING_SLEEPING) !== 0) atomic.notify(ring + RING_TAIL, 1);
  // The next slot's line is fetched for writing now, while nobody waits, and not by the next record. Only while the slot
  // is known to be free: until then it is the consumer's.
  const capacity = load<u32>(ring, RING_CAPACITY);
  if (claimed - load<u32>(ring, RING_CACHED_HEAD) < capacity) {
    store<u8>(ring + RING_SLOTS + <usize>(claimed & (capacity - 1)) * RING_SLOT_BYTES, KIND_PAD, RECORD_KIND);
  }
}

/** Forgets what was claimed and not published. */
export function ringAbandon(ring: usize): void {
  store<u32>(ring, load<u32>(ring, RING_TAIL), RING_CLAIMED);
}

/** Counts a publish group refused for want of room. */
export function ringRefuse(ring: usize): void {
  store<u32>(ring, load<u32>(ring, RING_REFUSED) + 1, RING_REFUSED);
}

/** Published slots the consumer has not released, asking the producer's tail only when none seem left. */
export function ringReady(ring: usize): u32 {
  const head = load<u32>(ring, RING_HEAD);
  const ready = load<u32>(ring, RING_CACHED_TAIL) - head;
  if (ready !== 0) return ready;
  const tail = atomic.load<u32>(ring, RING_TAIL);
  store<u32>(ring, tail, RING_CACHED_TAIL);
  return tail - head;
}

/** Looks at the producer's tail at most `looks` times until it has moved; answers what ringReady would then. */
export function ringAwait(ring: usize, looks: u32): u32 {
  const head = load<u32>(ring, RING_HEAD);
  const slot = ringSlotAt(ring, 0);
  for (let left = looks; left > 0; left -= 1) {
    const tail = atomic.load<u32>(ring, RING_TAIL);
    // The record's line is asked for together with the tail's, so that both are on their way at once.
    load<u8>(slot);
    if (tail === head) continue;
    store<u32>(ring, tail, RING_CACHED_TAIL);
    return tail - head;
  }
  return 0;
}

/** Address of the slot `ahead` of the head. */
export function ringSlotAt(ring: usize, ahead: u32): usize {
  const mask = load<u32>(ring, RING_CAPACITY) - 1;
  return ring + RING_SLOTS + <usize>((load<u32>(ring, RING_HEAD) + ahead) & mask) * RING_SLOT_BYTES;
}

/** Gives `slots` back to the producer. Release last: the producer may overwrite them at once. */
export function ringRelease(ring: usize, slots: u32): void {
  atomic.store<u32>(ring, load<u32>(ring, RING_HEAD) + slots, RING_HEAD);
}
