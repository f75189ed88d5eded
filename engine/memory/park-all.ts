// Waits for several rings at once. Their reader, on a thread with an event loop: the executor's.
import type { Ring } from './ring.ts';

export class ParkAll {
  readonly #rings: readonly Ring[];
  readonly #timeoutMs: number;
  readonly #parked: (Promise<void> | undefined)[];

  constructor(rings: readonly Ring[], timeoutMs: number) {
    this.#rings = rings;
    this.#timeoutMs = timeoutMs;
    this.#parked = rings.map(() => undefined);
  }

  /**
   * Resolves when something is published on one of them, or after the time. A ring that is parked on already is not parked on
   * again: the first wait that ended would tell the writer that nobody sleeps, while the second still does.
   */
  async next(): Promise<void> {
    await Promise.race(this.#rings.map((ring, at) => this.#park(ring, at)));
  }

  #park(ring: Ring, at: number): Promise<void> {
    this.#parked[at] ??= ring.parkAsync(this.#timeoutMs).finally(() => {
      this.#parked[at] = undefined;
    });
    return this.#parked[at];
  }
}
