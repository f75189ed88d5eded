// The other recordings in the recorder's folder: what they take counts against its bound on disk, and whole ones are
// removed, oldest first, where that is allowed. Recorder's thread; touches nothing that is not named as a recorder names
// its folders, and nothing that another recorder still writes.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ManifestError, readManifest } from './manifest.ts';

/**
 * A recording that was not ended and in which nothing has changed for so long is nobody's: a recorder writes its manifest
 * every RENEW_NS. Process ids say nothing here: in containers that share the folder every recorder may be process 1.
 */
export const SILENT_MS = 120_000;

/**
 * Rounds of ours, one every RENEW_NS, in which it must have been so. One after a pause of the whole machine or container
 * says nothing: the others have not had their turn since. Two may lie between two renewals of a live one.
 */
const SILENT_ROUNDS = 4;

/** Wall time of its start and the process that made it: names sort by age. */
const NAME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-\d+$/;

/** Name of the folder of a recording that begins at `wallMs`, made by process `pid`. */
export function recordingName(wallMs: number, pid: number): string {
  return `${new Date(wallMs).toISOString().replaceAll(':', '-')}-${pid}`;
}

interface Earlier {
  readonly path: string;
  readonly bytes: number;
  /** When something in it changed last, by the clock of the file system. */
  readonly changedMs: number;
}

export class EarlierRecordings {
  readonly #dir: string | undefined;
  readonly #own: string;
  #oldestFirst: Earlier[] = [];
  /** By path: the last change that was seen, and the rounds in which it was the last. */
  #seen = new Map<string, { readonly changedMs: number; readonly rounds: number }>();
  /** What they took when they were last looked at, with those that others still write. */
  bytes = 0;

  /** Looks into `dir`; `own` is the folder of the recording made there. `dir` undefined: there are none. */
  constructor(dir: string | undefined, own: string) {
    this.#dir = dir;
    this.#own = own;
    // We are new here: what is silent already has been so without us.
    this.look(SILENT_ROUNDS);
  }

  /** A round of the recorder is over: measures all of them again, and finds those that nobody writes any more. */
  round(): void {
    this.look(1);
  }

  /** The same in the middle of a round, or `rounds` after the last look. */
  look(rounds = 0): void {
    if (this.#dir === undefined) return;
    // What we just wrote says what time it is where the others write.
    const nowMs = statSync(this.#own).mtimeMs;
    const all = foldersIn(this.#dir, basename(this.#own)).flatMap((path) => measured(path) ?? []);
    this.bytes = all.reduce((sum, { bytes }) => sum + bytes, 0);
    const before = this.#seen;
    this.#seen = new Map(
      all.map(({ path, changedMs }) => {
        const last = before.get(path);
        return [path, { changedMs, rounds: (last?.changedMs === changedMs ? last.rounds : 0) + rounds }];
      }),
    );
    const isSilent = ({ path, changedMs }: Earlier): boolean =>
      nowMs - changedMs > SILENT_MS && this.#seen.get(path)!.rounds >= SILENT_ROUNDS;
    this.#oldestFirst = all.filter((one) => isSilent(one) || hasEnded(one.path));
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

function foldersIn(dir: string, own: string): string[] {
  const entries = readdirSync(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory() && NAME.test(entry.name) && entry.name !== own);
  return names.map(({ name }) => join(dir, name)).sort();
}

/** undefined: another process removed it meanwhile. */
function measured(path: string): Earlier | undefined {
  try {
    let { mtimeMs: changedMs } = statSync(path);
    let bytes = 0;
    for (const name of readdirSync(path)) {
      // A file that is removed while it is looked at takes nothing.
      const file = statSync(join(path, name), { throwIfNoEntry: false });
      bytes += file?.size ?? 0;
      changedMs = Math.max(changedMs, file?.mtimeMs ?? 0);
    }
    return { path, bytes, changedMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Its manifest says so. One that cannot be read may be one that is just begun. */
function hasEnded(path: string): boolean {
  try {
    return readManifest(path).recorder?.state !== 'recording';
  } catch (error) {
    if (error instanceof ManifestError) return false;
    throw error;
  }
}
