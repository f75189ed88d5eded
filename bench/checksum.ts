// What makes a bench honest: every variant's final books are folded into one number, and the numbers must be equal.

/** Books as the checksum reads them: levels best first, canonical integers. */
export interface LevelSource {
  readonly marketCount: number;
  /** Visits one side (SIDE_*) of one market, best level first. */
  forEachLevel(market: number, side: number, visit: (priceE4: number, sizeMicros: number) => void): void;
}

const WORD = 4_294_967_296;

/** Order-dependent fold of integers up to 2^53 into 64 bits. */
export class Checksum {
  #low = 0x811c9dc5;
  #high = 0x9e3779b9;

  add(value: number): this {
    const high = Math.floor(value / WORD);
    this.#low = Math.imul(this.#low ^ (value >>> 0), 0x01000193) ^ (this.#high >>> 15);
    this.#high = Math.imul(this.#high ^ (value >>> 0) ^ high, 0x85ebca6b) ^ (this.#low >>> 13);
    return this;
  }

  /** 16 hex digits over all values so far. */
  hex(): string {
    const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
    return hex(this.#high) + hex(this.#low);
  }
}

/** Fold of all books of `source`, in market order, bids then asks. */
export function bookChecksum(source: LevelSource): string {
  const sum = new Checksum();
  for (let market = 0; market < source.marketCount; market += 1) {
    for (const side of [0, 1]) {
      sum.add(market).add(side);
      source.forEachLevel(market, side, (priceE4, sizeMicros) => sum.add(priceE4).add(sizeMicros));
    }
  }
  return sum.hex();
}
