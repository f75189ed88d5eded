// The breaker's words as WASM reads and writes them; the protocol is told in engine/breaker/breaker.ts. Any thread: the
// gate's passes on the executor's, the mark of an opportunity on the detector's.
// HOT PATH: allocates nothing; bounded by BREAKER_IN_FLIGHT_SLOTS.
import {
  BREAKER_AT,
  BREAKER_IN_FLIGHT,
  BREAKER_IN_FLIGHT_SLOTS,
  BREAKER_OPEN,
  BREAKER_PROBES_MASK,
  BREAKER_REDUCE_ONLY,
  BREAKER_STATE,
  BREAKER_WAITERS,
} from './layout';

/** 1 when nothing that adds exposure may be sent: open, reduce-only, or half-open with no probe left. */
export function breakerOpen(): i32 {
  const word = atomic.load<i32>(BREAKER_AT, BREAKER_STATE);
  if (word === 0) return 0;
  return <i32>((word & (BREAKER_OPEN | BREAKER_REDUCE_ONLY)) !== 0 || (word & BREAKER_PROBES_MASK) === 0);
}

/** The whole state in one look. */
export function breakerWord(): i32 {
  return atomic.load<i32>(BREAKER_AT, BREAKER_STATE);
}

/** Puts `batchId` (not 0) into a free in-flight slot; answers the slot, or -1. Re-read the breaker after it. */
export function breakerAnnounce(batchId: i32): i32 {
  for (let slot: i32 = 0; slot < BREAKER_IN_FLIGHT_SLOTS; slot += 1) {
    const at = <usize>(BREAKER_AT + BREAKER_IN_FLIGHT + (slot << 2));
    // A plain look first: a taken slot costs no locked access.
    if (atomic.load<i32>(at) === 0 && atomic.cmpxchg<i32>(at, 0, batchId) === 0) return slot;
  }
  return -1;
}

/** Frees in-flight slot `slot` and wakes the trip that waits for it, if one does: it counts itself before it waits. */
export function breakerRetire(slot: i32): void {
  const at = <usize>(BREAKER_AT + BREAKER_IN_FLIGHT + (slot << 2));
  atomic.store<i32>(at, 0);
  if (atomic.load<i32>(BREAKER_AT, BREAKER_WAITERS) !== 0) atomic.notify(at);
}
