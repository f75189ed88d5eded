// Which relations prove their baskets, and which only suggest them. Pure; cold path.
//
// Two markets settle alike only when their settlement fingerprints are equal, and what is not known is not equal. A
// `same` without one is a claim: a gap between its markets may be a difference in what they settle on, and the larger
// it is the more likely that is. Its baskets are evaluated like all others and never called arbitrage.
import type { Basket } from '../basket/compile.ts';
import type { Relation } from '../venue/contract.ts';

export type Standing = 'proven' | 'suspect';

/** What a relation makes of its baskets. */
export function standingOfRelation({ kind }: Relation): Standing {
  return kind === 'same' ? 'suspect' : 'proven';
}

/** A basket is proven when one proven relation binds all of its legs. */
export function standingOf({ legs }: Basket, relations: readonly Relation[]): Standing {
  const isProven = relations.some((relation) => {
    if (standingOfRelation(relation) !== 'proven') return false;
    const bound = new Set<string>(relation.markets);
    return legs.every(({ marketId }) => bound.has(marketId));
  });
  return isProven ? 'proven' : 'suspect';
}
