// The recordings that earlier runs left in the recorder's folder: what they take counts against its bound on disk, and
// whole ones are removed, oldest first, where that is allowed. Recorder's thread; touches nothing that is not named as
// a recorder names its folders, and nothing that another process still writes.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ManifestError, readManifest } from './manifest.ts';

/** Wall time of its start and the process that made it: names sort by age. */
const NAME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-(\d+)$/;

/** Name of the folder of a recording that begins at `wallMs`, made by process `pid`. */
export function recordingName(wallMs: number, pid: number): string {
  return `${new Date(wallMs).toISOString().replaceAll(':', '-')}-${pid}`;
}

interface Earlier {
  readonly path: string;
  readonly bytes: number;
}

export class EarlierRecordings {
  readonly #oldestFirst: Earlier[];
  /** What they take, with those that others still write. */
  bytes: number;

  /** Looks into `dir`; `own` is the recording about to be made there. `dir` undefined: there are none. */
  constructor(dir: string | undefined, own: string) {
    const paths = dir === undefined || !existsSync(dir) ? [] : recordingsIn(dir, basename(own));
    const all = paths.map((path) => ({ path, bytes: bytesIn(path) }));
    this.bytes = all.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#oldestFirst = all.filter(({ path }) => !isBeingWritten(path));
  }

  /** Removes the oldest; false when there is none to remove. */
  removeOldest(): boolean {
    const oldest = this.#oldestFirst.shift();
    if (oldest === undefined) return false;
    rmSync(oldest.path, { recursive: true, force: true });
    this.bytes -= oldest.bytes;
    return true;
  }
}

function recordingsIn(dir: string, own: string): string[] {
  const names = readdirSync(dir).filter((name) => NAME.test(name) && name !== own);
  return names.sort().map((name) => join(dir, name));
}

function bytesIn(folder: string): number {
  // A file that is removed while it is looked at takes nothing.
  return readdirSync(folder).reduce((sum, name) => {
    return sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}

/** Its manifest says that it goes on, and the process that made it lives. */
function isBeingWritten(folder: string): boolean {
  try {
    if (readManifest(folder).recorder?.state !== 'recording') return false;
  } catch (error) {
    if (error instanceof ManifestError) return false;
    throw error;
  }
  const pid = Number(NAME.exec(basename(folder))?.[1]);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
