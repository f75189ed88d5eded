// Plays a tape in time: waits for its start, applies each step when it is due, and slows down rather than drown a
// subscriber. Runs on the venue's event loop.
import type { Clock } from '../../core/clock.ts';

/** What a step must say: when it is due, on the tape's clock. */
interface TimedStep {
  readonly atNs: number;
}

export interface PlayerOptions<Step extends TimedStep> {
  /** Factor of recorded time, or max. */
  readonly speed: number | 'max';
  /** Bytes the slowest subscriber may owe before the tape waits. */
  readonly bufferedBytesMax: number;
  /** Bytes the slowest subscriber owes now. */
  bufferedBytes(): number;
  apply(step: Step): void;
  /** The market whose book `step` opens, undefined when it does more or other than that. */
  opening(step: Step): string | undefined;
  /** `failure`: '' at the end of the tape, else why it broke off. */
  onEnd(failure: string): void;
}

/** Steps applied before the event loop gets its turn. */
const STEPS_PER_TURN = 200;
const WAIT_MS = 1;

/** Plays `steps` once. */
export class TapePlayer<Step extends TimedStep> {
  readonly #steps: Iterator<Step>;
  readonly #clock: Clock;
  readonly #options: PlayerOptions<Step>;
  #next: Step | undefined;
  #firstNs = 0;
  #startNs = 0;
  #state: 'waiting' | 'playing' | 'ended' = 'waiting';
  #timer: NodeJS.Timeout | undefined;

  constructor(steps: Iterator<Step>, clock: Clock, options: PlayerOptions<Step>) {
    this.#steps = steps;
    this.#clock = clock;
    this.#options = options;
    this.#advance();
    this.#firstNs = this.#next?.atNs ?? 0;
  }

  /** Applies the opening snapshots, so that the first subscriber finds books. */
  prime(): void {
    const opened = new Set<string>();
    while (this.#next !== undefined) {
      const market = this.#options.opening(this.#next);
      if (market === undefined || opened.has(market)) return;
      opened.add(market);
      this.#options.apply(this.#next);
      this.#advance();
    }
  }

  /** Starts the tape; later calls do nothing. */
  start(): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'playing';
    this.#startNs = this.#clock.nowNs();
    this.#turn();
  }

  /** Ends the tape where it is, without onEnd. */
  stop(): void {
    this.#state = 'ended';
    clearTimeout(this.#timer);
  }

  #turn(): void {
    if (this.#state !== 'playing') return;
    let failure = '';
    try {
      this.#playDue();
    } catch (error) {
      // A recording damaged in the middle ends the tape, named; the venue goes on serving what it has.
      failure = error instanceof Error ? error.message : String(error);
      this.#next = undefined;
    }
    if (this.#next === undefined) {
      this.#state = 'ended';
      this.#options.onEnd(failure);
      return;
    }
    const waitMs = this.#options.speed === 'max' && !this.#isDrowning() ? 0 : WAIT_MS;
    if (waitMs === 0) setImmediate(() => this.#turn());
    else this.#timer = setTimeout(() => this.#turn(), waitMs);
  }

  #playDue(): void {
    for (let played = 0; played < STEPS_PER_TURN && this.#next !== undefined; played += 1) {
      if (!this.#isDue(this.#next) || this.#isDrowning()) return;
      this.#options.apply(this.#next);
      this.#advance();
    }
  }

  #isDue(step: Step): boolean {
    const { speed } = this.#options;
    return speed === 'max' || step.atNs - this.#firstNs <= (this.#clock.nowNs() - this.#startNs) * speed;
  }

  #isDrowning(): boolean {
    return this.#options.bufferedBytes() > this.#options.bufferedBytesMax;
  }

  #advance(): void {
    const { done, value } = this.#steps.next();
    this.#next = done === true ? undefined : value;
  }
}
