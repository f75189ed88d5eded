// What every thread of a run is handed besides its own task.

export interface ThreadContext {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  /** process.hrtime.bigint() at the run's start: all threads count ns from there. */
  readonly startNs: bigint;
}
