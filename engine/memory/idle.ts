// What a thread without an event loop does when its agent has nothing to do: spin for a while, then sleep on the ring.
import type { Idle } from '../core/agent.ts';
import type { Ring } from './ring.ts';

/** The longest sleep: the agent's heartbeat goes on at least this often. */
const PARK_MS = 5;

/** Spins `spins` empty duty cycles, then parks on `ring`. HOT PATH: allocates only in the constructor. */
export class SpinThenPark implements Idle {
  readonly #ring: Ring;
  readonly #spins: number;
  #empty = 0;

  constructor(ring: Ring, spins: number) {
    this.#ring = ring;
    this.#spins = spins;
  }

  idle(worked: number): void {
    if (worked > 0) {
      this.#empty = 0;
      return;
    }
    this.#empty += 1;
    if (this.#empty > this.#spins) this.#ring.park(PARK_MS);
  }
}
