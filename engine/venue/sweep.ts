// Asks a venue for what may be asked for twice (lists, cancels) over a connection of its own, again and again within a bound:
// the way of a kill, which must not wait for orders that are under way. Main thread.
import type { Clock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import type { CancelReport } from './contract.ts';
import { type HttpAnswer, type HttpCall, HttpClient, type HttpOptions } from './http.ts';
import { type JsonValue, jsonOf } from './json.ts';

const LOOK_MS = 5;
const REDIAL_MS = 50;
const PAUSE_MS = 100;
const PAUSE_MS_MAX = 1_000;
/** A kill takes so many deadlines of one request at most, at one venue. */
const DEADLINES = 4;
const HTTP_OK = 200;
const HTTP_NO_CONTENT = 204;
/** Refusals that pass: a timeout of a proxy, a restart, too many requests. */
const PASSING = new Set([408, 425, 429]);

export type SweepCall = Pick<HttpCall, 'method' | 'path' | 'body' | 'headers'>;

/** What a sweep has come to so far; its steps write it. */
export interface SweepTally {
  cancelled: number;
  readonly refused: Record<string, string>;
}

/** One sweep over one venue. */
export class Sweep {
  readonly tally: SweepTally = { cancelled: 0, refused: {} };
  readonly #client: HttpClient;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #untilNs: number;
  #requests = 0;
  #lastFailure = '';

  /** `deadlineMs`: of one request; the whole takes four times that at most. */
  constructor(http: Omit<HttpOptions, 'redialMs' | 'answerBytesMax'>, deadlineMs: number, clock: Clock) {
    this.#client = new HttpClient({ ...http, redialMs: REDIAL_MS, answerBytesMax: 1 << 22 });
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    this.#untilNs = clock.nowNs() + deadlineMs * DEADLINES * 1e6;
  }

  /** Runs `steps` and closes. Never rejects. */
  async run(steps: (sweep: Sweep) => Promise<void>): Promise<CancelReport> {
    let failure = '';
    try {
      await steps(this);
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    } finally {
      await this.#client.close();
    }
    return { ...this.tally, failure, requests: this.#requests };
  }

  /**
   * One question, asked until it is answered; `make` signs it anew each time, or answers that it could not. Rejects with what
   * it failed with last.
   */
  async ask(make: () => SweepCall | undefined): Promise<JsonValue | undefined> {
    let pauseMs = PAUSE_MS;
    while (true) {
      await this.#connected();
      const call = make();
      const answer = call === undefined ? 'not signed' : await this.#once(call);
      if (typeof answer !== 'string') {
        const { status, body } = answer;
        const value = jsonOf(body);
        if (status === HTTP_NO_CONTENT || (status === HTTP_OK && value !== undefined)) return value;
        this.#lastFailure = `status ${status}${status === HTTP_OK ? ', answer not readable' : ''}`;
        if (status >= 400 && status < 500 && !PASSING.has(status)) throw new Error(this.#lastFailure);
        pauseMs = Math.max(pauseMs, answer.retryAfterS * 1_000);
      } else this.#lastFailure = answer;
      const leftMs = this.#leftMs();
      if (leftMs <= pauseMs) throw this.#late();
      await pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    }
  }

  #leftMs(): number {
    return (this.#untilNs - this.#clock.nowNs()) / 1e6;
  }

  #late(): Error {
    const why = this.#lastFailure || this.#client.status;
    return new Error(`no usable answer within ${this.#deadlineMs * DEADLINES} ms: ${why}`);
  }

  async #connected(): Promise<void> {
    while (!this.#client.ready()) {
      if (this.#leftMs() <= 0) throw this.#late();
      await pause(LOOK_MS);
    }
  }

  /** The answer, or why there is none. */
  #once(call: SweepCall): Promise<HttpAnswer | string> {
    const { promise, resolve } = deferred<HttpAnswer | string>();
    const deadlineMs = Math.max(1, Math.min(this.#deadlineMs, this.#leftMs()));
    const ends = { onSent: () => undefined, onUnsent: resolve, onLost: resolve, onAnswer: resolve };
    if (!this.#client.call({ ...call, deadlineMs, ...ends })) return Promise.resolve('connection lost');
    this.#requests += 1;
    return promise;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
