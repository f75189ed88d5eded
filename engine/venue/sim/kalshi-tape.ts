// Recorded Kalshi messages as steps of a tape. Cold path: a venue is not the engine, so it parses with JSON.parse.
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json.ts';

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
