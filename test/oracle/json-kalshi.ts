// Oracle 1, Kalshi: levels, delta and trade of one message.
import * as L from '../../wasm/layout.ts';
import { add, type Frame, type OracleLimits, type Part, snapshotStart } from './json-parts.ts';
import { Fault, get, type JsonObject, list, price, side, size, text } from './json-text.ts';

/** Checks a folded price against the market's grid. */
export type LevelCheck = (priceE4: number) => void;

/** Reads into `part`; `checkLevel` checks a price against the grid. */
export function kalshiSnapshot(
  limits: OracleLimits,
  frame: Frame,
  part: Part,
  msg: JsonObject,
  checkLevel: LevelCheck,
): void {
  snapshotStart(limits, frame, part, L.VIEW_YES);
  for (const [key, view] of [
    ['yes_dollars_fp', L.VIEW_YES],
    ['no_dollars_fp', L.VIEW_NO],
  ] as const) {
    const levels = get(msg, key);
    if (levels === undefined) continue;
    for (const level of list(levels)) {
      if (!Array.isArray(level)) throw new Fault(L.REJECT_WRONG_TYPE);
      const quoted = price(level[0]);
      const priceE4 = view === L.VIEW_NO ? 10_000 - quoted : quoted;
      checkLevel(priceE4);
      const sizeMicros = size(text(level[1]));
      if (level.length > 2) throw new Fault(L.REJECT_WRONG_TYPE);
      if (sizeMicros === 0n) continue;
      add(limits, frame, part, { kind: L.KIND_SET, side: view, priceE4, sizeMicros, view, flags: 0 });
    }
  }
}

/** Reads into `part`; `checkLevel` checks a price against the grid. */
export function kalshiDelta(
  limits: OracleLimits,
  frame: Frame,
  part: Part,
  msg: JsonObject,
  checkLevel: LevelCheck,
): void {
  const quoted = price(get(msg, 'price_dollars'));
  const signed = text(get(msg, 'delta_fp'));
  const magnitude = size(signed.startsWith('-') ? signed.slice(1) : signed);
  const view = side(get(msg, 'side'), 'yes', 'no');
  const priceE4 = view === L.VIEW_NO ? 10_000 - quoted : quoted;
  checkLevel(priceE4);
  const sizeMicros = signed.startsWith('-') ? -magnitude : magnitude;
  add(limits, frame, part, { kind: L.KIND_ADD, side: view, priceE4, sizeMicros, view, flags: 0 });
}

/** Reads the trade into `part`. */
export function kalshiTrade(limits: OracleLimits, frame: Frame, part: Part, msg: JsonObject): void {
  const priceE4 = price(get(msg, 'yes_price_dollars'));
  const sizeMicros = size(text(get(msg, 'count_fp')));
  const taker = side(get(msg, 'taker_side'), 'yes', 'no');
  add(limits, frame, part, { kind: L.KIND_TRADE, side: taker, priceE4, sizeMicros, view: 0, flags: 0 });
}
