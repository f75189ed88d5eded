// Baskets being worked off: judges a basket once the quantity of all its orders is known, and finds what to unwind.

import type { TrackedOrder } from './orders.ts';
import type { Excess } from './unwind.ts';

/** One leg of a basket that was sent. */
export interface BasketLeg {
  readonly marketIndex: number;
  readonly marketId: string;
  readonly token: string;
  readonly view: number;
  readonly negRisk: boolean;
}

export type BasketPhase = 'working' | 'complete' | 'missed' | 'unwound' | 'carried';

export interface OpenBasket {
  readonly rootBatchId: number;
  readonly basketIndex: number;
  readonly legs: readonly BasketLeg[];
  /** Orders of the basket and of its unwinds. */
  readonly orders: TrackedOrder[];
  readonly openedNs: number;
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

/** Complete sets of the basket, in shares. */
export function setsMicros(basket: OpenBasket): number {
  return Math.max(0, Math.min(...basket.legs.map((leg) => heldMicros(basket, leg))));
}

/** What is held beyond the complete sets. */
export function excessesOf(basket: OpenBasket): Excess[] {
  const sets = setsMicros(basket);
  return basket.legs
    .map((leg) => ({ ...leg, sizeMicros: heldMicros(basket, leg) - sets }))
    .filter(({ sizeMicros }) => sizeMicros > 0);
}
