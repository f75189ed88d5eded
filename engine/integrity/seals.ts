// The verifier's side of the seals: asks the detectors for what a hash states of a book, and reads it. Written by the
// verifier's thread: the state's IDLE and WANTED, and when a book was last proven or refuted; by the executor: its doubts; the
// rest by wasm/seal.ts.
// Read by the gate and the executor too.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';

/** What a frame stated of one market's book, and which frame. */
export interface Seal {
  readonly frameSeq: number;
  readonly epoch: number;
  readonly snapshot: boolean;
  /** VIEW_YES or VIEW_NO: whose hash it is. */
  readonly view: number;
  readonly venueMs: number;
  readonly recvNs: number;
  /** 40 hex digits. */
  readonly hash: string;
}

const HASH_BYTES = 20;

export class Seals {
  readonly #arena: Arena;
  readonly #first: number;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#first = arena.region(L.REGION_SEALS).at;
  }

  /** SEAL_*. */
  state(market: number): number {
    return Atomics.load(this.#arena.u32, this.#word(market, L.SEAL_STATE));
  }

  /** Asks for the market's next hash, or, `wanted` false, for none; forgets the one that is there. */
  ask(market: number, wanted: boolean): void {
    Atomics.store(this.#arena.u32, this.#word(market, L.SEAL_STATE), wanted ? L.SEAL_WANTED : L.SEAL_IDLE);
  }

  /** To be read while the state is TAKEN or FOLLOWED. */
  read(market: number): Seal {
    const { view, bytes } = this.#arena;
    const at = this.#first + market * L.SEAL_BYTES;
    const flags = view.getUint16(at + L.SEAL_FLAGS, true);
    return {
      frameSeq: view.getUint32(at + L.SEAL_FRAME_SEQ, true),
      epoch: view.getUint32(at + L.SEAL_EPOCH, true),
      snapshot: (flags & L.FRAME_FLAG_SNAPSHOT) !== 0,
      view: (flags & L.FRAME_FLAG_HASH_NO_VIEW) === 0 ? L.VIEW_YES : L.VIEW_NO,
      venueMs: view.getFloat64(at + L.SEAL_VENUE_MS, true),
      recvNs: view.getFloat64(at + L.SEAL_RECV_NS, true),
      hash: Buffer.from(bytes.slice(at + L.SEAL_HASH, at + L.SEAL_HASH + HASH_BYTES)).toString('hex'),
    };
  }

  /** Venue time of the market's next part, once FOLLOWED; 0 = it says nothing. */
  nextMs(market: number): number {
    return this.#arena.view.getFloat64(this.#first + market * L.SEAL_BYTES + L.SEAL_NEXT_MS, true);
  }

  /** Price of the market's last trade, of YES; 0 = none seen. */
  lastTradeE4(market: number): number {
    return this.#arena.u32[this.#word(market, L.SEAL_LAST_TRADE_E4)]!;
  }

  /** The book was right at `recvNs`; that a later time is proven already stays so. */
  proven(market: number, recvNs: number): void {
    const latestNs = Math.max(recvNs, this.provenNs(market));
    this.#arena.f64[(this.#first + market * L.SEAL_BYTES + L.SEAL_VERIFIED_NS) >> 3] = latestNs;
  }

  /** When the book was last proven by a hash or an answer; 0 = never. */
  provenNs(market: number): number {
    return this.#double(market, L.SEAL_VERIFIED_NS);
  }

  /** The book as its frame `frameSeq` left it was found wrong at `nowNs`, its best prices too when `top`. */
  refuted(market: number, frameSeq: number, top: boolean, nowNs: number): void {
    const { u32, f64 } = this.#arena;
    const standing = Atomics.load(u32, this.#word(market, L.SEAL_REFUTED_SEQ));
    // An older frame found wrong later lifts nothing: what refutes a newer one stands until a snapshot behind that.
    if (standing !== 0 && ((frameSeq - standing) | 0) < 0) return;
    f64[(this.#first + market * L.SEAL_BYTES + L.SEAL_REFUTED_SINCE_NS) >> 3] = this.provenNs(market);
    f64[(this.#first + market * L.SEAL_BYTES + L.SEAL_REFUTED_NS) >> 3] = nowNs;
    u32[this.#word(market, L.SEAL_REFUTED_TOP)] = top ? 1 : 0;
    Atomics.store(u32, this.#word(market, L.SEAL_REFUTED_SEQ), frameSeq);
  }

  /** Evidence stands against the book: no snapshot has replaced it since. */
  isRefuted(market: number): boolean {
    const refutedSeq = Atomics.load(this.#arena.u32, this.#word(market, L.SEAL_REFUTED_SEQ));
    return refutedSeq !== 0 && !this.#isReplaced(market, refutedSeq);
  }

  /** An answer that the executor had asked for differs from the book as its frame `frameSeq` left it. */
  doubted(market: number, frameSeq: number, nowNs: number): void {
    this.#arena.f64[(this.#first + market * L.SEAL_BYTES + L.SEAL_DOUBTED_NS) >> 3] = nowNs;
    Atomics.store(this.#arena.u32, this.#word(market, L.SEAL_DOUBTED_SEQ), frameSeq);
  }

  /** Such a doubt stands: no snapshot has replaced the book since, and no hash or answer has proven it. */
  isDoubted(market: number): boolean {
    const doubtedSeq = Atomics.load(this.#arena.u32, this.#word(market, L.SEAL_DOUBTED_SEQ));
    if (doubtedSeq === 0 || this.#isReplaced(market, doubtedSeq)) return false;
    return this.provenNs(market) <= this.#double(market, L.SEAL_DOUBTED_NS);
  }

  /** What the verifier found wrong last: the book was wrong at some time from `sinceNs` to `atNs`. */
  lastRefuted(market: number): { readonly sinceNs: number; readonly atNs: number; readonly top: boolean } {
    const top = this.#arena.u32[this.#word(market, L.SEAL_REFUTED_TOP)] === 1;
    const sinceNs = this.#double(market, L.SEAL_REFUTED_SINCE_NS);
    return { sinceNs, atNs: this.#double(market, L.SEAL_REFUTED_NS), top };
  }

  /** How often the frames' own tops have refuted the book, and when the last one before had agreed. */
  topWrongs(market: number): { readonly count: number; readonly agreedNs: number } {
    // The time first, which is written first: with a newer count it is one too early, never one too late.
    const agreedNs = this.#double(market, L.SEAL_TOP_AGREED_NS);
    return { count: this.#arena.u32[this.#word(market, L.SEAL_TOP_WRONGS)]!, agreedNs };
  }

  /** A snapshot came behind that frame. */
  #isReplaced(market: number, frameSeq: number): boolean {
    return ((this.#arena.u32[this.#word(market, L.SEAL_SNAPSHOT_SEQ)]! - frameSeq) | 0) > 0;
  }

  #double(market: number, offset: number): number {
    return this.#arena.f64[(this.#first + market * L.SEAL_BYTES + offset) >> 3]!;
  }

  #word(market: number, offset: number): number {
    return (this.#first + market * L.SEAL_BYTES + offset) >> 2;
  }
}
