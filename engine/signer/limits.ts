// The signer's own limits on what it signs: worth of an order, worth within an hour, orders a second. The signer's process;
// the engine cannot raise them once it runs.
//
// What an order buys is worth the dollars that it gives. What it sells is counted in shares, each of which may be worth a
// dollar: what the order asks for them is the requester's word, and could be nothing.
import type { SignerLimitSetup, SignerRefusal } from './protocol.ts';

const HOUR_S = 3_600;
const SECOND_MS = 1_000;
const BUY = 0;

/** What was signed within an hour, by second: seconds count whole, so nothing is forgotten before its hour is over. */
class HourSum {
  /** The oldest first. */
  readonly #signed: { readonly atS: number; micros: number }[] = [];
  #micros = 0;

  at(nowS: number): number {
    while (this.#signed.length > 0 && nowS - this.#signed[0]!.atS > HOUR_S) {
      this.#micros -= this.#signed.shift()!.micros;
    }
    return this.#micros;
  }

  add(micros: number, nowS: number): void {
    const last = this.#signed.at(-1);
    if (last?.atS === nowS) last.micros += micros;
    else this.#signed.push({ atS: nowS, micros });
    this.#micros += micros;
  }
}

export class SignerLimits {
  readonly #setup: SignerLimitSetup;
  readonly #assets: ReadonlySet<bigint> | undefined;
  readonly #tickers: ReadonlySet<string> | undefined;
  readonly #bought = new HourSum();
  readonly #sold = new HourSum();
  /** When the last orders were signed, at most ordersPerSecondMax of them. */
  readonly #times: number[] = [];

  constructor(setup: SignerLimitSetup) {
    this.#setup = setup;
    this.#assets = setup.assets === undefined ? undefined : new Set(setup.assets.map(BigInt));
    this.#tickers = setup.tickers === undefined ? undefined : new Set(setup.tickers);
  }

  allowsAsset(token: bigint): boolean {
    return this.#assets === undefined || this.#assets.has(token);
  }

  allowsTicker(ticker: string): boolean {
    return this.#tickers === undefined || this.#tickers.has(ticker);
  }

  /** The same for orders that go together: those before the one that is refused stay counted. */
  refusalOfAll(
    orders: readonly { readonly side: number; readonly micros: number }[],
    nowMs: number,
  ): SignerRefusal | undefined {
    for (const { side, micros } of orders) {
      const refusal = this.refusal(side, micros, nowMs);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  /**
   * Why an order that gives `makerMicros`, dollars when it buys and shares when it sells, may not be signed at `nowMs`, or
   * undefined: then it is counted.
   */
  refusal(side: number, makerMicros: number, nowMs: number): SignerRefusal | undefined {
    const { orderMicrosMax, hourMicrosMax, sellOrderMicrosMax, sellHourMicrosMax, ordersPerSecondMax } = this.#setup;
    const [orderMax, hourMax, hour] =
      side === BUY
        ? [orderMicrosMax, hourMicrosMax, this.#bought]
        : [sellOrderMicrosMax, sellHourMicrosMax, this.#sold];
    const nowS = Math.floor(nowMs / SECOND_MS);
    if (makerMicros > orderMax) return 'orderNotional';
    if (hour.at(nowS) + makerMicros > hourMax) return 'hourNotional';
    const oldest = this.#times.length < ordersPerSecondMax ? undefined : this.#times[0]!;
    if (oldest !== undefined && nowMs - oldest < SECOND_MS) return 'orderRate';
    hour.add(makerMicros, nowS);
    this.#times.push(nowMs);
    if (this.#times.length > ordersPerSecondMax) this.#times.shift();
    return undefined;
  }
}
