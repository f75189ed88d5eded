// A first-in-first-out queue of fixed capacity between a feed and its reader: when full the oldest goes, counted, because
// of signals the newest is worth most.

export class BoundedQueue<Item> {
  readonly #items: (Item | undefined)[];
  #head = 0;
  #size = 0;
  overflows = 0;

  constructor(capacity: number) {
    this.#items = new Array<Item | undefined>(capacity).fill(undefined);
  }

  get size(): number {
    return this.#size;
  }

  push(item: Item): void {
    const { length } = this.#items;
    if (this.#size === length) {
      this.take();
      this.overflows += 1;
    }
    this.#items[(this.#head + this.#size) % length] = item;
    this.#size += 1;
  }

  take(): Item | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#items.length;
    this.#size -= 1;
    return item;
  }
}
