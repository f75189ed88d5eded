// BLAKE3 for our own chains and digests (segments, journal, config, state): the only importer of @napi-rs/blake-hash.
import { Blake3Hasher, blake3 } from '@napi-rs/blake-hash';

function asBuffer(bytes: Uint8Array | string): Buffer {
  return typeof bytes === 'string'
    ? Buffer.from(bytes, 'utf8')
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** BLAKE3 of `bytes`, 32 bytes. */
export function blake3Bytes(bytes: Uint8Array | string): Uint8Array {
  return blake3(asBuffer(bytes));
}

/** BLAKE3 of `bytes` as 64 hex digits. */
export function blake3Hex(bytes: Uint8Array | string): string {
  return Buffer.from(blake3Bytes(bytes)).toString('hex');
}

/** BLAKE3 over pieces, for what does not fit in memory at once. */
export class Blake3 {
  readonly #hasher = new Blake3Hasher();

  update(piece: Uint8Array | string): this {
    this.#hasher.update(asBuffer(piece));
    return this;
  }

  /** 64 hex digits over all pieces so far. */
  hex(): string {
    return this.#hasher.digest('hex');
  }
}
