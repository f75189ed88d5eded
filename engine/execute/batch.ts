// Turns an opportunity into orders: caps, rounds and re-prices it. Pure; decides nothing about time or the breaker.
//
// Baskets are bought with FOK orders: a leg fills whole or not at all, so that a basket is either complete, or has
// whole legs to unwind, and never a set of odd fragments. A market BUY is stated to Polymarket in dollars of two
// decimals and shares follow from the limit, so the common size is a step at which size x limit is whole cents on
// every leg: then all legs buy exactly the same number of shares (equal dollars would not).
import * as L from '../../wasm/layout.ts';
import type { GateLeg } from '../breaker/gate.ts';
import type { RefusalCause } from '../breaker/refusals.ts';
import { costMicrosRoundedUp, proceedsMicrosRoundedDown } from '../core/units.ts';
import type { Arena } from '../memory/arena.ts';
import type { FeeSchedule, OrderDraft, OrderMaker } from '../venue/contract.ts';
import { takerFeeMicrosRoundedUp } from '../venue/fees.ts';
import type { Markets } from '../venue/markets.ts';
import type { ExecuteOptions } from './options.ts';
import type { Opportunity, OpportunityLeg } from './take.ts';

/** What planning needs to know of a leg's market. */
export interface LegMarket {
  readonly marketId: string;
  readonly token: string;
  readonly negRisk: boolean;
  readonly fee: FeeSchedule | undefined;
}

/** The market that `leg` buys in, with the token bought. */
export function legMarketOf(
  arena: Arena,
  markets: Markets,
  { marketIndex, action }: OpportunityLeg,
  fee: FeeSchedule | undefined,
): LegMarket {
  const flags = arena.view.getUint32(arena.at(L.REGION_MARKETS, marketIndex) + L.MARKET_FLAGS, true);
  return {
    marketId: markets.idOf(marketIndex),
    token: markets.tokenOf(marketIndex, viewOfAction(action)),
    negRisk: (flags & L.MARKET_FLAG_NEG_RISK) !== 0,
    fee,
  };
}

export interface BasketPlan {
  readonly basketIndex: number;
  readonly payoutE4: number;
  readonly sizeMicros: number;
  /** Payout - cost - fees, at most what the detector saw, at the rounded size. */
  readonly edgeMicros: number;
  readonly drafts: readonly OrderDraft[];
  readonly gateLegs: readonly GateLeg[];
}

/** Least size step all legs accept: least common multiple of theirs. All divide 100 shares, so it stays small. */
export function commonStepMicros(stepsMicros: readonly number[]): number {
  return stepsMicros.reduce((common, step) => (common / greatestCommonDivisor(common, step)) * step, 1);
}

/** The orders of `opportunity`, or why there are none. */
export function planBasket(
  opportunity: Opportunity,
  payoutE4: number,
  markets: readonly LegMarket[],
  maker: OrderMaker,
  options: ExecuteOptions,
): BasketPlan | RefusalCause {
  const { legs } = opportunity;
  if (legs.length > maker.ordersPerRequestMax) return 'TOO_MANY_LEGS';
  const step = commonStepMicros(legs.map(({ limitE4 }) => maker.sizeStepMicros('BUY', limitE4)));
  const sizeMicros = Math.floor(Math.min(opportunity.sizeMicros, options.basketSizeMicros) / step) * step;
  if (sizeMicros === 0) return 'SIZE_BELOW_STEP';
  const drafts = legs.map((leg, index) => draftOf(leg, markets[index]!, sizeMicros));
  if (drafts.some((draft) => maker.fault(draft) !== undefined)) return 'ORDER_RULES';
  const edgeMicros = edgeOf(opportunity, payoutE4, markets, sizeMicros);
  if (edgeMicros < options.minEdgeMicros) return 'EDGE_GONE';
  const gateLegs = legs.map((leg, index) => gateLegOf(leg, markets[index]!, sizeMicros));
  return { basketIndex: opportunity.basketIndex, payoutE4, sizeMicros, edgeMicros, drafts, gateLegs };
}

/** Cost at the limit and the largest fee between here and the limit: what a BUY can take from the cash. */
export function spendMicrosMax(fee: FeeSchedule | undefined, limitE4: number, sizeMicros: number): number {
  const cost = costMicrosRoundedUp(limitE4, sizeMicros);
  if (fee === undefined) return cost;
  // The fee per share grows towards 0.5, so a fill below the limit can cost more fee than one at the limit; each of
  // several fills rounds up on its own, hence one step for every level that is worth a rounding.
  const worstE4 = Math.min(limitE4, 5_000);
  return cost + takerFeeMicrosRoundedUp(fee, worstE4, sizeMicros) + 16 * fee.roundMicros;
}

/** The detector's cost shrinks with the size, or faster: a smaller walk ends at better levels. Rounded up. */
function edgeOf(o: Opportunity, payoutE4: number, markets: readonly LegMarket[], sizeMicros: number): number {
  let spent = 0;
  for (const [index, leg] of o.legs.entries()) {
    const cost = Math.min(
      shareRoundedUp(leg.costMicros, sizeMicros, leg.sizeMicros),
      costMicrosRoundedUp(leg.limitE4, sizeMicros),
    );
    const rounding = markets[index]!.fee?.roundMicros ?? 0;
    spent += cost + shareRoundedUp(leg.feeMicros, sizeMicros, leg.sizeMicros) + rounding;
  }
  return proceedsMicrosRoundedDown(payoutE4, sizeMicros) - spent;
}

function shareRoundedUp(micros: number, part: number, whole: number): number {
  return Number((BigInt(micros) * BigInt(part) + BigInt(whole) - 1n) / BigInt(whole));
}

function draftOf(leg: OpportunityLeg, market: LegMarket, sizeMicros: number): OrderDraft {
  const { marketIndex, limitE4 } = leg;
  const { marketId, token, negRisk } = market;
  return { marketIndex, marketId, token, side: 'BUY', limitE4, sizeMicros, type: 'FOK', negRisk };
}

function gateLegOf(leg: OpportunityLeg, market: LegMarket, sizeMicros: number): GateLeg {
  const { marketIndex, epoch, action, limitE4 } = leg;
  return { marketIndex, epoch, action, limitE4, spendMicros: spendMicrosMax(market.fee, limitE4, sizeMicros) };
}

function greatestCommonDivisor(a: number, b: number): number {
  let [high, low] = [a, b];
  while (low !== 0) [high, low] = [low, high % low];
  return high;
}

/** View of the token that an action buys. */
export function viewOfAction(action: number): number {
  return action === L.ACTION_BUY_YES ? L.VIEW_YES : L.VIEW_NO;
}
