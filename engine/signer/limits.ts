// The signer's own limits on what it signs: worth of an order, worth within an hour, orders a second. The signer's process;
// the engine cannot raise them once it runs.
import type { SignerLimitSetup, SignerRefusal } from './protocol.ts';

const HOUR_S = 3_600;
const SECOND_MS = 1_000;

export class SignerLimits {
  readonly #setup: SignerLimitSetup;
  readonly #assets: ReadonlySet<bigint> | undefined;
  /** Worth signed by second, the oldest first, none older than an hour. */
  readonly #signed: { readonly atS: number; micros: number }[] = [];
  #hourMicros = 0;
  /** When the last orders were signed, at most ordersPerSecondMax of them. */
  readonly #times: number[] = [];

  constructor(setup: SignerLimitSetup) {
    this.#setup = setup;
    this.#assets = setup.assets === undefined ? undefined : new Set(setup.assets.map(BigInt));
  }

  allowsAsset(token: bigint): boolean {
    return this.#assets === undefined || this.#assets.has(token);
  }

  /** Why an order of that worth may not be signed at `nowMs`, or undefined: then it is counted. */
  refusal(worthMicros: number, nowMs: number): SignerRefusal | undefined {
    const { orderMicrosMax, hourMicrosMax, ordersPerSecondMax } = this.#setup;
    const nowS = Math.floor(nowMs / SECOND_MS);
    this.#forget(nowS);
    if (worthMicros > orderMicrosMax) return 'orderNotional';
    if (this.#hourMicros + worthMicros > hourMicrosMax) return 'hourNotional';
    const oldest = this.#times.length < ordersPerSecondMax ? undefined : this.#times[0]!;
    if (oldest !== undefined && nowMs - oldest < SECOND_MS) return 'orderRate';
    this.#count(worthMicros, nowS, nowMs);
    return undefined;
  }

  #count(worthMicros: number, nowS: number, nowMs: number): void {
    const last = this.#signed.at(-1);
    if (last?.atS === nowS) last.micros += worthMicros;
    else this.#signed.push({ atS: nowS, micros: worthMicros });
    this.#hourMicros += worthMicros;
    this.#times.push(nowMs);
    if (this.#times.length > this.#setup.ordersPerSecondMax) this.#times.shift();
  }

  /** Seconds count whole: nothing is forgotten before its hour is over. */
  #forget(nowS: number): void {
    while (this.#signed.length > 0 && nowS - this.#signed[0]!.atS > HOUR_S) {
      this.#hourMicros -= this.#signed.shift()!.micros;
    }
  }
}
