// Baseline `array`: JSON.parse into numbers, one folded book per market as sorted typed arrays, best level last, binary
// search, copyWithin to open and close gaps. The fastest plain-JavaScript book found in bots.
import type { MarketMeta } from '../../engine/venue/contract.ts';
import { SIDE_ASK, SIDE_BID } from '../../wasm/layout.ts';
import type { BaselineBooks, BaselineEngine } from './contract.ts';
import { emptyBestE4, JsonDecoder } from './json.ts';

const FIRST_CAPACITY = 64;

/** One side: keys ascend towards the best level, so that changes near the top move few entries. */
class SortedSide {
  count = 0;
  /** Price for bids, minus price for asks. */
  keys = new Int16Array(FIRST_CAPACITY);
  sizes = new Float64Array(FIRST_CAPACITY);

  /** Index of `key`, or of the first greater one. */
  indexOf(key: number): number {
    const { keys } = this;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  set(key: number, sizeMicros: number): void {
    const at = this.indexOf(key);
    const found = at < this.count && this.keys[at] === key;
    if (found && sizeMicros !== 0) this.sizes[at] = sizeMicros;
    else if (found) this.#remove(at);
    else if (sizeMicros !== 0) this.#insert(at, key, sizeMicros);
  }

  #remove(at: number): void {
    this.keys.copyWithin(at, at + 1, this.count);
    this.sizes.copyWithin(at, at + 1, this.count);
    this.count -= 1;
  }

  #insert(at: number, key: number, sizeMicros: number): void {
    if (this.count === this.keys.length) this.#grow();
    this.keys.copyWithin(at + 1, at, this.count);
    this.sizes.copyWithin(at + 1, at, this.count);
    this.keys[at] = key;
    this.sizes[at] = sizeMicros;
    this.count += 1;
  }

  #grow(): void {
    const { keys, sizes } = this;
    this.keys = new Int16Array(keys.length * 2);
    this.sizes = new Float64Array(sizes.length * 2);
    this.keys.set(keys);
    this.sizes.set(sizes);
  }
}

export class ArrayBooks implements BaselineBooks {
  readonly marketCount: number;
  readonly #sides: SortedSide[];

  constructor(marketCount: number) {
    this.marketCount = marketCount;
    this.#sides = Array.from({ length: marketCount * 2 }, () => new SortedSide());
  }

  clear(market: number): void {
    this.#sides[market * 2 + SIDE_BID]!.count = 0;
    this.#sides[market * 2 + SIDE_ASK]!.count = 0;
  }

  set(market: number, side: number, priceE4: number, sizeMicros: number): void {
    this.#sides[market * 2 + side]!.set(side === SIDE_BID ? priceE4 : -priceE4, sizeMicros);
  }

  size(market: number, side: number, priceE4: number): number {
    const levels = this.#sides[market * 2 + side]!;
    const key = side === SIDE_BID ? priceE4 : -priceE4;
    const at = levels.indexOf(key);
    return at < levels.count && levels.keys[at] === key ? levels.sizes[at]! : 0;
  }

  bestBidE4(market: number): number {
    const bids = this.#sides[market * 2 + SIDE_BID]!;
    return bids.count === 0 ? emptyBestE4(SIDE_BID) : bids.keys[bids.count - 1]!;
  }

  bestAskE4(market: number): number {
    const asks = this.#sides[market * 2 + SIDE_ASK]!;
    return asks.count === 0 ? emptyBestE4(SIDE_ASK) : -asks.keys[asks.count - 1]!;
  }

  forEachLevel(market: number, side: number, visit: (priceE4: number, sizeMicros: number) => void): void {
    const levels = this.#sides[market * 2 + side]!;
    for (let at = levels.count - 1; at >= 0; at -= 1) visit(Math.abs(levels.keys[at]!), levels.sizes[at]!);
  }
}

/** Decoder and books together. */
export function createArray(metas: readonly MarketMeta[]): BaselineEngine & { readonly books: ArrayBooks } {
  const decoder = new JsonDecoder(metas);
  const books = new ArrayBooks(metas.length);
  return {
    name: 'array',
    books,
    marketCount: metas.length,
    onFrame: (frame) => decoder.applyTo(books, decoder.decode(frame)),
    bestBidE4: (market) => books.bestBidE4(market),
    bestAskE4: (market) => books.bestAskE4(market),
    forEachLevel: (market, side, visit) => books.forEachLevel(market, side, visit),
  };
}
