// The journal's writer: framed records, appended, chained with BLAKE3 over all its segments. Written by the executor's
// thread only.
//
//   segment = "DBKJRNL1" frame frame ...                                             the first one holds the header record
//   frame   = lengthBytes u32 | type u32 | headCheck u32 | payload | check 16 B      (little-endian)
//   head    = first 12 bytes; headCheck and check are taken over the check of the frame before, so that no frame can be
//             removed, repeated or moved; headCheck keeps a damaged length from hiding the frames after it. A segment's
//             header names the last check of the segment before it, so that the same holds for segments.
import * as L from '../../wasm/layout.ts';
import { assert, InvariantError } from '../core/assert.ts';
import { blake3Bytes } from '../core/digest.ts';
import { encodeRecord, type JournalRecord, typeCode } from './records.ts';

export const JOURNAL_MAGIC = Buffer.from('DBKJRNL1', 'latin1');
export const JOURNAL_FORMAT_VERSION = 3;
export const FRAME_HEAD_BYTES = 12;
export const CHECK_BYTES = 16;
export const PAYLOAD_BYTES_MAX = 1 << 20;
/** A device that takes nothing this many times in a row is full. */
const EMPTY_WRITES_MAX = 3;

/** Where journal bytes go: one segment. A file in production. */
export interface JournalSink {
  /** Writes some of `bytes` and answers how many; may be fewer without an error (a filling tmpfs does that). */
  write(bytes: Uint8Array): number;
  /** Returns when everything written is durable. */
  sync(): void;
  close(): void;
}

/** Where a journal goes on, and with what after its segment is full. */
export interface JournalPlace {
  /** Number of the segment that the sink is; from 1. */
  readonly segment: number;
  /** Last check of the segment before it, hex; '' for the first. */
  readonly previous: string;
  /** What wrote it. */
  readonly build: string;
  /** A segment is ended by the first record behind so many bytes that nothing on its way out waits for. */
  readonly segmentBytes: number;
  /** Opens the sink of a further segment, which is in its folder for good when this returns. */
  next(segment: number): JournalSink;
  /** Told when nothing is written any more. */
  closed(): void;
}

/** A journal of one segment. */
const ALONE: JournalPlace = {
  ...{ segment: 1, previous: '', build: '', segmentBytes: Number.POSITIVE_INFINITY },
  next: () => {
    throw new InvariantError('a journal of one segment has no other');
  },
  closed: () => undefined,
};

/** What leaves in a moment waits for these; a new segment, which takes two syncs of the disk, must not come between. */
const ON_THE_WAY_OUT: ReadonlySet<JournalRecord['type']> = new Set(['intent', 'unwind', 'gate', 'sent']);

/** Keeps the journal in memory, for replay and simulation, where nothing has to survive. */
export function createMemorySink(): JournalSink & { toBytes(): Buffer } {
  const pieces: Buffer[] = [];
  return {
    write: (bytes) => pieces.push(Buffer.from(bytes)) && bytes.length,
    sync: () => undefined,
    close: () => undefined,
    toBytes: () => Buffer.concat(pieces),
  };
}

/** Counts and keeps nothing: for long replays, where the journal is written for its cost and its order only. */
export function createNullSink(): JournalSink & { readonly counts: { bytes: number; syncs: number } } {
  const counts = { bytes: 0, syncs: 0 };
  return {
    counts,
    write: (bytes) => {
      counts.bytes += bytes.length;
      return bytes.length;
    },
    sync: () => {
      counts.syncs += 1;
    },
    close: () => undefined,
  };
}

/** Head check and check of a frame, given the check of the frame before it. */
export function frameChecks(previous: Uint8Array, lengthAndType: Uint8Array, payload: Uint8Array) {
  const head = Buffer.from(blake3Bytes(Buffer.concat([previous, lengthAndType])).subarray(0, 4));
  const check = Buffer.from(blake3Bytes(Buffer.concat([previous, lengthAndType, payload])).subarray(0, CHECK_BYTES));
  return { head, check };
}

/** What the first frame of a segment is chained to. */
export function firstCheck(): Uint8Array {
  return blake3Bytes(JOURNAL_MAGIC).subarray(0, CHECK_BYTES);
}

/** Appends records; nothing counts as written before sync() returned. After an error every call throws. */
export class Journal {
  readonly #configHash: string;
  readonly #place: JournalPlace;
  #sink: JournalSink;
  #segment: number;
  #check: Uint8Array = firstCheck();
  #segmentBytes = 0;
  #failed = false;
  #records = 0;

  /** Starts a segment on an empty sink: magic and header record, durable when this returns. */
  constructor(sink: JournalSink, configHash: string, place: JournalPlace = ALONE) {
    this.#sink = sink;
    this.#configHash = configHash;
    this.#place = place;
    this.#segment = place.segment;
    this.#begin(place.previous);
  }

  get records(): number {
    return this.#records;
  }

  /** Number of the segment that is written. */
  get segment(): number {
    return this.#segment;
  }

  /** True once a write or sync failed: the chain may have a torn end and nothing more is appended. */
  get failed(): boolean {
    return this.#failed;
  }

  append(record: JournalRecord): void {
    if (this.#segmentBytes >= this.#place.segmentBytes && !ON_THE_WAY_OUT.has(record.type)) this.#roll();
    this.#append(record);
  }

  /** Returns when every record appended so far is durable. */
  sync(): void {
    assert(!this.#failed, 'the journal has not failed');
    this.#guarded(() => this.#sink.sync());
  }

  close(): void {
    try {
      if (!this.#failed) this.sync();
      this.#sink.close();
    } finally {
      this.#place.closed();
    }
  }

  #begin(previous: string): void {
    this.#check = firstCheck();
    this.#segmentBytes = 0;
    this.#write(JOURNAL_MAGIC);
    this.#append({
      ...{ type: 'header', formatVersion: JOURNAL_FORMAT_VERSION, layoutVersion: L.LAYOUT_VERSION },
      ...{ build: this.#place.build, configHash: this.#configHash, segment: this.#segment, previous },
    });
    this.sync();
  }

  /** Ends the segment, whole and durable, before there is another. */
  #roll(): void {
    assert(!this.#failed, 'the journal has not failed');
    this.sync();
    const previous = Buffer.from(this.#check).toString('hex');
    this.#guarded(() => {
      this.#sink.close();
      this.#sink = this.#place.next(this.#segment + 1);
    });
    this.#segment += 1;
    this.#begin(previous);
  }

  #append(record: JournalRecord): void {
    const payload = encodeRecord(record);
    assert(payload.length <= PAYLOAD_BYTES_MAX, `a record of ${payload.length} bytes is at most ${PAYLOAD_BYTES_MAX}`);
    const lengthAndType = Buffer.alloc(8);
    lengthAndType.writeUInt32LE(payload.length, 0);
    lengthAndType.writeUInt32LE(typeCode(record), 4);
    const { head, check } = frameChecks(this.#check, lengthAndType, payload);
    this.#write(Buffer.concat([lengthAndType, head, payload, check]));
    this.#check = check;
    this.#records += 1;
  }

  #write(bytes: Buffer): void {
    assert(!this.#failed, 'the journal has not failed');
    this.#guarded(() => {
      let emptyWrites = 0;
      for (let at = 0; at < bytes.length; ) {
        const taken = this.#sink.write(bytes.subarray(at));
        emptyWrites = taken > 0 ? 0 : emptyWrites + 1;
        if (emptyWrites >= EMPTY_WRITES_MAX)
          throw new Error(`journal: ${bytes.length - at} bytes not taken, disk full?`);
        at += taken;
      }
      this.#segmentBytes += bytes.length;
    });
  }

  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }
}
