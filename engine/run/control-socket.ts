// The control socket of a run: a unix-domain socket that only its owner can connect to, one JSON object a line and one answer
// to each. Made at the start, removed at the end. Main thread, which it never blocks.
import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname, join, relative } from 'node:path';
import type { Config } from '../config/schema.ts';
import { CONTROL_NAME } from '../observe/control.ts';
import type { ControlAnswer, ControlDesk } from './control-desk.ts';

/** The control socket cannot be made; one sentence with the path and the reason. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/** What fits the address of a unix-domain socket everywhere. */
const PATH_BYTES_MAX = 103;
const LINE_CHARS_MAX = 4_096;
const CONNECTIONS_MAX = 8;
/** Who connects and says nothing is let go. */
const SILENCE_MS = 10_000;
const PROBE_MS = 1_000;
const OWNER_ONLY = 0o177;
const SOCKET_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** Where the socket of a run with that journal is. */
export function controlPath({ control }: Pick<Config, 'control'>, runFolder: string): string {
  return control.socket ?? join(runFolder, CONTROL_NAME);
}

export class ControlSocket {
  /** As it is bound: the shorter of the path and of what it is from the working folder. */
  readonly path: string;
  readonly #desk: ControlDesk;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  #isOpen = false;

  constructor(path: string, desk: ControlDesk) {
    const near = relative(process.cwd(), path);
    this.path = near !== '' && near.length < path.length ? near : path;
    this.#desk = desk;
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** As the desk says it. */
  get killing(): Promise<unknown> | undefined {
    return this.#desk.killing;
  }

  /** Listens. Rejects with ControlError, also when the socket of a living run is there. */
  async open(): Promise<void> {
    const { path } = this;
    const bytes = Buffer.byteLength(path);
    if (bytes > PATH_BYTES_MAX) {
      throw new ControlError(
        `${path}: ${bytes} bytes, allowed ${PATH_BYTES_MAX}: set control.socket to a shorter path`,
      );
    }
    mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
    await clearStale(path);
    // It is there with its mode, never without.
    const before = process.umask(OWNER_ONLY);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', (error) => reject(new ControlError(`${path}: ${error.message}`)));
        this.#server.listen(path, resolve);
        process.umask(before);
      });
    } finally {
      process.umask(before);
    }
    chmodSync(path, SOCKET_MODE);
    this.#isOpen = true;
  }

  /** Lets everybody go and removes the socket. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // Closing a server unlinks its socket.
    this.#server.close();
    for (const socket of this.#connections) socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#connections.add(socket);
    socket.on('close', () => this.#connections.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setEncoding('utf8');
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
    let text = '';
    // One after the other: answers come in the order of their requests.
    let last = Promise.resolve();
    const tell = (answer: ControlAnswer): void => {
      if (!socket.destroyed) socket.write(`${JSON.stringify(answer)}\n`);
    };
    socket.on('data', (piece: string) => {
      text += piece;
      const lines = text.split('\n');
      text = lines.pop()!;
      const isLong = text.length > LINE_CHARS_MAX || lines.some(({ length }) => length > LINE_CHARS_MAX);
      if (isLong || lines.length > CONNECTIONS_MAX) {
        tell({
          ok: false,
          error: `a request is one line of at most ${LINE_CHARS_MAX} characters, ${CONNECTIONS_MAX} at once`,
        });
        socket.end();
        socket.pause();
        return;
      }
      // A kill may take longer than silence may last; what comes meanwhile waits in the kernel.
      socket.setTimeout(0);
      socket.pause();
      for (const line of lines) last = last.then(async () => tell(await this.#desk.answer(line)));
      last = last.then(() => {
        socket.setTimeout(SILENCE_MS);
        socket.resume();
      });
    });
  }
}

/** Removes what a dead run left. Rejects when a run listens there, or when it is no socket. */
async function clearStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new ControlError(`${path} is there and is no socket: name another with control.socket`);
  if (await answers(path))
    throw new ControlError(`${path}: another run listens there: each needs a control.socket of its own`);
  unlinkSync(path);
}

/** Also true when it cannot be told: nothing that may live is taken away. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (isAlive: boolean): void => {
      socket.destroy();
      resolve(isAlive);
    };
    socket.setTimeout(PROBE_MS, () => end(true));
    socket.on('connect', () => end(true));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => end(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}
