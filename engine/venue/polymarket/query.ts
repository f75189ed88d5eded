// Asks Polymarket how an order stands: the order itself, then its trades, which is all that is left of a filled one.
// One question at a time on a connection of its own. A question that fails is dropped and counted: the asker asks again.
import type { Clock } from '../../core/clock.ts';
import type { OrderRequest, VenueEvent } from '../contract.ts';
import type { HttpClient } from '../http.ts';
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json.ts';
import { keyOfId } from '../markets.ts';
import { jsonOf, restOrderEventOf, textOf, tradeEventsOf } from './answers.ts';
import { type ApiCredentials, l2Headers } from './auth.ts';

const WAITING_MAX = 256;
const HTTP_OK = 200;
const HTTP_NOT_FOUND = 404;

export interface QueryOptions {
  readonly credentials: ApiCredentials;
  readonly address: string;
  readonly deadlineMs: number;
}

export class OrderQueries {
  readonly #client: HttpClient;
  readonly #options: QueryOptions;
  readonly #clock: Clock;
  readonly #push: (event: VenueEvent) => void;
  readonly #waiting = new Map<string, OrderRequest>();
  /** Questions without a usable answer. */
  failed = 0;

  constructor(client: HttpClient, options: QueryOptions, clock: Clock, push: (event: VenueEvent) => void) {
    this.#client = client;
    this.#options = options;
    this.#clock = clock;
    this.#push = push;
  }

  get bytesSent(): number {
    return this.#client.bytesSent;
  }
  get bytesReceived(): number {
    return this.#client.bytesReceived;
  }

  /** Asks about `order` as soon as the connection is free; a question that waits already is not doubled. */
  ask(order: OrderRequest): void {
    if (this.#waiting.size < WAITING_MAX) this.#waiting.set(order.orderId, order);
    else this.failed += 1;
    this.#next();
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #next(): void {
    const first = this.#waiting.values().next();
    if (first.done === true || !this.#client.ready()) return;
    this.#waiting.delete(first.value.orderId);
    this.#askOrder(first.value);
  }

  #askOrder(order: OrderRequest): void {
    this.#get(`/data/order/${order.orderId}`, '', (status, value) => {
      const body = isJsonObject(value) ? value : undefined;
      const found = body !== undefined && textOf(body, 'id') !== '' ? body : undefined;
      if (found === undefined && status !== HTTP_OK && status !== HTTP_NOT_FOUND) this.failed += 1;
      else this.#askTrades(order, found);
    });
  }

  /** Fills come before the state they lead to, so that a stated quantity finds its fills in the ledger. */
  #askTrades(order: OrderRequest, found: JsonObject | undefined): void {
    const query = `?market=${keyOfId(order.marketId)}&asset_id=${order.token}`;
    this.#get('/data/trades', query, (status, value) => {
      const list = isJsonObject(value) ? member(value, 'data') : value;
      if (status !== HTTP_OK || !Array.isArray(list)) {
        this.failed += 1;
        return;
      }
      const { orderId } = order;
      const trades = list.filter(isJsonObject).flatMap((trade) => tradeEventsOf(trade, (id) => id === orderId));
      const ours = trades.filter((trade) => trade.orderId === orderId);
      for (const trade of ours) this.#push(trade);
      this.#conclude(order, found, ours.length > 0 ? matchedMicrosOf(ours) : 0, ours.length);
    });
  }

  #conclude(order: OrderRequest, found: JsonObject | undefined, matchedMicros: number, fills: number): void {
    const { orderId, type, sizeMicros } = order;
    if (found !== undefined) {
      const event = restOrderEventOf(found);
      if (event === undefined) this.failed += 1;
      else this.#push(event);
    } else if (fills === 0) this.#push({ kind: 'absent', orderId });
    // The order is gone and its trades are here. A FOK that is not whole yet has trades to come.
    else if (type === 'FAK' || matchedMicros >= sizeMicros) {
      this.#push({ kind: 'order', orderId, type: 'CANCELLATION', matchedMicros });
    }
  }

  #get(path: string, query: string, onValue: (status: number, value: JsonValue | undefined) => void): void {
    const { credentials, address, deadlineMs } = this.#options;
    const timestampS = Math.floor(this.#clock.wallMs() / 1_000);
    // The signature covers the path without its query.
    const headers = l2Headers(credentials, address, timestampS, { method: 'GET', path, body: '' });
    const failed = (): void => {
      this.failed += 1;
      this.#next();
    };
    const taken = this.#client.call({
      ...{ method: 'GET', path: path + query, headers, body: '', deadlineMs },
      onSent: () => undefined,
      onAnswer: ({ status, body }) => {
        onValue(status, jsonOf(body));
        this.#next();
      },
      onUnsent: failed,
      onLost: failed,
    });
    if (!taken) this.failed += 1;
  }
}

function matchedMicrosOf(trades: readonly (VenueEvent & { kind: 'trade' })[]): number {
  return trades.reduce((sum, { sizeMicros, status }) => sum + (status === 'FAILED' ? 0 : sizeMicros), 0);
}
