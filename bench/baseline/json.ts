// The decoder of a careful engineer without WASM: toString, JSON.parse, numbers, one Map lookup per token, records into
// columns that are made once. Shared by the careful and the array baseline.
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { KIND_ADD, KIND_CLEAR, KIND_SET, SIDE_ASK, SIDE_BID, VIEW_NO, VIEW_YES } from '../../wasm/layout.ts';
import { type BaselineBooks, foldedE4, foldedSide, type KalshiMessage, type VenueMessage } from './contract.ts';

const RECORDS_MAX = 8_192;

/** Turns messages into folded records; `decode` answers how many it left in the columns. */
export class JsonDecoder {
  readonly market = new Int32Array(RECORDS_MAX);
  readonly kind = new Uint8Array(RECORDS_MAX);
  readonly side = new Uint8Array(RECORDS_MAX);
  readonly priceE4 = new Int32Array(RECORDS_MAX);
  readonly sizeMicros = new Float64Array(RECORDS_MAX);
  /** Top of the last change as the venue gives it, folded; of messages that have one. */
  bestBidE4 = 0;
  bestAskE4 = 0;
  venueMs = 0;
  /** market * 2 + view by token or ticker. */
  readonly #keys = new Map<string, number>();
  #count = 0;

  constructor(metas: readonly MarketMeta[]) {
    for (const [market, meta] of metas.entries()) {
      this.#keys.set(meta.yesToken, market * 2 + VIEW_YES);
      if (meta.noToken !== undefined) this.#keys.set(meta.noToken, market * 2 + VIEW_NO);
    }
  }

  /** Records of one message; 0 for a message that changes no book. */
  decode(frame: Buffer): number {
    this.#count = 0;
    const message = JSON.parse(frame.toString('latin1')) as VenueMessage | readonly VenueMessage[];
    if (Array.isArray(message)) for (const element of message as readonly VenueMessage[]) this.#one(element);
    else this.#one(message as VenueMessage);
    return this.#count;
  }

  #one(message: VenueMessage): void {
    if (message.event_type === 'price_change') this.#priceChange(message);
    else if (message.event_type === 'book') this.#book(message);
    else if (message.type === 'orderbook_delta') this.#delta(message.msg!);
    else if (message.type === 'orderbook_snapshot') this.#kalshiSnapshot(message.msg!);
  }

  #priceChange(message: VenueMessage): void {
    for (const change of message.price_changes!) {
      const key = this.#keys.get(change.asset_id);
      if (key === undefined) continue;
      const view = key & 1;
      const bidE4 = Math.round(Number(change.best_bid) * 10_000);
      const askE4 = Math.round(Number(change.best_ask) * 10_000);
      this.bestBidE4 = view === VIEW_YES ? bidE4 : 10_000 - askE4;
      this.bestAskE4 = view === VIEW_YES ? askE4 : 10_000 - bidE4;
      this.#level(key, KIND_SET, change.side === 'BUY', change.price, change.size);
    }
    this.venueMs = Number(message.timestamp);
  }

  #book(message: VenueMessage): void {
    const key = this.#keys.get(message.asset_id!);
    if (key === undefined) return;
    this.#clear(key);
    for (const { price, size } of message.bids!) this.#level(key, KIND_SET, true, price, size);
    for (const { price, size } of message.asks!) this.#level(key, KIND_SET, false, price, size);
    this.venueMs = Number(message.timestamp);
  }

  #delta(msg: NonNullable<KalshiMessage['msg']>): void {
    const key = this.#keys.get(msg.market_ticker);
    if (key === undefined) return;
    // Kalshi has bids only: a NO bid at p is a YES ask at 1 - p.
    const view = msg.side === 'yes' ? VIEW_YES : VIEW_NO;
    this.#level(key + view, KIND_ADD, true, msg.price_dollars!, msg.delta_fp!);
  }

  #kalshiSnapshot(msg: NonNullable<KalshiMessage['msg']>): void {
    const key = this.#keys.get(msg.market_ticker);
    if (key === undefined) return;
    this.#clear(key);
    for (const [price, size] of msg.yes_dollars_fp ?? []) this.#level(key, KIND_SET, true, price, size);
    for (const [price, size] of msg.no_dollars_fp ?? []) this.#level(key + VIEW_NO, KIND_SET, true, price, size);
  }

  #clear(key: number): void {
    this.market[this.#count] = key >> 1;
    this.kind[this.#count] = KIND_CLEAR;
    this.#count += 1;
  }

  #level(key: number, kind: number, buy: boolean, price: string, size: string): void {
    const at = this.#count;
    const view = key & 1;
    this.market[at] = key >> 1;
    this.kind[at] = kind;
    this.side[at] = foldedSide(buy, view);
    this.priceE4[at] = foldedE4(Math.round(Number(price) * 10_000), view);
    this.sizeMicros[at] = Math.round(Number(size) * 1_000_000);
    this.#count = at + 1;
  }

  /** Applies the first `count` records to `books`; answers the last market touched, or -1. */
  applyTo(books: BaselineBooks, count: number): number {
    const { market, kind, side, priceE4, sizeMicros } = this;
    for (let at = 0; at < count; at += 1) {
      if (kind[at] === KIND_CLEAR) {
        books.clear(market[at]!);
      } else if (kind[at] === KIND_ADD) {
        const size = books.size(market[at]!, side[at]!, priceE4[at]!) + sizeMicros[at]!;
        books.set(market[at]!, side[at]!, priceE4[at]!, Math.max(0, size));
      } else if (!this.#repeatsPrevious(at)) {
        books.set(market[at]!, side[at]!, priceE4[at]!, sizeMicros[at]!);
      }
    }
    return count === 0 ? -1 : market[count - 1]!;
  }

  /** The second token's change says the same as the first's once both are folded. */
  #repeatsPrevious(at: number): boolean {
    return (
      at > 0 &&
      this.priceE4[at] === this.priceE4[at - 1] &&
      this.sizeMicros[at] === this.sizeMicros[at - 1] &&
      this.side[at] === this.side[at - 1] &&
      this.market[at] === this.market[at - 1] &&
      this.kind[at - 1] === KIND_SET
    );
  }
}

/** Visits a side's [priceE4, size] pairs best first. */
export function visitBestFirst(
  levels: readonly (readonly [number, number])[],
  side: number,
  visit: (priceE4: number, sizeMicros: number) => void,
): void {
  const bestFirst = [...levels].sort(([a], [b]) => (side === SIDE_BID ? b - a : a - b));
  for (const [priceE4, sizeMicros] of bestFirst) visit(priceE4, sizeMicros);
}

/** What an empty side's best is. */
export function emptyBestE4(side: number): number {
  return side === SIDE_ASK ? 10_000 : 0;
}
