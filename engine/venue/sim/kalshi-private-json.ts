// What the simulated Kalshi venue tells an account of its orders and fills, on the private channels and by REST: the fields
// of the official client's types and of the documented messages, in their order. Pure.
import { VIEW_NO, VIEW_YES } from '../../../wasm/layout.ts';
import type { JsonObject } from '../json.ts';
import { countText, dollarsText, moneyText } from '../kalshi/text.ts';
import type { Account } from './accounts.ts';
import { heldMicros } from './kalshi-collateral.ts';
import type { KalshiFill, KalshiMarket, KalshiOrder, KalshiSettlement } from './kalshi-exchange-types.ts';

/** The side of an order in the old words and in the new. */
function sides(side: 'bid' | 'ask'): JsonObject {
  const outcome_side = side === 'bid' ? 'yes' : 'no';
  return { side: 'yes', action: side === 'bid' ? 'buy' : 'sell', outcome_side, book_side: side };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

/** What messages and REST say alike of an order. */
function orderState(order: KalshiOrder): JsonObject {
  const { cost, fees } = order;
  return {
    ...{ fill_count_fp: countText(order.matchedMicros), remaining_count_fp: countText(order.leftMicros) },
    initial_count_fp: countText(order.sizeMicros),
    ...{ taker_fill_cost_dollars: moneyText(cost.taker), maker_fill_cost_dollars: moneyText(cost.maker) },
    ...{ taker_fees_dollars: moneyText(fees.taker), maker_fees_dollars: moneyText(fees.maker) },
  };
}

/** An order as REST has it. */
export function orderJson(order: KalshiOrder): JsonObject {
  const { request, account, market, priceE4 } = order;
  return {
    ...{ order_id: order.id, user_id: account.setup.apiKey, client_order_id: order.clientId, ticker: market.ticker },
    ...{ ...sides(order.side), type: 'limit', status: order.status },
    ...{ yes_price_dollars: dollarsText(priceE4), no_price_dollars: dollarsText(10_000 - priceE4) },
    ...orderState(order),
    expiration_time: request.expiresS === undefined ? null : timeText(request.expiresS * 1_000),
    ...{ created_time: timeText(order.createdMs), last_update_time: timeText(order.updatedMs) },
    ...{ self_trade_prevention_type: request.selfTrade, order_group_id: null },
    ...{ cancel_order_on_pause: request.cancelOnPause, subaccount_number: 0, exchange_index: 0 },
  };
}

/** An order as channel user_orders has it. */
export function orderMsg(order: KalshiOrder): JsonObject {
  const { account, market, side } = order;
  return {
    ...{ order_id: order.id, user_id: account.setup.apiKey, client_order_id: order.clientId, ticker: market.ticker },
    ...{ status: order.status, side: 'yes', is_yes: true, yes_price_dollars: dollarsText(order.priceE4) },
    ...orderState(order),
    ...{ outcome_side: side === 'bid' ? 'yes' : 'no', book_side: side },
    ...{ created_time: timeText(order.createdMs), created_ts_ms: order.createdMs, last_updated_ts_ms: order.updatedMs },
    subaccount_number: 0,
  };
}

/** A fill as REST has it. */
export function fillJson(fill: KalshiFill): JsonObject {
  const { order, priceE4, atMs } = fill;
  const { ticker } = order.market;
  return {
    ...{ fill_id: fill.id, exchange_index: 0, trade_id: fill.id, order_id: order.id, ticker, market_ticker: ticker },
    ...{ ...sides(order.side), count_fp: countText(fill.sizeMicros) },
    ...{ yes_price_dollars: dollarsText(priceE4), no_price_dollars: dollarsText(10_000 - priceE4) },
    ...{ is_taker: fill.isTaker, created_time: timeText(atMs), fee_cost: moneyText(fill.feeMicros) },
    ...{ subaccount_number: 0, ts: Math.floor(atMs / 1_000) },
  };
}

/** A fill as channel fill has it. */
export function fillMsg(fill: KalshiFill): JsonObject {
  const { order, atMs } = fill;
  const { outcome_side = '', ...others } = sides(order.side);
  return {
    ...{ trade_id: fill.id, order_id: order.id, client_order_id: order.clientId, market_ticker: order.market.ticker },
    ...{ exchange_index: 0, is_taker: fill.isTaker, yes_price_dollars: dollarsText(fill.priceE4) },
    ...{ count_fp: countText(fill.sizeMicros), fee_cost: moneyText(fill.feeMicros) },
    ...{ ts: Math.floor(atMs / 1_000), ts_ms: atMs, post_position_fp: countText(fill.positionMicros) },
    ...{ ...others, purchased_side: outcome_side, outcome_side, subaccount: 0 },
  };
}

/** A fill as everybody is told of it on channel trade; undefined for a maker's: his taker's says it. */
export function tradeMsg(fill: KalshiFill): JsonObject {
  const { order, priceE4, atMs } = fill;
  const taker = order.side === 'bid' ? 'yes' : 'no';
  return {
    ...{ trade_id: fill.id, market_ticker: order.market.ticker, yes_price_dollars: dollarsText(priceE4) },
    ...{ no_price_dollars: dollarsText(10_000 - priceE4), count_fp: countText(fill.sizeMicros), taker_side: taker },
    ...{ taker_outcome_side: taker, taker_book_side: order.side, ts: Math.floor(atMs / 1_000), ts_ms: atMs },
  };
}

/** The answer to a new order or an amended one, with `fills` of this request; averages are per contract. */
export function placedJson(order: KalshiOrder, fills: readonly KalshiFill[]): JsonObject {
  const filled = fills.reduce((sum, { sizeMicros }) => sum + sizeMicros, 0);
  const worth = fills.reduce((sum, { sizeMicros, priceE4 }) => sum + sizeMicros * priceE4, 0);
  const fees = fills.reduce((sum, { feeMicros }) => sum + feeMicros, 0);
  const averages = {
    average_fill_price: dollarsText(Math.round(worth / filled)),
    average_fee_paid: moneyText(Math.round((fees * 1e6) / filled)),
  };
  return {
    ...{ order_id: order.id, ...(order.clientId === '' ? {} : { client_order_id: order.clientId }) },
    ...{ fill_count: countText(filled), remaining_count: countText(order.leftMicros) },
    ...(filled > 0 ? averages : {}),
    ts_ms: order.updatedMs,
  };
}

/** What is held of a market: contracts of YES, those of NO negative. */
export function positionJson(account: Account, market: KalshiMarket, fills: readonly KalshiFill[]): JsonObject {
  const { ticker } = market;
  const position = heldMicros(account, ticker, VIEW_YES) - heldMicros(account, ticker, VIEW_NO);
  const own = fills.filter(({ order }) => order.market === market && order.account === account);
  const sum = (of: (fill: KalshiFill) => number): number => own.reduce((total, fill) => total + of(fill), 0);
  return {
    ...{ ticker, exchange_index: 0, position_fp: countText(position) },
    total_traded_dollars: moneyText(sum(({ priceE4, sizeMicros }) => Math.round((priceE4 * sizeMicros) / 10_000))),
    ...{ fees_paid_dollars: moneyText(sum(({ feeMicros }) => feeMicros)) },
    last_updated_ts: timeText(own.at(-1)?.atMs ?? 0),
  };
}

/** What was paid for a market that is over; what the rounding to the cent kept is its fee. */
export function settlementJson(of: KalshiSettlement): JsonObject {
  const { yesPayoutE4, yesMicros, noMicros, paidMicros } = of;
  const market_result = yesPayoutE4 === 10_000 ? 'yes' : yesPayoutE4 === 0 ? 'no' : 'scalar';
  const worth = (yesPayoutE4 * yesMicros + (10_000 - yesPayoutE4) * noMicros) / 10_000;
  return {
    ...{
      ticker: of.ticker,
      exchange_index: 0,
      event_ticker: of.ticker.slice(0, of.ticker.lastIndexOf('-')),
      market_result,
    },
    ...{ yes_count_fp: countText(yesMicros), no_count_fp: countText(noMicros), revenue: paidMicros / 10_000 },
    ...{ settled_time: timeText(of.atMs), fee_cost: moneyText(Math.round(worth) - paidMicros) },
    value: yesPayoutE4 / 100,
  };
}
