// Writes one segment: records collect in a block, blocks are compressed and chained. Runs on the thread of an import,
// of a recorder or of the demo's generator, one writer per file.
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { assert } from '../core/assert.ts';
import { Blake3, blake3Bytes } from '../core/digest.ts';
import * as S from './segment.ts';

export interface SegmentWriterOptions {
  /** Brotli quality 0..11; 5 unless told: beyond it imports slow down by more than files shrink. */
  readonly quality?: number;
  /** Bytes of records after which a block is closed. */
  readonly blockBytes?: number;
}

/** Appends records to a new file. Not safe for two writers. */
export class SegmentWriter {
  readonly #file: number;
  readonly #codec: S.Codec;
  readonly #quality: number;
  readonly #blockBytes: number;
  readonly #whole = new Blake3();
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #pieceCount = 0;
  #chain: Uint8Array;
  #open = true;
  /** Records appended so far. */
  records = 0;
  /** Bytes in the file so far. */
  fileBytes = 0;

  /** Creates `path`; throws when it exists already. */
  constructor(path: string, info: S.SegmentInfo, options: SegmentWriterOptions = {}) {
    const header = S.encodeHeader(info);
    this.#codec = info.codec;
    this.#quality = options.quality ?? 5;
    this.#blockBytes = options.blockBytes ?? S.BLOCK_TARGET_BYTES;
    this.#chain = blake3Bytes(header);
    this.#file = openSync(path, 'wx');
    this.#write(header);
  }

  /**
   * Appends one message. `recvNs`: ns since the recording's start. `connection`: 0..65535. `flags`: RECORD_*.
   * Throws SegmentError for a message above MESSAGE_BYTES_MAX.
   */
  append(message: Uint8Array, recvNs: number, connection: number, flags: number): void {
    assert(this.#open, 'the segment is open');
    assert(connection >= 0 && connection <= 0xffff, 'a connection number has 16 bits');
    if (message.length > S.MESSAGE_BYTES_MAX)
      throw new S.SegmentError(`message of ${message.length} bytes, allowed ${S.MESSAGE_BYTES_MAX}`);
    const record = Buffer.allocUnsafe(S.RECORD_HEADER_BYTES + message.length);
    record.writeUInt32LE(message.length, S.RECORD_LENGTH);
    record.writeUInt16LE(connection, S.RECORD_CONNECTION);
    record.writeUInt16LE(flags, S.RECORD_FLAGS);
    record.writeDoubleLE(recvNs, S.RECORD_RECV_NS);
    record.set(message, S.RECORD_HEADER_BYTES);
    this.#pieces.push(record);
    this.#pieceBytes += record.length;
    this.#pieceCount += 1;
    this.records += 1;
    if (this.#pieceBytes >= this.#blockBytes) this.flush();
  }

  /** Bytes of records in the block under way. */
  get pendingBytes(): number {
    return this.#pieceBytes;
  }

  /** Forgets the block under way; answers the records in it. */
  drop(): number {
    const dropped = this.#pieceCount;
    this.records -= dropped;
    this.#pieces = [];
    this.#pieceBytes = 0;
    this.#pieceCount = 0;
    return dropped;
  }

  /** Leaves the file as it is, without an end block. */
  abandon(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#file);
  }

  /** Closes the block under way, so that what was appended survives a torn tail. */
  flush(): void {
    if (this.#pieceCount === 0) return;
    this.#writeBlock(Buffer.concat(this.#pieces, this.#pieceBytes), this.#pieceCount);
    this.#pieces = [];
    this.#pieceBytes = 0;
    this.#pieceCount = 0;
  }

  /** Writes what is left and the end block, syncs and closes. Answers BLAKE3 over the file as 64 hex digits. */
  close(): string {
    assert(this.#open, 'the segment is open');
    this.flush();
    this.#writeBlock(Buffer.alloc(0), 0);
    this.#open = false;
    try {
      fdatasyncSync(this.#file);
    } finally {
      closeSync(this.#file);
    }
    return this.#whole.hex();
  }

  #writeBlock(raw: Buffer, records: number): void {
    const stored = records === 0 ? raw : S.compress(raw, this.#codec, this.#quality);
    const blockHeader = Buffer.alloc(S.BLOCK_HEADER_BYTES);
    blockHeader.writeUInt32LE(S.BLOCK_MAGIC_WORD, S.BLOCK_MAGIC);
    blockHeader.writeUInt32LE(records, S.BLOCK_RECORDS);
    blockHeader.writeUInt32LE(raw.length, S.BLOCK_RAW_BYTES);
    blockHeader.writeUInt32LE(stored.length, S.BLOCK_STORED_BYTES);
    S.sealBlockHeader(blockHeader);
    this.#chain = S.chainValue(this.#chain, blockHeader, stored);
    this.#write(Buffer.concat([blockHeader, stored, this.#chain]));
  }

  #write(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    this.#whole.update(bytes);
    this.fileBytes += bytes.length;
  }
}
