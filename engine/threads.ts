// The only file that starts threads: ingest, the recorder, the verifier and those of lists and reloads as plain workers,
// detectors as long piscina tasks. Runs on the main thread; watches heartbeats and reports a thread that crashed or hangs.
import { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { AGENT_FAILED } from '../wasm/layout.ts';
import { deferred } from './core/deferred.ts';
import type { MarketNews } from './ingest/market-news.ts';
import { AgentWords, recorderIndex, verifierIndex } from './memory/agent-words.ts';
import type { Arena } from './memory/arena.ts';
import { PostBox, type PostRoute } from './signer/post-box.ts';
import type { ThreadContext } from './threads/context.ts';
import type { DetectTask } from './threads/detect-worker.ts';
import type { DiscoveryTask, FromDiscovery, ToDiscovery } from './threads/discovery-worker.ts';
import { Heartbeats, type Watched } from './threads/heartbeats.ts';
import type { IngestMessage, IngestTask, ToIngest } from './threads/ingest-worker.ts';
import type { PlaybackEnd, PlaybackTask } from './threads/playback-worker.ts';
import type { RecordMessage, RecordOver, RecordTask } from './threads/record-worker.ts';
import type { ReloadAnswer, ReloadTask } from './threads/reload-worker.ts';
import type { ReplayDetectTask } from './threads/replay-detect-worker.ts';
import type { VerifyTask } from './threads/verify-worker.ts';
import type { DiscoveryNews } from './venue/polymarket/gamma-news.ts';

/** How long a recorder may take to load its code and open its recording. */
const RECORDER_START_MS = 20_000;

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

  /**
   * Starts the recorder; resolves when it has opened its recording. Rejects when it cannot, when its thread ends before
   * it said so, with or without an error, and after RECORDER_START_MS. `onOver`: the recording ended by itself.
   */
  startRecorder(task: RecordTask, onOver: (message: RecordOver) => void): Promise<void> {
    const watched = this.#watch('record', recorderIndex(this.#options.arena));
    const workerData = { ...this.#options.context, task };
    const worker = new Worker(new URL('./threads/record-worker.js', import.meta.url), { workerData, name: 'record' });
    const opened = deferred<void>();
    let isOpen = false;
    const lost = (why: string): void => {
      opened.reject(new Error(`recorder ${why}`));
      if (isOpen) this.#lost(watched, why);
      else watched.over = true;
    };
    const timer = setTimeout(() => {
      lost(`did not open its recording within ${RECORDER_START_MS / 1_000} s`);
      void worker.terminate();
    }, RECORDER_START_MS);
    void opened.promise.catch(() => undefined).finally(() => clearTimeout(timer));
    worker.on('message', (message: RecordMessage) => {
      if (message.kind === 'failed') opened.reject(new Error(message.error));
      else if (message.kind === 'over') onOver(message);
      else {
        isOpen = true;
        opened.resolve();
      }
    });
    worker.on('error', (error) => lost(`crashed: ${error.message}`));
    this.#ends.push(
      new Promise((resolve) => {
        worker.on('exit', (code) => {
          if (!isOpen || code !== 0) lost(`exited with ${code}${isOpen ? '' : ' before it opened its recording'}`);
          watched.over = true;
          resolve();
        });
      }),
    );
    return opened.promise;
  }

  /** Starts the verifier beside a run. */
  startVerifier(task: VerifyTask): void {
    const url = new URL('./threads/verify-worker.js', import.meta.url);
    this.#ends.push(this.#startWorker('verify', verifierIndex(this.#options.arena), url, task).ended);
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

  /** Asks for the end: ingest closes its own sockets, detectors and recorder drain their rings, the verifier leaves off. */
  requestStop(which: 'ingest' | 'recorder' | 'others'): void {
    for (const { role, words } of this.#heartbeats.all) {
      const of = role === 'ingest' ? 'ingest' : role === 'record' ? 'recorder' : 'others';
      if (of === which) words.requestStop();
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
    const { watched, worker, ended } = this.#startWorker('ingest', 0, url, task);
    this.#ingest = worker;
    let isOpen = false;
    worker.on('message', (message: M) => {
      const { kind, error } = message as { kind?: string; error?: string };
      isOpen ||= kind === 'open';
      // Before it is open a failure is the caller's to report: nothing was lost yet.
      if (kind === 'failed' && isOpen) this.#lost(watched, `crashed: ${error}`);
      onMessage(message);
    });
    this.#ingestEnd = ended;
    this.#ends.push(this.#ingestEnd);
  }

  /** A worker of its own for agent `index`; `ended` resolves when its thread is gone. */
  #startWorker(role: string, index: number, url: URL, task: object) {
    const watched = this.#watch(role, index);
    const worker = new Worker(url, { workerData: { ...this.#options.context, task }, name: role });
    worker.on('error', (error) => this.#lost(watched, `crashed: ${error.message}`));
    const ended = new Promise<void>((resolve) => {
      worker.on('exit', (code) => {
        if (code !== 0) this.#lost(watched, `exited with ${code}`);
        watched.over = true;
        resolve();
      });
    });
    return { watched, worker, ended };
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

/** Starts the postman, whose loss costs time alone: the executor then writes to the pipe itself. Ends when the box is stopped. */
export function startPostman(route: PostRoute): Promise<void> {
  const worker = new Worker(new URL('./threads/postman-worker.js', import.meta.url), {
    workerData: route,
    name: 'postman',
  });
  worker.unref();
  worker.on('error', () => new PostBox(route.box).leave());
  return new Promise((resolve) => worker.on('exit', () => resolve()));
}

/** Has the next table of baskets made on a thread of its own, which ends with it. Rejects when that crashes. */
export function makeTable(task: ReloadTask): Promise<ReloadAnswer> {
  const worker = new Worker(new URL('./threads/reload-worker.js', import.meta.url), {
    workerData: task,
    name: 'reload',
  });
  const answer = deferred<ReloadAnswer>();
  worker.on('message', (message: ReloadAnswer) => answer.resolve(message));
  worker.on('error', (error) => answer.reject(error));
  worker.on('exit', (code) => answer.reject(new Error(`ended with ${code}`)));
  return answer.promise;
}
