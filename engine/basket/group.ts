// The baskets of relations that share markets: proved by their joint states, without those that another makes useless,
// and at most as many as a group may have. Off the hot path.
import * as L from '../../wasm/layout.ts';
import type { Relation } from '../venue/contract.ts';
import { type BasketLeg, payoutsOf } from './certificate.ts';
import { combinedLegs, dominates, holdingOf } from './combine.ts';
import { type Draft, draftsOf, KIND_NAMES } from './forms.ts';
import { jointSystem, type MarketEnds, type System, stateName, systemOf } from './states.ts';

/** A basket with its proof. */
export interface Proved {
  /** BASKET_KIND_*. */
  readonly kind: number;
  readonly legs: readonly BasketLeg[];
  readonly payoutE4: number;
  /** What its payout is proved by. */
  readonly system: System;
  /** A state in which every price is paid back and nothing is earned, '' for none. */
  readonly paidBackState: string;
  readonly isCombined: boolean;
}

/** What became of the baskets of a group. */
export interface GroupCounts {
  /** Groups of several relations, or of one whose markets may end abnormally. */
  groups: number;
  /** Groups whose joint states are too many: each of their relations is compiled by itself. */
  groupsNotJoined: number;
  /** Groups too large for all their baskets to be searched for. */
  groupsNotSearched: number;
  /** Relations whose own states are too many to be proved: they give no basket. */
  relationsNotProved: number;
  /** Baskets of a relation that pay nothing in some end. */
  promiseNothing: number;
  dominated: number;
  /** Proved and cut because a group may have no more. */
  cut: number;
}

/** Baskets of relations that share markets. Throws RangeError when they contradict one another. */
export function groupBaskets(
  relations: readonly Relation[],
  ends: MarketEnds,
  basketsMax: number,
  counts: GroupCounts,
): Proved[] {
  counts.groups += 1;
  const system = jointSystem(relations, ends);
  if (system === undefined) {
    counts.groupsNotJoined += 1;
    return relations.flatMap((relation) => {
      const own = systemOf(relation, ends);
      counts.relationsNotProved += own === undefined ? 1 : 0;
      return own === undefined
        ? []
        : capped(provedOf(own, limited(draftsOf(relation), basketsMax, counts), counts), basketsMax, counts);
    });
  }
  if (system.states.length === 0) {
    const named = relations.map(({ kind, markets }) => `${kind} [${markets.join(', ')}]`);
    throw new RangeError(`relations ${named.join(' and ')}: allowed relations that can hold together`);
  }
  const drafts = relations.flatMap((relation) => limited(draftsOf(relation), basketsMax, counts));
  const { legs, isComplete } = combinedLegs(system, drafts);
  counts.groupsNotSearched += isComplete ? 0 : 1;
  const combined = legs.map((own): Draft => ({ kind: L.BASKET_KIND_COMBINED, legs: own, promisedE4: 0 }));
  const single = provedOf(system, drafts, counts);
  const further = provedOf(system, combined, counts);
  if (isComplete) further.sort((a, b) => a.legs.length - b.legs.length);
  return capped(undominated([...single, ...further], counts), basketsMax, counts);
}

function provedOf(system: System, drafts: readonly Draft[], counts: GroupCounts): Proved[] {
  return drafts.flatMap(({ kind, legs }): Proved[] => {
    const { payoutsE4, paidBack, worst } = payoutsOf(system, legs);
    const isCombined = kind === L.BASKET_KIND_COMBINED;
    if (worst < 0 || payoutsE4[worst]! <= 0) {
      counts.promiseNothing += isCombined ? 0 : 1;
      return [];
    }
    const back = paidBack.indexOf(legs.length);
    const paidBackState = back < 0 ? '' : stateName(system.markets, system.states[back]!);
    return [{ kind, legs, payoutE4: payoutsE4[worst]!, system, paidBackState, isCombined }];
  });
}

/** Bought share for share, as the detector does, and nowhere paid back as a whole. */
export function isTradable({ legs, paidBackState }: Proved): boolean {
  return paidBackState === '' && legs.every(({ ratio }) => ratio === 1);
}

/** Of two that are as good the first stays; what is not traded takes nothing away from what is. */
function undominated(baskets: readonly Proved[], counts: GroupCounts): Proved[] {
  const held = baskets.map((one) => ({ one, holding: holdingOf(one), isTradable: isTradable(one) }));
  const kept: typeof held = [];
  const beats = (better: (typeof held)[number], worse: (typeof held)[number]): boolean =>
    (better.isTradable || !worse.isTradable) && dominates(better.holding, worse.holding);
  for (const next of held) {
    if (kept.some((other) => beats(other, next))) {
      counts.dominated += 1;
      continue;
    }
    for (let at = kept.length - 1; at >= 0; at -= 1) {
      if (!beats(next, kept[at]!)) continue;
      kept.splice(at, 1);
      counts.dominated += 1;
    }
    kept.push(next);
  }
  return kept.map(({ one }) => one);
}

function capped(baskets: readonly Proved[], basketsMax: number, counts: GroupCounts): Proved[] {
  // Nobody may think that it is traded.
  const tooLong = baskets.find(({ legs, isCombined }) => legs.length > L.LEGS_MAX && !isCombined);
  if (tooLong !== undefined) {
    const { kind, legs } = tooLong;
    throw new RangeError(`${KIND_NAMES[kind]} of ${legs[0]!.marketId}: ${legs.length} legs, allowed ${L.LEGS_MAX}`);
  }
  // What a relation gives by itself stays; what combines relations takes the places that are left.
  const single = baskets.filter(({ isCombined }) => !isCombined);
  const combined = baskets.filter(({ legs, isCombined }) => isCombined && legs.length <= L.LEGS_MAX);
  const kept = [...single, ...combined.slice(0, Math.max(0, basketsMax - single.length))];
  counts.cut += baskets.length - kept.length;
  return kept;
}

/** Of a ladder the steps next to the strictest come first. */
function limited(drafts: readonly Draft[], basketsMax: number, counts: GroupCounts): readonly Draft[] {
  counts.cut += Math.max(0, drafts.length - basketsMax);
  return drafts.slice(0, basketsMax);
}
