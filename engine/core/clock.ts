// The only file that reads time. Monotonic ns since the run's start, equal across threads; wall ms for venues.
//
// HOT PATH: stampNow() allocates nothing. A double that nowNs answers is boxed when the call is not inlined.

/** Time as agents see it. */
export interface Clock {
  /** Monotonic ns since the run's start, integer-valued f64. */
  nowNs(): number;
  /** Stores nowNs() in `into[at]`: for paths that may allocate nothing, inlined or not. */
  stampNow(into: Float64Array, at: number): void;
  /** Wall clock, ms since 1970; only for what venues are told or said. */
  wallMs(): number;
}

const WRAP_NS = 4_294_967_296;
const WRAPS = 2;
const WRAPS_NS = WRAPS * WRAP_NS;

/**
 * The real clock. `startNs` is process.hrtime.bigint() at the run's start, handed to every thread, so that all
 * threads count from the same instant. Reads through a BigInt64Array: storing the BigInt there allocates nothing
 * that survives, where Number(bigint) would.
 */
export class LiveClock implements Clock {
  // Counted from two wraps of the low word before the start, which are taken off last: sums that fit a small integer for
  // the first two seconds would be compiled as such, and thrown away in the middle of the run.
  readonly #word = new BigInt64Array(1);
  readonly #halves = new Uint32Array(this.#word.buffer);
  readonly #startLow: number;
  readonly #startHigh: number;

  constructor(startNs: bigint = process.hrtime.bigint()) {
    this.#word[0] = startNs;
    this.#startLow = this.#halves[0]!;
    this.#startHigh = this.#halves[1]! - WRAPS;
  }

  nowNs(): number {
    this.#word[0] = process.hrtime.bigint();
    return (this.#halves[1]! - this.#startHigh) * WRAP_NS + (this.#halves[0]! - this.#startLow) - WRAPS_NS;
  }

  stampNow(into: Float64Array, at: number): void {
    this.#word[0] = process.hrtime.bigint();
    into[at] = (this.#halves[1]! - this.#startHigh) * WRAP_NS + (this.#halves[0]! - this.#startLow) - WRAPS_NS;
  }

  wallMs(): number {
    return Date.now();
  }
}

/** The instant a run counts from, for LiveClock on every thread. */
export function runStartNs(): bigint {
  return process.hrtime.bigint();
}

/** A clock that a test, a replay or the simulator moves by hand. */
export class VirtualClock implements Clock {
  #nowNs: number;
  readonly #wallMsAtZero: number;

  constructor(nowNs = 0, wallMsAtZero = 0) {
    this.#nowNs = nowNs;
    this.#wallMsAtZero = wallMsAtZero;
  }

  nowNs(): number {
    return this.#nowNs;
  }

  stampNow(into: Float64Array, at: number): void {
    into[at] = this.#nowNs;
  }

  wallMs(): number {
    return this.#wallMsAtZero + Math.floor(this.#nowNs / 1e6);
  }

  /** Moves to `nowNs`; never backwards. */
  advanceTo(nowNs: number): void {
    if (nowNs > this.#nowNs) this.#nowNs = nowNs;
  }
}
