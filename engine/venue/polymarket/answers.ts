// Reads Polymarket's private JSON (order answers, orders, trades) into venue events. What is not certain is left out,
// so that the order concerned stays unknown. Off the hot path, main thread.
import { priceE4FromText, sizeMicrosFromText } from '../../core/units.ts';
import type { OrderAnswer, OrderRequest, VenueEvent } from '../contract.ts';
import { isJsonObject, type JsonObject, type JsonValue, jsonOf, member, textOf } from '../json.ts';

type TradeEvent = VenueEvent & { kind: 'trade' };
type OrderEvent = VenueEvent & { kind: 'order' };

const STATUSES = ['live', 'matched', 'delayed', 'unmatched'] as const;
const TRADE_STATUSES = ['MATCHED', 'MINED', 'CONFIRMED', 'RETRYING', 'FAILED'] as const;

/**
 * Answers to a POST /orders by position, or undefined when the body is not one answer per order. An order whose answer
 * is unclear (another id, an unknown status) is left out.
 */
export function orderAnswers(body: string, orders: readonly OrderRequest[]): OrderAnswer[] | undefined {
  const value = jsonOf(body);
  if (!Array.isArray(value) || value.length !== orders.length) return undefined;
  const answers: OrderAnswer[] = [];
  for (const [index, { orderId }] of orders.entries()) {
    const answer = orderAnswer(value[index], orderId);
    if (answer !== undefined) answers.push(answer);
  }
  return answers;
}

function orderAnswer(value: JsonValue | undefined, orderId: string): OrderAnswer | undefined {
  if (!isJsonObject(value)) return undefined;
  const error = textOf(value, 'errorMsg') || textOf(value, 'error');
  const venueId = textOf(value, 'orderID');
  // What names the order, or says that it was there before, may have been taken in: that decides nothing.
  if (isAlreadyThere(error)) return undefined;
  // A refused leg can come as success with an empty id.
  if (venueId === '' && (member(value, 'success') === false || error !== '')) {
    return { orderId, accepted: false, status: 'refused', error };
  }
  const status = STATUSES.find((known) => known === textOf(value, 'status').toLowerCase());
  if (member(value, 'success') !== true || status === undefined) return undefined;
  if (venueId.toLowerCase() !== orderId.toLowerCase()) return undefined;
  return { orderId, accepted: true, status, error };
}

/** True when a refusal says that the venue has had the order's id already: so it was on the way. */
export function isAlreadyThere(error: string): boolean {
  return /duplicat/i.test(error);
}

/** True when the answer to a cancel names the order among those that were. */
export function isCancelled(body: string, orderId: string): boolean {
  const value = jsonOf(body);
  const cancelled = isJsonObject(value) ? member(value, 'canceled') : undefined;
  return Array.isArray(cancelled) && cancelled.includes(orderId);
}

/** What an error body says, for the counter of reasons; undefined when the body is no JSON object, which decides nothing. */
export function errorOf(body: string): string | undefined {
  const value = jsonOf(body);
  if (!isJsonObject(value)) return undefined;
  return textOf(value, 'error') || textOf(value, 'errorMsg') || 'refused without a reason';
}

/** An order event of the user channel; undefined when it has no id or type, or an unreadable size. */
export function orderEventOf(message: JsonObject): OrderEvent | undefined {
  const orderId = textOf(message, 'id');
  const type = (['PLACEMENT', 'UPDATE', 'CANCELLATION'] as const).find((known) => known === textOf(message, 'type'));
  const matchedMicros = sizeMicrosFromText(textOf(message, 'size_matched') || '0');
  if (orderId === '' || type === undefined || matchedMicros === undefined) return undefined;
  return { kind: 'order', orderId, type, matchedMicros };
}

/**
 * An order as GET /data/order/{id} tells it, as the event it amounts to: MATCHED is as final for its quantity as a
 * cancellation is.
 */
export function restOrderEventOf(order: JsonObject): OrderEvent | undefined {
  const status = textOf(order, 'status').toUpperCase().replace('ORDER_STATUS_', '');
  const type = /^(CANCEL|UNMATCHED|INVALID|MATCHED)/.test(status) ? 'CANCELLATION' : 'PLACEMENT';
  return orderEventOf({ ...order, type });
}

/**
 * Our fills in a trade message or REST trade: one per maker order that is ours when we made, or the whole when we took.
 * `ours` tells our order ids.
 */
export function tradeEventsOf(trade: JsonObject, ours: (orderId: string) => boolean): TradeEvent[] {
  const takerId = textOf(trade, 'taker_order_id');
  const makers = member(trade, 'maker_orders');
  const ourMakers = (Array.isArray(makers) ? makers : [])
    .filter(isJsonObject)
    .filter((m) => ours(textOf(m, 'order_id')));
  const takerRole = textOf(trade, 'trader_side') !== 'MAKER' || ourMakers.length === 0;
  const fills = takerRole
    ? [fillOf(trade, takerId, trade, 'size')]
    : ourMakers.map((maker) => fillOf(trade, textOf(maker, 'order_id'), maker, 'matched_amount'));
  return fills.filter((fill) => fill !== undefined);
}

function fillOf(trade: JsonObject, orderId: string, part: JsonObject, sizeKey: string): TradeEvent | undefined {
  const status = TRADE_STATUSES.find((known) => known === tradeStatusOf(trade));
  const side = (['BUY', 'SELL'] as const).find((known) => known === textOf(part, 'side'));
  const priceE4 = priceE4FromText(textOf(part, 'price'));
  const sizeMicros = sizeMicrosFromText(textOf(part, sizeKey));
  const tradeId = textOf(trade, 'id');
  if (status === undefined || side === undefined || priceE4 === undefined || sizeMicros === undefined) return undefined;
  if (tradeId === '' || orderId === '') return undefined;
  const fill = { tradeId, orderId, token: textOf(part, 'asset_id'), side, priceE4, sizeMicros, status };
  return { kind: 'trade', ...fill, ...(part === trade ? {} : { isMaker: true }) };
}

/** REST spells TRADE_STATUS_MATCHED; a match not yet broadcast is a match. */
function tradeStatusOf(trade: JsonObject): string {
  return textOf(trade, 'status').replace('TRADE_STATUS_', '').replace('_NOT_BROADCASTED', '');
}
