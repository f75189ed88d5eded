// The bytes of one connection: where the next read lands, and what of the last reads is kept because it is unfinished.
// Ingest thread; the kernel writes through `view`, the frame reader moves `from` and the unfinished message.
//
// Reads land at a fixed place behind a headroom. What is unfinished after a read (a part of a frame, fragments of a
// message) is moved to end where the next read begins, so a frame in two reads is whole in the memory, one view serves
// every read and a move is at most the headroom. More than the headroom (a large message on its way) stays where it is
// and reads are appended; more than the slice grows into private memory, at most a message, until it is worked off.
//
// HOT PATH: allocates only in the constructor, and per read while a message larger than the headroom is on its way.

/** A stretch of memory to receive in. */
export interface ReceiveMemory {
  readonly memory: Uint8Array;
  readonly at: number;
  readonly bytes: number;
}

/** Smallest slice that is of use. */
export const RECEIVE_BYTES_MIN = 256;
const HEADROOM_BYTES_MAX = 16_384;
const ROOM_BYTES_MAX = 4_096;
/** A frame header is at most 10 bytes; beside a message under way there is at most a part of one control frame. */
const BESIDE_MESSAGE_BYTES = 256;

export class ReceiveBuffer {
  /** Holds everything received and not worked off: the slice's memory, or private memory. */
  memory: Uint8Array;
  /** First byte not worked off, and the end of what was received. */
  from: number;
  to: number;
  /** Payload so far of a message in fragments; it lies before `from`. */
  messageAt = 0;
  messageBytes = 0;
  /** Where the next read lands. */
  view: Uint8Array;
  /** True when `memory` is the slice's. */
  inSlice = true;
  readonly #slice: ReceiveMemory;
  readonly #readAt: number;
  readonly #readView: Uint8Array;
  readonly #room: number;
  readonly #privateBytesMax: number;
  /** Ends of the stretch in use. */
  #low: number;
  #high: number;

  /**
   * `largestBytes`: the largest thing that must fit, a message or a handshake. Throws RangeError when the slice is
   * smaller than RECEIVE_BYTES_MIN.
   */
  constructor(slice: ReceiveMemory, largestBytes: number) {
    if (slice.bytes < RECEIVE_BYTES_MIN) {
      throw new RangeError(`receive slice of ${slice.bytes} bytes, allowed from ${RECEIVE_BYTES_MIN}`);
    }
    this.#slice = slice;
    this.#room = Math.min(ROOM_BYTES_MAX, slice.bytes >> 2);
    this.#privateBytesMax = largestBytes + BESIDE_MESSAGE_BYTES + 2 * this.#room;
    this.#readAt = slice.at + Math.min(HEADROOM_BYTES_MAX, slice.bytes >> 2);
    this.#low = slice.at;
    this.#high = slice.at + slice.bytes;
    this.#readView = slice.memory.subarray(this.#readAt, this.#high);
    this.memory = slice.memory;
    this.view = this.#readView;
    this.from = this.#readAt;
    this.to = this.#readAt;
  }

  /** `bytes` bytes were read into `view`. */
  arrived(bytes: number): void {
    this.to += bytes;
  }

  /** Forgets everything received. */
  discard(): void {
    this.messageBytes = 0;
    this.from = this.to;
    this.settle();
  }

  /** Makes room for the next read; what is unfinished stays, in one piece before it. */
  settle(): void {
    const kept = this.messageBytes + (this.to - this.from);
    if (kept <= this.#readAt - this.#slice.at) this.#placeInSlice(this.#readAt - kept, this.#readView);
    else this.#settleLarge(kept);
  }

  /** Moves what is kept to `at` of the slice. */
  #placeInSlice(at: number, view: Uint8Array): void {
    const source = this.memory;
    const { memory } = this.#slice;
    const tail = this.to - this.from;
    if (this.inSlice) {
      // The message lies before the tail, but its new place may cover the tail's old one when it moves up.
      if (this.messageBytes > 0 && at > this.messageAt) {
        memory.copyWithin(at + this.messageBytes, this.from, this.to);
        memory.copyWithin(at, this.messageAt, this.messageAt + this.messageBytes);
      } else {
        if (this.messageBytes > 0) memory.copyWithin(at, this.messageAt, this.messageAt + this.messageBytes);
        if (tail > 0) memory.copyWithin(at + this.messageBytes, this.from, this.to);
      }
    } else {
      memory.set(source.subarray(this.messageAt, this.messageAt + this.messageBytes), at);
      memory.set(source.subarray(this.from, this.to), at + this.messageBytes);
      this.memory = memory;
      this.inSlice = true;
      this.#low = this.#slice.at;
      this.#high = this.#slice.at + this.#slice.bytes;
    }
    this.#nowAt(at, tail, view);
  }

  #nowAt(at: number, tail: number, view: Uint8Array): void {
    this.messageAt = at;
    this.from = at + this.messageBytes;
    this.to = this.from + tail;
    this.view = view;
  }

  #settleLarge(kept: number): void {
    const { memory } = this;
    const tail = this.to - this.from;
    if (this.messageBytes === 0) this.messageAt = this.from;
    // Headers and control frames since the last fragment leave a gap.
    const messageEnd = this.messageAt + this.messageBytes;
    if (messageEnd < this.from) memory.copyWithin(messageEnd, this.from, this.to);
    let at = this.messageAt;
    if (at + kept + this.#room > this.#high) {
      // Worth it once: what is kept and does not fit below grows into more memory.
      if (kept + this.#room <= this.#high - this.#low) {
        memory.copyWithin(this.#low, at, at + kept);
        at = this.#low;
      } else {
        this.#grow(at, kept);
        at = 0;
      }
    }
    this.#nowAt(at, tail, this.memory.subarray(at + kept, this.#high));
  }

  #grow(at: number, kept: number): void {
    const bytes = Math.min(this.#privateBytesMax, 2 * (this.#high - this.#low));
    const memory = new Uint8Array(Math.max(bytes, kept + this.#room)); // tidy-ok: a message larger than the slice
    memory.set(this.memory.subarray(at, at + kept));
    this.memory = memory;
    this.inSlice = false;
    this.#low = 0;
    this.#high = memory.length;
  }
}
