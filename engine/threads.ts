// The only file that starts threads: ingest as a plain worker, detectors as long piscina tasks. Runs on the main
// thread; watches heartbeats and reports a thread that crashed or hangs.
import { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { AgentWords } from './memory/agent-words.ts';
import type { Arena } from './memory/arena.ts';
import type { DetectTask } from './threads/detect-worker.ts';
import type { IngestMessage, IngestTask } from './threads/ingest-worker.ts';

/** What every thread is handed besides its own task. */
export interface ThreadContext {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  /** process.hrtime.bigint() at the run's start: all threads count ns from there. */
  readonly startNs: bigint;
}

export interface ThreadsOptions {
  readonly context: ThreadContext;
  readonly arena: Arena;
  /** A thread whose heartbeat stands still this long is given up. */
  readonly hungNs: number;
  /** Called once per thread lost, with its role and why. */
  readonly onLost: (role: string, why: string) => void;
}

interface Watched {
  readonly role: string;
  readonly words: AgentWords;
  heartbeat: number;
  movedNs: number;
  over: boolean;
}

/** All threads of one run but the main one. */
export class Threads {
  readonly #options: ThreadsOptions;
  readonly #watched: Watched[] = [];
  readonly #ends: Promise<void>[] = [];
  #ingest: Worker | undefined;
  #pool: Piscina | undefined;

  constructor(options: ThreadsOptions) {
    this.#options = options;
  }

  /** Starts ingest; `onMessage` gets what it posts. The promise of its end joins those `ended` waits for. */
  startIngest(task: IngestTask, onMessage: (message: IngestMessage) => void, nowNs: number): void {
    const watched = this.#watch('ingest', 0, nowNs);
    const worker = new Worker(new URL('./threads/ingest-worker.js', import.meta.url), {
      workerData: { ...this.#options.context, task },
      name: 'ingest',
    });
    this.#ingest = worker;
    worker.on('message', onMessage);
    this.#ends.push(
      new Promise((resolve) => {
        worker.on('error', (error) => this.#lost(watched, `crashed: ${error.message}`));
        worker.on('exit', (code) => {
          if (!watched.over && code !== 0) this.#lost(watched, `exited with ${code}`);
          watched.over = true;
          resolve();
        });
      }),
    );
  }

  /** Starts one detector per task and answers the promises of their results, rejected when one crashes. */
  startDetectors<R>(tasks: readonly DetectTask[], nowNs: number): Promise<R>[] {
    const pool = new Piscina({
      filename: new URL('./threads/detect-worker.js', import.meta.url).href,
      name: 'runDetector',
      minThreads: tasks.length,
      maxThreads: tasks.length,
      atomics: 'disabled',
    });
    this.#pool = pool;
    return tasks.map((task) => {
      const watched = this.#watch(`detect${task.agentIndex - 1}`, task.agentIndex, nowNs);
      const result = pool.run({ ...this.#options.context, task }) as Promise<R>;
      const end = result.then(
        () => {
          watched.over = true;
        },
        (error: Error) => {
          if (!watched.over) this.#lost(watched, `crashed: ${error.message}`);
        },
      );
      this.#ends.push(end);
      return result;
    });
  }

  /** Looks at every heartbeat; call a few times a second. */
  watch(nowNs: number): void {
    for (const watched of this.#watched) {
      if (watched.over) continue;
      const { heartbeat } = watched.words;
      if (heartbeat !== watched.heartbeat) {
        watched.heartbeat = heartbeat;
        watched.movedNs = nowNs;
      } else if (nowNs - watched.movedNs > this.#options.hungNs) {
        this.#lost(watched, `hung: no heartbeat for ${Math.round((nowNs - watched.movedNs) / 1e6)} ms`);
      }
    }
  }

  /** Asks `role` to drain and end; the socket threads close their sockets themselves. */
  requestStop(role: 'ingest' | 'detectors'): void {
    for (const watched of this.#watched) {
      if ((watched.role === 'ingest') === (role === 'ingest')) watched.words.requestStop();
    }
    if (role === 'ingest') this.#ingest?.postMessage('stop');
  }

  /** True when every thread ended by itself within `deadlineMs`. */
  async ended(deadlineMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, deadlineMs, false);
    });
    const all = Promise.all(this.#ends).then(() => true);
    const inTime = await Promise.race([all, late]);
    clearTimeout(timer);
    if (inTime) await this.#pool?.close();
    return inTime && this.#watched.every((watched) => watched.words.state !== 3);
  }

  /** Stores every thread's CPU time while the kernel still knows it. */
  noteCpu(): void {
    for (const { words } of this.#watched) words.noteCpu();
  }

  /** Lets the process end even though a thread does not: its handle no longer counts. */
  abandon(): void {
    this.#ingest?.unref();
  }

  #watch(role: string, agentIndex: number, nowNs: number): Watched {
    const words = new AgentWords(this.#options.arena, agentIndex);
    const watched = { role, words, heartbeat: words.heartbeat, movedNs: nowNs, over: false };
    this.#watched.push(watched);
    return watched;
  }

  #lost(watched: Watched, why: string): void {
    if (watched.over) return;
    watched.over = true;
    watched.words.failed();
    this.#options.onLost(watched.role, why);
  }
}
