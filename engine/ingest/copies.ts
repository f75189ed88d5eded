// Which copy of a frame counts while two connections carry the same assets: the first. Ingest thread; asked before a frame
// is decoded and again before it is published, only while there are two connections.
//
// A snapshot of one connection may be older than what the other has brought, and takes those changes back; they come again
// on its own connection. So from a snapshot on its connection counts alone, and the other's frames are stale, until both
// have been seen at the same place: one brought a frame that the other had brought before, with nothing between.
// HOT PATH: allocates only in the constructor.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';

/** What becomes of a frame. */
export const COPY_TAKE = 0;
export const COPY_DUPLICATE = 1;
export const COPY_STALE = 2;

/** Frames remembered; of those that share a set one more pushes out the oldest, which then is new, and judged by its time. */
const SLOTS = 8_192;
/** Frames of a set: with one alone some hundred frames that one connection is ahead by would push each other out. */
const WAYS = 4;
/** Shorter messages are no market data: heartbeats. */
const DATA_BYTES_MIN = 32;
const OPENS_ARRAY = 0x5b;
const NONE = -1;
const LINKS_MASK = 31;
const NOT_BOOKS = L.FRAME_FLAG_TRADE | L.FRAME_FLAG_TOP_ONLY;

export class Copies {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #f64: Float64Array;
  readonly #stagingAt: number;
  readonly #low = new Int32Array(SLOTS);
  readonly #high = new Int32Array(SLOTS);
  /** Bit per connection that brought it. */
  readonly #links = new Int32Array(SLOTS);
  /** Generation in which it was taken, 0: it was not. A snapshot begins one: what was taken before it may be taken back. */
  readonly #taken = new Int32Array(SLOTS);
  /** The connection that brought it last, and the place of that among all that was brought. */
  readonly #by = new Int32Array(SLOTS);
  readonly #order = new Int32Array(SLOTS);
  /** Per connection: the place of what it brought last. */
  readonly #lastOrder = new Int32Array(LINKS_MASK + 1);
  /** Per market: venue time of the newest frame published, and the connection that brought it. */
  readonly #newestMs: Float64Array;
  readonly #newestLink: Int32Array;
  #generation = 1;
  #brought = 0;
  #link = 0;
  #alone = NONE;

  constructor(arena: Arena) {
    this.#bytes = arena.bytes;
    this.#view = arena.view;
    this.#f64 = arena.f64;
    this.#stagingAt = arena.region(L.REGION_STAGING).at;
    const { count } = arena.region(L.REGION_MARKETS);
    this.#newestMs = new Float64Array(count);
    this.#newestLink = new Int32Array(count);
  }

  /** The connection that counts alone for now, -1 for none. */
  get alone(): number {
    return this.#alone;
  }

  /** A second connection is about to be dialled: what was seen before is forgotten. */
  begin(): void {
    this.#generation += 1;
    this.#alone = NONE;
    this.#links.fill(0);
    this.#newestMs.fill(0);
  }

  /**
   * Connection `link` brings nothing more. True when it counted alone: what it took back nobody brings again, and what the
   * others brought was not taken, so that the books are lost; the others count from here on.
   */
  over(link: number): boolean {
    if (this.#alone !== link) return false;
    this.#alone = NONE;
    this.#generation += 1;
    // The others may be behind it.
    this.#newestMs.fill(0);
    return true;
  }

  /** Message of connection `link` (any small number) in `bytes`: one of COPY_*. */
  judge(bytes: Uint8Array, at: number, length: number, link: number): number {
    this.#link = link;
    if (length < DATA_BYTES_MIN) return COPY_TAKE;
    let low = length;
    let high = 0x9e3779b9 | 0;
    for (let index = at; index < at + length; index += 1) {
      low = Math.imul(low ^ bytes[index]!, 0x01000193);
      high = Math.imul(high ^ bytes[index]!, 0x85ebca6b) ^ (high >>> 15);
    }
    return this.#judgeSlot(this.#slotOf(low, high), 1 << (link & LINKS_MASK), bytes[at] === OPENS_ARRAY);
  }

  /** The place of the frame with this hash, which is made where there is none. */
  #slotOf(low: number, high: number): number {
    const first = (low ^ (low >>> 16)) & (SLOTS - WAYS);
    let oldest = first;
    for (let slot = first; slot < first + WAYS; slot += 1) {
      if (this.#low[slot] === low && this.#high[slot] === high) return slot;
      if (((this.#order[slot]! - this.#order[oldest]!) | 0) < 0) oldest = slot;
    }
    this.#low[oldest] = low;
    this.#high[oldest] = high;
    this.#links[oldest] = 0;
    this.#taken[oldest] = 0;
    return oldest;
  }

  #judgeSlot(slot: number, bit: number, isArray: boolean): number {
    const link = this.#link;
    const before = this.#links[slot]!;
    const isOfOther = (before & ~bit) !== 0;
    const by = this.#by[slot]!;
    const isLastOfOther = isOfOther && by !== link && this.#order[slot] === this.#lastOrder[by & LINKS_MASK];
    this.#brought = (this.#brought + 1) | 0;
    this.#lastOrder[link & LINKS_MASK] = this.#brought;
    this.#links[slot] = before | bit;
    this.#by[slot] = link;
    this.#order[slot] = this.#brought;
    // A snapshot is never spared: it says that this one brings everything from here on.
    if (!isArray && isOfOther && this.#taken[slot] === this.#generation) {
      // This one brings now what the one that counts alone has brought: it has caught up.
      if ((before & bit) === 0 && this.#alone !== link) this.#alone = NONE;
      return COPY_DUPLICATE;
    }
    if (isArray) {
      this.#alone = link;
      this.#generation += 1;
    }
    if (this.#alone !== NONE && this.#alone !== link) return COPY_STALE;
    this.#taken[slot] = this.#generation;
    // The other had brought it, and nothing since.
    if (!isArray && isLastOfOther) this.#alone = NONE;
    return COPY_TAKE;
  }

  /**
   * True when a frame staged in `slots`, judged last and taken, is older than what another connection has brought of its
   * market: that one must have lost it. Otherwise the frame is the newest now.
   */
  isLate(slots: number): boolean {
    let isLate = false;
    for (let slot = 0; slot < slots; ) {
      const at = this.#stagingAt + slot * L.RING_SLOT_BYTES;
      const isEnd = this.#bytes[at + L.RECORD_KIND] === L.KIND_FRAME_END;
      slot += isEnd ? L.FRAME_END_SLOTS : L.LEVEL_SLOTS;
      if (!isEnd || (this.#view.getUint16(at + L.FRAME_END_FLAGS, true) & NOT_BOOKS) !== 0) continue;
      const market = this.#view.getUint32(at + L.FRAME_END_MARKET, true);
      const word = (at + L.FRAME_END_VENUE_MS) >> 3;
      if (market >= this.#newestMs.length) continue;
      const isOlder = this.#f64[word]! < this.#newestMs[market]!;
      if (isOlder && this.#alone === NONE && this.#newestLink[market] !== this.#link) isLate = true;
      else if (!isOlder || this.#alone !== NONE) {
        this.#newestMs[market] = this.#f64[word]!;
        this.#newestLink[market] = this.#link;
      }
    }
    return isLate;
  }
}
