// Relations to baskets, each proved by its states: what a unit pays in every possible end, and where it pays least.
// Off the hot path, before start.
import * as L from '../../wasm/layout.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import type { Relation } from '../venue/contract.ts';
import { type State, statesOf, winnersOf } from './relations.ts';

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

/** What one unit of `legs` pays in each end, priceE4. Throws RangeError when a leg's market is not among `markets`. */
function payoutsE4(
  markets: readonly string[],
  winnersByState: readonly (readonly number[])[],
  legs: readonly BasketLeg[],
): number[] {
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
  return winnersByState.map((winners) => {
    let payoutE4 = withoutWinnersE4;
    for (const place of winners) payoutE4 += moreByPlaceE4[place]!;
    return payoutE4;
  });
}

/** The certificate of `legs` under `states`. Throws RangeError when a leg's market is not among `markets`. */
export function certify(
  markets: readonly string[],
  states: readonly State[],
  legs: readonly BasketLeg[],
): { certificate: Certificate; payoutE4: number } {
  const payouts = payoutsE4(
    markets,
    states.map(({ winners }) => winners),
    legs,
  );
  const payoutByStateE4 = states.map(({ name }, at) => ({ state: name, payoutE4: payouts[at]! }));
  const worst = payoutByStateE4.reduce((least, entry) => (entry.payoutE4 < least.payoutE4 ? entry : least));
  return { certificate: { payoutByStateE4, worstState: worst.state }, payoutE4: worst.payoutE4 };
}

/**
 * A basket of `relation`. Its numbers are proved when it is made; names, which are long and of use to people only, are
 * put together when somebody asks.
 */
class CompiledBasket implements Basket {
  readonly kind: number;
  readonly legs: readonly BasketLeg[];
  readonly payoutE4: number;
  readonly #relation: Relation;

  /** Throws RangeError when it has too many legs, or its states do not prove `promisedE4`. */
  constructor(relation: Relation, winners: readonly (readonly number[])[], { kind, legs, promisedE4 }: Draft) {
    this.#relation = relation;
    this.kind = kind;
    this.legs = legs;
    if (legs.length > L.LEGS_MAX) throw new RangeError(`${this.id}: ${legs.length} legs, allowed ${L.LEGS_MAX}`);
    let leastE4 = Number.POSITIVE_INFINITY;
    for (const payoutE4 of payoutsE4(relation.markets, winners, legs)) if (payoutE4 < leastE4) leastE4 = payoutE4;
    this.payoutE4 = leastE4;
    if (leastE4 !== promisedE4) {
      throw new RangeError(
        `${this.id}: pays ${leastE4} E4 when ${this.certificate.worstState}, promised ${promisedE4}`,
      );
    }
  }

  get id(): string {
    const text = this.legs.map(({ marketId, action }) => `${action === L.ACTION_BUY_YES ? 'YES' : 'NO'} ${marketId}`);
    return `${KIND_NAMES[this.kind]}:${text.join('+')}`;
  }

  get certificate(): Certificate {
    return certify(this.#relation.markets, statesOf(this.#relation), this.legs).certificate;
  }
}

interface Draft {
  readonly kind: number;
  readonly legs: readonly BasketLeg[];
  readonly promisedE4: number;
}

/** Legs of every basket a relation gives, with the payout it promises. */
function draftsOf(relation: Relation): Draft[] {
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
    const winners = winnersOf(relation);
    return draftsOf(relation).map((draft) => new CompiledBasket(relation, winners, draft));
  });
}
