// How much a basket may spend: per basket, of the cash of each venue, and on top of what is open already per market, event and venue.
// Executor's thread; reads the ledger, once per plan.
import type { Breaker } from '../breaker/breaker.ts';
import type { BreakerLimits } from '../breaker/limits.ts';
import type { RefusalCause } from '../breaker/refusals.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { VenueName } from '../venue/contract.ts';
import { type Markets, venueOfId } from '../venue/markets.ts';
import { OpenMoney, sumsBy } from './open-money.ts';
import type { ExecuteOptions } from './options.ts';

/** What one leg can take from the cash. */
export interface Spend {
  readonly marketIndex: number;
  readonly spendMicros: number;
}

/** Judges what the legs of one basket would spend; undefined: it is within all caps. */
export type Room = (spends: readonly Spend[]) => RefusalCause | undefined;

export interface CapParts {
  readonly markets: Markets;
  readonly ledger: Ledger;
  readonly breaker: Breaker;
  readonly limits: BreakerLimits;
  readonly options: ExecuteOptions;
  /** Name of a market's event, undefined when it has none. */
  eventOf(marketIndex: number): string | undefined;
  /** What baskets that wait to be sent will spend: not in the ledger yet. */
  waiting(): readonly Spend[];
}

/** Where money is open, as a key, and why more is refused there. */
interface Cap {
  readonly cause: RefusalCause;
  readonly microsMax: number;
  keyOf(marketIndex: number): string | undefined;
}

export class Caps {
  readonly #parts: CapParts;
  readonly #caps: readonly Cap[];
  readonly #open: OpenMoney;

  constructor(parts: CapParts) {
    this.#parts = parts;
    this.#open = new OpenMoney(parts);
    const { markets, options } = parts;
    this.#caps = [
      { cause: 'MARKET_CAP', microsMax: options.marketMicrosMax, keyOf: (market) => markets.idOf(market) },
      { cause: 'EVENT_CAP', microsMax: options.eventMicrosMax, keyOf: (market) => parts.eventOf(market) },
      {
        cause: 'VENUE_CAP',
        microsMax: options.venueMicrosMax,
        keyOf: (market) => venueOfId(markets.idOf(market)),
      },
    ];
  }

  /** The room as it is now. `isLater`: for what buys a way out of a lone leg, which is no probe. */
  room(isLater: boolean): Room {
    const { ledger, limits, breaker } = this.#parts;
    const waiting = this.#parts.waiting();
    const openMicros = ledger.openNotionalMicros + ledger.returning.micros + sumOf(waiting);
    const ofBasketMicros =
      !isLater && breaker.state() === 'halfOpen' ? limits.probeMicros : limits.basketNotionalMicros;
    const basketMicros = Math.min(ofBasketMicros, limits.basketNotionalMicros, limits.openNotionalMicros - openMicros);
    const open = [...this.#open.byMarket(), ...waiting];
    const judges = [this.#cash(waiting), ...this.#caps.map((cap) => judgeOf(cap, open))];
    return (spends) => {
      if (sumOf(spends) > basketMicros) return 'NOTIONAL_CAP';
      for (const judge of judges) {
        const cause = judge(spends);
        if (cause !== undefined) return cause;
      }
      return undefined;
    };
  }

  /** Free cash of each venue, for the legs there. */
  #cash(waiting: readonly Spend[]): Room {
    const { ledger, options, markets } = this.#parts;
    const venueOf = (market: number): VenueName => venueOfId(markets.idOf(market));
    const taken = sumsBy(waiting, venueOf);
    return (spends) => {
      for (const [venue, micros] of sumsBy(spends, venueOf)) {
        const free = ledger.venue(venue).availableMicros - (taken.get(venue) ?? 0);
        if (micros > Math.floor((free * options.cashShareBps) / 10_000)) return 'CASH';
      }
      return undefined;
    };
  }
}

function judgeOf({ cause, microsMax, keyOf }: Cap, open: readonly Spend[]): Room {
  const opened = sumsBy(open, keyOf);
  return (spends) => {
    for (const [key, micros] of sumsBy(spends, keyOf)) {
      if ((opened.get(key) ?? 0) + micros > microsMax) return cause;
    }
    return undefined;
  };
}

function sumOf(spends: readonly Spend[]): number {
  return spends.reduce((sum, { spendMicros }) => sum + spendMicros, 0);
}
