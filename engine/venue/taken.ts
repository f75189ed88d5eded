// What stands in the arena beside the markets of one venue's list: what the config declares, and what other venues have taken,
// which grows while a run goes on. Written and read by the thread of one discovery.
import type { MarketMeta, Relation } from './contract.ts';

/** Markets and relations that have their room in the arena. */
export interface Taken {
  readonly markets: readonly MarketMeta[];
  readonly relations: readonly Relation[];
}

export const NOTHING_TAKEN: Taken = { markets: [], relations: [] };

export class TakenRoom implements Taken {
  readonly #declared: Taken;
  #others: Taken;

  constructor(declared: Taken, others: Taken = NOTHING_TAKEN) {
    this.#declared = declared;
    this.#others = others;
  }

  get markets(): readonly MarketMeta[] {
    return [...this.#others.markets, ...this.#declared.markets];
  }

  get relations(): readonly Relation[] {
    return [...this.#others.relations, ...this.#declared.relations];
  }

  /** Other venues have taken more since. */
  take({ markets, relations }: Taken): void {
    const { markets: before, relations: known } = this.#others;
    this.#others = { markets: [...before, ...markets], relations: [...known, ...relations] };
  }
}
