// Asks Polymarket how an order stands: the order itself, then its trades, which is all that is left of a filled one.
import type { Clock } from '../../core/clock.ts';
import type { OrderRequest, VenueEvent } from '../contract.ts';
import type { HttpClient } from '../http.ts';
import { isJsonObject, type JsonObject, member, textOf } from '../json.ts';
import { keyOfId } from '../markets.ts';
import { Questions } from '../questions.ts';
import { restOrderEventOf, tradeEventsOf } from './answers.ts';
import { type ApiCredentials, l2Headers } from './auth.ts';

const HTTP_OK = 200;
const HTTP_NOT_FOUND = 404;

interface QueryOptions {
  readonly credentials: ApiCredentials;
  readonly address: string;
  readonly deadlineMs: number;
}

export class OrderQueries {
  readonly #questions: Questions;
  readonly #push: (event: VenueEvent) => void;

  constructor(client: HttpClient, options: QueryOptions, clock: Clock, push: (event: VenueEvent) => void) {
    const { credentials, address, deadlineMs } = options;
    this.#push = push;
    this.#questions = new Questions(client, {
      deadlineMs,
      mayAsk: () => true,
      ask: (order) => this.#askOrder(order),
      headers: (path) => {
        const timestampS = Math.floor(clock.wallMs() / 1_000);
        return l2Headers(credentials, address, timestampS, { method: 'GET', path, body: '' });
      },
    });
  }

  get bytesSent(): number {
    return this.#questions.bytesSent;
  }
  get bytesReceived(): number {
    return this.#questions.bytesReceived;
  }

  ask(order: OrderRequest): void {
    this.#questions.add(order);
  }

  close(): Promise<void> {
    return this.#questions.close();
  }

  #askOrder(order: OrderRequest): void {
    this.#questions.get(`/data/order/${order.orderId}`, '', (status, value) => {
      const body = isJsonObject(value) ? value : undefined;
      const found = body !== undefined && textOf(body, 'id') !== '' ? body : undefined;
      if (found === undefined && status !== HTTP_OK && status !== HTTP_NOT_FOUND) this.#questions.failed += 1;
      else this.#askTrades(order, found);
    });
  }

  /** Fills come before the state they lead to, so that a stated quantity finds its fills in the ledger. */
  #askTrades(order: OrderRequest, found: JsonObject | undefined): void {
    const query = `?market=${keyOfId(order.marketId)}&asset_id=${order.token}`;
    this.#questions.get('/data/trades', query, (status, value) => {
      const list = isJsonObject(value) ? member(value, 'data') : value;
      if (status !== HTTP_OK || !Array.isArray(list)) {
        this.#questions.failed += 1;
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
      if (event === undefined) this.#questions.failed += 1;
      else this.#push(event);
    } else if (fills === 0) this.#push({ kind: 'absent', orderId });
    // The order is gone and its trades are here. A FOK that is not whole yet has trades to come.
    else if (type === 'FAK' || matchedMicros >= sizeMicros) {
      this.#push({ kind: 'order', orderId, type: 'CANCELLATION', matchedMicros });
    }
  }
}

function matchedMicrosOf(trades: readonly (VenueEvent & { kind: 'trade' })[]): number {
  return trades.reduce((sum, { sizeMicros, status }) => sum + (status === 'FAILED' ? 0 : sizeMicros), 0);
}
