// The parent's side of a lane: sends test files to it, watches its progress, kills it when a mutant hangs.
import { type ChildProcess, fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FileResult, LaneMessage, LaneRequest, LaneSettings } from './lane.ts';
import { treeCpuMillis } from './work.ts';

const LANE = join(dirname(fileURLToPath(import.meta.url)), 'lane.js');
const READY_MILLIS = 60_000;
/** Requests after which a lane's process is replaced: the test runner keeps something of every run. */
const REQUESTS_MAX = 60;
/** How often a silent lane is looked at, and how much longer it may wait than work. */
const LOOK_MILLIS = 500;
const ASLEEP_FACTOR = 20;

export interface Outcome {
  readonly files: readonly FileResult[];
  readonly errors: readonly string[];
  /** True when no test made progress within the time allowed: the process was killed. */
  readonly timedOut: boolean;
}

/** Calls `expired` once a process tree has worked for longer than allowed, or slept for very long, without being heard. */
class Silence {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #allowedMillis: number;
  #sinceMillis = performance.now();
  #sinceCpuMillis: number;

  constructor(pid: number, allowedMillis: number, expired: () => void) {
    this.#pid = pid;
    this.#allowedMillis = allowedMillis;
    this.#sinceCpuMillis = treeCpuMillis(pid) ?? 0;
    this.#timer = setInterval(() => {
      if (this.#isOver()) expired();
    }, LOOK_MILLIS);
  }

  heard(allowedMillis: number): void {
    this.#allowedMillis = allowedMillis;
    this.#sinceMillis = performance.now();
    this.#sinceCpuMillis = treeCpuMillis(this.#pid) ?? 0;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #isOver(): boolean {
    const silentMillis = performance.now() - this.#sinceMillis;
    const cpuMillis = treeCpuMillis(this.#pid);
    const workedMillis = cpuMillis === undefined ? silentMillis : cpuMillis - this.#sinceCpuMillis;
    return workedMillis > this.#allowedMillis || silentMillis > ASLEEP_FACTOR * this.#allowedMillis;
  }
}

export class Lane {
  readonly #settings: LaneSettings;
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #requests = 0;

  constructor(settings: LaneSettings, environment: Readonly<Record<string, string>>) {
    this.#settings = settings;
    this.#environment = environment;
  }

  /** Runs the files; `allowed` answers how long a file may work without a finished test, in milliseconds. */
  async run(request: LaneRequest, allowed: (file: string | undefined) => number): Promise<Outcome> {
    if (this.#requests >= REQUESTS_MAX) this.close();
    this.#child ??= await this.#start();
    this.#requests += 1;
    const child = this.#child;
    return new Promise((resolve) => {
      const watch = new Silence(child.pid!, allowed(undefined), () => {
        finish({ files: [], errors: [], timedOut: true });
        this.close();
      });
      const finish = (outcome: Outcome): void => {
        watch.end();
        child.off('message', onMessage);
        child.off('exit', onExit);
        resolve(outcome);
      };
      const onMessage = (message: LaneMessage): void => {
        if (message.kind === 'done') finish({ files: message.files, errors: message.errors, timedOut: false });
        if (message.kind === 'progress') watch.heard(allowed(message.file));
      };
      const onExit = (): void => {
        this.#child = undefined;
        finish({ files: [], errors: ['the test runner ended'], timedOut: false });
      };
      child.on('message', onMessage);
      child.on('exit', onExit);
      child.send(request);
    });
  }

  /** Ends the lane's processes, hung or not; the next run starts another. */
  close(): void {
    const child = this.#child;
    this.#child = undefined;
    this.#requests = 0;
    if (child?.pid === undefined || child.exitCode !== null) return;
    child.removeAllListeners();
    try {
      // The group: a test process that hangs inside WASM hears nothing but this.
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  }

  #start(): Promise<ChildProcess> {
    const child = fork(LANE, [JSON.stringify(this.#settings)], {
      cwd: this.#settings.root,
      detached: true,
      env: { ...process.env, ...this.#environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the test runner did not start')), READY_MILLIS);
      child.once('error', reject);
      child.once('message', () => {
        clearTimeout(late);
        resolve(child);
      });
    });
  }
}
