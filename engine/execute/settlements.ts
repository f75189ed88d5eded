// Fills that wait for their settlement: an event that says how one ended may be lost, so the venue is asked about orders whose
// fills wait too long. Executor's thread only.
import type { TrackedOrder } from './orders.ts';

export interface SettlementOptions {
  /** Wait for a fill to be confirmed or to fail before the venue is asked, ms; doubles with each question. */
  readonly settleWaitMs: number;
}

/** Questions about one order are never further apart than so many first waits. */
const DOUBLINGS_MAX = 5;

interface Waiting {
  askAtNs: number;
  asks: number;
}

export class Settlements {
  readonly #waitNs: number;
  readonly #waiting = new Map<TrackedOrder, Waiting>();

  constructor({ settleWaitMs }: SettlementOptions) {
    this.#waitNs = settleWaitMs * 1e6;
  }

  /** To be called whenever `openFills` of an order changed. */
  note(order: TrackedOrder, nowNs: number): void {
    if (order.openFills === 0) this.#waiting.delete(order);
    else this.#waiting.set(order, { askAtNs: nowNs + this.#waitNs, asks: 0 });
  }

  /** Orders with a fill that is neither confirmed nor failed. */
  count(): number {
    return this.#waiting.size;
  }

  /** Calls `ask` for every order that is due; false from it ends the round: the budget is used up. */
  due(nowNs: number, ask: (order: TrackedOrder) => boolean): number {
    let asked = 0;
    for (const [order, waiting] of this.#waiting) {
      // An order whose quantity is not known is asked about as such.
      if (waiting.askAtNs > nowNs || !order.final) continue;
      if (!ask(order)) break;
      waiting.asks += 1;
      waiting.askAtNs = nowNs + this.#waitNs * 2 ** Math.min(waiting.asks, DOUBLINGS_MAX);
      asked += 1;
    }
    return asked;
  }
}
