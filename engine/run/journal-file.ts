// The journal of a run. Paper and simulated venues forget everything with the process: each run has a folder of its own in
// journal.dir, named after its start. Live runs go on in one folder, `live`, whatever ended the run before. Main thread.
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Journal } from '../ledger/journal.ts';
import { type OpenedJournal, openJournalFolder } from '../ledger/journal-folder.ts';
import { JournalHeldError } from '../ledger/journal-lock.ts';
import { JournalError } from '../ledger/recover.ts';
import { readJournalFolder } from '../ledger/segments.ts';
import { JournalState } from '../ledger/state.ts';
import { buildId } from './build-id.ts';

/** The journal cannot be created; one sentence with the key, the path and the reason. */
export class JournalCreateError extends Error {
  override readonly name = 'JournalCreateError';
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'it exists already',
};

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : REASONS[code]) ?? message;
}

/** A journal to write to, with what earlier runs left in it. */
export interface RunJournal extends Omit<OpenedJournal, 'journal'> {
  readonly journal: Journal;
  readonly path: string;
  /** undefined: nothing, it begins with this run. */
  readonly state: JournalState | undefined;
}

/** Opens it. Throws JournalCreateError, JournalError for damage, JournalHeldError for another's. */
export function openRunJournal(
  { journal: { dir, segmentBytes } }: Config,
  configHash: string,
  clock: Clock,
  isLive: boolean,
): RunJournal {
  const own = `${new Date(clock.wallMs()).toISOString().replaceAll(':', '-')}-${process.pid}`;
  const path = join(dir, isLive ? 'live' : own);
  const state = new JournalState();
  try {
    const options = { configHash, segmentBytes, build: buildId() };
    const opened = openJournalFolder(path, { ...options, onRecord: (record) => state.apply(record) });
    // What was intended last and not judged may have left all the same.
    for (const record of state.clearPending(0)) {
      opened.journal.append(record);
      state.apply(record);
    }
    return { ...opened, path, state: state.records === 0 ? undefined : state };
  } catch (error) {
    if (error instanceof JournalError || error instanceof JournalHeldError) {
      error.message = `journal.dir: ${path}: ${error.message}`;
      throw error;
    }
    throw new JournalCreateError(`journal.dir: ${path} cannot be created: ${reasonOf(error)}`, { cause: error });
  }
}

/** Why the journal's bytes do not fold to the live state, '' when they do. To be asked when it is closed. */
export function foldDifference(path: string, liveDigest: string): string {
  const state = new JournalState();
  try {
    const { cutBytes } = readJournalFolder(path, (record) => state.apply(record));
    if (cutBytes > 0) return `it ends in ${cutBytes} torn bytes`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const digest = state.digest();
  return digest === liveDigest ? '' : `it folds to ${digest}, the live state is ${liveDigest}`;
}
