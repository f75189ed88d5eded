// P&L by UTC day: what was realised and paid in fees on each. Part of the ledger's fold; the journal says when a day begins.

/** One UTC day. */
export interface DayAccount {
  /** Counted since 1970. */
  readonly day: number;
  /** Booked on this day, before fees; what a failed trade takes back counts on the day it failed. */
  readonly realisedMicros: number;
  readonly feesMicros: number;
}

export class DayAccounts {
  readonly #days = new Map<number, { realisedMicros: number; feesMicros: number }>();
  #today = 0;

  /** The day that records belong to; 0 before the journal named one. */
  get today(): number {
    return this.#today;
  }

  begin(day: number): void {
    this.#today = day;
  }

  realise(micros: number): void {
    if (micros !== 0) this.#current().realisedMicros += micros;
  }

  fee(micros: number): void {
    if (micros !== 0) this.#current().feesMicros += micros;
  }

  /** Days on which anything was booked, the first one first. */
  toDays(): DayAccount[] {
    return [...this.#days].map(([day, booked]) => ({ day, ...booked })).sort((a, b) => a.day - b.day);
  }

  #current(): { realisedMicros: number; feesMicros: number } {
    const known = this.#days.get(this.#today);
    if (known !== undefined) return known;
    const booked = { realisedMicros: 0, feesMicros: 0 };
    this.#days.set(this.#today, booked);
    return booked;
  }
}
