// Kalshi frames that change no book: what happened to a market, answers to commands, error answers, and frames with
// escapes or non-ASCII text. Ingest thread, off the hot path; reads one frame, changes nothing.
import * as L from '../../../wasm/layout.ts';
import { priceE4FromText } from '../../core/units.ts';
import type { TickRange } from '../contract.ts';
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json.ts';
import { kalshiGrid } from './grid.ts';

/**
 * What happened to a market. `resolved`: determined or settled, final. `paused` and `resumed`: trading stops for now and
 * goes on. `regridded`: other prices are allowed; without `ranges` it does not say readably which. `noted`: anything else.
 * `yesPayoutE4`: what a share of YES is to be paid, where it says so; until it `isSettled` that may be disputed.
 */
export interface KalshiLifecycle {
  readonly ticker: string;
  readonly change: 'resolved' | 'paused' | 'resumed' | 'regridded' | 'noted';
  readonly ranges?: readonly TickRange[] | undefined;
  readonly yesPayoutE4?: number | undefined;
  readonly isSettled?: boolean | undefined;
}

/** What a frame handed to the host turned out to be. `reject` is one of REJECT_*. */
export type KalshiHostFrame =
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'lifecycle'; readonly event: KalshiLifecycle }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'reject'; readonly cause: number };

/** An answer to a command; `id` is the command's, 0 when it names none. */
export type KalshiAnswer =
  | { readonly kind: 'subscribed'; readonly id: number; readonly channel: string; readonly sid: number }
  /** `seq`: the number it took of subscription `sid`; 0 when it took none. */
  | { readonly kind: 'done'; readonly id: number; readonly sid: number; readonly seq: number }
  | { readonly kind: 'error'; readonly id: number; readonly code: number; readonly message: string };

const DATA_TYPES: ReadonlySet<string> = new Set(['orderbook_snapshot', 'orderbook_delta', 'trade']);
const ACKNOWLEDGEMENTS: ReadonlySet<string> = new Set(['subscribed', 'unsubscribed', 'ok']);
/** Code of an error answer that names none. */
export const NO_ERROR_CODE = -1;

const CHANGES: Readonly<Record<string, KalshiLifecycle['change']>> = {
  determined: 'resolved',
  settled: 'resolved',
  deactivated: 'paused',
  activated: 'resumed',
  price_level_structure_updated: 'regridded',
};

/** Reads the parsed value of one frame. Data messages here are refused: the hot path could not read their text. */
export function readKalshiFrame(value: JsonValue): KalshiHostFrame {
  if (!isJsonObject(value)) return { kind: 'reject', cause: L.REJECT_WRONG_TYPE };
  const type = member(value, 'type');
  if (type === undefined) return { kind: 'reject', cause: L.REJECT_MISSING_FIELD };
  if (typeof type !== 'string') return { kind: 'reject', cause: L.REJECT_WRONG_TYPE };
  if (DATA_TYPES.has(type)) return { kind: 'reject', cause: L.REJECT_NOT_PLAIN_TEXT };
  if (ACKNOWLEDGEMENTS.has(type)) return { kind: 'ignored' };
  const msg = member(value, 'msg');
  if (type === 'market_lifecycle_v2') return readLifecycle(msg);
  return type === 'error' ? { kind: 'error', ...readError(msg) } : { kind: 'unknown' };
}

/** The answer in `value`, or undefined for any other message. */
export function readKalshiAnswer(value: JsonValue): KalshiAnswer | undefined {
  if (!isJsonObject(value)) return undefined;
  const type = member(value, 'type');
  const msg = member(value, 'msg');
  const id = whole(value, 'id');
  if (type === 'error') return { kind: 'error', id, ...readError(msg) };
  if (type === 'ok' || type === 'unsubscribed') {
    return { kind: 'done', id, sid: whole(value, 'sid'), seq: whole(value, 'seq') };
  }
  if (type !== 'subscribed' || !isJsonObject(msg)) return undefined;
  const channel = member(msg, 'channel');
  return typeof channel === 'string' ? { kind: 'subscribed', id, channel, sid: whole(msg, 'sid') } : undefined;
}

/** A whole number from 0; 0 when it is none. */
function whole(value: JsonObject, key: string): number {
  const number = member(value, key);
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : 0;
}

function readError(msg: JsonValue | undefined): { readonly code: number; readonly message: string } {
  const code = isJsonObject(msg) ? member(msg, 'code') : undefined;
  const text = isJsonObject(msg) ? member(msg, 'msg') : undefined;
  return {
    code: typeof code === 'number' ? code : NO_ERROR_CODE,
    message: typeof text === 'string' ? text : '',
  };
}

function readLifecycle(msg: JsonValue | undefined): KalshiHostFrame {
  if (msg === undefined) return { kind: 'reject', cause: L.REJECT_MISSING_FIELD };
  if (!isJsonObject(msg)) return { kind: 'reject', cause: L.REJECT_WRONG_TYPE };
  const texts: string[] = [];
  for (const key of ['event_type', 'market_ticker']) {
    const text = member(msg, key);
    if (text === undefined) return { kind: 'reject', cause: L.REJECT_MISSING_FIELD };
    if (typeof text !== 'string') return { kind: 'reject', cause: L.REJECT_WRONG_TYPE };
    texts.push(text);
  }
  const [what = '', ticker = ''] = texts;
  const change = (Object.hasOwn(CHANGES, what) ? CHANGES[what] : undefined) ?? 'noted';
  if (change === 'resolved') {
    const isSettled = what === 'settled';
    return { kind: 'lifecycle', event: { ticker, change, yesPayoutE4: payoutE4Of(msg), isSettled } };
  }
  if (change !== 'regridded') return { kind: 'lifecycle', event: { ticker, change } };
  const ranges = kalshiGrid(member(msg, 'price_level_structure'), member(msg, 'price_ranges'));
  return { kind: 'lifecycle', event: { ticker, change, ranges } };
}

/** By the stated value, else by the result; undefined when neither says it, or they differ. */
function payoutE4Of(msg: JsonObject): number | undefined {
  const value = member(msg, 'settlement_value');
  const statedE4 = typeof value === 'string' ? priceE4FromText(value) : undefined;
  const result = member(msg, 'result');
  const wonE4 = result === 'yes' ? 10_000 : result === 'no' ? 0 : undefined;
  if (statedE4 !== undefined && (statedE4 > 10_000 || (wonE4 !== undefined && wonE4 !== statedE4))) return undefined;
  return statedE4 ?? wonE4;
}
