// Scripted faults of the simulated venue: which of the order requests fail, how, and that they did. A script, or drawn by
// the seed: the statistics prove what fired.
import type { Random } from '../../core/random.ts';
import { FaultScript, type ScriptedFault } from './fault-script.ts';
import type { VenueStats } from './stats.ts';

/**
 * `http425`: restart, nothing is taken for `ms`, then post-only for `postOnlyMs`. `http503`: cancel-only for `ms`.
 * `http429`, `http500`, `http403` (a page of the front's): this request only, nothing is taken. `lostRequest`: the connection
 * is cut, nothing is taken. `lostAnswer`: taken, then cut without an answer. `lateAnswer`: taken, answered `ms` later.
 * `lateBooking`: cut without an answer, and taken `ms` later. `unreadable`: taken, and answered 200 with what is no JSON.
 * `noBalance`: its orders are refused one by one, as of an account that lacks the money.
 * `halt`: no order is taken in the market of the request's first one for `ms`.
 */
export const FAULT_KINDS = [
  ...(['http403', 'http425', 'http429', 'http500', 'http503', 'lostRequest', 'lostAnswer'] as const),
  ...(['lateAnswer', 'lateBooking', 'unreadable', 'halt', 'noBalance'] as const),
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** `firstRequest` counts order requests. */
export interface FaultRule extends ScriptedFault<FaultKind> {
  /** Default 2,000. */
  readonly ms?: number;
  /** After an `http425`. Default 120,000, as the venue's. */
  readonly postOnlyMs?: number;
}

const DEFAULT_MS = 2_000;
const DEFAULT_POST_ONLY_MS = 120_000;

/** What happens to one order request. */
export interface Verdict {
  /** Answer with this status instead of taking the request. */
  readonly status?: { readonly code: number; readonly error: string };
  /** Kinds that fired on it. */
  readonly fired: ReadonlySet<FaultKind>;
  /** How late the answer, or the booking, is. */
  readonly lateMs: number;
  /** How long the market of its first order is halted, 0: not. */
  readonly haltMs: number;
}

/** Decides the fate of each order request. */
export class Faults {
  readonly #script: FaultScript<FaultRule>;
  #restartUntilMs = 0;
  #postOnlyUntilMs = 0;
  #cancelOnlyUntilMs = 0;

  /** `random`: for rules with a chance. */
  constructor(rules: readonly FaultRule[], stats: VenueStats, random: Random) {
    this.#script = new FaultScript(rules, stats.faults, random);
  }

  /** True while only post-only orders are taken, after a restart. */
  isPostOnly(nowMs: number): boolean {
    return nowMs < this.#postOnlyUntilMs;
  }

  /** The fate of order request number `request`, counted from 1. */
  judge(request: number, nowMs: number): Verdict {
    const fired = new Set<FaultKind>();
    let [lateMs, haltMs] = [0, 0];
    for (const rule of this.#script.firing(request)) {
      const { kind, ms = DEFAULT_MS, postOnlyMs = DEFAULT_POST_ONLY_MS } = rule;
      fired.add(kind);
      if (kind === 'lateAnswer' || kind === 'lateBooking') lateMs = Math.max(lateMs, ms);
      if (kind === 'halt') haltMs = ms;
      if (kind === 'http503') this.#cancelOnlyUntilMs = nowMs + ms;
      if (kind === 'http425') {
        this.#restartUntilMs = nowMs + ms;
        this.#postOnlyUntilMs = nowMs + ms + postOnlyMs;
      }
    }
    const status = this.#statusOf(fired, nowMs);
    return { ...(status === undefined ? {} : { status }), fired, lateMs, haltMs };
  }

  #statusOf(fired: ReadonlySet<FaultKind>, nowMs: number): Verdict['status'] {
    if (nowMs < this.#cancelOnlyUntilMs) {
      const error = 'Trading is currently cancel-only. New orders are not accepted, but cancels are allowed.';
      return { code: 503, error };
    }
    if (nowMs < this.#restartUntilMs) return { code: 425, error: 'service not ready' };
    if (fired.has('http429')) return { code: 429, error: 'Too Many Requests' };
    return fired.has('http500') ? { code: 500, error: 'Internal server error' } : undefined;
  }
}
