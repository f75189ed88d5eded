// One venue's stream of a recording under way: the segment being written, and what waits in its block. Recorder's thread;
// recording-writer.ts is its one user.
import { join } from 'node:path';
import type { VenueName } from '../venue/contract.ts';
import type { SegmentEntry } from './manifest.ts';
import { SegmentWriter } from './segment-writer.ts';

/** What a recording says of itself in each of its segments. */
export interface SegmentHead {
  readonly source: string;
  readonly origin: SegmentEntry['origin'];
  readonly provenance: readonly string[];
  /** Wall clock, ms since 1970, of recvNs 0. */
  readonly startWallMs: number;
}

export class RecordingStream {
  readonly venue: VenueName;
  readonly #folder: string;
  readonly #head: SegmentHead;
  readonly #quality: number;
  entry: SegmentEntry;
  writer: SegmentWriter;
  /** Messages of the venue in the block under way, and those of them that are frames and no heartbeats. */
  pendingFrames = 0;
  pendingText = 0;
  /** When the block under way and the segment began, by recvNs; -1 while they are empty. */
  blockNs = -1;
  segmentNs = -1;

  /** Begins with the segment `file` in `folder`; throws what the file system says. `quality`: Brotli's, 0..11. */
  constructor(venue: VenueName, folder: string, head: SegmentHead, quality: number, file: string) {
    this.venue = venue;
    this.#folder = folder;
    this.#head = head;
    this.#quality = quality;
    this.writer = this.#create(file);
    this.entry = this.#entryOf(file);
  }

  /** Its segment is not closed: it is in the manifest without digest. */
  get isOpen(): boolean {
    return this.entry.blake3 === undefined;
  }

  /** Goes on with the segment `file`, after the one under way was closed. */
  goOn(file: string): void {
    this.writer = this.#create(file);
    this.entry = { ...this.#entryOf(file), continues: this.entry.file };
    this.blockNs = -1;
    this.segmentNs = -1;
  }

  /** Forgets the block under way; answers the messages of the venue in it. */
  forget(): number {
    const forgotten = this.pendingFrames;
    this.pendingFrames = 0;
    this.pendingText = 0;
    this.writer.drop();
    return forgotten;
  }

  #create(file: string): SegmentWriter {
    const { source, startWallMs } = this.#head;
    const info = { codec: 'brotli', seqScope: 'full', venue: this.venue, source, startWallMs } as const;
    // Its user closes blocks, having looked for room first.
    const options = { quality: this.#quality, blockBytes: Number.MAX_SAFE_INTEGER };
    return new SegmentWriter(join(this.#folder, file), info, options);
  }

  #entryOf(file: string): SegmentEntry {
    const { source, origin, provenance } = this.#head;
    return {
      ...{ file, venue: this.venue, source, seqScope: 'full', origin, provenance: [...provenance] },
      ...{ records: 0, frames: 0, restAnswers: 0 },
    };
  }
}
