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
/** Legs that may stand for one, and baskets that come of it. */
const CHOICES_MAX = 16;
const REPLACED_MAX = 512;
const QUEUE_MAX = 2 * REPLACED_MAX;
/** Candidates of one group. */
const CANDIDATES_MAX = 2_048;

/** Candidates beside `drafts`, still without proof; `isComplete` when no other portfolio can be better. */
export function combinedLegs(
  system: System,
  drafts: readonly Draft[],
): { readonly legs: readonly (readonly BasketLeg[])[]; readonly isComplete: boolean } {
  const isSmall = system.markets.length <= VERTEX_MARKETS_MAX && system.states.length <= VERTEX_STATES_MAX;
  const vertices = isSmall ? vertexPortfolios(system) : undefined;
  if (vertices !== undefined) return { legs: vertices.map(({ legs }) => legs), isComplete: true };
  const better = replacements(system);
  const found = new Map<string, readonly BasketLeg[]>();
  for (const draft of drafts) {
    if (found.size >= CANDIDATES_MAX) break;
    for (const legs of replaced(draft.legs, better)) found.set(legs.map(legKey).sort().join('+'), legs);
  }
  return { legs: [...found.values()].slice(0, CANDIDATES_MAX), isComplete: false };
}

function legKey({ marketId, action }: BasketLeg): string {
  return `${action} ${marketId}`;
}

/** For each leg the other legs that pay at least as much in every state. */
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
    legs.map((leg, index) => {
      const others = [...legs.keys()].filter((other) => other !== index && atLeast(pays[other]!, pays[index]!));
      // What pays just as much comes first: what pays more costs more.
      const paid = (at: number): number => pays[at]!.reduce((sum, value) => sum + value, 0);
      others.sort((a, b) => paid(a) - paid(b) || a - b);
      return [legKey(leg), others.slice(0, CHOICES_MAX).map((other) => legs[other]!)];
    }),
  );
}

/** `legs` with one leg replaced, then two, and so on: each by what pays just as much first. */
function replaced(legs: readonly BasketLeg[], better: ReadonlyMap<string, readonly BasketLeg[]>): BasketLeg[][] {
  const found: BasketLeg[][] = [];
  // Legs before `from` are as they stay, so that no set of replacements comes twice.
  const queue: { readonly legs: readonly BasketLeg[]; readonly from: number }[] = [{ legs, from: 0 }];
  for (let next = 0; next < queue.length && found.length < REPLACED_MAX; next += 1) {
    const { legs: base, from } = queue[next]!;
    for (let rank = 0; rank < CHOICES_MAX; rank += 1) {
      for (let place = from; place < base.length; place += 1) {
        const choice = better.get(legKey(base[place]!))?.[rank];
        if (choice === undefined) continue;
        const changed = base.with(place, choice);
        if (queue.length < QUEUE_MAX) queue.push({ legs: changed, from: place + 1 });
        const merged = withoutTwice(changed);
        if (merged !== undefined) found.push(merged);
      }
    }
  }
  return found.slice(0, REPLACED_MAX);
}

/** Every leg once; undefined when both sides of a market are among them. */
function withoutTwice(legs: readonly BasketLeg[]): BasketLeg[] | undefined {
  const byMarket = new Map<string, BasketLeg>();
  for (const leg of legs) {
    const known = byMarket.get(leg.marketId);
    if (known !== undefined && known.action !== leg.action) return undefined;
    byMarket.set(leg.marketId, leg);
  }
  return [...byMarket.values()];
}

/** Shares of a unit by leg, as dominates() reads them. */
export interface Holding {
  readonly payoutE4: number;
  readonly shares: ReadonlyMap<string, number>;
  readonly total: number;
}

export function holdingOf({ legs, payoutE4 }: Portfolio): Holding {
  const shares = new Map(legs.map((leg) => [legKey(leg), leg.ratio]));
  return { payoutE4, shares, total: legs.reduce((sum, { ratio }) => sum + ratio, 0) };
}

/**
 * True when a unit of `one` earns at least as much as a unit of `other` at any prices up to one dollar: what it pays more
 * covers every share that it has more at a whole dollar.
 */
export function dominates(one: Holding, other: Holding): boolean {
  let spare = Math.floor((one.payoutE4 - other.payoutE4) / PRICE_ONE_E4);
  // Most pairs end here: a group may have thousands of candidates.
  if (spare < 0 || one.total - other.total > spare) return false;
  for (const [leg, ratio] of one.shares) {
    spare -= Math.max(0, ratio - (other.shares.get(leg) ?? 0));
    if (spare < 0) return false;
  }
  return true;
}
