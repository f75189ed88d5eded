// The legs of a basket by venue: what goes to one venue is one part and is never split over requests. Hardest part first.
// Pure.
//
// Hardest is the part with the leg whose book offers least beyond its order within its limit: the first that somebody else
// can take away. Of parts that are equally covered the one on fewer levels is harder, as one cancellation takes more of it.
import type { OrderRequest, VenueName } from '../venue/contract.ts';
import type { BasketPlan } from './batch.ts';

/** What a basket sends to one venue: places of its legs in the plan. */
export interface Part {
  readonly venue: VenueName;
  readonly places: readonly number[];
}

/** Orders of one basket for one venue, in one request. */
export interface PartBatch extends Part {
  readonly id: number;
  readonly orders: readonly OrderRequest[];
}

/** The parts of a plan, hardest first; `venues`: of each leg. */
export function partsOf(plan: Pick<BasketPlan, 'depths'>, venues: readonly VenueName[]): Part[] {
  const parts = [...new Set(venues)].map((venue) => {
    return { venue, places: venues.flatMap((name, place) => (name === venue ? [place] : [])) };
  });
  if (parts.length === 1) return parts;
  // A sort that is stable: of equal parts the one whose leg comes first stays first.
  return parts.sort((a, b) => {
    const [one, other] = [hardestOf(plan, a), hardestOf(plan, b)];
    return one.coverPercent - other.coverPercent || one.levels - other.levels;
  });
}

function hardestOf({ depths }: Pick<BasketPlan, 'depths'>, { places }: Part) {
  const coverPercent = Math.min(...places.map((place) => depths[place]!.coverPercent));
  const levels = Math.min(...places.map((place) => depths[place]!.levels));
  return { coverPercent, levels };
}
