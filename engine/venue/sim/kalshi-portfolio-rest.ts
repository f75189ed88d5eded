// What an account reads of itself at the simulated Kalshi venue: orders, fills, positions, balance, settlements; lists come
// in pages with cursors.
import type { HttpAnswer, HttpHandler } from '../../ingest/transport.ts';
import { type JsonObject, textOf } from '../json.ts';
import { countText, moneyText } from '../kalshi/text.ts';
import { ownRefusal } from './kalshi-order-rules.ts';
import { fillJson, orderJson, positionJson, settlementJson } from './kalshi-private-json.ts';
import { type KalshiTradingPlaces, privateRoute, refused } from './kalshi-trading-rest.ts';
import { json } from './public-rest.ts';

const READ_TOKENS = 10;
const ITEMS_DEFAULT = 100;
const CENT_MICROS = 10_000;

/** One page of a list: its key, its items, and what else its answer has. */
type Page = (key: string, items: readonly JsonObject[], query: URLSearchParams, more?: JsonObject) => HttpAnswer;
type Read = (answer: (query: URLSearchParams, path: string) => HttpAnswer) => HttpHandler;

/** Routes by `METHOD path` below `prefix` that only read. */
export function kalshiPortfolioRoutes(prefix: string, places: KalshiTradingPlaces): Record<string, HttpHandler> {
  const read: Read = (answer) =>
    privateRoute(
      places,
      'read',
      () => READ_TOKENS,
      ({ query, path }) => answer(new URLSearchParams(query), path),
    );
  return { ...orderLists(prefix, places, read), ...accountState(prefix, places, read) };
}

function orderLists(prefix: string, places: KalshiTradingPlaces, read: Read): Record<string, HttpHandler> {
  const { exchange, account } = places;
  const page = pagesOf(places);
  const orders = `${prefix}/portfolio/orders`;
  return {
    [`GET ${orders}`]: read((query) => {
      const fits = wantedBy(query, 'ticker', 'status');
      const own = [...exchange.orders.values()].filter((order) => order.account === account).reverse();
      const found = own
        .filter((order) => isWithin(query, order.createdMs))
        .map(orderJson)
        .filter(fits);
      return page('orders', found, query);
    }),
    [`GET ${orders}/*`]: read((_query, path) => {
      const [id = '', what] = path.slice(orders.length + 1).split('/');
      const order = exchange.orders.get(id);
      if (order?.account !== account) return refused(ownRefusal('not_found', 404));
      if (what === 'queue_position') return json({ queue_position_fp: countText(order.aheadMicros) });
      return json({ order: orderJson(order) });
    }),
    [`GET ${prefix}/portfolio/fills`]: read((query) => {
      const fits = wantedBy(query, 'ticker', 'order_id');
      const own = exchange.fills.all.filter(({ order }) => order.account === account).reverse();
      const found = own
        .filter((fill) => isWithin(query, fill.atMs))
        .map(fillJson)
        .filter(fits);
      return page('fills', found, query);
    }),
  };
}

function accountState(prefix: string, places: KalshiTradingPlaces, read: Read): Record<string, HttpHandler> {
  const { exchange, account, clock } = places;
  const page = pagesOf(places);
  const portfolio = `GET ${prefix}/portfolio`;
  return {
    [`${portfolio}/positions`]: read((query) => {
      const fills = exchange.fills.all;
      const traded = [...exchange.markets].filter((market) => fills.some(({ order }) => order.market === market));
      const found = traded.map((market) => positionJson(account, market, fills)).filter(wantedBy(query, 'ticker'));
      const isHeld = (item: JsonObject): boolean => !/^-?0(\.0+)?$/.test(textOf(item, 'position_fp'));
      const counted = query.get('count_filter')?.includes('position') === true ? found.filter(isHeld) : found;
      return page('market_positions', counted, query, { event_positions: [] });
    }),
    [`${portfolio}/balance`]: read(() => {
      const free = account.cashMicros - exchange.heldMicros(account);
      const [balance, updated_ts] = [Math.floor(free / CENT_MICROS), Math.floor(clock.wallMs() / 1_000)];
      return json({ balance, balance_dollars: moneyText(free), portfolio_value: balance, updated_ts });
    }),
    [`${portfolio}/settlements`]: read((query) => {
      const own = exchange.settlements.filter((settlement) => settlement.account === account);
      return page('settlements', own.map(settlementJson).filter(wantedBy(query, 'ticker')), query);
    }),
  };
}

/** Whether an item has what the query asks for under these keys. */
function wantedBy(query: URLSearchParams, ...keys: readonly string[]): (item: JsonObject) => boolean {
  return (item) => keys.every((key) => (query.get(key) ?? item[key]) === item[key]);
}

function isWithin(query: URLSearchParams, ms: number): boolean {
  const [min, max] = [Number(query.get('min_ts') ?? 0), Number(query.get('max_ts') ?? Number.MAX_SAFE_INTEGER)];
  return ms >= min * 1_000 && ms < (max + 1) * 1_000;
}

/** A cursor is the number of items before it; a page may have less than was asked for. */
function pagesOf({ itemsPerPageMax }: KalshiTradingPlaces): Page {
  return (key, items, query, more = {}) => {
    const first = Number(query.get('cursor') || 0);
    const limit = Math.min(itemsPerPageMax, Number(query.get('limit') ?? ITEMS_DEFAULT));
    if (!Number.isSafeInteger(first) || first < 0 || !(limit >= 1)) return refused(ownRefusal('invalid_parameters'));
    const next = first + limit;
    return json({ [key]: items.slice(first, next), ...more, cursor: next < items.length ? String(next) : '' });
  };
}
