// What each venue was sent within an hour, by minute of the wall clock: orders, and what buys cost at their limits. Part of the
// fold of a journal, its only writer; a restarted run takes its gateways' caps of the hour from it.
import { costMicrosRoundedUp } from '../core/units.ts';
import type { OrderRequest, VenueName } from '../venue/contract.ts';

const MINUTE_MS = 60_000;
const MINUTES = 60;

/** What counts of an order. */
export type SentOrder = Pick<OrderRequest, 'side' | 'limitE4' | 'sizeMicros'>;

/** Orders of one minute. */
export interface SentMinute {
  /** 0 in the minute that it is asked in. */
  readonly minutesAgo: number;
  readonly orders: number;
  readonly micros: number;
}

interface Minute {
  readonly minute: number;
  orders: number;
  micros: number;
}

/** Cash that those of the orders that buy take at most, fees aside. */
export function buyMicros(orders: readonly SentOrder[]): number {
  return orders.reduce((sum, { side, limitE4, sizeMicros }) => {
    return side === 'BUY' ? sum + costMicrosRoundedUp(limitE4, sizeMicros) : sum;
  }, 0);
}

export class SentHour {
  readonly #byVenue = new Map<VenueName, Minute[]>();

  /** Orders were let out at `wallMs`; with `sign` -1: they were not, after all. */
  add(venue: VenueName, orders: readonly SentOrder[], wallMs: number, sign: 1 | -1 = 1): void {
    const minute = Math.floor(wallMs / MINUTE_MS);
    const minutes = this.#byVenue.get(venue) ?? [];
    const known = minutes.find((one) => one.minute === minute);
    const at = known ?? { minute, orders: 0, micros: 0 };
    at.orders += sign * orders.length;
    at.micros += sign * buyMicros(orders);
    if (known !== undefined) return;
    this.#byVenue.set(venue, [...minutes.filter((one) => minute - one.minute < MINUTES), at]);
  }

  /** The last sixty minutes before `wallMs`; a minute that lies ahead, of a clock that was set back, is the latest. */
  within(venue: VenueName, wallMs: number): SentMinute[] {
    const now = Math.floor(wallMs / MINUTE_MS);
    return (this.#byVenue.get(venue) ?? [])
      .map(({ minute, orders, micros }) => ({ minutesAgo: Math.max(0, now - minute), orders, micros }))
      .filter(({ minutesAgo }) => minutesAgo < MINUTES);
  }
}
