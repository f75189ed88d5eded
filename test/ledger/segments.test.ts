// A journal of many segments: goes on where it ended, is refused when one of its files is missing, swapped, repeated or cut,
// and loses nothing but a torn end.
import {
  chmodSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { JournalRecord } from '../../engine/ledger/records.ts';
import { JournalError } from '../../engine/ledger/recover.ts';
import { readJournalFolder } from '../../engine/ledger/segments.ts';
import { journalDir, openJournal, recordNo, recordsOf } from '../helpers/journal.ts';

/** Every byte of every frame, with several masks. */
const IS_LONG = process.env['DUTCHBOOK_JOURNAL_KILLS'] !== undefined;
const RECORDS = Array.from({ length: 24 }, (_, n) => recordNo(n));

/** A journal of `RECORDS` in several segments. */
function written(): { dir: string; names: string[]; last: string } {
  const dir = journalDir();
  const { journal } = openJournal(dir);
  for (const record of RECORDS) journal.append(record);
  journal.close();
  const names = readdirSync(dir).sort();
  expect(names.length).toBeGreaterThan(3);
  return { dir, names, last: join(dir, names.at(-1)!) };
}

/** The records, or 'refused'. Anything that is neither a prefix of the truth nor a refusal is a failure. */
function readOrRefuse(dir: string): number | 'refused' {
  const records: JournalRecord[] = [];
  try {
    const { cutBytes } = readJournalFolder(dir, (record) => records.push(record));
    expectPrefix(records);
    expect(cutBytes > 0 || records.length <= RECORDS.length).toBe(true);
    return records.length;
  } catch (error) {
    expect(error).toBeInstanceOf(JournalError);
    // What was handed out before the damage was met is true as well.
    expectPrefix(records);
    return 'refused';
  }
}

/** By its text, which is much faster than by its fields. */
function expectPrefix(records: readonly JournalRecord[]): void {
  expect(JSON.stringify(records)).toBe(JSON.stringify(RECORDS.slice(0, records.length)));
}

test('segments are numbered, chained, its owner’s only, and read back in order', () => {
  const { dir, names } = written();
  expect(names).toEqual(names.map((_, index) => `${String(index + 1).padStart(6, '0')}.dbj`));
  expect(recordsOf(dir)).toEqual(RECORDS);
  const { segments } = readJournalFolder(dir, () => undefined);
  expect(segments.map(({ header }) => header.segment)).toEqual(names.map((_, index) => index + 1));
  expect(segments[0]!.header).toMatchObject({ previous: '', build: 'test', configHash: 'abc' });
  expect(segments[1]!.header.previous).toMatch(/^[0-9a-f]{32}$/);
  for (const name of names) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
});

test('an intent never waits for a new segment, nor the gate’s word on it', () => {
  const dir = journalDir();
  const { journal } = openJournal(dir);
  while (journal.segment === 1) journal.append(recordNo(5));
  const long = 'x'.repeat(2_000);
  journal.append({ type: 'gate', atNs: 1, batchId: 1, cause: long });
  journal.append({ type: 'sent', atNs: 1, batchId: 1 });
  const intent = {
    type: 'intent',
    atNs: 1,
    batchId: 2,
    rootBatchId: 2,
    basketIndex: 0,
    payoutE4: 1,
    orders: [],
  } as const;
  journal.append(intent);
  journal.append({ type: 'unwind', atNs: 1, rootBatchId: 1, kind: 'carry', pricesMicros: {}, refused: {}, covers: [] });
  expect(journal.segment).toBe(2);
  journal.append(recordNo(6));
  expect(journal.segment).toBe(3);
  journal.close();
});

test('opened again it tells what it had, goes on in a further segment, and both are one chain', () => {
  const { dir, names } = written();
  const again = openJournal(dir);
  expect(again.records).toEqual(RECORDS);
  expect(again.journal.segment).toBe(names.length + 1);
  again.journal.append(recordNo(24));
  again.journal.close();
  expect(recordsOf(dir)).toEqual([...RECORDS, recordNo(24)]);
});

test('a segment that is missing, swapped, repeated, cut or emptied before the last one is refused, and says which', () => {
  const harms: readonly (readonly [string, (dir: string) => void])[] = [
    ['000002.dbj is missing: the next one is 000003.dbj', (dir) => rmSync(join(dir, '000002.dbj'))],
    ['000001.dbj is missing', (dir) => rmSync(join(dir, '000001.dbj'))],
    [
      '000003.dbj: it says that it is segment 2',
      (dir) => copyFileSync(join(dir, '000002.dbj'), join(dir, '000003.dbj')),
    ],
    ['000002.dbj: it says that it is segment 3', swap],
    ['000002.dbj: it ends within a frame', (dir) => truncateSync(join(dir, '000002.dbj'), sizeOf(dir, 2) - 1)],
    ['000002.dbj: it ends within a frame', (dir) => truncateSync(join(dir, '000002.dbj'), 0)],
    ['000003.dbj: it does not follow', (dir) => truncateSync(join(dir, '000002.dbj'), frameEnds(dir, 2).at(-2)!)],
  ];
  for (const [sentence, harm] of harms) {
    const { dir } = written();
    harm(dir);
    expect(readOrRefuse(dir)).toBe('refused');
    expect(() => openJournal(dir)).toThrow(sentence);
    // And nothing was changed or left behind by the attempt.
    expect(readdirSync(dir).filter((name) => !name.endsWith('.dbj'))).toEqual([]);
  }
});

test('the segment of another journal with the same number and content does not fit either', () => {
  const [one, other] = [written(), journalDir()];
  const { journal } = openJournal(other);
  journal.append(recordNo(99));
  for (const record of RECORDS) journal.append(record);
  journal.close();
  copyFileSync(join(other, '000003.dbj'), join(one.dir, '000003.dbj'));
  expect(readOrRefuse(one.dir)).toBe('refused');
});

test('cut at every byte of the last frames, the journal gives a prefix of its records, says how much was cut, and goes on', () => {
  const { dir, last } = written();
  const whole = readFileSync(last);
  const before = RECORDS.length - frameEnds(dir, readdirSync(dir).length).length + 1;
  let cuts = 0;
  for (let length = whole.length; length >= 0; length -= 1) {
    writeFileSync(last, whole.subarray(0, length));
    const read = readOrRefuse(dir);
    expect(read).not.toBe('refused');
    expect(read).toBeGreaterThanOrEqual(before);
    if (length % 53 !== 0) continue;
    // Opened, the torn end is gone for good and what follows is chained to what is left.
    const again = openJournal(dir);
    expect(again.records).toHaveLength(read as number);
    cuts += again.before.cutBytes > 0 ? 1 : 0;
    again.journal.append(recordNo(1_000));
    again.journal.close();
    expect(recordsOf(dir)).toEqual([...RECORDS.slice(0, read as number), recordNo(1_000)]);
    for (const name of readdirSync(dir).slice(Number(last.slice(-10, -4)))) rmSync(join(dir, name));
  }
  expect(cuts).toBeGreaterThan(5);
});

test('with any byte of the last frames flipped, in two ways, the journal loses its last record or is refused', () => {
  const { dir, last } = written();
  const whole = readFileSync(last);
  const outcomes = { refused: 0, cut: 0 };
  const from = IS_LONG ? 0 : frameEnds(dir, readdirSync(dir).length).at(-3)!;
  for (let at = from; at < whole.length; at += 1) {
    for (const mask of IS_LONG ? [0x01, 0x80, 0xff] : [0x01]) {
      const damaged = Buffer.from(whole);
      damaged[at] = damaged[at]! ^ mask;
      writeFileSync(last, damaged);
      const read = readOrRefuse(dir);
      if (read === 'refused') outcomes.refused += 1;
      else {
        expect(read).toBe(RECORDS.length - 1);
        outcomes.cut += 1;
      }
    }
  }
  expect(outcomes.refused).toBeGreaterThan(50);
  expect(outcomes.cut).toBeGreaterThan(50);
});

test('with any byte of an earlier segment flipped it is refused', () => {
  const { dir } = written();
  const path = join(dir, '000002.dbj');
  const whole = readFileSync(path);
  for (let at = 0; at < whole.length; at += IS_LONG ? 1 : 7) {
    const damaged = Buffer.from(whole);
    damaged[at] = damaged[at]! ^ 0x10;
    writeFileSync(path, damaged);
    expect(readOrRefuse(dir), `byte ${at}`).toBe('refused');
  }
});

test('a folder that others may read is refused', () => {
  const { dir } = written();
  renameSync(dir, `${dir}-open`);
  const open = `${dir}-open`;
  writeFileSync(join(open, 'other'), '');
  expect(() => openJournal(withMode(open, 0o755))).toThrow(/has mode 0755, allowed 0700/);
});

function withMode(dir: string, mode: number): string {
  chmodSync(dir, mode);
  return dir;
}

function swap(dir: string): void {
  renameSync(join(dir, '000002.dbj'), join(dir, 'kept'));
  renameSync(join(dir, '000003.dbj'), join(dir, '000002.dbj'));
  renameSync(join(dir, 'kept'), join(dir, '000003.dbj'));
}

function sizeOf(dir: string, segment: number): number {
  return statSync(join(dir, `00000${segment}.dbj`)).size;
}

/** Where each frame of a segment ends, its header's first. */
function frameEnds(dir: string, segment: number): number[] {
  const bytes = readFileSync(join(dir, `${String(segment).padStart(6, '0')}.dbj`));
  const ends: number[] = [];
  for (let at = 8; at < bytes.length; ) {
    at += 12 + bytes.readUInt32LE(at) + 16;
    ends.push(at);
  }
  return ends;
}
