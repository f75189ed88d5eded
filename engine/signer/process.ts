// The signer's process: the only one that reads the key. It waits for requests on its input and writes each answer into its slot
// of its output, a file; when its input ends, the engine is gone, and so is it. Started by spawn.ts.
import { readSync, writeSync } from 'node:fs';
import { LiveClock } from '../core/clock.ts';
import { readSecretFile } from '../core/secret-file.ts';
import { processCurve } from '../venue/polymarket/curve.ts';
import { OrderSigner } from '../venue/polymarket/sign.ts';
import { SignerDesk } from './desk.ts';
import {
  putAnswer,
  READY_SEQUENCE,
  REQUEST_BYTES,
  readRequest,
  SETUP_BYTES_MAX,
  SETUP_HEAD_BYTES,
  type SignAnswer,
  type SignerSetup,
  SLOT_BYTES,
  SLOTS,
} from './protocol.ts';

const [INPUT, OUTPUT] = [0, 1];
const KEY_TEXT = /^(0x)?[0-9a-fA-F]{64}$/;
const FAILED = 2;

/**
 * Ctrl-C reaches every process of a terminal; what is on its way may still have to be signed. SIGUSR1 without a listener
 * would open a debugger on this machine, with the key behind it.
 */
function outliveSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => undefined);
}

/** Waits until `into` is full from `from` on; false when the input ended. */
function fill(into: Buffer, from: number): boolean {
  for (let at = from; at < into.length; ) {
    const bytes = readSync(INPUT, into, at, into.length - at, null);
    if (bytes === 0) return false;
    at += bytes;
  }
  return true;
}

function readSetup(): SignerSetup | undefined {
  const head = Buffer.alloc(SETUP_HEAD_BYTES);
  if (!fill(head, 0)) return undefined;
  const length = head.readUInt32LE(0);
  if (length > SETUP_BYTES_MAX) throw new Error(`a setup of ${length} bytes`);
  const text = Buffer.alloc(length);
  return fill(text, 0) ? (JSON.parse(text.toString('utf8')) as SignerSetup) : undefined;
}

/** The signer with the key of that file. Throws an Error of one sentence that shows neither. */
function signerOf(keyFile: string): OrderSigner {
  const content = readSecretFile(keyFile);
  const text = content.toString('latin1').trim();
  content.fill(0);
  if (!KEY_TEXT.test(text)) throw new Error('not a key: 64 hexadecimal digits belong there, with or without 0x');
  const key = Buffer.from(text.replace(/^0x/, ''), 'hex');
  try {
    return new OrderSigner(key);
  } finally {
    key.fill(0);
  }
}

/** Writes each answer over the one that lay in its slot. */
function answerWith(slot: Buffer, answer: SignAnswer): void {
  writeSync(OUTPUT, slot, 0, putAnswer(slot, answer), (answer.sequence % SLOTS) * SLOT_BYTES);
}

/** Serves until the input ends. */
function serve(setup: SignerSetup): void {
  const clock = new LiveClock();
  const signer = signerOf(setup.keyFile);
  const desk = new SignerDesk(signer, setup);
  signer.warmUp();
  const slot = Buffer.alloc(SLOT_BYTES);
  const { curve, why } = processCurve();
  const text = JSON.stringify({ address: signer.address, curve: curve.name, why });
  answerWith(slot, { sequence: READY_SEQUENCE, kind: 'ready', text });
  const input = Buffer.alloc(REQUEST_BYTES);
  while (fill(input, 0)) answerWith(slot, desk.answer(readRequest(input, 0), clock.nowNs() / 1e6));
}

outliveSignals();
try {
  const setup = readSetup();
  if (setup !== undefined) serve(setup);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`);
  process.exitCode = FAILED;
}
