// Recorded Kalshi messages as steps of a tape. Cold path: a venue is not the engine, so it parses with JSON.parse.
import { priceE4FromText, sizeMicrosFromText } from '../../core/units.ts';
import { isJsonObject, type JsonObject, type JsonValue, member, textOf } from '../json.ts';
import type { BookSide, TapeLevel } from './tape.ts';

/** One recorded message. `atNs`: receive time since the recording's start. */
export interface KalshiTapeFrame {
  readonly atNs: number;
  readonly text: string;
}

const TYPES = ['orderbook_snapshot', 'orderbook_delta', 'trade'] as const;

export interface KalshiTapeStep {
  readonly atNs: number;
  readonly ticker: string;
  readonly type: (typeof TYPES)[number];
  /** Its fields as recorded, in their order. */
  readonly msg: JsonObject;
}

/** What of a tape was used and what could not be. */
export interface KalshiTapeCounts {
  steps: number;
  /** Messages of other types. */
  skipped: number;
  unreadable: number;
}

export function* kalshiTapeSteps(
  frames: Iterable<KalshiTapeFrame>,
  counts: KalshiTapeCounts,
): Generator<KalshiTapeStep> {
  for (const { atNs, text } of frames) {
    const value = parsed(text);
    const msg = isJsonObject(value) ? member(value, 'msg') : undefined;
    const type = TYPES.find((name) => isJsonObject(value) && member(value, 'type') === name);
    const ticker = isJsonObject(msg) ? member(msg, 'market_ticker') : undefined;
    if (value === null) counts.unreadable += 1;
    else if (type === undefined || !isJsonObject(msg) || typeof ticker !== 'string') counts.skipped += 1;
    else yield { atNs, ticker, type, msg };
  }
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}

/** A recorded trade, of YES: the side whose orders were taken, price and size. Undefined when it cannot be read. */
export function tradeOf(msg: JsonObject): (TapeLevel & { readonly side: BookSide }) | undefined {
  const priceE4 = priceE4FromText(textOf(msg, 'yes_price_dollars'));
  const sizeMicros = sizeMicrosFromText(textOf(msg, 'count_fp'));
  const taker = textOf(msg, 'taker_side');
  if (priceE4 === undefined || sizeMicros === undefined || (taker !== 'yes' && taker !== 'no')) return undefined;
  return { side: taker === 'yes' ? 'ask' : 'bid', priceE4, sizeMicros };
}
