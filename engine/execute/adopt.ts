// What an earlier run left, made into what this run follows: orders without an outcome, fills without their settlement,
// baskets with lone legs. Executor's thread, before the first duty cycle.
import * as L from '../../wasm/layout.ts';
import type { CoverRecord, IntentOrder } from '../ledger/records.ts';
import type { FoldedBasket, FoldedOrder, JournalState } from '../ledger/state.ts';
import type { Arena } from '../memory/arena.ts';
import type { OrderRequest } from '../venue/contract.ts';
import type { Markets } from '../venue/markets.ts';
import { type BasketLeg, excessesOf, type OpenBasket } from './baskets.ts';
import { NEVER_FAILED } from './failures.ts';
import { type OrderState, type TrackedOrder, trackOrder } from './orders.ts';

/** A market that this run does not know. */
export const NOT_FOLLOWED = -1;

export interface Adopted {
  /** All orders that passed the gate: late events of any of them are ours. */
  readonly orders: readonly TrackedOrder[];
  /** Baskets with anything left to be done. */
  readonly baskets: readonly OpenBasket[];
  /** All others, for the digest. */
  readonly over: readonly OpenBasket[];
  /** Why it cannot be taken up, '' when it can. */
  readonly refused: string;
}

/** Makes it; times of the earlier run mean nothing in this one, so all that waits begins to wait now. */
export function adoptState(state: JournalState, arena: Arena, markets: Markets, nowNs: number): Adopted {
  const orders = [...state.orders.values()].map((order) => {
    return trackedOf(order, markets.indexOf(order.order.marketId) ?? NOT_FOLLOWED);
  });
  const byRoot = new Map<number, TrackedOrder[]>();
  for (const order of orders) {
    const known = byRoot.get(order.rootBatchId);
    if (known === undefined) byRoot.set(order.rootBatchId, [order]);
    else known.push(order);
  }
  const baskets: OpenBasket[] = [];
  const over: OpenBasket[] = [];
  const lost = new Set<string>();
  for (const order of orders) if (!order.final && !isFollowed(order.request)) lost.add(order.request.marketId);
  for (const folded of state.baskets.values()) {
    const basket = basketOf(folded, byRoot.get(folded.rootBatchId) ?? [], { state, arena, markets, nowNs });
    const isSettled = basket.orders.every(({ final, openFills }) => final && openFills === 0);
    const isOver = isSettled && excessesOf(basket).length === 0;
    // Complete sets are exposure too until they are paid: nothing is left out of what is open in a market.
    for (const leg of [...basket.legs, ...basket.covers]) {
      if (!isFollowed(leg) && (!isOver || isHeld(leg, state))) lost.add(leg.marketId);
    }
    (isOver ? over : baskets).push(basket);
  }
  const refused = [...lost].map((id) => `${id} is not among the markets of this run, and something of it is open`);
  return { orders, baskets, over, refused: refused.join('; ') };
}

function isFollowed({ marketIndex }: { readonly marketIndex: number }): boolean {
  return marketIndex !== NOT_FOLLOWED;
}

function isHeld({ token }: { readonly token: string }, { ledger }: JournalState): boolean {
  return (ledger.position(token)?.matchedMicros ?? 0) !== 0;
}

/** An order of the journal as it is followed. */
export function trackedOf({ order, batchId, rootBatchId, ...folded }: FoldedOrder, marketIndex: number): TrackedOrder {
  const { reserveMicros: _, ...intent } = order;
  const request: OrderRequest = { ...intent, marketIndex, wire: '' };
  const fillFees = folded.fills.map(({ tradeId, priceE4, sizeMicros, feeMicros }) => {
    return { tradeId, isMaker: false, priceE4, sizeMicros, feeMicros };
  });
  const { filledMicros, openFills, final } = folded;
  const tracked = trackOrder(request, batchId, rootBatchId);
  return Object.assign(tracked, { state: folded.state as OrderState, filledMicros, openFills, final, fillFees });
}

interface Scene {
  readonly state: JournalState;
  readonly arena: Arena;
  readonly markets: Markets;
  readonly nowNs: number;
}

function basketOf(folded: FoldedBasket, orders: TrackedOrder[], { state, arena, markets, nowNs }: Scene): OpenBasket {
  const { rootBatchId, basketIndex, payoutE4, exitMicros, setsMicros, attempts } = folded;
  const legs = folded.legs.map((leg): BasketLeg => {
    const residualMicros = Math.max(0, leg.sizeMicros - setsMicros);
    return { ...placeOf(leg, arena, markets), residualMicros };
  });
  const covers = folded.covers.map((cover) => {
    return { ...placeOf(cover, arena, markets), residualMicros: 0, of: cover.of };
  });
  const tokens = [...legs, ...covers].map(({ token }) => token);
  return {
    ...{ rootBatchId, basketIndex, payoutE4, exitMicros, legs, orders, covers, attempts, openedNs: nowNs },
    ...{ paid: new Set(tokens.filter((token) => state.paid.has(token))), phase: 'working', isCarryTold: false },
    ...{ nextUnwindNs: 0, exposedSinceNs: Number.POSITIVE_INFINITY, waitingSinceNs: Number.POSITIVE_INFINITY },
    ...{
      countedMicros: state.counted.get(rootBatchId) ?? 0,
      countedCostMicros: 0,
      countedMissed: 0,
      unsigned: new Map(),
      failedAttempt: NEVER_FAILED,
    },
  };
}

function placeOf({ marketId, token }: IntentOrder | CoverRecord, arena: Arena, markets: Markets) {
  const marketIndex = markets.indexOf(marketId) ?? NOT_FOLLOWED;
  if (marketIndex === NOT_FOLLOWED) return { marketIndex, marketId, token, view: L.VIEW_YES, negRisk: false };
  const flags = arena.u32[(arena.at(L.REGION_MARKETS, marketIndex) + L.MARKET_FLAGS) >> 2]!;
  const view = markets.outcomeOf(marketIndex, L.VIEW_YES) === token ? L.VIEW_YES : L.VIEW_NO;
  return { marketIndex, marketId, token, view, negRisk: (flags & L.MARKET_FLAG_NEG_RISK) !== 0 };
}
