// What every signer's process does alike: it reads its input piece by piece, writes each answer into its slot, and outlives what
// is not meant for it. Keys are its callers' affair.
import { readSync, writeSync } from 'node:fs';
import { putAnswer, SETUP_BYTES_MAX, SETUP_HEAD_BYTES, type SignAnswer, SLOT_BYTES, SLOTS } from './protocol.ts';

const [INPUT, OUTPUT] = [0, 1];
const FAILED = 2;
const slot = Buffer.alloc(SLOT_BYTES);

/**
 * Ctrl-C reaches every process of a terminal; what is on its way may still have to be signed. SIGUSR1 without a listener
 * would open a debugger on this machine, with the key behind it.
 */
function outliveSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => undefined);
}

/** Waits until `into` is full from `from` on; false when the input ended. */
export function fill(into: Buffer, from: number): boolean {
  for (let at = from; at < into.length; ) {
    const bytes = readSync(INPUT, into, at, into.length - at, null);
    if (bytes === 0) return false;
    at += bytes;
  }
  return true;
}

/** The JSON behind its length that comes next; undefined when the input ended. Throws for one that is too long, or none. */
export function readFramed<T>(bytesMax = SETUP_BYTES_MAX): T | undefined {
  const head = Buffer.alloc(SETUP_HEAD_BYTES);
  if (!fill(head, 0)) return undefined;
  const length = head.readUInt32LE(0);
  if (length > bytesMax) throw new Error(`a setup or request of ${length} bytes`);
  const text = Buffer.alloc(length);
  return fill(text, 0) ? (JSON.parse(text.toString('utf8')) as T) : undefined;
}

/** Writes each answer over the one that lay in its slot. */
export function answer(told: SignAnswer): void {
  writeSync(OUTPUT, slot, 0, putAnswer(slot, told), (told.sequence % SLOTS) * SLOT_BYTES);
}

/** Runs a process to its end; what it fails with is its last word. */
export function runSigner(serve: () => void): void {
  outliveSignals();
  try {
    serve();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`);
    process.exitCode = FAILED;
  }
}
