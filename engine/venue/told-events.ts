// What a venue's gateway tells, in the order in which it learnt it, until the executor takes it. Main thread; written by the
// gateway's sockets, read by the executor's duty cycle.
import type { Clock } from '../core/clock.ts';
import type { VenueEvent } from './contract.ts';

/** What becomes of a request whatever its answer says. */
export interface RequestFate {
  /** No byte of it left. */
  onUnsent(error: string): void;
  onSent(): void;
  /** It left, and nobody knows what became of it. */
  onLost(error: string): void;
}

export class ToldEvents {
  readonly #clock: Clock;
  #events: VenueEvent[] = [];
  /** Told whenever something is told here. */
  onTold: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly push = (...events: readonly VenueEvent[]): void => {
    this.#events.push(...events);
    this.onTold?.();
  };

  /** A definite no to the whole batch; `status` 0: it never left. */
  refused(batchId: number, error: string, status = 0): void {
    this.push({ kind: 'refused', batchId, status, error });
  }

  unknown(batchId: number, error: string): void {
    this.push({ kind: 'unknown', batchId, error });
  }

  fateOf(batchId: number): RequestFate {
    return {
      onUnsent: (error) => this.refused(batchId, error),
      onSent: () => this.push({ kind: 'sent', batchId, atNs: this.#clock.nowNs() }),
      onLost: (error) => this.unknown(batchId, error),
    };
  }

  /** Delivers at most `limit` events; answers how many. */
  poll(limit: number, onEvent: (event: VenueEvent) => void): number {
    if (this.#events.length === 0) return 0;
    // Taken out first: what an event leads to may tell more.
    const due = this.#events.splice(0, limit);
    for (const event of due) onEvent(event);
    return due.length;
  }
}
