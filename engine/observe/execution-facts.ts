// The executor's and the ledger's state as plain facts for the status line, the summary and the reports. Main thread.
import type { Breaker } from '../breaker/breaker.ts';
import { causeNames } from '../breaker/causes.ts';
import { proceedsMicrosRoundedDown } from '../core/units.ts';
import type { Executor } from '../execute/execute.ts';
import { createStats } from '../execute/stats.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BreakerFacts, MoneyFacts, OrderFacts } from './facts.ts';

/**
 * Money by where it stands. Complete sets are worth their guaranteed payout, all else what it could be sold for now:
 *   cash + payout of sets + rest at its best bid = deposits + pnl
 */
export function moneyFacts(executor: Executor): MoneyFacts {
  const { ledger } = executor;
  const bidsE4 = executor.bidsE4();
  const { setsByToken, payoutMicros } = ledger.baskets.complete();
  let costMicros = 0;
  let restCostMicros = 0;
  let restValueMicros = 0;
  for (const [token, position] of ledger.toPositions()) {
    const restMicros = Math.max(0, position.matchedMicros - (setsByToken.get(token) ?? 0));
    costMicros += position.costMicros;
    if (restMicros === 0) continue;
    restCostMicros += shareOf(position.costMicros, restMicros, position.matchedMicros);
    restValueMicros += proceedsMicrosRoundedDown(bidsE4.get(token) ?? 0, restMicros);
  }
  const realisedMicros = ledger.realisedMicros - ledger.feesMicros;
  const lockedMicros = payoutMicros - (costMicros - restCostMicros);
  const openMicros = restValueMicros - restCostMicros;
  return {
    ...{ cashMicros: ledger.cashMicros, feesMicros: ledger.feesMicros, realisedMicros, lockedMicros, openMicros },
    pnlMicros: realisedMicros + lockedMicros + openMicros,
    moneyByVenue: byVenue(ledger),
  };
}

function byVenue(ledger: Ledger): MoneyFacts['moneyByVenue'] {
  const names = (['polymarket', 'kalshi'] as const).filter((name) => ledger.venue(name).depositsMicros > 0);
  return Object.fromEntries(names.map((name) => [name, ledger.venue(name).toFacts()]));
}

/** `part` of `whole` of a cost, rounded down; in big integers, because the product passes 2^53. */
function shareOf(costMicros: number, part: number, whole: number): number {
  return Number((BigInt(costMicros) * BigInt(part)) / BigInt(whole));
}

export function orderFacts(executor: Executor): OrderFacts {
  const { stats, refusals } = executor;
  return {
    batchesSent: stats.basketsSent,
    ordersSent: stats.ordersSent,
    fills: stats.fills,
    misses: executor.missedOrders(),
    unwinds: stats.basketsUnwound,
    unwindCostMicros: executor.unwindCostMicros(),
    unknownOutcomes: executor.unknownBatches(),
    refusedByCause: refusals.toObject(),
    decisionsOnWrongBook: { top: stats.decisionsOnWrongTop, depth: stats.decisionsOnWrongDepth },
    executor: { ...stats },
    livesEnded: executor.lives.count,
    exposures: executor.exposures(),
  };
}

export function breakerFacts(breaker: Breaker): BreakerFacts {
  return { open: breaker.isOpen(), trips: breaker.trips(), causes: causeNames(breaker.causes()) };
}

/** What a run without an executor has of each. */
export const NO_MONEY: MoneyFacts = {
  ...{ cashMicros: 0, feesMicros: 0, realisedMicros: 0, lockedMicros: 0, openMicros: 0, pnlMicros: 0 },
  moneyByVenue: {},
};
export const NO_ORDERS: OrderFacts = {
  ...{ decisionsOnWrongBook: { top: 0, depth: 0 }, executor: createStats(), livesEnded: 0, exposures: [] },
  ...{ batchesSent: 0, ordersSent: 0, fills: 0, misses: 0, unwinds: 0, unwindCostMicros: 0, unknownOutcomes: 0 },
  refusedByCause: {},
};
export const NO_BREAKER: BreakerFacts = { open: false, trips: 0, causes: [] };
