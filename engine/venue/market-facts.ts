// What the executor's side knows of markets besides the arena: fee schedules, ends and events by market index, of those known
// at the start and those that a run hears of later. Main thread.
import type { FeeSchedule, MarketMeta } from './contract.ts';

export class MarketFacts {
  readonly #byIndex = new Map<number, Pick<MarketMeta, 'fee' | 'endMs' | 'event'>>();

  /** Takes up markets that are registered; `indexOf` answers where. */
  learn(metas: readonly MarketMeta[], indexOf: (id: string) => number | undefined): void {
    for (const { id, fee, endMs, event } of metas) {
      const index = indexOf(id);
      if (index !== undefined) this.#byIndex.set(index, { fee, endMs, event });
    }
  }

  /** undefined: unknown, and then the market is never bought. */
  feeOf(market: number): FeeSchedule | undefined {
    return this.#byIndex.get(market)?.fee;
  }

  /** ms since 1970; undefined: not stated. */
  endMsOf(market: number): number | undefined {
    return this.#byIndex.get(market)?.endMs;
  }

  eventOf(market: number): string | undefined {
    return this.#byIndex.get(market)?.event;
  }
}
