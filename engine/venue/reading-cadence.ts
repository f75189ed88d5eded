// When a list of markets is read again, and what differs from one reading to the next. Cold path; whoever reads a
// venue's list has one, asks it in every duty cycle and tells it when a reading is over.

const NS_PER_MINUTE = 60e9;
/** After a reading with problems the next comes this much sooner, a minute later at the earliest. */
const SOONER = 5;
/** A reading that news ask for: what was just made is listed some seconds later, and one reading serves many. */
const NEWS_NS = 5e9;
/** Between readings for news at least so many times as long as the last one took. */
const NEWS_REST = 10;

export class ReadingCadence {
  readonly #everyMinutes: number;
  #nextNs = 0;
  #nowNs = 0;
  #isReading = false;
  #begunNs = 0;
  #restUntilNs = 0;

  constructor(everyMinutes: number) {
    this.#everyMinutes = everyMinutes;
  }

  /** True when a reading is to begin now, which it then counts as having done: never while another one goes on. */
  begins(nowNs: number): boolean {
    this.#nowNs = nowNs;
    if (this.#isReading || nowNs < this.#nextNs) return false;
    // From start to start, so that a slow reading does not shift the next.
    this.#nextNs = nowNs + this.#everyMinutes * NS_PER_MINUTE;
    this.#isReading = true;
    this.#begunNs = nowNs;
    return true;
  }

  /** The reading is over, as of the last call of begins(). */
  ended(hasProblems: boolean): void {
    this.#isReading = false;
    this.#restUntilNs = this.#nowNs + NEWS_REST * (this.#nowNs - this.#begunNs);
    if (!hasProblems) return;
    const soonerNs = this.#nowNs + Math.max(1, this.#everyMinutes / SOONER) * NS_PER_MINUTE;
    this.#nextNs = Math.min(this.#nextNs, soonerNs);
  }

  /** There is something new: the next reading comes sooner, as often as readings may. */
  hasten(nowNs: number): void {
    this.#nextNs = Math.min(this.#nextNs, Math.max(nowNs + NEWS_NS, this.#restUntilNs));
  }
}

type Facts = Readonly<Record<string, unknown>>;

/** Keys of `then` whose values say something else in `since`. */
export function changedKeys(then: Facts, since: Facts): string[] {
  return Object.keys(then).filter((key) => JSON.stringify(then[key]) !== JSON.stringify(since[key]));
}
