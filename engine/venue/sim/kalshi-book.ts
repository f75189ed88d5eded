// One market's book of the simulated Kalshi venue: bids of YES and of NO, changed by a tape, told as the venue tells
// them.
import { priceE4FromText, sizeMicrosFromText } from '../../core/units.ts';
import { type JsonObject, type JsonValue, member } from '../json.ts';
import { countText, dollarsText } from '../kalshi/text.ts';

type Side = 'yes' | 'no';
const SIDES: readonly Side[] = ['yes', 'no'];

/** A change of one level: signed, and never more than what rests there. */
export interface BookChange {
  readonly priceE4: number;
  readonly deltaMicros: number;
  readonly side: Side;
}

export class KalshiBook {
  readonly ticker: string;
  marketId = '';
  readonly #sizes: Readonly<Record<Side, Map<number, number>>> = { yes: new Map(), no: new Map() };
  /** True once a snapshot of the tape has opened it. */
  isOpen = false;

  constructor(ticker: string) {
    this.ticker = ticker;
  }

  /** Levels of a side by price, ascending. */
  levels(side: Side): (readonly [priceE4: number, sizeMicros: number])[] {
    return [...this.#sizes[side]].sort(([a], [b]) => a - b);
  }

  /** What rests at a price of a side. */
  sizeAt(side: Side, priceE4: number): number {
    return this.#sizes[side].get(priceE4) ?? 0;
  }

  /** Takes a recorded snapshot: the changes that lead there from what stands. */
  changesTo(msg: JsonObject): BookChange[] {
    this.marketId = String(member(msg, 'market_id') ?? this.marketId);
    return SIDES.flatMap((side) => {
      const wanted = levelsOf(member(msg, `${side}_dollars_fp`));
      const prices = [...new Set([...this.#sizes[side].keys(), ...wanted.keys()])].sort((a, b) => a - b);
      return prices.flatMap((priceE4) => {
        const deltaMicros = (wanted.get(priceE4) ?? 0) - (this.#sizes[side].get(priceE4) ?? 0);
        return deltaMicros === 0 ? [] : [{ priceE4, deltaMicros, side }];
      });
    });
  }

  /** Takes a recorded change, clamped: a book holds no negative sizes, whatever a recorder has missed. */
  changeOf(msg: JsonObject): BookChange | undefined {
    const priceE4 = priceE4FromText(String(member(msg, 'price_dollars')));
    const text = String(member(msg, 'delta_fp'));
    const magnitude = sizeMicrosFromText(text.replace(/^-/, ''));
    const side = member(msg, 'side');
    if (priceE4 === undefined || magnitude === undefined || (side !== 'yes' && side !== 'no')) return undefined;
    const stands = this.#sizes[side].get(priceE4) ?? 0;
    const deltaMicros = text.startsWith('-') ? -Math.min(stands, magnitude) : magnitude;
    return deltaMicros === 0 ? undefined : { priceE4, deltaMicros, side };
  }

  apply({ side, priceE4, deltaMicros }: BookChange): void {
    const size = (this.#sizes[side].get(priceE4) ?? 0) + deltaMicros;
    if (size > 0) this.#sizes[side].set(priceE4, size);
    else this.#sizes[side].delete(priceE4);
  }

  /** The message of a snapshot; a side without levels is left out, as at the venue. */
  snapshotMsg(): JsonObject {
    const sides = SIDES.flatMap((side) => {
      const levels = this.levels(side).map(([priceE4, size]) => [dollarsText(priceE4), countText(size)]);
      return levels.length === 0 ? [] : [[`${side}_dollars_fp`, levels] as const];
    });
    return { market_ticker: this.ticker, market_id: this.marketId, ...Object.fromEntries(sides) };
  }

  /** What REST answers: both sides, empty or not, each with its `depth` best levels, 0 for all. */
  restBook(depth = 0): JsonObject {
    const of = (side: Side): JsonValue =>
      this.levels(side)
        .slice(-depth)
        .map(([priceE4, size]) => [dollarsText(priceE4), countText(size)]);
    return { yes_dollars: of('yes'), no_dollars: of('no') };
  }
}

function levelsOf(value: JsonValue | undefined): Map<number, number> {
  const levels = new Map<number, number>();
  for (const level of Array.isArray(value) ? value : []) {
    const [price, size] = Array.isArray(level) ? level : [];
    const [priceE4, micros] = [priceE4FromText(String(price)), sizeMicrosFromText(String(size))];
    if (priceE4 !== undefined && micros !== undefined && micros > 0) levels.set(priceE4, micros);
  }
  return levels;
}
