// Which baskets are proven by a relation, and which one only suggests. Pure; cold path.
//
// Two markets settle alike only when their settlement fingerprints are equal, and what is not known is not equal. A
// `same` without them is a claim: a gap between its markets may be a difference in what they settle on, and the larger
// it is the more likely that is. Its baskets are evaluated like all others and never called arbitrage.
import { type Basket, type CompileOptions, compileRelations } from '../basket/compile.ts';
import type { Relation } from '../venue/contract.ts';

export interface JudgedBasket {
  readonly basket: Basket;
  readonly standing: 'proven' | 'suspect';
  /** Why it is suspect, or ''. */
  readonly doubt: string;
}

/**
 * Every basket of `relations` that is bought share for share, the proven ones first. Throws RangeError like
 * compileRelations.
 */
export function judgedBaskets(relations: readonly Relation[], options: CompileOptions = {}): JudgedBasket[] {
  const { baskets, untraded } = compileRelations(relations, options);
  const proven = baskets.map((basket): JudgedBasket => ({ basket, standing: 'proven', doubt: '' }));
  const suspects = untraded.flatMap(({ basket, reason, detail }): JudgedBasket[] => {
    if (reason === 'ratio') return [];
    const doubt =
      reason === 'fingerprint' ? `settlements are not known to be equal: ${detail}` : `earns nothing when ${detail}`;
    return [{ basket, standing: 'suspect', doubt }];
  });
  return [...proven, ...suspects];
}
