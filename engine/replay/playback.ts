// The agent that feeds a recording to the intake in place of sockets: same decode path, times from the recording.
// Runs on the ingest thread, or on the only one.
import { VENUE_KALSHI, VENUE_POLYMARKET } from '../../wasm/layout.ts';
import type { Agent } from '../core/agent.ts';
import type { FrameIntake } from '../ingest/frames.ts';
import { readNote } from '../ingest/notes.ts';
import type { RecordingReader } from './recording.ts';
import { RECORD_CONTROL, RECORD_TEXT } from './segment.ts';
import type { SegmentReader } from './segment-reader.ts';

/** Records one duty cycle plays at most: bounds the time between two heartbeats. */
const BURST = 256;

/** Plays records that are due, at recorded time x speed. */
export class PlaybackAgent implements Agent {
  readonly role = 'ingest';
  readonly #reader: RecordingReader;
  readonly #intake: FrameIntake;
  readonly #speed: number | 'max';
  readonly #onFrame: ((recvNs: number) => void) | undefined;
  #startNs = -1;
  #waiting = false;
  /** True once the last record was played. */
  finished = false;
  /** Records played, REST answers included. */
  played = 0;

  /** `onFrame` runs after each message was decoded and published (lockstep, chains, dumps). */
  constructor(reader: RecordingReader, intake: FrameIntake, speed: number | 'max', onFrame?: (recvNs: number) => void) {
    this.#reader = reader;
    this.#intake = intake;
    this.#speed = speed;
    this.#onFrame = onFrame;
  }

  doWork(nowNs: number): number {
    if (this.#startNs < 0) this.#startNs = nowNs;
    for (let played = 0; played < BURST; played += 1) {
      if (!this.#waiting && !this.#reader.next()) {
        this.finished = true;
        return played;
      }
      this.#waiting = false;
      const { current } = this.#reader;
      if (this.#speed !== 'max' && (nowNs - this.#startNs) * this.#speed < current.recvNs) {
        this.#waiting = true;
        return played;
      }
      this.played += 1;
      if (current.flags === RECORD_CONTROL) this.#takeNote(current);
      // REST answers verify books, they never change one.
      if (current.flags !== RECORD_TEXT) continue;
      const venue = current.info.venue === 'kalshi' ? VENUE_KALSHI : VENUE_POLYMARKET;
      const bytes = current.data.subarray(current.start, current.start + current.length);
      this.#intake.accept(bytes, venue, current.connection, current.recvNs);
      this.#onFrame?.(current.recvNs);
    }
    return BURST;
  }

  /** What its recorder noted changes books here as it did there; PONG and the like say nothing. */
  #takeNote(current: SegmentReader): void {
    const note = readNote(current.message());
    if (note === undefined) return;
    this.#intake.offStream.replay(note, current.connection, current.recvNs);
    this.#onFrame?.(current.recvNs);
  }
}
