// Reads one segment by pulling records: one block in memory at a time, nothing allocated per record. Runs on the
// thread of the replay driver, the player or the simulated venue.
// A file that ends within its last block has a torn tail: what came before is read and the lost bytes are counted.
// A damaged block with more after it is an error: nothing behind it can be trusted.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { blake3Bytes } from '../core/digest.ts';
import * as S from './segment.ts';

/** Pulls records in file order: `while (reader.next()) use(reader.data, reader.start, reader.length)`. */
export class SegmentReader {
  readonly info: S.SegmentInfo;
  readonly path: string;
  /** Holds the current record's message at `start`, `length` bytes; valid until the next call of next(). */
  data: Buffer = Buffer.alloc(0);
  start = 0;
  length = 0;
  connection = 0;
  /** RECORD_TEXT, RECORD_REST or RECORD_CONTROL. */
  flags = 0;
  /** Records read so far. */
  records = 0;
  /** Bytes of an incomplete last block; 0 for a whole file. */
  tornBytes = 0;
  /** True once the end block was read: the segment was closed in order. */
  closed = false;
  readonly #recvNs = new Float64Array(1);
  readonly #file: number;
  readonly #fileBytes: number;
  readonly #blockHeader = Buffer.alloc(S.BLOCK_HEADER_BYTES);
  #fileAt = S.HEADER_BYTES;
  #recordAt = 0;
  #chain: Uint8Array;
  #done = false;

  /** Opens `path`; throws SegmentError when it is not a segment this build reads. */
  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'r');
    try {
      this.#fileBytes = fstatSync(this.#file).size;
      const header = this.#read(0, Math.min(S.HEADER_BYTES, this.#fileBytes));
      this.info = S.decodeHeader(header, path);
      this.#chain = blake3Bytes(header);
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  /** Receive time of the current record, ns since the recording's start. */
  get recvNs(): number {
    return this.#recvNs[0]!;
  }

  /** Moves to the next record; false at the end. Throws SegmentError for damage before the tail. */
  next(): boolean {
    while (this.#recordAt === this.data.length) {
      if (this.#done || !this.#nextBlock()) return false;
    }
    const at = this.#recordAt;
    if (at + S.RECORD_HEADER_BYTES > this.data.length) throw this.#damage('a record beyond its block');
    this.length = this.data.readUInt32LE(at + S.RECORD_LENGTH);
    this.connection = this.data.readUInt16LE(at + S.RECORD_CONNECTION);
    this.flags = this.data.readUInt16LE(at + S.RECORD_FLAGS);
    this.#recvNs[0] = this.data.readDoubleLE(at + S.RECORD_RECV_NS);
    this.start = at + S.RECORD_HEADER_BYTES;
    this.#recordAt = this.start + this.length;
    if (this.#recordAt > this.data.length) throw this.#damage('a record beyond its block');
    this.records += 1;
    return true;
  }

  /** True once next() has answered false. */
  get over(): boolean {
    return this.#done;
  }

  /** A view of the current message; allocates the view. */
  message(): Buffer {
    return this.data.subarray(this.start, this.start + this.length);
  }

  close(): void {
    this.#done = true;
    closeSync(this.#file);
  }

  /** Reads the next block into `data`; false at the end block or a torn tail. */
  #nextBlock(): boolean {
    const left = this.#fileBytes - this.#fileAt;
    if (left < S.BLOCK_HEADER_BYTES) return this.#tear(left);
    readSync(this.#file, this.#blockHeader, 0, S.BLOCK_HEADER_BYTES, this.#fileAt);
    if (!S.blockHeaderHolds(this.#blockHeader)) {
      // A crash can leave a file longer than what was written: zeros. Anything else is damage.
      if (this.#zerosFrom(this.#fileAt)) return this.#tear(left);
      throw this.#damage('a block header that does not hold');
    }
    const storedBytes = this.#blockHeader.readUInt32LE(S.BLOCK_STORED_BYTES);
    const rawBytes = this.#blockHeader.readUInt32LE(S.BLOCK_RAW_BYTES);
    if (rawBytes > S.BLOCK_RAW_BYTES_MAX) throw this.#damage(`a block of ${rawBytes} bytes`);
    const blockBytes = S.BLOCK_HEADER_BYTES + storedBytes + S.CHAIN_BYTES;
    if (left < blockBytes) return this.#tear(left);
    const body = this.#read(this.#fileAt + S.BLOCK_HEADER_BYTES, storedBytes + S.CHAIN_BYTES);
    const stored = body.subarray(0, storedBytes);
    const chain = S.chainValue(this.#chain, this.#blockHeader, stored);
    if (!body.subarray(storedBytes).equals(chain)) {
      if (left === blockBytes) return this.#tear(left);
      throw this.#damage('a chain value that differs');
    }
    this.#chain = chain;
    this.#fileAt += blockBytes;
    if (this.#blockHeader.readUInt32LE(S.BLOCK_RECORDS) === 0) return this.#end();
    this.data = S.expand(stored, this.info.codec, rawBytes);
    if (this.data.length !== rawBytes) throw this.#damage('a block that expands to another size');
    this.#recordAt = 0;
    return true;
  }

  #end(): boolean {
    if (this.#fileAt !== this.#fileBytes) throw this.#damage('bytes after the end block');
    this.closed = true;
    this.#done = true;
    return false;
  }

  #tear(lostBytes: number): boolean {
    this.tornBytes = lostBytes;
    this.#done = true;
    return false;
  }

  #zerosFrom(fileAt: number): boolean {
    const stepBytes = 65_536;
    for (let at = fileAt; at < this.#fileBytes; at += stepBytes) {
      if (this.#read(at, Math.min(stepBytes, this.#fileBytes - at)).some((byte) => byte !== 0)) return false;
    }
    return true;
  }

  #read(at: number, count: number): Buffer {
    const bytes = Buffer.allocUnsafe(count);
    let have = 0;
    while (have < count) {
      const got = readSync(this.#file, bytes, have, count - have, at + have);
      if (got === 0) throw this.#damage('fewer bytes than its size says');
      have += got;
    }
    return bytes;
  }

  #damage(what: string): S.SegmentError {
    return new S.SegmentError(`${this.path}: ${what}, at byte ${this.#fileAt}, after ${this.records} records`);
  }
}
