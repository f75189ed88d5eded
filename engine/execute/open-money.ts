// Positions at cost and reservations by market, event and venue, from the ledger. Executor's thread.
import type { Ledger } from '../ledger/ledger.ts';
import { type Markets, venueOfId } from '../venue/markets.ts';
import type { Spend } from './caps.ts';

export interface OpenMoneyParts {
  readonly markets: Markets;
  readonly ledger: Ledger;
  /** Name of a market's event, undefined when it has none. */
  eventOf(marketIndex: number): string | undefined;
}

/** The most that is open in one place of each kind. */
export interface Most {
  readonly marketMicros: number;
  readonly eventMicros: number;
  readonly venueMicros: number;
  /** Tokens held or ordered. */
  readonly positions: number;
}

export class OpenMoney {
  readonly #parts: OpenMoneyParts;
  /** Market of each token, as far as the table was read. */
  readonly #marketOf = new Map<string, number>();
  #marketsRead = 0;

  constructor(parts: OpenMoneyParts) {
    this.#parts = parts;
  }

  /** Of each market that has any; a token of a market that the table does not know is left out. */
  byMarket(): Spend[] {
    const { markets, ledger } = this.#parts;
    for (; this.#marketsRead < markets.count; this.#marketsRead += 1) {
      for (const view of [0, 1]) this.#marketOf.set(markets.outcomeOf(this.#marketsRead, view), this.#marketsRead);
    }
    const open: Spend[] = [];
    for (const [token, spendMicros] of ledger.exposures()) {
      const marketIndex = this.#marketOf.get(token);
      if (marketIndex !== undefined) open.push({ marketIndex, spendMicros });
    }
    return open;
  }

  most(): Most {
    const { markets, eventOf } = this.#parts;
    const open = this.byMarket();
    return {
      marketMicros: mostOf(open, (market) => markets.idOf(market)),
      eventMicros: mostOf(open, eventOf),
      venueMicros: mostOf(open, (market) => venueOfId(markets.idOf(market))),
      positions: this.#parts.ledger.exposures().size,
    };
  }
}

function mostOf(open: readonly Spend[], keyOf: (marketIndex: number) => string | undefined): number {
  return Math.max(0, ...sumsBy(open, keyOf).values());
}

/** Sums by key; what has no key is left out. */
export function sumsBy<Key extends string>(
  spends: readonly Spend[],
  keyOf: (marketIndex: number) => Key | undefined,
): Map<Key, number> {
  const sums = new Map<Key, number>();
  for (const { marketIndex, spendMicros } of spends) {
    const key = keyOf(marketIndex);
    if (key !== undefined) sums.set(key, (sums.get(key) ?? 0) + spendMicros);
  }
  return sums;
}
