// The pause that Kalshi asks for by a 429, which names no time: its host rests for a while, longer each time that it says
// so again. Main thread; shared with all who ask that host on this thread.
import type { Clock } from '../../core/clock.ts';
import { type HostPause, joinHost, leaveHost } from '../host-pause.ts';

/** The bucket of the smallest tier refills 10 orders in a second. */
const PAUSE_NS = 250e6;
const DOUBLINGS_MAX = 5;
const HTTP_TOO_MANY = 429;

export class RatePause {
  readonly #url: string;
  readonly #clock: Clock;
  readonly #pause: HostPause;
  #inRow = 0;

  constructor(url: string, clock: Clock) {
    this.#url = url;
    this.#clock = clock;
    this.#pause = joinHost(url);
  }

  isOver(): boolean {
    return this.#clock.nowNs() >= this.#pause.untilNs;
  }

  /** An answer of that status came. */
  note(status: number): void {
    if (status !== HTTP_TOO_MANY) {
      this.#inRow = 0;
      return;
    }
    const untilNs = this.#clock.nowNs() + PAUSE_NS * 2 ** Math.min(this.#inRow, DOUBLINGS_MAX);
    this.#pause.untilNs = Math.max(this.#pause.untilNs, untilNs);
    this.#inRow += 1;
  }

  leave(): void {
    leaveHost(this.#url);
  }
}
