// Whether a signer's process answers. One that lives and owes an answer is asked nothing more, and waited for no longer, until
// that answer is there: whoever decides loses one wait, not one for each question. Executor's thread, between its turns.

/** First pause between two looks; doubles each time. */
const LOOK_MS = 5;
const LOOK_MS_MAX = 1_000;

export class Silence {
  readonly #isThere: (sequence: number) => boolean;
  #timer: NodeJS.Timeout | undefined;

  /** `isThere`: the answer of that number has come. */
  constructor(isThere: (sequence: number) => boolean) {
    this.#isThere = isThere;
  }

  /** An answer is owed. */
  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  /** The answer `sequence` did not come in time. Those asked for with it come after it, if at all. */
  missed(sequence: number): void {
    if (!this.isOn) this.#lookLater(sequence, LOOK_MS);
  }

  /** Nobody looks any more: the process is gone. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookLater(sequence: number, pauseMs: number): void {
    this.#timer = setTimeout(() => {
      if (this.#isThere(sequence)) this.#timer = undefined;
      else this.#lookLater(sequence, Math.min(2 * pauseMs, LOOK_MS_MAX));
    }, pauseMs).unref();
  }
}
