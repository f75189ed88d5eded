// A budget of requests as a bucket of tokens that refills all the time. Time is handed in.
import type { Clock } from '../../core/clock.ts';

export class TokenBucket {
  readonly perSecond: number;
  readonly capacity: number;
  readonly #clock: Clock;
  #tokens: number;
  #atNs: number;

  constructor(clock: Clock, perSecond: number, capacity: number) {
    this.#clock = clock;
    this.perSecond = perSecond;
    this.capacity = capacity;
    this.#tokens = capacity;
    this.#atNs = clock.nowNs();
  }

  /** Takes `cost` tokens, or none and answers false when there are not so many. */
  take(cost: number): boolean {
    const nowNs = this.#clock.nowNs();
    this.#tokens = Math.min(this.capacity, this.#tokens + ((nowNs - this.#atNs) / 1e9) * this.perSecond);
    this.#atNs = nowNs;
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }
}
