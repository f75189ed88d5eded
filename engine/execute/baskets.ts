// Baskets being worked off: judges a basket once the quantity of all its orders is known, and finds what to unwind.

import { type BasketPlan, viewOfAction } from './batch.ts';
import { NEVER_FAILED, type Tried } from './failures.ts';
import type { TrackedOrder } from './orders.ts';
import type { Opportunity } from './take.ts';
import type { Excess } from './unwind.ts';
import type { UnwindKind } from './unwind-scene.ts';

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

/** An outcome bought because a share of it and one of a leg's token pay 1 together, at least. */
export interface Cover extends BasketLeg {
  /** Token of the leg. */
  readonly of: string;
}

/** No sale states less than a hundredth of a share: what is left of a leg below it stays. */
const DUST_MICROS = 9_999;

/** First pause of a way out that was not signed; doubles each time. The signer's longest window is an hour. */
const UNSIGNED_NS = 10e9;
const UNSIGNED_NS_MAX = 3_600e9;

/** `unwound`: lone legs were sold back or covered. `paid`: they were of markets that are over, and neither was done. */
export type BasketPhase = 'working' | 'complete' | 'missed' | 'unwound' | 'paid' | 'carried';

export interface OpenBasket extends Tried {
  readonly rootBatchId: number;
  readonly basketIndex: number;
  /** Of a set, and what it costs to turn sets into cash: by the table of baskets that it was opened by. */
  readonly payoutE4: number;
  readonly exitMicros: number;
  readonly legs: readonly BasketLeg[];
  /** Orders of the basket and of its unwinds. */
  readonly orders: TrackedOrder[];
  /** What its unwinds bought to cover legs. */
  readonly covers: Cover[];
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
  /** Since when an unwind waits for a way out or for the gateway, Infinity while it does not. */
  waitingSinceNs: number;
  /** The journal was told that it is carried. */
  isCarryTold: boolean;
  /** Ways out whose orders were not signed: how often in a row, and until when none is tried again. */
  readonly unsigned: Map<UnwindKind, { readonly times: number; readonly untilNs: number }>;
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
    ...{ payoutE4: plan.payoutE4, exitMicros: plan.exitMicros },
    ...{ covers: [], paid: new Set(), isCarryTold: false, unsigned: new Map() },
    ...{ nextUnwindNs: 0, exposedSinceNs: Number.POSITIVE_INFINITY, countedMicros: 0 },
    ...{
      countedCostMicros: 0,
      countedMissed: 0,
      waitingSinceNs: Number.POSITIVE_INFINITY,
      failedAttempt: NEVER_FAILED,
    },
  };
}

/** True when no order of the basket can change its quantity any more, as far as the venue has told. */
export function allFinal(basket: OpenBasket): boolean {
  return basket.orders.every(({ final }) => final);
}

/** Shares held of one leg or cover: bought less sold back. */
export function heldMicros(basket: OpenBasket, { token }: BasketLeg): number {
  let held = 0;
  for (const { request, filledMicros } of basket.orders) {
    if (request.token === token) held += request.side === 'BUY' ? filledMicros : -filledMicros;
  }
  return held;
}

/** True when something of it was sold back or covered. */
export function isUnwound(basket: OpenBasket): boolean {
  const isSale = ({ request, filledMicros }: TrackedOrder): boolean => request.side === 'SELL' && filledMicros > 0;
  return basket.orders.some(isSale) || basket.covers.some((cover) => heldMicros(basket, cover) > 0);
}

/** True when nothing missing may be bought: a trade failed, and what is held may fail too. */
export function isDoubtful({ orders }: OpenBasket): boolean {
  return orders.some(({ state }) => state === 'failed') && orders.some(({ openFills }) => openFills > 0);
}

/** Complete sets of the basket, in shares. */
export function setsMicros(basket: OpenBasket): number {
  return Math.max(0, Math.min(...basket.legs.map((leg) => heldMicros(basket, leg))));
}

/** What is loose of a leg or a cover: beyond complete sets and pairs. */
export interface Loose {
  readonly leg: BasketLeg;
  readonly looseMicros: number;
  /** All of it, or 0 when it is a residual, dust or paid. */
  readonly excessMicros: number;
}

/** What is loose of every leg, in their order, then of every cover. */
export function looseOf(basket: OpenBasket): Loose[] {
  const sets = setsMicros(basket);
  const covering = new Map(basket.covers.map((cover) => [cover, Math.max(0, heldMicros(basket, cover))]));
  const loose = (leg: BasketLeg, looseMicros: number): Loose => {
    const isExcess = looseMicros > Math.max(leg.residualMicros, DUST_MICROS) && !basket.paid.has(leg.token);
    return { leg, looseMicros, excessMicros: isExcess ? looseMicros : 0 };
  };
  const legs = basket.legs.map((leg) => {
    let left = Math.max(0, heldMicros(basket, leg) - sets);
    for (const [cover, free] of covering) {
      if (cover.of !== leg.token) continue;
      const pairs = Math.min(left, free);
      left -= pairs;
      covering.set(cover, free - pairs);
    }
    return loose(leg, left);
  });
  // The leg of a cover that was paid leaves it behind as the other half of what the pair pays.
  const lone = [...covering].map(([cover, free]) => loose(cover, basket.paid.has(cover.of) ? 0 : free));
  return [...legs, ...lone];
}

/** What is loose and was not planned to be. */
export function excessesOf(basket: OpenBasket): Excess[] {
  return looseOf(basket)
    .filter(({ excessMicros }) => excessMicros > 0)
    .map(({ leg, excessMicros }) => ({ ...leg, sizeMicros: excessMicros }));
}

/** Whoever signs refused a way out, and would again: the next best is taken meanwhile, and this one tried ever more rarely. */
export function leaveUnsigned({ unsigned }: OpenBasket, kind: UnwindKind, nowNs: number): void {
  const times = (unsigned.get(kind)?.times ?? 0) + 1;
  unsigned.set(kind, { times, untilNs: nowNs + Math.min(UNSIGNED_NS * 2 ** (times - 1), UNSIGNED_NS_MAX) });
}
