// The plain reference the bench's variants are held to: one Map per side, text to integers by the units functions, no
// cleverness, nothing shared with the code under test.
import { priceE4FromText, sizeMicrosFromText } from '../engine/core/units.ts';
import type { MarketMeta } from '../engine/venue/contract.ts';

interface Place {
  readonly market: number;
  readonly no: boolean;
}

type Level = readonly [string, string];

/** Folded books of `metas`, kept the slow way. */
export class OracleBooks {
  readonly marketCount: number;
  readonly #sides: Map<number, number>[];
  readonly #places = new Map<string, Place>();

  constructor(metas: readonly MarketMeta[]) {
    this.marketCount = metas.length;
    this.#sides = Array.from({ length: metas.length * 2 }, () => new Map());
    for (const [market, meta] of metas.entries()) {
      this.#places.set(meta.yesToken, { market, no: false });
      if (meta.noToken !== undefined) this.#places.set(meta.noToken, { market, no: true });
    }
  }

  onFrame(text: string): void {
    const parsed = JSON.parse(text);
    for (const message of Array.isArray(parsed) ? parsed : [parsed]) this.#one(message);
  }

  #one(message: Record<string, never>): void {
    const text = message as unknown as { readonly [key: string]: string };
    const { event_type: event, type } = text;
    if (event === 'book') this.#book(message);
    if (event === 'price_change') this.#changes(message['price_changes'] as unknown as Record<string, string>[]);
    if (type === 'orderbook_snapshot') this.#kalshiSnapshot(message['msg'] as unknown as Record<string, Level[]>);
    if (type === 'orderbook_delta') this.#kalshiDelta(message['msg'] as unknown as Record<string, string>);
  }

  #book(message: Record<string, never>): void {
    const place = this.#places.get(message['asset_id'] as unknown as string);
    if (place === undefined) return;
    this.#sides[place.market * 2]!.clear();
    this.#sides[place.market * 2 + 1]!.clear();
    for (const key of ['bids', 'asks']) {
      for (const { price, size } of message[key] as unknown as { price: string; size: string }[]) {
        this.#set(place, key === 'bids', price, sizeMicrosFromText(size)!);
      }
    }
  }

  #changes(changes: readonly Record<string, string>[]): void {
    for (const change of changes) {
      const place = this.#places.get(change['asset_id']!);
      if (place) this.#set(place, change['side'] === 'BUY', change['price']!, sizeMicrosFromText(change['size']!)!);
    }
  }

  #kalshiSnapshot(msg: Record<string, Level[]>): void {
    const place = this.#places.get(msg['market_ticker'] as unknown as string);
    if (place === undefined) return;
    this.#sides[place.market * 2]!.clear();
    this.#sides[place.market * 2 + 1]!.clear();
    for (const [price, size] of msg['yes_dollars_fp'] ?? []) this.#set(place, true, price, sizeMicrosFromText(size)!);
    for (const [price, size] of msg['no_dollars_fp'] ?? []) {
      this.#set({ ...place, no: true }, true, price, sizeMicrosFromText(size)!);
    }
  }

  #kalshiDelta(msg: Record<string, string>): void {
    const found = this.#places.get(msg['market_ticker']!);
    if (found === undefined) return;
    const place = { ...found, no: msg['side'] === 'no' };
    const delta = msg['delta_fp']!;
    const micros = sizeMicrosFromText(delta.replace('-', ''))! * (delta.startsWith('-') ? -1 : 1);
    const priceE4 = this.#fold(place, msg['price_dollars']!);
    const old = this.#sides[place.market * 2 + Number(place.no)]!.get(priceE4) ?? 0;
    this.#set(place, true, msg['price_dollars']!, Math.max(0, old + micros));
  }

  #fold(place: Place, price: string): number {
    const priceE4 = priceE4FromText(price)!;
    return place.no ? 10_000 - priceE4 : priceE4;
  }

  #set(place: Place, buy: boolean, price: string, sizeMicros: number): void {
    const levels = this.#sides[place.market * 2 + Number(buy === place.no)]!;
    if (sizeMicros === 0) levels.delete(this.#fold(place, price));
    else levels.set(this.#fold(place, price), sizeMicros);
  }

  bestBidE4(market: number): number {
    return Math.max(0, ...this.#sides[market * 2]!.keys());
  }

  bestAskE4(market: number): number {
    return Math.min(10_000, ...this.#sides[market * 2 + 1]!.keys());
  }

  forEachLevel(market: number, side: number, visit: (priceE4: number, sizeMicros: number) => void): void {
    const levels = [...this.#sides[market * 2 + side]!].sort(([a], [b]) => (side === 0 ? b - a : a - b));
    for (const [priceE4, sizeMicros] of levels) visit(priceE4, sizeMicros);
  }
}
