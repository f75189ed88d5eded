// Which baskets are proven by a relation, and which one only suggests. Pure; cold path.
//
// Two markets settle alike only when their settlement fingerprints are equal, and what is not known is not equal. A
// `same` without them is a claim: a gap between its markets may be a difference in what they settle on, and the larger
// it is the more likely that is. Its baskets are evaluated like all others and never called arbitrage.
import { type Basket, compileBaskets } from '../basket/compile.ts';
import type { Relation } from '../venue/contract.ts';

export interface JudgedBasket {
  readonly basket: Basket;
  readonly standing: 'proven' | 'suspect';
  /** Why it is suspect, or ''. */
  readonly doubt: string;
}

/** Every basket of `relations`, proven or not. Throws RangeError like compileBaskets. */
export function judgedBaskets(relations: readonly Relation[]): JudgedBasket[] {
  return relations.flatMap((relation) => {
    const doubt = doubtOf(relation);
    const standing = doubt === '' ? 'proven' : 'suspect';
    return compileBaskets([relation]).map((basket) => ({ basket, standing, doubt }) as const);
  });
}

function doubtOf({ kind }: Relation): string {
  return kind === 'same' ? 'no settlement fingerprints are stated' : '';
}
