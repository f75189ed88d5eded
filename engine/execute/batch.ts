// Turns an opportunity into orders: sizes it within the caps, rounds and re-prices it. Pure; decides nothing about time or
// the breaker.
//
// A basket's legs lie at one venue or at several; each leg is rounded by the rules of its own.
//
// Baskets are bought with FOK orders: a leg fills whole or not at all, so that a basket is either complete, or has
// whole legs to unwind, and never a set of odd fragments. Which sizes are taken, and what they cost, is size.ts.
import * as L from '../../wasm/layout.ts';
import type { GateLeg } from '../breaker/gate.ts';
import type { RefusalCause } from '../breaker/refusals.ts';
import { costMicrosRoundedUp } from '../core/units.ts';
import type { Arena } from '../memory/arena.ts';
import type { FeeSchedule, OrderDraft, OrderMaker, SizeRule, VenueName } from '../venue/contract.ts';
import { type Fill, isFeePerOrder, takerFeeMicrosRoundedUp } from '../venue/fees.ts';
import { type Markets, venueOf } from '../venue/markets.ts';
import type { Room, Spend } from './caps.ts';
import type { ExecuteOptions } from './options.ts';
import { bestSize, type Sized, type SizedLeg, type SizeLeg } from './size.ts';
import type { Opportunity, OpportunityLeg } from './take.ts';

/** The market of an outcome, whether or not orders are sent there. */
export interface OutcomeMarket {
  readonly venue: VenueName;
  readonly marketId: string;
  readonly token: string;
  readonly negRisk: boolean;
  readonly fee: FeeSchedule | undefined;
  /** Kalshi rounds the fee of an order, Polymarket that of each fill. */
  readonly isFeePerOrder: boolean;
}

/** What planning needs to know of a leg's market. */
export interface LegMarket extends OutcomeMarket {
  readonly maker: OrderMaker;
  /** Best ask less best bid. */
  readonly spreadE4: number;
  readonly rule: SizeRule;
}

/** The market of the outcome that `action` buys, with its token. */
export function outcomeMarketOf(
  arena: Arena,
  markets: Markets,
  { marketIndex, action }: Pick<OpportunityLeg, 'marketIndex' | 'action'>,
  fee: FeeSchedule | undefined,
): OutcomeMarket {
  const flags = arena.view.getUint32(arena.at(L.REGION_MARKETS, marketIndex) + L.MARKET_FLAGS, true);
  const venue = venueOf(arena, marketIndex);
  return {
    ...{ venue, marketId: markets.idOf(marketIndex) },
    token: markets.outcomeOf(marketIndex, viewOfAction(action)),
    negRisk: (flags & L.MARKET_FLAG_NEG_RISK) !== 0,
    fee,
    isFeePerOrder: isFeePerOrder(venue),
  };
}

/** The market that `leg` buys in, with the token bought. */
export function legMarketOf(
  arena: Arena,
  markets: Markets,
  maker: OrderMaker,
  leg: Pick<OpportunityLeg, 'marketIndex' | 'action'>,
  fee: FeeSchedule | undefined,
): LegMarket {
  const { view } = arena;
  const { marketIndex } = leg;
  const bookAt = arena.at(L.REGION_BOOKS, marketIndex);
  const bestAskE4 = view.getUint32(bookAt + L.BOOK_BEST_ASK_E4, true);
  return {
    ...outcomeMarketOf(arena, markets, leg, fee),
    maker,
    spreadE4: bestAskE4 - view.getUint32(bookAt + L.BOOK_BEST_BID_E4, true),
    rule: maker.buyRule(marketIndex),
  };
}

export interface BasketPlan {
  readonly basketIndex: number;
  readonly payoutE4: number;
  /** Sets that every leg covers; a leg may buy a little more, which counts for nothing. */
  readonly sizeMicros: number;
  /** What it costs to turn complete sets into cash. */
  readonly exitMicros: number;
  /** Payout of the sets - cost - fees - cost of the exit, exact when the offers stand. */
  readonly edgeMicros: number;
  readonly drafts: readonly OrderDraft[];
  readonly gateLegs: readonly GateLeg[];
  /** By leg: how much more than its order its book offers within its limit. */
  readonly depths: readonly Depth[];
}

/** What stands behind a leg's limit: the less, the harder the leg is to get. */
export interface Depth {
  /** Shares offered within the limit in hundredths of the order's size: 100 is just enough. */
  readonly coverPercent: number;
  /** Levels that offer them. */
  readonly levels: number;
}

/** What an opportunity is planned from. */
export interface Planning {
  readonly opportunity: Opportunity;
  readonly payoutE4: number;
  /** What it costs to turn complete sets into cash. */
  readonly exitMicros: number;
  /** BASKET_KIND_*. */
  readonly kind: number;
  /** By leg, as the opportunity has them. */
  readonly markets: readonly LegMarket[];
  /** By leg: what it can buy at now. */
  readonly offers: readonly (readonly Fill[])[];
  readonly options: ExecuteOptions;
  readonly room: Room;
}

/** The orders of an opportunity, or why there are none. */
export function planBasket(planning: Planning): BasketPlan | RefusalCause {
  const { opportunity, payoutE4, exitMicros, markets, options } = planning;
  const { legs } = opportunity;
  if (markets.some((market) => legsAt(markets, market.venue) > market.maker.ordersPerRequestMax))
    return 'TOO_MANY_LEGS';
  if (markets.some(({ spreadE4 }) => spreadE4 > options.spreadE4Max)) return 'SPREAD';
  if (isSuspect(planning)) return 'GAP_SUSPECT';
  const sized = sizeOf(planning);
  if (typeof sized === 'string') return sized;
  const drafts = legs.map((leg, index) => draftOf(leg, markets[index]!, sized.legs[index]!));
  if (drafts.some((draft, index) => markets[index]!.maker.fault(draft) !== undefined)) return 'ORDER_RULES';
  const edgeMicros = sized.edgeMicros - exitMicros;
  if (edgeMicros < options.minEdgeMicros) return 'EDGE_GONE';
  const { setsMicros: sizeMicros } = sized;
  if (edgeMicros * 1e8 < options.minEdgeBps * payoutE4 * sizeMicros) return 'EDGE_TOO_THIN';
  const gateLegs = legs.map((leg, index) => gateLegOf(leg, markets[index]!, sized.legs[index]!));
  const depths = sized.legs.map((leg, index) => depthOf(planning.offers[index]!, leg));
  const { basketIndex } = opportunity;
  return { basketIndex, payoutE4, exitMicros, sizeMicros, edgeMicros, drafts, gateLegs, depths };
}

function legsAt(markets: readonly LegMarket[], venue: VenueName): number {
  return markets.filter((market) => market.venue === venue).length;
}

function depthOf(offers: readonly Fill[], { limitE4, sizeMicros }: SizedLeg): Depth {
  const within = offers.filter(([priceE4]) => priceE4 <= limitE4);
  const offered = within.reduce((sum, [, micros]) => sum + micros, 0);
  return { coverPercent: Math.floor((offered * 100) / sizeMicros), levels: within.length };
}

/** Two markets that resolve alike are priced alike: the larger the gap, the likelier it is that they do not. */
function isSuspect({ kind, payoutE4, offers, options }: Planning): boolean {
  if (kind !== L.BASKET_KIND_SAME) return false;
  const bestE4 = offers.reduce((sum, [best]) => sum + best![0], 0);
  return payoutE4 - bestE4 > options.sameGapE4Max;
}

function sizeOf({ opportunity, payoutE4, markets, offers, options, room }: Planning): Sized | RefusalCause {
  const legs: SizeLeg[] = [];
  for (const [index, { fee, isFeePerOrder, rule }] of markets.entries()) {
    if (fee === undefined) return 'FEE_UNKNOWN';
    legs.push({ offers: offers[index]!, rule, fee, isFeePerOrder });
  }
  const spendOf = ({ limitE4, sizeMicros }: SizedLeg, index: number): Spend => ({
    marketIndex: opportunity.legs[index]!.marketIndex,
    spendMicros: spendMicrosMax(markets[index]!, limitE4, sizeMicros),
  });
  return bestSize<RefusalCause>(legs, payoutE4, {
    sizeMicrosMax: Math.min(opportunity.sizeMicros, options.basketSizeMicros),
    notStatable: 'SIZE_BELOW_STEP',
    tooSmall: (sized) => {
      const worth = sized.map(({ limitE4, sizeMicros }) => costMicrosRoundedUp(limitE4, sizeMicros));
      if (worth.some((micros, index) => micros < markets[index]!.rule.worthMicrosMin)) return 'ORDER_RULES';
      return sized.some(({ costMicros }) => costMicros < options.legMicrosMin) ? 'LEG_VALUE' : undefined;
    },
    tooLarge: (sized) => room(sized.map(spendOf)),
  });
}

/** Cost at the limit and the largest fee between here and the limit: what a BUY can take from the cash. */
export function spendMicrosMax(
  { fee, isFeePerOrder: isPerOrder }: Pick<LegMarket, 'fee' | 'isFeePerOrder'>,
  limitE4: number,
  sizeMicros: number,
): number {
  const cost = costMicrosRoundedUp(limitE4, sizeMicros);
  if (fee === undefined) return cost;
  // The venue's fee per share grows towards 0.5, so a fill below the limit can cost more fee than one at the limit; the
  // builder's is a part of the price and largest at the limit. Where each of several fills rounds up on its own there is
  // one step for every level that is worth a rounding.
  const worstE4 = Math.min(limitE4, 5_000);
  const steps = isPerOrder ? 0 : 16;
  const venues = takerFeeMicrosRoundedUp({ ...fee, builderBps: 0 }, worstE4, sizeMicros);
  const builders = takerFeeMicrosRoundedUp({ ...fee, rateE6: 0 }, limitE4, sizeMicros);
  return cost + venues + builders + steps * fee.roundMicros;
}

function draftOf(leg: OpportunityLeg, market: LegMarket, { limitE4, sizeMicros }: SizedLeg): OrderDraft {
  const { marketIndex } = leg;
  const { marketId, token, negRisk } = market;
  return { marketIndex, marketId, token, side: 'BUY', limitE4, sizeMicros, type: 'FOK', negRisk };
}

function gateLegOf(leg: OpportunityLeg, market: LegMarket, { limitE4, sizeMicros }: SizedLeg): GateLeg {
  const { marketIndex, epoch, action } = leg;
  return { marketIndex, epoch, action, limitE4, spendMicros: spendMicrosMax(market, limitE4, sizeMicros) };
}

/** View of the token that an action buys. */
export function viewOfAction(action: number): number {
  return action === L.ACTION_BUY_YES ? L.VIEW_YES : L.VIEW_NO;
}
