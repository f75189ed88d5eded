// The private REST of the simulated Kalshi venue: placing, cancelling and changing orders, reading orders, fills, positions,
// balance and settlements. Every call is signed and costs tokens; scripted faults speak before or after an order is taken.
import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import { priceE4FromText, sizeMicrosFromText } from '../../core/units.ts';
import type { HttpAnswer, HttpHandler, HttpRequest } from '../../ingest/transport.ts';
import { isJsonObject, type JsonObject, type JsonValue, jsonOf, member, textOf } from '../json.ts';
import { countText } from '../kalshi/text.ts';
import type { Account } from './accounts.ts';
import { FaultScript } from './fault-script.ts';
import type { KalshiExchange } from './kalshi-exchange.ts';
import type { KalshiOrder, KalshiPlacement, KalshiRefusal } from './kalshi-exchange-types.ts';
import type { KalshiFaultRule, KalshiOrderFaultKind, KalshiVenueStats } from './kalshi-faults.ts';
import { ownRefusal, readKalshiOrder } from './kalshi-order-rules.ts';
import { placedJson } from './kalshi-private-json.ts';
import { after, drawLatencyMs, type Latency } from './latency.ts';
import { json } from './public-rest.ts';
import { withRestFaults } from './rest-faults.ts';
import type { TokenBucket } from './token-bucket.ts';

export interface KalshiTradingPlaces {
  readonly exchange: KalshiExchange;
  readonly account: Account;
  readonly clock: Clock;
  readonly random: Random;
  readonly latency: Latency;
  readonly faults: readonly KalshiFaultRule[];
  readonly stats: KalshiVenueStats;
  readonly budgets: { readonly read: TokenBucket; readonly write: TokenBucket };
  readonly itemsPerPageMax: number;
  /** Told the ids of the orders in a request when it has come, whatever becomes of it. */
  readonly onPost?: ((clientIds: readonly string[]) => void) | undefined;
  /** The answer to a request without a signature that holds, or undefined. */
  readonly unauthorized: (request: HttpRequest) => HttpAnswer | undefined;
}

const ORDER_TOKENS = 10;
const CANCEL_TOKENS = 2;
const NOT_FOUND = ownRefusal('not_found', 404);
const CREATED = 201;
const NO_CONTENT = 204;

/** A route of an account: signed, and paid for out of a bucket. */
export function privateRoute(
  places: KalshiTradingPlaces,
  bucket: 'read' | 'write',
  cost: (request: HttpRequest) => number,
  handler: HttpHandler,
): HttpHandler {
  return (request) => {
    places.stats.restRequests += 1;
    const refused = places.unauthorized(request);
    if (refused !== undefined) return refused;
    if (places.budgets[bucket].take(cost(request))) return handler(request);
    places.stats.tooMany += 1;
    return json({ error: 'too many requests' }, 429);
  };
}

/** Routes by `METHOD path` below `prefix` that change something. */
export function kalshiOrderRoutes(prefix: string, places: KalshiTradingPlaces): Record<string, HttpHandler> {
  const orders = `${prefix}/portfolio/events/orders`;
  const { exchange, account } = places;
  const write = (cost: (request: HttpRequest) => number, handler: HttpHandler): HttpHandler =>
    privateRoute(places, 'write', cost, handler);
  const place = faultyPlacing(places);
  const items = ({ body }: HttpRequest): number => itemsOf(body).length;
  return {
    [`POST ${orders}`]: write(
      () => ORDER_TOKENS,
      ({ body }) => place([jsonOf(body)], (lacks) => placeOne(places, jsonOf(body), lacks)),
    ),
    [`POST ${orders}/batched`]: write(
      (request) => items(request) * ORDER_TOKENS,
      ({ body }) => place(itemsOf(body), (lacks) => placeMany(places, itemsOf(body), lacks)),
    ),
    [`POST ${orders}/*`]: write(() => ORDER_TOKENS, changeOf(places)),
    [`DELETE ${orders}`]: write(
      () => CANCEL_TOKENS,
      () => {
        for (const order of exchange.resting(account)) exchange.cancel(order);
        return { status: NO_CONTENT, body: '' };
      },
    ),
    [`DELETE ${orders}/batched`]: write(
      (request) => items(request) * CANCEL_TOKENS,
      ({ body }) => json({ orders: itemsOf(body).map((item) => cancelledOf(places, textOf(item, 'order_id'))) }),
    ),
    [`DELETE ${orders}/*`]: write(
      () => CANCEL_TOKENS,
      ({ path }) => {
        const cancelled = cancelledOf(places, lastOf(path));
        return 'error' in cancelled ? json({ error: cancelled['error'] }, NOT_FOUND.status) : json(cancelled);
      },
    ),
  };
}

/** The script speaks first, then the venue takes its time. */
function faultyPlacing(
  places: KalshiTradingPlaces,
): (orders: readonly (JsonValue | undefined)[], answer: (lacks: boolean) => HttpAnswer) => Promise<HttpAnswer> {
  const { faults, stats, latency, random, exchange } = places;
  const script = new FaultScript(
    faults.filter(({ kind }) => kind.startsWith('kalshiOrder')),
    stats.faults,
    random.split(),
  );
  return async (orders, answer) => {
    stats.orderRequests += 1;
    places.onPost?.(orders.flatMap((order) => (isJsonObject(order) ? textOf(order, 'client_order_id') : [])));
    const firing = script.firing(stats.orderRequests);
    // The draw comes before any early answer, so that one fault does not shift the latencies of all later requests.
    const delayMs = drawLatencyMs(latency, random);
    for (const { ms = 1_000 } of firing.filter(({ kind }) => kind === 'kalshiOrderPause')) {
      exchange.pause();
      setTimeout(() => {
        exchange.isPaused = false;
      }, ms).unref();
    }
    const lacks = firing.some(({ kind }) => kind === 'kalshiOrderNoBalance');
    const others = firing.filter(({ kind }) => kind !== 'kalshiOrderPause' && kind !== 'kalshiOrderNoBalance');
    if (delayMs > 0) await after(delayMs);
    return withRestFaults('kalshiOrder', others as { kind: KalshiOrderFaultKind; ms?: number }[], () => answer(lacks));
  };
}

/** `lacks`: the account is said to lack the money. */
function placeOne(places: KalshiTradingPlaces, value: JsonValue | undefined, lacks: boolean): HttpAnswer {
  const placed = placement(places, value, lacks);
  return 'refusal' in placed ? refused(placed.refusal) : json(placedJson(placed.order, placed.fills), CREATED);
}

/** Each order in turn; one that is refused does not keep the others from being taken. */
function placeMany(places: KalshiTradingPlaces, values: readonly JsonObject[], lacks: boolean): HttpAnswer {
  if (values.length === 0) return refused(ownRefusal('invalid_parameters'));
  const orders = values.map((value): JsonObject => {
    const placed = placement(places, value, lacks);
    if (!('refusal' in placed)) return placedJson(placed.order, placed.fills);
    return { client_order_id: textOf(value, 'client_order_id'), error: errorJson(placed.refusal) };
  });
  return json({ orders }, CREATED);
}

function placement(
  { exchange, account, stats }: KalshiTradingPlaces,
  value: JsonValue | undefined,
  lacks: boolean,
): KalshiPlacement {
  stats.orders += 1;
  const read = readKalshiOrder(value);
  const order = lacks && !('code' in read) ? ownRefusal('insufficient_balance') : read;
  const placed = 'code' in order ? { refusal: order } : exchange.place(account, order);
  if ('refusal' in placed)
    stats.ordersRefused[placed.refusal.code] = (stats.ordersRefused[placed.refusal.code] ?? 0) + 1;
  return placed;
}

/** `…/{order}/decrease` and `…/{order}/amend`. */
function changeOf(places: KalshiTradingPlaces): HttpHandler {
  return ({ path, body }) => {
    const parts = path.split('/');
    const order = ownOrder(places, parts.at(-2) ?? '');
    const value = jsonOf(body);
    if (order?.status !== 'resting') return refused(NOT_FOUND);
    if (!isJsonObject(value)) return refused(ownRefusal('invalid_parameters'));
    if (parts.at(-1) === 'decrease') return decreased(places, order, value);
    return parts.at(-1) === 'amend' ? amended(places, order, value) : refused(NOT_FOUND);
  };
}

function decreased({ exchange }: KalshiTradingPlaces, order: KalshiOrder, value: JsonObject): HttpAnswer {
  const by = sizeMicrosFromText(textOf(value, 'reduce_by'));
  const to = sizeMicrosFromText(textOf(value, 'reduce_to'));
  const left = to ?? (by === undefined ? undefined : Math.max(0, order.leftMicros - by));
  if (left === undefined || left > order.leftMicros) return refused(ownRefusal('invalid_parameters'));
  exchange.decrease(order, left);
  return json({ ...idsOf(order), remaining_count: countText(order.leftMicros), ts_ms: order.updatedMs });
}

/** `count` is of the whole order, what was filled of it included. */
function amended({ exchange }: KalshiTradingPlaces, order: KalshiOrder, value: JsonObject): HttpAnswer {
  const priceE4 = priceE4FromText(textOf(value, 'price'));
  const count = sizeMicrosFromText(textOf(value, 'count'));
  const left = (count ?? 0) - order.matchedMicros;
  if (priceE4 === undefined || left <= 0) return refused(ownRefusal('invalid_parameters'));
  if (textOf(value, 'side') !== order.side || textOf(value, 'ticker') !== order.market.ticker) {
    return refused(ownRefusal('invalid_parameters'));
  }
  const refusal = exchange.amendRefusal(order, priceE4, left);
  if (refusal !== undefined) return refused(refusal);
  order.clientId = textOf(value, 'updated_client_order_id') || order.clientId;
  if (priceE4 === order.priceE4 && left <= order.leftMicros) {
    exchange.decrease(order, left);
    return json(placedJson(order, []));
  }
  return json(placedJson(order, exchange.amend(order, priceE4, left)));
}

function cancelledOf(places: KalshiTradingPlaces, id: string): JsonObject {
  const order = ownOrder(places, id);
  const reduced = order === undefined ? 0 : places.exchange.cancel(order);
  if (order === undefined || reduced === 0) {
    return { order_id: id, reduced_by: countText(0), error: errorJson(NOT_FOUND) };
  }
  return { ...idsOf(order), reduced_by: countText(reduced), ts_ms: order.updatedMs };
}

function ownOrder({ exchange, account }: KalshiTradingPlaces, id: string): KalshiOrder | undefined {
  const order = exchange.orders.get(id);
  return order?.account === account ? order : undefined;
}

function idsOf({ id, clientId }: KalshiOrder): JsonObject {
  return { order_id: id, client_order_id: clientId };
}

function itemsOf(body: Uint8Array): readonly JsonObject[] {
  const value = jsonOf(body);
  const orders = isJsonObject(value) ? member(value, 'orders') : undefined;
  return Array.isArray(orders) ? orders.filter(isJsonObject) : [];
}

function lastOf(path: string): string {
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
}

export function refused(refusal: KalshiRefusal): HttpAnswer {
  return json({ error: errorJson(refusal) }, refusal.status);
}

function errorJson({ code }: KalshiRefusal): JsonObject {
  return { code, message: code.replaceAll('_', ' '), service: 'exchange' };
}
