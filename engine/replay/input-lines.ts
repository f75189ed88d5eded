// Reads an import's input, plain or gzip (told by its first bytes, not its name), line by line in bounded memory.
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';

/** One line of the input; its number counts from 1. */
export interface InputLine {
  readonly number: number;
  /** Without the line feed. Undefined: longer than LINE_BYTES_MAX, and dropped. */
  readonly text: string | undefined;
}

/** How far an import has come. */
export type Progress = (doneBytes: number, totalBytes: number) => void;

export const LINE_BYTES_MAX = 32 * 1024 * 1024;
const LINE_FEED = 10;

/** Yields the lines of `path`; empty ones are left out. Throws when the file cannot be read or its gzip is damaged. */
export async function* inputLines(path: string, onProgress?: Progress): AsyncGenerator<InputLine> {
  let number = 0;
  let parts: Buffer[] = [];
  let partBytes = 0;
  const take = (last: Buffer): InputLine | undefined => {
    number += 1;
    const bytes = partBytes + last.length;
    const whole = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    parts = [];
    partBytes = 0;
    if (bytes > LINE_BYTES_MAX) return { number, text: undefined };
    const text = whole.toString('utf8').replace(/\r$/, '');
    return text === '' ? undefined : { number, text };
  };
  for await (const piece of inputPieces(path, onProgress)) {
    let start = 0;
    for (let end = piece.indexOf(LINE_FEED); end >= 0; end = piece.indexOf(LINE_FEED, start)) {
      const line = take(piece.subarray(start, end));
      if (line !== undefined) yield line;
      start = end + 1;
    }
    // Beyond the limit only the count is kept, so that a file without line feeds cannot fill the memory.
    if (partBytes <= LINE_BYTES_MAX) parts.push(Buffer.from(piece.subarray(start)));
    partBytes += piece.length - start;
  }
  const line = partBytes > 0 ? take(Buffer.alloc(0)) : undefined;
  if (line !== undefined) yield line;
}

/** The whole input as text. Throws RangeError above `bytesMax`. */
export async function inputText(path: string, bytesMax = 256 * 1024 * 1024): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of inputPieces(path)) {
    bytes += piece.length;
    if (bytes > bytesMax) throw new RangeError(`${path}: larger than ${bytesMax} bytes`);
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}

async function* inputPieces(path: string, onProgress?: Progress): AsyncGenerator<Buffer> {
  const totalBytes = statSync(path).size;
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  let doneBytes = 0;
  file.on('data', (piece) => {
    doneBytes += piece.length;
    onProgress?.(doneBytes, totalBytes);
  });
  const gunzip = startsAsGzip(path) ? createGunzip() : undefined;
  if (gunzip !== undefined) {
    file.on('error', (error) => gunzip.destroy(error));
    file.pipe(gunzip);
  }
  try {
    for await (const piece of gunzip ?? file) yield piece as Buffer;
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    file.destroy();
  }
}

function startsAsGzip(path: string): boolean {
  const first = Buffer.alloc(2);
  const file = openSync(path, 'r');
  try {
    return readSync(file, first, 0, 2, 0) === 2 && first[0] === 0x1f && first[1] === 0x8b;
  } finally {
    closeSync(file);
  }
}
