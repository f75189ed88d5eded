// Intake of frames: bytes of one message to published records, with every outcome counted. Ingest thread; the only
// caller of the WASM decoder, writer of SCAN and STAGING.
//
// HOT PATH: allocates only in the constructor (and in FrameHost for frames that carry no levels).
import * as L from '../../wasm/layout.ts';
import type { Clock } from '../core/clock.ts';
import type { Arena } from '../memory/arena.ts';
import type { Counters } from '../memory/counters.ts';
import { Histogram } from '../memory/histogram.ts';
import type { JsonValue } from '../venue/json.ts';
import type { Markets } from '../venue/markets.ts';
import { type BackPressure, Controls, type FullRingPolicy, RoomWaiter } from './controls.ts';
import { COPY_TAKE, type Copies } from './copies.ts';
import { type DecodeExports, FrameHost, type FrameHostOptions } from './frame-host.ts';
import type { FrameTap } from './frame-tap.ts';
import { OffStream } from './off-stream.ts';
import { scanPlace } from './scan-place.ts';

export interface FrameIntakeOptions extends FrameHostOptions {
  readonly arena: Arena;
  /** Instance of the WASM module bound as agent 0. */
  readonly exports: DecodeExports;
  readonly markets: Markets;
  readonly counters: Counters;
  /** Stamps the end of decoding; the clock that recvNs comes from. */
  readonly clock: Clock;
  readonly policy: FullRingPolicy;
  /** Required for policy replay. */
  readonly backPressure?: BackPressure;
  /** Replay with an executor on another thread: comes back once all that was published is worked off. */
  readonly settled?: () => void;
  /** Measures waits under policy replay; the real clock when absent. */
  readonly waitClock?: Clock;
  /** Lets frames that change no book pass through the ring by number, for replays that look at every frame. */
  readonly markEveryFrame?: boolean;
  /** Latencies count from recvNs; in a replay, where that is recorded time, from the call of accept(). */
  readonly stampAtAccept?: boolean;
  /** Where every frame goes before it is decoded, when a recorder runs. */
  readonly tap?: FrameTap | undefined;
  /** After a gap in what the tap took every book is STALE, as in a replay: for those who do nothing but record. */
  readonly distrustGaps?: boolean | undefined;
}

const INGEST_AGENT = 0;

/** Takes messages in order and publishes what they say. */
export class FrameIntake {
  readonly arena: Arena;
  readonly markets: Markets;
  readonly #bytes: Uint8Array;
  readonly #exports: DecodeExports;
  readonly #counters: Counters;
  readonly #clock: Clock;
  readonly #scanAt: number;
  readonly #scanBytes: number;
  readonly #live: number;
  readonly #controls: Controls;
  readonly #host: FrameHost;
  /** What changes books besides frames. */
  readonly offStream: OffStream;
  readonly #waiter: RoomWaiter | undefined;
  readonly #decodeNs: Histogram;
  readonly #suppliesMax: number;
  readonly #markEveryFrame: boolean;
  readonly #stampAtAccept: boolean;
  readonly #tap: FrameTap | undefined;
  readonly #distrustGaps: boolean;
  readonly #view: DataView;
  readonly #stagingAt: number;
  readonly #f64: Float64Array;
  readonly #stamps: number;
  /** SCRATCH_TAKEN_NS, the recvNs of the frame being taken, then the stage's duration; where WASM reads the first. */
  readonly #taken: Float64Array;
  #frameSeq = 0;
  /** Set while the frames that come are one of several copies. */
  copies: Copies | undefined;

  /** Throws RangeError when a ring cannot hold the largest frame, Error when replay has no back-pressure. */
  constructor(options: FrameIntakeOptions) {
    const arena = options.arena;
    const scan = arena.region(L.REGION_SCAN);
    const staging = arena.region(L.REGION_STAGING).count;
    const ringSlots = arena.u32[(arena.at(L.REGION_LEVEL_RINGS, 0) + L.RING_CAPACITY) >> 2]!;
    if (staging >= ringSlots) throw new RangeError('arena.levelRingSlots must be larger than arena.stagingSlots');
    if (options.policy === 'replay') {
      if (options.backPressure === undefined) throw new Error('policy replay needs backPressure');
      this.#waiter = new RoomWaiter(arena, options.backPressure, options.waitClock);
    }
    this.arena = arena;
    this.markets = options.markets;
    this.#bytes = arena.bytes;
    this.#exports = options.exports;
    this.#counters = options.counters;
    this.#clock = options.clock;
    this.#scanAt = scan.at;
    this.#scanBytes = scan.count;
    this.#live = options.policy === 'live' ? 1 : 0;
    this.#controls = new Controls(arena, this.#waiter, options.settled);
    this.#host = new FrameHost(arena, options.exports, options.markets, this.#controls, options);
    this.#markEveryFrame = options.markEveryFrame === true;
    this.#stampAtAccept = options.stampAtAccept === true;
    this.#tap = options.tap;
    this.#distrustGaps = options.distrustGaps === true;
    this.offStream = new OffStream({
      ...{ arena, markets: options.markets, counters: options.counters, controls: this.#controls, host: this.#host },
      ...{ tap: options.tap, distrustGaps: this.#distrustGaps, frameSeq: () => this.#frameSeq },
    });
    this.#view = arena.view;
    this.#stagingAt = arena.region(L.REGION_STAGING).at;
    this.#f64 = arena.f64;
    const scratch = arena.at(L.REGION_SCRATCH, INGEST_AGENT);
    this.#stamps = (scratch + L.SCRATCH_STAMPS) >> 3;
    this.#taken = arena.f64.subarray((scratch + L.SCRATCH_TAKEN_NS) >> 3, ((scratch + L.SCRATCH_TAKEN_NS) >> 3) + 2);
    this.#decodeNs = new Histogram(arena, INGEST_AGENT, L.STAGE_DECODE);
    // A frame can ask once for each market, once for each token, and once for each grid.
    this.#suppliesMax = 3 * arena.region(L.REGION_MARKETS).count + 1;
  }

  /** Frames taken so far, modulo 2^32: market-data messages; PONG and acknowledgements do not count. */
  get frameSeq(): number {
    return this.#frameSeq;
  }

  /**
   * Takes one message of `venue` (VENUE_*) that arrived on `connection` (0..65535) at `recvNs`. Answers the slots
   * published (> 0), DECODE_IGNORED, _UNKNOWN, _CONTROL, _DROPPED, or -(DECODE_REJECT_BASE + REJECT_*). Throws only
   * under policy replay, when the consumer made no progress for 5 s.
   */
  accept(bytes: Uint8Array, venue: number, connection: number, recvNs: number): number {
    this.#taken[0] = recvNs;
    return this.#acceptCopy(bytes, venue, connection);
  }

  /**
   * accept() at the clock's now; live sockets call it first thing in their callback, so this is the receive time. A
   * double handed to a call that is not inlined is boxed, one read here is not.
   */
  acceptNow(bytes: Uint8Array, venue: number, connection: number): number {
    this.stampRead();
    return this.#acceptCopy(bytes, venue, connection);
  }

  /** Takes the receive time of the frames that acceptAt() brings next: one stamp for all frames of one read. */
  stampRead(): void {
    this.#clock.stampNow(this.#taken, 0);
  }

  /**
   * accept() for a message that lies in the arena already, with 64 readable bytes behind it, received at the last
   * stampRead(): it is decoded where it is. A message above the scan region's size is refused like any other.
   */
  acceptAt(at: number, length: number, venue: number, connection: number): number {
    if (length > this.#scanBytes) return this.#refuseOversize(length);
    this.#counters.add(L.COUNTER_FRAMES_IN_PLACE, 1);
    return this.#accept(at, length, venue, connection);
  }

  #acceptCopy(bytes: Uint8Array, venue: number, connection: number): number {
    if (bytes.length > this.#scanBytes) return this.#refuseOversize(bytes.length);
    const at = scanPlace(bytes, this.#scanAt, this.#scanBytes);
    this.#bytes.set(bytes, at);
    return this.#accept(at, bytes.length, venue, connection);
  }

  #refuseOversize(length: number): number {
    this.#counters.add(L.COUNTER_BYTES_RECEIVED, length);
    this.#tap?.lose();
    this.#frameSeq = (this.#frameSeq + 1) >>> 0;
    const answer = this.#countRejected(L.REJECT_OVERSIZE);
    if (this.#markEveryFrame) this.#markNothing(this.#taken[0]!, this.#frameSeq);
    return answer;
  }

  #accept(at: number, length: number, venue: number, connection: number): number {
    const frameSeq = (this.#frameSeq + 1) >>> 0;
    this.#counters.add(L.COUNTER_BYTES_RECEIVED, length);
    // Of copies only those that count are recorded, which their decoding shows.
    if (this.copies === undefined) this.#record(at, length, venue, connection);
    if ((frameSeq & L.STAMP_MASK) === 0) {
      const stamp = this.#stamps + ((frameSeq >>> L.STAMP_SHIFT) % L.STAMPS);
      if (this.#stampAtAccept) this.#clock.stampNow(this.#f64, stamp);
      else this.#f64[stamp] = this.#taken[0]!;
    }
    let answer = this.#exports.decodeTaken(venue, at, length, connection, frameSeq);
    if (answer <= 0) answer = this.#settle(answer, at, length, venue, connection);
    if (this.copies !== undefined) {
      const verdict = this.copies.judgeStaged(answer);
      if (verdict !== COPY_TAKE) return this.offStream.notTaken(verdict, this.#taken[0]!);
      // What was staged is of the epoch before.
      const isDistrusted = this.#record(at, length, venue, connection);
      if (isDistrusted && answer > 0) answer = this.#exports.decodeTaken(venue, at, length, connection, frameSeq);
    }
    if (answer > 0) return this.#publish(answer, frameSeq);
    if (this.#markEveryFrame && this.#frameSeq === frameSeq) this.#markNothing(this.#taken[0]!, frameSeq);
    return answer;
  }

  /** Hands the message to the recorder; true when books are distrusted for a gap before it. */
  #record(at: number, length: number, venue: number, connection: number): boolean {
    if (this.#tap?.take(at, length, venue, connection) !== true || !this.#distrustGaps) return false;
    this.offStream.framesMissing(this.#taken[0]!);
    return true;
  }

  /** Replay only: a frame that changes nothing still takes its turn. */
  #markNothing(recvNs: number, frameSeq: number): void {
    this.#controls.nothing({ recvNs, venueMs: 0, frameSeq }); // tidy-ok: replay only, frames without changes
  }

  /** A connection was replaced for its books' sake. */
  countResync(): void {
    this.#counters.add(L.COUNTER_RESYNCS, 1);
  }

  /** FrameHost.takeKalshi(). */
  takeKalshi(connection: number): JsonValue | undefined {
    return this.#host.takeKalshi(connection);
  }

  /** Writes Control records that found no room; true when none waits. For idle duty cycles under policy live. */
  flushControls(): boolean {
    return this.#controls.pending === 0 || this.#controls.flush();
  }

  /** Everything but a frame decoded at the first try: supplies what the decoder lacks, then counts the outcome. */
  #settle(first: number, at: number, length: number, venue: number, connection: number): number {
    if (first === L.DECODE_IGNORED) return first;
    const recvNs = this.#taken[0]!;
    const frameSeq = (this.#frameSeq + 1) >>> 0;
    let answer = first;
    for (let supplies = 0; supplies < this.#suppliesMax; supplies += 1) {
      if (answer !== L.DECODE_NEED_MARKET && answer !== L.DECODE_NEED_GRID) break;
      const refusal = this.#host.supply(answer, venue, recvNs, frameSeq);
      if (refusal !== 0) answer = refusal;
      else answer = this.#exports.decodeTaken(venue, at, length, connection, frameSeq);
    }
    if (answer > 0) return answer;
    if (answer === L.DECODE_HOST) {
      const bytes = this.#bytes.subarray(at, at + length); // tidy-ok: the host reads it with objects anyway
      answer = this.#host.read(bytes, venue, connection, recvNs, frameSeq);
    }
    if (answer === L.DECODE_IGNORED) return answer;
    this.#frameSeq = frameSeq;
    if (answer === L.DECODE_UNKNOWN || answer === L.DECODE_CONTROL) {
      this.#counters.add(L.COUNTER_FRAMES_RECEIVED, 1);
      this.#counters.add(answer === L.DECODE_UNKNOWN ? L.COUNTER_FRAMES_UNKNOWN : L.COUNTER_FRAMES_CONTROL, 1);
      return answer;
    }
    // A need that is still open after all supplies is one no grid can meet.
    const cause = answer <= -L.DECODE_REJECT_BASE ? -answer - L.DECODE_REJECT_BASE : L.REJECT_OFF_GRID;
    this.#host.staleRefused(cause, at, venue, connection, recvNs, frameSeq);
    return this.#countRejected(cause);
  }

  #countRejected(cause: number): number {
    this.#counters.add(L.COUNTER_FRAMES_RECEIVED, 1);
    this.#counters.add(L.COUNTER_FRAMES_REJECTED, 1);
    this.#counters.add(L.COUNTER_REJECT_FIRST + cause, 1);
    return -(L.DECODE_REJECT_BASE + cause);
  }

  #publish(slots: number, frameSeq: number): number {
    this.#frameSeq = frameSeq;
    this.#counters.add(L.COUNTER_FRAMES_RECEIVED, 1);
    // Control records that wait are older than this frame, so they go first or the frame goes with them.
    if (this.#controls.pending > 0 && !this.#controls.flush()) return this.#drop(frameSeq);
    if ((frameSeq & L.STAMP_MASK) === 0) this.#stamp(slots, frameSeq);
    let full = this.#exports.publish(slots, this.#live);
    if (full !== 0) {
      if (this.#waiter === undefined) return this.#drop(frameSeq);
      while (full !== 0) {
        this.#waiter.step(full - 1);
        full = this.#exports.publish(slots, this.#live);
      }
      this.#waiter.done();
    }
    this.#counters.add(L.COUNTER_FRAMES_DECODED, 1);
    return slots;
  }

  /** Records the decode stage of a stamped frame and leaves it in the frame's last FrameEnd for the detector. */
  #stamp(slots: number, frameSeq: number): void {
    const stampNs = this.#f64[this.#stamps + ((frameSeq >>> L.STAMP_SHIFT) % L.STAMPS)]!;
    this.#clock.stampNow(this.#taken, 1);
    const decodeNs = Math.max(1, this.#taken[1]! - stampNs);
    this.#taken[1] = decodeNs;
    this.#decodeNs.recordAt(this.#taken, 1);
    const frameEnd = this.#stagingAt + (slots - L.FRAME_END_SLOTS) * L.RING_SLOT_BYTES;
    this.#view.setUint32(frameEnd + L.FRAME_END_PUBLISHED_DELTA_NS, Math.min(decodeNs, 0xffffffff), true);
  }

  #drop(frameSeq: number): number {
    this.#counters.add(L.COUNTER_FRAMES_DROPPED, 1);
    this.#host.staleNamed(this.#taken[0]!, frameSeq);
    return L.DECODE_DROPPED;
  }
}
