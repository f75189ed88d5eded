// What is still to happen at the in-process venue, in order of time; ties go by order id, then by the order they were made,
// so that runs with one seed are equal. Executor's thread.

interface Due {
  readonly atNs: number;
  readonly orderId: string;
  readonly sequence: number;
  happen(): void;
}

export class DueList {
  readonly #due: Due[] = [];
  #sequence = 0;

  /** Time of the next thing, ns, or undefined. */
  get nextNs(): number | undefined {
    return this.#due[0]?.atNs;
  }

  /** `happen` is called with `atNs`. */
  add(atNs: number, orderId: string, happen: (atNs: number) => void): void {
    const due: Due = { atNs, orderId, sequence: this.#sequence++, happen: () => happen(atNs) };
    let index = this.#due.length;
    while (index > 0 && isBefore(due, this.#due[index - 1]!)) index -= 1;
    this.#due.splice(index, 0, due);
  }

  happenUntil(nowNs: number): void {
    while (this.#due.length > 0 && this.#due[0]!.atNs <= nowNs) this.#due.shift()!.happen();
  }

  clear(): void {
    this.#due.length = 0;
  }
}

function isBefore(a: Due, b: Due): boolean {
  if (a.atNs !== b.atNs) return a.atNs < b.atNs;
  if (a.orderId !== b.orderId) return a.orderId < b.orderId;
  return a.sequence < b.sequence;
}
