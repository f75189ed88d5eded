// The segment file format: where each byte of a recording's segment lies, and the codecs. Written by segment-writer.ts,
// read by segment-reader.ts; any thread.
//
//   header 128 B | block | block | ... | end block (no records)
//   block  = 32 B block header | stored bytes (records, compressed) | 32 B chain value
//   record = 16 B record header | message bytes
//   chain  = BLAKE3(chain before ‖ block header ‖ stored bytes); the first "chain before" is BLAKE3(header)
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';
import { Blake3, blake3Bytes } from '../core/digest.ts';
import type { VenueName } from '../venue/contract.ts';

export const SEGMENT_MAGIC = 'DBSEGMNT';
export const SEGMENT_VERSION = 1;

export const HEADER_MAGIC = 0; // 8 bytes
export const HEADER_VERSION = 8; // u16
export const HEADER_CODEC = 10; // u8, index into CODECS
export const HEADER_SEQ_SCOPE = 11; // u8, index into SEQ_SCOPES
export const HEADER_VENUE = 12; // u8, index into VENUES
export const HEADER_SOURCE_BYTES = 13; // u8
export const HEADER_START_WALL_MS = 16; // f64, wall time of recvNs 0
export const HEADER_SOURCE = 24; // utf-8, zero padded
export const HEADER_SOURCE_MAX = 104;
export const HEADER_BYTES = HEADER_SOURCE + HEADER_SOURCE_MAX;

export const BLOCK_MAGIC = 0; // u32
export const BLOCK_RECORDS = 4; // u32, 0 = the end block
export const BLOCK_RAW_BYTES = 8; // u32
export const BLOCK_STORED_BYTES = 12; // u32
export const BLOCK_CHECK = 16; // first 16 bytes of BLAKE3 over the fields before it
export const BLOCK_HEADER_BYTES = 32;
export const BLOCK_MAGIC_WORD = 0x4b4c4244;
export const CHAIN_BYTES = 32;

export const RECORD_LENGTH = 0; // u32, bytes of the message
export const RECORD_CONNECTION = 4; // u16
export const RECORD_FLAGS = 6; // u16, RECORD_*
export const RECORD_RECV_NS = 8; // f64, ns since the recording's start
export const RECORD_HEADER_BYTES = 16;

/** A message of the market-data channel: a frame. */
export const RECORD_TEXT = 0;
/** A REST answer: verifies a book, never changes one, is not a frame. */
export const RECORD_REST = 1;
/** A note of the recorder, such as a lost connection; not from the venue. */
export const RECORD_CONTROL = 2;

/** Messages above this are refused by the writer and make a block invalid for the reader; the most arena.scanBytes allows. */
export const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;
/** A block is closed once it holds this much; what a torn tail can lose. */
export const BLOCK_TARGET_BYTES = 256 * 1024;
export const BLOCK_RAW_BYTES_MAX = BLOCK_TARGET_BYTES + MESSAGE_BYTES_MAX + RECORD_HEADER_BYTES;

export const CODECS = ['none', 'brotli', 'gzip'] as const;
export const SEQ_SCOPES = ['full', 'marketFiltered'] as const;
export const VENUES: readonly VenueName[] = ['polymarket', 'kalshi'];
export type Codec = (typeof CODECS)[number];
/** `full`: every message of each sid is here. `marketFiltered`: other markets' were left out, so sequences jump. */
export type SeqScope = (typeof SEQ_SCOPES)[number];

/** What a segment's header says. */
export interface SegmentInfo {
  readonly codec: Codec;
  readonly seqScope: SeqScope;
  readonly venue: VenueName;
  /** Where the messages come from, at most 104 bytes of utf-8. */
  readonly source: string;
  /** Wall clock, ms since 1970, of recvNs 0. */
  readonly startWallMs: number;
}

/** A segment that cannot be trusted: not one, of another version, or damaged before its tail. */
export class SegmentError extends Error {
  override readonly name = 'SegmentError';
}

/** The 128 header bytes for `info`. Throws SegmentError when the source is too long. */
export function encodeHeader(info: SegmentInfo): Buffer {
  const source = Buffer.from(info.source, 'utf8');
  if (source.length > HEADER_SOURCE_MAX)
    throw new SegmentError(`source of ${source.length} bytes, allowed ${HEADER_SOURCE_MAX}`);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(SEGMENT_MAGIC, HEADER_MAGIC, 'latin1');
  header.writeUInt16LE(SEGMENT_VERSION, HEADER_VERSION);
  header[HEADER_CODEC] = CODECS.indexOf(info.codec);
  header[HEADER_SEQ_SCOPE] = SEQ_SCOPES.indexOf(info.seqScope);
  header[HEADER_VENUE] = VENUES.indexOf(info.venue);
  header[HEADER_SOURCE_BYTES] = source.length;
  header.writeDoubleLE(info.startWallMs, HEADER_START_WALL_MS);
  source.copy(header, HEADER_SOURCE);
  return header;
}

/** Reads a header; throws SegmentError naming `path` when it is not one this version reads. */
export function decodeHeader(header: Buffer, path: string): SegmentInfo {
  if (header.length < HEADER_BYTES || header.toString('latin1', HEADER_MAGIC, HEADER_VERSION) !== SEGMENT_MAGIC)
    throw new SegmentError(`${path}: not a recording segment`);
  const version = header.readUInt16LE(HEADER_VERSION);
  if (version !== SEGMENT_VERSION)
    throw new SegmentError(`${path}: format version ${version}, this build reads ${SEGMENT_VERSION}`);
  const codec = CODECS[header[HEADER_CODEC]!];
  const seqScope = SEQ_SCOPES[header[HEADER_SEQ_SCOPE]!];
  const venue = VENUES[header[HEADER_VENUE]!];
  if (codec === undefined || seqScope === undefined || venue === undefined)
    throw new SegmentError(`${path}: unknown codec, sequence scope or venue`);
  const source = header.toString('utf8', HEADER_SOURCE, HEADER_SOURCE + header[HEADER_SOURCE_BYTES]!);
  return { codec, seqScope, venue, source, startWallMs: header.readDoubleLE(HEADER_START_WALL_MS) };
}

/** Fills the check of a block header from its fields. */
export function sealBlockHeader(blockHeader: Buffer): void {
  Buffer.from(blake3Bytes(blockHeader.subarray(0, BLOCK_CHECK))).copy(blockHeader, BLOCK_CHECK, 0, 16);
}

/** True when a block header is whole: its magic and its own check agree. */
export function blockHeaderHolds(blockHeader: Buffer): boolean {
  if (blockHeader.readUInt32LE(BLOCK_MAGIC) !== BLOCK_MAGIC_WORD) return false;
  const expected = blake3Bytes(blockHeader.subarray(0, BLOCK_CHECK)).subarray(0, 16);
  return blockHeader.subarray(BLOCK_CHECK, BLOCK_HEADER_BYTES).equals(expected);
}

/** The chain value that closes a block. */
export function chainValue(before: Uint8Array, blockHeader: Buffer, stored: Buffer): Uint8Array {
  return Buffer.from(new Blake3().update(before).update(blockHeader).update(stored).hex(), 'hex');
}

/** Compresses a block. `quality`: brotli's, 0..11. */
export function compress(raw: Buffer, codec: Codec, quality: number): Buffer {
  if (codec === 'none') return raw;
  if (codec === 'gzip') return gzipSync(raw);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
  };
  return brotliCompressSync(raw, { params });
}

/** Expands a block to exactly `rawBytes`; throws SegmentError when it is anything else. */
export function expand(stored: Buffer, codec: Codec, rawBytes: number): Buffer {
  if (codec === 'none') return stored;
  const options = { maxOutputLength: Math.max(1, rawBytes) };
  return codec === 'gzip' ? gunzipSync(stored, options) : brotliDecompressSync(stored, options);
}
