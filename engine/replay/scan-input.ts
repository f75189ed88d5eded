// Finds what `scan` was pointed at: recordings, captured sessions and tapes, folders of matched pairs, and folders that
// hold any of these. Cold path.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImportError } from './import.ts';
import { importBooks, isBooksFolder } from './import-books.ts';
import { type InputOptions, isInput, openInput, type VerifyInput } from './verify-input.ts';

/** Folders within folders that are looked into. */
const DEPTH_MAX = 3;
const TAPE = /\.ndjson(\.gz)?$/;

/** Everything at or inside `path` that can be scanned, in order. Throws ImportError when there is nothing. */
export function scanInputsIn(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new ImportError(`${path}: no such file or folder`);
  if (!stat.isDirectory()) return [path];
  const found = inputsInside(path, DEPTH_MAX);
  if (found.length > 0) return found;
  throw new ImportError(`${path}: no recording, captured session, tape or folder of matched pairs in it`);
}

function inputsInside(folder: string, depth: number): string[] {
  if (isBooksFolder(folder) || isInput(folder)) return [folder];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const inner = join(folder, entry.name);
    if (entry.isDirectory()) return depth > 0 ? inputsInside(inner, depth - 1) : [];
    return TAPE.test(entry.name) ? [inner] : [];
  });
}

/** Opens one of them as a recording. Throws what the import throws. */
export async function openScanInput(path: string, options: InputOptions): Promise<VerifyInput> {
  if (!statSync(path).isDirectory() || !isBooksFolder(path)) return openInput(path, options);
  const folder = mkdtempSync(join(tmpdir(), 'dutchbook-scan-'));
  const release = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const recording = join(folder, 'recording');
    await importBooks(path, recording);
    return { name: path, recording, release };
  } catch (error) {
    release();
    throw error;
  }
}
