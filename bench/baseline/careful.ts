// Baseline `careful`: JSON.parse into numbers, one folded book per market as a Map by integer price, the best level
// found by scanning the touched side after each change. What a careful engineer writes first.
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { SIDE_ASK, SIDE_BID } from '../../wasm/layout.ts';
import type { BaselineBooks, BaselineEngine } from './contract.ts';
import { emptyBestE4, JsonDecoder, visitBestFirst } from './json.ts';

export class CarefulBooks implements BaselineBooks {
  readonly marketCount: number;
  readonly #sides: Map<number, number>[];
  readonly #best: Int32Array;

  constructor(marketCount: number) {
    this.marketCount = marketCount;
    this.#sides = Array.from({ length: marketCount * 2 }, () => new Map<number, number>());
    this.#best = Int32Array.from({ length: marketCount * 2 }, (_, at) => emptyBestE4(at & 1));
  }

  clear(market: number): void {
    for (const side of [SIDE_BID, SIDE_ASK]) {
      this.#sides[market * 2 + side]!.clear();
      this.#best[market * 2 + side] = emptyBestE4(side);
    }
  }

  set(market: number, side: number, priceE4: number, sizeMicros: number): void {
    const at = market * 2 + side;
    const levels = this.#sides[at]!;
    if (sizeMicros === 0) levels.delete(priceE4);
    else levels.set(priceE4, sizeMicros);
    this.#best[at] = side === SIDE_BID ? highest(levels) : lowest(levels);
  }

  size(market: number, side: number, priceE4: number): number {
    return this.#sides[market * 2 + side]!.get(priceE4) ?? 0;
  }

  bestBidE4(market: number): number {
    return this.#best[market * 2 + SIDE_BID]!;
  }

  bestAskE4(market: number): number {
    return this.#best[market * 2 + SIDE_ASK]!;
  }

  forEachLevel(market: number, side: number, visit: (priceE4: number, sizeMicros: number) => void): void {
    visitBestFirst([...this.#sides[market * 2 + side]!], side, visit);
  }
}

function highest(levels: ReadonlyMap<number, number>): number {
  let best = 0;
  for (const priceE4 of levels.keys()) if (priceE4 > best) best = priceE4;
  return best;
}

function lowest(levels: ReadonlyMap<number, number>): number {
  let best = 10_000;
  for (const priceE4 of levels.keys()) if (priceE4 < best) best = priceE4;
  return best;
}

/** Decoder and books together. */
export function createCareful(metas: readonly MarketMeta[]): BaselineEngine & { readonly books: CarefulBooks } {
  const decoder = new JsonDecoder(metas);
  const books = new CarefulBooks(metas.length);
  return {
    name: 'careful',
    books,
    marketCount: metas.length,
    onFrame: (frame) => decoder.applyTo(books, decoder.decode(frame)),
    bestBidE4: (market) => books.bestBidE4(market),
    bestAskE4: (market) => books.bestAskE4(market),
    forEachLevel: (market, side, visit) => books.forEachLevel(market, side, visit),
  };
}
