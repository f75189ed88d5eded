// Text of the frames the simulated venue sends about a market: key order, spacing, hash and top as Polymarket's. Pure.
import { createHash } from 'node:crypto';
import { priceText, sizeText } from '../../core/units.ts';
import type { FrameMarket, Print } from './exchange-types.ts';
import type { LevelChange, LiveBook } from './live-book.ts';
import type { TapeLevel } from './tape.ts';

/** The book of one token: bids ascending, asks descending, the best level last. */
interface TokenBook {
  readonly token: string;
  readonly bids: string;
  readonly asks: string;
  readonly hash: string;
}

/** What frames show of a book. */
export type ShownBook = Pick<LiveBook, 'bestE4' | 'shownAscending'>;

/** `0.62` as the venue writes it in books: `0.620`. */
export function lastTradeText(priceE4: number): string {
  const [whole, fraction = ''] = priceText(priceE4).split('.');
  return `${whole}.${fraction.padEnd(3, '0')}`;
}

/** The array of `book` frames of `views` (0 YES, 1 NO) that opens a subscription. */
export function bookFrames(market: FrameMarket, book: ShownBook, venueMs: number, views: readonly number[]): string[] {
  const tick = priceText(market.tickE4);
  return views.map((view) => {
    const { token, hash, bids, asks } = tokenBook(market, book, venueMs, view);
    return `{"market":"${market.conditionId}","asset_id":"${token}","timestamp":"${venueMs}","hash":"${hash}","bids":${bids},"asks":${asks},"tick_size":"${tick}","event_type":"book","last_trade_price":"${market.lastTradeText}"}`;
  });
}

/** The REST answer of `/book`, in the key order the hash is taken over. */
export function restBook(market: FrameMarket, book: ShownBook, venueMs: number, view: number): string {
  const { token, hash, bids, asks } = tokenBook(market, book, venueMs, view);
  return bookJson(market, token, venueMs, hash, bids, asks);
}

/** One `price_change` frame: per change the token it was told of, then its mirror; hash and top of the final book. */
export function priceChangeFrame(
  market: FrameMarket,
  book: ShownBook,
  changes: readonly LevelChange[],
  venueMs: number,
): string {
  const bidE4 = book.bestE4('bid') ?? 0;
  const askE4 = book.bestE4('ask') ?? 10_000;
  const ends = [0, 1].map((view) => {
    const { token, hash } = tokenBook(market, book, venueMs, view);
    const top = view === 0 ? [bidE4, askE4] : [10_000 - askE4, 10_000 - bidE4];
    return { token, tail: `"hash":"${hash}", "best_bid":"${priceText(top[0]!)}", "best_ask":"${priceText(top[1]!)}"` };
  });
  const items = changes.flatMap(({ side, priceE4, sizeMicros, onNo }) =>
    (onNo ? [1, 0] : [0, 1]).map((view) => {
      const { token, tail } = ends[view]!;
      const price = priceText(view === 0 ? priceE4 : 10_000 - priceE4);
      const order = (side === 'bid') === (view === 0) ? 'BUY' : 'SELL';
      return `{"asset_id":"${token}", "price":"${price}", "size":"${sizeText(sizeMicros)}", "side":"${order}", ${tail}}`;
    }),
  );
  return `{"market":"${market.conditionId}", "price_changes":[${items.join(', ')}], "timestamp":"${venueMs}", "event_type":"price_change"}`;
}

/** `last_trade_price`. `priceE4` is of the token traded. */
export function tradeFrame(market: FrameMarket, trade: Print, venueMs: number): string {
  return `{"market":"${market.conditionId}","asset_id":"${market.tokens[trade.view]}","price":"${priceText(trade.priceE4)}","size":"${sizeText(trade.sizeMicros)}","fee_rate_bps":"0","side":"${trade.takerSide}","timestamp":"${venueMs}","event_type":"last_trade_price","transaction_hash":"${trade.transactionHash}"}`;
}

/** `tick_size_change` of one token. */
export function tickFrame(market: FrameMarket, view: number, oldTickE4: number, venueMs: number): string {
  return `{"market":"${market.conditionId}","asset_id":"${market.tokens[view]}","old_tick_size":"${priceText(oldTickE4)}","new_tick_size":"${priceText(market.tickE4)}","timestamp":"${venueMs}","event_type":"tick_size_change"}`;
}

/** `best_bid_ask` of one token. */
export function bestBidAskFrame(market: FrameMarket, book: ShownBook, view: number, venueMs: number): string {
  const bid = book.bestE4('bid') ?? 0;
  const ask = book.bestE4('ask') ?? 10_000;
  const [bidE4, askE4] = view === 0 ? [bid, ask] : [10_000 - ask, 10_000 - bid];
  return `{"market":"${market.conditionId}", "asset_id":"${market.tokens[view]}", "best_bid":"${priceText(bidE4)}", "best_ask":"${priceText(askE4)}", "spread":"${priceText(askE4 - bidE4)}", "timestamp":"${venueMs}", "event_type":"best_bid_ask"}`;
}

/** `new_market`, which goes to everybody who asked for it. `tags` are labels. */
export function newMarketFrame(market: FrameMarket, slug: string, tags: readonly string[], venueMs: number): string {
  const { conditionId, tokens, tickE4 } = market;
  const head = { id: '1', question: slug, market: conditionId, slug, description: '', assets_ids: tokens };
  const event = { id: '1', ticker: slug, slug, title: slug, description: '' };
  const tail = { tags, condition_id: conditionId, active: true, clob_token_ids: tokens };
  const stated = { order_price_min_tick_size: priceText(tickE4), group_item_title: '', taker_base_fee: '0' };
  const outcomes = ['Yes', 'No'];
  const typed = { outcomes, event_message: event, timestamp: String(venueMs), event_type: 'new_market' };
  return JSON.stringify({ ...head, ...typed, ...tail, ...stated });
}

/** `market_resolved`, which goes to everybody who asked for it. */
export function resolvedFrame(market: FrameMarket, view: number, venueMs: number): string {
  const { conditionId, tokens } = market;
  const won = { winning_asset_id: tokens[view], winning_outcome: view === 0 ? 'Yes' : 'No' };
  const head = { id: '1', market: conditionId, assets_ids: tokens, ...won, event_message: null };
  return JSON.stringify({ ...head, timestamp: String(venueMs), event_type: 'market_resolved', tags: [] });
}

function tokenBook(market: FrameMarket, book: ShownBook, venueMs: number, view: number): TokenBook {
  const token = market.tokens[view]!;
  // A NO bid at p is a YES ask at 1 - p; both lists keep their order, best level last.
  const bids = view === 0 ? levelsText(book.shownAscending('bid'), false) : levelsText(descendingAsks(book), true);
  const asks = view === 0 ? levelsText(descendingAsks(book), false) : levelsText(book.shownAscending('bid'), true);
  const hash = createHash('sha1')
    .update(bookJson(market, token, venueMs, '', bids, asks))
    .digest('hex');
  return { token, bids, asks, hash };
}

function descendingAsks(book: ShownBook): TapeLevel[] {
  return book.shownAscending('ask').reverse();
}

function bookJson(
  market: FrameMarket,
  token: string,
  venueMs: number,
  hash: string,
  bids: string,
  asks: string,
): string {
  return `{"market":"${market.conditionId}","asset_id":"${token}","timestamp":"${venueMs}","hash":"${hash}","bids":${bids},"asks":${asks},"min_order_size":"${sizeText(market.minSizeMicros)}","tick_size":"${priceText(market.tickE4)}","neg_risk":${market.negRisk},"last_trade_price":"${market.lastTradeText}"}`;
}

function levelsText(levels: readonly TapeLevel[], complement: boolean): string {
  const items = levels.map(
    ({ priceE4, sizeMicros }) =>
      `{"price":"${priceText(complement ? 10_000 - priceE4 : priceE4)}","size":"${sizeText(sizeMicros)}"}`,
  );
  return `[${items.join(',')}]`;
}
