// Two engines never write one journal: a lock that a living process holds is respected, that of a dead one taken over.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isJournalHeld, JournalHeldError, lockJournal } from '../../engine/ledger/journal-lock.ts';
import { journalDir, openJournal } from '../helpers/journal.ts';

function folder(): string {
  const dir = journalDir();
  mkdirSync(dir, { mode: 0o700 });
  return dir;
}

/** A folder with the lock of a process that is this one but for `change`. */
function heldBy(change: { pid?: number; started?: string; boot?: string; host?: string }): string {
  const dir = folder();
  const lock = lockJournal(dir);
  const [, pid, started, boot, host] = readdirSync(dir)[0]!.split('.');
  lock.release();
  const other = { pid, started, boot, host, ...change };
  writeFileSync(join(dir, `lock.${other.pid}.${other.started}.${other.boot}.${other.host}`), '');
  return dir;
}

/** Number of a process that was and is no more. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

test('a lock is the only file, tells its process, and is gone when it is released', () => {
  const dir = folder();
  const lock = lockJournal(dir);
  expect(lock.takenOverFrom).toBe(0);
  expect(readdirSync(dir)).toEqual([expect.stringMatching(new RegExp(`^lock\\.${process.pid}\\.\\d+\\.`))]);
  expect(isJournalHeld(dir)).toBe(true);
  lock.release();
  expect(readdirSync(dir)).toEqual([]);
  expect(isJournalHeld(dir)).toBe(false);
});

test('a journal that is open is not opened again, and is when it was closed', () => {
  const dir = journalDir();
  const { journal } = openJournal(dir);
  expect(() => openJournal(dir)).toThrow(JournalHeldError);
  expect(() => openJournal(dir)).toThrow(/is written by this very process/);
  journal.close();
  openJournal(dir).journal.close();
});

test('of a living process it is respected, with its number in the sentence', () => {
  const dir = heldBy({ pid: process.ppid, started: '' });
  expect(() => lockJournal(dir)).toThrow(`${dir} is written by process ${process.ppid}`);
  // And the one who tried left nothing behind.
  expect(readdirSync(dir)).toEqual([expect.stringContaining(`.${process.ppid}.`)]);
});

test('of a dead process it is taken over and told: ended, another one with its number, before the last boot', () => {
  const dead = deadPid();
  for (const change of [{ pid: dead }, { pid: process.ppid, started: '1' }, { pid: process.ppid, boot: 'before' }]) {
    const dir = heldBy(change);
    expect(isJournalHeld(dir)).toBe(false);
    const lock = lockJournal(dir);
    expect(lock.takenOverFrom).toBe(change.pid);
    expect(readdirSync(dir)).toHaveLength(1);
    lock.release();
  }
});

test('of another machine nothing is known, and of a file that says nothing: refused, with what to remove', () => {
  const other = heldBy({ pid: deadPid(), host: 'other' });
  expect(() => lockJournal(other)).toThrow(/of the machine other; if no engine writes it, remove .*other$/);
  const empty = folder();
  writeFileSync(join(empty, 'lock.what'), '');
  expect(() => lockJournal(empty)).toThrow(/a lock that says nothing; if no engine writes it, remove .*lock\.what$/);
});
