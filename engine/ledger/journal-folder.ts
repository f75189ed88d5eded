// Opens a journal's folder to write in it, empty or left by an earlier run: takes its lock, reads what is there, cuts a torn
// end, goes on in a new segment. Main thread, before trading starts.
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Journal, type JournalSink } from './journal.ts';
import { type JournalLock, lockJournal } from './journal-lock.ts';
import type { JournalRecord } from './records.ts';
import { JournalError } from './recover.ts';
import { type JournalFacts, readJournalFolder, SEGMENTS_MAX, segmentName } from './segments.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

export interface OpenOptions {
  readonly configHash: string;
  /** What writes it. */
  readonly build: string;
  readonly segmentBytes: number;
  /** Told of every record that the folder has, in order, before anything is written. */
  readonly onRecord: (record: JournalRecord) => void;
}

/** A journal to write to, and what was there before. */
export interface OpenedJournal {
  readonly journal: Journal;
  readonly before: JournalFacts;
  /** Process whose lock was taken over because it is no more, 0 when there was none. */
  readonly takenOverFrom: number;
}

/**
 * Opens `dir`, made when missing, and holds its lock until the journal is closed. Throws JournalError for damage,
 * JournalHeldError for another's lock, and what the file system throws.
 */
export function openJournalFolder(dir: string, options: OpenOptions): OpenedJournal {
  mkdirSync(dir, { recursive: true, mode: FOLDER_MODE });
  const mode = statSync(dir).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw new JournalError(`${dir} has mode ${mode.toString(8).padStart(4, '0')}, allowed 0700`);
  }
  const lock = lockJournal(dir);
  try {
    return openLocked(dir, options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openLocked(
  dir: string,
  { configHash, build, segmentBytes, onRecord }: OpenOptions,
  lock: JournalLock,
): OpenedJournal {
  const before = readJournalFolder(dir, onRecord);
  cut(dir, before);
  const segment = before.segments.length + 1;
  if (segment > SEGMENTS_MAX) throw new JournalError(`${dir} has ${SEGMENTS_MAX} segments, which is all it can have`);
  const journal = new Journal(createSegment(dir, segment), configHash, {
    ...{ segment, previous: before.check, build, segmentBytes },
    next: (number) => createSegment(dir, number),
    closed: () => lock.release(),
  });
  return { journal, before, takenOverFrom: lock.takenOverFrom };
}

/** Takes a torn end off for good, before anything is chained behind it. */
function cut(dir: string, { segments, cutBytes, void: torn }: JournalFacts): void {
  if (torn !== undefined) {
    unlinkSync(join(dir, torn));
    syncFolder(dir);
    return;
  }
  const last = segments.at(-1);
  if (last === undefined || cutBytes === 0) return;
  const descriptor = openSync(join(dir, last.name), 'r+');
  try {
    ftruncateSync(descriptor, last.bytes - cutBytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Creates a segment's file, which must not exist, readable by its owner only; it is in the folder for good at the return. */
export function createSegment(dir: string, segment: number): JournalSink {
  const descriptor = openSync(join(dir, segmentName(segment)), 'ax', FILE_MODE);
  syncFolder(dir);
  return {
    write: (bytes) => writeSync(descriptor, bytes),
    sync: () => fdatasyncSync(descriptor),
    close: () => closeSync(descriptor),
  };
}

function syncFolder(dir: string): void {
  const descriptor = openSync(dir, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
