// Hands every frame to the recorder before it is decoded: a copy of its bytes and its receive time in the recorder's
// ring. Ingest thread, the ring's only writer; the recorder reads it. A full ring loses the frame, counted, and never
// waits; the next frame that finds room says how many were lost before it.
//
// HOT PATH: allocates only in the constructor.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import type { Counters } from '../memory/counters.ts';
import { Ring } from '../memory/ring.ts';
import { noteBytes, type RecorderNote } from './notes.ts';

const SLOT_SHIFT = 5; // RING_SLOT_BYTES = 32
const SLOT_MASK = L.RING_SLOT_BYTES - 1;
const INGEST_AGENT = 0;

export class FrameTap {
  readonly #bytes: Uint8Array;
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly #counters: Counters;
  readonly #ring: Ring;
  readonly #firstSlot: number;
  readonly #end: number;
  readonly #takenNs: number;
  /** Frames lost since the last one that found room. */
  readonly #lost = new Uint32Array(1);

  /** `counters`: ingest's. Throws InvariantError when the arena has no ring for a recorder. */
  constructor(arena: Arena, counters: Counters) {
    this.#bytes = arena.bytes;
    this.#u32 = arena.u32;
    this.#f64 = arena.f64;
    this.#counters = counters;
    this.#ring = new Ring(arena, arena.at(L.REGION_RECORD_RINGS, 0));
    this.#firstSlot = this.#ring.at + L.RING_SLOTS;
    this.#end = this.#firstSlot + this.#ring.capacity * L.RING_SLOT_BYTES;
    this.#takenNs = (arena.at(L.REGION_SCRATCH, INGEST_AGENT) + L.SCRATCH_TAKEN_NS) >> 3;
  }

  /**
   * Takes the message of `length` bytes at `at`, whose receive time lies in SCRATCH_TAKEN_NS. True when it ends a gap:
   * frames before it were lost.
   */
  take(at: number, length: number, venue: number, connection: number): boolean {
    const skip = at & L.TAP_ALIGN_MASK;
    const slots = L.TAP_SLOTS + ((skip + length + SLOT_MASK) >> SLOT_SHIFT);
    if (this.#ring.free(slots) < slots) {
      this.lose();
      return false;
    }
    const header = this.#ring.claimRun(slots);
    this.#f64[(header + L.TAP_RECV_NS) >> 3] = this.#f64[this.#takenNs]!;
    this.#copy(header + L.TAP_BYTES + skip, at, length);
    this.#counters.add(L.COUNTER_RECORD_FRAMES, 1);
    return this.#finish(header, L.TAP_KIND_FRAME, length, venue, connection, skip);
  }

  /** What changed books besides frames, as of `nowNs`: what a replay must know to have the same. True when it ends a gap. */
  note(note: RecorderNote, venue: number, connection: number, nowNs: number): boolean {
    const bytes = noteBytes(note);
    const slots = L.TAP_SLOTS + ((bytes.length + SLOT_MASK) >> SLOT_SHIFT);
    if (this.#ring.free(slots) < slots) {
      this.lose();
      return false;
    }
    const header = this.#ring.claimRun(slots);
    this.#f64[(header + L.TAP_RECV_NS) >> 3] = nowNs;
    for (let index = 0; index < bytes.length; index += 1) {
      const at = header + L.TAP_BYTES + index;
      this.#bytes[at < this.#end ? at : at - this.#end + this.#firstSlot] = bytes[index]!;
    }
    return this.#finish(header, L.TAP_KIND_NOTE, bytes.length, venue, connection, 0);
  }

  /** Counts a frame or a note that is not recorded. */
  lose(): void {
    if (this.#lost[0] === 0) this.#counters.add(L.COUNTER_RECORD_GAPS, 1);
    this.#lost[0] = this.#lost[0]! + 1;
    this.#counters.add(L.COUNTER_RECORD_FRAMES_LOST, 1);
  }

  /** Copies to `target`, which may lie beyond the ring's end: the rest goes to its beginning. */
  #copy(target: number, at: number, length: number): void {
    const bytes = this.#bytes;
    if (target >= this.#end) {
      bytes.copyWithin(target - this.#end + this.#firstSlot, at, at + length);
      return;
    }
    const first = Math.min(length, this.#end - target);
    bytes.copyWithin(target, at, at + first);
    if (first < length) bytes.copyWithin(this.#firstSlot, at + first, at + length);
  }

  #finish(header: number, kind: number, length: number, venue: number, connection: number, skip: number): boolean {
    const u32 = this.#u32;
    u32[(header + L.TAP_LENGTH) >> 2] = length;
    u32[(header + L.TAP_CONNECTION) >> 2] = connection;
    u32[(header + L.TAP_VENUE) >> 2] = venue;
    u32[(header + L.TAP_KIND) >> 2] = kind;
    u32[(header + L.TAP_SKIP) >> 2] = skip;
    const lost = this.#lost[0]!;
    u32[(header + L.TAP_LOST) >> 2] = lost;
    this.#lost[0] = 0;
    this.#ring.publish();
    return lost > 0;
  }
}

/** The tap of a run that records; undefined when the arena has no ring for it. */
export function createTap(arena: Arena, counters: Counters): FrameTap | undefined {
  return arena.region(L.REGION_RECORD_RINGS).count > 0 ? new FrameTap(arena, counters) : undefined;
}
