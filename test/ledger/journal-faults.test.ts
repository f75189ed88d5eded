// A journal whose disk fails: every N-th write or sync, in its first segment and while it goes over into others, and writes
// that take less than they were given. What was acknowledged is there; after a failure nothing is acknowledged.
import { expect, test } from 'vitest';
import { createMemorySink, Journal, type JournalPlace, type JournalSink } from '../../engine/ledger/journal.ts';
import type { JournalRecord } from '../../engine/ledger/records.ts';
import { readSegment } from '../../engine/ledger/recover.ts';
import { recordNo } from '../helpers/journal.ts';

const RECORDS = 60;

/** A disk in memory that keeps what was synced apart from what was written, and fails when it is told to. */
class Disk {
  readonly segments: { written: Buffer[]; synced: number }[] = [];
  calls = 0;
  readonly #fails: (call: number, what: string) => boolean;
  readonly #pieceOf: (call: number, bytes: number) => number;

  constructor(fails: (call: number, what: string) => boolean, pieceOf = (_: number, bytes: number): number => bytes) {
    this.#fails = fails;
    this.#pieceOf = pieceOf;
  }

  open(): JournalSink {
    this.#step('open');
    const segment = { written: [] as Buffer[], synced: 0 };
    this.segments.push(segment);
    return {
      write: (bytes) => {
        this.#step('write');
        const piece = this.#pieceOf(this.calls, bytes.length);
        segment.written.push(Buffer.from(bytes.subarray(0, piece)));
        return piece;
      },
      sync: () => {
        this.#step('sync');
        segment.synced = Buffer.concat(segment.written).length;
      },
      close: () => undefined,
    };
  }

  /** The records that would be there if the power went now: of each segment what was synced. */
  durable(): JournalRecord[] {
    return this.segments.flatMap(({ written, synced }) => {
      return readSegment(Buffer.concat(written).subarray(0, synced))?.records ?? [];
    });
  }

  #step(what: string): void {
    this.calls += 1;
    if (this.#fails(this.calls, what)) throw new Error(`${what}: EIO: i/o error`);
  }
}

/** Writes and syncs until the end or the first failure; answers how many records were acknowledged. */
function write(disk: Disk): { acknowledged: number; failed: string; segment: number } {
  let acknowledged = 0;
  let journal: Journal | undefined;
  const place: JournalPlace = {
    ...{ segment: 1, previous: '', build: '', segmentBytes: 700, next: () => disk.open(), closed: () => undefined },
  };
  try {
    journal = new Journal(disk.open(), 'abc', place);
    for (let n = 0; n < RECORDS; n += 1) {
      journal.append(recordNo(n));
      if (n % 3 === 0) continue;
      journal.sync();
      acknowledged = n + 1;
    }
    return { acknowledged, failed: '', segment: journal.segment };
  } catch (error) {
    // It never works again, and says so.
    if (journal !== undefined) {
      const dead = journal;
      expect(dead.failed).toBe(true);
      expect(() => dead.append(recordNo(0))).toThrow(/has not failed/);
      expect(() => dead.sync()).toThrow(/has not failed/);
    }
    return { acknowledged, failed: (error as Error).message, segment: journal?.segment ?? 0 };
  }
}

function expectAcknowledged(disk: Disk, acknowledged: number): void {
  const durable = disk.durable();
  expect(durable.length).toBeGreaterThanOrEqual(acknowledged);
  expect(durable).toEqual(durable.map((_, n) => recordNo(n)));
}

test('without a fault all is acknowledged, over several segments', () => {
  const disk = new Disk(() => false);
  expect(write(disk)).toMatchObject({ acknowledged: RECORDS, failed: '' });
  expect(disk.segments.length).toBeGreaterThan(5);
  expect(disk.durable()).toHaveLength(RECORDS);
});

for (const what of ['any call', 'write', 'sync', 'open'] as const) {
  test(`with the N-th ${what} failing, for N of 1 to 40, nothing is acknowledged that is not durable`, () => {
    const met = new Set<string>();
    let inRoll = 0;
    for (let nth = 1; nth <= 40; nth += 1) {
      let ofKind = 0;
      const disk = new Disk((_, kind) => {
        if (what === 'any call' || kind === what) ofKind += 1;
        return ofKind === nth && (what === 'any call' || kind === what);
      });
      const { acknowledged, failed, segment } = write(disk);
      // A journal of this length opens only so many segments.
      if (what === 'open' && ofKind < nth) continue;
      expect(failed, `N ${nth}`).toMatch(/EIO/);
      met.add(failed.split(':')[0]!);
      inRoll += disk.segments.length > segment || failed.startsWith('open') ? 1 : 0;
      expectAcknowledged(disk, acknowledged);
    }
    expect([...met].sort()).toEqual(what === 'any call' ? ['open', 'sync', 'write'] : [what]);
    if (what === 'any call') expect(inRoll).toBeGreaterThan(2);
  });
}

test('with every write taking less than it was given, and every third of those failing later, no byte is lost or doubled', () => {
  let short = 0;
  const pieceOf = (call: number, bytes: number): number => {
    const piece = Math.min(bytes, 1 + (call % 13));
    short += piece < bytes ? 1 : 0;
    return piece;
  };
  const whole = new Disk(() => false, pieceOf);
  expect(write(whole)).toMatchObject({ acknowledged: RECORDS });
  expect(short).toBeGreaterThan(RECORDS);
  expect(whole.durable()).toEqual(Array.from({ length: RECORDS }, (_, n) => recordNo(n)));
  for (let nth = 3; nth <= 400; nth += 3) {
    const disk = new Disk((call) => call === nth, pieceOf);
    const { acknowledged, failed } = write(disk);
    expect(failed).toMatch(/EIO/);
    expectAcknowledged(disk, acknowledged);
  }
});

test('a journal of one segment asks for no other', () => {
  const memory = createMemorySink();
  const journal = new Journal(memory, 'abc');
  for (let n = 0; n < 1_000; n += 1) journal.append(recordNo(n));
  expect(journal.segment).toBe(1);
});
