// Latency of the executor's stages, into the arena's histograms. Writer: the executor.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import { Histogram } from '../memory/histogram.ts';
import type { Opportunity } from './take.ts';

/** Times of one batch: receive time of the frame behind it, and when its last byte left. */
interface BatchTimes {
  readonly recvNs: number;
  sentNs: number;
}

export class Stages {
  readonly #found: Histogram;
  readonly #handOver: Histogram;
  readonly #opportunity: Histogram;
  readonly #gate: Histogram;
  readonly #sent: Histogram;
  readonly #outcome: Histogram;
  readonly #times = new Map<number, BatchTimes>();

  constructor(arena: Arena, agentIndex: number) {
    this.#found = new Histogram(arena, agentIndex, L.STAGE_FOUND);
    this.#handOver = new Histogram(arena, agentIndex, L.STAGE_HAND_OVER);
    this.#opportunity = new Histogram(arena, agentIndex, L.STAGE_OPPORTUNITY);
    this.#gate = new Histogram(arena, agentIndex, L.STAGE_GATE);
    this.#sent = new Histogram(arena, agentIndex, L.STAGE_SENT);
    this.#outcome = new Histogram(arena, agentIndex, L.STAGE_OUTCOME);
  }

  /** The executor took the opportunity up. */
  taken({ recvNs, detectNs }: Pick<Opportunity, 'recvNs' | 'detectNs'>, nowNs: number): void {
    this.#opportunity.record(nowNs - recvNs);
    if (detectNs === 0) return;
    this.#found.record(detectNs - recvNs);
    // The executor's time is of the begin of its cycle, and this one may have been found since.
    this.#handOver.record(Math.max(0, nowNs - detectNs));
  }

  /** The gate passed batch `batchId`, whose opportunity came with the frame of `recvNs` and was taken at `takenNs`. */
  passed(batchId: number, recvNs: number, takenNs: number, nowNs: number): void {
    this.#gate.record(nowNs - takenNs);
    this.#times.set(batchId, { recvNs, sentNs: 0 });
  }

  /** Its last byte left; answers how long after its frame, undefined for a batch of no frame. */
  sent(batchId: number, atNs: number): number | undefined {
    const times = this.#times.get(batchId);
    if (times === undefined) return undefined;
    times.sentNs = atNs;
    this.#sent.record(atNs - times.recvNs);
    return atNs - times.recvNs;
  }

  /** Every leg's outcome is known. */
  outcome(batchId: number, atNs: number): void {
    const times = this.#times.get(batchId);
    if (times === undefined) return;
    this.#times.delete(batchId);
    if (times.sentNs > 0) this.#outcome.record(atNs - times.sentNs);
  }
}
