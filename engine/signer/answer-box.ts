// Signatures on their way back from the signer's process, in shared memory. Written by the postman's thread, which copies them
// from the file of answers; read by the executor's thread, to which a look here costs no call of the system.
import { readAnswer, type SignAnswer, SLOT_BYTES, SLOTS } from './protocol.ts';

export class AnswerBox {
  readonly shared: SharedArrayBuffer;
  readonly #slots: readonly Buffer[];
  /** First word of each slot: the sequence of the answer in it. */
  readonly #words: Int32Array;

  constructor(shared = new SharedArrayBuffer(SLOTS * SLOT_BYTES)) {
    this.shared = shared;
    this.#words = new Int32Array(shared);
    this.#slots = Array.from({ length: SLOTS }, (_, slot) => Buffer.from(shared, slot * SLOT_BYTES, SLOT_BYTES));
  }

  /** Postman: puts a whole answer, as it lies in the file, where it is looked for. */
  put(sequence: number, answer: Buffer): void {
    const slot = sequence % SLOTS;
    this.#slots[slot]!.set(answer.subarray(4), 4);
    // Last: who sees the sequence sees the rest.
    Atomics.store(this.#words, (slot * SLOT_BYTES) >> 2, sequence | 0);
  }

  /** Executor: the answer with this sequence, undefined while nobody has brought it. */
  find(sequence: number): SignAnswer | undefined {
    const slot = sequence % SLOTS;
    if (Atomics.load(this.#words, (slot * SLOT_BYTES) >> 2) !== (sequence | 0)) return undefined;
    return readAnswer(this.#slots[slot]!, SLOT_BYTES, sequence);
  }
}
