// One market of the simulated venue, folded to YES: the tape's shadow book, and the live book that receives the
// shadow's deltas. What orders consumed stays consumed until the tape itself adds; what orders rest stands on top.
import { noteLevel, type Queued } from './matching.ts';
import type { BookSide, TapeEvent, TapeLevel } from './tape.ts';

/** An order on the book. */
export interface Resting extends Queued {
  readonly side: BookSide;
  readonly priceE4: number;
  /** Time order over the whole venue. */
  readonly sequence: number;
}

/** A level that changed since the changes were last taken. */
export interface LevelChange {
  readonly side: BookSide;
  readonly priceE4: number;
  readonly sizeMicros: number;
  /** Told of the NO token: its change stands first in the frame. */
  readonly onNo: boolean;
}

interface Level {
  shadowMicros: number;
  /** The market's own flow that is left: never above the shadow, never below zero. */
  externalMicros: number;
  restingMicros: number;
  shownMicros: number;
}

/** One side: levels by price, and the prices that show a size, ascending. */
interface Side {
  readonly levels: Map<number, Level>;
  readonly shownPrices: number[];
}

/** Shadow and live book of one market. */
export class LiveBook<R extends Resting = Resting> {
  readonly #sides: Record<BookSide, Side> = {
    bid: { levels: new Map(), shownPrices: [] },
    ask: { levels: new Map(), shownPrices: [] },
  };
  /** In time order. */
  readonly #resting: R[] = [];
  readonly #touched = new Map<string, { side: BookSide; priceE4: number; onNo: boolean }>();
  /** False until the tape's first snapshot. */
  hasSnapshot = false;

  /** Moves the shadow by one event of the tape, and the live book by the same difference. */
  applyTape(event: TapeEvent): void {
    if (event.kind === 'set') this.#setShadow(event.side, event.priceE4, event.sizeMicros, event.onNo);
    if (event.kind !== 'snapshot') return;
    this.hasSnapshot = true;
    this.#replaceShadow('bid', event.bids);
    this.#replaceShadow('ask', event.asks);
  }

  /** Best price showing a size, or undefined. */
  bestE4(side: BookSide): number | undefined {
    return side === 'bid' ? this.#sides.bid.shownPrices.at(-1) : this.#sides.ask.shownPrices[0];
  }

  /** Shown levels of a side by ascending price. */
  shownAscending(side: BookSide): TapeLevel[] {
    const { levels, shownPrices } = this.#sides[side];
    return shownPrices.map((priceE4) => ({ priceE4, sizeMicros: levels.get(priceE4)!.shownMicros }));
  }

  /** Best level first, without what `isOwn` orders rest: nobody trades with himself. */
  *bestFirst(side: BookSide, isOwn: (order: R) => boolean): Generator<TapeLevel> {
    const { levels, shownPrices } = this.#sides[side];
    const prices = side === 'bid' ? shownPrices.toReversed() : [...shownPrices];
    for (const priceE4 of prices) {
      let sizeMicros = levels.get(priceE4)!.shownMicros;
      for (const order of this.queueAt(side, priceE4)) if (isOwn(order)) sizeMicros -= order.leftMicros;
      if (sizeMicros > 0) yield { priceE4, sizeMicros };
    }
  }

  /** The market's own flow left at a price. */
  externalAt(side: BookSide, priceE4: number): number {
    return this.#sides[side].levels.get(priceE4)?.externalMicros ?? 0;
  }

  /** Orders at a price in time order. */
  queueAt(side: BookSide, priceE4: number): R[] {
    return this.#resting.filter((order) => order.side === side && order.priceE4 === priceE4);
  }

  /** All orders of a side, best price first, then by time. */
  restingBestFirst(side: BookSide): R[] {
    const sign = side === 'bid' ? -1 : 1;
    return this.#resting
      .filter((order) => order.side === side)
      .sort((a, b) => sign * (a.priceE4 - b.priceE4) || a.sequence - b.sequence);
  }

  /** Takes `micros` of the market's own flow; the orders behind it move up. */
  consumeExternal(side: BookSide, priceE4: number, micros: number): void {
    if (micros === 0) return;
    const level = this.#level(side, priceE4);
    level.externalMicros -= micros;
    this.#moveUp(side, priceE4, micros);
    this.#show(side, priceE4, level, false);
  }

  /** The tape reports a trade at a price: orders there move up; the flow itself is moved by the tape's deltas. */
  moveUp(side: BookSide, priceE4: number, micros: number): void {
    this.#moveUp(side, priceE4, micros);
  }

  /** Lets orders move up where the market's own flow has become less than what stood ahead of them. */
  reviewQueues(nowMs: number): void {
    for (const order of this.#resting) noteLevel(order, this.externalAt(order.side, order.priceE4), nowMs);
  }

  /** Puts an order at the back of its level's queue. */
  rest(order: R): void {
    order.aheadMicros = this.externalAt(order.side, order.priceE4);
    this.#resting.push(order);
    this.#changeResting(order, order.leftMicros);
  }

  /** Reduces a resting order by a fill; it leaves the book when nothing is left. */
  fillResting(order: R, micros: number): void {
    order.leftMicros -= micros;
    this.#changeResting(order, -micros);
    if (order.leftMicros === 0) this.#resting.splice(this.#resting.indexOf(order), 1);
  }

  /** Takes an order off the book; false when it is not on it. */
  cancel(order: R): boolean {
    const index = this.#resting.indexOf(order);
    if (index < 0) return false;
    this.#resting.splice(index, 1);
    this.#changeResting(order, -order.leftMicros);
    return true;
  }

  /** Levels whose shown size differs from what was last told, in order of first touch; forgets them. */
  takeChanges(): LevelChange[] {
    const changes: LevelChange[] = [];
    for (const { side, priceE4, onNo } of this.#touched.values()) {
      const level = this.#sides[side].levels.get(priceE4);
      const sizeMicros = level === undefined ? 0 : level.externalMicros + level.restingMicros;
      changes.push({ side, priceE4, sizeMicros, onNo });
    }
    this.#touched.clear();
    return changes;
  }

  #setShadow(side: BookSide, priceE4: number, sizeMicros: number, onNo: boolean): void {
    const level = this.#level(side, priceE4);
    level.externalMicros = Math.max(0, level.externalMicros + sizeMicros - level.shadowMicros);
    level.shadowMicros = sizeMicros;
    this.#show(side, priceE4, level, onNo);
  }

  #replaceShadow(side: BookSide, levels: readonly TapeLevel[]): void {
    const kept = new Set(levels.map(({ priceE4 }) => priceE4));
    for (const [priceE4, level] of [...this.#sides[side].levels]) {
      if (!kept.has(priceE4) && level.shadowMicros > 0) this.#setShadow(side, priceE4, 0, false);
    }
    for (const { priceE4, sizeMicros } of levels) this.#setShadow(side, priceE4, sizeMicros, false);
  }

  #moveUp(side: BookSide, priceE4: number, micros: number): void {
    for (const order of this.#resting) {
      if (order.side === side && order.priceE4 === priceE4) {
        order.aheadMicros = Math.max(0, order.aheadMicros - micros);
      }
    }
  }

  #changeResting(order: R, micros: number): void {
    const level = this.#level(order.side, order.priceE4);
    level.restingMicros += micros;
    this.#show(order.side, order.priceE4, level, false);
  }

  #level(side: BookSide, priceE4: number): Level {
    const { levels } = this.#sides[side];
    let level = levels.get(priceE4);
    if (level === undefined) {
      level = { shadowMicros: 0, externalMicros: 0, restingMicros: 0, shownMicros: 0 };
      levels.set(priceE4, level);
    }
    return level;
  }

  #show(side: BookSide, priceE4: number, level: Level, onNo: boolean): void {
    const { levels, shownPrices } = this.#sides[side];
    const shownMicros = level.externalMicros + level.restingMicros;
    if (shownMicros !== level.shownMicros) {
      const key = `${side}${priceE4}`;
      if (!this.#touched.has(key)) this.#touched.set(key, { side, priceE4, onNo });
      const index = lowerBound(shownPrices, priceE4);
      if (level.shownMicros === 0) shownPrices.splice(index, 0, priceE4);
      if (shownMicros === 0) shownPrices.splice(index, 1);
      level.shownMicros = shownMicros;
    }
    if (shownMicros === 0 && level.shadowMicros === 0) levels.delete(priceE4);
  }
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
