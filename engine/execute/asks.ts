// Questions about orders: those without an outcome and those whose fills wait for their settlement, so many in a second over
// all of them. Executor's thread.
import type { Gateway, VenueName } from '../venue/contract.ts';
import { venueOfId } from '../venue/markets.ts';
import type { ExecuteOptions } from './options.ts';
import type { TrackedOrder } from './orders.ts';
import type { Settlements } from './settlements.ts';
import type { ExecuteStats } from './stats.ts';

/** Venues by name, which answer what became of an order. */
export interface AskedVenues {
  get(name: VenueName): { readonly gateway: Pick<Gateway, 'query'> } | undefined;
}

export interface AskParts {
  readonly venues: AskedVenues;
  readonly options: ExecuteOptions;
  readonly stats: ExecuteStats;
}

export class Asks {
  readonly #parts: AskParts;
  #second = 0;
  #taken = 0;

  constructor(parts: AskParts) {
    this.#parts = parts;
  }

  /** Asks about those that are due, within the budget; answers how many. */
  ask(orders: Iterable<TrackedOrder>, settlements: Settlements, nowNs: number): number {
    const { options, stats } = this.#parts;
    let asked = 0;
    for (const order of orders) {
      if (order.askAtNs > nowNs || !this.#query(order, nowNs)) continue;
      const pauseMs = Math.min(options.askPauseMs * 2 ** Math.min(order.asks, 20), options.askPauseMaxMs);
      order.asks += 1;
      order.askAtNs = nowNs + pauseMs * 1e6;
      asked += 1;
    }
    asked += settlements.due(nowNs, (order) => this.#query(order, nowNs));
    stats.asks += asked;
    return asked;
  }

  /** Asks the order's venue; false when this second's questions are used up. */
  #query({ request }: TrackedOrder, nowNs: number): boolean {
    const second = Math.floor(nowNs / 1e9);
    if (second !== this.#second) {
      this.#second = second;
      this.#taken = 0;
    }
    if (this.#taken >= this.#parts.options.asksPerSecond) return false;
    this.#taken += 1;
    // By its id: a market of an earlier run may be none of this one.
    this.#parts.venues.get(venueOfId(request.marketId))!.gateway.query(request.orderId);
    return true;
  }
}
