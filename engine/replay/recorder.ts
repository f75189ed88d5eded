// The recorder's agent: takes what ingest tapped out of its ring and writes it as a recording. Recorder's thread, reader
// of the record ring; an error of the file system ends the recording, never the agent: what comes after is counted.
import * as L from '../../wasm/layout.ts';
import type { Agent } from '../core/agent.ts';
import { readNote } from '../ingest/notes.ts';
import { recorderIndex } from '../memory/agent-words.ts';
import type { Arena } from '../memory/arena.ts';
import { Counters, counterTotal } from '../memory/counters.ts';
import { Ring } from '../memory/ring.ts';
import type { RecordingWriter } from './recording-writer.ts';
import { VENUES } from './segment.ts';

/** Records and bytes one duty cycle takes at most, but for its last record: bounds the time between two heartbeats. */
const BURST = 256;
const BURST_BYTES = 4 << 20;
const SLOT_MASK = L.RING_SLOT_BYTES - 1;

export class RecorderAgent implements Agent {
  readonly role = 'record';
  readonly #arena: Arena;
  readonly #ring: Ring;
  readonly #bytes: Buffer;
  readonly #slotsAt: number;
  readonly #slotsBytes: number;
  readonly #writer: RecordingWriter;
  readonly #counters: Counters;
  readonly #onEnd: (state: 'stopped' | 'failed', reason: string) => void;
  #told: string = 'recording';
  #lastNs = 0;
  #takenBytes = 0;

  /** `onEnd`: the recording ended by itself, with its state and why; once, or again when a stopped one fails. */
  constructor(arena: Arena, writer: RecordingWriter, onEnd: (state: 'stopped' | 'failed', reason: string) => void) {
    this.#arena = arena;
    this.#ring = new Ring(arena, arena.at(L.REGION_RECORD_RINGS, 0));
    this.#bytes = Buffer.from(arena.memory.buffer);
    this.#slotsAt = this.#ring.at + L.RING_SLOTS;
    this.#slotsBytes = this.#ring.capacity * L.RING_SLOT_BYTES;
    this.#writer = writer;
    this.#counters = new Counters(arena, recorderIndex(arena));
    this.#onEnd = onEnd;
  }

  /** Writes what waits, up to a burst; answers how many records it took. */
  doWork(nowNs: number): number {
    let taken = 0;
    this.#takenBytes = 0;
    while (taken < BURST && this.#takenBytes < BURST_BYTES && this.#ring.ready() > 0) {
      this.#try(() => this.#take());
      taken += 1;
    }
    this.#try(() => this.#writer.tick(nowNs));
    this.#count();
    return taken;
  }

  /** After the last doWork: notes what was lost last, closes the recording. */
  close(): void {
    this.#try(() => {
      const lost = counterTotal(this.#arena, L.COUNTER_RECORD_FRAMES_LOST) - this.#writer.words.framesLost;
      if (lost > 0) this.#writer.note({ recorder: 'gap', framesLost: lost }, 0, this.#lastNs);
      this.#writer.close();
    });
    this.#count();
  }

  #take(): void {
    const header = this.#ring.slotAt(0);
    const { u32, f64 } = this.#arena;
    const length = u32[(header + L.TAP_LENGTH) >> 2]!;
    const skip = u32[(header + L.TAP_SKIP) >> 2]!;
    const connection = u32[(header + L.TAP_CONNECTION) >> 2]!;
    const lost = u32[(header + L.TAP_LOST) >> 2]!;
    const recvNs = f64[(header + L.TAP_RECV_NS) >> 3]!;
    this.#lastNs = recvNs;
    this.#takenBytes += length;
    try {
      // By itself: when it fails, the message in hand still goes to the writer, which counts it.
      if (lost > 0) this.#try(() => this.#writer.note({ recorder: 'gap', framesLost: lost }, connection, recvNs));
      const venue = VENUES[u32[(header + L.TAP_VENUE) >> 2]!]!;
      const message = this.#message(header + L.TAP_BYTES + skip, length);
      if (u32[(header + L.TAP_KIND) >> 2] === L.TAP_KIND_FRAME) this.#writer.frame(message, venue, connection, recvNs);
      else this.#writer.note(readNote(message)!, connection, recvNs, venue);
    } finally {
      this.#ring.release(L.TAP_SLOTS + ((skip + length + SLOT_MASK) >> 5));
    }
  }

  /** The message at `at`, which may lie beyond the ring's end, or run over it. */
  #message(at: number, length: number): Buffer {
    const end = this.#slotsAt + this.#slotsBytes;
    const first = at >= end ? at - this.#slotsBytes : at;
    if (first + length <= end) return this.#bytes.subarray(first, first + length);
    const rest = first + length - end;
    return Buffer.concat([this.#bytes.subarray(first, end), this.#bytes.subarray(this.#slotsAt, this.#slotsAt + rest)]);
  }

  /** An error ends the recording with its reason; the ring goes on being emptied, and what comes is counted. */
  #try(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#writer.fail(error instanceof Error ? error.message : String(error));
    }
    const { state, reason } = this.#writer.words;
    if (this.#told === state || state === 'recording' || state === 'closed') return;
    this.#told = state;
    this.#onEnd(state, reason);
  }

  #count(): void {
    const { counts, words } = this.#writer;
    const set = (id: number, value: number): void => this.#counters.add(id, value - this.#counters.get(id));
    set(L.COUNTER_RECORD_FRAMES_WRITTEN, counts.framesWritten);
    set(L.COUNTER_RECORD_BYTES_WRITTEN, counts.bytesWritten);
    set(L.COUNTER_RECORD_SEGMENTS, counts.segments);
    set(L.COUNTER_RECORD_RECORDINGS_REMOVED, words.recordingsRemoved);
    set(L.COUNTER_RECORD_SEGMENTS_REMOVED, words.segmentsRemoved);
    set(L.COUNTER_RECORD_FRAMES_REMOVED, words.framesRemoved);
    set(L.COUNTER_RECORD_FRAMES_DISCARDED, words.framesDiscarded);
  }
}
