// Which trades were told already, over stream and poll: a bounded memory of keys, oldest out first.

export class TradeMemory {
  readonly #capacity: number;
  /** Key to the venue's second, in order of arrival. */
  readonly #seen = new Map<string, number>();
  #horizonS = 0;
  duplicates = 0;
  evicted = 0;
  /** Trades older than what was forgotten: told before or not is unknown, and so they are not told. */
  beyond = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#seen.size;
  }

  /** True the first time; afterwards, or when it is too old to know, false and counted. */
  isNew(key: string, venueS: number): boolean {
    if (this.#seen.has(key)) {
      this.duplicates += 1;
      return false;
    }
    if (venueS < this.#horizonS) {
      this.beyond += 1;
      return false;
    }
    this.#seen.set(key, venueS);
    if (this.#seen.size > this.#capacity) this.#forgetOldest();
    return true;
  }

  #forgetOldest(): void {
    const oldest = this.#seen.entries().next().value!;
    this.#seen.delete(oldest[0]);
    this.#horizonS = Math.max(this.#horizonS, oldest[1]);
    this.evicted += 1;
  }
}
