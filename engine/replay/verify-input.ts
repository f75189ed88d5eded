// Finds what `verify` was pointed at: recordings as they are, captured files as temporary recordings made by the import,
// and folders that hold either. Cold path.
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { ImportError, type ImportFormat, importRecording } from './import.ts';
import { MANIFEST_FILE } from './manifest.ts';

const SESSION_FILES = ['raw_messages.jsonl', 'raw_messages.jsonl.gz'];
const SNIFFED_BYTES = 65_536;

/** A recording to verify, and what to do when that is done. */
export interface VerifyInput {
  /** As the user named it. */
  readonly name: string;
  readonly recording: string;
  /** Removes what was made for it. */
  release(): void;
}

export interface InputOptions {
  readonly from: ImportFormat | undefined;
  readonly markets: string | undefined;
  readonly stop: AbortSignal;
}

/** The recordings and captures that `path` names: itself, or those directly inside a folder. Throws ImportError. */
export function inputsIn(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new ImportError(`${path}: no such file or folder`);
  if (!stat.isDirectory() || isInput(path)) return [path];
  const inside = readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .filter((inner) => statSync(inner).isDirectory() && isInput(inner));
  if (inside.length === 0)
    throw new ImportError(`${path}: neither a recording nor a captured session, nor a folder of them`);
  return inside;
}

/** Opens one input; a capture is imported into a temporary folder. Throws what the import throws. */
export async function openInput(path: string, { from, markets, stop }: InputOptions): Promise<VerifyInput> {
  if (existsSync(join(path, MANIFEST_FILE))) return { name: path, recording: path, release: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'dutchbook-verify-'));
  const release = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const recording = join(folder, 'recording');
    await importRecording(path, recording, { from: from ?? formatOf(path), markets, stop });
    return { name: path, recording, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** Whether a folder is a recording or a captured session. */
export function isInput(folder: string): boolean {
  return [MANIFEST_FILE, ...SESSION_FILES].some((name) => existsSync(join(folder, name)));
}

/** The format of a capture by how it begins. */
function formatOf(path: string): ImportFormat {
  if (statSync(path).isDirectory()) return 'polymarket-jsonl';
  const start = firstText(path).trimStart();
  if (start.startsWith('[')) return 'polymarket-frames';
  const [line = ''] = start.split('\n', 1);
  if (line.includes('"payload"')) return 'polymarket-jsonl';
  if (line.includes('"recv_ms"')) return 'kalshi-ndjson';
  throw new ImportError(`${path}: not a capture of a known format; name it with --from`);
}

function firstText(path: string): string {
  const bytes = Buffer.alloc(SNIFFED_BYTES);
  const file = openSync(path, 'r');
  try {
    const first = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
    if (first[0] !== 0x1f || first[1] !== 0x8b) return first.toString('utf8');
    // The beginning is enough: a cut stream gives what it held so far.
    return gunzipSync(first, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8');
  } finally {
    closeSync(file);
  }
}
