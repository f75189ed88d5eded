// Journals as tests read and make them: the one that a run left in its folder, and folders of their own.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openJournalFolder } from '../../engine/ledger/journal-folder.ts';
import type { JournalRecord } from '../../engine/ledger/records.ts';
import { readJournalFolder } from '../../engine/ledger/segments.ts';

/** Records of a journal's folder. */
export function recordsOf(dir: string): JournalRecord[] {
  const records: JournalRecord[] = [];
  readJournalFolder(dir, (record) => records.push(record));
  return records;
}

/** Records of the first run whose journal is in `dir`. */
export function recordsOfRun(dir: string): JournalRecord[] {
  return recordsOf(join(dir, readdirSync(dir)[0]!));
}

/** A folder for a journal, gone after the test. */
export function journalDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'dutchbook-journal-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return join(dir, 'journal');
}

/** Opens it as a run does, with segments as small as may be. */
export function openJournal(dir: string, segmentBytes = 1_000) {
  const records: JournalRecord[] = [];
  const options = { configHash: 'abc', build: 'test', segmentBytes };
  return { ...openJournalFolder(dir, { ...options, onRecord: (record) => records.push(record) }), records };
}

/** The n-th record of a made journal: every one is another, of another length. */
export function recordNo(n: number): JournalRecord {
  return { type: 'settle', atNs: n, token: 't'.repeat(1 + ((n * 37) % 151)), payoutE4: n };
}
