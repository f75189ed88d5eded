// Requests on their way to the signer's process, in shared memory. Written by the executor's thread; taken to the pipe by the
// postman's thread while that is awake, else by the executor's own; rung by detectors.
//
// Waking a thread or a process that sleeps costs whoever does it tens of microseconds on a virtual machine. A detector that
// has published an opportunity wakes the postman, while the executor is still to be woken and to plan; the postman stays
// awake for a moment, so that what the executor then posts costs it two stores. Whoever holds the lock writes what is
// posted: nothing is written twice, and a postman that does not come costs time, never an order.
import { REQUEST_BYTES } from './protocol.ts';

const [STATE, POSTED, TAKEN, LOCK, STOP] = [0, 1, 2, 3, 4] as const;
const HEAD_BYTES = 64;
/** Requests not taken yet: as many as the slots of answers. */
export const POSTED_MAX = 64;

/** A pipe takes a page whole or not at all; of more, when it is nearly full, a part of a request could be missing. */
const WRITTEN_MAX = 4_096 / REQUEST_BYTES;

/** Nobody comes; sleeps; was rung; looks. */
const [ABSENT, PARKED, RUNG, AWAKE] = [0, 1, 2, 3] as const;

/** What the postman's thread is handed: what goes through it in either direction, and the descriptors at the other end. */
export interface PostRoute {
  readonly box: SharedArrayBuffer;
  readonly pipe: number;
  /** Of an AnswerBox. */
  readonly answerBox: SharedArrayBuffer;
  /** The file of answers. */
  readonly answers: number;
}

export class PostBox {
  readonly shared: SharedArrayBuffer;
  /** The requests: number n lies at `placeOf(n)`. */
  readonly requests: Buffer;
  readonly #words: Int32Array;

  constructor(shared = new SharedArrayBuffer(HEAD_BYTES + POSTED_MAX * REQUEST_BYTES)) {
    this.shared = shared;
    this.#words = new Int32Array(shared, 0, HEAD_BYTES >> 2);
    this.requests = Buffer.from(shared, HEAD_BYTES);
  }

  /** Any thread: an order may follow. Wakes the postman when it sleeps. */
  ring(): void {
    const words = this.#words;
    if (Atomics.load(words, STATE) !== PARKED) return;
    if (Atomics.compareExchange(words, STATE, PARKED, RUNG) === PARKED) Atomics.notify(words, STATE);
  }

  /** Executor: number of the next request, whose bytes go to `placeOf` it. */
  get next(): number {
    return this.#words[POSTED]!;
  }

  placeOf(request: number): number {
    return (request & (POSTED_MAX - 1)) * REQUEST_BYTES;
  }

  /** Executor: false when there is no room for `count` more. */
  hasRoom(count: number): boolean {
    return ((this.#words[POSTED]! - Atomics.load(this.#words, TAKEN)) | 0) + count <= POSTED_MAX;
  }

  /** Executor: `count` more requests lie there. Answers false when nobody is about to take them: then push(). */
  post(count: number): boolean {
    Atomics.store(this.#words, POSTED, (this.#words[POSTED]! + count) | 0);
    return Atomics.load(this.#words, STATE) >= RUNG;
  }

  /** Writes what is posted, at most a page of it. False when there is nothing, or another thread is at it. */
  push(write: (requests: Buffer) => void): boolean {
    const words = this.#words;
    if (Atomics.compareExchange(words, LOCK, 0, 1) !== 0) return false;
    try {
      const taken = Atomics.load(words, TAKEN);
      const count = Math.min((Atomics.load(words, POSTED) - taken) | 0, WRITTEN_MAX);
      if (count === 0) return false;
      const bytes = Buffer.allocUnsafe(count * REQUEST_BYTES);
      for (let at = 0; at < count; at += 1) {
        const place = this.placeOf(taken + at);
        bytes.set(this.requests.subarray(place, place + REQUEST_BYTES), at * REQUEST_BYTES);
      }
      write(bytes);
      Atomics.store(words, TAKEN, (taken + count) | 0);
      return true;
    } finally {
      Atomics.store(words, LOCK, 0);
    }
  }

  /** Postman: sleeps until it is rung or something is posted; false after `timeoutMs` without either. */
  park(timeoutMs: number): boolean {
    const words = this.#words;
    Atomics.store(words, STATE, PARKED);
    // Read after the state is set: what is posted in between is seen here, or its sender sees the state.
    const isEmpty = !this.stopped && Atomics.load(words, POSTED) === Atomics.load(words, TAKEN);
    const isRung = !isEmpty || Atomics.wait(words, STATE, PARKED, timeoutMs) !== 'timed-out';
    Atomics.store(words, STATE, AWAKE);
    return isRung;
  }

  /** Postman: waits at most `timeoutMs` for something to be posted; nobody wakes it. */
  nap(timeoutMs: number): void {
    Atomics.wait(this.#words, POSTED, Atomics.load(this.#words, TAKEN), timeoutMs);
  }

  /** Postman: goes for good. */
  leave(): void {
    Atomics.store(this.#words, STATE, ABSENT);
  }

  /** Has the postman go. */
  stop(): void {
    Atomics.store(this.#words, STOP, 1);
    Atomics.compareExchange(this.#words, STATE, PARKED, RUNG);
    Atomics.notify(this.#words, STATE);
  }

  get stopped(): boolean {
    return Atomics.load(this.#words, STOP) !== 0;
  }
}
