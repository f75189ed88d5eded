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
function heldBy(change: { pid?: number; started?: string; space?: string; boot?: string; host?: string }): string {
  const dir = folder();
  const lock = lockJournal(dir);
  const [, pid, started, space, boot, host] = readdirSync(dir)[0]!.split('.');
  lock.release();
  const other = { pid, started, space, boot, host, ...change };
  writeFileSync(join(dir, `lock.${other.pid}.${other.started}.${other.space}.${other.boot}.${other.host}`), '');
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

test('of a process in another namespace nothing is known, whatever its number says here: refused, with what to remove', () => {
  for (const change of [
    { pid: deadPid(), space: '1' },
    { pid: process.ppid, started: '1', space: '1' },
  ]) {
    const dir = heldBy(change);
    expect(() => lockJournal(dir)).toThrow(
      new RegExp(
        `written by process ${change.pid} of another container; if no engine writes it, remove ${dir}/lock\\.`,
      ),
    );
    expect(isJournalHeld(dir)).toBe(true);
    expect(readdirSync(dir)).toEqual([expect.stringContaining(`.${change.pid}.`)]);
  }
  // No process outlives its machine, in whatever namespace it was.
  const dead = deadPid();
  const lock = lockJournal(heldBy({ pid: dead, space: '1', boot: 'before' }));
  expect(lock.takenOverFrom).toBe(dead);
  lock.release();
});

/** A namespace of its own, in which nobody outside has a number. */
const APART = ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc'];
const canPart = spawnSync('unshare', [...APART, 'true']).status === 0;

test.runIf(canPart)('of two processes of one host and boot that do not see each other the second is refused', () => {
  const dir = folder();
  const lock = lockJournal(dir);
  const script = `
    import { lockJournal } from '${new URL('../../dist/engine/ledger/journal-lock.js', import.meta.url).pathname}';
    try { lockJournal(process.argv[1]); console.log('taken'); } catch (error) { console.log(error.message); }`;
  const run = spawnSync('unshare', [...APART, process.execPath, '--input-type=module', '-e', script, dir]);
  expect(run.stdout.toString()).toContain(`written by process ${process.pid} of another container`);
  expect(readdirSync(dir)).toHaveLength(1);
  lock.release();
});
