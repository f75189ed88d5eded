// What would be open again if sales failed that are matched and not confirmed yet: their cost, by token. Executor's thread;
// the ledger alone writes it.

export class Returning {
  readonly #byToken = new Map<string, number>();

  /** A fill moved a position by `costMicros`; with `sign` -1 it is confirmed, or was taken back. Of purchases nothing returns. */
  note(token: string, costMicros: number, sign: 1 | -1): void {
    if (costMicros >= 0) return;
    const left = (this.#byToken.get(token) ?? 0) - sign * costMicros;
    if (left === 0) this.#byToken.delete(token);
    else this.#byToken.set(token, left);
  }

  get micros(): number {
    let sum = 0;
    for (const micros of this.#byToken.values()) sum += micros;
    return sum;
  }

  [Symbol.iterator](): Iterator<[token: string, micros: number]> {
    return this.#byToken.entries();
  }
}
