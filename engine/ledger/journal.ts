// The journal's writer: framed records, appended, chained with BLAKE3. Written by the executor's thread only.
//
//   file   = "DBKJRNL1" frame frame ...
//   frame  = lengthBytes u32 | type u32 | headCheck u32 | payload | check 16 B       (little-endian)
//   head   = first 12 bytes; headCheck and check are taken over the check of the frame before, so that no frame can be
//            removed, repeated or moved; headCheck keeps a damaged length from hiding the frames after it.
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import * as L from '../../wasm/layout.ts';
import { assert } from '../core/assert.ts';
import { blake3Bytes } from '../core/digest.ts';
import { encodeRecord, type JournalRecord, typeCode } from './records.ts';

export const JOURNAL_MAGIC = Buffer.from('DBKJRNL1', 'latin1');
export const JOURNAL_FORMAT_VERSION = 1;
export const FRAME_HEAD_BYTES = 12;
export const CHECK_BYTES = 16;
export const PAYLOAD_BYTES_MAX = 1 << 20;
const MODE_OWNER_ONLY = 0o600;
/** A device that takes nothing this many times in a row is full. */
const EMPTY_WRITES_MAX = 3;

/** Where journal bytes go. A file in production. */
export interface JournalSink {
  /** Writes some of `bytes` and answers how many; may be fewer without an error (a filling tmpfs does that). */
  write(bytes: Uint8Array): number;
  /** Returns when everything written is durable. */
  sync(): void;
  close(): void;
}

/** Creates `path`, which must not exist, readable by its owner only. Throws what the file system throws. */
export function createFileSink(path: string): JournalSink {
  const descriptor = openSync(path, 'ax', MODE_OWNER_ONLY);
  return {
    write: (bytes) => writeSync(descriptor, bytes),
    sync: () => fdatasyncSync(descriptor),
    close: () => closeSync(descriptor),
  };
}

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

/** Appends records; nothing counts as written before sync() returned. After an error every call throws. */
export class Journal {
  readonly #sink: JournalSink;
  #check: Uint8Array = blake3Bytes(JOURNAL_MAGIC).subarray(0, CHECK_BYTES);
  #failed = false;
  #records = 0;

  /** Starts a journal on an empty sink: magic and header record, durable when this returns. */
  constructor(sink: JournalSink, configHash: string) {
    this.#sink = sink;
    this.#write(JOURNAL_MAGIC);
    this.append({
      type: 'header',
      formatVersion: JOURNAL_FORMAT_VERSION,
      layoutVersion: L.LAYOUT_VERSION,
      configHash,
    });
    this.sync();
  }

  get records(): number {
    return this.#records;
  }

  /** True once a write or sync failed: the chain may have a torn end and nothing more is appended. */
  get failed(): boolean {
    return this.#failed;
  }

  append(record: JournalRecord): void {
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

  /** Returns when every record appended so far is durable. */
  sync(): void {
    assert(!this.#failed, 'the journal has not failed');
    this.#guarded(() => this.#sink.sync());
  }

  close(): void {
    if (!this.#failed) this.sync();
    this.#sink.close();
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
