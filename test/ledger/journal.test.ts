// The journal under damage: every byte of the tail cut or flipped is recovered or refused, and never read wrong.
import { expect, test } from 'vitest';
import { createMemorySink, Journal, type JournalSink } from '../../engine/ledger/journal.ts';
import type { JournalRecord } from '../../engine/ledger/records.ts';
import { JournalError, readJournal } from '../../engine/ledger/recover.ts';
import * as L from '../../wasm/layout.ts';

const RECORDS: JournalRecord[] = [
  { type: 'deposit', atNs: 1, micros: 5_000_000 },
  { type: 'gate', atNs: 2, batchId: 1, cause: 'BREAKER_OPEN' },
  { type: 'sent', atNs: 3, batchId: 2 },
  { type: 'settle', atNs: 4, token: '711', payoutE4: 10_000 },
];

function written(): Buffer {
  const sink = createMemorySink();
  const journal = new Journal(sink, 'abc');
  for (const record of RECORDS) journal.append(record);
  journal.close();
  return sink.toBytes();
}

/** The records, or 'refused'. Anything that is neither a prefix of the truth nor a refusal is a failure. */
function readOrRefuse(bytes: Buffer): readonly JournalRecord[] | 'refused' {
  try {
    const { records, cutBytes, header } = readJournal(bytes);
    expect(header.configHash).toBe('abc');
    expect(records).toEqual(RECORDS.slice(0, records.length));
    if (records.length < RECORDS.length) expect(cutBytes > 0 || bytes.length < written().length).toBe(true);
    return records;
  } catch (error) {
    expect(error).toBeInstanceOf(JournalError);
    return 'refused';
  }
}

test('what was appended is read back, with the header', () => {
  const { header, records, cutBytes } = readJournal(written());
  expect(header).toMatchObject({ formatVersion: 3, layoutVersion: L.LAYOUT_VERSION, configHash: 'abc' });
  expect(records).toEqual(RECORDS);
  expect(cutBytes).toBe(0);
});

test('cut at every byte, a journal gives a prefix of its records or is refused', () => {
  const bytes = written();
  const lengths = new Set<number>();
  for (let length = 0; length < bytes.length; length += 1) {
    const read = readOrRefuse(bytes.subarray(0, length));
    if (read !== 'refused') lengths.add(read.length);
  }
  expect([...lengths]).toEqual([0, 1, 2, 3]);
});

test('with any byte flipped in any of two ways, a journal is refused or loses its last frame and nothing else', () => {
  const bytes = written();
  const outcomes = { refused: 0, cut: 0 };
  for (let at = 0; at < bytes.length; at += 1) {
    for (const mask of [0x01, 0xff]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = damaged[at]! ^ mask;
      const read = readOrRefuse(damaged);
      if (read === 'refused') outcomes.refused += 1;
      else {
        expect(read).toHaveLength(RECORDS.length - 1);
        outcomes.cut += 1;
      }
    }
  }
  expect(outcomes.refused).toBeGreaterThan(0);
  expect(outcomes.cut).toBeGreaterThan(0);
  expect(outcomes.refused + outcomes.cut).toBe(2 * bytes.length);
});

test('an end of zeros is a torn write; a removed or repeated frame in the middle is refused', () => {
  const bytes = written();
  const { records, cutBytes } = readJournal(Buffer.concat([bytes, Buffer.alloc(100)]));
  expect([records.length, cutBytes]).toEqual([RECORDS.length, 100]);
  const starts = frameStarts(bytes);
  const [from, to] = [starts[2]!, starts[3]!];
  const removed = Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  const repeated = Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  for (const damaged of [removed, repeated]) expect(readOrRefuse(damaged)).toBe('refused');
});

function frameStarts(bytes: Buffer): number[] {
  const starts: number[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32LE(at) + 16) starts.push(at);
  return starts;
}

test('a sink that takes only some bytes of each write loses none', () => {
  const memory = createMemorySink();
  let shortWrites = 0;
  const sink: JournalSink = {
    ...memory,
    write: (bytes) => {
      shortWrites += bytes.length > 7 ? 1 : 0;
      return memory.write(bytes.subarray(0, 7));
    },
  };
  const journal = new Journal(sink, 'abc');
  for (const record of RECORDS) journal.append(record);
  expect(shortWrites).toBeGreaterThan(RECORDS.length);
  expect(memory.toBytes()).toEqual(written());
});

test('a full disk fails the append, and every N-th failing write or sync leaves a readable journal behind', () => {
  let failed = 0;
  for (let nth = 1; nth <= 12; nth += 1) {
    const memory = createMemorySink();
    let calls = 0;
    let acknowledged = 0;
    const step = (): void => {
      calls += 1;
      if (calls >= nth) throw new Error('ENOSPC: no space left on device');
    };
    const sink: JournalSink = {
      ...memory,
      write: (bytes) => {
        step();
        return memory.write(bytes);
      },
      sync: step,
    };
    try {
      const journal = new Journal(sink, 'abc');
      for (const record of RECORDS) {
        journal.append(record);
        journal.sync();
        acknowledged += 1;
      }
    } catch (error) {
      failed += 1;
      expect(String(error)).toContain('ENOSPC');
    }
    const read = readOrRefuse(memory.toBytes());
    if (acknowledged > 0) expect(read.length).toBeGreaterThanOrEqual(acknowledged);
  }
  expect(failed).toBe(11);
});

test('a sink that takes nothing is reported instead of being tried for ever', () => {
  expect(() => new Journal({ ...createMemorySink(), write: () => 0 }, 'abc')).toThrow(/not taken, disk full/);
});
