// What Kalshi's REST says of books, and the same as the stream would have said it: a snapshot. Pure; cold path.
import { priceE4FromText, sizeMicrosFromText } from '../../core/units.ts';
import { isJsonObject, type JsonValue, member } from '../json.ts';

/** Tickers of one question at most. */
export const BOOKS_PER_REQUEST_MAX = 100;
/** Subscription that polled books are told under: the venue numbers its own from 1. */
export const POLLED_SID = 0;

/** Bids of YES and of NO as the venue writes them, `[price, size]`. */
export interface PolledBook {
  readonly ticker: string;
  readonly yes: readonly JsonValue[];
  readonly no: readonly JsonValue[];
}

/** Path of the question for the books of `tickers`. */
export function booksPath(tickers: readonly string[]): string {
  return `/markets/orderbooks?${tickers.map((ticker) => `tickers=${encodeURIComponent(ticker)}`).join('&')}`;
}

/** The books of an answer; those that cannot be read are counted. Undefined when it is no list. */
export function polledBooksOf(
  answer: JsonValue,
): { readonly books: PolledBook[]; readonly unreadable: number } | undefined {
  const list = isJsonObject(answer) ? member(answer, 'orderbooks') : undefined;
  if (!Array.isArray(list)) return undefined;
  const books = list.flatMap((value) => bookOf(value) ?? []);
  return { books, unreadable: list.length - books.length };
}

/** The text of a snapshot, for the decoder. A side without levels is left out, as in the stream. */
export function snapshotText({ ticker, yes, no }: PolledBook, seq: number): string {
  const sides = {
    ...(yes.length === 0 ? {} : { yes_dollars_fp: yes }),
    ...(no.length === 0 ? {} : { no_dollars_fp: no }),
  };
  const msg = { market_ticker: ticker, market_id: '', ...sides };
  return JSON.stringify({ type: 'orderbook_snapshot', sid: POLLED_SID, seq, msg });
}

function bookOf(value: JsonValue): PolledBook | undefined {
  if (!isJsonObject(value)) return undefined;
  const [ticker, sides] = [member(value, 'ticker'), member(value, 'orderbook_fp')];
  if (typeof ticker !== 'string' || sides === undefined || !isJsonObject(sides)) return undefined;
  const [yes, no] = [levelsOf(member(sides, 'yes_dollars')), levelsOf(member(sides, 'no_dollars'))];
  return yes === undefined || no === undefined ? undefined : { ticker, yes, no };
}

/** Undefined when a level cannot be read: half a side is another book. */
function levelsOf(side: JsonValue | undefined): readonly JsonValue[] | undefined {
  return Array.isArray(side) && side.every(isLevel) ? side : undefined;
}

function isLevel(level: JsonValue): boolean {
  if (!Array.isArray(level) || level.length !== 2) return false;
  const [price, size] = level;
  if (typeof price !== 'string' || typeof size !== 'string') return false;
  return priceE4FromText(price) !== undefined && sizeMicrosFromText(size) !== undefined;
}
