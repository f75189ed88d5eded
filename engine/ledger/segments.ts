// The files of a journal: which segments a folder has, and what they come to together. Off the hot path, before trading
// starts and in `dutchbook journal`; reads only.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { HeaderRecord, JournalRecord } from './records.ts';
import { JournalError, type ReadJournal, readSegment } from './recover.ts';

const NAME = /^(\d{6})\.dbj$/;
export const SEGMENTS_MAX = 999_999;

/** One segment as read. */
export interface SegmentFacts {
  readonly name: string;
  readonly bytes: number;
  readonly header: HeaderRecord;
  readonly records: number;
}

/** A journal as read. */
export interface JournalFacts {
  readonly segments: readonly SegmentFacts[];
  readonly records: number;
  /** Torn off the end of the last segment. */
  readonly cutBytes: number;
  /** The last file, when nothing of it is whole: its beginning was torn. All of it counts in `cutBytes`. */
  readonly void?: string;
  /** Of the last frame, hex; '' without one. */
  readonly check: string;
}

export function segmentName(segment: number): string {
  return `${String(segment).padStart(6, '0')}.dbj`;
}

/** Names of a folder's segments, in order. Throws JournalError when one is missing between them. */
export function segmentNames(dir: string): string[] {
  const names = readdirSync(dir)
    .filter((name) => NAME.test(name))
    .sort();
  for (const [index, name] of names.entries()) {
    const expected = segmentName(index + 1);
    if (name !== expected) throw new JournalError(`${expected} is missing: the next one is ${name}`);
  }
  return names;
}

/**
 * Reads every segment of a folder and hands out its records in order, those of a segment once it is known to be whole. A
 * torn end is allowed in the last one only. Throws JournalError, with the file's name, for every other damage: a segment
 * that is missing, swapped, repeated or cut short in the middle among them.
 */
export function readJournalFolder(dir: string, onRecord: (record: JournalRecord) => void): JournalFacts {
  const names = segmentNames(dir);
  const segments: SegmentFacts[] = [];
  let [check, cutBytes, records] = ['', 0, 0];
  for (const [index, name] of names.entries()) {
    const path = join(dir, name);
    const isLast = index === names.length - 1;
    const read = named(name, () => readOne(path, index + 1, check, isLast));
    if (read === undefined) return { segments, records, cutBytes: statSync(path).size, void: name, check };
    const { header } = read;
    segments.push({ name, bytes: statSync(path).size, header, records: read.records.length });
    for (const record of read.records) onRecord(record);
    records += read.records.length;
    ({ check, cutBytes } = read);
  }
  return { segments, records, cutBytes, check };
}

function readOne(path: string, segment: number, previous: string, isLast: boolean): ReadJournal | undefined {
  const read = readSegment(readFileSync(path));
  if (!isLast && (read === undefined || read.cutBytes > 0)) {
    throw new JournalError('it ends within a frame, and another segment follows it');
  }
  if (read === undefined) return undefined;
  const { header } = read;
  if (header.segment !== segment) throw new JournalError(`it says that it is segment ${header.segment}`);
  if (header.previous !== previous) throw new JournalError('it does not follow the segment before it');
  return read;
}

function named<T>(name: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw error instanceof JournalError ? new JournalError(`${name}: ${error.message}`) : error;
  }
}
