// Starts the signer's process and has it sign. Main thread of the engine, which never sees the key: it knows the path of the
// key's file only.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../core/clock.ts';
import { deferred } from '../core/deferred.ts';
import { POLYGON_CHAIN_ID } from '../venue/polymarket/eip712.ts';
import { identityOf, type OrderIdentity } from '../venue/polymarket/order-form.ts';
import type { OrderSeal, ToSign } from '../venue/polymarket/seal.ts';
import { AnswerBox } from './answer-box.ts';
import { Channel } from './channel.ts';
import { PostBox, type PostRoute } from './post-box.ts';
import {
  framed,
  putRequest,
  READY_SEQUENCE,
  readAnswer,
  type SealFault,
  type SignAnswer,
  type SignerSetup,
  SLOT_BYTES,
  SLOTS,
} from './protocol.ts';
import { Silence } from './silence.ts';

const READY_MS_MAX = 20_000;
const READY_POLL_MS = 2;
const END_MS_MAX = 1_000;
/** What a signature may take, after the intent is durable. */
export const ANSWER_NS_MAX = 100e6;
/** Looks without a pause; after them the thread sleeps between two. */
const LOOKS = 8;
const PAUSE_MS = 0.03;
/** A postman that has not come by then is not waited for. */
const POSTMAN_NS_MAX = 0.3e6;
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
  readonly channel: Channel;
  readonly clock: Clock;
  readonly gone: Promise<string>;
  readonly words: ReadyWords;
  readonly identity: OrderIdentity;
}

/** Starts it. Rejects with its reason, in which neither key nor path is, when it cannot sign. */
export async function spawnSigner(setup: SignerSetup, clock: Clock): Promise<SignerProcess> {
  const channel = new Channel();
  try {
    // Nothing of the environment: secrets may be in it.
    const stdio = [channel.input, channel.answers, 'pipe'] as const;
    const child = spawn(process.execPath, [processFile()], { stdio: [...stdio], env: {}, windowsHide: true });
    channel.handedTo(child);
    return await SignerProcess.start(child, channel, setup, clock);
  } catch (error) {
    channel.close();
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
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #box = new PostBox();
  readonly #brought = new AnswerBox();
  readonly #write = (requests: Buffer): void => this.#channel.write(requests);
  readonly #slot = Buffer.alloc(SLOT_BYTES);
  readonly #sleep = new Int32Array(new SharedArrayBuffer(4));
  readonly #refusals = new Map<SealFault, number>();
  readonly #silence = new Silence((sequence) => this.#isThere(sequence));
  #signed = 0;
  #sequence = READY_SEQUENCE;
  #alive = true;

  private constructor(started: Started) {
    const { child, channel, clock, gone, words, identity } = started;
    this.#child = child;
    this.#channel = channel;
    this.#clock = clock;
    this.pid = child.pid!;
    this.words = words;
    this.identity = identity;
    this.gone = gone;
    void gone.then(() => {
      this.#alive = false;
      this.#silence.end();
    });
  }

  /** Waits for the process to be ready; `channel` is closed with it. */
  static async start(child: ChildProcess, channel: Channel, setup: SignerSetup, clock: Clock): Promise<SignerProcess> {
    const gone = endOf(child);
    let over = false;
    void gone.then(() => {
      over = true;
    });
    const isOver = (): boolean => over;
    const ready = channel.writeLong(framed(setup), isOver).then(() => readyWords<ReadyWords>(channel, clock, isOver));
    const words = await Promise.race([ready, gone]);
    if (typeof words === 'string') {
      child.kill('SIGKILL');
      throw new SignerError(`signer: ${words}`);
    }
    const identity = identityOf(words.address, setup.signatureType, setup.funder);
    return new SignerProcess({ child, channel, clock, gone, words, identity });
  }

  /** False once the process has ended. */
  alive(): boolean {
    return this.#alive;
  }

  /** False while it owes an answer: nothing is asked of it then, and nothing waits for it. */
  answers(): boolean {
    return !this.#silence.isOn;
  }

  /** Orders signed, and refused by reason. */
  get counts(): { readonly signed: number; readonly refused: Readonly<Record<string, number>> } {
    return { signed: this.#signed, refused: Object.fromEntries(this.#refusals) };
  }

  /** What the postman's thread needs; undefined where it could not come to the pipe: then this thread writes. */
  get route(): PostRoute | undefined {
    const { pipe, answers } = this.#channel;
    if (pipe === undefined) return undefined;
    return { box: this.#box.shared, pipe, answerBox: this.#brought.shared, answers };
  }

  begin(orders: readonly ToSign[]): () => readonly string[] | { readonly refused: string } {
    const box = this.#box;
    if (!this.#alive) return () => this.#refuse('signerLost');
    // What was handed over before is stuck: more would come behind it.
    if (!this.answers() || !box.hasRoom(orders.length)) return () => this.#refuse('noAnswer');
    const sequences: number[] = [];
    for (const order of orders) {
      this.#sequence = (this.#sequence % SEQUENCES) + 1;
      putRequest(box.requests, box.placeOf(box.next + sequences.length), this.#sequence, POLYGON_CHAIN_ID, order);
      sequences.push(this.#sequence);
    }
    if (!box.post(orders.length)) this.#push();
    const begunNs = this.#clock.nowNs();
    return () => this.#collect(sequences, begunNs);
  }

  /** Ends the process by ending its input. */
  async close(): Promise<void> {
    if (this.#alive) {
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS_MAX);
      this.#channel.end();
      await this.gone;
      clearTimeout(timer);
    }
    this.#silence.end();
    this.#channel.close();
  }

  /** From this thread. A pipe that is full or gone takes nothing: then no signature comes. */
  #push(): void {
    try {
      this.#box.push(this.#write);
    } catch {}
  }

  #collect(sequences: readonly number[], begunNs: number): readonly string[] | { readonly refused: string } {
    const untilNs = this.#clock.nowNs() + ANSWER_NS_MAX;
    const signatures: string[] = [];
    let refused: SealFault | undefined;
    for (const sequence of sequences) {
      const answer = this.#wait(sequence, begunNs, untilNs);
      if (answer?.kind === 'signed') signatures.push(answer.text);
      else refused ??= answer === undefined ? 'noAnswer' : (answer.text as SealFault);
      if (answer === undefined) this.#silence.missed(sequence);
    }
    if (refused !== undefined) return this.#refuse(refused);
    this.#signed += signatures.length;
    return signatures;
  }

  /** What was not taken of the box meanwhile is written now, so that there can be an answer. */
  #isThere(sequence: number): boolean {
    this.#push();
    return lookFor(this.#channel, this.#slot, sequence) !== undefined;
  }

  #wait(sequence: number, begunNs: number, untilNs: number): SignAnswer | undefined {
    for (let look = 0; ; look += 1) {
      const answer = this.#brought.find(sequence) ?? lookFor(this.#channel, this.#slot, sequence);
      if (answer !== undefined) return answer;
      const nowNs = this.#clock.nowNs();
      if (nowNs >= untilNs) return undefined;
      if (nowNs - begunNs > POSTMAN_NS_MAX) this.#push();
      if (look >= LOOKS) Atomics.wait(this.#sleep, 0, 0, PAUSE_MS);
    }
  }

  #refuse(refused: SealFault): { readonly refused: string } {
    this.#refusals.set(refused, (this.#refusals.get(refused) ?? 0) + 1);
    return { refused };
  }
}

export function lookFor(channel: Channel, slot: Buffer, sequence: number): SignAnswer | undefined {
  const bytes = channel.read(slot, (sequence % SLOTS) * SLOT_BYTES);
  return readAnswer(slot, bytes, sequence);
}

/** Polls for the first answer, or says that none came. */
export async function readyWords<Words>(
  channel: Channel,
  clock: Clock,
  isOver: () => boolean,
): Promise<Words | string> {
  const untilNs = clock.nowNs() + READY_MS_MAX * 1e6;
  const slot = Buffer.alloc(SLOT_BYTES);
  while (!isOver() && clock.nowNs() < untilNs) {
    const answer = lookFor(channel, slot, READY_SEQUENCE);
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

/** The built file of a process's name, also when the caller runs from the sources. */
export function processFile(name = 'process'): string {
  const isBuilt = import.meta.url.includes('/dist/engine/');
  return fileURLToPath(new URL(isBuilt ? `./${name}.js` : `../../dist/engine/signer/${name}.js`, import.meta.url));
}
