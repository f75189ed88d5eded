// The door of ringbuf.js, the single-producer single-consumer ring of JavaScript that the bench holds ours against.
import { RingBuffer } from 'ringbuf.js';

/** A ringbuf.js ring of 32-bit words: what it copies fastest without changing a bit of the payload. */
export interface WordRing {
  /** Words written: all of `words`, or fewer when there was no room. */
  push(words: Uint32Array): number;
  /** Words read into `words`. */
  pop(words: Uint32Array): number;
}

/** A ringbuf.js ring of bytes: how its own documentation moves messages. */
export interface ByteRing {
  push(bytes: Uint8Array): number;
  pop(bytes: Uint8Array): number;
}

/** A ring for at least `bytes` bytes of words. */
export function createWordRing(bytes: number): WordRing {
  return new RingBuffer(RingBuffer.getStorageForCapacity(bytes / 4, Uint32Array), Uint32Array);
}

/** A ring for at least `bytes` bytes. */
export function createByteRing(bytes: number): ByteRing {
  return new RingBuffer(RingBuffer.getStorageForCapacity(bytes, Uint8Array), Uint8Array);
}
