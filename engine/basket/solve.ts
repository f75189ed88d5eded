// The best guaranteed profit of one group over all that its books offer, with depth and fees: a linear programme whose
// columns are price levels and whose rows are the ends of its markets. What it answers is brought to whole lots and
// recomputed in integers; only that counts. Off the hot path.
import * as L from '../../wasm/layout.ts';
import type { FeeSchedule } from '../venue/contract.ts';
import { feeNanosPerShareRoundedUp } from '../venue/fees.ts';
import type { LinearSolver, ProgrammeRow } from './lp.ts';
import { type State, type System, stateName } from './states.ts';

/** What one outcome of a market can be bought at. */
export interface Offer {
  readonly marketId: string;
  /** ACTION_BUY_YES or ACTION_BUY_NO. */
  readonly action: number;
  /** Of the outcome bought, best first. */
  readonly levels: readonly { readonly priceE4: number; readonly sizeMicros: number }[];
  readonly fee: FeeSchedule;
  readonly minSizeMicros: number;
}

/** One leg of a portfolio, exact. */
export interface SolvedLeg {
  readonly marketId: string;
  readonly action: number;
  readonly sizeMicros: number;
  /** Worst price it pays. */
  readonly limitE4: number;
  /** Rounded up. */
  readonly costMicros: number;
  /** Rounded up to the schedule's step, once. */
  readonly feeMicros: number;
}

/** A portfolio and what it is worth where it pays least. */
export interface Solution {
  /** Empty: no portfolio earns anything in every end. */
  readonly legs: readonly SolvedLeg[];
  readonly costMicros: number;
  readonly feeMicros: number;
  readonly worstState: string;
  /** What it pays there, refunds among it. */
  readonly worstPayoutMicros: number;
  /** That, less cost and fees. */
  readonly profitMicros: number;
  /** What the programme promised before sizes were brought to lots, to the nearest. */
  readonly programmeMicros: number;
  /** Why a portfolio that the programme found is not one to buy, or ''. */
  readonly refused: '' | 'roundedAway' | 'minSize';
}

const NOTHING: Solution = {
  ...{ legs: [], costMicros: 0, feeMicros: 0, worstState: '', worstPayoutMicros: 0, profitMicros: 0 },
  ...{ programmeMicros: 0, refused: '' },
};
const DOLLAR_E4 = 10_000;
/** The programme's sizes are doubles: so much below a lot is that lot. */
const TOLERANCE_MICROS = 5;

interface Column {
  readonly offer: number;
  readonly place: number;
  readonly isYes: boolean;
  /** Dollars per share. */
  readonly price: number;
  readonly fee: number;
  readonly shares: number;
}

/**
 * The best portfolio of `offers` under the ends of `system`; offers of other markets, and of crossed ones, are left out.
 * Answers undefined when the library gives up.
 */
export function solveGroup(system: System, offers: readonly Offer[], solver: LinearSolver): Solution | undefined {
  const columns = columnsOf(system, offers);
  if (columns.length === 0) return NOTHING;
  // The last column is the profit in the end where it is least; buying nothing earns 0.
  const profit = columns.length;
  const programme = {
    costs: [...columns.map(() => 0), 1],
    lower: [...columns.map(() => 0), 0],
    upper: [...columns.map(({ shares }) => shares), columns.reduce((sum, { shares }) => sum + shares, 0)],
    rows: system.states.map((state) => rowOf(state, columns, profit)),
  };
  const solved = solver.maximise(programme);
  if (solved === undefined) return undefined;
  const micros = offers.map(() => 0);
  for (const [at, { offer }] of columns.entries()) micros[offer]! += 1e6 * solved.columns[at]!;
  return exact(system, offers, micros, Math.round(1e6 * solved.value));
}

function columnsOf({ markets }: System, offers: readonly Offer[]): Column[] {
  const crossed = crossedMarkets(offers);
  return offers.flatMap(({ marketId, action, levels, fee }, offer): Column[] => {
    const place = markets.indexOf(marketId);
    if (place < 0 || crossed.has(marketId)) return [];
    return levels.map(({ priceE4, sizeMicros }) => ({
      ...{ offer, place, isYes: action === L.ACTION_BUY_YES, price: priceE4 / DOLLAR_E4, shares: sizeMicros / 1e6 },
      fee: feeNanosPerShareRoundedUp(fee, priceE4) / 1e9,
    }));
  });
}

/** YES and NO for less than a dollar is a book that is wrong, never an edge. */
function crossedMarkets(offers: readonly Offer[]): Set<string> {
  const bests = new Map<string, number[]>();
  for (const { marketId, levels } of offers) {
    if (levels.length > 0) bests.set(marketId, [...(bests.get(marketId) ?? []), levels[0]!.priceE4]);
  }
  const isCrossed = (prices: readonly number[]): boolean => prices.length > 1 && prices[0]! + prices[1]! < DOLLAR_E4;
  return new Set([...bests].filter(([, prices]) => isCrossed(prices)).map(([id]) => id));
}

/** What each share brings in a state beyond its price and fee; a refunded one loses its fee alone. */
function rowOf({ winners, split, refunded }: State, columns: readonly Column[], profit: number): ProgrammeRow {
  const [won, halved, back] = [new Set(winners), new Set(split), new Set(refunded)];
  const values = columns.map(({ place, isYes, price, fee }) => {
    if (back.has(place)) return -fee;
    return (halved.has(place) ? 0.5 : won.has(place) === isYes ? 1 : 0) - price - fee;
  });
  return { columns: [...columns.keys(), profit], values: [...values, -1], atLeast: 0 };
}

function exact(system: System, offers: readonly Offer[], micros: readonly number[], programmeMicros: number): Solution {
  const lots = micros.map((size) => Math.floor((size + TOLERANCE_MICROS) / L.LOT_MICROS) * L.LOT_MICROS);
  const bought = offers
    .map((offer, at) => ({ offer, sizeMicros: lots[at]! }))
    .filter(({ sizeMicros }) => sizeMicros > 0);
  const legs = bought.map(({ offer, sizeMicros }) => legOf(offer, sizeMicros));
  if (legs.length === 0) return { ...NOTHING, programmeMicros };
  const [costMicros, feeMicros] = [sum(legs, 'costMicros'), sum(legs, 'feeMicros')];
  const payouts = system.states.map((state) => payoutMicros(system, state, legs));
  const worstPayoutMicros = Math.min(...payouts);
  const worstState = stateName(system.markets, system.states[payouts.indexOf(worstPayoutMicros)]!);
  const profitMicros = worstPayoutMicros - costMicros - feeMicros;
  const tooSmall = bought.some(({ offer, sizeMicros }) => sizeMicros < offer.minSizeMicros);
  const refused = tooSmall ? 'minSize' : profitMicros <= 0 ? 'roundedAway' : '';
  return { legs, costMicros, feeMicros, worstState, worstPayoutMicros, profitMicros, programmeMicros, refused };
}

function sum(legs: readonly SolvedLeg[], key: 'costMicros' | 'feeMicros'): number {
  return legs.reduce((total, leg) => total + leg[key], 0);
}

function legOf({ marketId, action, levels, fee }: Offer, sizeMicros: number): SolvedLeg {
  let [left, limitE4] = [sizeMicros, 0];
  let [cost, feeNanos] = [0n, 0n];
  for (const { priceE4, sizeMicros: offered } of levels) {
    if (left === 0) break;
    const take = Math.min(left, offered);
    cost += BigInt(take) * BigInt(priceE4);
    feeNanos += BigInt(take) * BigInt(feeNanosPerShareRoundedUp(fee, priceE4));
    limitE4 = priceE4;
    left -= take;
  }
  if (left > 0) throw new RangeError(`${marketId}: ${sizeMicros} micros, offered ${sizeMicros - left}`);
  const step = BigInt(fee.roundMicros);
  const costMicros = Number(roundedUp(cost, BigInt(DOLLAR_E4)));
  const feeMicros = Number(roundedUp(feeNanos, 1_000_000_000n * step) * step);
  return { marketId, action, sizeMicros, limitE4, costMicros, feeMicros };
}

function roundedUp(numerator: bigint, divisor: bigint): bigint {
  return (numerator + divisor - 1n) / divisor;
}

function payoutMicros({ markets }: System, { winners, split, refunded }: State, legs: readonly SolvedLeg[]): number {
  return legs.reduce((total, { marketId, action, sizeMicros, costMicros }) => {
    const place = markets.indexOf(marketId);
    if (refunded.includes(place)) return total + costMicros;
    // A lot is an even number of micros.
    if (split.includes(place)) return total + sizeMicros / 2;
    return total + (winners.includes(place) === (action === L.ACTION_BUY_YES) ? sizeMicros : 0);
  }, 0);
}
