// What all baskets come to together, kept as they change: a status line asks for it however many there were. Main thread; told by
// the baskets' accounts which of them changed, and reads those when it is asked.
import type { BasketAccounts, Holding } from './baskets.ts';

/** What sets and pairs of a basket come to, and what it has realised less its fees. */
interface Sums {
  readonly lockedMicros: number;
  readonly realisedMicros: number;
}

export class BasketSums {
  readonly #changed = new Set<number>();
  readonly #known = new Map<number, Sums>();
  /** Baskets that hold something outside of sets and pairs. */
  readonly #loose = new Set<number>();
  #lockedMicros = 0;
  #realisedMicros = 0;

  note(rootBatchId: number): void {
    this.#changed.add(rootBatchId);
  }

  /** As of now. */
  of(accounts: BasketAccounts): Sums & { readonly loose: Iterable<number> } {
    for (const rootBatchId of this.#changed) this.#read(accounts, rootBatchId);
    this.#changed.clear();
    return { lockedMicros: this.#lockedMicros, realisedMicros: this.#realisedMicros, loose: this.#loose };
  }

  #read(accounts: BasketAccounts, rootBatchId: number): void {
    const account = accounts.get(rootBatchId);
    const holdings = accounts.holdings(rootBatchId);
    const lockedMicros = accounts.payoutMicros(rootBatchId) - pairedCostOfAll(holdings);
    const realisedMicros = account === undefined ? 0 : account.realisedMicros - account.feeMicros;
    const before = this.#known.get(rootBatchId);
    this.#lockedMicros += lockedMicros - (before?.lockedMicros ?? 0);
    this.#realisedMicros += realisedMicros - (before?.realisedMicros ?? 0);
    if (account === undefined) this.#known.delete(rootBatchId);
    else this.#known.set(rootBatchId, { lockedMicros, realisedMicros });
    if (holdings.some((holding) => looseOf(holding) > 0)) this.#loose.add(rootBatchId);
    else this.#loose.delete(rootBatchId);
  }
}

/** Shares outside of sets and pairs. */
export function looseOf({ sizeMicros, pairedMicros }: Holding): number {
  return Math.max(0, sizeMicros - pairedMicros);
}

export function pairedCostOfAll(holdings: readonly Holding[]): number {
  return holdings.reduce((sum, holding) => sum + pairedCostOf(holding), 0);
}

/** Cost of the shares in sets and pairs. */
export function pairedCostOf({ sizeMicros, costMicros, pairedMicros }: Holding): number {
  return sizeMicros <= pairedMicros ? costMicros : shareOf(costMicros, pairedMicros, sizeMicros);
}

/** `part` of `whole` of an amount, rounded down; in big integers, because the product passes 2^53. */
export function shareOf(micros: number, part: number, whole: number): number {
  return Number((BigInt(micros) * BigInt(part)) / BigInt(whole));
}
