// What an agent is, and the duty cycle that runs one. An agent never knows its thread: it is handed rings and time.

/** A role with a bounded unit of work. */
export interface Agent {
  /** Name for the status line, unique in a run: `ingest`, `detect0`, `execute`. */
  readonly role: string;
  /** Does at most one bounded step. `nowNs`: monotonic ns since start. Answers how much it did; 0 = idle. */
  doWork(nowNs: number): number;
  /** Called once, after the last doWork: flushes and releases what the agent holds. */
  close?(): void | Promise<void>;
}

/** What an idle agent does between two empty duty cycles: spin, then park. */
export interface Idle {
  /** `worked`: what the last duty cycle answered. Blocks for a bounded time at most. */
  idle(worked: number): void;
}
