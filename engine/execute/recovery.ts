// Half-opens the breaker after its cool-down, judges the probes it lets out, closes it when they came out as meant. Only
// causes that close by themselves; all others wait for somebody. Executor's thread, the only one that half-opens and closes.
import type { Breaker } from '../breaker/breaker.ts';
import { CAUSES_FOR_SOMEBODY } from '../breaker/causes.ts';
import { probesLeft, stateOf } from '../breaker/state.ts';
import type { OpenBasket } from './baskets.ts';

export interface RecoveryLimits {
  readonly coolDownMs: number;
  readonly coolDownMsMax: number;
  readonly probes: number;
}

export interface RecoveryParts {
  readonly breaker: Breaker;
  readonly limits: RecoveryLimits;
  /** A step was taken, for the journal. */
  onStep(event: 'halfOpen' | 'closed', causes: number, why: string, nowNs: number): void;
  /** What was counted before counts no more: probes tell. */
  onHalfOpen(): void;
  /** Opens the breaker again. */
  reopen(causes: number, why: string): void;
}

export class Recovery {
  readonly #parts: RecoveryParts;
  /** Since when it is open for these causes and nothing of them holds any more. */
  #sinceNs = Number.POSITIVE_INFINITY;
  #causes = 0;
  #coolDownMs: number;
  #halfSinceNs = Number.POSITIVE_INFINITY;
  #succeeded = 0;
  /** Baskets sent while half-open, until they are known to work no more. */
  readonly #probes = new Set<Pick<OpenBasket, 'phase'>>();

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#coolDownMs = parts.limits.coolDownMs;
  }

  /** Each duty cycle, after the limits were looked at; `holding`: causes whose limit is passed now. */
  review(holding: number, nowNs: number): void {
    const word = this.#parts.breaker.word();
    const state = stateOf(word);
    if (state === 'open') this.#reviewOpen(word, holding, nowNs);
    else if (state === 'halfOpen') this.#reviewHalf(word, nowNs);
    else this.#forget();
  }

  /** A basket left. */
  sent(basket: Pick<OpenBasket, 'phase'>): void {
    if (this.#parts.breaker.state() === 'halfOpen') this.#probes.add(basket);
  }

  /** A basket opened at `openedNs` came out as meant. */
  succeeded(openedNs: number): void {
    if (this.#isProbe(openedNs)) this.#succeeded += 1;
  }

  /** Nothing of it filled: neither proof nor failure, so that another probe may go. */
  missed(openedNs: number): void {
    if (this.#isProbe(openedNs)) this.#parts.breaker.returnProbe();
  }

  /** Something failed: while half-open that opens the breaker again. */
  failed(why: string): void {
    const { breaker } = this.#parts;
    if (breaker.state() === 'halfOpen') this.#parts.reopen(breaker.causes(), why);
  }

  #isProbe(openedNs: number): boolean {
    return this.#parts.breaker.state() === 'halfOpen' && openedNs >= this.#halfSinceNs;
  }

  #reviewOpen(word: number, holding: number, nowNs: number): void {
    const { breaker, limits } = this.#parts;
    const causes = breaker.causes();
    if (this.#halfSinceNs !== Number.POSITIVE_INFINITY) {
      // It was half-open and did not last.
      this.#halfSinceNs = Number.POSITIVE_INFINITY;
      this.#coolDownMs = Math.max(limits.coolDownMs, Math.min(this.#coolDownMs * 2, limits.coolDownMsMax));
      this.#sinceNs = nowNs;
    }
    if (causes !== this.#causes || (holding & causes) !== 0 || this.#sinceNs > nowNs) this.#sinceNs = nowNs;
    this.#causes = causes;
    if (limits.coolDownMs === 0 || (causes & CAUSES_FOR_SOMEBODY) !== 0) return;
    if (nowNs - this.#sinceNs < this.#coolDownMs * 1e6) return;
    this.#succeeded = 0;
    this.#probes.clear();
    this.#parts.onHalfOpen();
    if (!breaker.halfOpen(word, limits.probes)) return;
    this.#halfSinceNs = nowNs;
    this.#parts.onStep('halfOpen', causes, `cool-down of ${this.#coolDownMs} ms over, ${limits.probes} probes`, nowNs);
  }

  #reviewHalf(word: number, nowNs: number): void {
    const { breaker, limits } = this.#parts;
    for (const basket of this.#probes) if (basket.phase !== 'working') this.#probes.delete(basket);
    if (this.#succeeded < limits.probes) {
      // All are out and none works any more: some came to neither (a market was paid meanwhile), and others may go.
      if (probesLeft(word) > 0 || this.#probes.size > 0) return;
      for (let probe = this.#succeeded; probe < limits.probes; probe += 1) breaker.returnProbe();
      return;
    }
    const causes = breaker.causes();
    if (!breaker.close()) return;
    this.#forget();
    this.#parts.onStep('closed', causes, `${limits.probes} probes came out as meant`, nowNs);
  }

  /** Closed, by itself or by an operator: the next cool-down is a first one. */
  #forget(): void {
    this.#sinceNs = Number.POSITIVE_INFINITY;
    this.#halfSinceNs = Number.POSITIVE_INFINITY;
    this.#causes = 0;
    this.#coolDownMs = this.#parts.limits.coolDownMs;
  }
}
