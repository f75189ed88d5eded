// Baskets that follow from several relations together: all corners of a small system, and of a large one what its single
// relations' baskets become when a leg is replaced by another that pays at least as much in every state. Off the hot path.
import * as L from '../../wasm/layout.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import type { BasketLeg } from './certificate.ts';
import type { Draft } from './forms.ts';
import type { System } from './states.ts';
import { type Portfolio, VERTEX_MARKETS_MAX, vertexPortfolios } from './vertices.ts';

/** States up to which corners are searched for. */
const VERTEX_STATES_MAX = 256;
/** Replacements tried for one basket. */
const REPLACED_MAX = 1_024;

/** Candidates beside `drafts`, still without proof; `isComplete` when no other portfolio can be better. */
export function combinedLegs(
  system: System,
  drafts: readonly Draft[],
): { readonly legs: readonly (readonly BasketLeg[])[]; readonly isComplete: boolean } {
  const isSmall = system.markets.length <= VERTEX_MARKETS_MAX && system.states.length <= VERTEX_STATES_MAX;
  const vertices = isSmall ? vertexPortfolios(system) : undefined;
  if (vertices !== undefined) return { legs: vertices.map(({ legs }) => legs), isComplete: true };
  const better = replacements(system);
  return { legs: drafts.flatMap(({ legs }) => replaced(legs, better)), isComplete: false };
}

function legKey({ marketId, action }: BasketLeg): string {
  return `${action} ${marketId}`;
}

/** For each leg all legs that pay at least as much in every state, itself among them. */
function replacements({ markets, states }: System): Map<string, readonly BasketLeg[]> {
  const legs = markets.flatMap((marketId) =>
    [L.ACTION_BUY_YES, L.ACTION_BUY_NO].map((action): BasketLeg => ({ marketId, action, ratio: 1 })),
  );
  const pays = legs.map(() => new Uint8Array(states.length));
  for (const [at, { winners, split, refunded }] of states.entries()) {
    for (const place of markets.keys()) pays[2 * place + 1]![at] = 2;
    for (const place of winners) {
      pays[2 * place]![at] = 2;
      pays[2 * place + 1]![at] = 0;
    }
    for (const place of split) pays[2 * place]![at] = pays[2 * place + 1]![at] = 1;
    for (const place of refunded) pays[2 * place]![at] = pays[2 * place + 1]![at] = 0;
  }
  const atLeast = (more: Uint8Array, less: Uint8Array): boolean => less.every((value, at) => more[at]! >= value);
  return new Map(
    legs.map((leg, index) => [legKey(leg), legs.filter((_, other) => atLeast(pays[other]!, pays[index]!))]),
  );
}

function replaced(legs: readonly BasketLeg[], better: ReadonlyMap<string, readonly BasketLeg[]>): BasketLeg[][] {
  let found: BasketLeg[][] = [[]];
  for (const leg of legs) {
    const choices = better.get(legKey(leg)) ?? [leg];
    found = found.flatMap((chosen) => choices.flatMap((choice) => withLeg(chosen, choice))).slice(0, REPLACED_MAX);
  }
  return found;
}

/** `chosen` with one leg more; without it when it is there already, and nothing when the other side of its market is. */
function withLeg(chosen: readonly BasketLeg[], leg: BasketLeg): BasketLeg[][] {
  const same = chosen.find(({ marketId }) => marketId === leg.marketId);
  if (same === undefined) return [[...chosen, leg]];
  return same.action === leg.action ? [[...chosen]] : [];
}

/**
 * True when a unit of `one` earns at least as much as a unit of `other` at any prices up to one dollar: what it pays more
 * covers every share that it has more at a whole dollar.
 */
export function dominates(one: Portfolio, other: Portfolio): boolean {
  const had = new Map(other.legs.map((leg) => [legKey(leg), leg.ratio]));
  let moreShares = 0;
  for (const leg of one.legs) moreShares += Math.max(0, leg.ratio - (had.get(legKey(leg)) ?? 0));
  return one.payoutE4 - other.payoutE4 >= moreShares * PRICE_ONE_E4;
}
