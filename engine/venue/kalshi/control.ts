// Kalshi frames that the WASM decoder hands to the host: error answers, and frames with escapes or non-ASCII text.
// Ingest thread, off the hot path; reads one frame, changes nothing.
import * as L from '../../../wasm/layout.ts';
import { isJsonObject, type JsonValue, member } from '../json.ts';

/** What a frame handed to the host turned out to be. `reject` is one of REJECT_*. */
export type KalshiHostFrame =
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'reject'; readonly cause: number };

const DATA_TYPES: ReadonlySet<string> = new Set(['orderbook_snapshot', 'orderbook_delta', 'trade']);
const ACKNOWLEDGEMENTS: ReadonlySet<string> = new Set(['subscribed', 'unsubscribed', 'ok']);
/** Code of an error answer that names none. */
export const NO_ERROR_CODE = -1;

/** Reads the parsed value of one frame. Data messages here are refused: the hot path could not read their text. */
export function readKalshiFrame(value: JsonValue): KalshiHostFrame {
  if (!isJsonObject(value)) return { kind: 'reject', cause: L.REJECT_WRONG_TYPE };
  const type = member(value, 'type');
  if (type === undefined) return { kind: 'reject', cause: L.REJECT_MISSING_FIELD };
  if (typeof type !== 'string') return { kind: 'reject', cause: L.REJECT_WRONG_TYPE };
  if (DATA_TYPES.has(type)) return { kind: 'reject', cause: L.REJECT_NOT_PLAIN_TEXT };
  if (ACKNOWLEDGEMENTS.has(type)) return { kind: 'ignored' };
  if (type !== 'error') return { kind: 'unknown' };
  const msg = member(value, 'msg');
  const code = isJsonObject(msg) ? member(msg, 'code') : undefined;
  const text = isJsonObject(msg) ? member(msg, 'msg') : undefined;
  return {
    kind: 'error',
    code: typeof code === 'number' ? code : NO_ERROR_CODE,
    message: typeof text === 'string' ? text : '',
  };
}
