// Polymarket frames that the WASM decoder hands to the host: control events, and frames with escapes or non-ASCII text.
// Ingest thread, off the hot path; reads one frame, changes nothing.
import * as L from '../../../wasm/layout.ts';
import { priceE4FromText } from '../../core/units.ts';
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json.ts';
import type { ToldMarket } from './gamma-news.ts';

/** A control event, its fields checked. Ids are as sent, without the venue's prefix. */
export type PolymarketControl =
  | {
      readonly kind: 'tickSizeChange';
      readonly condition: string;
      readonly token: string;
      readonly tickE4: number;
      readonly venueMs: number;
    }
  /** `winningToken`: '' when none is named. */
  | {
      readonly kind: 'marketResolved';
      readonly condition: string;
      readonly winningToken: string;
      readonly venueMs: number;
    }
  | ({ readonly kind: 'newMarket' } & ToldMarket);

/** What a frame handed to the host turned out to be. `reject` is one of REJECT_*. */
export type PolymarketHostFrame =
  | { readonly kind: 'control'; readonly events: readonly PolymarketControl[] }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'reject'; readonly cause: number };

const DATA_EVENTS: ReadonlySet<string> = new Set(['book', 'price_change', 'last_trade_price', 'best_bid_ask']);
const EPOCH_MS = /^(0|[1-9]\d{0,14})$/;

function reject(cause: number): PolymarketHostFrame {
  return { kind: 'reject', cause };
}

/** Reads the parsed value of one frame. Data events here are refused: the hot path could not read their text. */
export function readPolymarketFrame(value: JsonValue): PolymarketHostFrame {
  const elements = Array.isArray(value) ? value : [value];
  const events: PolymarketControl[] = [];
  let unknowns = 0;
  for (const element of elements) {
    if (!isJsonObject(element)) return reject(L.REJECT_WRONG_TYPE);
    const type = member(element, 'event_type');
    if (type === undefined) return reject(L.REJECT_MISSING_FIELD);
    if (typeof type !== 'string') return reject(L.REJECT_WRONG_TYPE);
    if (DATA_EVENTS.has(type)) return reject(L.REJECT_NOT_PLAIN_TEXT);
    const event = readControl(type, element);
    if (typeof event === 'number') return reject(event);
    if (event === undefined) unknowns += 1;
    else events.push(event);
  }
  if (events.length > 0) return { kind: 'control', events };
  return unknowns > 0 ? { kind: 'unknown' } : { kind: 'ignored' };
}

/** A text member, '' when it is missing or none. */
function textOf(from: JsonValue | undefined, key: string): string {
  const value = isJsonObject(from) ? member(from, key) : undefined;
  return typeof value === 'string' ? value : '';
}

/** It is global and long; what is missing or no text is taken for absent, since nothing is decided by it alone. */
function toldMarket(event: JsonObject): ToldMarket {
  const tags = member(event, 'tags');
  return {
    condition: textOf(event, 'condition_id') || textOf(event, 'market'),
    slug: textOf(event, 'slug'),
    eventSlug: textOf(member(event, 'event_message'), 'slug'),
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
  };
}

/** The control event, undefined for an unknown type, or a REJECT_* code. */
function readControl(type: string, event: JsonObject): PolymarketControl | number | undefined {
  if (type === 'new_market') return { kind: 'newMarket', ...toldMarket(event) };
  if (type !== 'tick_size_change' && type !== 'market_resolved') return undefined;
  const texts: string[] = [];
  const keys =
    type === 'tick_size_change' ? ['market', 'timestamp', 'asset_id', 'new_tick_size'] : ['market', 'timestamp'];
  for (const key of keys) {
    const text = member(event, key);
    if (text === undefined) return L.REJECT_MISSING_FIELD;
    if (typeof text !== 'string') return L.REJECT_WRONG_TYPE;
    texts.push(text);
  }
  const [condition = '', timestamp = '', token = '', tick = ''] = texts;
  if (condition === '') return L.REJECT_MISSING_FIELD;
  if (!EPOCH_MS.test(timestamp)) return L.REJECT_BAD_NUMBER;
  const venueMs = Number(timestamp);
  if (type === 'market_resolved') {
    // Whatever it says of the winner, the market is over.
    return { kind: 'marketResolved', condition, winningToken: textOf(event, 'winning_asset_id'), venueMs };
  }
  if (token === '') return L.REJECT_MISSING_FIELD;
  const tickE4 = priceE4FromText(tick);
  if (tickE4 === undefined) return L.REJECT_BAD_NUMBER;
  if (tickE4 === 0 || tickE4 >= 10_000) return L.REJECT_OUT_OF_RANGE;
  if (10_000 % tickE4 !== 0) return L.REJECT_OFF_GRID;
  return { kind: 'tickSizeChange', condition, token, tickE4, venueMs };
}
