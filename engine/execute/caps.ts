// How much a basket may spend: per basket, of the cash, and on top of what is open already per market, event and venue.
// Executor's thread; reads the ledger, once per plan.
import type { BreakerLimits } from '../breaker/limits.ts';
import type { RefusalCause } from '../breaker/refusals.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Markets } from '../venue/markets.ts';
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
  readonly limits: BreakerLimits;
  readonly options: ExecuteOptions;
  /** Name of a market's event, undefined when it has none. */
  eventOf(marketIndex: number): string | undefined;
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
  /** Market of each token, as far as the table was read. */
  readonly #marketOf = new Map<string, number>();
  #marketsRead = 0;

  constructor(parts: CapParts) {
    this.#parts = parts;
    const { markets, options } = parts;
    this.#caps = [
      { cause: 'MARKET_CAP', microsMax: options.marketMicrosMax, keyOf: (market) => markets.idOf(market) },
      { cause: 'EVENT_CAP', microsMax: options.eventMicrosMax, keyOf: (market) => parts.eventOf(market) },
      {
        cause: 'VENUE_CAP',
        microsMax: options.venueMicrosMax,
        keyOf: (market) => markets.idOf(market).split(':', 1)[0],
      },
    ];
  }

  /** The room as it is now. */
  room(): Room {
    const { ledger, limits, options } = this.#parts;
    const cashMicros = Math.floor((ledger.availableMicros * options.cashShareBps) / 10_000);
    const basketMicros = Math.min(limits.basketNotionalMicros, limits.openNotionalMicros - ledger.openNotionalMicros);
    const open = this.#openByMarket();
    const judges = this.#caps.map((cap) => judgeOf(cap, open));
    return (spends) => {
      const all = spends.reduce((sum, { spendMicros }) => sum + spendMicros, 0);
      if (all > basketMicros) return 'NOTIONAL_CAP';
      if (all > cashMicros) return 'CASH';
      for (const judge of judges) {
        const cause = judge(spends);
        if (cause !== undefined) return cause;
      }
      return undefined;
    };
  }

  /** Positions at cost and reservations of each market that has any. */
  #openByMarket(): Spend[] {
    const { markets, ledger } = this.#parts;
    for (; this.#marketsRead < markets.count; this.#marketsRead += 1) {
      for (const view of [0, 1]) this.#marketOf.set(markets.tokenOf(this.#marketsRead, view), this.#marketsRead);
    }
    const open: Spend[] = [];
    for (const [token, spendMicros] of ledger.exposures()) {
      const marketIndex = this.#marketOf.get(token);
      if (marketIndex !== undefined) open.push({ marketIndex, spendMicros });
    }
    return open;
  }
}

function judgeOf({ cause, microsMax, keyOf }: Cap, open: readonly Spend[]): Room {
  const opened = byKey(open, keyOf);
  return (spends) => {
    for (const [key, micros] of byKey(spends, keyOf)) {
      if ((opened.get(key) ?? 0) + micros > microsMax) return cause;
    }
    return undefined;
  };
}

function byKey(spends: readonly Spend[], keyOf: Cap['keyOf']): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { marketIndex, spendMicros } of spends) {
    const key = keyOf(marketIndex);
    if (key !== undefined) sums.set(key, (sums.get(key) ?? 0) + spendMicros);
  }
  return sums;
}
