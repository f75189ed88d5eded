// What Polymarket takes now, as far as its answers to orders told: after a restart of its matching engine post-only orders
// for two minutes, in a cancel-only phase cancellations. Main thread.
import type { VenueState } from '../contract.ts';

/** After the last 425 the venue takes post-only orders for so long. */
const RESTART_NS = 120e9;
/** How long the other states hold without being told again: then an order asks. */
const TOLD_NS = 5e9;
const HTTP_TOO_EARLY = 425;
const HTTP_UNAVAILABLE = 503;

/** True when an answer says that no order was taken, though its status alone would leave that open. */
export function isCancelOnly(status: number, error: string | undefined): boolean {
  return status === HTTP_UNAVAILABLE && error !== undefined && /\bcancel-only\b/i.test(error);
}

export class PolymarketState {
  #postOnlyUntilNs = 0;
  #cancelOnlyUntilNs = 0;

  /** An answer to an order request came. `error`: its readable reason. */
  note(status: number, error: string | undefined, nowNs: number): void {
    if (status === HTTP_TOO_EARLY) this.#postOnlyUntilNs = nowNs + RESTART_NS;
    if (isCancelOnly(status, error)) this.#cancelOnlyUntilNs = nowNs + TOLD_NS;
  }

  /** The venue refused one order for `error`. */
  noteOrder(error: string, nowNs: number): void {
    if (!/\bonly post-only orders\b/i.test(error)) return;
    this.#postOnlyUntilNs = Math.max(this.#postOnlyUntilNs, nowNs + TOLD_NS);
  }

  at(nowNs: number): VenueState {
    if (nowNs < this.#cancelOnlyUntilNs) return 'cancelOnly';
    return nowNs < this.#postOnlyUntilNs ? 'postOnly' : 'open';
  }
}
