// Starts the signer's process and has it sign. Main thread of the engine, which never sees the key: it knows the path of the
// key's file only.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import { POLYGON_CHAIN_ID } from '../venue/polymarket/eip712.ts';
import { identityOf, type OrderIdentity } from '../venue/polymarket/order-form.ts';
import type { OrderSeal, ToSign } from '../venue/polymarket/seal.ts';
import {
  putRequest,
  READY_SEQUENCE,
  REQUEST_BYTES,
  readAnswer,
  SETUP_HEAD_BYTES,
  type SealFault,
  type SignAnswer,
  type SignerSetup,
  SLOT_BYTES,
  SLOTS,
} from './protocol.ts';

const READY_MS_MAX = 20_000;
const READY_POLL_MS = 2;
const END_MS_MAX = 1_000;
/** What a signature may take, after the intent is durable. */
export const ANSWER_NS_MAX = 100e6;
/** Looks without a pause; after them the thread sleeps between two. */
const LOOKS = 8;
const PAUSE_MS = 0.03;
const SEQUENCES = 2 ** 32 - 1;

/** What the signer says when it is ready. */
interface ReadyWords {
  readonly address: string;
  readonly curve: string;
  /** Why not the native one, '' when it is. */
  readonly why: string;
}

/** It cannot sign; the message says why, and shows neither key nor path. */
export class SignerError extends Error {
  override readonly name = 'SignerError';
}

/** A process that is ready. */
interface Started {
  readonly child: ChildProcess;
  readonly answers: number;
  readonly clock: Clock;
  readonly gone: Promise<string>;
  readonly words: ReadyWords;
  readonly identity: OrderIdentity;
}

/** Starts it. Rejects with its reason, in which neither key nor path is, when it cannot sign. */
export async function spawnSigner(setup: SignerSetup, clock: Clock): Promise<SignerProcess> {
  const answers = openAnswers();
  try {
    // Nothing of the environment: secrets may be in it.
    const stdio = ['pipe', answers, 'pipe'] as const;
    const child = spawn(process.execPath, [processFile()], { stdio: [...stdio], env: {}, windowsHide: true });
    return await SignerProcess.start(child, answers, setup, clock);
  } catch (error) {
    closeSync(answers);
    throw error;
  }
}

export class SignerProcess implements OrderSeal {
  readonly pid: number;
  readonly words: ReadyWords;
  readonly identity: OrderIdentity;
  /** Settles when the process has ended: how. */
  readonly gone: Promise<string>;
  readonly #child: ChildProcess;
  readonly #answers: number;
  readonly #clock: Clock;
  readonly #slot = Buffer.alloc(SLOT_BYTES);
  readonly #sleep = new Int32Array(new SharedArrayBuffer(4));
  readonly #refusals = new Map<SealFault, number>();
  #signed = 0;
  #sequence = READY_SEQUENCE;
  #alive = true;

  private constructor(started: Started) {
    const { child, answers, clock, gone, words, identity } = started;
    this.#child = child;
    this.#answers = answers;
    this.#clock = clock;
    this.pid = child.pid!;
    this.words = words;
    this.identity = identity;
    this.gone = gone;
    void gone.then(() => {
      this.#alive = false;
    });
  }

  /** Waits for the process to be ready; `answers` is closed with it. */
  static async start(child: ChildProcess, answers: number, setup: SignerSetup, clock: Clock): Promise<SignerProcess> {
    const gone = endOf(child);
    const text = Buffer.from(JSON.stringify(setup));
    const head = Buffer.alloc(SETUP_HEAD_BYTES);
    head.writeUInt32LE(text.length, 0);
    // A broken pipe is told by the process's end.
    child.stdin!.on('error', () => undefined);
    child.stdin!.write(Buffer.concat([head, text]));
    let over = false;
    void gone.then(() => {
      over = true;
    });
    const words = await Promise.race([readyWords<ReadyWords>(answers, clock, () => over), gone]);
    if (typeof words === 'string') {
      child.kill('SIGKILL');
      throw new SignerError(`signer: ${words}`);
    }
    const identity = identityOf(words.address, setup.signatureType, setup.funder);
    return new SignerProcess({ child, answers, clock, gone, words, identity });
  }

  /** False once the process has ended. */
  alive(): boolean {
    return this.#alive;
  }

  /** Orders signed, and refused by reason. */
  get counts(): { readonly signed: number; readonly refused: Readonly<Record<string, number>> } {
    return { signed: this.#signed, refused: Object.fromEntries(this.#refusals) };
  }

  begin(orders: readonly ToSign[]): () => readonly string[] | { readonly refused: string } {
    if (!this.#alive || this.#child.stdin?.writable !== true) return () => this.#refuse('signerLost');
    const requests = Buffer.alloc(orders.length * REQUEST_BYTES);
    const sequences = orders.map((order, index) => {
      this.#sequence = (this.#sequence % SEQUENCES) + 1;
      putRequest(requests, index * REQUEST_BYTES, this.#sequence, POLYGON_CHAIN_ID, order);
      return this.#sequence;
    });
    // The pipe takes it at once, so that the process signs while this thread does something else.
    this.#child.stdin.write(requests);
    return () => this.#collect(sequences);
  }

  /** Ends the process by ending its input. */
  async close(): Promise<void> {
    if (this.#alive) {
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS_MAX);
      this.#child.stdin?.end();
      await this.gone;
      clearTimeout(timer);
    }
    closeSync(this.#answers);
  }

  #collect(sequences: readonly number[]): readonly string[] | { readonly refused: string } {
    const untilNs = this.#clock.nowNs() + ANSWER_NS_MAX;
    const signatures: string[] = [];
    let refused: SealFault | undefined;
    for (const sequence of sequences) {
      const answer = this.#wait(sequence, untilNs);
      if (answer?.kind === 'signed') signatures.push(answer.text);
      else refused ??= answer === undefined ? 'noAnswer' : (answer.text as SealFault);
    }
    if (refused !== undefined) return this.#refuse(refused);
    this.#signed += signatures.length;
    return signatures;
  }

  #wait(sequence: number, untilNs: number): SignAnswer | undefined {
    for (let look = 0; ; look += 1) {
      const answer = lookFor(this.#answers, this.#slot, sequence);
      if (answer !== undefined || this.#clock.nowNs() >= untilNs) return answer;
      if (look >= LOOKS) Atomics.wait(this.#sleep, 0, 0, PAUSE_MS);
    }
  }

  #refuse(refused: SealFault): { readonly refused: string } {
    this.#refusals.set(refused, (this.#refusals.get(refused) ?? 0) + 1);
    return { refused };
  }
}

export function lookFor(answers: number, slot: Buffer, sequence: number): SignAnswer | undefined {
  const bytes = readSync(answers, slot, 0, SLOT_BYTES, (sequence % SLOTS) * SLOT_BYTES);
  return readAnswer(slot, bytes, sequence);
}

/** Polls for the first answer, or says that none came. */
export async function readyWords<Words>(answers: number, clock: Clock, isOver: () => boolean): Promise<Words | string> {
  const untilNs = clock.nowNs() + READY_MS_MAX * 1e6;
  const slot = Buffer.alloc(SLOT_BYTES);
  while (!isOver() && clock.nowNs() < untilNs) {
    const answer = lookFor(answers, slot, READY_SEQUENCE);
    if (answer !== undefined) return JSON.parse(answer.text) as Words;
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  return `not ready after ${READY_MS_MAX} ms`;
}

/** How the process ended, with what it said last. */
export function endOf(child: ChildProcess): Promise<string> {
  const ended = deferred<string>();
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-1_000);
  });
  child.once('error', (error) => ended.resolve(`not started: ${error.message}`));
  child.once('close', (code, signal) => {
    ended.resolve(said.trim() === '' ? `ended (${signal ?? `code ${code}`})` : said.trim());
  });
  return ended.promise;
}

/** A file of nobody else's, gone from its folder at once; in memory where the system has such a folder. */
export function openAnswers(): number {
  const memory = '/dev/shm';
  const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'dutchbook-'));
  try {
    return openSync(join(folder, 'answers'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The built file of a process's name, also when the caller runs from the sources. */
export function processFile(name = 'process'): string {
  const isBuilt = import.meta.url.includes('/dist/engine/');
  return fileURLToPath(new URL(isBuilt ? `./${name}.js` : `../../dist/engine/signer/${name}.js`, import.meta.url));
}
