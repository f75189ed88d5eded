// `record`: ingest, books and the recorder, without an executor. Main thread; watches the threads, ends when the source
// is over, when it is asked to, or when nothing is recorded any more.
import { detectorsFor, topologyFor } from '../config/plan.ts';
import type { Config } from '../config/schema.ts';
import type { Secrets } from '../config/secrets.ts';
import { type Clock, LiveClock, runStartNs } from '../core/clock.ts';
import { coresAvailable } from '../core/cores.ts';
import { EXIT } from '../core/exit-codes.ts';
import { AgentWords } from '../memory/agent-words.ts';
import type { Arena } from '../memory/arena.ts';
import type { Outcome, RunHandle, RunHooks, RunPlan, StartRun } from '../observe/driver.ts';
import { NO_BREAKER, NO_MONEY, NO_ORDERS } from '../observe/execution-facts.ts';
import type { EngineFacts, RecorderFacts } from '../observe/facts.ts';
import * as pipeline from '../pipeline.ts';
import { type Engine, type Loss, NO_SOCKETS } from './engine.ts';
import { endEngine, NO_BOOKS_AT_END } from './engine-end.ts';
import { EngineVoice } from './engine-voice.ts';
import { openSource, type RecordSource } from './record-source.ts';
import { RECORDER_STOP_MS, type Recording, startRecording } from './recording.ts';
import { socketFacts, wsReason } from './socket-facts.ts';
import { type EngineHost, ingestSetupOf, startEngine } from './start-engine.ts';

const WATCH_MS = 50;

/** Starts everything; rejects with an error whose message a user can act on, with nothing left running. */
export const startRecord: StartRun = async (plan: RunPlan, secrets: Secrets, hooks: RunHooks): Promise<RunHandle> => {
  const source = await openSource(plan, hooks);
  try {
    return await startOn(source, plan, secrets, hooks);
  } catch (error) {
    await source.close();
    throw error;
  }
};

async function startOn(source: RecordSource, plan: RunPlan, secrets: Secrets, hooks: RunHooks): Promise<RunHandle> {
  const config: Config = { ...plan.config, recorder: { ...plan.config.recorder, enabled: true } };
  const cores = coresAvailable();
  const detectors = detectorsFor(config, cores);
  const startNs = runStartNs();
  const clock = new LiveClock(startNs);
  const memory = pipeline.createMemory(config, detectors);
  const { known, head, marketUrl, description } = source;
  // A book that the recording cannot prove any more is no book here either: its connection is replaced, and the new
  // snapshots are recorded.
  // Without a REST address: the recording has what the channel sent, and no frame made of an answer.
  const setup = { ...ingestSetupOf(config, known.markets, { marketUrl }, secrets, hooks), distrustGaps: true };
  hooks.log(description);
  let session: RecordSession | undefined;
  const onOver = (why: string): void => session?.recorderOver(why);
  const recording = await startRecording({
    ...{ config, memory, startNs, clock, onOver, folder: plan.recordTo },
    head: { ...head, markets: known.markets, relations: known.relations },
  });
  hooks.log(`recording to ${recording.folder}`);
  // Nobody trades: without baskets there is nothing to evaluate.
  const prepare = async (): Promise<pipeline.Foundation> => {
    const foundation = pipeline.layFoundation(config, known.markets, [], detectors, memory);
    session = new RecordSession({ clock, foundation, recording, source, hooks, config });
    session.started();
    return foundation;
  };
  try {
    const host = (): RecordSession => session!;
    const engine = await startEngine(config, topologyFor(config, cores), setup, {
      ...{ memory, startNs, clock, prepare, host, verify: undefined },
    });
    host().start(engine);
    return host();
  } catch (error) {
    await recording.stop(RECORDER_STOP_MS);
    throw error;
  }
}

interface SessionParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly foundation: pipeline.Foundation;
  readonly recording: Recording;
  readonly source: RecordSource;
  readonly hooks: RunHooks;
}

class RecordSession implements RunHandle, EngineHost {
  readonly arena: Arena;
  readonly done: Promise<Outcome>;
  readonly #parts: SessionParts;
  readonly #words: AgentWords;
  readonly #voice: EngineVoice;
  #engine: Engine | undefined;
  #watchTimer: NodeJS.Timeout | undefined;
  #endAskedNs: number | undefined;
  #outcome: Outcome = { exitCode: EXIT.ok, failure: '' };
  #shutdownMs = 0;
  #recorderState: RecorderFacts['state'] = 'recording';
  #booksAtEnd = NO_BOOKS_AT_END;
  #resolve!: (outcome: Outcome) => void;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.arena = parts.foundation.arena;
    this.#voice = new EngineVoice(parts.hooks);
    this.#words = new AgentWords(this.arena, this.arena.detectors + 1);
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    void parts.source.ended.then((failure) => {
      if (failure !== '') this.#fail(EXIT.unreachable, failure);
      this.stop();
    });
  }

  /** The detectors and ingest wait for this word of the executor, which is not there. */
  started(): void {
    this.#words.started();
  }

  start(engine: Engine): void {
    this.#engine = engine;
    // It may have ended before there was anybody to tell.
    const { state, reason } = this.#parts.recording.facts();
    if (state !== 'recording') this.recorderOver(`recorder ${state}: ${reason}`);
    this.#voice.started(engine.sockets());
    const { clock, recording } = this.#parts;
    this.#watchTimer = setInterval(() => {
      engine.watch(clock.nowNs());
      recording.watch(clock.nowNs());
      this.#voice.watch(engine.sockets());
      this.#words.noteCpu();
    }, WATCH_MS);
    void this.#loop(engine);
  }

  stop(): void {
    this.#endAskedNs ??= this.#parts.clock.nowNs();
  }

  /**
   * Nothing is recorded any more, so there is nothing left to do. The bound on disk is what the user asked for; a recording
   * that has stopped there can still fail when it is closed. Each is said once.
   */
  recorderOver(why: string): void {
    const { recording, hooks } = this.#parts;
    const { state } = recording.facts();
    if (state === this.#recorderState) return;
    this.#recorderState = state;
    hooks.log(why);
    if (state === 'failed') this.#fail(EXIT.journal, why);
    if (state === 'lost') this.#fail(EXIT.workerLost, why);
    this.stop();
  }

  lost({ role, why }: Loss): void {
    this.#fail(EXIT.workerLost, `${role} ${why}`);
    this.stop();
  }

  venueError(connection: number, code: number, message: string): void {
    this.#voice.venueError(connection, code, message);
  }

  executorTurn(): number {
    return 0;
  }

  facts(): EngineFacts {
    const sockets = this.#engine?.sockets() ?? NO_SOCKETS;
    return {
      ...{ topology: this.#engine?.topology ?? 'inline', transport: sockets.transport as EngineFacts['transport'] },
      transportReason: wsReason(sockets.transport, this.#parts.config.ingest.transport),
      ...{ money: NO_MONEY, orders: NO_ORDERS, breaker: NO_BREAKER, sockets: socketFacts(sockets) },
      ...{ venueLedgerEqual: undefined, venueLedgerDifference: '', shutdownMs: this.#shutdownMs },
      ...{ ...this.#booksAtEnd, stateHash: undefined, bookChain: undefined },
      recorder: this.#parts.recording.facts(),
    };
  }

  async #loop(engine: Engine): Promise<void> {
    while (this.#endAskedNs === undefined) {
      const worked = engine.doWork(this.#parts.clock.nowNs());
      this.#words.beat();
      if (worked === 0) await engine.idle();
      else await new Promise((resolve) => setImmediate(resolve));
    }
    await this.#end(engine, this.#endAskedNs);
  }

  #fail(exitCode: number, failure: string): void {
    if (this.#outcome.exitCode === EXIT.ok) this.#outcome = { exitCode, failure };
  }

  async #end(engine: Engine, askedNs: number): Promise<void> {
    const { clock, recording, source, foundation } = this.#parts;
    clearInterval(this.#watchTimer);
    const onLate = (why: string): void => this.#fail(EXIT.workerLost, why);
    this.#booksAtEnd = await endEngine(engine, foundation, recording, onLate);
    await source.close();
    this.#words.ended();
    this.#shutdownMs = Math.round((clock.nowNs() - askedNs) / 1e6);
    this.#resolve(this.#outcome);
  }
}
