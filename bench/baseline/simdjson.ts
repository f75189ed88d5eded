// The decoder of `careful` with simdjson in place of JSON.parse: the same full parse, numbers and Map look-ups, records
// into the same columns. Its loops are its own: code shared with `careful` would meet objects of two makers there and
// slow it down.

import type { MarketMeta } from '../../engine/venue/contract.ts';
import { parseWithSimdjson } from '../../engine/venue/json.ts';
import { KIND_SET, VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import { foldedE4, foldedSide, type VenueMessage } from './contract.ts';

const RECORDS_MAX = 8_192;

/** Turns price_change messages into folded records; `decode` answers how many it left in the columns. */
export class SimdjsonLevels {
  readonly market = new Int32Array(RECORDS_MAX);
  readonly kind = new Uint8Array(RECORDS_MAX);
  readonly side = new Uint8Array(RECORDS_MAX);
  readonly priceE4 = new Int32Array(RECORDS_MAX);
  readonly sizeMicros = new Float64Array(RECORDS_MAX);
  bestBidE4 = 0;
  bestAskE4 = 0;
  venueMs = 0;
  /** market * 2 + view by token. */
  readonly #keys = new Map<string, number>();

  constructor(metas: readonly MarketMeta[]) {
    for (const [market, meta] of metas.entries()) {
      this.#keys.set(meta.yesToken, market * 2 + VIEW_YES);
      if (meta.noToken !== undefined) this.#keys.set(meta.noToken, market * 2 + VIEW_NO);
    }
  }

  decode(frame: Buffer): number {
    const message = parseWithSimdjson(frame.toString('latin1')) as VenueMessage;
    let count = 0;
    for (const change of message.price_changes!) {
      const key = this.#keys.get(change.asset_id);
      if (key === undefined) continue;
      const view = key & 1;
      const bidE4 = Math.round(Number(change.best_bid) * 10_000);
      const askE4 = Math.round(Number(change.best_ask) * 10_000);
      this.bestBidE4 = view === VIEW_YES ? bidE4 : 10_000 - askE4;
      this.bestAskE4 = view === VIEW_YES ? askE4 : 10_000 - bidE4;
      this.market[count] = key >> 1;
      this.kind[count] = KIND_SET;
      this.side[count] = foldedSide(change.side === 'BUY', view);
      this.priceE4[count] = foldedE4(Math.round(Number(change.price) * 10_000), view);
      this.sizeMicros[count] = Math.round(Number(change.size) * 1_000_000);
      count += 1;
    }
    this.venueMs = Number(message.timestamp);
    return count;
  }
}
