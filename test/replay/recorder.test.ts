// The recorder on a clock moved by hand: rotation, the bound on disk, a writer that stalls, a disk that fails, a tail cut
// or changed at any byte, and the books of a replay against those of the run that recorded it.
import { spawn } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EXIT } from '../../engine/core/exit-codes.ts';
import { readNote } from '../../engine/ingest/notes.ts';
import { counterTotal } from '../../engine/memory/counters.ts';
import { booksByState } from '../../engine/observe/snapshot.ts';
import { EarlierRecordings, recordingName, SILENT_MS } from '../../engine/replay/earlier-recordings.ts';
import { ManifestError } from '../../engine/replay/manifest.ts';
import { damageText, RecordingReader } from '../../engine/replay/recording.ts';
import { RENEW_NS } from '../../engine/replay/recording-writer.ts';
import { RECORD_TEXT, SegmentError } from '../../engine/replay/segment.ts';
import { uniformGrid } from '../../engine/venue/grid.ts';
import * as L from '../../wasm/layout.ts';
import { FIRST, FIRST_TEXTS } from '../helpers/kalshi.ts';
import { recordsOf, temporaryDirectory } from './support/files.ts';
import { LiveRun } from './support/live-run.ts';
import { RecorderRig } from './support/recorder.ts';
import { replayed } from './support/replayed.ts';
import { verified } from './support/verify.ts';

const DEMO = 'recordings/demo';
const MS = 1e6;
/** Real and derived frames of the shipped recording. */
const frames = recordsOf(DEMO).filter(({ flags }) => flags === RECORD_TEXT);

function offerAll(rig: RecorderRig, from: number, to: number, each?: () => void): void {
  for (const { text, recvNs, connection } of frames.slice(from, to)) {
    rig.offer(Buffer.from(text), recvNs, connection);
    rig.drain(recvNs);
    each?.();
  }
}

/** What is read back against what was offered. */
function compared(folder: string, from: number, to: number): void {
  const offered = frames.slice(from, to).map(({ text, recvNs, connection }) => ({ text, recvNs, connection }));
  const back = recordsOf(folder).map(({ text, recvNs, connection }) => ({ text, recvNs, connection }));
  expect(back.length).toBe(offered.length);
  expect(back).toEqual(offered);
}

test('segments rotated by size while frames come lose none, keep their order, and each has its digest', async () => {
  const rig = new RecorderRig({ limits: { segmentBytes: 20_000, flushNs: 50 * MS } });
  offerAll(rig, 0, 6_000);
  rig.agent.close();
  const { segments, recorder } = rig.manifest;
  expect(segments.length).toBeGreaterThan(10);
  expect(segments.map(({ continues }) => continues)).toEqual([
    undefined,
    ...segments.slice(0, -1).map(({ file }) => file),
  ]);
  expect(segments.reduce((sum, { frames: count }) => sum + count, 0)).toBe(6_000);
  expect(recorder).toMatchObject({ state: 'closed', framesLost: 0, framesDiscarded: 0, segmentsRemoved: 0 });
  compared(rig.folder, 0, 6_000);
  const reader = new RecordingReader(rig.folder);
  while (reader.next());
  expect(reader.damage()).toEqual([]);
  reader.close();
  expect(rig.count(L.COUNTER_RECORD_SEGMENTS)).toBe(segments.length);
  expect(rig.count(L.COUNTER_RECORD_FRAMES_WRITTEN)).toBe(6_000);
});

test('segments rotate by time, blocks are flushed in time, and an idle recorder opens no empty segments', () => {
  const rig = new RecorderRig({ limits: { segmentNs: 100 * MS, flushNs: 20 * MS } });
  rig.offer(Buffer.from(frames[0]!.text), 0);
  rig.drain(19 * MS);
  expect(rig.count(L.COUNTER_RECORD_FRAMES_WRITTEN)).toBe(0);
  rig.drain(20 * MS);
  expect(rig.count(L.COUNTER_RECORD_FRAMES_WRITTEN)).toBe(1);
  rig.drain(99 * MS);
  expect(rig.manifest.segments).toHaveLength(1);
  rig.drain(100 * MS);
  expect(rig.manifest.segments).toHaveLength(2);
  for (let ms = 101; ms < 2_000; ms += 7) rig.drain(ms * MS);
  expect(rig.manifest.segments).toHaveLength(2);
});

test('frames of two venues lie in streams of their own and come back merged by receive time', () => {
  const rig = new RecorderRig({ limits: { segmentBytes: 2_000, flushNs: 0 } });
  for (let index = 0; index < 600; index += 1) {
    const venue = index % 3 === 0 ? L.VENUE_KALSHI : L.VENUE_POLYMARKET;
    rig.offer(Buffer.from(`{"frame":${index}}`), index * 1_000, venue === L.VENUE_KALSHI ? 512 : 0, venue);
    rig.drain(index * 1_000);
  }
  rig.agent.close();
  expect(rig.records.map(({ text }) => text)).toEqual(Array.from({ length: 600 }, (_, index) => `{"frame":${index}}`));
  const { segments } = rig.manifest;
  expect(segments.filter(({ continues }) => continues === undefined).map(({ venue }) => venue)).toEqual([
    'polymarket',
    'kalshi',
  ]);
});

test('the bound on disk holds at every moment: the oldest segments go, counted, and the rest reads to its end', () => {
  const diskBytesMax = 400_000;
  const rig = new RecorderRig({ limits: { segmentBytes: 50_000, diskBytesMax } });
  let largest = 0;
  offerAll(rig, 0, frames.length, () => {
    largest = Math.max(largest, rig.diskBytes);
  });
  rig.agent.close();
  expect(largest).toBeLessThanOrEqual(diskBytesMax);
  expect(rig.diskBytes).toBeLessThanOrEqual(diskBytesMax);
  expect(largest).toBeGreaterThan(diskBytesMax / 2);
  const { segments, recorder } = rig.manifest;
  expect(recorder!.segmentsRemoved).toBeGreaterThan(0);
  expect(rig.count(L.COUNTER_RECORD_SEGMENTS_REMOVED)).toBe(recorder!.segmentsRemoved);
  expect(segments[0]!.continues).toBeUndefined();
  expect(recorder!.framesRemoved + segments.reduce((sum, one) => sum + one.frames, 0)).toBe(frames.length);
  compared(rig.folder, recorder!.framesRemoved, frames.length);
});

test('at the bound on disk a recorder told to stop stops, says so once, and counts what comes after', () => {
  const diskBytesMax = 700_000;
  const rig = new RecorderRig({ limits: { segmentBytes: 50_000, diskBytesMax, whenFull: 'stop' } });
  offerAll(rig, 0, frames.length);
  rig.agent.close();
  expect(rig.ends).toEqual([`stopped: recorder.diskBytesMax: ${diskBytesMax} bytes are taken`]);
  expect(rig.diskBytes).toBeLessThanOrEqual(diskBytesMax);
  const { recorder } = rig.manifest;
  expect(recorder).toMatchObject({ state: 'stopped', segmentsRemoved: 0 });
  const written = rig.count(L.COUNTER_RECORD_FRAMES_WRITTEN);
  expect(written).toBeGreaterThan(1_000);
  expect(written + rig.count(L.COUNTER_RECORD_FRAMES_DISCARDED)).toBe(frames.length);
  expect(recorder!.framesDiscarded).toBe(rig.count(L.COUNTER_RECORD_FRAMES_DISCARDED));
  compared(rig.folder, 0, written);
});

/** A recording in `dir` by a recorder that is process 1, as it often is in a container; closed or still written. */
function earlier(dir: string, minute: number, close: boolean): string {
  const folder = join(dir, recordingName(Date.UTC(2026, 0, 1, 0, minute), 1));
  const rig = new RecorderRig({ folder, limits: { flushNs: 0 } });
  offerAll(rig, 0, 400);
  if (close) rig.agent.close();
  return folder;
}

/** Sets the last change of the recording and of all that is in it so far back. */
function silentFor(folder: string, ms: number): void {
  const then = new Date(statSync(folder).mtimeMs - ms);
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), then, then);
  utimesSync(folder, then, then);
}

test('earlier recordings count against the bound and go first, oldest first, but what others write and keep stays', () => {
  const dir = temporaryDirectory();
  const live = earlier(dir, 1, false);
  const closed = [2, 3, 4].map((minute) => earlier(dir, minute, true));
  const killed = earlier(dir, 5, false);
  silentFor(killed, SILENT_MS + 1_000);
  const kept = join(dir, 'kept');
  cpSync(closed[0]!, kept, { recursive: true });
  const bytesOf = (folder: string): number =>
    readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  const diskBytesMax = 1_100_000;
  const mine = new RecorderRig({
    folder: join(dir, recordingName(Date.UTC(2026, 0, 1, 1), 1)),
    limits: { segmentBytes: 50_000, diskBytesMax, dir, flushNs: 50 * MS },
  });
  const gone: string[] = [];
  let largest = 0;
  offerAll(mine, 0, frames.length, () => {
    const there = [live, ...closed, killed].filter((folder) => existsSync(folder));
    for (const folder of [...closed, killed]) if (!there.includes(folder) && !gone.includes(folder)) gone.push(folder);
    largest = Math.max(largest, mine.diskBytes + there.reduce((sum, folder) => sum + bytesOf(folder), 0));
  });
  mine.agent.close();
  expect(gone).toEqual([...closed, killed]);
  expect(largest).toBeLessThanOrEqual(diskBytesMax);
  expect([existsSync(live), existsSync(kept)]).toEqual([true, true]);
  const { recorder, segments } = mine.manifest;
  expect(recorder).toMatchObject({ state: 'closed', recordingsRemoved: 4 });
  expect(recorder!.segmentsRemoved).toBeGreaterThan(0);
  expect(recorder!.framesRemoved + segments.reduce((sum, one) => sum + one.frames, 0)).toBe(frames.length);
}, 120_000);

test('after a pause of the machine a neighbour has its turn before it counts as silent', () => {
  const dir = temporaryDirectory();
  const other = earlier(dir, 1, false);
  const mine = earlier(dir, 2, false);
  const earlierOnes = new EarlierRecordings(dir, mine);
  // Nobody ran for ten minutes, and this recorder is the first to write again.
  silentFor(other, 600_000);
  for (let round = 0; round < 3; round += 1) {
    earlierOnes.look();
    earlierOnes.round();
    expect(earlierOnes.removeOldest()).toBe(false);
  }
  // The other writes at last; then it falls silent for good.
  writeFileSync(join(other, 'more'), 'x');
  earlierOnes.round();
  expect(earlierOnes.removeOldest()).toBe(false);
  silentFor(other, SILENT_MS + 120_000);
  for (let round = 0; round < 3; round += 1) earlierOnes.round();
  expect(earlierOnes.removeOldest()).toBe(false);
  earlierOnes.round();
  expect([earlierOnes.removeOldest(), existsSync(other)]).toEqual([true, false]);
});

test('a recorder shows that it goes on, frames or none, and what others write meanwhile is measured again', () => {
  const dir = temporaryDirectory();
  const other = new RecorderRig({ folder: join(dir, recordingName(Date.UTC(2026, 0, 1), 1)) });
  const mine = new RecorderRig({ folder: join(dir, recordingName(Date.UTC(2026, 0, 2), 1)), limits: { dir } });
  const before = mine.writer.diskBytes;
  silentFor(other.folder, SILENT_MS + 1_000);
  const isLive = (): boolean => !new EarlierRecordings(dir, mine.folder).removeOldest();
  const { mtimeMs } = statSync(join(other.folder, 'manifest.json'));
  other.drain(RENEW_NS - 1);
  expect(statSync(join(other.folder, 'manifest.json')).mtimeMs).toBe(mtimeMs);
  other.drain(RENEW_NS);
  expect(isLive()).toBe(true);
  writeFileSync(join(other.folder, 'more'), Buffer.alloc(100_000));
  expect(mine.writer.diskBytes).toBe(before);
  mine.drain(RENEW_NS);
  expect(mine.writer.diskBytes - before).toBeGreaterThanOrEqual(100_000);
  // Fallen silent, it goes.
  silentFor(other.folder, SILENT_MS + 1_000);
  expect(isLive()).toBe(false);
  expect(existsSync(other.folder)).toBe(false);
});

test('a recording that is only just begun, without a manifest so far, is nobody else’s to remove', () => {
  const dir = temporaryDirectory();
  const begun = join(dir, recordingName(Date.UTC(2026, 0, 1), 1));
  mkdirSync(begun);
  writeFileSync(join(dir, recordingName(Date.UTC(2026, 0, 1), 2)), 'a file, and no recording');
  const mine = join(dir, recordingName(Date.UTC(2026, 0, 2), 1));
  mkdirSync(mine);
  expect(new EarlierRecordings(dir, mine).removeOldest()).toBe(false);
  silentFor(begun, SILENT_MS + 1_000);
  expect(new EarlierRecordings(dir, mine).removeOldest()).toBe(true);
  expect(readdirSync(dir)).toHaveLength(2);
});

test('a recording that another process removes while it is looked at is none, and no error', async () => {
  const dir = temporaryDirectory();
  const mine = join(dir, recordingName(Date.UTC(2026, 0, 2), 1));
  mkdirSync(mine);
  // Another process makes and removes folders all the time; `stop` tells it that we have looked often enough.
  const stop = join(dir, 'stop');
  const names = Array.from({ length: 200 }, (_, index) => recordingName(Date.UTC(2026, 0, 1, 0, 0, index), 1));
  const script = `const fs = require('node:fs');
    const [stop, ...paths] = process.argv.slice(1);
    while (!fs.existsSync(stop)) {
      for (const path of paths) fs.mkdirSync(path);
      for (const path of paths) fs.rmdirSync(path);
    }`;
  const words = ['-e', script, stop, ...names.map((name) => join(dir, name))];
  const child = spawn(process.execPath, words, { stdio: 'ignore' });
  const ended = new Promise((done) => child.on('close', done));
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  await expect.poll(() => readdirSync(dir).length).toBeGreaterThan(1);
  let vanished = 0;
  for (let look = 0; look < 2_000 && vanished < 20; look += 1) {
    const there = readdirSync(dir);
    new EarlierRecordings(dir, mine);
    if (there.some((name) => !existsSync(join(dir, name)))) vanished += 1;
  }
  writeFileSync(stop, '');
  expect(await ended).toBe(0);
  expect(vanished, 'the fault fired').toBeGreaterThan(0);
});

/** Frames handed, and written or discarded, when nothing waits any more. */
function accounted(rig: RecorderRig): void {
  const [handed, written, discarded] = [
    L.COUNTER_RECORD_FRAMES,
    L.COUNTER_RECORD_FRAMES_WRITTEN,
    L.COUNTER_RECORD_FRAMES_DISCARDED,
  ].map((id) => rig.count(id));
  expect(written! + discarded!).toBe(handed);
}

test('a manifest that cannot be written at the end makes the recording failed, not closed, and all frames are counted', () => {
  const rig = new RecorderRig();
  offerAll(rig, 0, 500);
  mkdirSync(join(rig.folder, 'manifest.json.next'));
  rig.agent.close();
  expect(rig.ends).toHaveLength(1);
  expect(rig.ends[0]).toMatch(/^failed: EISDIR/);
  expect(rig.writer.words).toMatchObject({ state: 'failed', reason: expect.stringContaining('EISDIR') });
  expect(rig.manifest.recorder!.state).toBe('recording');
  accounted(rig);
});

test.skipIf(process.platform !== 'linux')(
  'an end that cannot be written makes the recording failed, also for its readers',
  () => {
    const rig = new RecorderRig();
    offerAll(rig, 0, 500);
    rig.drain(frames[499]!.recvNs + 2e9);
    offerAll(rig, 500, 600);
    // Every write to the segment fails from here on.
    closeSync(descriptorOf(join(rig.folder, '000001.segment')));
    rig.agent.close();
    expect(rig.ends).toHaveLength(1);
    expect(rig.ends[0]).toMatch(/^failed: EBADF/);
    const written = rig.count(L.COUNTER_RECORD_FRAMES_WRITTEN);
    expect(rig.manifest.recorder).toMatchObject({ state: 'failed', framesDiscarded: 600 - written });
    expect(written).toBeGreaterThanOrEqual(500);
    expect(rig.records).toHaveLength(written);
    accounted(rig);
  },
);

/** Our descriptor of `file`. */
function descriptorOf(file: string): number {
  const of = (name: string): string => {
    try {
      return readlinkSync(join('/proc/self/fd', name));
    } catch {
      return '';
    }
  };
  return Number(readdirSync('/proc/self/fd').find((name) => of(name) === file));
}

test.skipIf(process.platform !== 'linux')(
  'a bound on disk whose end cannot be written is a failure, with every frame counted once',
  () => {
    const rig = new RecorderRig({ limits: { diskBytesMax: 1_000, whenFull: 'stop' } });
    closeSync(descriptorOf(join(rig.folder, '000001.segment')));
    offerAll(rig, 0, 3_000);
    expect(rig.ends).toEqual([expect.stringMatching(/^failed: EBADF/)]);
    expect(rig.manifest.recorder).toMatchObject({ state: 'failed' });
    rig.agent.close();
    accounted(rig);
  },
);

test('a segment that cannot be begun ends the recording as failed, its manifest true', () => {
  const rig = new RecorderRig({ limits: { segmentBytes: 20_000 } });
  writeFileSync(join(rig.folder, '000002.segment'), '');
  offerAll(rig, 0, 3_000);
  rig.agent.close();
  expect(rig.ends).toEqual([expect.stringMatching(/^failed: EEXIST/)]);
  expect(rig.manifest.segments.map(({ file }) => file)).toEqual(['000001.segment']);
  expect(rig.manifest.recorder!.state).toBe('failed');
  expect(rig.records).toHaveLength(rig.count(L.COUNTER_RECORD_FRAMES_WRITTEN));
  accounted(rig);
});

test('the frame in hand is counted when its venue’s stream cannot be begun', () => {
  const rig = new RecorderRig();
  offerAll(rig, 0, 10);
  writeFileSync(join(rig.folder, '000002.segment'), '');
  rig.offer(Buffer.from('{}'), frames[10]!.recvNs, 512, L.VENUE_KALSHI);
  rig.drain(frames[10]!.recvNs);
  expect(rig.ends).toEqual([expect.stringMatching(/^failed: EEXIST/)]);
  expect(rig.count(L.COUNTER_RECORD_FRAMES)).toBe(11);
  accounted(rig);
});

test('the frame in hand is counted when the note of a gap before it cannot be written', () => {
  const rig = new RecorderRig({ limits: { segmentBytes: 1 } });
  // Ten bytes less than a block, each record with its header.
  for (const length of [60_000, 60_000, 60_000, 60_000, 262_144 - 4 * 60_016 - 16 - 10]) {
    rig.offer(Buffer.alloc(length, 'x'), 0);
    rig.drain(0);
  }
  expect(rig.count(L.COUNTER_RECORD_FRAMES_WRITTEN)).toBe(0);
  writeFileSync(join(rig.folder, '000002.segment'), '');
  rig.tap.lose();
  rig.offer(Buffer.from('{}'), 0);
  rig.drain(0);
  expect(rig.ends).toEqual([expect.stringMatching(/^failed: EEXIST/)]);
  expect(rig.count(L.COUNTER_RECORD_FRAMES)).toBe(6);
  accounted(rig);
});

test('a disk that fails ends the recording with its reason; ingest goes on and every frame is accounted for', () => {
  const rig = new RecorderRig({ limits: { segmentBytes: 20_000 } });
  offerAll(rig, 0, 2_000);
  expect(rig.ends).toEqual([]);
  rmSync(rig.folder, { recursive: true });
  offerAll(rig, 2_000, 5_000);
  rig.agent.close();
  expect(rig.ends).toHaveLength(1);
  expect(rig.ends[0]).toMatch(/^failed: ENOENT/);
  expect(rig.count(L.COUNTER_RECORD_FRAMES)).toBe(5_000);
  expect(rig.count(L.COUNTER_RECORD_FRAMES_WRITTEN) + rig.count(L.COUNTER_RECORD_FRAMES_DISCARDED)).toBe(5_000);
});

test('a stalled writer loses frames that are counted, noted where they are missing, and shown by verify', async () => {
  const rig = new RecorderRig();
  offerAll(rig, 0, 1_000);
  // The writer stalls: nothing leaves the ring, which holds 128 KiB.
  for (const { text, recvNs, connection } of frames.slice(1_000, 3_000))
    rig.offer(Buffer.from(text), recvNs, connection);
  const lost = rig.count(L.COUNTER_RECORD_FRAMES_LOST);
  expect(lost, 'the fault fired').toBeGreaterThan(1_000);
  rig.drain(frames[2_999]!.recvNs);
  offerAll(rig, 3_000, 3_500);
  rig.agent.close();
  expect(rig.count(L.COUNTER_RECORD_GAPS)).toBe(1);
  const back = rig.records;
  const gap = back.findIndex(({ text }) => readNote(Buffer.from(text)) !== undefined);
  const held = 2_000 - lost;
  expect(gap).toBe(1_000 + held);
  expect(readNote(Buffer.from(back[gap]!.text))).toEqual({ recorder: 'gap', framesLost: lost });
  const expected = [...frames.slice(0, 1_000 + held), ...frames.slice(3_000, 3_500)].map(({ text }) => text);
  expect(back.toSpliced(gap, 1).map(({ text }) => text)).toEqual(expected);
  expect(rig.manifest.recorder).toMatchObject({ gaps: 1, framesLost: lost });
  const facts = await verified([rig.folder]);
  expect(facts.recordings[0]!.damage).toContain(`record ${gap + 1}: ${lost} frames were not recorded`);
  expect(facts.failure).toContain('1 recordings damaged or incomplete');
});

/** Every record of a recording and how its end was found; undefined when it is refused. */
function readBack(folder: string): { texts: string[]; damage: string[] } | undefined {
  try {
    const reader = new RecordingReader(folder);
    const texts: string[] = [];
    try {
      while (reader.next()) texts.push(reader.current.message().toString('utf8'));
      return { texts, damage: reader.damage().map(damageText) };
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof SegmentError || error instanceof ManifestError) return undefined;
    throw error;
  }
}

test('a recording that nobody closed, cut or changed at any byte of its tail, is recovered or refused, never wrong', () => {
  const rig = new RecorderRig({ limits: { flushNs: 0, segmentBytes: 3_000 } });
  // Two segments, the second one with several blocks.
  let to = 300;
  const tailBytes = (): number => statSync(join(rig.folder, rig.manifest.segments.at(-1)!.file)).size;
  for (; rig.manifest.segments.length < 2 || tailBytes() < 1_500; to += 1) offerAll(rig, to, to + 1);
  // As a killed process leaves it: no end block, no last words in the manifest.
  const folder = join(temporaryDirectory(), 'killed');
  cpSync(rig.folder, folder, { recursive: true });
  const whole = readBack(folder)!;
  const { segments } = rig.manifest;
  const last = segments.at(-1)!;
  expect(segments.length).toBeGreaterThan(1);
  expect(last.blake3).toBeUndefined();
  expect(whole.texts).toEqual(frames.slice(300, to).map(({ text }) => text));
  expect(whole.damage).toEqual([`${last.file}: 0 torn bytes, 0 records lost, not closed`]);
  const file = join(folder, last.file);
  const bytes = readFileSync(file);
  const counts = { recovered: 0, refused: 0 };
  const judge = (changed: Buffer): void => {
    writeFileSync(file, changed);
    const back = readBack(folder);
    if (back === undefined) {
      counts.refused += 1;
      return;
    }
    counts.recovered += 1;
    expect(back.texts).toEqual(whole.texts.slice(0, back.texts.length));
    expect(back.damage, 'it says so').toHaveLength(1);
  };
  for (let cut = 0; cut < bytes.length; cut += 1) judge(bytes.subarray(0, cut));
  expect(counts.recovered).toBeGreaterThan(counts.refused);
  const cuts = { ...counts };
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = changed[at]! ^ (1 << (at % 8));
    judge(changed);
  }
  expect(counts.refused).toBeGreaterThan(cuts.refused);
  expect(counts.recovered).toBeGreaterThan(cuts.recovered);
  expect(counts.recovered + counts.refused).toBe(2 * statSync(join(rig.folder, last.file)).size);
}, 120_000);

test('a replay ends in the book chain and the books hash of the run that recorded it, lost connections included', async () => {
  const run = new LiveRun(DEMO);
  for (const [index, { text, recvNs, connection }] of frames.entries()) {
    // Three losses on the way; the frames that go on without a snapshot are recorded and refused alike.
    if ([4_000, 9_000, 9_001].includes(index)) run.loseConnection(index % 2 === 0 ? connection : 3, recvNs);
    run.frame(Buffer.from(text), connection, recvNs);
  }
  const { folder, chain, booksHash } = run.end();
  const { facts, outcome } = await replayed(folder);
  expect(outcome).toEqual({ exitCode: EXIT.ok, failure: '' });
  expect(facts.bookChain).toBe(chain);
  expect(facts.booksHash).toBe(booksHash);
  const plain = await replayed(DEMO);
  expect(plain.facts.bookChain).toBe(chain);
  expect(plain.facts.booksHash, 'the losses are in the books').not.toBe(booksHash);
}, 120_000);

test('what evidence from outside did to books, a replay of the recording does at the same places', async () => {
  const run = new LiveRun(DEMO);
  const states: string[] = [];
  for (const [index, { text, recvNs, connection }] of frames.entries()) {
    run.frame(Buffer.from(text), connection, recvNs);
    if (index % 1_000 !== 999) continue;
    const market = ((index / (index > 3_000 ? 37 : 1_000)) % run.markets) | 0;
    if (index > 6_000) run.suspect(market, 0, recvNs);
    // Found before the book that stands was stated, at the first of the frames, three more of which changed a tick.
    else if (index > 3_000) run.suspect(market, index + 3, recvNs);
    // Found before a new grid: the book keeps its levels, and the evidence holds.
    else {
      const epoch = run.epochOf(market);
      run.changeTick(market, '0.001', connection, recvNs);
      expect(run.epochOf(market)).not.toBe(epoch);
      run.suspect(market, 1, recvNs);
    }
    states.push(run.stateOf(market));
  }
  const { folder, chain, booksHash } = run.end();
  expect(states.slice(3, 6)).not.toContain('SUSPECT');
  expect(new Set([...states.slice(0, 3), ...states.slice(6)])).toEqual(new Set(['SUSPECT']));
  expect([run.count(L.COUNTER_SUSPECTS_SENT), run.count(L.COUNTER_SUSPECTS_OVERTAKEN)]).toEqual([states.length, 3]);
  const { facts, outcome, arena } = await replayed(folder);
  expect(outcome).toEqual({ exitCode: EXIT.ok, failure: '' });
  expect(facts.bookChain).toBe(chain);
  expect(facts.booksHash).toBe(booksHash);
  expect(counterTotal(arena, L.COUNTER_SUSPECTS_OVERTAKEN)).toBe(3);
  expect((await replayed(DEMO)).facts.booksHash, 'the evidence is in the books').not.toBe(booksHash);
}, 120_000);

test('a replay follows the numbers, the doubts and the connections of a Kalshi feed as its run did', async () => {
  const market = { id: `kalshi:${FIRST}`, venue: 'kalshi', yesToken: FIRST, tickRanges: uniformGrid(100) } as const;
  const run = new LiveRun({ markets: [market], relations: [] });
  const states: string[] = [];
  let nowNs = 0;
  const play = (texts: readonly string[], firstSeq: number): void => {
    for (const [index, text] of texts.entries()) {
      nowNs += 1e6;
      const numbered = text.replace(/"seq":\d+/, `"seq":${firstSeq + index}`).replace(/"sid":\d+/, '"sid":1');
      run.frame(Buffer.from(numbered), 7, nowNs, L.VENUE_KALSHI);
    }
    states.push(run.stateOf(0));
  };
  const changes = FIRST_TEXTS.filter((text) => text.startsWith('{"type":"orderbook_delta"'));
  play([FIRST_TEXTS[0]!, ...changes.slice(0, 100)], 1);
  // An answer takes the number between.
  run.offStream((to) => to.passNumber(0, { connection: 7, sid: 1, seq: 102 }, nowNs), nowNs);
  play(changes.slice(100, 200), 103);
  run.offStream((to) => to.stale(0, nowNs), nowNs);
  play(changes.slice(200, 300), 203);
  run.offStream((to) => to.disconnected(7, nowNs), nowNs);
  run.offStream((to) => to.connectionOver(0, 7, nowNs), nowNs);
  play([FIRST_TEXTS[0]!, ...changes.slice(0, 100)], 1);
  run.offStream((to) => to.passNumber(0, { connection: 7, sid: 1, seq: 102 }, nowNs), nowNs);
  play(changes.slice(100, 200), 103);
  expect(states).toEqual(['SYNCED', 'SYNCED', 'STALE', 'SYNCED', 'SYNCED']);
  const { folder, chain, booksHash } = run.end();
  const { facts, outcome, arena } = await replayed(folder);
  expect(outcome).toEqual({ exitCode: EXIT.ok, failure: '' });
  expect(facts.bookChain).toBe(chain);
  expect(facts.booksHash).toBe(booksHash);
  for (const id of [L.COUNTER_SEQ_GAPS, L.COUNTER_SEQ_STEP_BACKS]) {
    expect([run.count(id), counterTotal(arena, id)]).toEqual([0, 0]);
  }
  const notes = recordsOf(folder).flatMap(({ text }) => readNote(Buffer.from(text))?.recorder ?? []);
  expect(notes).toEqual(['number', 'stale', 'connectionLost', 'connectionOver', 'number']);
}, 120_000);

test('of copies the recording has what counted, and a replay trusts no book that a late one would have changed', async () => {
  const run = new LiveRun(DEMO);
  const waiting: (typeof frames)[number][] = [];
  for (const [index, frame] of frames.entries()) {
    const { text, recvNs, connection } = frame;
    // The first socket loses a frame now and then, when the second is some frames behind.
    const place = index % 1_500;
    if (place !== 1_490) run.copy(Buffer.from(text), 0, connection, recvNs);
    waiting.push(frame);
    if (place >= 1_485) continue;
    for (const { text: copy, connection: of } of waiting.splice(0)) {
      run.copy(Buffer.from(copy), 1, of, recvNs);
    }
  }
  expect(run.count(L.COUNTER_FRAMES_DUPLICATE)).toBeGreaterThan(10_000);
  expect(run.count(L.COUNTER_FRAMES_STALE)).toBeGreaterThan(0);
  const { folder, chain, booksHash } = run.end();
  const { facts, outcome, arena } = await replayed(folder);
  expect(outcome).toEqual({ exitCode: EXIT.ok, failure: '' });
  expect(booksByState(arena)['STALE']).toBeGreaterThan(0);
  expect(facts.bookChain).toBe(chain);
  expect(facts.booksHash).toBe(booksHash);
}, 120_000);

test('what does nothing but record trusts no book past a gap either, so its books are those of the replay', async () => {
  const snapshots = frames.filter(({ text }) => text.startsWith('['));
  const hashes = new Set<string>();
  for (const distrustGaps of [true, false]) {
    const run = new LiveRun(DEMO, distrustGaps);
    for (const [index, { text, recvNs, connection }] of frames.entries()) {
      if (index === 3_000 || index === 8_000) run.loseFrame();
      // What the gap's end found, then a subscription's snapshots.
      if (index === 6_000) for (const one of snapshots) run.frame(Buffer.from(one.text), one.connection, recvNs);
      run.frame(Buffer.from(text), connection, recvNs);
    }
    const { folder, booksHash } = run.end();
    const { facts, outcome, arena } = await replayed(folder);
    expect(outcome.exitCode).toBe(EXIT.ok);
    expect(booksByState(arena)['STALE']).toBeGreaterThan(0);
    expect(facts.booksHash === booksHash).toBe(distrustGaps);
    hashes.add(facts.booksHash!);
  }
  expect(hashes.size).toBe(1);
}, 120_000);

test('a replay past a gap trusts no book until its next snapshot', async () => {
  const run = new LiveRun(DEMO);
  for (const { text, recvNs, connection } of frames.slice(0, 5_000)) run.frame(Buffer.from(text), connection, recvNs);
  run.loseFrame();
  const next = frames[5_000]!;
  run.frame(Buffer.from(next.text), next.connection, next.recvNs);
  const { folder } = run.end();
  const { arena } = await replayed(folder);
  const { SYNCED, STALE } = booksByState(arena);
  expect([SYNCED, STALE! > 0]).toEqual([0, true]);
  const verdict = await verified([folder]);
  expect(verdict.recordings[0]!.damage.join()).toMatch(/record 5001: 1 frames were not recorded/);
  expect(verdict.recordings[0]!.markets.every(({ state }) => state === 'STALE' || state === 'EMPTY')).toBe(true);
}, 120_000);
