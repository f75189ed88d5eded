// The venues of a replay and of a paper run, each with its own account and rules, over the engine's own books. Executor's
// thread; deterministic by seed and books.
import { ACTION_BUY_YES } from '../../../wasm/layout.ts';
import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import type { Arena } from '../../memory/arena.ts';
import type { FeeSchedule, OrderMaker, TradingVenue, VenueName } from '../contract.ts';
import { createKalshiOrderMaker } from '../kalshi/maker.ts';
import { type Markets, venueOf } from '../markets.ts';
import { createOrderMaker } from '../polymarket/maker.ts';
import type { LedgerReport } from './accounts.ts';
import type { BookReader } from './impact.ts';
import { InProcessVenue } from './in-process.ts';
import type { TapeTrade, TradeSource } from './in-process-resting.ts';
import type { Latency } from './latency.ts';

export interface InProcessVenuesParts {
  readonly arena: Arena;
  readonly markets: Markets;
  readonly clock: Clock;
  /** Draws latencies and settlements. */
  readonly random: Random;
  /** Draws order ids. */
  readonly ids: Random;
  readonly books: BookReader;
  readonly trades: TradeSource;
  /** At each venue. */
  readonly cashMicros: number;
  readonly latency: Latency;
  /** Those that are traded, Polymarket first. */
  readonly names: readonly VenueName[];
  feeOf(marketIndex: number): FeeSchedule | undefined;
}

/** What a venue's books say of our account. */
export interface VenueReport {
  readonly venue: VenueName;
  readonly account: string;
  readonly ledger: LedgerReport;
}

const ON_CHAIN = { minedMsMean: 800, confirmedMsMean: 1_200, failProbability: 0 };
/** Kalshi's trades are settled when they are made. */
const AT_ONCE = { minedMsMean: 0, confirmedMsMean: 0, failProbability: 0 };

export class InProcessVenues {
  readonly trading: readonly TradingVenue[];
  readonly #venues: readonly InProcessVenue[];
  readonly #arena: Arena;

  constructor(parts: InProcessVenuesParts) {
    this.#arena = parts.arena;
    const feeds = splitTrades(parts.trades, parts.arena, parts.names);
    const made = parts.names.map((name, at) => ({
      gateway: venueOfName(parts, name, feeds[at]!),
      maker: makerOfName(parts, name),
    }));
    this.trading = made;
    this.#venues = made.map(({ gateway }) => gateway);
  }

  /** Shares still to be had of an outcome within a limit, after what our fills took. */
  readonly leftMicros = (marketIndex: number, action: number, limitE4: number): number => {
    const name = venueOf(this.#arena, marketIndex);
    const venue = this.#venues.find((one) => one.venue === name);
    return venue?.leftMicros(marketIndex, action === ACTION_BUY_YES, limitE4) ?? Number.POSITIVE_INFINITY;
  };

  /** Time of the next thing that will happen at any of them, ns, or undefined. */
  get nextDueNs(): number | undefined {
    const due = this.#venues.flatMap(({ nextDueNs }) => nextDueNs ?? []);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  reports(): VenueReport[] {
    return this.#venues.map((one) => ({ venue: one.venue, account: one.funder, ledger: one.ledger() }));
  }
}

function venueOfName(parts: InProcessVenuesParts, name: VenueName, trades: TradeSource): InProcessVenue {
  const { markets, clock, random, cashMicros, latency, books } = parts;
  const isKalshi = name === 'kalshi';
  return new InProcessVenue({
    ...{ venue: name, clock, random: random.split(), cashMicros, books, trades },
    ...{ latency: isKalshi ? { ...latency, takerDelayMs: 0 } : latency, settlement: isKalshi ? AT_ONCE : ON_CHAIN },
    feeOf: (marketIndex) => parts.feeOf(marketIndex),
    viewOf: (marketIndex, token) => (markets.tokenOf(marketIndex, 0) === token ? 0 : 1),
  });
}

function makerOfName({ arena, ids }: InProcessVenuesParts, name: VenueName): OrderMaker {
  return name === 'kalshi' ? createKalshiOrderMaker(arena, ids.split()) : createOrderMaker(arena, ids.split());
}

/** One feed of trades as one for each venue, so that whoever takes first leaves the others theirs. */
function splitTrades(source: TradeSource, arena: Arena, names: readonly VenueName[]): TradeSource[] {
  const waiting = names.map((): TapeTrade[] => []);
  return names.map((_, own) => ({
    take: (onTrade) => {
      source.take((trade) => waiting[names.indexOf(venueOf(arena, trade.marketIndex))]?.push(trade));
      const due = waiting[own]!.splice(0);
      for (const trade of due) onTrade(trade);
      return due.length;
    },
  }));
}
