// Temporary directories and readers the replay tests share.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { RecordingReader } from '../../../engine/replay/recording.ts';

export const FIXTURES = fileURLToPath(new URL('../../fixtures/replay', import.meta.url));
export const INDEPENDENT = fileURLToPath(new URL('../../independent', import.meta.url));

/** A directory that is removed when the test ends. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'dutchbook-replay-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export interface ReadRecord {
  readonly text: string;
  readonly recvNs: number;
  readonly connection: number;
  readonly flags: number;
}

/** Every record of a recording, in the order a replay sees them. */
export function recordsOf(path: string): ReadRecord[] {
  const reader = new RecordingReader(path);
  const records: ReadRecord[] = [];
  while (reader.next()) {
    const { recvNs, connection, flags } = reader.current;
    records.push({ text: reader.current.message().toString('utf8'), recvNs, connection, flags });
  }
  reader.close();
  return records;
}
