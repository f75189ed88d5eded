// Opens the journal of a run: a folder of its own in journal.dir, its header durable before anything else starts. Main thread.
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Journal } from '../ledger/journal.ts';
import { openJournalFolder } from '../ledger/journal-folder.ts';
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

/** Creates it. Throws JournalCreateError. */
export function createJournal(
  { journal: { dir, segmentBytes } }: Config,
  configHash: string,
  clock: Clock,
): { journal: Journal; path: string } {
  const path = join(dir, `${new Date(clock.wallMs()).toISOString().replaceAll(':', '-')}-${process.pid}`);
  try {
    const options = { configHash, segmentBytes, build: buildId(), onRecord: () => undefined };
    return { journal: openJournalFolder(path, options).journal, path };
  } catch (error) {
    throw new JournalCreateError(`journal.dir: ${path} cannot be created: ${reasonOf(error)}`, { cause: error });
  }
}
