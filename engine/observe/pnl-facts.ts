// P&L per basket and per UTC day as plain facts: what was realised, what is sure, what selling the rest now would bring.
// Main thread.
import type { Executor } from '../execute/execute.ts';
import { looseOf, pairedCostOf, pairedCostOfAll, shareOf } from '../ledger/basket-sums.ts';
import type { BasketAccount, Holding } from '../ledger/baskets.ts';
import type { BasketPnl, DayPnl, PnlFacts } from './facts.ts';

/** Baskets told one by one; the oldest are left out of the list, and in all sums. */
const BASKETS_TOLD = 1_000;
const DAY_MS = 86_400_000;

interface Marked {
  readonly openMicros: number;
  readonly unmarked: number;
}

/**
 * Every basket's P&L. Shares of one token are marked together, since the bids are there once, and each basket has its part,
 * rounded down.
 */
export function pnlFacts(executor: Executor): PnlFacts {
  const { baskets } = executor.ledger;
  const accounts = baskets.toAccounts();
  const holdings = accounts.map(({ rootBatchId }) => baskets.holdings(rootBatchId));
  const worthOf = valuesOf(executor, holdings);
  const told = accounts.map((account, index) => {
    const payoutMicros = baskets.payoutMicros(account.rootBatchId);
    return basketPnl(account, baskets.dayOf(account.rootBatchId), payoutMicros, holdings[index]!, worthOf);
  });
  return {
    baskets: told.slice(-BASKETS_TOLD),
    basketsLeftOut: Math.max(0, told.length - BASKETS_TOLD),
    days: daysOf(executor, told),
    lockedMicros: told.reduce((sum, { lockedMicros }) => sum + lockedMicros, 0),
    openMicros: told.reduce((sum, { openMicros }) => sum + openMicros, 0),
    realisedMicros: told.reduce((sum, { realisedMicros }) => sum + realisedMicros, 0),
    unmarked: told.reduce((sum, { unmarked }) => sum + unmarked, 0),
  };
}

/** What is outside of sets and pairs in all baskets, of which these are all that have any; as `pnlFacts` sums it. */
export function openFacts(executor: Executor, rootBatchIds: Iterable<number>): Marked {
  const holdings = [...rootBatchIds].map((rootBatchId) => executor.ledger.baskets.holdings(rootBatchId));
  if (holdings.length === 0) return { openMicros: 0, unmarked: 0 };
  const worthOf = valuesOf(executor, holdings);
  return openOf(holdings.flat(), worthOf);
}

function basketPnl(
  { rootBatchId, basketIndex, setsMicros, realisedMicros, feeMicros, unwindCostMicros }: BasketAccount,
  day: number,
  payoutMicros: number,
  holdings: readonly Holding[],
  worthOf: (holding: Holding) => number | undefined,
): BasketPnl {
  const { openMicros, unmarked } = openOf(holdings, worthOf);
  const net = realisedMicros - feeMicros;
  const lockedMicros = payoutMicros - pairedCostOfAll(holdings);
  return {
    ...{ rootBatchId, basketIndex, day: dayText(day), setsMicros, realisedMicros: net, feesMicros: feeMicros },
    ...{ lockedMicros, openMicros, unmarked, unwindCostMicros, pnlMicros: net + lockedMicros + openMicros },
  };
}

function openOf(holdings: readonly Holding[], worthOf: (holding: Holding) => number | undefined): Marked {
  let [openMicros, unmarked] = [0, 0];
  for (const holding of holdings) {
    const value = looseOf(holding) > 0 ? worthOf(holding) : 0;
    if (value === undefined) unmarked += 1;
    openMicros += (value ?? 0) - (holding.costMicros - pairedCostOf(holding));
  }
  return { openMicros, unmarked };
}

/** What the loose shares of a holding would bring: their part of what all loose shares of the token would. */
function valuesOf(executor: Executor, holdings: readonly (readonly Holding[])[]) {
  const loose = new Map<string, number>();
  for (const holding of holdings.flat()) {
    loose.set(holding.token, (loose.get(holding.token) ?? 0) + looseOf(holding));
  }
  const marks = executor.marks();
  const values = new Map<string, number | undefined>();
  for (const [token, sizeMicros] of loose) if (sizeMicros > 0) values.set(token, marks.worthOf(token, sizeMicros));
  return (holding: Holding): number | undefined => {
    const value = values.get(holding.token);
    return value === undefined ? undefined : shareOf(value, looseOf(holding), loose.get(holding.token)!);
  };
}

function daysOf(executor: Executor, told: readonly BasketPnl[]): DayPnl[] {
  const booked = new Map(executor.ledger.baskets.days.toDays().map(({ day, ...rest }) => [dayText(day), rest]));
  const days = [...new Set([...booked.keys(), ...told.map(({ day }) => day)])].sort();
  return days.map((day) => {
    const { realisedMicros = 0, feesMicros = 0 } = booked.get(day) ?? {};
    const own = told.filter((basket) => basket.day === day);
    return {
      ...{ day, baskets: own.length, realisedMicros: realisedMicros - feesMicros, feesMicros },
      lockedMicros: own.reduce((sum, { lockedMicros }) => sum + lockedMicros, 0),
      openMicros: own.reduce((sum, { openMicros }) => sum + openMicros, 0),
      unwindCostMicros: own.reduce((sum, { unwindCostMicros }) => sum + unwindCostMicros, 0),
    };
  });
}

/** '2026-11-28'. */
function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
