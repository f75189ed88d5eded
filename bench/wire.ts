// Text of the workload's messages, byte for byte in the venues' style: key order, spacing and number texts as recorded.
import { createHash } from 'node:crypto';
import { PRICE_ONE_E4, priceText, textFromScaled } from '../engine/core/units.ts';
import type { MarketMeta } from '../engine/venue/contract.ts';
import { keyOfId } from '../engine/venue/markets.ts';
import { SIDE_ASK, SIDE_BID, VIEW_NO, VIEW_YES } from '../wasm/layout.ts';
import type { FlowBook, FlowChange } from './flow.ts';

const MIN_ORDER_SIZE = '5';
const LAST_TRADE_PRICE = '0.500';

/** `price` of a folded price as `view` shows it. */
function viewPrice(priceE4: number, view: number): string {
  return priceText(view === VIEW_YES ? priceE4 : PRICE_ONE_E4 - priceE4);
}

/** Levels of one side of a view in the venue's order, worst first, as JSON. */
function levelsJson(book: FlowBook, side: number, view: number, keys: readonly [string, string]): string {
  const folded = view === VIEW_YES ? side : 1 - side;
  const levels = book.slotsBestFirst(folded).map((slot) => {
    return `{"${keys[0]}":"${viewPrice(slot * book.tickE4, view)}","${keys[1]}":"${book.text(folded, slot)}"}`;
  });
  return `[${levels.reverse().join(',')}]`;
}

const LEVEL_KEYS = ['price', 'size'] as const;

function tokenOf(meta: MarketMeta, view: number): string {
  return view === VIEW_YES ? meta.yesToken : meta.noToken!;
}

/** The venue's book hash: SHA-1 over its ten-key summary. */
function bookHash(meta: MarketMeta, book: FlowBook, view: number, venueMs: number): string {
  const head = `{"market":"${keyOfId(meta.id)}","asset_id":"${tokenOf(meta, view)}","timestamp":"${venueMs}","hash":"",`;
  const levels = `"bids":${levelsJson(book, SIDE_BID, view, LEVEL_KEYS)},"asks":${levelsJson(book, SIDE_ASK, view, LEVEL_KEYS)},`;
  const tail = `"min_order_size":"${MIN_ORDER_SIZE}","tick_size":"${priceText(book.tickE4)}","neg_risk":${meta.negRisk === true},"last_trade_price":"${LAST_TRADE_PRICE}"}`;
  return createHash('sha1').update(head).update(levels).update(tail).digest('hex');
}

/** First message of a subscription: both tokens' snapshots in one array. */
export function snapshotText(meta: MarketMeta, book: FlowBook, venueMs: number): string {
  const one = (view: number): string =>
    `{"market":"${keyOfId(meta.id)}","asset_id":"${tokenOf(meta, view)}","timestamp":"${venueMs}","hash":"${bookHash(meta, book, view, venueMs)}",` +
    `"bids":${levelsJson(book, SIDE_BID, view, LEVEL_KEYS)},"asks":${levelsJson(book, SIDE_ASK, view, LEVEL_KEYS)},` +
    `"tick_size":"${priceText(book.tickE4)}","event_type":"book","last_trade_price":"${LAST_TRADE_PRICE}"}`;
  return `[${one(VIEW_YES)},${one(VIEW_NO)}]`;
}

/** Refresh after a trade: one token, a bare object without tick size, its own key order. */
export function refreshText(meta: MarketMeta, book: FlowBook, venueMs: number): string {
  return (
    `{"market":"${keyOfId(meta.id)}","asset_id":"${meta.yesToken}",` +
    `"bids":${levelsJson(book, SIDE_BID, VIEW_YES, LEVEL_KEYS)},"asks":${levelsJson(book, SIDE_ASK, VIEW_YES, LEVEL_KEYS)},` +
    `"hash":"${bookHash(meta, book, VIEW_YES, venueMs)}","timestamp":"${venueMs}","event_type":"book"}`
  );
}

/** price_change with its mirrored pair, the token the order was placed on first; `book` is after the change. */
export function priceChangeText(
  meta: MarketMeta,
  book: FlowBook,
  change: FlowChange,
  venueMs: number,
  placedView: number,
): string {
  const one = (view: number): string => {
    const buy = (change.side === SIDE_BID) === (view === VIEW_YES);
    const [bid, ask] = view === VIEW_YES ? [SIDE_BID, SIDE_ASK] : [SIDE_ASK, SIDE_BID];
    return (
      `{"asset_id":"${tokenOf(meta, view)}", "price":"${viewPrice(change.priceE4, view)}", ` +
      `"size":"${book.size(change.side, change.priceE4 / book.tickE4) === 0 ? '0' : book.text(change.side, change.priceE4 / book.tickE4)}", ` +
      `"side":"${buy ? 'BUY' : 'SELL'}", "hash":"${bookHash(meta, book, view, venueMs)}", ` +
      `"best_bid":"${viewPrice(book.bestE4(bid), view)}", "best_ask":"${viewPrice(book.bestE4(ask), view)}"}`
    );
  };
  return (
    `{"market":"${keyOfId(meta.id)}", "price_changes":[${one(placedView)}, ${one(1 - placedView)}], ` +
    `"timestamp":"${venueMs}", "event_type":"price_change"}`
  );
}

/** Kalshi's snapshot: bids of both outcomes, worst first, prices to four decimals and counts to two. */
export function kalshiSnapshotText(ticker: string, book: FlowBook, seq: number): string {
  const side = (folded: number): string => {
    const levels = book
      .slotsBestFirst(folded)
      .map((slot) => `["${kalshiPrice(slot * book.tickE4, folded)}","${kalshiCount(book.size(folded, slot))}"]`);
    return `[${levels.reverse().join(',')}]`;
  };
  return (
    `{"type":"orderbook_snapshot","sid":1,"seq":${seq},"msg":{"market_ticker":"${ticker}","market_id":"31185e50-8a4e-4c7e-9f3b-0c3f1d2a7b90",` +
    `"yes_dollars_fp":${side(SIDE_BID)},"no_dollars_fp":${side(SIDE_ASK)}}}`
  );
}

/** Kalshi's relative change. */
export function kalshiDeltaText(ticker: string, change: FlowChange, seq: number, venueMs: number): string {
  const iso = new Date(venueMs).toISOString().replace('Z', '273Z');
  return (
    `{"type":"orderbook_delta","sid":1,"seq":${seq},"msg":{"market_ticker":"${ticker}","market_id":"31185e50-8a4e-4c7e-9f3b-0c3f1d2a7b90",` +
    `"price_dollars":"${kalshiPrice(change.priceE4, change.side)}","delta_fp":"${kalshiCount(change.sizeMicros - change.previousMicros)}",` +
    `"side":"${change.side === SIDE_BID ? 'yes' : 'no'}","ts":"${iso}","ts_ms":${venueMs}}}`
  );
}

function kalshiPrice(priceE4: number, side: number): string {
  return ((side === SIDE_BID ? priceE4 : PRICE_ONE_E4 - priceE4) / PRICE_ONE_E4).toFixed(4);
}

function kalshiCount(micros: number): string {
  const [whole, fraction = ''] = textFromScaled(micros, 6).split('.');
  return `${whole}.${fraction.padEnd(2, '0')}`;
}
