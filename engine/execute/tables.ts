// Opportunities off the rings by the table of baskets in force: those of a replaced table are refused, counted, and a basket
// has one number through all tables. Executor's thread; reads the opportunity rings and the table.
//
// The number of a basket is its index in the first table that has it, or the next free one in a later table, so that a life,
// a cool-down or a journal record is never another basket's that came to have its index.
import * as L from '../../wasm/layout.ts';
import type { RefusalCounts } from '../breaker/refusals.ts';
import type { Arena } from '../memory/arena.ts';
import { placesBefore, tableInForce } from '../memory/basket-table.ts';
import { Ring } from '../memory/ring.ts';
import type { ExecuteStats } from './stats.ts';
import { type Gone, type Opportunity, takeOpportunity } from './take.ts';

export interface TablesParts {
  readonly arena: Arena;
  readonly refusals: RefusalCounts;
  readonly stats: ExecuteStats;
  /** Told of every Gone record, and of every basket that is in no table any more, by the basket's number. */
  onGone(gone: Pick<Gone, 'basketIndex' | 'recvNs'>): void;
}

/** Generations are told apart by their low half: the rings have none that is two swaps old. */
const LOW_HALF = 0xffff;

export class Tables {
  /** One per detector. */
  readonly rings: readonly Ring[];
  readonly #parts: TablesParts;
  #generation: number;
  /** Numbers by index in the table in force and in the one before; undefined: the index itself. */
  #numbers: readonly number[] | undefined;
  #before: ReadonlyMap<number, number> = new Map();
  #nextNumber: number;

  constructor(parts: TablesParts) {
    this.#parts = parts;
    const { arena } = parts;
    const { count } = arena.region(L.REGION_OPPORTUNITY_RINGS);
    this.rings = Array.from({ length: count }, (_, i) => new Ring(arena, arena.at(L.REGION_OPPORTUNITY_RINGS, i)));
    this.#generation = tableInForce(arena);
    this.#nextNumber = arena.region(L.REGION_BASKETS).count;
  }

  /** The next opportunity by the table in force, or undefined; those of the table before are refused on the way. */
  take(ring: Ring): Opportunity | undefined {
    const { arena, refusals, stats } = this.#parts;
    // Bounded by what the ring holds.
    while (true) {
      const taken = takeOpportunity(arena, ring, this.#gone);
      if (taken === undefined) return undefined;
      if (!this.isOld(taken)) return this.#numbers === undefined ? taken : this.#numbered(taken);
      stats.opportunitiesTaken += 1;
      refusals.add('TABLE_REPLACED');
    }
  }

  /** True when the opportunity is of a table that was replaced: its place there says nothing any more. */
  isOld({ table }: Pick<Opportunity, 'table'>): boolean {
    return table !== (this.#generation & LOW_HALF);
  }

  /** Another table is in force since `nowNs`; answers the numbers of the baskets that it has no more, whose lives end. */
  replaced(nowNs: number): number[] {
    const { arena, onGone } = this.#parts;
    this.#generation = tableInForce(arena);
    const places = placesBefore(arena, this.#generation);
    const old = this.#numbers;
    const kept = new Map<number, number>();
    const numbers = places.map((place) => {
      const number = place < 0 ? this.#nextNumber : (old?.[place] ?? place);
      if (place < 0) this.#nextNumber += 1;
      else kept.set(place, number);
      return number;
    });
    const all = old ?? placesBefore(arena, this.#generation - 1).map((_, index) => index);
    this.#before = kept;
    this.#numbers = numbers;
    const over = all.filter((_, place) => !kept.has(place));
    for (const basketIndex of over) onGone({ basketIndex, recvNs: nowNs });
    return over;
  }

  #numbered(taken: Opportunity): Opportunity {
    return { ...taken, basketIndex: this.#numbers![taken.place]! };
  }

  readonly #gone = (gone: Gone): void => {
    const { basketIndex: place } = gone;
    const number = this.isOld(gone) ? this.#before.get(place) : (this.#numbers?.[place] ?? place);
    if (number !== undefined) this.#parts.onGone({ basketIndex: number, recvNs: gone.recvNs });
  };
}
