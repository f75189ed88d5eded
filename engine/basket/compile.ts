// Relations to baskets, each proved by its states: what a unit pays in every possible end, and where it pays least.
// Off the hot path, before start.
import * as L from '../../wasm/layout.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import type { Relation } from '../venue/contract.ts';
import { type State, statesOf } from './relations.ts';

/** One purchase of a basket's unit. */
export interface BasketLeg {
  readonly marketId: string;
  /** ACTION_BUY_YES or ACTION_BUY_NO. */
  readonly action: number;
}

/** The proof of a basket's payout: what one unit pays in each state, priceE4 per unit. */
export interface Certificate {
  readonly payoutByStateE4: readonly { readonly state: string; readonly payoutE4: number }[];
  /** State that pays least; its payout is the basket's guaranteed one. */
  readonly worstState: string;
}

/** A list of legs with a guaranteed payout per unit. */
export interface Basket {
  /** Stable name: kind and legs, `same:YES a+NO b`. */
  readonly id: string;
  /** BASKET_KIND_*. */
  readonly kind: number;
  readonly legs: readonly BasketLeg[];
  readonly payoutE4: number;
  readonly certificate: Certificate;
}

const KIND_NAMES = ['', 'negRiskYes', 'negRiskNo', 'same'] as const;

/** The certificate of `legs` under `states`. Throws RangeError when a leg's market is not among `markets`. */
export function certify(
  markets: readonly string[],
  states: readonly State[],
  legs: readonly BasketLeg[],
): { certificate: Certificate; payoutE4: number } {
  // What a leg pays more when YES wins in its market than when it does not.
  const moreByPlaceE4 = new Array<number>(markets.length).fill(0);
  let withoutWinnersE4 = 0;
  for (const [index, { marketId, action }] of legs.entries()) {
    // Legs stand nearly always in the order of their markets.
    const place = markets[index] === marketId ? index : markets.indexOf(marketId);
    if (place < 0) throw new RangeError(`leg ${marketId}: allowed markets of the relation`);
    const isYes = action === L.ACTION_BUY_YES;
    moreByPlaceE4[place]! += isYes ? PRICE_ONE_E4 : -PRICE_ONE_E4;
    if (!isYes) withoutWinnersE4 += PRICE_ONE_E4;
  }
  const payoutByStateE4 = states.map(({ name, winners }) => {
    let payoutE4 = withoutWinnersE4;
    for (const place of winners) payoutE4 += moreByPlaceE4[place]!;
    return { state: name, payoutE4 };
  });
  const worst = payoutByStateE4.reduce((least, entry) => (entry.payoutE4 < least.payoutE4 ? entry : least));
  return { certificate: { payoutByStateE4, worstState: worst.state }, payoutE4: worst.payoutE4 };
}

/** Legs of every basket a relation gives, with the payout it promises. */
function draftsOf(relation: Relation): { kind: number; legs: BasketLeg[]; promisedE4: number }[] {
  const buy = (marketId: string, action: number): BasketLeg => ({ marketId, action });
  const { markets } = relation;
  if (relation.kind === 'same') {
    const [a, b] = relation.markets;
    const kind = L.BASKET_KIND_SAME;
    return [
      { kind, legs: [buy(a, L.ACTION_BUY_YES), buy(b, L.ACTION_BUY_NO)], promisedE4: PRICE_ONE_E4 },
      { kind, legs: [buy(a, L.ACTION_BUY_NO), buy(b, L.ACTION_BUY_YES)], promisedE4: PRICE_ONE_E4 },
    ];
  }
  return [
    {
      kind: L.BASKET_KIND_NEG_RISK_YES,
      legs: markets.map((market) => buy(market, L.ACTION_BUY_YES)),
      promisedE4: PRICE_ONE_E4,
    },
    {
      kind: L.BASKET_KIND_NEG_RISK_NO,
      legs: markets.map((market) => buy(market, L.ACTION_BUY_NO)),
      promisedE4: (markets.length - 1) * PRICE_ONE_E4,
    },
  ];
}

/**
 * Baskets of `relations`, in their order. Throws RangeError when a relation is not usable, a basket has more than
 * LEGS_MAX legs, or its states do not prove the payout it promises.
 */
export function compileBaskets(relations: readonly Relation[]): Basket[] {
  return relations.flatMap((relation) => {
    const states = statesOf(relation);
    return draftsOf(relation).map(({ kind, legs, promisedE4 }) => {
      const text = legs.map(({ marketId, action }) => `${action === L.ACTION_BUY_YES ? 'YES' : 'NO'} ${marketId}`);
      const id = `${KIND_NAMES[kind]}:${text.join('+')}`;
      if (legs.length > L.LEGS_MAX) throw new RangeError(`${id}: ${legs.length} legs, allowed ${L.LEGS_MAX}`);
      const { certificate, payoutE4 } = certify(relation.markets, states, legs);
      if (payoutE4 !== promisedE4) {
        throw new RangeError(`${id}: pays ${payoutE4} E4 when ${certificate.worstState}, promised ${promisedE4}`);
      }
      return { id, kind, legs, payoutE4, certificate };
    });
  });
}
