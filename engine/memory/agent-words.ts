// The words through which the supervisor and an agent talk: heartbeat, stop, state, watermark, thread and CPU time.
// Each word has one writer: `stop` the supervisor, all others the agent.
import * as L from '../../wasm/layout.ts';
import { osThreadId, threadCpuMicros } from '../core/os-thread.ts';
import type { Arena } from './arena.ts';

/** How an agent stands, as the supervisor and the summary read it. */
export interface AgentReport {
  readonly role: string;
  readonly state: 'starting' | 'running' | 'ended' | 'failed';
  readonly threadId: number;
  readonly cpuMicros: number;
}

/** Index of the recorder among the agents of `arena`. */
export function recorderIndex(arena: Arena): number {
  return arena.detectors + 2;
}

/** Index of the verifier among the agents of `arena`. */
export function verifierIndex(arena: Arena): number {
  return arena.detectors + 3;
}

const STEP_SPINS = 500;
const STATES = ['starting', 'running', 'ended', 'failed'] as const;

/** Words of agent `index`. HOT PATH: beat() and stopRequested() allocate nothing. */
export class AgentWords {
  readonly #arena: Arena;
  readonly #at: number;
  readonly #heartbeatWord: number;
  readonly #stopWord: number;

  constructor(arena: Arena, index: number) {
    this.#arena = arena;
    this.#at = arena.at(L.REGION_AGENTS, index);
    this.#heartbeatWord = (this.#at + L.AGENT_HEARTBEAT) >> 2;
    this.#stopWord = (this.#at + L.AGENT_STOP) >> 2;
  }

  // ---- the agent's side ----

  /** Once, on the agent's own thread, before its first duty cycle. */
  started(): void {
    this.#arena.u32[(this.#at + L.AGENT_THREAD_ID) >> 2] = osThreadId();
    const word = (this.#at + L.AGENT_STATE) >> 2;
    Atomics.store(this.#arena.i32, word, L.AGENT_RUNNING);
    Atomics.notify(this.#arena.i32, word);
  }

  /** Once per duty cycle: the agent is alive. */
  beat(): void {
    this.#arena.u32[this.#heartbeatWord] = (this.#arena.u32[this.#heartbeatWord]! + 1) >>> 0;
  }

  get stopRequested(): boolean {
    return Atomics.load(this.#arena.i32, this.#stopWord) !== 0;
  }

  /** Once, after the last duty cycle. */
  ended(): void {
    this.noteCpu();
    Atomics.store(this.#arena.i32, (this.#at + L.AGENT_STATE) >> 2, L.AGENT_ENDED);
  }

  /** Stores the CPU time used so far; also called by the supervisor, for a thread that can no longer speak. */
  noteCpu(): void {
    const micros = threadCpuMicros(this.threadId);
    if (micros > 0) this.#arena.f64[(this.#at + L.AGENT_CPU_MICROS) >> 3] = micros;
  }

  // ---- the supervisor's side ----

  /** Asks the agent to drain what is before it and end. */
  requestStop(): void {
    Atomics.store(this.#arena.i32, this.#stopWord, 1);
  }

  /** The agent's thread is gone or given up. */
  failed(): void {
    Atomics.store(this.#arena.i32, (this.#at + L.AGENT_STATE) >> 2, L.AGENT_FAILED);
  }

  get heartbeat(): number {
    return Atomics.load(this.#arena.i32, this.#heartbeatWord) >>> 0;
  }

  get state(): number {
    return Atomics.load(this.#arena.i32, (this.#at + L.AGENT_STATE) >> 2);
  }

  /** Blocks until this agent has started, at most `timeoutMs`. Not for a thread with an event loop. */
  awaitStart(timeoutMs: number): void {
    Atomics.wait(this.#arena.i32, (this.#at + L.AGENT_STATE) >> 2, L.AGENT_STARTING, timeoutMs);
  }

  get threadId(): number {
    return this.#arena.u32[(this.#at + L.AGENT_THREAD_ID) >> 2]!;
  }

  /** frameSeq of the last frame wholly worked off; wraps at 2^32. */
  get watermark(): number {
    return Atomics.load(this.#arena.i32, (this.#at + L.AGENT_WATERMARK) >> 2) >>> 0;
  }

  // ---- lockstep replay: two agents take turns, frame by frame ----

  /** Recorded time of the last finished step, ns. */
  get stepNowNs(): number {
    return this.#arena.f64[(this.#at + L.AGENT_NOW_NS) >> 3]!;
  }

  /** Steps finished; wraps at 2^32. */
  get stepped(): number {
    return Atomics.load(this.#arena.i32, (this.#at + L.AGENT_STEPPED) >> 2) >>> 0;
  }

  /** This agent finished step number `step`, at recorded time `nowNs`. The time goes first: who sees the step sees it. */
  finishStep(step: number, nowNs: number): void {
    const word = (this.#at + L.AGENT_STEPPED) >> 2;
    this.#arena.f64[(this.#at + L.AGENT_NOW_NS) >> 3] = nowNs;
    Atomics.store(this.#arena.i32, word, step | 0);
    Atomics.notify(this.#arena.i32, word);
  }

  /** Blocks until this agent has finished step `step`, at most `timeoutMs`; answers whether it has. */
  awaitStep(step: number, timeoutMs: number): boolean {
    const word = (this.#at + L.AGENT_STEPPED) >> 2;
    const { i32 } = this.#arena;
    for (let spin = 0; spin < STEP_SPINS; spin += 1) {
      if (((Atomics.load(i32, word) - step) | 0) >= 0) return true;
    }
    const seen = Atomics.load(i32, word);
    if (((seen - step) | 0) >= 0) return true;
    Atomics.wait(i32, word, seen, timeoutMs);
    return ((Atomics.load(i32, word) - step) | 0) >= 0;
  }

  report(role: string): AgentReport {
    return {
      role,
      state: STATES[this.state] ?? 'failed',
      threadId: this.threadId,
      cpuMicros: this.#arena.f64[(this.#at + L.AGENT_CPU_MICROS) >> 3]!,
    };
  }
}
