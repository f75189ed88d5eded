// What baskets came to: in all, within the UTC day, within sixty minutes, and below its highest. Executor's thread; told by the
// baskets' accounts, which are the ledger's. A fold of the journal's results too, so that a restarted run goes on with it.
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const MINUTES = 60;

/** Results are those of concluded baskets: guaranteed payout - cost - fees. What an operator reset counts no more. */
export class Losses {
  #resultMicros = 0;
  #baseMicros = 0;
  #dayBaseMicros = 0;
  #day = -1;
  #peakMicros = 0;
  /** Change of the result in each of the last sixty minutes. */
  readonly #byMinute = new Float64Array(MINUTES);
  #minute = 0;

  /** A concluded basket changed the result by `micros`. */
  add(micros: number): void {
    this.#resultMicros += micros;
    this.#byMinute[this.#minute % MINUTES]! += micros;
    this.#peakMicros = Math.max(this.#peakMicros, this.#resultMicros);
  }

  /** The time is `wallMs`; answers the UTC day when a new one has begun. */
  at(wallMs: number): number | undefined {
    this.turn(wallMs);
    const day = Math.floor(wallMs / DAY_MS);
    // A clock that was set back begins no day anew: what was lost in it still counts.
    if (day <= this.#day) return undefined;
    this.#day = day;
    this.#dayBaseMicros = this.#resultMicros;
    return day;
  }

  /** The minute is that of `wallMs`; the day stays as it is. */
  turn(wallMs: number): void {
    const minute = Math.floor(wallMs / MINUTE_MS);
    if (this.#minute === 0 || minute - this.#minute >= MINUTES) this.#byMinute.fill(0);
    else for (let next = this.#minute + 1; next <= minute; next += 1) this.#byMinute[next % MINUTES] = 0;
    this.#minute = Math.max(this.#minute, minute);
  }

  /** A run begins that goes on from what others left: what they lost is not its own. */
  beginRun(): void {
    this.#baseMicros = this.#resultMicros;
  }

  get day(): number {
    return this.#day;
  }
  get runMicros(): number {
    return this.#baseMicros - this.#resultMicros;
  }
  get dayMicros(): number {
    return this.#dayBaseMicros - this.#resultMicros;
  }
  get hourMicros(): number {
    let micros = 0;
    for (let at = 0; at < MINUTES; at += 1) micros -= this.#byMinute[at]!;
    return micros;
  }
  get drawdownMicros(): number {
    return this.#peakMicros - this.#resultMicros;
  }

  /** What a fold of the same records has too: not the run's own base, nor minutes, which go by a clock. */
  columns(): number[] {
    return [this.#day, this.#resultMicros, this.#dayBaseMicros, this.#peakMicros];
  }

  /** An operator has seen what was lost so far: limits count from here. */
  rebase(): void {
    this.#baseMicros = this.#resultMicros;
    this.#dayBaseMicros = this.#resultMicros;
    this.#peakMicros = this.#resultMicros;
    this.#byMinute.fill(0);
  }
}
