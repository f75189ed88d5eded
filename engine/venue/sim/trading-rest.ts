// The simulated venue's private REST: posting, cancelling and looking up orders, trades, balances, heartbeats. Each call
// is authenticated; each posted order's id is recomputed and its signature recovered before the exchange sees it.
import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import { sizeText } from '../../core/units.ts';
import type { HttpAnswer, HttpHandler } from '../../ingest/transport.ts';
import type { Account, Accounts } from './accounts.ts';
import type { Exchange } from './exchange.ts';
import type { NewOrder, VenueOrder, VenueTrade } from './exchange-types.ts';
import type { Faults } from './faults.ts';
import type { Heartbeats } from './heartbeats.ts';
import { type Private, signedRoute } from './key-rest.ts';
import { after, drawLatencyMs, type Latency } from './latency.ts';
import { amountError, limitAndSize } from './order-rules.ts';
import { openOrder, tradeReport } from './private-json.ts';
import { json, parsed, refusal } from './public-rest.ts';
import { forbidden } from './rest-faults.ts';
import {
  domainOf,
  EXCHANGE,
  EXCHANGE_NEG_RISK,
  EXCHANGE_PROTOCOL_V2,
  orderIdOf,
  readPostedOrder,
  type SignedOrder,
} from './signed-order.ts';
import type { VenueStats } from './stats.ts';
import { recoverSigner, WALLET_SIGNATURE_TYPE } from './wallet-signature.ts';

export interface TradingRest {
  readonly exchange: Exchange;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly random: Random;
  readonly latency: Latency;
  readonly faults: Faults;
  readonly heartbeats: Heartbeats;
  readonly stats: VenueStats;
  /** Told the ids of the orders in a request when it has come, whatever becomes of it. Absent: nobody wants to know. */
  readonly onPost?: ((ids: readonly string[]) => void) | undefined;
}

const ORDERS_PER_REQUEST_MAX = 15;
const CANCELS_PER_REQUEST_MAX = 1_000;
const ITEMS_PER_PAGE = 500;
/** What each exchange may move: as good as everything. */
const ALLOWANCE = '999999999000000';
const NO_BALANCE = 'not enough balance / allowance';
const CURSOR_END = 'LTE=';

/** Routes by `METHOD path`. */
export function tradingRoutes(rest: TradingRest): Record<string, HttpHandler> {
  const signed = (handler: Private): HttpHandler => signedRoute(rest, handler);
  return {
    'POST /orders': signed((account, { body }) => postOrders(rest, account, parsed(body), true)),
    'POST /order': signed((account, { body }) => postOrders(rest, account, [parsed(body)], false)),
    'DELETE /order': signed((account, { body }) => {
      const fields = parsed(body) as { orderID?: unknown } | undefined;
      return cancelOrders(rest, account, [fields?.orderID]);
    }),
    'DELETE /orders': signed((account, { body }) => cancelOrders(rest, account, parsed(body))),
    'DELETE /cancel-all': signed((account) => {
      const ids = rest.exchange.openOrders(account).map(({ id }) => id);
      return cancelOrders(rest, account, ids, Number.POSITIVE_INFINITY);
    }),
    'DELETE /cancel-market-orders': signed((account, { body }) => {
      const { market, asset_id } = (parsed(body) ?? {}) as { market?: unknown; asset_id?: unknown };
      if (market === undefined && asset_id === undefined) return refusal(400, 'Invalid payload');
      const named = rest.exchange
        .openOrders(account)
        .filter((order) => market === undefined || order.market.conditionId === market)
        .filter((order) => asset_id === undefined || order.market.tokens[order.view] === asset_id);
      return cancelOrders(
        rest,
        account,
        named.map(({ id }) => id),
        Number.POSITIVE_INFINITY,
      );
    }),
    'GET /data/order/*': signed((account, { path }) => {
      const order = rest.exchange.orders.get(path.slice(path.lastIndexOf('/') + 1));
      return order?.account === account ? json(openOrder(order)) : refusal(404, 'order not found');
    }),
    'GET /data/orders': signed((account) => page(rest.exchange.openOrders(account).map(openOrder), CURSOR_END)),
    'GET /data/trades': signed((account, { query }) => tradesPage(rest, account, new URLSearchParams(query))),
    'GET /balance-allowance': signed((account, { query }) => balance(rest, account, new URLSearchParams(query))),
    'POST /v1/heartbeats': signed((account, { body }) => {
      const fields = parsed(body) as { heartbeat_id?: unknown } | undefined;
      const id = rest.heartbeats.beat(account, fields?.heartbeat_id);
      return id === undefined ? refusal(400, 'Invalid Heartbeat ID') : json({ heartbeat_id: id });
    }),
  };
}

/** The fault script speaks first, then the venue takes its time, then each order is taken in turn. */
async function postOrders(
  rest: TradingRest,
  account: Account,
  elements: unknown,
  isBatch: boolean,
): Promise<HttpAnswer> {
  const { clock, stats, faults, latency, random } = rest;
  stats.orderRequests += 1;
  rest.onPost?.(idsOf(rest, elements));
  const verdict = faults.judge(stats.orderRequests, clock.wallMs());
  const delayMs = drawLatencyMs(latency, random);
  // The draw comes before any early answer, so that one fault does not shift the latencies of all later requests.
  if (verdict.status !== undefined) return refusal(verdict.status.code, verdict.status.error);
  if (!Array.isArray(elements) || elements.length < 1 || elements.length > ORDERS_PER_REQUEST_MAX) {
    return refusal(400, `Invalid order payload: 1 to ${ORDERS_PER_REQUEST_MAX} orders`);
  }
  if (verdict.fired.has('http403')) return forbidden();
  if (verdict.fired.has('lostRequest')) return 'hangUp';
  if (verdict.haltMs > 0) haltFirst(rest, elements[0], verdict.haltMs);
  await after(delayMs);
  if (verdict.fired.has('lateBooking')) {
    setTimeout(() => takeAll(rest, account, elements), verdict.lateMs);
    return 'hangUp';
  }
  const answers = takeAll(rest, account, elements, verdict.fired.has('noBalance'));
  if (verdict.lateMs > 0) await after(verdict.lateMs);
  if (verdict.fired.has('lostAnswer')) return 'hangUp';
  if (verdict.fired.has('unreadable')) return { status: 200, body: '<html>', contentType: 'text/html' };
  return json(isBatch ? answers : answers[0]);
}

/** Ids of the orders in a request that name a market of the venue. */
function idsOf({ exchange }: TradingRest, elements: unknown): string[] {
  return (Array.isArray(elements) ? (elements as unknown[]) : []).flatMap((element) => {
    const posted = readPostedOrder(element);
    const at = typeof posted === 'string' ? undefined : exchange.tokenView(posted.order.tokenId);
    return typeof posted === 'string' || at === undefined ? [] : orderIdOf(posted.order, domainOf(at.market));
  });
}

function takeAll(rest: TradingRest, account: Account, elements: readonly unknown[], noBalance = false): object[] {
  return elements.map((element) => postOne(rest, account, element, noBalance));
}

/** Halts the market of a request's first order. */
function haltFirst({ exchange, clock }: TradingRest, element: unknown, ms: number): void {
  const posted = readPostedOrder(element);
  const at = typeof posted === 'string' ? undefined : exchange.tokenView(posted.order.tokenId);
  if (at !== undefined) at.market.haltedUntilMs = clock.wallMs() + ms;
}

/** Answer for one order; a refused one is `success: true` with an empty id and the reason, as the venue does. */
function postOne(rest: TradingRest, account: Account, element: unknown, noBalance: boolean): object {
  const { exchange, stats, latency } = rest;
  stats.orders += 1;
  const order = verifiedOrder(rest, account, element);
  if (typeof order === 'string') return refusedAnswer(rest, order);
  if (exchange.orders.has(order.id)) stats.ordersDuplicated += 1;
  if (noBalance) return refusedAnswer(rest, NO_BALANCE);
  if (latency.takerDelayMs > 0 && exchange.wouldTake(order)) {
    const error = exchange.refusalOf(account, order);
    if (error !== undefined) return refusedAnswer(rest, error);
    stats.outcomes['takerDelayed'] = (stats.outcomes['takerDelayed'] ?? 0) + 1;
    setTimeout(() => exchange.placeLate(account, order), latency.takerDelayMs);
    return orderAnswer({ orderID: order.id, status: 'delayed' });
  }
  const placed = exchange.place(account, order);
  if (!placed.accepted) return refusedAnswer(rest, placed.error);
  return orderAnswer({
    orderID: order.id,
    status: placed.trades.length > 0 ? 'matched' : 'live',
    ...amountsOf(placed.order, placed.trades),
    transactionsHashes: placed.trades.map(({ transactionHash }) => transactionHash),
    tradeIDs: placed.trades.map(({ id }) => id),
  });
}

/** Reads and authenticates one order, or says why not. */
function verifiedOrder(rest: TradingRest, account: Account, element: unknown): NewOrder | string {
  const posted = readPostedOrder(element);
  if (typeof posted === 'string') return posted;
  const { order, orderType, owner, postOnly } = posted;
  const at = rest.exchange.tokenView(order.tokenId);
  if (at === undefined) return `the orderbook ${order.tokenId} does not exist`;
  if (owner !== account.setup.apiKey) return 'the order owner has to be the owner of the API KEY';
  const foreign = foreignAddress(order, account);
  if (foreign !== undefined) return foreign;
  const domain = domainOf(at.market);
  if (recoverSigner(order, domain) !== account.setup.signer) {
    rest.stats.badSignatures += 1;
    return 'invalid signature';
  }
  if (!postOnly && rest.faults.isPostOnly(rest.clock.wallMs())) {
    return 'the exchange was restarted: only post-only orders are accepted';
  }
  const wrong = amountError(order, orderType, at.market.tickE4);
  if (wrong !== undefined) return wrong;
  const { limitE4, sizeMicros } = limitAndSize(order, orderType, at.market.tickE4);
  const id = orderIdOf(order, domain);
  return { id, token: order.tokenId, side: order.side, limitE4, sizeMicros, type: orderType, postOnly };
}

/** What is wrong with the addresses of an order of that account, or undefined. A deposit wallet signs for itself. */
function foreignAddress({ maker, signer, signatureType }: SignedOrder, { setup }: Account): string | undefined {
  const signs = signatureType === WALLET_SIGNATURE_TYPE ? setup.funder : setup.signer;
  if (signer !== signs) return 'the order signer address has to be the address of the API KEY';
  const isForeign = maker !== setup.funder || (signatureType === 0 && maker !== signer);
  return isForeign ? 'the order maker is not an address of the signer' : undefined;
}

function refusedAnswer(rest: TradingRest, errorMsg: string): object {
  rest.stats.ordersRefused += 1;
  return orderAnswer({ errorMsg });
}

function orderAnswer(fields: Record<string, unknown>): object {
  return {
    success: true,
    errorMsg: '',
    orderID: '',
    status: '',
    makingAmount: '',
    takingAmount: '',
    transactionsHashes: [],
    tradeIDs: [],
    ...fields,
  };
}

/** What the order gave and got: dollars and shares as decimals, '' when nothing matched. */
function amountsOf(order: VenueOrder, trades: readonly VenueTrade[]): object {
  if (trades.length === 0) return {};
  const tradedMicros = trades.reduce((sum, { money }) => sum + Math.abs(money.cashMicros + money.feeMicros), 0);
  const shares = sizeText(trades.reduce((sum, { sizeMicros }) => sum + sizeMicros, 0));
  const dollars = sizeText(tradedMicros);
  return order.tokenSide === 'BUY'
    ? { makingAmount: dollars, takingAmount: shares }
    : { makingAmount: shares, takingAmount: dollars };
}

function cancelOrders(
  { exchange }: TradingRest,
  account: Account,
  ids: unknown,
  idsMax = CANCELS_PER_REQUEST_MAX,
): HttpAnswer {
  if (!Array.isArray(ids) || ids.length > idsMax) return refusal(400, 'Invalid order ids');
  const canceled: string[] = [];
  const notCanceled: Record<string, string> = {};
  for (const id of ids as unknown[]) {
    const order = exchange.orders.get(String(id));
    if (order?.account !== account) notCanceled[String(id)] = 'order not found';
    else if (exchange.cancel(order)) canceled.push(order.id);
    else notCanceled[order.id] = 'order already canceled or matched';
  }
  return json({ canceled, not_canceled: notCanceled });
}

function tradesPage({ exchange }: TradingRest, account: Account, query: URLSearchParams): HttpAnswer {
  const cursor = query.get('next_cursor') ?? '';
  const first = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString('latin1'));
  if (!Number.isSafeInteger(first) || first < 0) return refusal(400, 'Invalid next_cursor');
  const wanted = { market: query.get('market'), assetId: query.get('asset_id'), id: query.get('id') };
  const matching = exchange.trades.all.filter(
    ({ order, id }) =>
      order.account === account &&
      (wanted.market === null || order.market.conditionId === wanted.market) &&
      (wanted.assetId === null || order.market.tokens[order.view] === wanted.assetId) &&
      (wanted.id === null || id === wanted.id),
  );
  const next = first + ITEMS_PER_PAGE;
  const nextCursor = next >= matching.length ? CURSOR_END : Buffer.from(String(next)).toString('base64');
  return page(matching.slice(first, next).map(tradeReport), nextCursor);
}

function balance({ accounts }: TradingRest, account: Account, query: URLSearchParams): HttpAnswer {
  const micros =
    query.get('asset_type') === 'CONDITIONAL'
      ? (account.positions.get(query.get('token_id') ?? '') ?? 0)
      : accounts.freeCashMicros(account) + account.reservedCashMicros;
  return json({
    balance: String(micros),
    allowances: { [EXCHANGE]: ALLOWANCE, [EXCHANGE_NEG_RISK]: ALLOWANCE, [EXCHANGE_PROTOCOL_V2]: ALLOWANCE },
  });
}

function page(data: readonly object[], nextCursor: string): HttpAnswer {
  return json({ limit: ITEMS_PER_PAGE, count: data.length, next_cursor: nextCursor, data });
}
