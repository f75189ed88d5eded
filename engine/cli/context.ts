// What every command is handed: where to write, when to stop, the environment. Made once by main.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LiveClock } from '../core/clock.ts';
import type { Terminal } from '../observe/status.ts';

export interface Context {
  /** For results: the summary or the JSON report. */
  readonly out: Terminal;
  /** For what goes on meanwhile. With --json everything but the report. */
  readonly err: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts at Ctrl-C, SIGTERM, SIGHUP. */
  readonly stop: AbortSignal;
  readonly version: string;
  /** Monotonic ms since the start. */
  nowMs(): number;
}

/** A mistake in how a command was called: one sentence for the user, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Folder of package.json, from engine/cli/ in the sources and dist/engine/cli/ when built. */
export function packageRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const built = resolve(here, '../../..');
  return existsSync(join(built, 'package.json')) ? built : resolve(here, '../..');
}

/** Version in package.json. */
export function packageVersion(): string {
  const text = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** `path` from the working folder, or what the package ships under that name, so that `run` works from anywhere. */
export function shippedPath(path: string): string {
  const shipped = join(packageRoot(), path);
  return existsSync(path) || !existsSync(shipped) ? path : shipped;
}

function terminal(stream: NodeJS.WriteStream, mode: 'auto' | 'plain' | 'tty'): Terminal {
  // The reader went away (`| head`): what we write is lost, which is no reason to stop trading or to crash.
  if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  return {
    write: (text) => {
      stream.write(text);
    },
    isTty: mode === 'auto' ? stream.isTTY === true : mode === 'tty',
    get columns() {
      return stream.columns ?? 120;
    },
  };
}

/** The terminals of this process; `mode` is observe.output of the config. */
export function terminals(mode: 'auto' | 'plain' | 'tty'): { out: Terminal; err: Terminal } {
  return { out: terminal(process.stdout, mode), err: terminal(process.stderr, mode) };
}

/** The context of a real process. */
export function processContext(stop: AbortSignal): Context {
  const clock = new LiveClock();
  return {
    ...terminals('auto'),
    environment: process.env,
    stop,
    version: packageVersion(),
    nowMs: () => clock.nowNs() / 1e6,
  };
}

/** One JSON object on one line. */
export function writeJson(terminal: Terminal, report: object): void {
  terminal.write(`${JSON.stringify(report)}\n`);
}
