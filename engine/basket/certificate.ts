// The proof of a basket: what one unit pays in every end of its markets, and where it pays least. Off the hot path.
import * as L from '../../wasm/layout.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import { type State, type System, stateName } from './states.ts';

/** One purchase of a basket's unit. */
export interface BasketLeg {
  readonly marketId: string;
  /** ACTION_BUY_YES or ACTION_BUY_NO. */
  readonly action: number;
  /** Shares of it in one unit, at least 1. */
  readonly ratio: number;
}

/** What one unit pays in one end. */
export interface StatePayout {
  readonly state: string;
  /** priceE4 per unit, without what is paid back. */
  readonly payoutE4: number;
  /** Legs whose price is paid back, whatever it was; absent: none. */
  readonly paidBackLegs?: number;
}

/** The proof of a basket's payout. */
export interface Certificate {
  readonly payoutByStateE4: readonly StatePayout[];
  /** State that pays least, of those in which not every leg's price is paid back. */
  readonly worstState: string;
  /** States in which every leg's price is paid back: nothing is earned there and fees are lost. */
  readonly paidBackStates: readonly string[];
}

/** Payouts of `legs` by state: priceE4 per unit, and how many legs are paid back. */
export interface Payouts {
  readonly payoutsE4: readonly number[];
  readonly paidBack: readonly number[];
  /** Place of the state that pays least; -1 when every leg is paid back in every state. */
  readonly worst: number;
}

const HALF_E4 = PRICE_ONE_E4 / 2;

/** What `legs` pay in each state. Throws RangeError when a leg's market is not among those of the system. */
export function payoutsOf({ markets, states }: System, legs: readonly BasketLeg[]): Payouts {
  // What a market's legs pay more when YES wins than when it does not, and what its NO pays.
  const moreE4 = new Array<number>(markets.length).fill(0);
  const noE4 = new Array<number>(markets.length).fill(0);
  const legsAt = new Array<number>(markets.length).fill(0);
  let allNoE4 = 0;
  for (const [index, { marketId, action, ratio }] of legs.entries()) {
    // Legs stand nearly always in the order of their markets.
    const place = markets[index] === marketId ? index : markets.indexOf(marketId);
    if (place < 0) throw new RangeError(`leg ${marketId}: allowed markets of the relation`);
    const paysE4 = ratio * PRICE_ONE_E4;
    const isYes = action === L.ACTION_BUY_YES;
    moreE4[place]! += isYes ? paysE4 : -paysE4;
    legsAt[place]! += 1;
    if (isYes) continue;
    noE4[place]! += paysE4;
    allNoE4 += paysE4;
  }
  const payoutsE4 = new Array<number>(states.length);
  const paidBack = new Array<number>(states.length);
  let worst = -1;
  for (let at = 0; at < states.length; at += 1) {
    const { winners, split, refunded }: State = states[at]!;
    let payoutE4 = allNoE4;
    let back = 0;
    for (const place of winners) payoutE4 += moreE4[place]!;
    // Half of each share: of a YES that is half of `more`, of a NO the other half is lost.
    for (const place of split) payoutE4 += (moreE4[place]! / PRICE_ONE_E4) * HALF_E4;
    for (const place of refunded) {
      payoutE4 -= noE4[place]!;
      back += legsAt[place]!;
    }
    payoutsE4[at] = payoutE4;
    paidBack[at] = back;
    if (back < legs.length && (worst < 0 || payoutE4 < payoutsE4[worst]!)) worst = at;
  }
  return { payoutsE4, paidBack, worst };
}

/** The certificate of `legs` and what a unit pays at least, priceE4. Throws RangeError like payoutsOf. */
export function certify(
  system: System,
  legs: readonly BasketLeg[],
): { readonly certificate: Certificate; readonly payoutE4: number } {
  const { payoutsE4, paidBack, worst } = payoutsOf(system, legs);
  const names = system.states.map((state) => stateName(system.markets, state));
  const payoutByStateE4 = names.map((state, at) => {
    const entry = { state, payoutE4: payoutsE4[at]! };
    return paidBack[at] === 0 ? entry : { ...entry, paidBackLegs: paidBack[at]! };
  });
  const paidBackStates = names.filter((_, at) => paidBack[at] === legs.length);
  const worstState = worst < 0 ? '' : names[worst]!;
  return {
    certificate: { payoutByStateE4, worstState, paidBackStates },
    payoutE4: worst < 0 ? 0 : payoutsE4[worst]!,
  };
}
