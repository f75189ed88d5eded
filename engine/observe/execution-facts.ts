// The executor's and the ledger's state as plain facts for the status line, the summary and the reports. Main thread.
import type { Breaker } from '../breaker/breaker.ts';
import { causeNames } from '../breaker/causes.ts';
import { isReduceOnly } from '../breaker/state.ts';
import type { Executor } from '../execute/execute.ts';
import { createStats } from '../execute/stats.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BreakerFacts, MoneyFacts, OrderFacts } from './facts.ts';
import { openFacts } from './pnl-facts.ts';

/**
 * Money by where it stands. Complete sets and pairs are worth their guaranteed payout, all else what selling it now would
 * bring:
 *   cash + payout of sets and pairs + rest as sold now = deposits + pnl
 */
export function moneyFacts(executor: Executor): MoneyFacts {
  const { ledger } = executor;
  const { cashMicros, feesMicros } = ledger;
  // By each basket's own average cost, as its locked and open P&L are; the ledger's positions know one average for all.
  const { lockedMicros, realisedMicros, loose } = ledger.baskets.sums();
  const { openMicros, unmarked } = openFacts(executor, loose);
  const pnlMicros = realisedMicros + lockedMicros + openMicros;
  return {
    ...{ cashMicros, feesMicros, realisedMicros, lockedMicros, openMicros, pnlMicros, unmarked },
    moneyByVenue: byVenue(ledger),
  };
}

function byVenue(ledger: Ledger): MoneyFacts['moneyByVenue'] {
  const names = (['polymarket', 'kalshi'] as const).filter((name) => ledger.venue(name).depositsMicros > 0);
  return Object.fromEntries(names.map((name) => [name, ledger.venue(name).toFacts()]));
}

/** As of `nowNs`. */
export function orderFacts(executor: Executor, nowNs: number): OrderFacts {
  const { stats, refusals } = executor;
  return {
    batchesSent: stats.basketsSent,
    ordersSent: stats.ordersSent,
    fills: stats.fills,
    misses: executor.work.missedOrders(),
    unwinds: stats.basketsUnwound,
    unwindCostMicros: executor.work.unwindCostMicros(),
    unknownOutcomes: executor.desk.unknownRequests(),
    refusedByCause: refusals.toObject(),
    decisionsOnWrongBook: { top: stats.decisionsOnWrongTop, depth: stats.decisionsOnWrongDepth },
    executor: { ...stats },
    livesEnded: executor.lives.count,
    exposures: executor.exposures(),
    unhedged: executor.work.unhedged(nowNs),
  };
}

export function breakerFacts(breaker: Breaker): BreakerFacts {
  return {
    ...{ open: breaker.isOpen(), state: breaker.state(), reduceOnly: isReduceOnly(breaker.word()) },
    ...{ trips: breaker.trips(), causes: causeNames(breaker.causes()) },
  };
}

/** What a run without an executor has of each. */
export const NO_MONEY: MoneyFacts = {
  ...{ cashMicros: 0, feesMicros: 0, realisedMicros: 0, lockedMicros: 0, openMicros: 0, pnlMicros: 0 },
  unmarked: 0,
  moneyByVenue: {},
};
export const NO_ORDERS: OrderFacts = {
  ...{ decisionsOnWrongBook: { top: 0, depth: 0 }, executor: createStats(), livesEnded: 0, exposures: [] },
  ...{ batchesSent: 0, ordersSent: 0, fills: 0, misses: 0, unwinds: 0, unwindCostMicros: 0, unknownOutcomes: 0 },
  ...{ refusedByCause: {}, unhedged: { nowMicros: 0, microDollarMs: 0, longestMs: 0 } },
};
export const NO_BREAKER: BreakerFacts = {
  ...{ open: false, state: 'closed', reduceOnly: false },
  ...{ trips: 0, causes: [] },
};

/** The breaker's state as people read it. */
export function breakerText({ state, reduceOnly }: Pick<BreakerFacts, 'state' | 'reduceOnly'>): string {
  const word = state === 'open' ? 'OPEN' : state === 'halfOpen' ? 'half-open' : 'closed';
  return reduceOnly ? `${word}, reduce-only` : word;
}
