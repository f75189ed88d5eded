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
const CURSOR_END = 'LTE=';
/** Of the trades of one token: 500 each. */
const PAGES_MAX = 40;

type TradeEvent = VenueEvent & { kind: 'trade' };

/** A question on its way. */
interface Asked {
  readonly order: OrderRequest;
  readonly found: JsonObject | undefined;
  /** The answer for the order itself was what such an answer is. */
  readonly isReadable: boolean;
  readonly fills: TradeEvent[];
}

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
      else this.#askTrades({ order, found, isReadable: value !== undefined, fills: [] }, '', PAGES_MAX);
    });
  }

  /**
   * All pages: what is left of a filled order may lie on any. Fills come before the state they lead to, so that a stated
   * quantity finds its fills in the ledger.
   */
  #askTrades(asked: Asked, cursor: string, pagesLeft: number): void {
    const { marketId, token, orderId } = asked.order;
    const next = cursor === '' ? '' : `&next_cursor=${encodeURIComponent(cursor)}`;
    this.#questions.get('/data/trades', `?market=${keyOfId(marketId)}&asset_id=${token}${next}`, (status, value) => {
      const list = isJsonObject(value) ? member(value, 'data') : value;
      const trades = Array.isArray(list) ? list.filter(isJsonObject) : [];
      const ours = trades.filter((trade) => namesOrder(trade, orderId)).map((trade) => fillsOf(trade, orderId));
      // A trade of ours that cannot be read decides nothing, and neither does a list that goes on for ever.
      if (status !== HTTP_OK || !Array.isArray(list) || ours.some((fills) => fills.length === 0) || pagesLeft === 0) {
        this.#questions.failed += 1;
        return;
      }
      for (const fill of ours.flat()) {
        this.#push(fill);
        asked.fills.push(fill);
      }
      const further = isJsonObject(value) ? textOf(value, 'next_cursor') : '';
      if (further === '' || further === CURSOR_END) this.#conclude(asked);
      else this.#askTrades(asked, further, pagesLeft - 1);
    });
  }

  #conclude({ order, found, isReadable, fills }: Asked): void {
    const { orderId, type, sizeMicros } = order;
    const matchedMicros = matchedMicrosOf(fills);
    if (found !== undefined) {
      const event = restOrderEventOf(found);
      if (event === undefined) this.#questions.failed += 1;
      else this.#push(event);
    } else if (fills.length === 0) {
      // A page where an order was due does not say that there is none.
      if (isReadable) this.#push({ kind: 'absent', orderId });
      else this.#questions.failed += 1;
    }
    // The order is gone and its trades are here. A FOK that is not whole yet has trades to come.
    else if (type === 'FAK' || matchedMicros >= sizeMicros) {
      this.#push({ kind: 'order', orderId, type: 'CANCELLATION', matchedMicros });
    }
  }
}

function fillsOf(trade: JsonObject, orderId: string): TradeEvent[] {
  return tradeEventsOf(trade, (id) => id === orderId).filter((fill) => fill.orderId === orderId);
}

/** True when a trade, readable or not, is of that order. */
function namesOrder(trade: JsonObject, orderId: string): boolean {
  const makers = member(trade, 'maker_orders');
  const isMaker =
    Array.isArray(makers) && makers.some((one) => isJsonObject(one) && textOf(one, 'order_id') === orderId);
  return isMaker || textOf(trade, 'taker_order_id') === orderId;
}

function matchedMicrosOf(trades: readonly TradeEvent[]): number {
  return trades.reduce((sum, { sizeMicros, status }) => sum + (status === 'FAILED' ? 0 : sizeMicros), 0);
}
