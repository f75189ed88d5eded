// Books as TypeScript sees them: typed-array views over the arena; the detector writes, everyone reads.
//
// Values are those of the last frame end only on the detector's own thread or while it rests; another thread may read
// a book in the middle of a frame and must treat what it sees as a picture, not as truth.
//
// HOT PATH: state() to bestAskE4() allocate nothing. Sizes and times are doubles, which are boxed when the call that
// answers them is not inlined.
import * as L from '../../wasm/layout.ts';
import { InvariantError } from '../core/assert.ts';
import { priceText, sizeText } from '../core/units.ts';
import type { Arena } from '../memory/arena.ts';
import { BOOK_STATE_NAMES } from '../memory/counters.ts';

const HIGH_WORD = 4_294_967_296;
const PASS = (): boolean => true;
const BLOCK_SLOT_MASK = (1 << L.LADDER_BLOCK_SHIFT) - 1;

/** Reads the books of one arena. `side` is SIDE_BID or SIDE_ASK everywhere. */
export class Books {
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly #books: number;
  readonly #grids: number;
  readonly #markets: number;
  readonly #marketsAt: number;
  readonly #seals: number;
  readonly #scratch: number;

  constructor(arena: Arena) {
    this.#u32 = arena.u32;
    this.#f64 = arena.f64;
    const books = arena.region(L.REGION_BOOKS);
    this.#books = books.at;
    this.#markets = books.count;
    this.#grids = arena.region(L.REGION_GRIDS).at;
    this.#marketsAt = arena.region(L.REGION_MARKETS).at;
    this.#seals = arena.region(L.REGION_SEALS).at;
    this.#scratch = arena.region(L.REGION_SCRATCH).at;
  }

  /** Integrity state, one of BOOK_*. */
  state(marketIndex: number): number {
    return this.#word(marketIndex, L.BOOK_STATE);
  }

  /** Name of the integrity state: `SYNCED`, ... */
  stateName(marketIndex: number): string {
    return BOOK_STATE_NAMES[this.state(marketIndex)]!;
  }

  /** Epoch; 0 = the book was never opened. */
  epoch(marketIndex: number): number {
    return this.#word(marketIndex, L.BOOK_EPOCH);
  }

  /** BOOK_FLAG_* bits. */
  flags(marketIndex: number): number {
    return this.#word(marketIndex, L.BOOK_FLAGS);
  }

  /** Best bid, priceE4; 0 when there is none. */
  bestBidE4(marketIndex: number): number {
    return this.#word(marketIndex, L.BOOK_BEST_BID_E4);
  }

  /** Best ask, priceE4; 10,000 when there is none. */
  bestAskE4(marketIndex: number): number {
    return this.epoch(marketIndex) === 0 ? L.NO_ASK_E4 : this.#word(marketIndex, L.BOOK_BEST_ASK_E4);
  }

  /** Size at the best bid, sizeMicros; 0 when there is none. */
  bestBidMicros(marketIndex: number): number {
    return this.sizeAt(marketIndex, L.SIDE_BID, this.bestBidE4(marketIndex));
  }

  /** Size at the best ask, sizeMicros; 0 when there is none. */
  bestAskMicros(marketIndex: number): number {
    return this.sizeAt(marketIndex, L.SIDE_ASK, this.bestAskE4(marketIndex));
  }

  /** Number of non-empty levels of a side. */
  levels(marketIndex: number, side: number): number {
    return this.eachLevel(marketIndex, side, L.FINE_SLOTS, PASS);
  }

  /** frameSeq of the last frame applied; 0 = none. */
  frameSeq(marketIndex: number): number {
    return this.#word(marketIndex, L.BOOK_FRAME_SEQ);
  }

  /** Receive time of that frame, ns since the run's start. */
  recvNs(marketIndex: number): number {
    return this.#f64[(this.#at(marketIndex) + L.BOOK_RECV_NS) >> 3]!;
  }

  /** Venue time of that frame, ms since 1970; 0 = it had none. */
  venueMs(marketIndex: number): number {
    return this.#f64[(this.#at(marketIndex) + L.BOOK_VENUE_MS) >> 3]!;
  }

  /**
   * Receive time of the last evidence for the book: a frame whose top agreed, a snapshot, a hash or answer that the
   * verifier compared, or a message that came in order on a subscription that numbers all of its messages.
   */
  verifiedNs(marketIndex: number): number {
    const stated = this.statedNs(marketIndex);
    const sealed = this.#f64[(this.#seals + marketIndex * L.SEAL_BYTES + L.SEAL_VERIFIED_NS) >> 3]!;
    const ordered = this.#word(marketIndex, L.BOOK_SEQ) === 0 ? 0 : this.#orderedNs(marketIndex);
    return Math.max(stated, sealed, ordered);
  }

  /** Receive time of the last frame that stated the book whole, or a top that agreed. */
  statedNs(marketIndex: number): number {
    return this.#f64[(this.#at(marketIndex) + L.BOOK_VERIFIED_NS) >> 3]!;
  }

  /** Counts the changes of the book and is odd while its detector applies one. */
  version(marketIndex: number): number {
    return Atomics.load(this.#u32, (this.#at(marketIndex) + L.BOOK_VERSION) >> 2);
  }

  /** Connection of the last frame. */
  connection(marketIndex: number): number {
    return this.#word(marketIndex, L.BOOK_CONNECTION);
  }

  /** When that connection last brought the book's detector data, ns: a quiet market on a live feed is not old. */
  dataNs(marketIndex: number): number {
    const connection = this.connection(marketIndex);
    if (connection >= L.CONNECTIONS_MAX) return this.recvNs(marketIndex);
    return this.#f64[(this.#scratchOf(marketIndex) + L.SCRATCH_CONNECTION_RECV_NS + 8 * connection) >> 3]!;
  }

  /** Size at `priceE4` of a side, sizeMicros; 0 when the price is off the grid or the level is empty. */
  sizeAt(marketIndex: number, side: number, priceE4: number): number {
    const slot = this.#slotOf(marketIndex, priceE4);
    return slot < 0 ? 0 : this.#sizeAtSlot(marketIndex, side, slot);
  }

  /**
   * Calls `onLevel(priceE4, sizeMicros)` for the levels of a side, best first, until it answers false or `limit` are
   * delivered; answers how many were.
   */
  eachLevel(
    marketIndex: number,
    side: number,
    limit: number,
    onLevel: (priceE4: number, sizeMicros: number) => unknown,
  ): number {
    const slots = this.#word(marketIndex, L.BOOK_SLOTS);
    if (slots === 0) return 0;
    const words = Math.ceil(slots / 32);
    let delivered = 0;
    for (let step = 0; step < words; step += 1) {
      const word = side === L.SIDE_BID ? words - 1 - step : step;
      let left = this.#bits(marketIndex, side, word);
      while (left !== 0) {
        if (delivered === limit) return delivered;
        const bit = side === L.SIDE_BID ? 31 - Math.clz32(left) : 31 - Math.clz32(left & -left);
        left &= ~(1 << bit);
        const slot = word * 32 + bit;
        delivered += 1;
        const sizeMicros = this.#sizeAtSlot(marketIndex, side, slot);
        if (onLevel(this.#priceOf(marketIndex, slot), sizeMicros) === false) return delivered;
      }
    }
    return delivered;
  }

  /** `price size,price size` in canonical decimals, best first; '' when the side is empty. For chains and dumps. */
  canonicalSide(marketIndex: number, side: number): string {
    const levels: string[] = [];
    this.eachLevel(marketIndex, side, Number.POSITIVE_INFINITY, (priceE4, sizeMicros) => {
      levels.push(`${priceText(priceE4)} ${sizeText(sizeMicros)}`);
    });
    return levels.join(',');
  }

  /** When the book's subscription last brought a message in order; 0 = its numbers are not followed. */
  #orderedNs(marketIndex: number): number {
    const scratch = this.#scratchOf(marketIndex);
    const owner = this.connection(marketIndex) + 1;
    const sid = this.#word(marketIndex, L.BOOK_SID);
    for (let place = 0; place < L.SCRATCH_SIDS_MAX; place += 1) {
      const entry = (scratch + L.SCRATCH_SIDS + place * L.SCRATCH_SID_BYTES) >> 2;
      if (this.#u32[entry] !== sid || this.#u32[entry + 1] !== owner) continue;
      return this.#f64[(scratch + L.SCRATCH_SID_RECV_NS + 8 * place) >> 3]!;
    }
    return 0;
  }

  /** Scratch of the market's detector. */
  #scratchOf(marketIndex: number): number {
    const detector = this.#u32[(this.#marketsAt + marketIndex * L.MARKET_BYTES + L.MARKET_DETECTOR) >> 2]!;
    return this.#scratch + (detector + 1) * L.SCRATCH_BYTES;
  }

  #at(marketIndex: number): number {
    if (marketIndex < 0 || marketIndex >= this.#markets) throw new InvariantError(`market ${marketIndex} has a book`);
    return this.#books + marketIndex * L.BOOK_BYTES;
  }

  #word(marketIndex: number, offset: number): number {
    return this.#u32[(this.#at(marketIndex) + offset) >> 2]!;
  }

  /** A u64 as an exact f64: sizes are at most 10^15. */
  #wide(at: number): number {
    return this.#u32[(at >> 2) + 1]! * HIGH_WORD + this.#u32[at >> 2]!;
  }

  #sizeAtSlot(marketIndex: number, side: number, slot: number): number {
    const block = this.#blockAt(marketIndex, slot >> L.LADDER_BLOCK_SHIFT);
    return this.#wide(block + side * L.LADDER_SIDE_BYTES + (slot & BLOCK_SLOT_MASK) * 8);
  }

  /** Bits of slots 32 x word and up. */
  #bits(marketIndex: number, side: number, word: number): number {
    return this.#u32[((this.#blockAt(marketIndex, word >> 1) + L.LADDER_BITS) >> 2) + side * 2 + (word & 1)]!;
  }

  #blockAt(marketIndex: number, block: number): number {
    return this.#word(marketIndex, L.BOOK_LADDER_AT) + block * this.#word(marketIndex, L.BOOK_BLOCK_STRIDE);
  }

  #priceOf(marketIndex: number, slot: number): number {
    const tickE4 = this.#word(marketIndex, L.BOOK_TICK_E4);
    if (tickE4 !== 0) return slot * tickE4;
    const grid = (this.#grids + this.#word(marketIndex, L.BOOK_GRID) * L.GRID_BYTES) >> 2;
    let range = grid + (L.GRID_RANGE_FIRST >> 2);
    const step = L.GRID_RANGE_BYTES >> 2;
    for (let left = this.#u32[grid + (L.GRID_RANGES >> 2)]!; left > 1; left -= 1) {
      if (slot < this.#u32[range + step + (L.GRID_RANGE_FIRST_SLOT >> 2)]!) break;
      range += step;
    }
    const above = slot - this.#u32[range + (L.GRID_RANGE_FIRST_SLOT >> 2)]!;
    return this.#u32[range]! + above * this.#u32[range + (L.GRID_RANGE_TICK_E4 >> 2)]!;
  }

  #slotOf(marketIndex: number, priceE4: number): number {
    if (this.#word(marketIndex, L.BOOK_SLOTS) === 0 || priceE4 <= 0 || priceE4 >= L.NO_ASK_E4) return -1;
    const grid = (this.#grids + this.#word(marketIndex, L.BOOK_GRID) * L.GRID_BYTES) >> 2;
    let range = grid + (L.GRID_RANGE_FIRST >> 2);
    for (let left = this.#u32[grid + (L.GRID_RANGES >> 2)]!; left > 0; left -= 1) {
      if (priceE4 < this.#u32[range + (L.GRID_RANGE_END_E4 >> 2)]!) {
        const steps = (priceE4 - this.#u32[range]!) / this.#u32[range + (L.GRID_RANGE_TICK_E4 >> 2)]!;
        return Number.isInteger(steps) ? this.#u32[range + (L.GRID_RANGE_FIRST_SLOT >> 2)]! + steps : -1;
      }
      range += L.GRID_RANGE_BYTES >> 2;
    }
    return -1;
  }
}
