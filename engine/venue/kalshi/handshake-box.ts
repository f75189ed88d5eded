// The latest signature of a WebSocket handshake, in shared memory: whoever has the key puts it there again and again, whoever
// dials takes it. The main thread writes, ingest reads; neither waits for the other, and the key is with neither.
import { KalshiSigner, type RequestSigner } from './sign.ts';

const TEXT_BYTES_MAX = 2_048;
const [VERSION, LENGTH] = [0, 1];
const HEAD_BYTES = 8;
/** Looks at a text that is being written: a write takes microseconds. */
const LOOKS_MAX = 1_000;

/** Memory of a box. */
export function handshakeMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD_BYTES + TEXT_BYTES_MAX);
}

export class HandshakeBox implements RequestSigner {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, 2);
    this.#bytes = new Uint8Array(memory, HEAD_BYTES);
  }

  /** One writer. */
  put(headers: Readonly<Record<string, string>>): void {
    const text = Buffer.from(JSON.stringify(headers), 'latin1');
    if (text.length > TEXT_BYTES_MAX) throw new RangeError(`headers of ${text.length} bytes`);
    Atomics.add(this.#words, VERSION, 1);
    this.#bytes.set(text);
    Atomics.store(this.#words, LENGTH, text.length);
    Atomics.add(this.#words, VERSION, 1);
  }

  /** What was put last, whatever is asked for: only one handshake is signed here. None before the first. */
  headers(): Record<string, string> {
    for (let look = 0; look < LOOKS_MAX; look += 1) {
      const version = Atomics.load(this.#words, VERSION);
      const length = Atomics.load(this.#words, LENGTH);
      const text = Buffer.from(this.#bytes.slice(0, length)).toString('latin1');
      const isWhole = version % 2 === 0 && Atomics.load(this.#words, VERSION) === version;
      if (isWhole) return length === 0 ? {} : (JSON.parse(text) as Record<string, string>);
    }
    return {};
  }
}

/** Who signs the handshakes of a feed: the key, or a box that another process fills. Throws RangeError for an unusable key. */
export function handshakeSigner({
  handshakes,
  keyId = '',
  privateKeyPem = '',
}: {
  readonly handshakes?: SharedArrayBuffer;
  readonly keyId?: string;
  readonly privateKeyPem?: string;
}): RequestSigner {
  return handshakes === undefined ? new KalshiSigner(keyId, privateKeyPem) : new HandshakeBox(handshakes);
}
