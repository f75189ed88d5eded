// Asks Kalshi whether it has paid for markets that are over. It pays by itself, so its list of settlements is the word; where
// it lists nothing and nothing is held any more, it paid when both outcomes met. What it still holds is asked for again,
// unless nobody knows that the market is over. Main thread; one question at a time,
// between those about orders.
import { VIEW_NO, VIEW_YES } from '../../../wasm/layout.ts';
import type { Resolution, VenueEvent } from '../contract.ts';
import { type JsonObject, member, textOf } from '../json.ts';
import { kalshiOutcome, tickerOfOutcome } from './outcome.ts';
import type { KalshiQueries } from './query.ts';

/** From one round of questions to the next. */
const ROUND_MS = 5_000;
/** When orders are asked about. */
const BUSY_MS = 100;
const E4_PER_CENT = 100;

type PayoutQueries = Pick<KalshiQueries, 'settlement' | 'held'>;

export class KalshiPayouts {
  readonly #queries: PayoutQueries;
  readonly #push: (event: VenueEvent) => void;
  /** By ticker; one must not keep the others waiting. Without a resolution: one answer is enough, also that nothing is listed. */
  readonly #waiting = new Map<string, Resolution | undefined>();
  /** Those that are still to be asked for in this round. */
  #round: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(queries: PayoutQueries, push: (event: VenueEvent) => void) {
    this.#queries = queries;
    this.#push = push;
  }

  /** Asks as soon as it can, then every now and then until the venue has paid. */
  add(resolution: Resolution): void {
    this.#add(tickerOfOutcome(resolution.tokens[0]), resolution);
  }

  /** Asks as soon as it can, and no more once there is an answer: it may not be over. */
  look(ticker: string): void {
    if (!this.#waiting.has(ticker)) this.#add(ticker, undefined);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #add(ticker: string, resolution: Resolution | undefined): void {
    this.#waiting.set(ticker, resolution);
    if (!this.#round.includes(ticker)) this.#round.push(ticker);
    this.#ask();
  }

  #ask(): void {
    const ticker = this.#round.find((one) => this.#waiting.has(one));
    if (ticker === undefined) {
      this.#again(ROUND_MS);
      return;
    }
    const isAsked = this.#queries.settlement(ticker, (found) => {
      const resolution = this.#waiting.get(ticker);
      if (found !== undefined) this.#paid(ticker, payoutE4Of(found) ?? resolution?.yesPayoutE4);
      else if (resolution === undefined) this.#waiting.delete(ticker);
      else this.#askHeld(ticker, resolution);
      if (!this.#isClosed) this.#ask();
    });
    if (isAsked) this.#round = this.#round.filter((one) => one !== ticker);
    this.#again(isAsked ? ROUND_MS : BUSY_MS);
  }

  /** Contracts of both outcomes were paid when they met: where nothing is left, nothing will be listed. */
  #askHeld(ticker: string, { yesPayoutE4 }: Resolution): void {
    this.#queries.held(ticker, (isHeld) => {
      if (!isHeld) this.#paid(ticker, yesPayoutE4);
      if (!this.#isClosed) this.#ask();
    });
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

  #paid(ticker: string, yesE4: number | undefined): void {
    if (!this.#waiting.delete(ticker)) return;
    if (yesE4 === undefined) return;
    this.#push({ kind: 'paid', token: kalshiOutcome(ticker, VIEW_YES), payoutE4: yesE4 });
    this.#push({ kind: 'paid', token: kalshiOutcome(ticker, VIEW_NO), payoutE4: 10_000 - yesE4 });
  }
}

/** What a share of YES was paid, as the settlement says; undefined when it does not say it exactly. */
export function payoutE4Of(settlement: JsonObject): number | undefined {
  const result = textOf(settlement, 'market_result');
  if (result === 'yes' || result === 'no') return result === 'yes' ? 10_000 : 0;
  const cents = member(settlement, 'value');
  const payoutE4 = typeof cents === 'number' ? cents * E4_PER_CENT : Number.NaN;
  return Number.isInteger(payoutE4) && payoutE4 >= 0 && payoutE4 <= 10_000 ? payoutE4 : undefined;
}
