// Reads Kalshi's private JSON (order answers, orders, fills) into venue events. What is not certain is left out, so that
// the order concerned stays unknown. Off the hot path, main thread.
import { priceE4FromText, scaledFromText, sizeMicrosFromText } from '../../core/units.ts';
import type { OrderAnswer, OrderRequest, VenueEvent } from '../contract.ts';
import { isJsonObject, type JsonObject, type JsonValue, jsonOf, member, textOf } from '../json.ts';
import { isKalshiNo, tickerOfOutcome } from './outcome.ts';
import type { OwnOrders } from './own-orders.ts';

type TradeEvent = VenueEvent & { kind: 'trade' };
type OrderEvent = VenueEvent & { kind: 'order' };

/** An order of that id is there: whoever has sent it, this request does not tell what became of it. */
export const ALREADY_THERE = 'order_already_exists';
const FEE_DIGITS = 6;

/** What answers to new orders say: of each that is clear one answer, and the quantities that are final with it. */
export interface CreateAnswers {
  readonly answers: readonly OrderAnswer[];
  readonly stated: readonly OrderEvent[];
}

/** What an error says. `code` is '' where it has none. */
export interface KalshiError {
  readonly code: string;
  readonly text: string;
}

/** The error in an error body, or undefined when the body is no JSON object, which decides nothing. */
export function errorOf(body: string): KalshiError | undefined {
  const value = jsonOf(body);
  return isJsonObject(value) ? errorIn(member(value, 'error') ?? value) : undefined;
}

function errorIn(value: JsonValue): KalshiError {
  if (!isJsonObject(value)) return { code: '', text: typeof value === 'string' ? value : 'refused without a reason' };
  const [code, message] = [textOf(value, 'code'), textOf(value, 'message')];
  return { code, text: [code, message].filter((part) => part !== '').join(': ') || 'refused without a reason' };
}

/**
 * Answers to new orders by position, or undefined when the body is not one answer per order: `isBatch` tells the form. An
 * order whose answer is unclear (another id, counts that do not fit) is left out. Learns the venue's ids.
 */
export function createAnswers(
  body: string,
  isBatch: boolean,
  requests: readonly OrderRequest[],
  orders: OwnOrders,
): CreateAnswers | undefined {
  const value = jsonOf(body);
  if (!isJsonObject(value)) return undefined;
  const list = isBatch ? member(value, 'orders') : [value];
  if (!Array.isArray(list) || list.length !== requests.length) return undefined;
  const answers: OrderAnswer[] = [];
  const stated: OrderEvent[] = [];
  for (const [index, request] of requests.entries()) {
    const element = list[index];
    const answer = isJsonObject(element) ? createAnswer(element, request, orders) : undefined;
    if (answer === undefined) continue;
    answers.push(answer.answer);
    if (answer.finalMicros === undefined) continue;
    const { orderId } = request;
    stated.push({ kind: 'order', orderId, type: 'CANCELLATION', matchedMicros: answer.finalMicros });
  }
  return { answers, stated };
}

/** `finalMicros`: what was filled of an order of which nothing rests. */
function createAnswer(
  element: JsonObject,
  { orderId, sizeMicros, type }: OrderRequest,
  orders: OwnOrders,
): { readonly answer: OrderAnswer; readonly finalMicros?: number } | undefined {
  const error = member(element, 'error') ?? undefined;
  if (error !== undefined) {
    const { code, text } = errorIn(error);
    if (code === ALREADY_THERE) return undefined;
    return { answer: { orderId, accepted: false, status: 'refused', error: text } };
  }
  const ownId = textOf(element, 'client_order_id');
  const venueId = textOf(element, 'order_id');
  const filled = sizeMicrosFromText(textOf(element, 'fill_count'));
  const left = sizeMicrosFromText(textOf(element, 'remaining_count'));
  if ((ownId !== '' && ownId !== orderId) || venueId === '' || filled === undefined || left === undefined)
    return undefined;
  if (filled + left > sizeMicros || (type === 'FOK' && filled !== 0 && filled !== sizeMicros)) return undefined;
  orders.learn(orderId, venueId);
  const rests = left > 0 && type !== 'FOK' && type !== 'FAK';
  const status = rests ? 'live' : filled > 0 ? 'matched' : 'unmatched';
  const answer: OrderAnswer = { orderId, accepted: true, status, error: '' };
  return status === 'matched' ? { answer, finalMicros: filled } : { answer };
}

/** What a cancellation took off the book, micro-shares; undefined when the answer does not say it of that order. */
export function reducedMicros(answer: JsonValue | undefined, venueId: string): number | undefined {
  if (!isJsonObject(answer) || (member(answer, 'error') ?? undefined) !== undefined) return undefined;
  return textOf(answer, 'order_id') === venueId ? sizeMicrosFromText(textOf(answer, 'reduced_by')) : undefined;
}

/** An order as a message or REST tells it; undefined when it cannot be read. Learns the venue's id. */
export function orderEventOf(order: JsonObject, orders: OwnOrders): OrderEvent | undefined {
  const venueId = textOf(order, 'order_id');
  const orderId = textOf(order, 'client_order_id') || orders.idOf(venueId);
  const matchedMicros = sizeMicrosFromText(textOf(order, 'fill_count_fp'));
  const type = orderType(textOf(order, 'status'), matchedMicros ?? 0);
  if (venueId === '' || type === undefined || matchedMicros === undefined) return undefined;
  orders.learn(orderId, venueId);
  return { kind: 'order', orderId, type, matchedMicros };
}

/** Executed is as final for its quantity as a cancellation is. */
function orderType(status: string, matchedMicros: number): OrderEvent['type'] | undefined {
  if (status === 'canceled' || status === 'executed') return 'CANCELLATION';
  if (status !== 'resting') return undefined;
  return matchedMicros > 0 ? 'UPDATE' : 'PLACEMENT';
}

/**
 * A fill as a message or REST tells it, final at once; undefined when it cannot be read. Its price is of the YES leg: the
 * event's is of the outcome that the order names.
 */
export function tradeEventOf(fill: JsonObject, orders: OwnOrders): TradeEvent | undefined {
  const tradeId = textOf(fill, 'trade_id') || textOf(fill, 'fill_id');
  const venueId = textOf(fill, 'order_id');
  const orderId = textOf(fill, 'client_order_id') || orders.idOf(venueId);
  const ticker = textOf(fill, 'market_ticker') || textOf(fill, 'ticker');
  const yesE4 = priceE4FromText(textOf(fill, 'yes_price_dollars'));
  const sizeMicros = sizeMicrosFromText(textOf(fill, 'count_fp'));
  const cost = member(fill, 'fee_cost');
  const feeMicros = typeof cost === 'string' ? scaledFromText(cost, FEE_DIGITS) : undefined;
  const isTaker = member(fill, 'is_taker');
  if (tradeId === '' || venueId === '' || yesE4 === undefined || sizeMicros === undefined) return undefined;
  if (typeof isTaker !== 'boolean' || (cost !== undefined && feeMicros === undefined)) return undefined;
  orders.learn(orderId, venueId);
  const own = orders.get(orderId)?.request;
  if (own !== undefined && tickerOfOutcome(own.token) !== ticker) return undefined;
  // Not ours: told as the book has it, for whoever counts what is nobody's.
  const { token, side } = own ?? { token: ticker, side: textOf(fill, 'book_side') === 'ask' ? 'SELL' : 'BUY' };
  const priceE4 = isKalshiNo(token) ? 10_000 - yesE4 : yesE4;
  const trade = { tradeId, orderId, token, side, priceE4, sizeMicros, feeMicros } as const;
  return { kind: 'trade', ...trade, status: 'CONFIRMED', isMaker: !isTaker };
}

/** Contracts held of a market, below zero of NO; undefined when it is not readable. */
export function positionMicrosOf(position: JsonObject): number | undefined {
  const text = textOf(position, 'position_fp');
  const micros = sizeMicrosFromText(text.replace(/^-/, ''));
  return micros === undefined || !text.startsWith('-') ? micros : -micros;
}
