// What an operator does to the breaker while the run goes on, each step journalled with who and why. Executor's thread.
import type { Breaker } from '../breaker/breaker.ts';
import { CAUSE_MANUAL, causeNames, needsRestart } from '../breaker/causes.ts';
import { type BreakerState, isReduceOnly, probesLeft } from '../breaker/state.ts';
import type { KilledVenue } from '../ledger/records.ts';
import type { Watch } from './watch.ts';

export interface BreakerStatus {
  readonly state: BreakerState;
  readonly reduceOnly: boolean;
  readonly causes: readonly string[];
  readonly probesLeft: number;
  readonly trips: number;
  /** Requests announced and not retired. */
  readonly inFlight: readonly number[];
}

export class BreakerDesk {
  readonly #breaker: Breaker;
  readonly #watch: Watch;

  constructor(breaker: Breaker, watch: Watch) {
    this.#breaker = breaker;
    this.#watch = watch;
  }

  status(): BreakerStatus {
    const word = this.#breaker.word();
    return {
      ...{ state: this.#breaker.state(), reduceOnly: isReduceOnly(word), causes: causeNames(word) },
      ...{ probesLeft: probesLeft(word), trips: this.#breaker.trips(), inFlight: this.#breaker.inFlight() },
    };
  }

  trip(who: string, why: string, nowNs: number): void {
    this.#breaker.trip(CAUSE_MANUAL, 0);
    this.#watch.note('trip', CAUSE_MANUAL, who, why, nowNs);
  }

  /** Everything was cancelled at every venue, as far as these say. */
  killed(who: string, why: string, venues: readonly KilledVenue[], nowNs: number): void {
    this.#watch.note('kill', CAUSE_MANUAL, who, why, nowNs, venues);
  }

  /**
   * Closes the breaker; answers why it does not. `expectedCauses`: those that the operator has seen. What was counted and lost
   * up to now is forgiven; what is held is not.
   */
  reset(expectedCauses: number, who: string, why: string, nowNs: number): string {
    if (needsRestart(expectedCauses)) {
      return `${causeNames(expectedCauses).join(', ')}: only a restart closes the breaker after this`;
    }
    if (!this.#breaker.reset(expectedCauses, who, why)) return 'a cause has come since; look again';
    this.#watch.rebase();
    this.#watch.note('reset', expectedCauses, who, why, nowNs);
    return '';
  }

  reduceOnly(isOn: boolean, who: string, why: string, nowNs: number): void {
    this.#breaker.reduceOnly(isOn);
    this.#watch.note(isOn ? 'reduceOnly' : 'reduceOnlyOff', 0, who, why, nowNs);
  }
}
