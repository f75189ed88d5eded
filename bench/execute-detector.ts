// The detector of measurement `execute`, seen from the executor's thread: a thread of its own publishes the opportunity when it
// is called, as in a run.
import { Worker } from 'node:worker_threads';
import type { Offer } from './execute-offer.ts';

/** Words shared with the thread: calls, the call that was published last, whether it should end. */
export const [CALLS, PUBLISHED, STOP] = [0, 1, 2] as const;
export const WORDS = 4;

/** What the thread is handed. */
export interface DetectorTask {
  readonly memory: WebAssembly.Memory;
  /** WORDS words, then when it detected, f64. */
  readonly shared: SharedArrayBuffer;
  readonly offer: Offer;
  /** Of the postman's box; undefined where there is none. */
  readonly box: SharedArrayBuffer | undefined;
  /** Zero of its clock. */
  readonly startNs: bigint;
}

export class BenchDetector {
  readonly #words: Int32Array;
  readonly #stamps: Float64Array;
  readonly #worker: Worker;

  constructor(task: Omit<DetectorTask, 'shared'>) {
    const shared = new SharedArrayBuffer(WORDS * 4 + 8);
    this.#words = new Int32Array(shared, 0, WORDS);
    this.#stamps = new Float64Array(shared, WORDS * 4);
    const workerData: DetectorTask = { ...task, shared };
    this.#worker = new Worker(new URL('./execute-detector-worker.js', import.meta.url), { workerData });
  }

  /** Has it publish in a moment. */
  call(): void {
    Atomics.add(this.#words, CALLS, 1);
    Atomics.notify(this.#words, CALLS);
  }

  /** When it detected what it was called for last, ns; undefined: not yet. */
  get detectedNs(): number | undefined {
    return Atomics.load(this.#words, PUBLISHED) === this.#words[CALLS] ? this.#stamps[0] : undefined;
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#worker.once('exit', resolve));
    Atomics.store(this.#words, STOP, 1);
    this.call();
    await gone;
  }
}
