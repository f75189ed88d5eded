// A recording as one stream: its segments, those that follow one another in turn, merged by receive time. Runs on the
// thread of whoever pulls.
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Blake3 } from '../core/digest.ts';
import { type Manifest, readManifest, type SegmentEntry } from './manifest.ts';
import { SegmentError } from './segment.ts';
import { SegmentReader } from './segment-reader.ts';

/** What reading found wrong but could go on without. */
export interface RecordingDamage {
  readonly file: string;
  /** Bytes of an incomplete last block. */
  readonly tornBytes: number;
  /** Records the manifest lists and the file no longer has. */
  readonly recordsLost: number;
  /** Its recorder did not get to closing it: what it had not flushed is not here. */
  readonly unclosed: boolean;
}

/** One line about it. */
export function damageText({ file, tornBytes, recordsLost, unclosed }: RecordingDamage): string {
  const text = `${file}: ${tornBytes} torn bytes, ${recordsLost} records lost`;
  return unclosed ? `${text}, not closed` : text;
}

/** Segments that follow one another: one file open at a time. */
interface Stream {
  readonly entries: SegmentEntry[];
  /** Index in `entries` of the segment it stands in. */
  at: number;
  reader: SegmentReader;
  alive: boolean;
}

/**
 * Pulls the records of a recording in order of receive time (ties: order of the manifest). `next()` moves, then
 * `current` is the segment that stands on the record; nothing is allocated per record.
 */
export class RecordingReader {
  readonly manifest: Manifest;
  /** The segment of the record next() moved to: read data, start, length, recvNs, connection, flags, info there. */
  current: SegmentReader;
  readonly #path: string;
  readonly #streams: Stream[] = [];
  readonly #damage = new Map<string, RecordingDamage>();
  #stream: Stream;
  #moved = false;

  /** Opens the recording in directory `path`. Throws ManifestError or SegmentError. */
  constructor(path: string) {
    this.#path = path;
    this.manifest = readManifest(path);
    for (const entries of streamsOf(this.manifest)) {
      const reader = this.#open(entries[0]!);
      const stream = { entries, at: 0, reader, alive: true };
      this.#streams.push(stream);
      this.#advance(stream);
    }
    this.#stream = this.#streams[0]!;
    this.current = this.#stream.reader;
  }

  /** Moves to the next record; false at the end. Throws SegmentError for damage before a tail. */
  next(): boolean {
    if (this.#moved) this.#advance(this.#stream);
    this.#moved = true;
    let best: Stream | undefined;
    for (let index = 0; index < this.#streams.length; index += 1) {
      const stream = this.#streams[index]!;
      if (!stream.alive) continue;
      if (best === undefined || stream.reader.recvNs < best.reader.recvNs) best = stream;
    }
    if (best === undefined) return false;
    this.#stream = best;
    this.current = best.reader;
    return true;
  }

  /** next(), with damage that ends the reading added to `texts` instead of thrown; false then, too. */
  nextUndamaged(texts: string[]): boolean {
    try {
      return this.next();
    } catch (error) {
      if (!(error instanceof SegmentError)) throw error;
      texts.push(error.message);
      return false;
    }
  }

  /** Records that the manifest lists. */
  get total(): number {
    return this.manifest.segments.reduce((sum, { records }) => sum + records, 0);
  }

  /** Damage found so far; complete once next() answered false. Empty for a whole recording. */
  damage(): RecordingDamage[] {
    for (const { entries, at, reader } of this.#streams) this.#note(entries[at]!, reader);
    return [...this.#damage.values()];
  }

  close(): void {
    for (const { reader } of this.#streams) reader.close();
  }

  #open(entry: SegmentEntry): SegmentReader {
    const reader = new SegmentReader(join(this.#path, entry.file));
    if (reader.info.venue === entry.venue && reader.info.seqScope === entry.seqScope) return reader;
    throw new SegmentError(`${reader.path}: its header and the manifest disagree on venue or seqScope`);
  }

  /** Moves within the stream, into its next segment where one ends. */
  #advance(stream: Stream): void {
    while (!stream.reader.next()) {
      const entry = stream.entries[stream.at]!;
      this.#note(entry, stream.reader);
      const following = stream.entries[stream.at + 1];
      if (following === undefined) {
        stream.alive = false;
        return;
      }
      const reader = this.#open(following);
      stream.reader.close();
      stream.reader = reader;
      stream.at += 1;
    }
  }

  #note({ file, records, blake3 }: SegmentEntry, reader: SegmentReader): void {
    const { tornBytes, over } = reader;
    const unclosed = over && blake3 === undefined && !reader.closed;
    const recordsLost = over && blake3 !== undefined ? records - reader.records : 0;
    if (recordsLost !== 0 || tornBytes !== 0 || unclosed)
      this.#damage.set(file, { file, tornBytes, recordsLost, unclosed });
  }
}

/** The segments by stream: one that continues another comes after it. */
function streamsOf({ segments }: Manifest): SegmentEntry[][] {
  const streams = new Map<string, SegmentEntry[]>();
  for (const entry of segments) {
    const stream = (entry.continues === undefined ? undefined : streams.get(entry.continues)) ?? [];
    stream.push(entry);
    streams.set(entry.file, stream);
  }
  return [...new Set(streams.values())];
}

/** Names of segments whose bytes are not those the manifest digested. */
export function changedSegments(path: string): string[] {
  return readManifest(path)
    .segments.filter(({ file, blake3 }) => blake3 !== undefined && fileDigest(join(path, file)) !== blake3)
    .map(({ file }) => file);
}

function fileDigest(file: string): string {
  const digest = new Blake3();
  const piece = Buffer.allocUnsafe(1 << 20);
  const descriptor = openSync(file, 'r');
  try {
    for (let got = readSync(descriptor, piece); got > 0; got = readSync(descriptor, piece)) {
      digest.update(piece.subarray(0, got));
    }
  } finally {
    closeSync(descriptor);
  }
  return digest.hex();
}
