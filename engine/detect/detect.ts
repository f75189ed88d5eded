// The detect agent: drains its level ring into books and baskets through WASM, stamps latencies and opportunities.
//
// Reads: its level ring. Writes: books, basket sums, opportunity ring, its counters, histograms and watermark. It never
// knows its thread: whoever runs it hands it a clock and calls doWork. The protocol with WASM is told in wasm/drain.ts.
//
// HOT PATH: allocates only in the constructor.
import * as L from '../../wasm/layout.ts';
import type { Agent } from '../core/agent.ts';
import type { Clock } from '../core/clock.ts';
import type { Arena } from '../memory/arena.ts';
import { Histogram } from '../memory/histogram.ts';

/** What the agent calls in the WASM module; also what benches call. */
export interface DetectExports {
  /** Works off at most `maxFrames` frames; answers how many. */
  drain(maxFrames: number): number;
  /** Works off exactly one frame; answers 1 or 0. */
  step(): number;
  /** Stamps and publishes claimed opportunities; answers how many. `nowNs` 0 = not stamped. */
  publishOpportunities(nowNs: number): number;
  /** The same with SCRATCH_DONE_NS as now. */
  publishStamped(): number;
  /** Works by the table of baskets in force from here on; 1 = something is claimed: publish it. */
  takeTable(nowNs: number): number;
  /** Opens the books of this detector's registered markets; answers how many. */
  openBooks(): number;
  /** 1 = the feed holds every message of its Kalshi subscriptions; 0 = filtered by market. */
  setSeqScope(full: number): void;
  /** Least profit of an opportunity in all (micro-dollars) and per unit (1/10,000 dollar). */
  setEdgeLimits(minEdgeMicros: number, minEdgePerUnitE4: number): void;
  /** Bench: applies `records` Level records that lie from byte `at` on. */
  applyRecords(at: number, records: number): void;
  /** Bench: the same, and evaluates each record's baskets; answers how many opportunities were claimed. */
  detectRecords(at: number, records: number): number;
  /** Bench: evaluates one basket; 1 = an opportunity was claimed. */
  evaluateBasket(basket: number, frameSeq: number, recvNs: number): number;
  /** Bench: the sweep alone; a byte of hits per group of baskets from byte `at` on; answers how many have slack. */
  sweepHits(at: number): number;
  /** Bench: the same without vectors. */
  sweepHitsScalar(at: number): number;
  /** Bench: reads memory and folds it. */
  readThrough(at: number, bytes: number): bigint;
}

/** Kalshi's sequence scope of the feed or recording. */
export type SeqScope = 'full' | 'marketFiltered';

/** Told after each frame in step mode. `touched` is valid only during the call: count markets in `touched[1..count]`. */
export type OnStep = (frameSeq: number, touched: Uint32Array, count: number) => void;

export interface DetectOptions {
  readonly arena: Arena;
  /** From instantiate(module, arena, agentIndex). */
  readonly exports: DetectExports;
  /** 1 .. detectors. */
  readonly agentIndex: number;
  readonly clock: Clock;
  readonly seqScope: SeqScope;
  /** Least profit of an opportunity in all, micro-dollars; at least 1. */
  readonly minEdgeMicros: number;
  /** Least profit per unit, 1/10,000 dollar. */
  readonly minEdgePerUnitE4: number;
  /** Frames one doWork may work off; 64 when absent. */
  readonly maxFrames?: number;
  /** Told after opportunities were published. */
  readonly onOpportunities?: () => void;
  /** Given: each frame goes through WASM alone and is told to it; for chains, dumps and lockstep. */
  readonly onStep?: OnStep;
}

const MAX_FRAMES = 64;
// The marks of the WASM call under way: when it was over, when its frames were taken up, and a difference to record.
const DONE = 0;
const TAKEN = 1;
const SPAN = 2;
const MARKS = 3;

const TABLE_WORD = (L.HEADER_AT + L.HEADER_TABLE) >> 2;

/** Books and detection of one shard of markets. */
export class DetectAgent implements Agent {
  readonly role: string;
  readonly #wasm: DetectExports;
  readonly #clock: Clock;
  readonly #maxFrames: number;
  readonly #onStep: OnStep | undefined;
  readonly #onOpportunities: (() => void) | undefined;
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly #scratch: number;
  readonly #events: number;
  readonly #tableWord: number;
  readonly #ringHead: number;
  readonly #ringTail: number;
  readonly #ringSlots: number;
  readonly #ringMask: number;
  readonly #stamps: number;
  /** DONE, where WASM reads it, TAKEN and SPAN: in memory, because a double handed on is boxed. */
  readonly #marks: Float64Array;
  readonly #touched: Uint32Array;
  readonly #hop: Histogram;
  readonly #bookDetect: Histogram;
  readonly #frame: Histogram;

  constructor(options: DetectOptions) {
    const { arena, agentIndex } = options;
    this.role = `detect${agentIndex - 1}`;
    this.#wasm = options.exports;
    this.#tableWord = (arena.at(L.REGION_AGENTS, agentIndex) + L.AGENT_TABLE) >> 2;
    this.#clock = options.clock;
    this.#maxFrames = options.maxFrames ?? MAX_FRAMES;
    this.#onStep = options.onStep;
    this.#onOpportunities = options.onOpportunities;
    this.#u32 = arena.u32;
    this.#f64 = arena.f64;
    this.#scratch = arena.at(L.REGION_SCRATCH, agentIndex);
    const marks = (this.#scratch + L.SCRATCH_DONE_NS) >> 3;
    this.#marks = arena.f64.subarray(marks, marks + MARKS);
    this.#events = (this.#scratch + L.SCRATCH_EVENTS) >> 2;
    const ring = arena.at(L.REGION_LEVEL_RINGS, agentIndex - 1);
    this.#ringHead = (ring + L.RING_HEAD) >> 2;
    this.#ringTail = (ring + L.RING_TAIL) >> 2;
    this.#stamps = (arena.at(L.REGION_SCRATCH, 0) + L.SCRATCH_STAMPS) >> 3;
    this.#ringSlots = (ring + L.RING_SLOTS) >> 2;
    this.#ringMask = arena.u32[(ring + L.RING_CAPACITY) >> 2]! - 1;
    const touched = (this.#scratch + L.SCRATCH_TOUCHED) >> 2;
    this.#touched = arena.u32.subarray(touched, touched + 1 + L.SCRATCH_TOUCHED_MAX);
    this.#hop = new Histogram(arena, agentIndex, L.STAGE_HOP);
    this.#bookDetect = new Histogram(arena, agentIndex, L.STAGE_BOOK_DETECT);
    this.#frame = new Histogram(arena, agentIndex, L.STAGE_FRAME);
    this.#wasm.setSeqScope(options.seqScope === 'full' ? 1 : 0);
    this.#wasm.setEdgeLimits(options.minEdgeMicros, options.minEdgePerUnitE4);
    this.#wasm.openBooks();
  }

  /** Works off at most `maxFrames` frames; answers how many. */
  doWork(_nowNs: number): number {
    if (Atomics.load(this.#u32, TABLE_WORD) !== this.#u32[this.#tableWord]) this.#takeTable();
    return this.#onStep === undefined ? this.#drain() : this.#stepFrames();
  }

  /** Another table of baskets is in force; between two frames, off the hot path. */
  #takeTable(): void {
    const nowNs = this.#clock.nowNs();
    if (this.#wasm.takeTable(nowNs) !== 0) this.#wasm.publishOpportunities(nowNs);
  }

  /** Works off exactly one frame, for lockstep replay; answers 1, or 0 when the ring is empty. */
  stepFrame(): number {
    this.#clock.stampNow(this.#marks, TAKEN);
    const worked = this.#wasm.step();
    if (worked === 0) return 0;
    const events = this.#u32[this.#events]!;
    if (events !== 0) this.#settle(events);
    this.#onStep?.(this.#u32[(this.#scratch + L.SCRATCH_FRAME_SEQ) >> 2]!, this.#touched, this.#touched[0]!);
    return worked;
  }

  #drain(): number {
    let worked = 0;
    // Bounded: every call works off at least one frame or ends the loop. A call comes back early before a stamped frame
    // too, so only an empty ring ends it.
    while (worked < this.#maxFrames) {
      const head = this.#u32[this.#ringHead]!;
      if (Atomics.load(this.#u32, this.#ringTail) === head) break;
      // Reading the clock costs more than applying a frame: only what will be stamped needs it.
      if (this.#mayBeStamped(head)) this.#clock.stampNow(this.#marks, TAKEN);
      const frames = this.#wasm.drain(this.#maxFrames - worked);
      if (frames === 0) break;
      worked += frames;
      const events = this.#u32[this.#events]!;
      if (events !== 0) this.#settle(events);
    }
    return worked;
  }

  /** Whether the frame at ring index `head` is one that is stamped; of a PAD only the record behind it could say. */
  #mayBeStamped(head: number): boolean {
    const word = this.#ringSlots + (head & this.#ringMask) * (L.RING_SLOT_BYTES >> 2);
    const kind = this.#u32[word + (L.RECORD_KIND >> 2)]! >>> 24;
    const twoSlots = kind === L.KIND_FRAME_END || kind === L.KIND_CONTROL;
    const frameSeq = this.#u32[word + ((twoSlots ? L.FRAME_END_FRAME_SEQ : L.LEVEL_FRAME_SEQ) >> 2)]!;
    return kind === L.KIND_PAD || (frameSeq & L.STAMP_MASK) === 0;
  }

  #stepFrames(): number {
    let worked = 0;
    while (worked < this.#maxFrames && this.stepFrame() === 1) worked += 1;
    return worked;
  }

  /** Stamps what the last WASM call asks to be stamped. */
  #settle(events: number): void {
    const marks = this.#marks;
    this.#clock.stampNow(marks, DONE);
    if ((events & L.EVENT_OPPORTUNITIES) !== 0) {
      this.#wasm.publishStamped();
      this.#onOpportunities?.();
    }
    if ((events & L.EVENT_STAMPED) === 0) return;
    const frameSeq = this.#u32[(this.#scratch + L.SCRATCH_FRAME_SEQ) >> 2]!;
    const recvNs = this.#f64[this.#stamps + ((frameSeq >>> L.STAMP_SHIFT) % L.STAMPS)]!;
    const publishedNs = this.#u32[(this.#scratch + L.SCRATCH_PUBLISHED_DELTA_NS) >> 2]!;
    if (publishedNs !== 0) {
      marks[SPAN] = Math.max(0, marks[TAKEN]! - recvNs - publishedNs);
      this.#hop.recordAt(marks, SPAN);
    }
    marks[SPAN] = marks[DONE]! - marks[TAKEN]!;
    this.#bookDetect.recordAt(marks, SPAN);
    marks[SPAN] = Math.max(0, marks[DONE]! - recvNs);
    this.#frame.recordAt(marks, SPAN);
  }
}
