// Scripted faults of the simulated venue: which of the order requests fail, how, and that they did. A script, not
// chance: a test knows what fires, and the statistics prove that it fired.
import { FaultScript, type ScriptedFault } from './fault-script.ts';
import type { VenueStats } from './stats.ts';

/**
 * `http425`: restart, nothing is taken for `ms`, then post-only for `postOnlyMs`. `http503`: cancel-only for `ms`.
 * `http429`, `http500`: this request only, nothing is taken. `lostAnswer`: taken, then the connection is cut without
 * an answer. `lateAnswer`: taken, answered `ms` later.
 */
export type FaultKind = 'http425' | 'http429' | 'http500' | 'http503' | 'lostAnswer' | 'lateAnswer';

/** `firstRequest` counts order requests. */
export interface FaultRule extends ScriptedFault<FaultKind> {
  /** Default 2,000. */
  readonly ms?: number;
  /** After an `http425`. Default 120,000, as the venue's. */
  readonly postOnlyMs?: number;
}

const DEFAULT_MS = 2_000;
const DEFAULT_POST_ONLY_MS = 120_000;

/** What happens to one order request before it is taken. */
export interface Verdict {
  /** Answer with this status instead of taking the request. */
  readonly status?: { readonly code: number; readonly error: string };
  readonly loseAnswer: boolean;
  readonly lateMs: number;
}

/** Decides the fate of each order request. */
export class Faults {
  readonly #script: FaultScript<FaultRule>;
  #restartUntilMs = 0;
  #postOnlyUntilMs = 0;
  #cancelOnlyUntilMs = 0;

  constructor(rules: readonly FaultRule[], stats: VenueStats) {
    this.#script = new FaultScript(rules, stats.faults);
  }

  /** True while only post-only orders are taken, after a restart. */
  isPostOnly(nowMs: number): boolean {
    return nowMs < this.#postOnlyUntilMs;
  }

  /** The fate of order request number `request`, counted from 1. */
  judge(request: number, nowMs: number): Verdict {
    let loseAnswer = false;
    let lateMs = 0;
    let status: Verdict['status'];
    for (const rule of this.#script.firing(request)) {
      const ms = rule.ms ?? DEFAULT_MS;
      if (rule.kind === 'lostAnswer') loseAnswer = true;
      if (rule.kind === 'lateAnswer') lateMs = ms;
      if (rule.kind === 'http429') status = { code: 429, error: 'Too Many Requests' };
      if (rule.kind === 'http500') status = { code: 500, error: 'Internal server error' };
      if (rule.kind === 'http503') this.#cancelOnlyUntilMs = nowMs + ms;
      if (rule.kind === 'http425') {
        this.#restartUntilMs = nowMs + ms;
        this.#postOnlyUntilMs = nowMs + ms + (rule.postOnlyMs ?? DEFAULT_POST_ONLY_MS);
      }
    }
    if (nowMs < this.#restartUntilMs) status = { code: 425, error: 'service not ready' };
    if (nowMs < this.#cancelOnlyUntilMs) {
      const error = 'Trading is currently cancel-only. New orders are not accepted, but cancels are allowed.';
      status = { code: 503, error };
    }
    return status === undefined ? { loseAnswer, lateMs } : { status, loseAnswer, lateMs };
  }
}
