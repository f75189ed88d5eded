// Finds, in the table of baskets, what pays against an outcome elsewhere: the other leg of a `same` pair, and the whole event
// of a market whose NO can be converted. Executor's thread; reads the table in force, anew when another one is.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import { basketAt, tableInForce, tableRegion } from '../memory/basket-table.ts';

/** An outcome of a market. */
export interface Outcome {
  readonly marketIndex: number;
  /** ACTION_BUY_YES or ACTION_BUY_NO. */
  readonly action: number;
}

export class Twins {
  readonly #arena: Arena;
  readonly #twins = new Map<string, Outcome[]>();
  readonly #events = new Map<number, readonly number[]>();
  /** Table that was read, -1: none yet. */
  #generation = -1;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Outcomes of which a share pays 1 together with one of `outcome`: pairs that settle alike by equal fingerprints. */
  twinsOf({ marketIndex, action }: Outcome): readonly Outcome[] {
    this.#read();
    return this.#twins.get(`${marketIndex}/${action}`) ?? [];
  }

  /** All markets of a market's neg-risk event; undefined: not known whole. */
  eventOf(marketIndex: number): readonly number[] | undefined {
    this.#read();
    return this.#events.get(marketIndex);
  }

  #read(): void {
    const generation = tableInForce(this.#arena);
    if (this.#generation === generation) return;
    this.#generation = generation;
    this.#twins.clear();
    this.#events.clear();
    const { u32 } = this.#arena;
    const { count } = this.#arena.region(L.REGION_BASKETS);
    for (let basket = 0; basket < count; basket += 1) {
      const at = basketAt(this.#arena, basket, generation);
      const word = at >> 2;
      const kind = this.#arena.view.getUint16(at + L.BASKET_KIND, true);
      const legs = this.#legs(u32[word + (L.BASKET_LEG_FIRST >> 2)]!, u32[word + (L.BASKET_LEG_COUNT >> 2)]!);
      if (kind === L.BASKET_KIND_SAME) this.#pair(legs);
      if (kind !== L.BASKET_KIND_NEG_RISK_YES) continue;
      const markets = legs.map(({ marketIndex }) => marketIndex);
      for (const market of markets) this.#events.set(market, markets);
    }
  }

  #legs(first: number, count: number): Outcome[] {
    return Array.from({ length: count }, (_, place) => {
      const word = this.#arena.at(tableRegion(L.REGION_LEGS, this.#generation), first + place) >> 2;
      const { u32 } = this.#arena;
      return { marketIndex: u32[word + (L.LEG_MARKET >> 2)]!, action: u32[word + (L.LEG_ACTION >> 2)]! };
    });
  }

  #pair([one, other]: readonly Outcome[]): void {
    for (const [from, to] of [
      [one!, other!],
      [other!, one!],
    ] as const) {
      const key = `${from.marketIndex}/${from.action}`;
      this.#twins.set(key, [...(this.#twins.get(key) ?? []), to]);
    }
  }
}
