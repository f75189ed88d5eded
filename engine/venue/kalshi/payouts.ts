// Asks Kalshi whether it has paid for markets that are over. It pays by itself, so its list of settlements is the word; what
// it does not list yet is asked for again. Main thread; one question at a time, between those about orders.
import type { Resolution, VenueEvent } from '../contract.ts';
import { type JsonObject, member, textOf } from '../json.ts';
import { tickerOfOutcome } from './outcome.ts';
import type { KalshiQueries } from './query.ts';

const ASK_MS = 5_000;
const E4_PER_CENT = 100;

export class KalshiPayouts {
  readonly #queries: KalshiQueries;
  readonly #push: (event: VenueEvent) => void;
  /** By ticker; the one that waits longest comes first. */
  readonly #waiting = new Map<string, Resolution>();
  #timer: NodeJS.Timeout | undefined;

  constructor(queries: KalshiQueries, push: (event: VenueEvent) => void) {
    this.#queries = queries;
    this.#push = push;
  }

  /** Asks at once, then every now and then until the venue has paid. */
  add(resolution: Resolution): void {
    this.#waiting.set(tickerOfOutcome(resolution.tokens[0]), resolution);
    this.#ask();
    this.#timer ??= setInterval(() => this.#ask(), ASK_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #ask(): void {
    const [ticker] = this.#waiting.keys();
    if (ticker === undefined) return;
    const resolution = this.#waiting.get(ticker)!;
    // Whatever comes of it, the others are next.
    this.#waiting.delete(ticker);
    this.#waiting.set(ticker, resolution);
    this.#queries.settlement(ticker, (found) => {
      const yesE4 = payoutE4Of(found) ?? resolution.yesPayoutE4;
      if (!this.#waiting.delete(ticker)) return;
      const [yes, no] = resolution.tokens;
      this.#push({ kind: 'paid', token: yes, payoutE4: yesE4 });
      this.#push({ kind: 'paid', token: no, payoutE4: 10_000 - yesE4 });
    });
  }
}

/** What a share of YES was paid, as the settlement says; undefined when it does not say it exactly. */
function payoutE4Of(settlement: JsonObject): number | undefined {
  const result = textOf(settlement, 'market_result');
  if (result === 'yes' || result === 'no') return result === 'yes' ? 10_000 : 0;
  const cents = member(settlement, 'value');
  const payoutE4 = typeof cents === 'number' ? cents * E4_PER_CENT : Number.NaN;
  return Number.isInteger(payoutE4) && payoutE4 >= 0 && payoutE4 <= 10_000 ? payoutE4 : undefined;
}
