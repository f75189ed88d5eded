// Drawn faults of the simulated user channel: events that are lost, told twice, late and so in another order, and connections
// that end. The venue's own ledger and its REST stay right, so that evidence can be had. Runs on the venue's event loop.
import type { Random } from '../../core/random.ts';
import type { VenueStats } from './stats.ts';

/** Shares of the events, 0 .. 1; each is drawn by itself. */
export interface UserFaultOptions {
  readonly lost: number;
  readonly doubled: number;
  readonly late: number;
  /** Longest delay of a late event, ms. */
  readonly lateMsMax: number;
  /** Instead of the event the connection ends. */
  readonly cut: number;
}

export const NO_USER_FAULTS: UserFaultOptions = { lost: 0, doubled: 0, late: 0, lateMsMax: 0, cut: 0 };

export class UserFaults {
  readonly #options: UserFaultOptions;
  readonly #random: Random;
  readonly #counts: Record<string, number>;

  constructor(options: UserFaultOptions, random: Random, stats: VenueStats) {
    this.#options = options;
    this.#random = random;
    this.#counts = stats.faults;
  }

  /** What becomes of the next event: how late each copy of it is sent, ms, and none when it is lost; or the connection's end. */
  fate(): readonly number[] | 'cut' {
    const { lost, doubled, late, lateMsMax, cut } = this.#options;
    if (this.#fires('userCut', cut)) return 'cut';
    if (this.#fires('userLost', lost)) return [];
    const delayMs = this.#fires('userLate', late) ? this.#random.float() * lateMsMax : 0;
    return this.#fires('userDoubled', doubled) ? [delayMs, delayMs] : [delayMs];
  }

  #fires(kind: string, share: number): boolean {
    if (share === 0 || !this.#random.chance(share)) return false;
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
    return true;
  }
}
