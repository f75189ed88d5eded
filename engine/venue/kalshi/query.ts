// Asks Kalshi how an order stands: the order itself, by the venue's id or by looking through those of its market for ours,
// then its fills. Only what the venue has counts as an answer; that it has nothing is said as that.
import type { Clock } from '../../core/clock.ts';
import type { OrderRequest, VenueEvent } from '../contract.ts';
import type { HttpClient } from '../http.ts';
import { isJsonObject, type JsonObject, type JsonValue, member, textOf } from '../json.ts';
import { Questions } from '../questions.ts';
import { orderEventOf, positionMicrosOf, tradeEventOf } from './answers.ts';
import { tickerOfOutcome } from './outcome.ts';
import type { OwnOrders } from './own-orders.ts';

type TradeEvent = VenueEvent & { kind: 'trade' };

const HTTP_OK = 200;
const HTTP_NOT_FOUND = 404;
const ITEMS_PER_PAGE = 200;
const PAGES_MAX = 20;
/** How far the venue's clock may be behind ours where orders are asked for by their time. */
const CLOCKS_APART_S = 600;

/** A page of an order's fills. */
interface Page {
  readonly cursor: string;
  readonly fills: readonly TradeEvent[];
}

export interface KalshiQueryOptions {
  readonly deadlineMs: number;
  /** Signed headers of a GET. */
  headers(path: string): Record<string, string>;
  mayAsk(): boolean;
  /** Told of the status of each answer. */
  note(status: number): void;
}

export class KalshiQueries {
  readonly #questions: Questions;
  readonly #orders: OwnOrders;
  readonly #push: (event: VenueEvent) => void;
  readonly #clock: Clock;

  constructor(
    client: HttpClient,
    options: KalshiQueryOptions,
    clock: Clock,
    orders: OwnOrders,
    push: (event: VenueEvent) => void,
  ) {
    this.#clock = clock;
    this.#orders = orders;
    this.#push = push;
    this.#questions = new Questions(client, { ...options, ask: (order) => this.#askOrder(order) });
  }

  get bytesSent(): number {
    return this.#questions.bytesSent;
  }
  get bytesReceived(): number {
    return this.#questions.bytesReceived;
  }
  /** Questions without a usable answer. */
  get failed(): number {
    return this.#questions.failed;
  }

  ask(order: OrderRequest): void {
    this.#questions.add(order);
  }

  /**
   * Asks whether a market was paid; `onAnswer` gets what the venue lists of it, undefined when it lists nothing. False: not
   * now, other questions run or wait.
   */
  settlement(ticker: string, onAnswer: (settlement: JsonObject | undefined) => void): boolean {
    if (!this.#questions.isIdle()) return false;
    this.#questions.get('/portfolio/settlements', `?ticker=${encodeURIComponent(ticker)}`, (status, value) => {
      // Of one market: whether another page follows does not matter.
      const items = status === HTTP_OK ? itemsOf(value, 'settlements') : undefined;
      const found = items?.find((one) => textOf(one, 'ticker') === ticker);
      if (items === undefined) this.#questions.failed += 1;
      else onAnswer(found);
    });
    return true;
  }

  /** Asks, behind an answer about it, whether contracts of a market are held; `onAnswer` hears only what the venue says. */
  held(ticker: string, onAnswer: (isHeld: boolean) => void): void {
    this.#questions.get('/portfolio/positions', `?ticker=${encodeURIComponent(ticker)}`, (status, value) => {
      const items = status === HTTP_OK ? itemsOf(value, 'market_positions') : undefined;
      if (items === undefined) this.#questions.failed += 1;
      else onAnswer(items.some((one) => textOf(one, 'ticker') === ticker && positionMicrosOf(one) !== 0));
    });
  }

  close(): Promise<void> {
    return this.#questions.close();
  }

  #askOrder(order: OrderRequest): void {
    const venueId = this.#orders.venueIdOf(order.orderId);
    if (venueId === undefined) {
      this.#look(order, '', 1);
      return;
    }
    this.#questions.get(`/portfolio/orders/${encodeURIComponent(venueId)}`, '', (status, value) => {
      const body = isJsonObject(value) ? member(value, 'order') : undefined;
      const found = status === HTTP_OK && isJsonObject(body) && textOf(body, 'order_id') === venueId ? body : undefined;
      // A 404 of a page in front of the venue says nothing: only the venue's own words say that it has no such order.
      if (found === undefined && !(status === HTTP_NOT_FOUND && isVenuesWord(value))) this.#questions.failed += 1;
      else this.#askFills(order, venueId, found, []);
    });
  }

  /** The venue has no question for our id: the orders of the market since then, page by page. */
  #look(order: OrderRequest, cursor: string, page: number): void {
    const handedMs = this.#orders.get(order.orderId)?.handedMs ?? this.#clock.wallMs();
    const since = Math.max(0, Math.floor(handedMs / 1_000) - CLOCKS_APART_S);
    const ticker = encodeURIComponent(tickerOfOutcome(order.token));
    const query = `?ticker=${ticker}&min_ts=${since}&limit=${ITEMS_PER_PAGE}${cursorText(cursor)}`;
    this.#questions.get('/portfolio/orders', query, (status, value) => {
      const list = status === HTTP_OK ? listOf(value, 'orders') : undefined;
      const found = list?.items.find((one) => textOf(one, 'client_order_id') === order.orderId);
      if (list === undefined) this.#questions.failed += 1;
      else if (found !== undefined && textOf(found, 'order_id') === '') this.#questions.failed += 1;
      else if (found !== undefined) this.#askFills(order, textOf(found, 'order_id'), found, []);
      else if (list.cursor === '') this.#push({ kind: 'absent', orderId: order.orderId });
      else if (page < PAGES_MAX) this.#look(order, list.cursor, page + 1);
      else this.#questions.failed += 1;
    });
  }

  /**
   * All pages. Fills come before the state they lead to, so that a stated quantity finds its fills in the ledger. One of ours
   * that cannot be read decides nothing, and neither does a list that goes on for ever.
   */
  #askFills(order: OrderRequest, venueId: string, found: JsonObject | undefined, before: readonly Page[]): void {
    this.#orders.learn(order.orderId, venueId);
    const cursor = before.at(-1)?.cursor ?? '';
    const query = `?order_id=${encodeURIComponent(venueId)}&limit=${ITEMS_PER_PAGE}${cursorText(cursor)}`;
    this.#questions.get('/portfolio/fills', query, (status, value) => {
      const list = status === HTTP_OK ? listOf(value, 'fills') : undefined;
      const own = list?.items.filter((one) => textOf(one, 'order_id') === venueId) ?? [];
      const fills = own.map((one) => tradeEventOf(one, this.#orders)).filter((fill) => fill !== undefined);
      const isOver = list?.cursor === '';
      if (list === undefined || fills.length < own.length || (!isOver && before.length >= PAGES_MAX)) {
        this.#questions.failed += 1;
        return;
      }
      const pages = [...before, { cursor: list.cursor, fills }];
      if (isOver) {
        const all = pages.flatMap((page) => page.fills);
        this.#conclude(order, found, all);
      } else this.#askFills(order, venueId, found, pages);
    });
  }

  #conclude({ orderId }: OrderRequest, found: JsonObject | undefined, fills: readonly TradeEvent[]): void {
    for (const fill of fills) this.#push(fill);
    const event = found === undefined ? undefined : orderEventOf(found, this.#orders);
    if (event !== undefined) this.#push(event);
    else if (found !== undefined) this.#questions.failed += 1;
    else if (fills.length === 0) this.#push({ kind: 'absent', orderId });
  }
}

/** True for an error as the venue states one. */
function isVenuesWord(value: JsonValue | undefined): boolean {
  const error = isJsonObject(value) ? member(value, 'error') : undefined;
  return isJsonObject(error) && textOf(error, 'code') !== '';
}

function cursorText(cursor: string): string {
  return cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
}

/** One page of a list; undefined when it is none, or does not say whether another follows: '' on the last. */
function listOf(
  value: JsonValue | undefined,
  key: string,
): { readonly items: readonly JsonObject[]; readonly cursor: string } | undefined {
  const items = itemsOf(value, key);
  const cursor = isJsonObject(value) ? member(value, 'cursor') : undefined;
  return items === undefined || typeof cursor !== 'string' ? undefined : { items, cursor };
}

function itemsOf(value: JsonValue | undefined, key: string): readonly JsonObject[] | undefined {
  const items = isJsonObject(value) ? member(value, key) : undefined;
  return Array.isArray(items) && items.every(isJsonObject) ? items.filter(isJsonObject) : undefined;
}
