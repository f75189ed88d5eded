// Our orders by both of their names: the one we gave before they left, and the one the venue gave. Main thread; written by
// the gateway and its channels.
import type { OrderRequest } from '../contract.ts';
import { tickerOfOutcome } from './outcome.ts';

/** One of our orders, and when it was handed over. */
export interface OwnOrder {
  readonly request: OrderRequest;
  readonly handedMs: number;
}

export class OwnOrders {
  readonly #byId = new Map<string, OwnOrder>();
  readonly #venueIds = new Map<string, string>();
  readonly #ids = new Map<string, string>();
  readonly #tickers = new Set<string>();

  add(request: OrderRequest, handedMs: number): void {
    this.#byId.set(request.orderId, { request, handedMs });
    this.#tickers.add(tickerOfOutcome(request.token));
  }

  /** True when an order was ever handed over in the market of `outcome`. */
  hasTraded(outcome: string): boolean {
    return this.#tickers.has(tickerOfOutcome(outcome));
  }

  get(orderId: string): OwnOrder | undefined {
    return this.#byId.get(orderId);
  }

  /** The venue's name of one of our orders; of others' nothing is kept. */
  learn(orderId: string, venueId: string): void {
    if (venueId === '' || !this.#byId.has(orderId)) return;
    this.#venueIds.set(orderId, venueId);
    this.#ids.set(venueId, orderId);
  }

  venueIdOf(orderId: string): string | undefined {
    return this.#venueIds.get(orderId);
  }

  /** Our name of the order that the venue calls so; its own name for an order that is not known to be ours. */
  idOf(venueId: string): string {
    return this.#ids.get(venueId) ?? venueId;
  }
}
