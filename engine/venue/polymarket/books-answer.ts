// What the venue's REST says of books, and the same as the market channel would have said it: a book frame. Pure; cold
// path.
import { priceE4FromText, sizeMicrosFromText } from '../../core/units.ts';
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json.ts';

export interface RestBook {
  readonly token: string;
  readonly venueMs: number;
  /** Price in E4 to size in micros, of the token's own side. */
  readonly bids: ReadonlyMap<number, number>;
  readonly asks: ReadonlyMap<number, number>;
  /** The text of a book frame, for the decoder. */
  readonly frame: string;
}

const EPOCH_MS = /^[1-9]\d{0,14}$/;

/** Body of POST /books. */
export function booksBody(tokens: readonly string[]): string {
  return JSON.stringify(tokens.map((token) => ({ token_id: token })));
}

/** The books of an answer to POST /books; those that cannot be read are counted. Undefined when it is no list. */
export function booksOf(answer: JsonValue): { readonly books: RestBook[]; readonly unreadable: number } | undefined {
  if (!Array.isArray(answer)) return undefined;
  const books = answer.flatMap((value) => bookOf(value) ?? []);
  return { books, unreadable: answer.length - books.length };
}

function bookOf(value: JsonValue): RestBook | undefined {
  if (!isJsonObject(value)) return undefined;
  const texts = ['market', 'asset_id', 'timestamp', 'hash', 'tick_size'].map((key) => member(value, key));
  if (!texts.every((text) => typeof text === 'string')) return undefined;
  const [market, token, timestamp, hash, tick] = texts as string[];
  const [bids, asks] = [sideOf(value, 'bids'), sideOf(value, 'asks')];
  if (bids === undefined || asks === undefined || !EPOCH_MS.test(timestamp!)) return undefined;
  const last = member(value, 'last_trade_price');
  const frame = JSON.stringify([
    {
      ...{ market, asset_id: token, timestamp, hash, bids: levelsOf(value, 'bids'), asks: levelsOf(value, 'asks') },
      ...{ tick_size: tick, event_type: 'book', last_trade_price: typeof last === 'string' ? last : '' },
    },
  ]);
  return { token: token!, venueMs: Number(timestamp), bids, asks, frame };
}

function levelsOf(value: JsonObject, side: 'bids' | 'asks'): { readonly price: JsonValue; readonly size: JsonValue }[] {
  const levels = member(value, side) as JsonObject[];
  return levels.map((level) => ({ price: member(level, 'price')!, size: member(level, 'size')! }));
}

/** Undefined when a level cannot be read: the decoder would refuse the frame. */
function sideOf(value: JsonObject, side: 'bids' | 'asks'): Map<number, number> | undefined {
  const levels = member(value, side);
  if (!Array.isArray(levels)) return undefined;
  const sizes = new Map<number, number>();
  for (const level of levels) {
    const [price, size] = isJsonObject(level) ? [member(level, 'price'), member(level, 'size')] : [];
    if (typeof price !== 'string' || typeof size !== 'string') return undefined;
    const [priceE4, sizeMicros] = [priceE4FromText(price), sizeMicrosFromText(size)];
    if (priceE4 === undefined || sizeMicros === undefined) return undefined;
    sizes.set(priceE4, sizeMicros);
  }
  return sizes;
}
