// Signatures of orders on their way out: begun while the intents are written to the disk, waited for before the gate.
// Executor's thread. An order is signed once: what was not signed then never leaves.
import type { PartBatch } from './parts.ts';
import type { Venues } from './venues.ts';

export class Signatures {
  readonly #venues: Venues;
  /** A part that waits is brought here once more each time the gate refused it. */
  readonly #signed = new WeakMap<PartBatch, PartBatch>();

  constructor(venues: Venues) {
    this.#venues = venues;
  }

  /** Begins to sign `parts`. The answer waits for it: all of them with their wire forms, or undefined when one has none. */
  begin(parts: readonly PartBatch[]): () => readonly PartBatch[] | undefined {
    const begun = parts.map((part) => this.#begin(part));
    return () => {
      // All are waited for, so that no signature is on its way when the next are asked for.
      const signed = begun.map((wait) => wait()).filter((part) => part !== undefined);
      return signed.length === parts.length ? signed : undefined;
    };
  }

  #begin(part: PartBatch): () => PartBatch | undefined {
    const known = this.#signed.get(part);
    if (known !== undefined) return () => known;
    const sealing = this.#venues.get(part.venue)!.maker.seal?.(part.orders);
    if (sealing === undefined) return () => part;
    return () => {
      const orders = sealing();
      if ('refused' in orders) return undefined;
      const signed = { ...part, orders };
      this.#signed.set(part, signed);
      return signed;
    };
  }
}
