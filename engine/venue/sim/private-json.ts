// What the venue tells an account about its orders and trades, on the user channel and over REST. Pure.
import { priceText, sizeText } from '../../core/units.ts';
import type { VenueOrder, VenueTrade } from './exchange-types.ts';

const OUTCOMES = ['Yes', 'No'] as const;

/** An `order` event of the user channel. */
export function orderEvent(order: VenueOrder, type: string, nowMs: number): string {
  const { account } = order;
  return JSON.stringify({
    event_type: 'order',
    id: order.id,
    owner: account.setup.apiKey,
    market: order.market.conditionId,
    asset_id: order.market.tokens[order.view],
    side: order.tokenSide,
    order_owner: account.setup.apiKey,
    original_size: sizeText(order.sizeMicros),
    // A killed FOK comes without its matched size and its time of creation.
    size_matched: isKilledFok(order) ? '' : sizeText(order.matchedMicros),
    price: priceText(order.limitE4),
    associate_trades: order.tradeIds.length === 0 ? null : order.tradeIds,
    outcome: OUTCOMES[order.view],
    type,
    created_at: isKilledFok(order) ? '' : String(Math.floor(order.createdMs / 1_000)),
    expiration: '0',
    order_type: order.type,
    status: order.status,
    maker_address: account.setup.funder,
    timestamp: String(nowMs),
  });
}

/** An order as `GET /data/order/{id}` answers it. */
export function openOrder(order: VenueOrder): object {
  const { account } = order;
  return {
    id: order.id,
    status: isKilledFok(order) ? 'CANCELED' : order.status,
    owner: account.setup.apiKey,
    maker_address: account.setup.funder,
    market: order.market.conditionId,
    asset_id: order.market.tokens[order.view],
    side: order.tokenSide,
    original_size: sizeText(order.sizeMicros),
    size_matched: sizeText(order.matchedMicros),
    price: priceText(order.limitE4),
    outcome: OUTCOMES[order.view],
    expiration: '0',
    order_type: order.type,
    associate_trades: order.tradeIds,
    created_at: Math.floor(order.createdMs / 1_000),
  };
}

/** A `trade` event of the user channel. */
export function tradeEvent(trade: VenueTrade): string {
  return JSON.stringify({
    event_type: 'trade',
    type: 'TRADE',
    ...tradeFields(trade),
    status: trade.status,
    trade_owner: trade.order.account.setup.apiKey,
    timestamp: String(trade.updateMs),
  });
}

/** A trade as `GET /data/trades` lists it. */
export function tradeReport(trade: VenueTrade): object {
  return { ...tradeFields(trade), status: `TRADE_STATUS_${trade.status}` };
}

function tradeFields(trade: VenueTrade): object {
  const { order, makers } = trade;
  const { account, market, view } = order;
  const own = { order, sizeMicros: trade.sizeMicros };
  return {
    id: trade.id,
    // The taker of a maker's fill is the market's own flow, which has no order.
    taker_order_id: trade.role === 'TAKER' ? order.id : trade.transactionHash,
    market: market.conditionId,
    asset_id: market.tokens[view],
    side: order.tokenSide,
    size: sizeText(trade.sizeMicros),
    fee_rate_bps: '0',
    price: priceText(trade.priceE4),
    match_time: String(Math.floor(trade.matchMs / 1_000)),
    last_update: String(Math.floor(trade.updateMs / 1_000)),
    outcome: OUTCOMES[view],
    owner: account.setup.apiKey,
    maker_address: account.setup.funder,
    transaction_hash: trade.transactionHash,
    bucket_index: 0,
    maker_orders: (trade.role === 'TAKER' ? makers : [own]).map(makerOrder),
    trader_side: trade.role,
  };
}

function makerOrder({ order, sizeMicros }: VenueTrade['makers'][number]): object {
  const { account, market, view } = order;
  return {
    order_id: order.id,
    owner: account.setup.apiKey,
    maker_address: account.setup.funder,
    matched_amount: sizeText(sizeMicros),
    price: priceText(order.limitE4),
    fee_rate_bps: '0',
    asset_id: market.tokens[view],
    outcome: OUTCOMES[view],
    outcome_index: view,
    side: order.tokenSide,
  };
}

function isKilledFok(order: VenueOrder): boolean {
  return order.status.startsWith('CANCELED_');
}
