// Heartbeats of trading clients: once an account has sent one and then stops, all its open orders are cancelled.
import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import type { Account } from './accounts.ts';

/** 10 s and a buffer of 5 s. */
const SILENCE_MS_MAX = 15_000;

/** Watches the accounts that send heartbeats. */
export class Heartbeats {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #onSilence: (account: Account) => void;
  readonly #last = new Map<Account, { id: string; atMs: number }>();

  constructor(clock: Clock, random: Random, onSilence: (account: Account) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#onSilence = onSilence;
  }

  /** A heartbeat that names the last id (or '' as the first); answers the next id, undefined for a wrong one. */
  beat(account: Account, id: unknown): string | undefined {
    const last = this.#last.get(account);
    if (id !== (last?.id ?? '') && id !== '') return undefined;
    const next = `hb-${this.#random.uint32().toString(16)}${this.#random.uint32().toString(16)}`;
    this.#last.set(account, { id: next, atMs: this.#clock.wallMs() });
    return next;
  }

  /** Calls onSilence for every account that stopped. */
  check(): void {
    const nowMs = this.#clock.wallMs();
    for (const [account, { atMs }] of this.#last) {
      if (nowMs - atMs <= SILENCE_MS_MAX) continue;
      this.#last.delete(account);
      this.#onSilence(account);
    }
  }
}
