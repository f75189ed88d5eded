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

const STATES = ['starting', 'running', 'ended', 'failed'] as const;

/** Words of agent `index`. HOT PATH: beat() and stopRequested allocate nothing. */
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
    Atomics.store(this.#arena.i32, (this.#at + L.AGENT_STATE) >> 2, L.AGENT_RUNNING);
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

  get threadId(): number {
    return this.#arena.u32[(this.#at + L.AGENT_THREAD_ID) >> 2]!;
  }

  /** frameSeq of the last frame wholly worked off; wraps at 2^32. */
  get watermark(): number {
    return Atomics.load(this.#arena.i32, (this.#at + L.AGENT_WATERMARK) >> 2) >>> 0;
  }

  set watermark(frameSeq: number) {
    const word = (this.#at + L.AGENT_WATERMARK) >> 2;
    Atomics.store(this.#arena.i32, word, frameSeq | 0);
    Atomics.notify(this.#arena.i32, word);
  }

  /** Blocks until the watermark is at or past `frameSeq`, at most `timeoutMs`; answers whether it is. */
  awaitWatermark(frameSeq: number, timeoutMs: number): boolean {
    const word = (this.#at + L.AGENT_WATERMARK) >> 2;
    for (let spin = 0; spin < 2000; spin += 1) {
      if (((Atomics.load(this.#arena.i32, word) - frameSeq) | 0) >= 0) return true;
    }
    const seen = Atomics.load(this.#arena.i32, word);
    if (((seen - frameSeq) | 0) >= 0) return true;
    Atomics.wait(this.#arena.i32, word, seen, timeoutMs);
    return ((Atomics.load(this.#arena.i32, word) - frameSeq) | 0) >= 0;
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
