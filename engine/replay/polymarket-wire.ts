// Polymarket's market-channel frames as text, from a book: key order, spacing, hash and top as the venue sends them.
// Used by the re-encoder, the demo's generator and the import of re-serialised frames; cold path.
import { createHash } from 'node:crypto';
import { priceText, sizeText } from '../core/units.ts';

/** Event types the venue sends with a space after each comma; all others are compact. */
const SPACED_EVENTS = new Set(['price_change', 'best_bid_ask', 'new_market']);

/** What the frames of one market name besides its levels. */
export interface WireIdentity {
  readonly conditionId: string;
  readonly yesToken: string;
  readonly noToken: string;
  readonly tickE4: number;
  readonly minSizeText: string;
  readonly negRisk: boolean;
}

/** One change as an order placed on a token makes it: absolute size at a price of that token. */
export interface WireChange {
  readonly placedOn: 'yes' | 'no';
  readonly side: 'BUY' | 'SELL';
  readonly priceE4: number;
  readonly sizeMicros: number;
}

/** A trade, in terms of the token traded. */
export interface WireTrade {
  readonly token: 'yes' | 'no';
  readonly takerSide: 'BUY' | 'SELL';
  readonly priceE4: number;
  readonly sizeMicros: number;
}

/** What happened in one frame of a venue batch. */
export type WireEvent =
  | { readonly kind: 'change'; readonly change: WireChange }
  | { readonly kind: 'trade'; readonly trade: WireTrade };

/** The text of a message that was parsed, with the venue's spacing: ", " or "," by event type, never ": ". */
export function wireText(value: unknown): string {
  const spaced =
    typeof value === 'object' &&
    value !== null &&
    'event_type' in value &&
    typeof value.event_type === 'string' &&
    SPACED_EVENTS.has(value.event_type);
  return spaced ? spacedText(value) : JSON.stringify(value);
}

function spacedText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}:${spacedText(inner)}`)
    .join(', ')}}`;
}

/** One market's book on the venue's side, folded to YES, and the frames that tell of it. */
export class WireMarket {
  readonly identity: WireIdentity;
  /** priceE4 -> sizeMicros, YES side. */
  readonly bids = new Map<number, number>();
  readonly asks = new Map<number, number>();
  /** Price text of the last trade with at least three decimals, '' before the first. */
  #lastTrade = '';

  constructor(identity: WireIdentity) {
    this.identity = identity;
  }

  get bestBidE4(): number {
    return this.bids.size === 0 ? 0 : Math.max(...this.bids.keys());
  }

  get bestAskE4(): number {
    return this.asks.size === 0 ? 10_000 : Math.min(...this.asks.keys());
  }

  /** Size resting at a YES price. */
  sizeAt(side: 'bid' | 'ask', priceE4: number): number {
    return (side === 'bid' ? this.bids : this.asks).get(priceE4) ?? 0;
  }

  /** Sets an absolute size on the YES side; 0 removes the level. */
  setLevel(side: 'bid' | 'ask', priceE4: number, sizeMicros: number): void {
    const levels = side === 'bid' ? this.bids : this.asks;
    if (sizeMicros > 0) levels.set(priceE4, sizeMicros);
    else levels.delete(priceE4);
  }

  /** The snapshot array of both tokens. */
  snapshotText(venueMs: number): string {
    const { conditionId, yesToken, noToken, tickE4 } = this.identity;
    const books = this.#views().map(({ bids, asks }, view) => {
      const token = view === 0 ? yesToken : noToken;
      return `{"market":"${conditionId}","asset_id":"${token}","timestamp":"${venueMs}","hash":"${this.#hash(token, venueMs, bids, asks)}","bids":${bids},"asks":${asks},"tick_size":"${priceText(tickE4)}","event_type":"book","last_trade_price":"${this.#lastTrade}"}`;
    });
    return `[${books.join(',')}]`;
  }

  /**
   * Applies one venue batch (all frames of one venue millisecond) and answers one text per event: every frame carries
   * the hash and the top of the batch's end.
   */
  applyBatch(events: readonly WireEvent[], venueMs: number): string[] {
    for (const event of events) {
      if (event.kind === 'change') this.#apply(event.change);
      else this.#lastTrade = threeDecimals(event.trade.priceE4);
    }
    const [yes, no] = this.#views();
    const { yesToken, noToken } = this.identity;
    const bidE4 = this.bestBidE4;
    const askE4 = this.bestAskE4;
    const ends: readonly [ViewEnd, ViewEnd] = [
      { token: yesToken, hash: this.#hash(yesToken, venueMs, yes.bids, yes.asks), bidE4, askE4 },
      {
        token: noToken,
        hash: this.#hash(noToken, venueMs, no.bids, no.asks),
        bidE4: 10_000 - askE4,
        askE4: 10_000 - bidE4,
      },
    ];
    return events.map((event) =>
      event.kind === 'change' ? this.#changeText(event.change, ends, venueMs) : this.#tradeText(event.trade, venueMs),
    );
  }

  #apply({ placedOn, side, priceE4, sizeMicros }: WireChange): void {
    const yesBid = (placedOn === 'yes') === (side === 'BUY');
    this.setLevel(yesBid ? 'bid' : 'ask', placedOn === 'yes' ? priceE4 : 10_000 - priceE4, sizeMicros);
  }

  /** The token the order was placed on stands first, its mirror second. */
  #changeText(change: WireChange, ends: readonly [ViewEnd, ViewEnd], venueMs: number): string {
    const mirror: WireChange = {
      placedOn: change.placedOn === 'yes' ? 'no' : 'yes',
      side: change.side === 'BUY' ? 'SELL' : 'BUY',
      priceE4: 10_000 - change.priceE4,
      sizeMicros: change.sizeMicros,
    };
    const items = [change, mirror].map(({ placedOn, side, priceE4, sizeMicros }) => {
      const { token, hash, bidE4, askE4 } = ends[placedOn === 'yes' ? 0 : 1];
      return `{"asset_id":"${token}", "price":"${priceText(priceE4)}", "size":"${sizeText(sizeMicros)}", "side":"${side}", "hash":"${hash}", "best_bid":"${priceText(bidE4)}", "best_ask":"${priceText(askE4)}"}`;
    });
    return `{"market":"${this.identity.conditionId}", "price_changes":[${items.join(', ')}], "timestamp":"${venueMs}", "event_type":"price_change"}`;
  }

  #tradeText({ token, takerSide, priceE4, sizeMicros }: WireTrade, venueMs: number): string {
    const { conditionId, yesToken, noToken } = this.identity;
    const asset = token === 'yes' ? yesToken : noToken;
    const transaction = createHash('sha256').update(`${asset}/${venueMs}/${priceE4}/${sizeMicros}`).digest('hex');
    return `{"market":"${conditionId}","asset_id":"${asset}","price":"${priceText(priceE4)}","size":"${sizeText(sizeMicros)}","fee_rate_bps":"0","side":"${takerSide}","timestamp":"${venueMs}","event_type":"last_trade_price","transaction_hash":"0x${transaction}"}`;
  }

  /** Levels of both tokens as JSON, worst first. */
  #views(): [ViewLevels, ViewLevels] {
    const bids = [...this.bids].sort(([a], [b]) => a - b);
    const asks = [...this.asks].sort(([a], [b]) => b - a);
    return [
      { bids: levelsText(bids, false), asks: levelsText(asks, false) },
      { bids: levelsText(asks, true), asks: levelsText(bids, true) },
    ];
  }

  /** SHA-1 over the venue's book summary (ten keys in fixed order, compact). */
  #hash(token: string, venueMs: number, bids: string, asks: string): string {
    const { conditionId, tickE4, minSizeText, negRisk } = this.identity;
    const summary = `{"market":"${conditionId}","asset_id":"${token}","timestamp":"${venueMs}","hash":"","bids":${bids},"asks":${asks},"min_order_size":"${minSizeText}","tick_size":"${priceText(tickE4)}","neg_risk":${negRisk},"last_trade_price":"${this.#lastTrade}"}`;
    return createHash('sha1').update(summary).digest('hex');
  }
}

interface ViewLevels {
  readonly bids: string;
  readonly asks: string;
}

interface ViewEnd {
  readonly token: string;
  readonly hash: string;
  readonly bidE4: number;
  readonly askE4: number;
}

function levelsText(levels: readonly (readonly [number, number])[], complement: boolean): string {
  const items = levels.map(
    ([priceE4, sizeMicros]) =>
      `{"price":"${priceText(complement ? 10_000 - priceE4 : priceE4)}","size":"${sizeText(sizeMicros)}"}`,
  );
  return `[${items.join(',')}]`;
}

function threeDecimals(priceE4: number): string {
  const text = priceText(priceE4);
  const [whole, fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(3, '0')}`;
}
