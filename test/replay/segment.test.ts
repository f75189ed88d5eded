// Segments: written, read back, cut at every place, changed anywhere.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BLOCK_TARGET_BYTES,
  CODECS,
  type Codec,
  MESSAGE_BYTES_MAX,
  RECORD_HEADER_BYTES,
  RECORD_TEXT,
  SegmentError,
  type SegmentInfo,
} from '../../engine/replay/segment.ts';
import { SegmentReader } from '../../engine/replay/segment-reader.ts';
import { SegmentWriter } from '../../engine/replay/segment-writer.ts';
import { temporaryDirectory } from './support/files.ts';

interface Message {
  readonly bytes: Uint8Array;
  readonly recvNs: number;
  readonly connection: number;
  readonly flags: number;
}

const message = fc.record({
  bytes: fc.uint8Array({ maxLength: 300 }),
  recvNs: fc.double({ min: 0, max: 2 ** 53, noNaN: true }),
  connection: fc.integer({ min: 0, max: 0xffff }),
  flags: fc.integer({ min: 0, max: 2 }),
});

function info(codec: Codec): SegmentInfo {
  return { codec, seqScope: 'marketFiltered', venue: 'kalshi', source: 'a tape', startWallMs: 1_786_410_063_944.5 };
}

function write(path: string, codec: Codec, messages: readonly Message[], blockBytes: number): string {
  const writer = new SegmentWriter(path, info(codec), { blockBytes });
  for (const { bytes, recvNs, connection, flags } of messages) writer.append(bytes, recvNs, connection, flags);
  return writer.close();
}

function read(path: string): { messages: Message[]; tornBytes: number; closed: boolean } {
  const reader = new SegmentReader(path);
  const messages: Message[] = [];
  try {
    while (reader.next()) {
      const { recvNs, connection, flags } = reader;
      messages.push({ bytes: new Uint8Array(reader.message()), recvNs, connection, flags });
    }
  } finally {
    reader.close();
  }
  return { messages, tornBytes: reader.tornBytes, closed: reader.closed };
}

function sample(count: number): Message[] {
  return Array.from({ length: count }, (_, index) => ({
    bytes: new Uint8Array(Buffer.from(`{"frame":${index},"text":"${'x'.repeat(index % 7)}"}`)),
    recvNs: index * 1000,
    connection: 1 + (index % 3),
    flags: RECORD_TEXT,
  }));
}

test('what is written is read back, whatever the codec and the block size', () => {
  const directory = temporaryDirectory();
  let file = 0;
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 40 }),
      fc.constantFrom(...CODECS),
      fc.integer({ min: 1, max: 2000 }),
      (messages, codec, blockBytes) => {
        const path = join(directory, `${file++}.segment`);
        write(path, codec, messages, blockBytes);
        const back = read(path);
        expect(back).toEqual({ messages, tornBytes: 0, closed: true });
        const reader = new SegmentReader(path);
        expect(reader.info).toEqual(info(codec));
        reader.close();
      },
    ),
    { numRuns: 60 },
  );
});

test('a file cut at any byte gives the records of its whole blocks and counts the rest as torn', () => {
  const directory = temporaryDirectory();
  const whole = join(directory, 'whole.segment');
  const messages = sample(12);
  write(whole, 'none', messages, 150);
  const bytes = readFileSync(whole);
  const path = join(directory, 'cut.segment');
  let lastCount = 0;
  for (let cut = 128; cut < bytes.length; cut += 1) {
    writeFileSync(path, bytes.subarray(0, cut));
    const { messages: back, tornBytes, closed } = read(path);
    expect(closed).toBe(false);
    expect(back).toEqual(messages.slice(0, back.length));
    expect(back.length).toBeGreaterThanOrEqual(lastCount);
    expect(tornBytes).toBeLessThan(400);
    lastCount = back.length;
  }
  expect(lastCount).toBe(messages.length);
});

test('zeros that a crash left after the last block are a torn tail', () => {
  const path = join(temporaryDirectory(), 'zeros.segment');
  const messages = sample(10);
  write(path, 'brotli', messages, 100);
  writeFileSync(path, Buffer.concat([readFileSync(path).subarray(0, -64), Buffer.alloc(5000)]));
  const back = read(path);
  expect(back.messages).toEqual(messages);
  expect(back.tornBytes).toBe(5000);
});

test('a changed byte is an error before the tail and a torn tail within the last block; never other records', () => {
  const directory = temporaryDirectory();
  const whole = join(directory, 'whole.segment');
  const messages = sample(9);
  write(whole, 'gzip', messages, 120);
  const bytes = readFileSync(whole);
  const path = join(directory, 'changed.segment');
  let errors = 0;
  let torn = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = changed[at]! ^ 0x40;
    writeFileSync(path, changed);
    try {
      const back = read(path);
      expect(back.messages).toEqual(messages.slice(0, back.messages.length));
      expect(back.closed).toBe(false);
      torn += 1;
    } catch (error) {
      expect(error).toBeInstanceOf(SegmentError);
      errors += 1;
    }
  }
  expect(errors).toBeGreaterThan(bytes.length / 2);
  expect(torn).toBeGreaterThan(0);
});

test('a block swapped with another breaks the chain', () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'swapped.segment');
  const same = Array.from({ length: 3 }, (_, index) => ({ ...sample(1)[0]!, recvNs: index }));
  write(path, 'none', same, 1);
  const bytes = readFileSync(path);
  const blockBytes = (statSync(path).size - 128 - 64) / 3;
  const block = (index: number): Buffer => bytes.subarray(128 + index * blockBytes, 128 + (index + 1) * blockBytes);
  const tail = bytes.subarray(128 + 3 * blockBytes);
  writeFileSync(path, Buffer.concat([bytes.subarray(0, 128), block(1), block(0), block(2), tail]));
  expect(() => read(path)).toThrow(/chain value that differs, at byte 128/);
});

test('files of another kind or version are refused by name', () => {
  const path = join(temporaryDirectory(), 'other.segment');
  writeFileSync(path, 'not a segment');
  expect(() => new SegmentReader(path)).toThrow(/other\.segment: not a recording segment/);
  const version = join(temporaryDirectory(), 'version.segment');
  write(version, 'none', sample(1), 100);
  const bytes = readFileSync(version);
  bytes.writeUInt16LE(9, 8);
  writeFileSync(version, bytes);
  expect(() => new SegmentReader(version)).toThrow(/format version 9, this build reads 1/);
});

test('a writer never replaces a file that exists', () => {
  const path = join(temporaryDirectory(), 'once.segment');
  write(path, 'none', [], 100);
  expect(() => write(path, 'none', [], 100)).toThrow(/EEXIST/);
});

test('the largest message, behind a block almost full, is read back, and one byte more is refused', () => {
  const path = join(temporaryDirectory(), 'a.segment');
  const writer = new SegmentWriter(path, info('brotli'), { quality: 0, blockBytes: Number.MAX_SAFE_INTEGER });
  const lengths = [BLOCK_TARGET_BYTES - RECORD_HEADER_BYTES - 1, MESSAGE_BYTES_MAX];
  for (const length of lengths) writer.append(Buffer.alloc(length, 'x'), 0, 0, RECORD_TEXT);
  expect(() => writer.append(Buffer.alloc(MESSAGE_BYTES_MAX + 1), 0, 0, RECORD_TEXT)).toThrow(SegmentError);
  writer.close();
  const reader = new SegmentReader(path);
  const back: number[] = [];
  while (reader.next()) back.push(reader.length);
  reader.close();
  expect(back).toEqual(lengths);
});
