// How baskets come out, how late they leave and how often the same one does: what the breaker's limits on them are held
// against. Executor's thread.
const MINUTE_NS = 60e9;

export interface FailureLimits {
  readonly errorRateBaskets: number;
  readonly latencyMs: number;
}

/** A basket, as far as its failures go. */
export interface Tried {
  /** Unwinds so far. */
  readonly attempts: number;
  /** Which of them failed last, 0 the basket itself; NEVER_FAILED before. */
  failedAttempt: number;
}

export const NEVER_FAILED = -1;

export class Failures {
  readonly #limits: FailureLimits;
  /** 1 for each of the last baskets that failed. */
  readonly #last: Uint8Array;
  #noted = 0;
  #inRow = 0;
  #lateInRow = 0;
  readonly #sent = new Map<number, number>();
  #minute = 0;
  #repeats = 0;

  constructor(limits: FailureLimits) {
    this.#limits = limits;
    this.#last = new Uint8Array(limits.errorRateBaskets);
  }

  /** Baskets refused by the venue, of unknown outcome, or with a lone leg, since one came out as meant. */
  get inRow(): number {
    return this.#inRow;
  }

  /** Share of failures among the last baskets, in basis points; 0 before there were enough. */
  get rateBps(): number {
    const { length } = this.#last;
    if (this.#noted < length) return 0;
    let failed = 0;
    for (let at = 0; at < length; at += 1) failed += this.#last[at]!;
    return Math.floor((failed * 10_000) / length);
  }

  /** Baskets in a row that left beyond the latency budget. */
  get lateInRow(): number {
    return this.#lateInRow;
  }

  /** Once for the basket, however many of its orders say so, and once for each of its unwinds; false: it counted already. */
  failed(basket: Tried): boolean {
    if (basket.failedAttempt >= basket.attempts) return false;
    basket.failedAttempt = basket.attempts;
    this.#inRow += 1;
    this.#note(1);
    return true;
  }

  /** A basket came out as meant; one that failed on the way there counted already, and forgives nothing. */
  succeeded({ failedAttempt }: Tried): void {
    if (failedAttempt !== NEVER_FAILED) return;
    this.#inRow = 0;
    this.#note(0);
  }

  /** Nothing of a basket filled, which is no failure; one that was refused counted already. */
  missed({ failedAttempt }: Tried): void {
    if (failedAttempt === NEVER_FAILED) this.#note(0);
  }

  /** The last byte of a basket left so long after its frame. */
  left(tookNs: number): void {
    const { latencyMs } = this.#limits;
    this.#lateInRow = latencyMs > 0 && tookNs > latencyMs * 1e6 ? this.#lateInRow + 1 : 0;
  }

  sent(basketIndex: number, nowNs: number): void {
    this.#turn(nowNs);
    const times = (this.#sent.get(basketIndex) ?? 0) + 1;
    this.#sent.set(basketIndex, times);
    this.#repeats = Math.max(this.#repeats, times);
  }

  /** How often the basket that is sent most was sent in this minute. */
  repeats(nowNs: number): number {
    this.#turn(nowNs);
    return this.#repeats;
  }

  /** What was counted so far counts no more: somebody, or probes, look anew. */
  clear(): void {
    this.#inRow = 0;
    this.#noted = 0;
    this.#lateInRow = 0;
    this.#sent.clear();
    this.#repeats = 0;
  }

  #note(failed: 0 | 1): void {
    this.#last[this.#noted % this.#last.length] = failed;
    this.#noted += 1;
  }

  #turn(nowNs: number): void {
    const minute = Math.floor(nowNs / MINUTE_NS);
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#sent.clear();
    this.#repeats = 0;
  }
}
