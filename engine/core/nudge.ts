// Lets a loop that has gone idle go on at once when something came for it on its own thread.

import { deferred } from './deferred.ts';

export class Nudge {
  #wake: (() => void) | undefined;
  #isDue = false;

  /** Something is there: an idle() that goes on ends, or the next one does not begin. */
  readonly give = (): void => {
    this.#isDue = true;
    this.#wake?.();
  };

  /** Resolves when `idling` does, or at the first give() since the last idle(). One at a time. */
  async idle(idling: () => Promise<void>): Promise<void> {
    if (!this.#isDue) {
      const { promise, resolve, reject } = deferred<void>();
      this.#wake = resolve;
      idling().then(resolve, reject);
      await promise;
      this.#wake = undefined;
    }
    this.#isDue = false;
  }
}
