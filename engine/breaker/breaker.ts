// The breaker's words in the arena. Writer: any thread (trip), the executor's thread (announce, retire). Reader: all.
//
// Protocol: announce the batch in a free slot, re-read the breaker, check, send, and retire only after the socket has
// taken the last byte. A trip opens the breaker first and then looks at the slots. Both sides are sequentially
// consistent, so an announcer either sees the breaker open or is seen in its slot by the trip: "load, then send"
// without the announcement lets an order leave after trip() returned.
//
// The whole state is one word (engine/breaker/state.ts reads it): a trip is one `or`, which cannot fail, and every change
// that lets orders out again is one compare-and-swap, which a trip that came since refuses. So a half-open breaker's probe is
// the re-read: who takes it has been announced, and a trip in between takes the budget away.
//
// What every order batch does (announce, read, retire) is a call into WASM each: there an atomic access is one
// instruction, where the Atomics functions of JavaScript are calls of several (wasm/breaker.ts).
//
// HOT PATH: isOpen(), announce() and retire() allocate nothing.
import * as L from '../../wasm/layout.ts';
import { assert, InvariantError } from '../core/assert.ts';
import type { Clock } from '../core/clock.ts';
import type { Arena } from '../memory/arena.ts';
import { causeNames } from './causes.ts';
import { type BreakerState, stateOf } from './state.ts';

const STATE_WORD = (L.BREAKER_AT + L.BREAKER_STATE) >> 2;
const TRIPS_WORD = (L.BREAKER_AT + L.BREAKER_TRIPS) >> 2;
const WAITERS_WORD = (L.BREAKER_AT + L.BREAKER_WAITERS) >> 2;
const FIRST_SLOT_WORD = (L.BREAKER_AT + L.BREAKER_IN_FLIGHT) >> 2;
/** What announce answers when every slot is taken. */
export const NO_SLOT = -1;
const BATCH_ID_MAX = 0x7fffffff;

/** What the breaker calls in the WASM module, in an instance of this thread. */
export interface BreakerExports {
  /** 1 when nothing that adds exposure may be sent. */
  breakerOpen(): number;
  /** The state word. */
  breakerWord(): number;
  /** Takes a free in-flight slot for the batch; answers the slot or NO_SLOT. */
  breakerAnnounce(batchId: number): number;
  /** Frees the slot and wakes the trip that waits for it. */
  breakerRetire(slot: number): void;
}

/** `clear`: no order leaves after the trip. Otherwise the batches whose bytes may still be leaving. */
export type TripResult = { readonly clear: true } | { readonly clear: false; readonly inFlight: readonly number[] };

/** The breaker as one thread sees it: make one instance per thread, it remembers which slots are this thread's. */
export class Breaker {
  readonly #i32: Int32Array;
  readonly #clock: Clock;
  readonly #wasm: BreakerExports;
  readonly #ownIds = new Int32Array(L.BREAKER_IN_FLIGHT_SLOTS);

  /** `wasm`: an instance over the same arena. */
  constructor(arena: Arena, clock: Clock, wasm: BreakerExports) {
    this.#i32 = arena.i32;
    this.#clock = clock;
    this.#wasm = wasm;
  }

  /** True when nothing that adds exposure may be sent. */
  isOpen(): boolean {
    return this.#wasm.breakerOpen() !== 0;
  }

  /** The state word, for state.ts. */
  word(): number {
    return this.#wasm.breakerWord();
  }

  state(): BreakerState {
    return stateOf(this.word());
  }

  /** CAUSE_* bits seen since the last reset. */
  causes(): number {
    return this.word() & L.BREAKER_CAUSES_MASK;
  }

  /** Trips since the start, over all threads. */
  trips(): number {
    return Atomics.load(this.#i32, TRIPS_WORD) >>> 0;
  }

  /** Puts `batchId` (positive) into a free in-flight slot; answers the slot or NO_SLOT. Re-read the breaker after it. */
  announce(batchId: number): number {
    // The text is made only when it is needed: it would be all that an announcement allocates.
    if (!(batchId > 0 && batchId <= BATCH_ID_MAX)) throw new InvariantError(`batch id ${batchId}, allowed 1..2^31 - 1`);
    const slot = this.#wasm.breakerAnnounce(batchId);
    if (slot !== NO_SLOT) this.#ownIds[slot] = batchId;
    return slot;
  }

  /** Frees the slot of `batchId`, after its last byte left or when it will not be sent. False when it has none here. */
  retire(batchId: number): boolean {
    const ownIds = this.#ownIds;
    for (let slot = 0; slot < L.BREAKER_IN_FLIGHT_SLOTS; slot += 1) {
      if (ownIds[slot] !== batchId) continue;
      ownIds[slot] = 0;
      this.#wasm.breakerRetire(slot);
      return true;
    }
    return false;
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
    Atomics.or(this.#i32, STATE_WORD, causeBit | L.BREAKER_OPEN);
    Atomics.add(this.#i32, TRIPS_WORD, 1);
    const endNs = this.#clock.nowNs() + deadlineMs * 1e6;
    const inFlight: number[] = [];
    for (let slot = 0; slot < L.BREAKER_IN_FLIGHT_SLOTS; slot += 1) {
      const id = Atomics.load(this.#i32, FIRST_SLOT_WORD + slot);
      // A batch announced after the step above re-reads the breaker and finds it open: only ids seen now count.
      if (id !== 0 && !this.#waitRetired(slot, id, endNs)) inFlight.push(id);
    }
    return inFlight.length === 0 ? { clear: true } : { clear: false, inFlight };
  }

  /**
   * Closes the breaker; reduce-only stays as it is. `expectedCauses` is what the operator saw: a cause that came since
   * refuses the reset. Answers false then. `who` and `why` must not be empty; the caller journals them.
   */
  reset(expectedCauses: number, who: string, why: string): boolean {
    assert(who !== '' && why !== '', 'a reset says who and why');
    const seen = this.word();
    if ((seen & L.BREAKER_CAUSES_MASK) !== expectedCauses) return false;
    return this.#swap(seen, seen & L.BREAKER_REDUCE_ONLY);
  }

  /** Lets `probes` baskets out; the causes stay until it closes. False when something changed since `seen` was read. */
  halfOpen(seen: number, probes: number): boolean {
    assert(probes > 0 && probes <= L.BREAKER_PROBES_MAX, `${probes} probes, allowed 1..${L.BREAKER_PROBES_MAX}`);
    const kept = seen & (L.BREAKER_CAUSES_MASK | L.BREAKER_REDUCE_ONLY);
    return this.#swap(seen, kept | L.BREAKER_HALF_OPEN | (probes * L.BREAKER_PROBE));
  }

  /** Takes one probe of a half-open breaker for a batch that is announced: false when a trip or another took it. */
  takeProbe(): boolean {
    const seen = this.word();
    if (stateOf(seen) !== 'halfOpen' || (seen & L.BREAKER_PROBES_MASK) === 0) return false;
    return this.#swap(seen, seen - L.BREAKER_PROBE);
  }

  /** Gives a probe back whose basket came to nothing; false when the breaker is not half-open any more. */
  returnProbe(): boolean {
    const seen = this.word();
    const isFull = (seen & L.BREAKER_PROBES_MASK) === L.BREAKER_PROBES_MASK;
    return stateOf(seen) === 'halfOpen' && !isFull && this.#swap(seen, seen + L.BREAKER_PROBE);
  }

  /** Closes a half-open breaker; false when it is not, or something changed meanwhile. */
  close(): boolean {
    const seen = this.word();
    return stateOf(seen) === 'halfOpen' && this.#swap(seen, seen & L.BREAKER_REDUCE_ONLY);
  }

  /** From now on only what reduces exposure passes, or all that the state lets pass again. */
  reduceOnly(isOn: boolean): void {
    if (isOn) Atomics.or(this.#i32, STATE_WORD, L.BREAKER_REDUCE_ONLY);
    else Atomics.and(this.#i32, STATE_WORD, ~L.BREAKER_REDUCE_ONLY);
  }

  #swap(seen: number, next: number): boolean {
    return Atomics.compareExchange(this.#i32, STATE_WORD, seen, next) === seen;
  }

  /** For the status line and the summary. */
  describe(): { readonly open: boolean; readonly causes: readonly string[]; readonly trips: number } {
    return { open: this.isOpen(), causes: causeNames(this.causes()), trips: this.trips() };
  }

  #waitRetired(slot: number, id: number, endNs: number): boolean {
    if (this.#ownIds[slot] === id) return false;
    const word = FIRST_SLOT_WORD + slot;
    // Counted before the wait looks at the slot: a retirement either finds the waiter or is seen by the wait.
    Atomics.add(this.#i32, WAITERS_WORD, 1);
    let leftMs = (endNs - this.#clock.nowNs()) / 1e6;
    // A wake-up proves nothing, it may be a late one for a batch that held the slot before. Ids are unique in a run, so
    // any other value in the slot means that this one has retired.
    while (leftMs > 0 && Atomics.load(this.#i32, word) === id) {
      if (Atomics.wait(this.#i32, word, id, leftMs) === 'timed-out') break;
      leftMs = (endNs - this.#clock.nowNs()) / 1e6;
    }
    Atomics.sub(this.#i32, WAITERS_WORD, 1);
    return Atomics.load(this.#i32, word) !== id;
  }
}
