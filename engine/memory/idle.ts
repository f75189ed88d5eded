// What a thread without an event loop does when its agent has nothing to do: look at the ring for a while, then sleep
// on it. The ring's reader; its thread is the detector's.
import type { Idle } from '../core/agent.ts';
import type { Ring } from './ring.ts';

/** The longest sleep: the agent's heartbeat goes on at least this often. */
const PARK_MS = 5;
/**
 * Looks at the ring between two empty duty cycles. A look costs a nanosecond where a duty cycle costs two clock reads,
 * so a record is seen that much earlier; few enough for the heartbeat and the stop word to be looked after.
 */
const LOOKS = 256;

/** What spinning calls in the WASM module. */
export interface RingExports {
  /** Looks at most `looks` times until something is published; answers the slots ready. */
  ringAwait(ring: number, looks: number): number;
}

/** Spins `spins` empty duty cycles, then parks on `ring`. HOT PATH: allocates only in the constructor. */
export class SpinThenPark implements Idle {
  readonly #ring: Ring;
  readonly #spins: number;
  readonly #wasm: RingExports;
  #empty = 0;

  constructor(ring: Ring, spins: number, wasm: RingExports) {
    this.#ring = ring;
    this.#spins = spins;
    this.#wasm = wasm;
  }

  idle(worked: number): void {
    if (worked > 0) {
      this.#empty = 0;
      return;
    }
    if (this.#wasm.ringAwait(this.#ring.at, LOOKS) !== 0) return;
    this.#empty += 1;
    if (this.#empty > this.#spins) this.#ring.park(PARK_MS);
  }
}
