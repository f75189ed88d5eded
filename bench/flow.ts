// Order flow of the canonical workload: seeded books and changes whose shape is that of the recorded venues.
//
// Measured on the three recorded Kalshi gold tapes (249,316 changes; books sampled at every 50th):
//   levels a side   deciles 1 9 11 14 16 20 26 29 32 37 57, mean 22.2: 44 levels a market
//   kind of change  66 % change an existing level, 17 % add one, 17 % remove one
//   distance        21 % at the best level, 13 % one tick from it, 31 % two to four, 35 % five or more
// The recorded Polymarket 15-minute books are deeper (45 to 48 a side); the shallower ones are taken because depth
// costs a scanning baseline time and the ladder none.
import type { Random } from '../engine/core/random.ts';
import { sizeText } from '../engine/core/units.ts';
import { SIDE_ASK, SIDE_BID } from '../wasm/layout.ts';
import type { LevelSource } from './checksum.ts';

const DEPTH_DECILES: readonly number[] = [1, 9, 11, 14, 16, 20, 26, 29, 32, 37, 57];
const CHANGE_SHARE = 0.66;
const DISTANCE_SHARES: readonly (readonly [number, number, number])[] = [
  [0.21, 0, 0],
  [0.34, 1, 1],
  [0.65, 2, 4],
  [1, 5, 14],
];
const GAP_TICKS_MEAN = 0.6;
const SIZE_MEDIAN_SHARES = 400;
const SIZE_LOG_SPREAD = 1.6;

/** One change of one level; `previousMicros` undoes it. */
export interface FlowChange {
  readonly market: number;
  readonly side: number;
  readonly priceE4: number;
  readonly sizeMicros: number;
  readonly previousMicros: number;
}

/** One folded book on a uniform grid: sizes and their texts by slot, slot = priceE4 / tickE4. */
export class FlowBook {
  readonly tickE4: number;
  readonly slots: number;
  readonly #sizes: readonly [Float64Array, Float64Array];
  readonly #texts: readonly [string[], string[]];
  readonly #best: [number, number];
  readonly levels: [number, number] = [0, 0];
  readonly target: [number, number] = [0, 0];

  constructor(tickE4: number) {
    this.tickE4 = tickE4;
    this.slots = 10_000 / tickE4;
    this.#sizes = [new Float64Array(this.slots), new Float64Array(this.slots)];
    this.#texts = [[], []];
    this.#best = [0, this.slots];
  }

  /** Fills both sides outwards from the best slots to `bidLevels` and `askLevels`, or as many as the grid has. */
  fill(random: Random, bestBidSlot: number, bestAskSlot: number, bidLevels: number, askLevels: number): void {
    this.#fillSide(random, SIDE_BID, bestBidSlot, bidLevels);
    this.#fillSide(random, SIDE_ASK, bestAskSlot, askLevels);
  }

  #fillSide(random: Random, side: number, bestSlot: number, levels: number): void {
    const outwards = side === SIDE_BID ? -1 : 1;
    let slot = bestSlot;
    for (let level = 0; level < levels && slot >= 1 && slot < this.slots; level += 1) {
      this.set(side, slot, drawSizeMicros(random));
      slot += outwards * (1 + Math.floor(random.exponential(GAP_TICKS_MEAN)));
    }
    this.target[side] = this.levels[side]!;
  }

  set(side: number, slot: number, sizeMicros: number): void {
    const sizes = this.#sizes[side]!;
    this.levels[side]! += Number(sizeMicros > 0) - Number(sizes[slot]! > 0);
    sizes[slot] = sizeMicros;
    this.#texts[side]![slot] = sizeText(sizeMicros);
    const best = this.#best[side]!;
    const better = side === SIDE_BID ? slot > best : slot < best;
    if (sizeMicros > 0 && better) this.#best[side] = slot;
    else if (sizeMicros === 0 && slot === best) this.#best[side] = this.#next(side, best);
  }

  size(side: number, slot: number): number {
    return this.#sizes[side]![slot] ?? 0;
  }

  text(side: number, slot: number): string {
    return this.#texts[side]![slot]!;
  }

  /** Best slot of a side; 0 for no bid, `slots` for no ask. */
  best(side: number): number {
    return this.#best[side]!;
  }

  /** Best price of a side in priceE4; 0 for no bid, 10000 for no ask. */
  bestE4(side: number): number {
    return this.#best[side]! * this.tickE4;
  }

  /** The next non-empty slot further from the top than `slot`; 0 or `slots` when there is none. */
  #next(side: number, slot: number): number {
    const sizes = this.#sizes[side]!;
    if (side === SIDE_BID) {
      let at = slot - 1;
      while (at > 0 && sizes[at] === 0) at -= 1;
      return at;
    }
    let at = slot + 1;
    while (at < this.slots && sizes[at] === 0) at += 1;
    return at;
  }

  /** Slots of a side, best first. */
  slotsBestFirst(side: number): number[] {
    const found: number[] = [];
    for (let slot = this.#best[side]!; slot > 0 && slot < this.slots; slot = this.#next(side, slot)) found.push(slot);
    return found;
  }
}

/** Levels of a side drawn from the recorded distribution. */
export function drawDepth(random: Random): number {
  const at = random.float() * (DEPTH_DECILES.length - 1);
  const low = Math.floor(at);
  return Math.round(DEPTH_DECILES[low]! + (at - low) * (DEPTH_DECILES[low + 1]! - DEPTH_DECILES[low]!));
}

function drawSizeMicros(random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
  const shares = SIZE_MEDIAN_SHARES * Math.exp(SIZE_LOG_SPREAD * normal);
  // Two sizes in five have cents, as recorded.
  const cents = random.chance(0.4) ? Math.round(shares * 100) : Math.round(shares) * 100;
  return Math.max(100, cents) * 10_000;
}

function drawDistance(random: Random): number {
  const share = random.float();
  const [, low, high] = DISTANCE_SHARES.find(([upTo]) => share < upTo) ?? DISTANCE_SHARES[0]!;
  return random.integer(low, high);
}

/** Draws one change of `book`, applies it and answers it. */
export function drawChange(random: Random, book: FlowBook, market: number): FlowChange {
  const side = random.chance(0.5) ? SIDE_BID : SIDE_ASK;
  const distance = drawDistance(random);
  const moves = !random.chance(CHANGE_SHARE);
  // Adds and removes alternate around the drawn depth, so that a book neither grows nor starves.
  const thin = book.levels[side]! < book.target[side]!;
  const added = moves && thin ? emptySlot(book, side, distance) : 0;
  const existing = added === 0 ? nearestLevel(book, side, distance) : added;
  const remove = moves && !thin && book.levels[side]! > 2;
  const previousMicros = book.size(side, existing);
  let sizeMicros = remove ? 0 : drawSizeMicros(random);
  if (sizeMicros === previousMicros) sizeMicros += 1_000_000;
  book.set(side, existing, sizeMicros);
  return { market, side, priceE4: existing * book.tickE4, sizeMicros, previousMicros };
}

/** The non-empty slot nearest to `distance` ticks from the top; the books of the workload are never empty. */
function nearestLevel(book: FlowBook, side: number, distance: number): number {
  const best = book.best(side);
  let found = best;
  for (const slot of book.slotsBestFirst(side)) {
    found = slot;
    if (Math.abs(slot - best) >= distance) break;
  }
  return found;
}

/** An empty slot `distance` ticks from the top (0: one tick inside the spread, when there is one); 0 = none. */
function emptySlot(book: FlowBook, side: number, distance: number): number {
  const outwards = side === SIDE_BID ? -1 : 1;
  const inside = book.best(side) - outwards;
  if (distance === 0 && inside !== book.best(1 - side)) return inside;
  for (let slot = book.best(side) + outwards * distance; slot >= 1 && slot < book.slots; slot += outwards) {
    if (book.size(side, slot) === 0) return slot;
  }
  return 0;
}

/** The workload's own books, for its checksum. */
export function flowLevels(books: readonly FlowBook[]): LevelSource {
  return {
    marketCount: books.length,
    forEachLevel(market, side, visit) {
      const book = books[market]!;
      for (const slot of book.slotsBestFirst(side)) visit(slot * book.tickE4, book.size(side, slot));
    },
  };
}
