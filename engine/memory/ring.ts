// SPSC ring over the arena, TypeScript side; the same words as wasm/ring.ts, so either side may be written in either
// language. One writer and one reader, named where the ring is wired.
//
// HOT PATH: allocates only in the constructor.
import * as L from '../../wasm/layout.ts';
import type { Arena } from './arena.ts';

const SLOT_SHIFT = 5; // RING_SLOT_BYTES = 32

/** One end or both of a ring whose first byte lies at `at`. Two instances over the same bytes are one ring. */
export class Ring {
  readonly at: number;
  readonly capacity: number;
  readonly #i32: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #mask: number;
  readonly #tailWord: number;
  readonly #headWord: number;
  readonly #cachedHeadWord: number;
  readonly #cachedTailWord: number;
  readonly #claimedWord: number;
  readonly #refusedWord: number;
  readonly #sleepingWord: number;

  constructor(arena: Arena, at: number) {
    this.at = at;
    this.#i32 = arena.i32;
    this.#bytes = arena.bytes;
    this.capacity = arena.u32[(at + L.RING_CAPACITY) >> 2]!;
    this.#mask = this.capacity - 1;
    this.#tailWord = (at + L.RING_TAIL) >> 2;
    this.#headWord = (at + L.RING_HEAD) >> 2;
    this.#cachedHeadWord = (at + L.RING_CACHED_HEAD) >> 2;
    this.#cachedTailWord = (at + L.RING_CACHED_TAIL) >> 2;
    this.#claimedWord = (at + L.RING_CLAIMED) >> 2;
    this.#refusedWord = (at + L.RING_REFUSED) >> 2;
    this.#sleepingWord = (at + L.RING_SLEEPING) >> 2;
  }

  // ---- producer ----

  /** Slots free, asking the consumer's head only when fewer than `wanted` seem free. */
  free(wanted: number): number {
    const i32 = this.#i32;
    const claimed = i32[this.#claimedWord]!;
    let free = this.capacity - ((claimed - i32[this.#cachedHeadWord]!) | 0);
    if (free < wanted) {
      i32[this.#cachedHeadWord] = Atomics.load(i32, this.#headWord);
      free = this.capacity - ((claimed - i32[this.#cachedHeadWord]!) | 0);
    }
    return free;
  }

  /**
   * Claims 1 or 2 contiguous slots and answers their byte address. Ask `free` for the whole group first, one slot
   * more per two-slot record: a PAD may fill the ring's last slot.
   */
  claim(slots: number): number {
    const i32 = this.#i32;
    let claimed = i32[this.#claimedWord]!;
    if (slots === 2 && (claimed & this.#mask) === this.#mask) {
      this.#bytes[this.at + L.RING_SLOTS + (this.#mask << SLOT_SHIFT) + L.RECORD_KIND] = L.KIND_PAD;
      claimed = (claimed + 1) | 0;
    }
    i32[this.#claimedWord] = (claimed + slots) | 0;
    return this.at + L.RING_SLOTS + ((claimed & this.#mask) << SLOT_SHIFT);
  }

  /** Claims any number of slots, which may run over the ring's end, and answers the first one's byte address. */
  claimRun(slots: number): number {
    const i32 = this.#i32;
    const claimed = i32[this.#claimedWord]!;
    i32[this.#claimedWord] = (claimed + slots) | 0;
    return this.at + L.RING_SLOTS + ((claimed & this.#mask) << SLOT_SHIFT);
  }

  /** Publishes everything claimed and wakes the consumer if it sleeps. Who sees this tail sees the records. */
  publish(): void {
    const i32 = this.#i32;
    Atomics.store(i32, this.#tailWord, i32[this.#claimedWord]!);
    if (Atomics.load(i32, this.#sleepingWord) !== 0) Atomics.notify(i32, this.#tailWord, 1);
  }

  /** Forgets what was claimed and not published. */
  abandon(): void {
    this.#i32[this.#claimedWord] = this.#i32[this.#tailWord]!;
  }

  /** Publish groups refused because the ring was full. */
  get refused(): number {
    return this.#i32[this.#refusedWord]! >>> 0;
  }

  // ---- consumer ----

  /** Published slots not yet released, asking the producer's tail only when none seem left. */
  ready(): number {
    const i32 = this.#i32;
    const head = i32[this.#headWord]!;
    let ready = (i32[this.#cachedTailWord]! - head) | 0;
    if (ready === 0) {
      i32[this.#cachedTailWord] = Atomics.load(i32, this.#tailWord);
      ready = (i32[this.#cachedTailWord]! - head) | 0;
    }
    return ready;
  }

  /** Byte address of the slot `ahead` of the head. */
  slotAt(ahead: number): number {
    return this.at + L.RING_SLOTS + (((this.#i32[this.#headWord]! + ahead) & this.#mask) << SLOT_SHIFT);
  }

  /** Kind of the record that starts `ahead` of the head, one of KIND_*. */
  kindAt(ahead: number): number {
    return this.#bytes[this.slotAt(ahead) + L.RECORD_KIND]!;
  }

  /** Gives `slots` back to the producer, which may overwrite them at once. */
  release(slots: number): void {
    const i32 = this.#i32;
    Atomics.store(i32, this.#headWord, (i32[this.#headWord]! + slots) | 0);
  }

  /** Slots published and not released, seen from any thread. */
  occupancy(): number {
    return (Atomics.load(this.#i32, this.#tailWord) - Atomics.load(this.#i32, this.#headWord)) | 0;
  }

  /** Consumer: sleeps at most `timeoutMs` until something is published. Not for a thread with an event loop. */
  park(timeoutMs: number): void {
    const i32 = this.#i32;
    Atomics.store(i32, this.#sleepingWord, 1);
    // The tail is read after the sleeping word is set: a publish in between is seen here or wakes the wait.
    const tail = Atomics.load(i32, this.#tailWord);
    if (tail === i32[this.#headWord]!) Atomics.wait(i32, this.#tailWord, tail, timeoutMs);
    Atomics.store(i32, this.#sleepingWord, 0);
  }

  /** Like `park` for a thread with an event loop: resolves when something is published or the time is over. */
  async parkAsync(timeoutMs: number): Promise<void> {
    const i32 = this.#i32;
    Atomics.store(i32, this.#sleepingWord, 1);
    const tail = Atomics.load(i32, this.#tailWord);
    if (tail === i32[this.#headWord]!) {
      const wait = Atomics.waitAsync(i32, this.#tailWord, tail, timeoutMs);
      if (wait.async) await wait.value; // tidy-ok: about to sleep, nothing is hot
    }
    Atomics.store(i32, this.#sleepingWord, 0);
  }

  /** Sets both indexes, so that a test can start just below 2^32. Only before first use. */
  startAt(index: number): void {
    this.#i32[this.#tailWord] = index | 0;
    this.#i32[this.#headWord] = index | 0;
    this.#i32[this.#claimedWord] = index | 0;
    this.#i32[this.#cachedHeadWord] = index | 0;
    this.#i32[this.#cachedTailWord] = index | 0;
  }
}
