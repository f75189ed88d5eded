// What is held of markets that are over: asks the gateway to pay it, once per market, books what it says was paid, and
// counts what nobody pays. Executor's thread; reads the market table's flags, which ingest writes.
import * as L from '../../wasm/layout.ts';
import type { Arena } from '../memory/arena.ts';
import type { VenueEvent } from '../venue/contract.ts';
import { type Markets, payoutOf } from '../venue/markets.ts';
import type { Scribe } from './scribe.ts';
import type { ExecuteStats } from './stats.ts';
import type { Venues } from './venues.ts';

export interface PayoutParts {
  readonly arena: Arena;
  readonly markets: Markets;
  readonly venues: Venues;
  readonly scribe: Scribe;
  readonly stats: ExecuteStats;
}

/** Between two looks at the market table: nobody waits for a payout. */
const LOOK_NS = 100e6;

export class Payouts {
  readonly #parts: PayoutParts;
  /** Markets that are over, by whether the gateway was asked to pay. */
  readonly #over = new Map<number, boolean>();
  #nextLookNs = 0;

  constructor(parts: PayoutParts) {
    this.#parts = parts;
  }

  /** Looks for markets that have ended or whose payout became known; answers of how many it asked for the payout. */
  review(nowNs: number): number {
    if (nowNs < this.#nextLookNs) return 0;
    let asked = 0;
    this.#nextLookNs = nowNs + LOOK_NS;
    const { arena, markets, venues, stats } = this.#parts;
    for (let market = 0; market < markets.count; market += 1) {
      const flags = arena.u32[(arena.at(L.REGION_MARKETS, market) + L.MARKET_FLAGS) >> 2]!;
      if ((flags & L.MARKET_FLAG_CLOSED) === 0 || this.#over.get(market) === true) continue;
      const yesPayoutE4 = payoutOf(arena, market);
      this.#over.set(market, yesPayoutE4 !== undefined);
      if (yesPayoutE4 === undefined) continue;
      const tokens = [markets.outcomeOf(market, L.VIEW_YES), markets.outcomeOf(market, L.VIEW_NO)] as const;
      venues.of(market)?.gateway.redeem({ marketIndex: market, tokens, yesPayoutE4 });
      asked += 1;
    }
    stats.marketsUnpaid = this.#held();
    return asked;
  }

  /** The next look comes at once. */
  hasten(): void {
    this.#nextLookNs = 0;
  }

  /** Books a payment; false when nothing was held, as when it is told again. */
  paid({ token, payoutE4 }: VenueEvent & { kind: 'paid' }, nowNs: number): boolean {
    const { scribe, stats } = this.#parts;
    if (!this.#holds(token)) return false;
    scribe.record({ type: 'settle', atNs: nowNs, token, payoutE4 });
    stats.tokensPaid += 1;
    this.hasten();
    return true;
  }

  /** Markets that are over of which something is held. */
  #held(): number {
    const { markets } = this.#parts;
    const isHeld = (market: number): boolean =>
      [L.VIEW_YES, L.VIEW_NO].some((view) => this.#holds(markets.outcomeOf(market, view)));
    return [...this.#over.keys()].filter(isHeld).length;
  }

  #holds(token: string): boolean {
    return (this.#parts.scribe.ledger.position(token)?.matchedMicros ?? 0) !== 0;
  }
}
