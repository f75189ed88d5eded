// Reads what Polymarket's messages state about books, for the checks of engine/integrity/. A message the engine refuses
// is not read here; what is not of the expected form is left out, because judging it is the decoder's job. Cold path.
import { NO_ASK_E4, NO_BID_E4, SIDE_ASK, SIDE_BID } from '../../../wasm/layout.ts';
import { priceE4FromText, sizeMicrosFromText } from '../../core/units.ts';
import type { BookStatement, StatedLevel, StatedTerms, Statement } from '../statements.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Statements of one message of the market channel, in order; a token whose changes share a hash gives one. */
export function polymarketStatements(value: unknown): Statement[] {
  return (Array.isArray(value) ? value : [value]).filter(isFields).flatMap(eventStatements);
}

/** Statements of an answer to `/book` or `/books`; empty for an answer about something else. */
export function restStatements(value: unknown): BookStatement[] {
  return (Array.isArray(value) ? value : [value]).filter(isFields).flatMap((book) => bookStatement(book, 'rest'));
}

function eventStatements(event: Fields): Statement[] {
  const marketId = `polymarket:${text(event['market'])}`;
  switch (event['event_type']) {
    case 'book':
      return bookStatement(event, 'ws');
    case 'price_change':
      return changeStatements(event);
    case 'last_trade_price': {
      const priceE4 = priceE4FromText(text(event['price']));
      return priceE4 === undefined ? [] : [{ kind: 'trade', marketId, priceE4 }];
    }
    case 'tick_size_change':
      return [{ kind: 'tick', marketId, tickText: text(event['new_tick_size']) }];
    default:
      return [];
  }
}

function bookStatement(book: Fields, kind: 'ws' | 'rest'): BookStatement[] {
  const { market, asset_id: token, bids, asks, hash } = book;
  if (typeof market !== 'string' || typeof token !== 'string' || !Array.isArray(bids) || !Array.isArray(asks))
    return [];
  const levels = [...statedLevels(bids, SIDE_BID), ...statedLevels(asks, SIDE_ASK)];
  const venueMs = Number(text(book['timestamp']));
  const place = { marketId: `polymarket:${market}`, token, venueMs, hash: text(hash) };
  return [{ kind, ...place, top: undefined, levels, terms: statedTerms(book) }];
}

function statedLevels(list: readonly unknown[], side: number): StatedLevel[] {
  return list.filter(isFields).flatMap((level) => statedLevel(level, side));
}

function statedLevel(level: Fields, side: number): StatedLevel[] {
  const priceE4 = priceE4FromText(text(level['price']));
  const sizeMicros = sizeMicrosFromText(text(level['size']));
  return priceE4 === undefined || sizeMicros === undefined ? [] : [{ side, priceE4, sizeMicros }];
}

function statedTerms(book: Fields): StatedTerms {
  const { min_order_size: minSize, tick_size: tick, neg_risk: negRisk, last_trade_price: lastTrade } = book;
  return {
    minSizeText: typeof minSize === 'string' ? minSize : undefined,
    tickText: typeof tick === 'string' ? tick : undefined,
    negRisk: typeof negRisk === 'boolean' ? negRisk : undefined,
    lastTradeText: typeof lastTrade === 'string' ? lastTrade : undefined,
  };
}

/** All three schemas of a change: a list under either name, or the event itself (docs/decode-rules.md). */
function changeStatements(event: Fields): BookStatement[] {
  const list = event['price_changes'] ?? event['changes'];
  const byTokenAndHash = new Map<string, BookStatement & { levels: StatedLevel[] }>();
  for (const change of Array.isArray(list) ? list.filter(isFields) : [event]) {
    const token = text(change['asset_id'] ?? event['asset_id']);
    const hash = text(change['hash'] ?? event['hash']);
    const known = byTokenAndHash.get(`${token} ${hash}`);
    const side = change['side'] === 'SELL' ? SIDE_ASK : SIDE_BID;
    const levels = [...(known?.levels ?? []), ...statedLevel(change, side)];
    const place = { marketId: `polymarket:${text(event['market'])}`, token, hash };
    const venueMs = Number(text(event['timestamp']));
    const top = statedTop(change) ?? known?.top;
    byTokenAndHash.set(`${token} ${hash}`, { kind: 'delta', ...place, venueMs, top, levels, terms: {} });
  }
  return [...byTokenAndHash.values()];
}

/** Empty, 0 and 1 mean that the side has no level. */
function statedTop(change: Fields): BookStatement['top'] {
  const { best_bid: bid, best_ask: ask } = change;
  if (typeof bid !== 'string' || typeof ask !== 'string') return undefined;
  const bidE4 = bid === '' ? NO_BID_E4 : priceE4FromText(bid);
  const askE4 = ask === '' ? NO_ASK_E4 : priceE4FromText(ask);
  if (bidE4 === undefined || askE4 === undefined) return undefined;
  return { bidE4: bidE4 === NO_ASK_E4 ? NO_BID_E4 : bidE4, askE4: askE4 === NO_BID_E4 ? NO_ASK_E4 : askE4 };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
