// Runs the engine as a child process and watches it, so that even a native thread that hangs or aborts the process
// ends with the documented exit code. The child speaks over IPC: {kind: 'alive'} twice a second once it wants to be
// watched, and {kind: 'exit', code} just before it ends. The launcher speaks {kind: 'stop', again} for a signal.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** V8 flags of the engine, each with its reason. */
const V8_FLAGS = [
  // Cold-path objects (HTTP answers, journal records) die in the young generation instead of being promoted.
  '--max-semi-space-size=32',
  // A broken invariant is found by its whole stack.
  '--stack-trace-limit=50',
];

const TICK_MS = 250;
/** The child said that it ends: it gets this long to do so. */
const END_MS = 1_000;
/** The child was asked to stop: it gets this long to drain, flush and report. */
const STOP_MS = 15_000;
/** Heartbeats come twice a second; main is hung when none came for this long. */
const HANG_MS = 10_000;
/** Signals nearer than this to the one before are the same Ctrl-C. */
const SAME_PRESS_MS = 300;

/** Reads the built exit codes: the one table both sides share. */
async function exitCodes() {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const { EXIT } = await import(join(root, 'dist/engine/core/exit-codes.js'));
  return EXIT;
}

/**
 * Starts `main` with `args`; answers the exit code when the child is gone.
 * `limits` {hangMs, stopMs} are for tests; ticks are counted, not clock time, so that a suspended job is not hung.
 */
export async function launch(main, args, limits = {}) {
  const EXIT = await exitCodes();
  const hangTicks = Math.ceil((limits.hangMs ?? HANG_MS) / TICK_MS);
  const stopTicks = Math.ceil((limits.stopMs ?? STOP_MS) / TICK_MS);
  const child = spawn(process.execPath, [...V8_FLAGS, main, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const state = { announced: undefined, verdict: undefined, silentTicks: -1, stoppingTicks: -1, lastSignalMs: 0 };

  const kill = (verdict, why) => {
    if (state.verdict !== undefined) return;
    state.verdict = verdict;
    if (why !== '') process.stderr.write(`dutchbook: ${why}\n`);
    child.kill('SIGKILL');
  };
  const say = (message) => {
    if (child.connected) child.send(message, () => {});
  };
  child.on('message', (message) => {
    if (message?.kind === 'alive') state.silentTicks = 0;
    if (message?.kind !== 'exit' || state.announced !== undefined) return;
    state.announced = message.code;
    setTimeout(() => kill(message.code, ''), END_MS).unref();
  });
  const watch = setInterval(() => {
    if (state.announced !== undefined) return;
    if (state.silentTicks >= 0) state.silentTicks += 1;
    if (state.stoppingTicks >= 0) state.stoppingTicks += 1;
    if (state.silentTicks > hangTicks) kill(EXIT.mainHung, 'the main thread hung; the process was ended');
    if (state.stoppingTicks > stopTicks) kill(EXIT.mainHung, 'the shutdown did not end; the process was ended');
  }, TICK_MS);
  const stop = () => {
    const nowMs = performance.now();
    const again = state.stoppingTicks >= 0;
    if (again && nowMs - state.lastSignalMs < SAME_PRESS_MS) return;
    state.lastSignalMs = nowMs;
    if (again) return kill(EXIT.forced, 'ended by a second signal before the shutdown was over');
    state.stoppingTicks = 0;
    say({ kind: 'stop' });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);

  return new Promise((resolve) => {
    child.on('error', (error) => {
      clearInterval(watch);
      process.stderr.write(`dutchbook: the engine could not be started: ${error.message}\n`);
      resolve(EXIT.internal);
    });
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      resolve(codeOf(EXIT, state, code, signal));
    });
  });
}

/** What the child announced counts first, then why we ended it, then how it ended by itself. */
function codeOf(EXIT, state, code, signal) {
  if (state.announced !== undefined) return state.announced;
  if (state.verdict !== undefined) return state.verdict;
  if (signal === null && code < 128) return code;
  const number = signal === null ? code - 128 : constants.signals[signal];
  if (state.stoppingTicks >= 0 && (number === constants.signals.SIGINT || number === constants.signals.SIGTERM)) {
    return EXIT.ok;
  }
  process.stderr.write(`dutchbook: the engine was ended by ${signal ?? `signal ${number}`} without a report\n`);
  return EXIT.internal;
}
