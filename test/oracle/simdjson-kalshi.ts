// Oracle 2, Kalshi: one message to rows.
import * as L from '../../wasm/layout.ts';
import * as F from './simdjson-fields.ts';
import type { Row } from './simdjson-rows.ts';

type Fields = Record<string, unknown>;

/** Market of a wish that is to be registered. */
export const NOWHERE = -1;

/** What must be supplied before the frame can be read: a market (NOWHERE) or a tick. */
export interface Wish {
  readonly market: number;
  readonly tickE4: number;
  readonly token: string;
  readonly condition: string;
}

/** What reading a message notes, and asks. */
export interface KalshiContext {
  readonly faults: F.Faults;
  readonly rows: Row[];
  readonly wishes: Wish[];
  /** Market of a ticker, NOWHERE when unknown. */
  readonly marketOf: (ticker: string) => number;
  readonly checkTick: (market: number, priceE4: number, stated: number) => void;
}

/** Turns one message into rows. */
export function kalshiMessage(context: KalshiContext, type: string, sequence: string, msg: Fields): void {
  const ticker = F.asId(F.own(msg, 'market_ticker'), context.faults);
  const market = context.marketOf(ticker);
  if (market === NOWHERE) context.wishes.push({ market, tickE4: 0, token: ticker, condition: `kalshi:${ticker}` });
  const venueMs = F.has(msg, 'ts_ms') ? F.asInteger(F.own(msg, 'ts_ms'), context.faults) : 0;
  const common = { part: type, market, venueMs, sequence };
  if (type === 'orderbook_snapshot') {
    const row = { ...common, partFlags: L.FRAME_FLAG_HAS_SEQ | L.FRAME_FLAG_SNAPSHOT };
    context.rows.push({ ...row, kind: L.KIND_CLEAR, view: 0, side: 0, priceE4: 0, sizeMicros: 0n });
    kalshiSide(context, msg, 'yes_dollars_fp', row);
    kalshiSide(context, msg, 'no_dollars_fp', row);
  } else if (type === 'orderbook_delta') {
    const quoted = F.asPrice(F.own(msg, 'price_dollars'), context.faults);
    const signed = F.asText(F.own(msg, 'delta_fp'), context.faults);
    const negative = signed?.charAt(0) === '-';
    const size = F.asSize(negative ? signed?.substring(1) : signed, context.faults);
    const no = F.asChoice(F.own(msg, 'side'), ['yes', 'no'], context.faults);
    const priceE4 = no === 1 ? 10_000 - quoted : quoted;
    context.checkTick(market, priceE4, 0);
    const sizeMicros = negative ? 0n - size : size;
    const partFlags = L.FRAME_FLAG_HAS_SEQ;
    context.rows.push({ ...common, kind: L.KIND_ADD, view: no, side: no, priceE4, sizeMicros, partFlags });
  } else {
    const priceE4 = F.asPrice(F.own(msg, 'yes_price_dollars'), context.faults);
    const sizeMicros = F.asSize(F.asText(F.own(msg, 'count_fp'), context.faults), context.faults);
    const side = F.asChoice(F.own(msg, 'taker_side'), ['yes', 'no'], context.faults);
    const partFlags = L.FRAME_FLAG_HAS_SEQ | L.FRAME_FLAG_TRADE;
    context.rows.push({ ...common, kind: L.KIND_TRADE, view: 0, side, priceE4, sizeMicros, partFlags });
  }
}

function kalshiSide(
  context: KalshiContext,
  msg: Fields,
  key: string,
  row: { part: string; market: number; venueMs: number; sequence: string; partFlags: number },
): void {
  if (!F.has(msg, key)) return;
  const view = key.startsWith('no') ? L.VIEW_NO : L.VIEW_YES;
  for (const pair of F.asArray(F.own(msg, key), context.faults)) {
    if (!Array.isArray(pair)) {
      context.faults.note(L.REJECT_WRONG_TYPE, undefined);
      continue;
    }
    const quoted = F.asPrice(pair[0], context.faults);
    const priceE4 = view === L.VIEW_NO ? 10_000 - quoted : quoted;
    context.checkTick(row.market, priceE4, 0);
    const sizeMicros = F.asSize(F.asText(pair[1], context.faults), context.faults);
    if (pair.length > 2) context.faults.note(L.REJECT_WRONG_TYPE, undefined);
    if (sizeMicros > 0n) context.rows.push({ ...row, kind: L.KIND_SET, view, side: view, priceE4, sizeMicros });
  }
}

/** A message about a market's life: only its names are checked. */
export function kalshiLifecycle(msg: unknown, faults: F.Faults): 'control' | 'ignored' {
  if (msg === undefined) return faults.note(L.REJECT_MISSING_FIELD, 'ignored');
  if (!F.isRecord(msg)) return faults.note(L.REJECT_WRONG_TYPE, 'ignored');
  F.asText(F.own(msg, 'event_type'), faults);
  F.asText(F.own(msg, 'market_ticker'), faults);
  return 'control';
}
