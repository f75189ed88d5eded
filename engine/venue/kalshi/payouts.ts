// Asks Kalshi whether it has paid for markets that are over. It pays by itself, so its list of settlements is the word; what
// it does not list yet is asked for again. Main thread; one question at a time, between those about orders.
import type { Resolution, VenueEvent } from '../contract.ts';
import { type JsonObject, member, textOf } from '../json.ts';
import { tickerOfOutcome } from './outcome.ts';
import type { KalshiQueries } from './query.ts';

/** From one round of questions to the next. */
const ROUND_MS = 5_000;
/** When orders are asked about. */
const BUSY_MS = 100;
const E4_PER_CENT = 100;

export class KalshiPayouts {
  readonly #queries: Pick<KalshiQueries, 'settlement'>;
  readonly #push: (event: VenueEvent) => void;
  /** By ticker. One of which nothing was held is never listed, and must not keep the others waiting. */
  readonly #waiting = new Map<string, Resolution>();
  /** Those that are still to be asked for in this round. */
  #round: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(queries: Pick<KalshiQueries, 'settlement'>, push: (event: VenueEvent) => void) {
    this.#queries = queries;
    this.#push = push;
  }

  /** Asks as soon as it can, then every now and then until the venue has paid. */
  add(resolution: Resolution): void {
    const ticker = tickerOfOutcome(resolution.tokens[0]);
    this.#waiting.set(ticker, resolution);
    if (!this.#round.includes(ticker)) this.#round.push(ticker);
    this.#ask();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #ask(): void {
    const ticker = this.#round.find((one) => this.#waiting.has(one));
    if (ticker === undefined) {
      this.#again(ROUND_MS);
      return;
    }
    const isAsked = this.#queries.settlement(ticker, (found) => {
      if (found !== undefined) this.#paid(ticker, found);
      if (!this.#isClosed) this.#ask();
    });
    if (isAsked) this.#round = this.#round.filter((one) => one !== ticker);
    this.#again(isAsked ? ROUND_MS : BUSY_MS);
  }

  /** Goes on then, with a round of all that wait when this one is over; an answer goes on at once. */
  #again(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#waiting.size === 0) return;
    this.#timer = setTimeout(() => {
      if (this.#round.length === 0) this.#round = [...this.#waiting.keys()];
      this.#ask();
    }, ms).unref();
  }

  #paid(ticker: string, found: JsonObject): void {
    const resolution = this.#waiting.get(ticker);
    if (resolution === undefined) return;
    this.#waiting.delete(ticker);
    const yesE4 = payoutE4Of(found) ?? resolution.yesPayoutE4;
    const [yes, no] = resolution.tokens;
    this.#push({ kind: 'paid', token: yes, payoutE4: yesE4 });
    this.#push({ kind: 'paid', token: no, payoutE4: 10_000 - yesE4 });
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
