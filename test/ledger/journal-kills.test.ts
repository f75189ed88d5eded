// kill -9 of a process that writes a journal, at random points of its opening and its writing, again and again over the same
// folder: no record that was told as durable is lost, none is wrong, and the next process goes on.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { Random } from '../../engine/core/random.ts';
import type { JournalRecord } from '../../engine/ledger/records.ts';
import { readJournalFolder } from '../../engine/ledger/segments.ts';
import { journalDir, recordNo } from '../helpers/journal.ts';

const KILLS = Number(process.env['DUTCHBOOK_JOURNAL_KILLS'] ?? '8');
/** Then a folder of its own: reading it all again must not become what takes the time. */
const KILLS_PER_FOLDER = 20;
const SEGMENT_BYTES = 3_000;

interface Killed {
  /** Records that were durable when it was killed, as far as it could tell. */
  readonly durable: number;
  readonly phase: 'opening' | 'writing';
}

/**
 * Starts a writer that dies behind so many writes, or, with `pieces` of 0, is killed after it has told so much: `lines` of 1
 * is in the middle of its opening.
 */
function killed({ pieces, lines }: { pieces: number; lines: number }, dir: string): Promise<Killed> {
  const words = [resolve('test/ledger/journal-writer.mjs'), dir, String(SEGMENT_BYTES), String(pieces)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stderr.on('data', (bytes: Buffer) => {
    err += bytes.toString();
  });
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString();
    if (pieces === 0 && out.split('\n').length > lines) child.kill('SIGKILL');
  });
  return new Promise((done, fail) => {
    child.on('close', (code, signal) => {
      if (signal !== 'SIGKILL') fail(new Error(`the writer ended with ${code}: ${err}`));
      const told = [...out.matchAll(/^(?:durable|opened) (\d+)/gm)].map(([, count]) => Number(count));
      done({ durable: told.at(-1) ?? 0, phase: told.length === 0 ? 'opening' : 'writing' });
    });
  });
}

test(`${KILLS} kills at random points lose no record that was durable`, { timeout: 3_600_000 }, async () => {
  const random = new Random(6);
  const counts = { opening: 0, writing: 0, torn: 0, tornBytes: 0, void: 0, records: 0, segments: 0 };
  for (let kill = 0; kill < KILLS; ) {
    const dir = journalDir();
    let durable = 0;
    for (let turn = 0; turn < KILLS_PER_FOLDER && kill < KILLS; turn += 1, kill += 1) {
      const pieces = random.chance(0.5) ? random.integer(1, 400) : 0;
      const lines = random.chance(0.25) ? 1 : random.integer(2, 12);
      const told = await killed({ pieces, lines }, dir);
      counts[told.phase] += 1;
      durable = Math.max(durable, told.durable);
      const records: JournalRecord[] = [];
      // A writer that was killed before it made its folder has written nothing.
      const { cutBytes, void: torn, segments } = readIfThere(dir, records);
      expect(records.length, `kill ${kill}`).toBeGreaterThanOrEqual(durable);
      expect(JSON.stringify(records)).toBe(JSON.stringify(records.map((_, n) => recordNo(n))));
      counts.torn += cutBytes > 0 ? 1 : 0;
      counts.tornBytes += cutBytes;
      counts.void += torn === undefined ? 0 : 1;
      counts.segments = Math.max(counts.segments, segments.length);
      durable = records.length;
    }
    counts.records += durable;
    rmSync(dir, { recursive: true, force: true });
  }
  console.log(`${KILLS} kills, 0 durable records lost:`, JSON.stringify(counts));
  expect(counts.opening + counts.writing).toBe(KILLS);
  expect(Math.min(counts.opening, counts.writing, counts.torn, counts.segments)).toBeGreaterThan(0);
});

function readIfThere(dir: string, records: JournalRecord[]) {
  try {
    return readJournalFolder(dir, (record) => records.push(record));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { cutBytes: 0, void: undefined, segments: [] };
  }
}
