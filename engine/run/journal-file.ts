// Creates the journal of a run: a file of its own in journal.dir, its header durable before anything else starts.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { createFileSink, Journal } from '../ledger/journal.ts';

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
export function createJournal(dir: string, configHash: string, clock: Clock): { journal: Journal; path: string } {
  const path = join(dir, `${new Date(clock.wallMs()).toISOString().replaceAll(':', '-')}-${process.pid}.journal`);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return { journal: new Journal(createFileSink(path), configHash), path };
  } catch (error) {
    throw new JournalCreateError(`journal.dir: ${path} cannot be created: ${reasonOf(error)}`, { cause: error });
  }
}
