// Which copy of a frame counts while two connections carry the same assets: the first. Ingest thread; asked before a frame
// is decoded, and by its markets before it is published, only while there are two connections, and until the one that is
// left has overtaken the other.
//
// A snapshot of one connection may be older than what the other has brought, and takes those changes of its markets back;
// they come again on its own connection. So from a snapshot on its connection counts alone for the markets in it, and the
// frames of each other one are stale, until both have been seen at the same place: one brought a frame that the other had
// brought before, with nothing between. With three connections one of the others may have been seen so, and one not. What a connection brings of a market without a snapshot of it does not count.
// HOT PATH: allocates only in the constructor.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';

/** What becomes of a frame. */
export const COPY_TAKE = 0;
export const COPY_DUPLICATE = 1;
export const COPY_STALE = 2;
/** Older than what another connection has brought: that one must have lost it. */
export const COPY_LATE = 3;

/** Frames remembered; of those that share a set one more pushes out the oldest, which then is new, and judged by its time. */
const SLOTS = 8_192;
/** Frames of a set: with one alone some hundred frames that one connection is ahead by would push each other out. */
const WAYS = 4;
/** Shorter messages are no market data: heartbeats. */
const DATA_BYTES_MIN = 32;
const OPENS_ARRAY = 0x5b;
const NONE = -1;
const LINKS_MAX = 32;
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
  /** Generation in which it was taken last, 0: it was not. Each snapshot begins one. */
  readonly #taken = new Int32Array(SLOTS);
  /** The connection that brought it last, and the place of that among all that was brought. */
  readonly #by = new Int32Array(SLOTS);
  readonly #order = new Int32Array(SLOTS);
  /** Per connection: the slot of what it brought last, and the place of its last snapshot. */
  readonly #lastSlot = new Int32Array(LINKS_MAX).fill(NONE);
  readonly #snapshotOrder = new Int32Array(LINKS_MAX);
  /** Per connection and other one: that one's frames count beside its snapshots of this generation and before. */
  readonly #metIn = new Int32Array(LINKS_MAX * LINKS_MAX);
  /** Per market: bit per connection that has brought a snapshot of it, and everything since. */
  readonly #carriers: Int32Array;
  /** Per market: generation and connection of the snapshot that its book is of; what was taken before it was taken back. */
  readonly #clearedIn: Int32Array;
  readonly #clearedBy: Int32Array;
  /** Per market: venue time of the newest frame published, and the connection that brought it. */
  readonly #newestMs: Float64Array;
  readonly #newestLink: Int32Array;
  #isOn = false;
  #isEnding = false;
  #generation = 1;
  #brought = 0;
  /** The frame judged last: its connection and place, whether another had brought it, and when it had been taken. */
  #link = 0;
  #slot = 0;
  #isArray = false;
  #isOfOther = false;
  #takenBefore = 0;

  constructor(arena: Arena) {
    this.#bytes = arena.bytes;
    this.#view = arena.view;
    this.#f64 = arena.f64;
    this.#stagingAt = arena.region(L.REGION_STAGING).at;
    const { count } = arena.region(L.REGION_MARKETS);
    this.#carriers = new Int32Array(count);
    this.#clearedIn = new Int32Array(count);
    this.#clearedBy = new Int32Array(count).fill(NONE);
    this.#newestMs = new Float64Array(count);
    this.#newestLink = new Int32Array(count);
  }

  /** True while frames are to be judged. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** True while a connection's frames of some market do not count because of a snapshot of connection `link`. */
  isAlone(link: number): boolean {
    for (let market = 0; market < this.#clearedBy.length; market += 1) if (this.#aloneOf(market) === link) return true;
    return false;
  }

  /**
   * A second connection is about to be dialled: frames are judged, and what was seen before is forgotten, unless they are
   * still. `link` has brought the books so far, but for those of `lacked`.
   */
  begin(link: number, lacked: readonly number[] = []): void {
    this.#isEnding = false;
    if (this.#isOn) return;
    this.#isOn = true;
    this.#generation += 1;
    this.#links.fill(0);
    this.#newestMs.fill(0);
    this.#clearedBy.fill(NONE);
    this.#carriers.fill(1 << link);
    for (let index = 0; index < lacked.length; index += 1) this.lacks(link, lacked[index]!);
  }

  /** One connection is left, which may be behind: it is judged until it brings what no other has brought. */
  end(): void {
    this.#isEnding = true;
  }

  /** Connection `link` has subscribed the market, and its snapshot has not come. */
  lacks(link: number, market: number): void {
    this.#carriers[market]! &= ~(1 << link);
    if (this.#clearedBy[market] === link) this.#clearedBy[market] = NONE;
  }

  /**
   * Connection `link` brings nothing more. True when it counted without another one for a market: what it took back nobody brings again,
   * and what the others brought was not taken, so that the books are lost; the others count from here on.
   */
  over(link: number): boolean {
    this.#lastSlot[link] = NONE;
    let wasAlone = false;
    for (let market = 0; market < this.#clearedBy.length; market += 1) {
      if (this.#aloneOf(market) === link) {
        wasAlone = true;
        this.#clearedIn[market] = this.#generation + 1;
      }
      this.lacks(link, market);
    }
    if (!wasAlone) return false;
    this.#generation += 1;
    // The others may be behind it.
    this.#newestMs.fill(0);
    return true;
  }

  /**
   * Message of connection `link` (0..31) in `bytes`: COPY_DUPLICATE, or COPY_TAKE: its markets are to be asked, once it is
   * decoded.
   */
  judge(bytes: Uint8Array, at: number, length: number, link: number): number {
    this.#link = link;
    this.#isOfOther = false;
    if (length < DATA_BYTES_MIN) return COPY_TAKE;
    let low = length;
    let high = 0x9e3779b9 | 0;
    for (let index = at; index < at + length; index += 1) {
      low = Math.imul(low ^ bytes[index]!, 0x01000193);
      high = Math.imul(high ^ bytes[index]!, 0x85ebca6b) ^ (high >>> 15);
    }
    return this.#judgeSlot(this.#slotOf(low, high), bytes[at] === OPENS_ARRAY);
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

  #judgeSlot(slot: number, isArray: boolean): number {
    const link = this.#link;
    const bit = 1 << link;
    const before = this.#links[slot]!;
    const taken = this.#taken[slot]!;
    this.#slot = slot;
    this.#isArray = isArray;
    this.#isOfOther = (before & ~bit) !== 0;
    this.#takenBefore = taken;
    if (!isArray && this.#isOfOther) this.#meet(slot, (before & bit) === 0);
    else if (!isArray && this.#isEnding) this.#isOn = false;
    this.#brought = (this.#brought + 1) | 0;
    this.#lastSlot[link] = slot;
    this.#links[slot] = before | bit;
    this.#by[slot] = link;
    this.#order[slot] = this.#brought;
    // An array is never spared: its snapshots say that this one brings everything of their markets from here on.
    if (isArray) this.#begins();
    else if (this.#isOfOther && taken === this.#generation) return COPY_DUPLICATE;
    this.#taken[slot] = this.#generation;
    return COPY_TAKE;
  }

  #begins(): void {
    this.#generation += 1;
    this.#snapshotOrder[this.#link] = this.#brought;
  }

  /** What other connections had brought is brought now. */
  #meet(slot: number, isFirstTime: boolean): void {
    const link = this.#link;
    for (let other = 0; other < LINKS_MAX; other += 1) {
      if (other === link || ((this.#links[slot]! >>> other) & 1) === 0 || this.#lastSlot[other] !== slot) continue;
      // And nothing since: both are at one place.
      this.#metIn[link * LINKS_MAX + other] = this.#generation;
      this.#metIn[other * LINKS_MAX + link] = this.#generation;
    }
    const by = this.#by[slot]!;
    if (by !== link && isFirstTime && ((this.#order[slot]! - this.#snapshotOrder[by]!) | 0) > 0) {
      // It has brought this one after its snapshots: what comes now until it is overtaken is known.
      this.#metIn[by * LINKS_MAX + link] = this.#generation;
    }
  }

  /** True when what `link` brings of the market adds to its book: it is of its snapshot, or has been seen beside it. */
  #isBeside(market: number, link: number): boolean {
    const by = this.#clearedBy[market]!;
    return by === NONE || by === link || this.#metIn[by * LINKS_MAX + link]! >= this.#clearedIn[market]!;
  }

  /** The connection whose snapshot keeps another that carries the market from counting, -1 for none. */
  #aloneOf(market: number): number {
    const by = this.#clearedBy[market]!;
    if (by === NONE) return NONE;
    for (let left = this.#carriers[market]! & ~(1 << by); left !== 0; left &= left - 1) {
      if (!this.#isBeside(market, 31 - Math.clz32(left & -left))) return by;
    }
    return NONE;
  }

  /**
   * The frame staged in `slots` (none when it changes no book), judged last, by its markets: one of COPY_*. A frame with a
   * snapshot is always taken.
   */
  judgeStaged(slots: number): number {
    let verdict = COPY_TAKE;
    let isSnapshot = false;
    for (let slot = 0; slot < slots; ) {
      const at = this.#stagingAt + slot * L.RING_SLOT_BYTES;
      const kind = this.#bytes[at + L.RECORD_KIND]!;
      if (kind === L.KIND_CLEAR && this.#clear(this.#view.getUint32(at + L.LEVEL_MARKET, true))) isSnapshot = true;
      if (kind === L.KIND_FRAME_END) verdict = Math.max(verdict, this.#judgeMarket(at));
      slot += kind === L.KIND_FRAME_END ? L.FRAME_END_SLOTS : L.LEVEL_SLOTS;
    }
    if (isSnapshot) {
      this.#taken[this.#slot] = this.#generation;
      return COPY_TAKE;
    }
    if (verdict === COPY_STALE) this.#taken[this.#slot] = this.#takenBefore;
    return verdict;
  }

  /** A whole book is staged; true when it is this connection's own snapshot, not one that every connection is sent. */
  #clear(market: number): boolean {
    const bit = 1 << this.#link;
    if (market >= this.#carriers.length) return false;
    const isFirst = (this.#carriers[market]! & bit) === 0;
    if (!this.#isArray && !isFirst) return false;
    if (!this.#isArray) this.#begins();
    this.#carriers[market]! |= bit;
    this.#clearedIn[market] = this.#generation;
    this.#clearedBy[market] = this.#link;
    return true;
  }

  #judgeMarket(at: number): number {
    const market = this.#view.getUint32(at + L.FRAME_END_MARKET, true);
    if (market >= this.#carriers.length) return COPY_TAKE;
    const isInBook = this.#takenBefore !== 0 && this.#takenBefore >= this.#clearedIn[market]!;
    if (this.#isOfOther && isInBook) return COPY_DUPLICATE;
    const bit = 1 << this.#link;
    const carriers = this.#carriers[market]!;
    // Nothing is late where no other can have been ahead since the snapshot.
    const isAlone = carriers === bit || this.#aloneOf(market) !== NONE;
    if ((carriers & bit) === 0 || !this.#isBeside(market, this.#link)) return COPY_STALE;
    if ((this.#view.getUint16(at + L.FRAME_END_FLAGS, true) & NOT_BOOKS) !== 0) return COPY_TAKE;
    const venueMs = this.#f64[(at + L.FRAME_END_VENUE_MS) >> 3]!;
    const isOlder = venueMs < this.#newestMs[market]!;
    if (isOlder && !isAlone && this.#newestLink[market] !== this.#link) return COPY_LATE;
    if (!isOlder || isAlone) {
      this.#newestMs[market] = venueMs;
      this.#newestLink[market] = this.#link;
    }
    return COPY_TAKE;
  }
}
