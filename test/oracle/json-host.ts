// Oracle 1, host: frames that carry no levels, as the rules have them read off the hot path.
import * as L from '../../wasm/layout.ts';
import type { Market } from './json-parts.ts';
import { Fault, get, isObject, type Json, type JsonObject, scaled, text } from './json-text.ts';
import type { Verdict } from './record.ts';

/** Checks the fields of a control event in the order of the rules. */
export function controlEvent(event: JsonObject, type: string): void {
  const keys = ['market', 'timestamp'];
  if (type === 'tick_size_change') keys.push('asset_id', 'new_tick_size');
  const [condition, timestamp, token, tick] = keys.map((key) => text(get(event, key)));
  if (condition === '') throw new Fault(L.REJECT_MISSING_FIELD);
  if (!/^(0|[1-9]\d{0,14})$/.test(timestamp!)) throw new Fault(L.REJECT_BAD_NUMBER);
  if (type === 'market_resolved') return;
  if (token === '') throw new Fault(L.REJECT_MISSING_FIELD);
  const dollars = Number(tick);
  const fine = /^(0|[1-9]\d{0,11})(\.\d{1,4}0{0,16})?$/.test(tick!) && dollars <= 1;
  if (!fine) throw new Fault(L.REJECT_BAD_NUMBER);
  const tickE4 = Math.round(dollars * 10_000);
  if (tickE4 === 0 || tickE4 === 10_000) throw new Fault(L.REJECT_OUT_OF_RANGE);
  if (10_000 % tickE4 !== 0) throw new Fault(L.REJECT_OFF_GRID);
}

export function hostKalshi(value: Json): Verdict {
  if (!isObject(value)) throw new Fault(L.REJECT_WRONG_TYPE);
  const type = text(get(value, 'type'));
  if (['orderbook_snapshot', 'orderbook_delta', 'trade'].includes(type)) throw new Fault(L.REJECT_NOT_PLAIN_TEXT);
  if (type === 'error') return { kind: 'control' };
  if (type === 'market_lifecycle_v2') return kalshiLifecycle(value);
  return { kind: ['subscribed', 'unsubscribed', 'ok'].includes(type) ? 'ignored' : 'unknown' };
}

/** A message about a market's life names what happened and the market. */
export function kalshiLifecycle(value: JsonObject): Verdict {
  const msg = get(value, 'msg');
  if (msg === undefined) throw new Fault(L.REJECT_MISSING_FIELD);
  if (!isObject(msg)) throw new Fault(L.REJECT_WRONG_TYPE);
  for (const key of ['event_type', 'market_ticker']) text(get(msg, key));
  return { kind: 'control' };
}

/** Notes the tick change of a market we keep. */
export function tickChange(
  byId: ReadonlyMap<string, Market>,
  event: JsonObject,
  changes: { market: Market; tickE4: number }[],
): void {
  const market = byId.get(`polymarket:${text(get(event, 'market'))}`);
  if (market === undefined) return;
  if (market.tokens.length > 1 && !market.tokens.includes(text(get(event, 'asset_id')))) {
    throw new Fault(L.REJECT_MARKET_MISMATCH);
  }
  changes.push({ market, tickE4: Number(scaled(text(get(event, 'new_tick_size')), 4)) });
}
