// Reads the bytes of a journal's segments back: whole, with a torn end cut off, or refused. Off the hot path, before
// trading starts; reads only.
import {
  CHECK_BYTES,
  FRAME_HEAD_BYTES,
  firstCheck,
  frameChecks,
  JOURNAL_FORMAT_VERSION,
  JOURNAL_MAGIC,
  PAYLOAD_BYTES_MAX,
} from './journal.ts';
import { decodeRecord, type HeaderRecord, type JournalRecord } from './records.ts';

/** A segment as read: `cutBytes` > 0 says that a torn end was left out and the venue has to be asked. */
export interface ReadJournal {
  readonly header: HeaderRecord;
  /** All but the header. */
  readonly records: readonly JournalRecord[];
  readonly cutBytes: number;
  /** Of its last frame, hex: what the next segment names. */
  readonly check: string;
}

/** Thrown for damage that is not a torn end: an operator has to look. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/**
 * Reads the bytes of a journal of one segment. A last frame that is short, ends at the file's end with a wrong check, or
 * consists of zeros is a torn write: it is cut. Any other damage throws JournalError, and so do another magic or format
 * version, and a segment of which nothing is whole.
 */
export function readJournal(bytes: Uint8Array): ReadJournal {
  const read = readSegment(bytes);
  if (read === undefined) throw new JournalError('the header record is missing or damaged');
  return read;
}

/** The same of one segment among several; undefined for a torn beginning: nothing was ever written to it that counts. */
export function readSegment(bytes: Uint8Array): ReadJournal | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = buffer.subarray(0, JOURNAL_MAGIC.length);
  if (!magic.equals(JOURNAL_MAGIC)) {
    if (JOURNAL_MAGIC.subarray(0, buffer.length).equals(magic) || isZeros(buffer)) return undefined;
    throw new JournalError('not a journal, or its first bytes are damaged');
  }
  const records: JournalRecord[] = [];
  let previous = firstCheck();
  let at = JOURNAL_MAGIC.length;
  while (at < buffer.length) {
    const frame = readFrame(buffer, at, previous);
    if (frame === undefined) break;
    records.push(frame.record);
    previous = frame.check;
    at = frame.endAt;
  }
  const header = records[0];
  if (header === undefined) return undefined;
  if (header.type !== 'header') throw new JournalError('the header record is missing');
  if (header.formatVersion !== JOURNAL_FORMAT_VERSION) {
    throw new JournalError(`journal format ${header.formatVersion}, this build reads ${JOURNAL_FORMAT_VERSION}`);
  }
  const check = Buffer.from(previous).toString('hex');
  return { header, records: records.slice(1), cutBytes: buffer.length - at, check };
}

/** The frame at `at`, or undefined when a torn end begins there. */
function readFrame(buffer: Buffer, at: number, previous: Uint8Array) {
  const left = buffer.length - at;
  if (left < FRAME_HEAD_BYTES) return undefined;
  const lengthAndType = buffer.subarray(at, at + 8);
  const payloadBytes = buffer.readUInt32LE(at);
  const headCheck = buffer.subarray(at + 8, at + FRAME_HEAD_BYTES);
  const headAgrees = frameChecks(previous, lengthAndType, new Uint8Array(0)).head.equals(headCheck);
  if (!headAgrees || payloadBytes > PAYLOAD_BYTES_MAX) {
    // A file system may have grown the file before the data came: zeros to the end are a torn write.
    if (isZeros(buffer.subarray(at))) return undefined;
    throw new JournalError(`frame head at byte ${at} is damaged`);
  }
  const payloadAt = at + FRAME_HEAD_BYTES;
  const endAt = payloadAt + payloadBytes + CHECK_BYTES;
  if (endAt > buffer.length) return undefined;
  const payload = buffer.subarray(payloadAt, payloadAt + payloadBytes);
  const { check } = frameChecks(previous, lengthAndType, payload);
  if (!check.equals(buffer.subarray(endAt - CHECK_BYTES, endAt))) {
    if (endAt === buffer.length) return undefined;
    throw new JournalError(`frame at byte ${at} is damaged and ${buffer.length - endAt} bytes follow it`);
  }
  return { record: decodeRecord(lengthAndType.readUInt32LE(4), payload), check, endAt };
}

function isZeros(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
