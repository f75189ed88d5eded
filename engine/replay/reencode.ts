// Re-encodes a Kalshi tape as Polymarket frames: relative deltas become absolute sizes, each change carries its mirror,
// hash and top are those of the end of the venue's millisecond. Cold path.
import { priceE4FromText, sizeMicrosFromText } from '../core/units.ts';
import { derivedIdentity } from './derived-market.ts';
import type { TapeMessage } from './import-formats.ts';
import { type WireEvent, WireMarket } from './polymarket-wire.ts';
import { RECORD_TEXT } from './segment.ts';

export const REENCODED_LABEL = 'Kalshi activity re-encoded as Polymarket frames';

/** A snapshot has no venue time; the venue's clock ran at most this far behind ours when it was made. */
const SNAPSHOT_LAG_MS = 100;

/** Feeds a Kalshi tape in, message by message, and gives Polymarket messages out, a venue millisecond at a time. */
export class Reencoder {
  readonly #tickE4: number;
  readonly #markets = new Map<string, WireMarket>();
  #batch: { readonly source: TapeMessage; readonly market: WireMarket; readonly event: WireEvent }[] = [];
  #venueMs = 0;
  /** Deltas before their market's first snapshot, which have no book to change. */
  ignored = 0;

  /** `tickE4`: tick of every market made. */
  constructor(tickE4: number) {
    this.#tickE4 = tickE4;
  }

  /** Markets made so far, by ticker. */
  get markets(): ReadonlyMap<string, WireMarket> {
    return this.#markets;
  }

  /** Takes one message; answers the messages that are complete now. Throws RangeError when it is not a Kalshi one. */
  take(source: TapeMessage): TapeMessage[] {
    const { type, msg } = source.value as { readonly type: string; readonly msg?: KalshiBody };
    if (msg === undefined || typeof msg.market_ticker !== 'string') throw new RangeError(`${type} without a market`);
    if (type === 'orderbook_snapshot') return this.#snapshot(source, msg);
    if (type !== 'orderbook_delta' && type !== 'trade') throw new RangeError(`event ${type}`);
    const market = this.#markets.get(msg.market_ticker);
    if (market === undefined) {
      this.ignored += 1;
      return [];
    }
    if (typeof msg.ts_ms !== 'number') throw new RangeError('no ts_ms');
    // Kalshi's deltas arrive a little out of time order; Polymarket's timestamps of one book never step back.
    const done = msg.ts_ms > this.#venueMs ? this.flush() : [];
    this.#venueMs = Math.max(this.#venueMs, msg.ts_ms);
    this.#batch.push({ source, market, event: this.#event(type, msg, market) });
    return done;
  }

  /** Ends the millisecond under way. */
  flush(): TapeMessage[] {
    const batch = this.#batch;
    this.#batch = [];
    const texts = new Map<WireMarket, string[]>();
    for (const market of new Set(batch.map((entry) => entry.market))) {
      const events = batch.filter((entry) => entry.market === market).map((entry) => entry.event);
      texts.set(market, market.applyBatch(events, this.#venueMs));
    }
    return batch.map(({ source, market }) => rewritten(source, texts.get(market)!.shift()!));
  }

  #snapshot(source: TapeMessage, msg: KalshiBody): TapeMessage[] {
    const done = this.flush();
    const ticker = msg.market_ticker;
    const market = this.#markets.get(ticker) ?? new WireMarket(derivedIdentity(ticker, this.#tickE4));
    this.#markets.set(ticker, market);
    this.#venueMs = Math.max(this.#venueMs, source.recvWallMs - SNAPSHOT_LAG_MS);
    market.bids.clear();
    market.asks.clear();
    for (const [price, size] of msg.yes_dollars_fp ?? []) market.setLevel('bid', priceOf(price), sizeOf(size));
    for (const [price, size] of msg.no_dollars_fp ?? []) market.setLevel('ask', 10_000 - priceOf(price), sizeOf(size));
    return [...done, rewritten(source, market.snapshotText(this.#venueMs))];
  }

  #event(type: string, msg: KalshiBody, market: WireMarket): WireEvent {
    if (type === 'trade') {
      const token = msg.taker_side === 'no' ? 'no' : 'yes';
      const priceE4 = priceOf(token === 'yes' ? msg.yes_price_dollars : msg.no_price_dollars);
      return { kind: 'trade', trade: { token, takerSide: 'BUY', priceE4, sizeMicros: sizeOf(msg.count_fp) } };
    }
    const placedOn = msg.side === 'no' ? 'no' : 'yes';
    const priceE4 = priceOf(msg.price_dollars);
    const [side, yesE4] = placedOn === 'yes' ? (['bid', priceE4] as const) : (['ask', 10_000 - priceE4] as const);
    const delta = msg.delta_fp ?? '';
    const deltaMicros = delta.startsWith('-') ? -sizeOf(delta.slice(1)) : sizeOf(delta);
    const sizeMicros = Math.max(0, market.sizeAt(side, yesE4) + deltaMicros);
    market.setLevel(side, yesE4, sizeMicros);
    return { kind: 'change', change: { placedOn, side: 'BUY', priceE4, sizeMicros } };
  }
}

interface KalshiBody {
  readonly market_ticker: string;
  readonly ts_ms?: number;
  readonly side?: string;
  readonly price_dollars?: string;
  readonly delta_fp?: string;
  readonly taker_side?: string;
  readonly yes_price_dollars?: string;
  readonly no_price_dollars?: string;
  readonly count_fp?: string;
  readonly yes_dollars_fp?: readonly (readonly [string, string])[];
  readonly no_dollars_fp?: readonly (readonly [string, string])[];
}

function rewritten(source: TapeMessage, text: string): TapeMessage {
  return { ...source, text, value: undefined, flags: RECORD_TEXT };
}

function priceOf(text: string | undefined): number {
  const priceE4 = priceE4FromText(text ?? '');
  if (priceE4 === undefined || priceE4 === 0 || priceE4 === 10_000) throw new RangeError(`price ${text}`);
  return priceE4;
}

function sizeOf(text: string | undefined): number {
  const sizeMicros = sizeMicrosFromText(text ?? '');
  if (sizeMicros === undefined) throw new RangeError(`size ${text}`);
  return sizeMicros;
}

/** Coarsest Polymarket tick that every price of the tape lies on. */
export function coarsestTickE4(pricesE4: Iterable<number>): number {
  const ticks = [1000, 100, 50, 25, 10, 1];
  const prices = [...pricesE4];
  return ticks.find((tickE4) => prices.every((priceE4) => priceE4 % tickE4 === 0)) ?? 1;
}
