// Writes a recording as it happens: a stream of segments per venue, rotated by size and time, within a bound on disk, its
// manifest always naming what is there. Recorder's thread, the folder's only writer; readers may read it meanwhile.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { noteBytes, type RecorderNote } from '../ingest/notes.ts';
import type { MarketMeta, Relation, VenueName } from '../venue/contract.ts';
import { EarlierRecordings } from './earlier-recordings.ts';
import {
  MANIFEST_FILE,
  type Manifest,
  ManifestError,
  type RecorderWords,
  SEGMENTS_MAX,
  type SegmentEntry,
  writeManifest,
} from './manifest.ts';
import { RecordingStream, type SegmentHead } from './recording-stream.ts';
import * as S from './segment.ts';

/** How much and how often. */
export interface RecordingLimits {
  /** Bytes after which a segment is closed and the next one begun. */
  readonly segmentBytes: number;
  /** The same by time since its first record, ns. */
  readonly segmentNs: number;
  /** What waits in a block is written after this long at most, ns. */
  readonly flushNs: number;
  /** Bytes the recording may take, with earlier ones in `dir`. */
  readonly diskBytesMax: number;
  /** The recorder's folder of recordings; undefined: this one has a place of its own. */
  readonly dir: string | undefined;
  readonly whenFull: 'removeOldest' | 'stop';
  /** Brotli's, 0..11. */
  readonly quality: number;
}

/** What a recording says of itself. */
export interface RecordingHead extends SegmentHead {
  readonly title: string;
  readonly markets: readonly MarketMeta[];
  readonly relations: readonly Relation[];
}

/** What was written and what was not, for the counters. */
export interface RecordingCounts {
  framesWritten: number;
  bytesWritten: number;
  segments: number;
}

/** A block may come out this much larger than it went in, with its headers. */
const BLOCK_SLACK_BYTES = 2_048;
/** What closing a segment adds. */
const END_BYTES = S.BLOCK_HEADER_BYTES + S.CHAIN_BYTES;
/** What one more segment adds to the manifest. */
const ENTRY_BYTES = 4_096;
const HEARTBEAT = /^P[IO]NG$/;
/** The manifest is written at least this often: others see by it that the recording goes on. */
export const RENEW_NS = 10e9;

/** Appends messages; every method throws what the file system says, and the recording ends with fail() then. */
export class RecordingWriter {
  readonly counts: RecordingCounts = { framesWritten: 0, bytesWritten: 0, segments: 0 };
  readonly words: RecorderWords = {
    ...{ state: 'recording', reason: '', gaps: 0, framesLost: 0 },
    ...{ recordingsRemoved: 0, segmentsRemoved: 0, framesRemoved: 0, framesDiscarded: 0 },
  };
  readonly #folder: string;
  readonly #head: RecordingHead;
  /** Those of the start and those that were noted since. */
  readonly #markets: MarketMeta[];
  readonly #limits: RecordingLimits;
  readonly #closed: { readonly entry: SegmentEntry; readonly bytes: number }[] = [];
  readonly #streams: RecordingStream[] = [];
  readonly #earlier: EarlierRecordings;
  #closedBytes = 0;
  #manifestBytes = 0;
  #lastNs = 0;
  #renewedNs = 0;

  /** Makes `folder`, if need be, and opens the first segment. Throws ManifestError when it holds a recording already. */
  constructor(folder: string, head: RecordingHead, limits: RecordingLimits) {
    this.#folder = folder;
    this.#head = head;
    this.#markets = [...head.markets];
    this.#limits = limits;
    mkdirSync(folder, { recursive: true });
    this.#earlier = new EarlierRecordings(limits.dir, folder);
    if (existsSync(join(folder, MANIFEST_FILE))) throw new ManifestError('it holds a recording already');
    this.#open(head.markets[0]?.venue ?? 'polymarket');
  }

  get isRecording(): boolean {
    return this.words.state === 'recording';
  }

  /** Bytes that count: this recording's, the manifest and its next version included, and those of earlier ones. */
  get diskBytes(): number {
    const open = this.#streams.reduce((sum, { writer }) => sum + writer.fileBytes + END_BYTES, 0);
    return this.#earlier.bytes + this.#closedBytes + open + 2 * this.#manifestBytes + ENTRY_BYTES;
  }

  /** Appends a message of the venue. `recvNs`: ns since the recording's start. */
  frame(bytes: Uint8Array, venue: VenueName, connection: number, recvNs: number): void {
    if (!this.isRecording) {
      this.words.framesDiscarded += 1;
      return;
    }
    let stream = this.#streams.find((one) => one.venue === venue);
    try {
      stream ??= this.#open(venue);
    } catch (error) {
      this.words.framesDiscarded += 1;
      throw error;
    }
    const isHeartbeat = bytes.length === 4 && HEARTBEAT.test(Buffer.from(bytes).toString('latin1'));
    stream.pendingFrames += 1;
    if (!isHeartbeat) stream.pendingText += 1;
    this.#append(stream, bytes, isHeartbeat ? S.RECORD_CONTROL : S.RECORD_TEXT, connection, recvNs);
  }

  /** Appends a note of ours, as of `recvNs`, among the venue's messages: there it keeps its place between them. */
  note(note: RecorderNote, connection: number, recvNs: number, venue?: VenueName): void {
    if (!this.isRecording) return;
    if (note.recorder === 'gap') {
      this.words.gaps += 1;
      this.words.framesLost += note.framesLost;
    }
    // For readers of what is left when its note is removed.
    if (note.recorder === 'market' && !this.#markets.some(({ id }) => id === note.market.id)) {
      this.#markets.push(note.market);
    }
    const stream = this.#streams.find((one) => one.venue === venue) ?? this.#streams[0]!;
    this.#append(stream, noteBytes(note), S.RECORD_CONTROL, connection, recvNs);
  }

  /** Writes what has waited long enough, closes segments that have been open long enough, shows that it goes on. */
  tick(nowNs: number): void {
    for (const stream of this.#streams) {
      if (!this.isRecording) return;
      if (stream.blockNs >= 0 && nowNs - stream.blockNs >= this.#limits.flushNs) this.#flush(stream);
      if (!this.isRecording) return;
      if (stream.segmentNs >= 0 && nowNs - stream.segmentNs >= this.#limits.segmentNs) this.#rotate(stream);
    }
    if (!this.isRecording || nowNs - this.#renewedNs < RENEW_NS) return;
    this.#renewedNs = nowNs;
    this.#writeManifest();
    this.#earlier.round();
  }

  /** Writes everything and closes the recording in order. */
  close(): void {
    for (const stream of this.#streams) if (this.isRecording) this.#flush(stream);
    if (this.isRecording) this.#end('closed', '');
    else this.#writeManifest();
  }

  /** Ends where it is, after an error of the file system, an end under way included: what was flushed stays readable. */
  fail(reason: string): void {
    if (this.words.state === 'failed') return;
    this.words.state = 'failed';
    this.words.reason = reason;
    for (const stream of this.#streams) this.words.framesDiscarded += stream.forget();
    for (const { writer } of this.#streams) unheard(() => writer.abandon());
    unheard(() => this.#writeManifest());
  }

  #append(stream: RecordingStream, bytes: Uint8Array, flags: number, connection: number, recvNs: number): void {
    stream.writer.append(bytes, recvNs, connection, flags);
    this.#lastNs = Math.max(this.#lastNs, recvNs);
    if (stream.blockNs < 0) stream.blockNs = recvNs;
    if (stream.segmentNs < 0) stream.segmentNs = recvNs;
    if (stream.writer.pendingBytes >= S.BLOCK_TARGET_BYTES) this.#flush(stream);
  }

  #flush(stream: RecordingStream): void {
    const { writer } = stream;
    if (writer.pendingBytes === 0) return;
    if (!this.#makeRoom(writer.pendingBytes + (writer.pendingBytes >> 6) + BLOCK_SLACK_BYTES)) return;
    const before = writer.fileBytes;
    writer.flush();
    this.counts.bytesWritten += writer.fileBytes - before;
    this.counts.framesWritten += stream.pendingFrames;
    stream.entry.frames += stream.pendingText;
    stream.pendingFrames = 0;
    stream.pendingText = 0;
    stream.blockNs = -1;
    if (writer.fileBytes >= this.#limits.segmentBytes) this.#rotate(stream);
  }

  /** True when `bytes` more fit the bound, older segments removed where that is allowed; else the recording stops. */
  #makeRoom(bytes: number): boolean {
    const { diskBytesMax, whenFull } = this.#limits;
    // What others wrote or removed since it was last looked at, and who fell silent.
    if (this.diskBytes + bytes > diskBytesMax) this.#earlier.look();
    while (this.diskBytes + bytes > diskBytesMax) {
      if (whenFull === 'removeOldest' && this.#earlier.removeOldest()) {
        this.words.recordingsRemoved += 1;
        continue;
      }
      if (whenFull === 'stop' || this.#closed.length === 0) {
        this.#end('stopped', `recorder.diskBytesMax: ${diskBytesMax} bytes are taken`);
        return false;
      }
      this.#removeOldest();
    }
    return true;
  }

  /** Taken out of the manifest before it is removed: a manifest never names what is not there. */
  #removeOldest(): void {
    const { entry, bytes } = this.#closed.shift()!;
    const following = [...this.#closed.map((one) => one.entry), ...this.#streams.map((one) => one.entry)];
    for (const one of following) if (one.continues === entry.file) delete one.continues;
    this.#closedBytes -= bytes;
    this.words.segmentsRemoved += 1;
    this.words.framesRemoved += entry.frames;
    this.#writeManifest();
    rmSync(join(this.#folder, entry.file));
  }

  /** Closes the segment under way and begins the next one of its venue. */
  #rotate(stream: RecordingStream): void {
    this.#flush(stream);
    if (!this.isRecording || stream.writer.records === 0) return;
    if (this.#closed.length + this.#streams.length >= SEGMENTS_MAX) {
      if (this.#limits.whenFull === 'stop') {
        this.#end('stopped', `a recording has at most ${SEGMENTS_MAX} segments`);
        return;
      }
      this.#removeOldest();
    }
    this.#closeSegment(stream);
    stream.goOn(this.#nextFile());
    this.#begun(stream);
  }

  #closeSegment({ entry, writer }: RecordingStream): void {
    entry.records = writer.records;
    const before = writer.fileBytes;
    entry.blake3 = writer.close();
    this.counts.bytesWritten += writer.fileBytes - before;
    this.#closed.push({ entry, bytes: writer.fileBytes });
    this.#closedBytes += writer.fileBytes;
  }

  #open(venue: VenueName): RecordingStream {
    const stream = new RecordingStream(venue, this.#folder, this.#head, this.#limits.quality, this.#nextFile());
    this.#streams.push(stream);
    this.#begun(stream);
    return stream;
  }

  #nextFile(): string {
    return `${String(this.counts.segments + 1).padStart(6, '0')}.segment`;
  }

  #begun({ writer }: RecordingStream): void {
    this.counts.segments += 1;
    this.counts.bytesWritten += writer.fileBytes;
    this.#writeManifest();
  }

  /** Closes every segment with what was flushed; what was not is discarded, counted. Ended only once that is written. */
  #end(state: 'closed' | 'stopped', reason: string): void {
    for (const stream of this.#streams) this.words.framesDiscarded += stream.forget();
    for (let stream = this.#streams[0]; stream !== undefined; stream = this.#streams[0]) {
      this.#closeSegment(stream);
      this.#streams.shift();
    }
    this.words.state = state;
    this.words.reason = reason;
    this.#writeManifest();
  }

  #writeManifest(): void {
    const { title, startWallMs, relations } = this.#head;
    const markets = this.#markets;
    // In the order of their beginning, which is the order of their names.
    const open = this.#streams
      .filter(({ isOpen }) => isOpen)
      .map(({ entry, writer }) => ({ ...entry, records: writer.records }));
    const segments = [...this.#closed.map(({ entry }) => entry), ...open].sort((a, b) => (a.file < b.file ? -1 : 1));
    const manifest: Manifest = {
      ...{ schema: 1, title, startWallMs, durationNs: this.#lastNs, segments, markets, relations },
      ...{ rejected: { lines: 0, first: [] }, recorder: { ...this.words } },
    };
    this.#manifestBytes = writeManifest(this.#folder, manifest);
  }
}

/** After a failure: the manifest as it was last written names the same segments, and nobody is left to tell. */
function unheard(attempt: () => void): void {
  try {
    attempt();
  } catch {}
}
