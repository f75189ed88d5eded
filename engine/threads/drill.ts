// Fault drills: an operator (and the tests) can have a thread crash or hang on purpose, to see what the supervisor
// and the launcher make of it. Set by `drill` in the config; off by default.

/** Which thread misbehaves, how, and from which frame on. */
export interface Drill {
  readonly fault: 'none' | 'crash' | 'hang';
  readonly role: 'ingest' | 'detect0' | 'main' | 'record';
  readonly afterFrames: number;
}

export const NO_DRILL: Drill = { fault: 'none', role: 'ingest', afterFrames: 0 };

/** Called now and then by each thread shell; does nothing unless this role's drill is due. */
export function runDrill(drill: Drill, role: string, frameSeq: number): void {
  if (drill.fault === 'none' || drill.role !== role || frameSeq < drill.afterFrames) return;
  if (drill.fault === 'crash') throw new Error(`drill: ${role} crashes after frame ${frameSeq}`);
  // A thread stuck in native code or an endless loop: no timer, no message and no signal handler runs any more.
  for (;;);
}
