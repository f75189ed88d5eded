// Signatures of orders on their way out: begun while the intents are written to the disk, waited for before the gate.
// Executor's thread. An order is signed once, or once more when its seal was good for a time only; what was not signed never
// leaves.
import type { RefusalCause } from '../breaker/refusals.ts';
import type { Clock } from '../core/clock.ts';
import type { PartBatch } from './parts.ts';
import type { Venues } from './venues.ts';

export class Signatures {
  readonly #venues: Venues;
  readonly #clock: Clock;
  /** When a signed part was; one that waits is brought here again each time that it might leave. */
  readonly #signedNs = new WeakMap<PartBatch, number>();

  constructor(venues: Venues, clock: Clock) {
    this.#venues = venues;
    this.#clock = clock;
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

  /** Why `parts` were not signed: refused, which will be so again, or whoever signs says nothing. */
  cause(parts: readonly PartBatch[]): RefusalCause {
    return parts.every(({ venue }) => this.#venues.get(venue)!.gateway.canSign()) ? 'NOT_SIGNED' : 'SIGNER_SILENT';
  }

  #begin(part: PartBatch): () => PartBatch | undefined {
    const { maker } = this.#venues.get(part.venue)!;
    const nowNs = this.#clock.nowNs();
    const signedNs = this.#signedNs.get(part);
    if (signedNs !== undefined && (maker.sealMs === undefined || nowNs - signedNs < maker.sealMs * 1e6))
      return () => part;
    const sealing = maker.seal?.(part.orders);
    if (sealing === undefined) return () => part;
    return () => {
      const orders = sealing();
      if ('refused' in orders) return undefined;
      const signed = { ...part, orders };
      this.#signedNs.set(signed, nowNs);
      return signed;
    };
  }
}
