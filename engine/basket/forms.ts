// The baskets that each form of relation gives by itself, with the payout it promises while its markets end in YES or NO.
// Pure; off the hot path.
import * as L from '../../wasm/layout.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import type { Relation } from '../venue/contract.ts';
import type { BasketLeg } from './certificate.ts';

/** A basket before its proof. */
export interface Draft {
  /** BASKET_KIND_*. */
  readonly kind: number;
  readonly legs: readonly BasketLeg[];
  readonly promisedE4: number;
}

/** Names by BASKET_KIND_*, as ids and reports have them. */
export const KIND_NAMES = [
  ...['', 'negRiskYes', 'negRiskNo', 'same', 'implication', 'ladder', 'atMostOne', 'atLeastOne', 'complement'],
  'combined',
] as const;

const yes = (marketId: string): BasketLeg => ({ marketId, action: L.ACTION_BUY_YES, ratio: 1 });
const no = (marketId: string): BasketLeg => ({ marketId, action: L.ACTION_BUY_NO, ratio: 1 });

/** Legs of every basket a relation gives, with the payout it promises. */
export function draftsOf({ kind, markets }: Relation): Draft[] {
  const [a, b] = [markets[0]!, markets[1]!];
  const one = (basketKind: number, legs: readonly BasketLeg[]): Draft => ({
    ...{ kind: basketKind, legs, promisedE4: PRICE_ONE_E4 },
  });
  const allNo = (basketKind: number): Draft => ({
    ...{ kind: basketKind, legs: markets.map(no), promisedE4: (markets.length - 1) * PRICE_ONE_E4 },
  });
  switch (kind) {
    case 'same':
      return [one(L.BASKET_KIND_SAME, [yes(a), no(b)]), one(L.BASKET_KIND_SAME, [no(a), yes(b)])];
    case 'complement':
      return [one(L.BASKET_KIND_COMPLEMENT, [yes(a), yes(b)]), one(L.BASKET_KIND_COMPLEMENT, [no(a), no(b)])];
    case 'implies':
      return [one(L.BASKET_KIND_IMPLICATION, [no(a), yes(b)])];
    case 'atMostOne':
      return [allNo(L.BASKET_KIND_AT_MOST_ONE)];
    case 'atLeastOne':
      return [one(L.BASKET_KIND_AT_LEAST_ONE, markets.map(yes))];
    case 'exactlyOne':
      return [one(L.BASKET_KIND_NEG_RISK_YES, markets.map(yes)), allNo(L.BASKET_KIND_NEG_RISK_NO)];
    default:
      return markets.flatMap((strict, place) =>
        markets.slice(place + 1).map((loose) => one(L.BASKET_KIND_LADDER, [no(strict), yes(loose)])),
      );
  }
}
