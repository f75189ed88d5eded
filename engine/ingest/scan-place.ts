// Where in the scan region a message is put: at the alignment it has in its receive buffer. Ingest thread; pure.
//
// V8 copies into shared memory word by word only when source and target are equally aligned, else byte by byte, and
// that costs more than the decoding: messages start anywhere in their buffers.

const WORD_BYTES = 8;

/** Byte address for `bytes` in the scan region of `scanBytes` bytes at `scanAt`; they must fit. */
export function scanPlace(bytes: Uint8Array, scanAt: number, scanBytes: number): number {
  return bytes.length + WORD_BYTES <= scanBytes ? scanAt + (bytes.byteOffset & (WORD_BYTES - 1)) : scanAt;
}
