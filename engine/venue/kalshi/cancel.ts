// Cancels orders at Kalshi: one, several by one request, or all. Where an answer does not say what it took off the book, the
// order is asked about. Main thread.
import type { OrderRequest, VenueEvent } from '../contract.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import { isJsonObject, type JsonValue, jsonOf, member } from '../json.ts';
import { reducedMicros } from './answers.ts';
import { tickerOfOutcome } from './outcome.ts';
import type { OwnOrders } from './own-orders.ts';
import { BATCHED_PATH, ORDERS_PATH } from './paths.ts';

/** A call before it has a signature, which does not cover its query, and a deadline. */
export type SignedCall = Omit<HttpCall, 'headers' | 'deadlineMs'> & { readonly query: string };

interface CancelWays {
  /** Takes a call, signs it and gives it its deadline; false when none can be taken now. */
  call(call: SignedCall): boolean;
  /** Asks the venue how an order stands. */
  query(orderId: string): void;
  push(event: VenueEvent): void;
}

/** An order that the venue has a name for. */
interface Named {
  readonly request: OrderRequest;
  readonly venueId: string;
}

const HTTP_OK = 200;
/** Of the request that cancels all. */
const HTTP_NO_CONTENT = 204;

export class KalshiCancels {
  readonly #orders: OwnOrders;
  readonly #ways: CancelWays;

  constructor(orders: OwnOrders, ways: CancelWays) {
    this.#orders = orders;
    this.#ways = ways;
  }

  one(orderId: string): boolean {
    const [named] = this.#named([orderId]);
    if (named === undefined) return false;
    const { venueId, request } = named;
    const path = `${ORDERS_PATH}/${encodeURIComponent(venueId)}`;
    // The ticker leads to the part of the exchange that has the order.
    const query = `?market_ticker=${encodeURIComponent(tickerOfOutcome(request.token))}`;
    return this.#delete(path, query, '', [orderId], (value) => this.#conclude(named, value));
  }

  many(orderIds: readonly string[]): boolean {
    const named = this.#named(orderIds);
    if (named.length === 0) return false;
    const orders = named.map(({ request, venueId }) => ({
      order_id: venueId,
      market_ticker: tickerOfOutcome(request.token),
    }));
    const ids = named.map(({ request }) => request.orderId);
    return this.#delete(BATCHED_PATH, '', JSON.stringify({ orders }), ids, (value) => {
      const list = isJsonObject(value) ? member(value, 'orders') : undefined;
      for (const [index, one] of named.entries()) this.#conclude(one, Array.isArray(list) ? list[index] : undefined);
    });
  }

  /** Its answer names no order: each is asked about. */
  all(orderIds: readonly string[]): boolean {
    const ask = (): void => {
      for (const orderId of orderIds) this.#ways.query(orderId);
    };
    return this.#delete(ORDERS_PATH, '', '', orderIds, ask);
  }

  #named(orderIds: readonly string[]): Named[] {
    return orderIds.flatMap((orderId) => {
      const request = this.#orders.get(orderId)?.request;
      const venueId = this.#orders.venueIdOf(orderId);
      if (request !== undefined && venueId !== undefined) return { request, venueId };
      this.#ways.query(orderId);
      return [];
    });
  }

  /** What was filled is what was ordered without what was taken off. */
  #conclude({ request, venueId }: Named, value: JsonValue | undefined): void {
    const { orderId, sizeMicros } = request;
    const reduced = reducedMicros(value, venueId);
    if (reduced === undefined || reduced === 0 || reduced > sizeMicros) this.#ways.query(orderId);
    else this.#ways.push({ kind: 'order', orderId, type: 'CANCELLATION', matchedMicros: sizeMicros - reduced });
  }

  #delete(
    path: string,
    query: string,
    body: string,
    orderIds: readonly string[],
    onValue: (value: JsonValue | undefined) => void,
  ): boolean {
    const ask = (): void => {
      for (const orderId of orderIds) this.#ways.query(orderId);
    };
    const onAnswer = ({ status, body: text }: HttpAnswer): void => {
      if (status === HTTP_OK || status === HTTP_NO_CONTENT) onValue(jsonOf(text));
      else ask();
    };
    return this.#ways.call({
      ...{ method: 'DELETE', path, query, body, onUnsent: ask, onLost: ask },
      ...{ onSent: () => undefined, onAnswer },
    });
  }
}
