// A recording as one stream: its segments merged by receive time. Runs on the thread of whoever pulls.
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Blake3 } from '../core/digest.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { SegmentError } from './segment.ts';
import { SegmentReader } from './segment-reader.ts';

/** What reading found wrong but could go on without. */
export interface RecordingDamage {
  readonly file: string;
  /** Bytes of an incomplete last block. */
  readonly tornBytes: number;
  /** Records the manifest lists and the file no longer has. */
  readonly recordsLost: number;
}

/**
 * Pulls the records of a recording in order of receive time (ties: order of the manifest). `next()` moves, then
 * `current` is the segment that stands on the record; nothing is allocated per record.
 */
export class RecordingReader {
  readonly manifest: Manifest;
  /** The segment of the record next() moved to: read data, start, length, recvNs, connection, flags, info there. */
  current: SegmentReader;
  readonly #readers: SegmentReader[] = [];
  readonly #alive: boolean[] = [];
  #moved = false;

  /** Opens the recording in directory `path`. Throws ManifestError or SegmentError. */
  constructor(path: string) {
    this.manifest = readManifest(path);
    for (const entry of this.manifest.segments) {
      const reader = new SegmentReader(join(path, entry.file));
      this.#readers.push(reader);
      if (reader.info.venue !== entry.venue || reader.info.seqScope !== entry.seqScope)
        throw new SegmentError(`${reader.path}: its header and the manifest disagree on venue or seqScope`);
      this.#alive.push(reader.next());
    }
    this.current = this.#readers[0]!;
  }

  /** Moves to the next record; false at the end. Throws SegmentError for damage before a tail. */
  next(): boolean {
    if (this.#moved) this.#advance();
    this.#moved = true;
    let best = -1;
    for (let index = 0; index < this.#readers.length; index += 1) {
      if (!this.#alive[index]) continue;
      if (best < 0 || this.#readers[index]!.recvNs < this.#readers[best]!.recvNs) best = index;
    }
    if (best < 0) return false;
    this.current = this.#readers[best]!;
    return true;
  }

  /** Damage found so far; complete once next() answered false. Empty for a whole recording. */
  damage(): RecordingDamage[] {
    return this.#readers.flatMap((reader, index) => {
      const { file, records } = this.manifest.segments[index]!;
      const recordsLost = this.#alive[index] ? 0 : records - reader.records;
      return recordsLost === 0 && reader.tornBytes === 0 ? [] : [{ file, tornBytes: reader.tornBytes, recordsLost }];
    });
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
  }

  #advance(): void {
    const index = this.#readers.indexOf(this.current);
    this.#alive[index] = this.current.next();
  }
}

/** Names of segments whose bytes are not those the manifest digested. */
export function changedSegments(path: string): string[] {
  return readManifest(path)
    .segments.filter(({ file, blake3 }) => fileDigest(join(path, file)) !== blake3)
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
