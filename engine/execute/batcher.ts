// Baskets that are ready at about the same moment, on their way into shared requests: one per venue, each basket's legs of
// a venue in one of them. Executor's thread; decides when, never whether.
import type { VenueName } from '../venue/contract.ts';
import type { BasketPlan } from './batch.ts';
import type { Spend } from './caps.ts';
import type { ExecuteOptions } from './options.ts';
import type { Opportunity } from './take.ts';
import type { Venues } from './venues.ts';

/** A basket that is ready. */
export interface Ready {
  readonly opportunity: Opportunity;
  readonly plan: BasketPlan;
  readonly readyNs: number;
}

export class Batcher {
  readonly #options: ExecuteOptions;
  readonly #venues: Venues;
  readonly #ready: Ready[] = [];

  constructor(options: ExecuteOptions, venues: Venues) {
    this.#options = options;
    this.#venues = venues;
  }

  get count(): number {
    return this.#ready.length;
  }

  add(ready: Ready): void {
    this.#ready.push(ready);
  }

  /** What the baskets that wait here will spend. */
  spends(): Spend[] {
    return this.#ready.flatMap(({ plan }) => plan.gateLegs);
  }

  /**
   * The baskets to send now, oldest first: none before the window of the oldest is over or a request is full, then as many
   * as fit in one request per venue. Call until it answers none.
   */
  take(nowNs: number): Ready[] {
    const [oldest] = this.#ready;
    if (oldest === undefined) return [];
    const fitting = this.#fitting();
    const isFull = fitting < this.#ready.length;
    if (!isFull && nowNs - oldest.readyNs < this.#options.batchWindowUs * 1_000) return [];
    return this.#ready.splice(0, fitting);
  }

  /** Gives up what waits; answers how many baskets. */
  drop(): number {
    return this.#ready.splice(0).length;
  }

  /** How many of the oldest fit together; the oldest always does. Without a window every basket goes by itself. */
  #fitting(): number {
    if (this.#options.batchWindowUs === 0) return 1;
    const counts = new Map<VenueName, number>();
    for (const [place, { plan }] of this.#ready.entries()) {
      for (const { marketIndex } of plan.drafts) {
        const venue = this.#venues.nameOf(marketIndex);
        counts.set(venue, (counts.get(venue) ?? 0) + 1);
      }
      const isOver = [...counts].some(([venue, count]) => count > this.#ordersMax(venue));
      if (isOver && place > 0) return place;
    }
    return this.#ready.length;
  }

  #ordersMax(venue: VenueName): number {
    const { ordersPerRequestMax } = this.#venues.get(venue)!.maker;
    return Math.min(this.#options.batchOrders, ordersPerRequestMax);
  }
}
