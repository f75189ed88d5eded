// Starts the simulated venue as a child process and speaks with it. Main thread of the engine; only URLs pass on.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { deferred } from '../../core/deferred.ts';
import type { LedgerReport } from './accounts.ts';
import type { FromVenue, ToVenue, VenueSetup } from './process-messages.ts';
import type { VenueStats } from './stats.ts';

/** A venue in its own process. */
export interface SpawnedVenue {
  readonly pid: number;
  readonly marketUrl: string;
  readonly userUrl: string;
  readonly restUrl: string;
  readonly gammaUrl: string;
  readonly transportName: 'uws' | 'ws';
  /** Settles when the tape is over: '' or why it broke off. Also when the process ends before. */
  readonly tapeEnded: Promise<string>;
  /** Asks it to end and waits; its final ledger and statistics, undefined when it died instead of answering. */
  stop(): Promise<{ readonly ledger: LedgerReport; readonly stats: VenueStats } | undefined>;
}

const READY_MS_MAX = 20_000;
const STOP_MS_MAX = 3_000;

/** Starts the process and waits for its URLs. Rejects with its reason when it cannot serve. */
export async function spawnVenue(setup: VenueSetup): Promise<SpawnedVenue> {
  const child = fork(processFile(), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
  const ready = deferred<Extract<FromVenue, { kind: 'ready' }>>();
  const ended = deferred<string>();
  const closed = deferred<Extract<FromVenue, { kind: 'closed' }> | undefined>();
  child.on('message', (message: FromVenue) => {
    if (message.kind === 'ready') ready.resolve(message);
    else if (message.kind === 'tapeEnded') ended.resolve(message.failure);
    else if (message.kind === 'closed') closed.resolve(message);
    else ready.reject(new Error(`simulated venue: ${message.error}`));
  });
  child.once('error', (error) => ready.reject(error));
  child.once('exit', (code, signal) => {
    const how = `simulated venue ended (${signal ?? `code ${code}`})`;
    ready.reject(new Error(how));
    ended.resolve(how);
    closed.resolve(undefined);
  });
  const timer = setTimeout(() => {
    ready.reject(new Error(`simulated venue: not ready after ${READY_MS_MAX} ms`));
    child.kill('SIGKILL');
  }, READY_MS_MAX);
  tell(child, { kind: 'setup', setup });
  const told = await ready.promise.finally(() => clearTimeout(timer));
  const { marketUrl, userUrl, restUrl, gammaUrl, transportName, pid } = told;
  return {
    ...{ pid, marketUrl, userUrl, restUrl, gammaUrl, transportName },
    tapeEnded: ended.promise,
    stop: async () => {
      tell(child, { kind: 'stop' });
      const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
      return closed.promise.finally(() => clearTimeout(deadline));
    },
  };
}

function tell(child: ChildProcess, message: ToVenue): void {
  if (child.connected) child.send(message);
}

/** The built file, also when the caller runs from the sources. */
function processFile(): string {
  const isBuilt = import.meta.url.includes('/dist/engine/');
  return fileURLToPath(
    new URL(isBuilt ? './process.js' : '../../../dist/engine/venue/sim/process.js', import.meta.url),
  );
}
