// What lies between the engine and its signer's process: a pipe of requests and a file of answers, open here and there and
// without a name. Executor's thread.
import { type ChildProcess, execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Between two tries while the pipe is full. */
const FULL_MS = 2;

export class Channel {
  /** What the process gets as its input: our end's other end, or its own stdin where there are no named pipes. */
  readonly input: number | 'pipe';
  /** Descriptor of the file of answers. */
  readonly answers: number;
  /** Descriptor of the pipe, which does not block; undefined where the stdin of the process is it. */
  readonly pipe: number | undefined;
  #stdin: ChildProcess['stdin'] = null;
  #inputOpen: boolean;
  #pipeOpen: boolean;

  /**
   * Files of nobody else's, gone from their folder at once; in memory where the system has such a folder. `isNamed`: requests
   * are short and go through a pipe that another thread can write to as well.
   */
  constructor(isNamed = true) {
    const memory = '/dev/shm';
    const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'dutchbook-'));
    try {
      const ends = isNamed ? openPipe(join(folder, 'requests')) : undefined;
      this.input = ends?.input ?? 'pipe';
      this.pipe = ends?.output;
      this.#inputOpen = ends !== undefined;
      this.#pipeOpen = ends !== undefined;
      this.answers = openSync(join(folder, 'answers'), 'wx+', 0o600);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** The process has its ends: ours of them is closed, so that it sees when the last writer is gone. */
  handedTo(child: ChildProcess): void {
    if (typeof this.input === 'number') closeSync(this.input);
    this.#inputOpen = false;
    this.#stdin = child.stdin;
    // A broken pipe is told by the process's end.
    child.stdin?.on('error', () => undefined);
  }

  /** Writes all of `bytes`, a few requests, or throws: a pipe does not divide what is shorter than a page. */
  write(bytes: Buffer): void {
    if (this.pipe === undefined) this.#stdin?.write(bytes);
    else writeSync(this.pipe, bytes);
  }

  /** Writes what may be longer than the pipe holds; leaves off once `isOver`. */
  async writeLong(bytes: Buffer, isOver: () => boolean): Promise<void> {
    if (this.pipe === undefined) this.#stdin?.write(bytes);
    else {
      for (let at = 0; at < bytes.length && !isOver(); ) {
        const taken = writtenNow(this.pipe, bytes, at);
        if (taken === 0) await new Promise((resolve) => setTimeout(resolve, FULL_MS));
        at += taken;
      }
    }
  }

  /** Reads into `slot` what lies at `at` of the answers; answers how many bytes. */
  read(slot: Buffer, at: number): number {
    return readSync(this.answers, slot, 0, slot.length, at);
  }

  /** The process's input ends. */
  end(): void {
    this.#stdin?.end();
    if (this.#pipeOpen) closeSync(this.pipe!);
    this.#pipeOpen = false;
  }

  close(): void {
    this.end();
    if (this.#inputOpen) closeSync(this.input as number);
    this.#inputOpen = false;
    closeSync(this.answers);
  }
}

/** Both ends of a pipe at `path`, whose other name is a descriptor that a thread can open once more; undefined: not here. */
function openPipe(path: string): { readonly input: number; readonly output: number } | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    execFileSync('mkfifo', ['-m', '600', path], { stdio: 'ignore', env: { PATH: process.env['PATH'] } });
  } catch {
    return undefined;
  }
  // Each end waits for the other to be opened: this one is both.
  const both = openSync(path, constants.O_RDWR);
  const input = openSync(path, constants.O_RDONLY);
  const output = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  closeSync(both);
  return { input, output };
}

/** Bytes that a full pipe took are 0; those of one without a reader all, as its process's end is told elsewhere. */
function writtenNow(pipe: number, bytes: Buffer, at: number): number {
  try {
    return writeSync(pipe, bytes, at);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN') return 0;
    if (code === 'EPIPE') return bytes.length - at;
    throw error;
  }
}
