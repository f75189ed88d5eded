// An engine of a live run as a process that can be listened to and killed with all that belongs to it.
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** An engine in a process group of its own, so that all of its processes can be killed at once. */
export class Engine {
  readonly child: ChildProcess;
  out = '';
  err = '';
  readonly ended: Promise<number | null>;
  readonly #waiting = new Set<() => void>();

  /** A live run by the config file `config`. */
  constructor(config: string, environment: Record<string, string>) {
    const line = [resolve('bin/dutchbook.js'), 'run', '--live', '--json', '--config', resolve(config)];
    this.child = spawn(process.execPath, line, { env: { ...process.env, ...environment }, detached: true });
    this.child.stdout!.on('data', (bytes: Buffer) => {
      this.out += bytes.toString();
    });
    this.child.stderr!.on('data', (bytes: Buffer) => {
      this.err += bytes.toString();
      for (const look of this.#waiting) look();
    });
    this.ended = new Promise((done) => {
      this.child.on('close', (code) => {
        for (const look of this.#waiting) look();
        done(code);
      });
    });
  }

  /** Resolves when it has said that; rejects when it ends without. */
  said(text: RegExp): Promise<void> {
    return new Promise((done, fail) => {
      const look = (): void => {
        if (text.test(this.err)) done();
        else if (this.child.exitCode !== null) fail(new Error(`ended without ${text}: ${this.out}${this.err}`));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  kill(): void {
    try {
      process.kill(-this.child.pid!, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
