// Baskets being worked off: judges a basket once the quantity of all its orders is known, and finds what to unwind.

import { type BasketPlan, viewOfAction } from './batch.ts';
import type { TrackedOrder } from './orders.ts';
import type { Opportunity } from './take.ts';
import type { Excess } from './unwind.ts';

/** One leg of a basket that was sent. */
export interface BasketLeg {
  readonly marketIndex: number;
  readonly marketId: string;
  readonly token: string;
  readonly view: number;
  readonly negRisk: boolean;
  /** What its order buys beyond the sets that all legs cover, because its venue takes no smaller one. */
  residualMicros: number;
}

/** No sale states less than a hundredth of a share: what is left of a leg below it stays. */
const DUST_MICROS = 9_999;

/** `paid`: its lone legs were of markets that are over, and nothing of them was sold back. */
export type BasketPhase = 'working' | 'complete' | 'missed' | 'unwound' | 'paid' | 'carried';

export interface OpenBasket {
  readonly rootBatchId: number;
  readonly basketIndex: number;
  readonly legs: readonly BasketLeg[];
  /** Orders of the basket and of its unwinds. */
  readonly orders: TrackedOrder[];
  readonly openedNs: number;
  /** Tokens of markets that are over and were paid: they are no exposure any more. */
  readonly paid: Set<string>;
  phase: BasketPhase;
  attempts: number;
  nextUnwindNs: number;
  /** Since when legs are not equal, Infinity while they are. */
  exposedSinceNs: number;
  /** What it added to the run's result when it was last concluded. */
  countedMicros: number;
  /** Its part of the run's unwind cost, and of the missed orders. */
  countedCostMicros: number;
  countedMissed: number;
  /** Since when an unwind waits for a bid or for the gateway, Infinity while it does not. */
  waitingSinceNs: number;
}

/** The basket that a batch has just opened. */
export function openBasket(
  plan: BasketPlan,
  opportunity: Opportunity,
  rootBatchId: number,
  orders: TrackedOrder[],
  nowNs: number,
): OpenBasket {
  const legs = plan.drafts.map(({ marketIndex, marketId, token, negRisk, sizeMicros }, index) => {
    const view = viewOfAction(opportunity.legs[index]!.action);
    return { marketIndex, marketId, token, view, negRisk, residualMicros: sizeMicros - plan.sizeMicros };
  });
  return {
    ...{ rootBatchId, basketIndex: plan.basketIndex, legs, orders, openedNs: nowNs, phase: 'working', attempts: 0 },
    paid: new Set(),
    ...{ nextUnwindNs: 0, exposedSinceNs: Number.POSITIVE_INFINITY, countedMicros: 0 },
    ...{ countedCostMicros: 0, countedMissed: 0, waitingSinceNs: Number.POSITIVE_INFINITY },
  };
}

/** True when no order of the basket can change its quantity any more, as far as the venue has told. */
export function allFinal(basket: OpenBasket): boolean {
  return basket.orders.every(({ final }) => final);
}

/** Shares held of one leg: bought less sold back. */
export function heldMicros(basket: OpenBasket, leg: BasketLeg): number {
  let held = 0;
  for (const { request, filledMicros } of basket.orders) {
    if (request.token === leg.token) held += request.side === 'BUY' ? filledMicros : -filledMicros;
  }
  return held;
}

/** True when something of it was sold back. */
export function isSoldBack({ orders }: OpenBasket): boolean {
  return orders.some(({ request, filledMicros }) => request.side === 'SELL' && filledMicros > 0);
}

/** Complete sets of the basket, in shares. */
export function setsMicros(basket: OpenBasket): number {
  return Math.max(0, Math.min(...basket.legs.map((leg) => heldMicros(basket, leg))));
}

/** What is held beyond the complete sets and what was planned beyond them, and was not paid. */
export function excessesOf(basket: OpenBasket): Excess[] {
  const sets = setsMicros(basket);
  return basket.legs
    .map((leg) => ({ ...leg, sizeMicros: heldMicros(basket, leg) - sets }))
    .filter(({ sizeMicros, residualMicros }) => sizeMicros > Math.max(residualMicros, DUST_MICROS))
    .filter(({ token }) => !basket.paid.has(token));
}
