// Starts the process with Kalshi's key and has it sign requests. Main thread of the engine, which never sees the key: it knows the
// paths of its files only.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../core/clock.ts';
import type { NotSealed } from '../venue/contract.ts';
import type { RequestSeal, ToldOrder } from '../venue/kalshi/seal.ts';
import { type RequestSigner, signedHeaders } from '../venue/kalshi/sign.ts';
import { Channel } from './channel.ts';
import type { KalshiCall, KalshiSignerSetup, KalshiSignRequest } from './kalshi-protocol.ts';
import { framed, READY_SEQUENCE, type SealFault, type SignAnswer, SLOT_BYTES } from './protocol.ts';
import { Silence } from './silence.ts';
import { ANSWER_NS_MAX, endOf, lookFor, processFile, readyWords, SignerError } from './spawn.ts';

const END_MS_MAX = 1_000;
/** Looks without a pause; after them the thread sleeps between two: a signature takes a millisecond. */
const LOOKS = 4;
const PAUSE_MS = 0.05;
/** Sequences begin again before they leave 32 bits; a request takes two at most. */
const SEQUENCES = 2 ** 32 - 4;

type Headers = Readonly<Record<string, string>>;

/** A process that is ready. */
interface Started {
  readonly child: ChildProcess;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly gone: Promise<string>;
  readonly keyId: string;
}

/** Starts it. Rejects with its reason, in which neither key nor path is, when it cannot sign. */
export async function spawnKalshiSigner(
  setup: Omit<KalshiSignerSetup, 'kind'>,
  clock: Clock,
): Promise<KalshiSignerProcess> {
  // A request tells of orders, and may be longer than what a pipe takes at once.
  const channel = new Channel(false);
  try {
    const stdio = [channel.input, channel.answers, 'pipe'] as const;
    // Nothing of the environment: secrets may be in it.
    const file = processFile('kalshi-process');
    const child = spawn(process.execPath, [file], { stdio: [...stdio], env: {}, windowsHide: true });
    channel.handedTo(child);
    return await KalshiSignerProcess.start(child, channel, { kind: 'kalshi', ...setup }, clock);
  } catch (error) {
    channel.close();
    throw error;
  }
}

export class KalshiSignerProcess implements RequestSigner, RequestSeal {
  readonly pid: number;
  /** Settles when the process has ended: how. */
  readonly gone: Promise<string>;
  readonly #child: ChildProcess;
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #keyId: string;
  readonly #slot = Buffer.alloc(SLOT_BYTES);
  readonly #sleep = new Int32Array(new SharedArrayBuffer(4));
  readonly #refusals = new Map<SealFault, number>();
  readonly #silence = new Silence((sequence) => lookFor(this.#channel, this.#slot, sequence) !== undefined);
  #sequence = READY_SEQUENCE;
  #signed = 0;
  #alive = true;

  private constructor({ child, channel, clock, gone, keyId }: Started) {
    this.#child = child;
    this.#channel = channel;
    this.#clock = clock;
    this.#keyId = keyId;
    this.pid = child.pid!;
    this.gone = gone;
    void gone.then(() => {
      this.#alive = false;
      this.#silence.end();
    });
  }

  /** Waits for the process to be ready; `channel` is closed with it. */
  static async start(
    child: ChildProcess,
    channel: Channel,
    setup: KalshiSignerSetup,
    clock: Clock,
  ): Promise<KalshiSignerProcess> {
    const gone = endOf(child);
    channel.write(framed(setup));
    let over = false;
    void gone.then(() => {
      over = true;
    });
    const words = await Promise.race([readyWords<{ readonly keyId: string }>(channel, clock, () => over), gone]);
    if (typeof words === 'string') {
      child.kill('SIGKILL');
      throw new SignerError(`Kalshi’s signer: ${words}`);
    }
    return new KalshiSignerProcess({ child, channel, clock, gone, keyId: words.keyId });
  }

  /** False once the process has ended. */
  alive(): boolean {
    return this.#alive;
  }

  /** False while it owes an answer: nothing is asked of it then, and nothing waits for it. */
  answers(): boolean {
    return !this.#silence.isOn;
  }

  /** Requests signed, and refused by reason. */
  get counts(): { readonly signed: number; readonly refused: Readonly<Record<string, number>> } {
    return { signed: this.#signed, refused: Object.fromEntries(this.#refusals) };
  }

  /** Of a request without orders; none when it is not signed, and then the venue does not take it. */
  headers(method: string, path: string, wallMs: number): Record<string, string> {
    const signed = this.#ask([[method, path]], [], wallMs)();
    return 'refused' in signed ? {} : { ...signed[0] };
  }

  begin(paths: readonly string[], orders: readonly ToldOrder[], wallMs: number): () => readonly Headers[] | NotSealed {
    const calls = paths.map((path): KalshiCall => ['POST', path]);
    return this.#ask(calls, orders, wallMs);
  }

  /** The same in a later turn, without waiting here: for what is not urgent. */
  async later(method: string, path: string, wallMs: number): Promise<Headers | undefined> {
    const sequence = this.#send([[method, path]], [], wallMs);
    if (sequence === undefined) return undefined;
    const untilNs = this.#clock.nowNs() + ANSWER_NS_MAX;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const answer = this.#alive ? lookFor(this.#channel, this.#slot, sequence) : undefined;
      if (answer?.kind === 'signed') return signedHeaders(this.#keyId, wallMs, answer.text);
      if (answer !== undefined || !this.#alive) return undefined;
      if (this.#clock.nowNs() < untilNs) continue;
      this.#silence.missed(sequence);
      return undefined;
    }
  }

  /** Ends the process by ending its input. */
  async close(): Promise<void> {
    if (this.#alive) {
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS_MAX);
      this.#channel.end();
      await this.gone;
      clearTimeout(timer);
    }
    this.#alive = false;
    this.#silence.end();
    this.#channel.close();
  }

  #ask(
    calls: readonly KalshiCall[],
    orders: readonly ToldOrder[],
    wallMs: number,
  ): () => readonly Headers[] | { readonly refused: string } {
    const first = this.#send(calls, orders, wallMs);
    if (first === undefined) return () => this.#refuse(this.answers() ? 'signerLost' : 'noAnswer');
    return () => {
      const untilNs = this.#clock.nowNs() + ANSWER_NS_MAX;
      const answers = calls.map((_, place) => this.#wait(first + place, untilNs));
      const bad = answers.find((answer) => answer?.kind !== 'signed');
      const missing = answers.indexOf(undefined);
      if (missing >= 0) this.#silence.missed(first + missing);
      if (missing >= 0) return this.#refuse('noAnswer');
      if (bad !== undefined) return this.#refuse(bad.text as SealFault);
      this.#signed += answers.length;
      return answers.map((answer) => signedHeaders(this.#keyId, wallMs, answer!.text));
    };
  }

  /** Sequence of the first call; undefined when nobody is there, or it is silent. */
  #send(calls: readonly KalshiCall[], orders: readonly ToldOrder[], wallMs: number): number | undefined {
    if (!this.#alive || !this.answers() || this.#child.stdin?.writable !== true) return undefined;
    const sequence = this.#sequence >= SEQUENCES ? 1 : this.#sequence + 1;
    this.#sequence = sequence + calls.length - 1;
    const request: KalshiSignRequest = { sequence, wallMs, calls, orders };
    this.#channel.write(framed(request));
    return sequence;
  }

  #wait(sequence: number, untilNs: number): SignAnswer | undefined {
    for (let look = 0; ; look += 1) {
      const answer = lookFor(this.#channel, this.#slot, sequence);
      if (answer !== undefined || this.#clock.nowNs() >= untilNs) return answer;
      if (look >= LOOKS) Atomics.wait(this.#sleep, 0, 0, PAUSE_MS);
    }
  }

  #refuse(refused: SealFault): { readonly refused: string } {
    this.#refusals.set(refused, (this.#refusals.get(refused) ?? 0) + 1);
    return { refused };
  }
}
