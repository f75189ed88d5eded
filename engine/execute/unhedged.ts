// Lone legs as reports tell of them: which there are, what they cost, and for how long. Executor's thread.
import type { Ledger } from '../ledger/ledger.ts';
import { excessesOf, type OpenBasket } from './baskets.ts';

/** Shares of one token beyond complete sets and pairs, since when. */
export interface Exposure {
  readonly rootBatchId: number;
  readonly marketId: string;
  readonly token: string;
  readonly sizeMicros: number;
  readonly sinceNs: number;
  /** True when nothing more is tried: an operator has to act. */
  readonly carried: boolean;
}

/** In micro-dollars and whole milliseconds. */
export interface UnhedgedFacts {
  /** Cost of the lone legs that are held now. */
  readonly nowMicros: number;
  /** Sum over all baskets so far of the cost of lone legs times how long they were alone. */
  readonly microDollarMs: number;
  /** Longest time that one basket had a lone leg. */
  readonly longestMs: number;
}

interface Open {
  readonly sinceMs: number;
  micros: number;
  countedMs: number;
  /** Cost times time since it has a lone leg. */
  microDollarMs: number;
}

export class Unhedged {
  readonly #open = new Map<number, Open>();
  readonly #ledger: Ledger;
  #microDollarMs = 0;
  #longestMs = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Looks at what is lone of a basket from now on; a basket without a lone leg is forgotten. */
  measure(basket: OpenBasket, nowNs: number): void {
    const { rootBatchId } = basket;
    const { baskets } = this.#ledger;
    const costs = excessesOf(basket).map(({ token, sizeMicros }) => baskets.costOf(rootBatchId, token, sizeMicros));
    const micros = costs.reduce((sum, cost) => sum + cost, 0);
    const nowMs = Math.floor(nowNs / 1e6);
    const open = this.#open.get(rootBatchId);
    if (open !== undefined) this.#count(open, nowMs);
    if (micros === 0) this.#open.delete(rootBatchId);
    else if (open === undefined)
      this.#open.set(rootBatchId, { sinceMs: nowMs, micros, countedMs: nowMs, microDollarMs: 0 });
    else open.micros = micros;
  }

  facts(nowNs: number): UnhedgedFacts {
    const nowMs = Math.floor(nowNs / 1e6);
    for (const open of this.#open.values()) this.#count(open, nowMs);
    const nowMicros = [...this.#open.values()].reduce((sum, { micros }) => sum + micros, 0);
    return { nowMicros, microDollarMs: this.#microDollarMs, longestMs: this.#longestMs };
  }

  /** Cost of the lone legs that are held now times how long they have been, in whole dollar seconds. */
  openDollarSeconds(nowNs: number): number {
    const nowMs = Math.floor(nowNs / 1e6);
    let microDollarMs = 0;
    for (const open of this.#open.values()) {
      this.#count(open, nowMs);
      microDollarMs += open.microDollarMs;
    }
    return Math.floor(microDollarMs / 1e9);
  }

  #count(open: Open, nowMs: number): void {
    const until = Math.max(nowMs, open.countedMs);
    const microDollarMs = open.micros * (until - open.countedMs);
    this.#microDollarMs += microDollarMs;
    open.microDollarMs += microDollarMs;
    open.countedMs = until;
    this.#longestMs = Math.max(this.#longestMs, until - open.sinceMs);
  }
}

/** Every share of these baskets that is not part of a complete set or pair. */
export function exposuresOf(baskets: Iterable<OpenBasket>): Exposure[] {
  return [...baskets].flatMap((basket) =>
    excessesOf(basket).map(({ marketId, token, sizeMicros }) => {
      const { rootBatchId, exposedSinceNs: sinceNs, phase } = basket;
      return { rootBatchId, marketId, token, sizeMicros, sinceNs, carried: phase === 'carried' };
    }),
  );
}
