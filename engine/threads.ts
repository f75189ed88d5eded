// The only file that starts threads: ingest as a plain worker, detectors as long piscina tasks. Runs on the main
// thread; watches heartbeats and reports a thread that crashed or hangs.
import { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { AGENT_FAILED } from '../wasm/layout.ts';
import type { MarketNews } from './ingest/market-news.ts';
import { AgentWords } from './memory/agent-words.ts';
import type { Arena } from './memory/arena.ts';
import type { ThreadContext } from './threads/context.ts';
import type { DetectTask } from './threads/detect-worker.ts';
import type { DiscoveryTask, FromDiscovery, ToDiscovery } from './threads/discovery-worker.ts';
import { Heartbeats, type Watched } from './threads/heartbeats.ts';
import type { IngestMessage, IngestTask, ToIngest } from './threads/ingest-worker.ts';
import type { PlaybackEnd, PlaybackTask } from './threads/playback-worker.ts';
import type { ReplayDetectTask } from './threads/replay-detect-worker.ts';
import type { DiscoveryNews } from './venue/polymarket/gamma-news.ts';

export interface ThreadsOptions {
  readonly context: ThreadContext;
  readonly arena: Arena;
  /** A thread whose heartbeat stands still this long is given up. */
  readonly hungNs: number;
  /** Called once per thread lost, with its role and why. */
  readonly onLost: (role: string, why: string) => void;
}

/** All threads of one run but the main one. */
export class Threads {
  readonly #options: ThreadsOptions;
  readonly #heartbeats: Heartbeats;
  readonly #ends: Promise<void>[] = [];
  #ingest: Worker | undefined;
  #ingestEnd: Promise<void> = Promise.resolve();
  #pool: Piscina | undefined;

  constructor(options: ThreadsOptions) {
    this.#options = options;
    this.#heartbeats = new Heartbeats(options.hungNs, (watched, why) => this.#lost(watched, why));
  }

  /** Starts the ingest of a run; `onMessage` gets what it posts. */
  startIngest(task: IngestTask, onMessage: (message: IngestMessage) => void): void {
    this.#startIngest(new URL('./threads/ingest-worker.js', import.meta.url), task, onMessage);
  }

  /** Starts the playback of a replay in place of sockets. */
  startPlayback(task: PlaybackTask, onEnd: (end: PlaybackEnd) => void): void {
    this.#startIngest(new URL('./threads/playback-worker.js', import.meta.url), task, onEnd);
  }

  /** Starts one detector per task. */
  startDetectors(tasks: readonly DetectTask[]): void {
    for (const task of tasks) {
      void this.#runDetector('./threads/detect-worker.js', 'runDetector', task, tasks.length).catch(() => {
        // #runDetector has reported the loss; there is no result to miss.
      });
    }
  }

  /** Starts the detector of a replay; answers its result, rejected when it crashes. */
  startReplayDetector<R>(task: ReplayDetectTask): Promise<R> {
    return this.#runDetector('./threads/replay-detect-worker.js', 'runReplayDetector', task, 1) as Promise<R>;
  }

  /** Looks at every heartbeat; call a few times a second. */
  watch(nowNs: number): void {
    this.#heartbeats.look(nowNs);
  }

  /** Asks for the end: ingest closes its own sockets, detectors drain their rings. */
  requestStop(which: 'ingest' | 'detectors'): void {
    for (const watched of this.#heartbeats.all) {
      if ((watched.role === 'ingest') === (which === 'ingest')) watched.words.requestStop();
    }
    if (which === 'ingest') this.#ingest?.postMessage({ stop: true } satisfies ToIngest);
  }

  /** Tells ingest of markets. */
  tellIngest(news: readonly MarketNews[]): void {
    this.#ingest?.postMessage({ news } satisfies ToIngest);
  }

  /** Resolves when the ingest thread is gone, however it ended. */
  ingestEnded(): Promise<void> {
    return this.#ingestEnd;
  }

  /** True when every thread ended by itself within `deadlineMs`. */
  async ended(deadlineMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, deadlineMs, false);
    });
    const inTime = await Promise.race([Promise.all(this.#ends).then(() => true), late]);
    clearTimeout(timer);
    const allWell = inTime && this.#heartbeats.all.every(({ words }) => words.state !== AGENT_FAILED);
    if (allWell) await this.#pool?.close();
    return allWell;
  }

  /** Stores every thread's CPU time while the kernel still knows it. */
  noteCpu(): void {
    for (const { words, over } of this.#heartbeats.all) if (!over) words.noteCpu();
  }

  #startIngest<M>(url: URL, task: object, onMessage: (message: M) => void): void {
    const watched = this.#watch('ingest', 0);
    const worker = new Worker(url, { workerData: { ...this.#options.context, task }, name: 'ingest' });
    this.#ingest = worker;
    let isOpen = false;
    worker.on('message', (message: M) => {
      const { kind, error } = message as { kind?: string; error?: string };
      isOpen ||= kind === 'open';
      // Before it is open a failure is the caller's to report: nothing was lost yet.
      if (kind === 'failed' && isOpen) this.#lost(watched, `crashed: ${error}`);
      onMessage(message);
    });
    worker.on('error', (error) => this.#lost(watched, `crashed: ${error.message}`));
    this.#ingestEnd = new Promise((resolve) => {
      worker.on('exit', (code) => {
        if (code !== 0) this.#lost(watched, `exited with ${code}`);
        watched.over = true;
        resolve();
      });
    });
    this.#ends.push(this.#ingestEnd);
  }

  async #runDetector(
    file: string,
    name: string,
    task: { readonly agentIndex: number },
    threads: number,
  ): Promise<unknown> {
    const watched = this.#watch(`detect${task.agentIndex - 1}`, task.agentIndex);
    const filename = new URL(file, import.meta.url).href;
    // Named here already, its workers load the file while they start, and not when their task comes.
    this.#pool ??= new Piscina({ filename, name, minThreads: threads, maxThreads: threads, atomics: 'disabled' });
    const result = this.#pool.run({ ...this.#options.context, task }) as Promise<unknown>;
    this.#ends.push(
      result.then(
        () => {
          watched.over = true;
        },
        (error: Error) => this.#lost(watched, `crashed: ${error.message}`),
      ),
    );
    return result;
  }

  #watch(role: string, agentIndex: number): Watched {
    return this.#heartbeats.add(role, new AgentWords(this.#options.arena, agentIndex));
  }

  #lost(watched: Watched, why: string): void {
    if (watched.over) return;
    watched.over = true;
    watched.words.failed();
    this.#options.onLost(watched.role, why);
  }
}

/** The discovery thread of a run: its loss ends nothing, the markets stay as they are. */
export interface DiscoveryThread {
  tell(message: ToDiscovery): void;
  /** Resolves when it is gone. */
  readonly ended: Promise<void>;
}

/** Starts it; `onNews` gets every reading, `onLost` why it ended though nobody asked it to. */
export function startDiscovery(
  task: DiscoveryTask,
  onNews: (news: DiscoveryNews) => void,
  onLost: (why: string) => void,
): DiscoveryThread {
  const worker = new Worker(new URL('./threads/discovery-worker.js', import.meta.url), {
    workerData: task,
    name: 'discovery',
  });
  worker.on('message', ({ news }: FromDiscovery) => onNews(news));
  worker.on('error', (error) => onLost(`crashed: ${error.message}`));
  const ended = new Promise<void>((resolve) => worker.on('exit', () => resolve()));
  return { tell: (message) => worker.postMessage(message), ended };
}
