// The breaker's words in the arena. Writer: any thread (trip), the executor's thread (announce, retire). Reader: all.
//
// Protocol: announce the batch in a free slot, re-read the breaker, check, send, and retire only after the socket has
// taken the last byte. A trip opens the breaker first and then looks at the slots. Both sides are sequentially
// consistent, so an announcer either sees the breaker open or is seen in its slot by the trip: "load, then send"
// without the announcement lets an order leave after trip() returned.
//
// The causes word is the truth (open = not zero), so that one compare-and-swap resets it; the state word mirrors it.
import * as L from '../../wasm/layout.ts';
import { assert } from '../core/assert.ts';
import type { Clock } from '../core/clock.ts';
import type { Arena } from '../memory/arena.ts';
import { causeNames } from './causes.ts';

const STATE_WORD = (L.BREAKER_AT + L.BREAKER_STATE) >> 2;
const CAUSES_WORD = (L.BREAKER_AT + L.BREAKER_CAUSES) >> 2;
const TRIPS_WORD = (L.BREAKER_AT + L.BREAKER_TRIPS) >> 2;
const FIRST_SLOT_WORD = (L.BREAKER_AT + L.BREAKER_IN_FLIGHT) >> 2;
/** What announce answers when every slot is taken. */
export const NO_SLOT = -1;

/** `clear`: no order leaves after the trip. Otherwise the batches whose bytes may still be leaving. */
export type TripResult = { readonly clear: true } | { readonly clear: false; readonly inFlight: readonly number[] };

/** The breaker as one thread sees it: make one instance per thread, it remembers which slots are this thread's. */
export class Breaker {
  readonly #i32: Int32Array;
  readonly #clock: Clock;
  readonly #ownIds = new Int32Array(L.BREAKER_IN_FLIGHT_SLOTS);

  constructor(arena: Arena, clock: Clock) {
    this.#i32 = arena.i32;
    this.#clock = clock;
  }

  /** True when nothing that adds exposure may be sent. */
  isOpen(): boolean {
    return Atomics.load(this.#i32, CAUSES_WORD) !== 0 || Atomics.load(this.#i32, STATE_WORD) !== L.BREAKER_CLOSED;
  }

  /** The causes word: CAUSE_* bits seen since the last reset. */
  causes(): number {
    return Atomics.load(this.#i32, CAUSES_WORD);
  }

  /** Trips since the start, over all threads. */
  trips(): number {
    return Atomics.load(this.#i32, TRIPS_WORD) >>> 0;
  }

  /** Puts `batchId` (positive) into a free in-flight slot; answers the slot or NO_SLOT. Re-read the breaker after it. */
  announce(batchId: number): number {
    assert(batchId > 0 && batchId <= 0x7fffffff, `batch id ${batchId} is in 1..2^31 - 1`);
    for (let slot = 0; slot < L.BREAKER_IN_FLIGHT_SLOTS; slot += 1) {
      if (Atomics.compareExchange(this.#i32, FIRST_SLOT_WORD + slot, 0, batchId) === 0) {
        this.#ownIds[slot] = batchId;
        return slot;
      }
    }
    return NO_SLOT;
  }

  /** Frees the slot of `batchId`, after its last byte left or when it will not be sent. False when it has none here. */
  retire(batchId: number): boolean {
    const slot = this.#ownIds.indexOf(batchId);
    if (slot < 0) return false;
    this.#ownIds[slot] = 0;
    Atomics.store(this.#i32, FIRST_SLOT_WORD + slot, 0);
    Atomics.notify(this.#i32, FIRST_SLOT_WORD + slot);
    return true;
  }

  /** Batches announced and not retired, over all threads. */
  inFlight(): number[] {
    const ids: number[] = [];
    for (let slot = 0; slot < L.BREAKER_IN_FLIGHT_SLOTS; slot += 1) {
      const id = Atomics.load(this.#i32, FIRST_SLOT_WORD + slot);
      if (id !== 0) ids.push(id);
    }
    return ids;
  }

  /**
   * Opens the breaker for `causeBit`, then waits at most `deadlineMs` in all until every batch that was in flight has
   * retired. Never waits for slots of its own thread, which could not retire meanwhile: those are answered as in flight.
   */
  trip(causeBit: number, deadlineMs: number): TripResult {
    assert(causeBit > 0, 'a trip names its cause');
    Atomics.or(this.#i32, CAUSES_WORD, causeBit);
    Atomics.store(this.#i32, STATE_WORD, L.BREAKER_OPEN);
    Atomics.add(this.#i32, TRIPS_WORD, 1);
    const endNs = this.#clock.nowNs() + deadlineMs * 1e6;
    const inFlight: number[] = [];
    for (let slot = 0; slot < L.BREAKER_IN_FLIGHT_SLOTS; slot += 1) {
      const id = Atomics.load(this.#i32, FIRST_SLOT_WORD + slot);
      // A batch announced after the store above re-reads the breaker and finds it open: only ids seen now count.
      if (id !== 0 && !this.#waitRetired(slot, id, endNs)) inFlight.push(id);
    }
    return inFlight.length === 0 ? { clear: true } : { clear: false, inFlight };
  }

  /**
   * Closes the breaker. `expectedCauses` is what the operator saw: a cause that came since refuses the reset.
   * Answers false then. `who` and `why` must not be empty; the caller journals them.
   */
  reset(expectedCauses: number, who: string, why: string): boolean {
    assert(who !== '' && why !== '', 'a reset says who and why');
    if (Atomics.compareExchange(this.#i32, CAUSES_WORD, expectedCauses, 0) !== expectedCauses) return false;
    Atomics.store(this.#i32, STATE_WORD, L.BREAKER_CLOSED);
    // A trip between the two stores has its cause in the word already: mirror it again.
    if (Atomics.load(this.#i32, CAUSES_WORD) !== 0) Atomics.store(this.#i32, STATE_WORD, L.BREAKER_OPEN);
    return true;
  }

  /** For the status line and the summary. */
  describe(): { readonly open: boolean; readonly causes: readonly string[]; readonly trips: number } {
    return { open: this.isOpen(), causes: causeNames(this.causes()), trips: this.trips() };
  }

  #waitRetired(slot: number, id: number, endNs: number): boolean {
    if (this.#ownIds[slot] === id) return false;
    const leftMs = Math.max(0, (endNs - this.#clock.nowNs()) / 1e6);
    // Ids are unique in a run, so any other value means that this one has retired.
    return Atomics.wait(this.#i32, FIRST_SLOT_WORD + slot, id, leftMs) !== 'timed-out';
  }
}
