// How the money of a complete basket comes back: by conversion at once, or at settlement. Pure; off the hot path.
//
// Conversion (Polymarket's neg-risk adapter, in this direction only): k NO of one event become k - 1 dollars and a YES of
// each other outcome. So buying k NO and selling the YES that come of it at their bids is the NO side in another order:
// Σ over k (bid - 1) + (k - 1) + Σ over the rest bid = Σ bid - 1. It changes what is locked, for how long and at how many
// steps' cost, never the edge.
import * as L from '../../wasm/layout.ts';
import { PRICE_ONE_E4 } from '../core/units.ts';
import type { MarketMeta } from '../venue/contract.ts';

/** `convert`: paid out at once. `hold`: capital is locked until the last of its markets settles. */
export interface Exit {
  readonly kind: 'convert' | 'hold';
  readonly capitalLock: 'none' | 'untilSettlement';
  /** Transactions on the chain, each at the venue's cost; settling costs none. */
  readonly steps: number;
  /** Part of the payout that the exit costs, in basis points: the event's conversion fee, which is 0 as a rule. */
  readonly feeBps: number;
}

const HOLD: Exit = { kind: 'hold', capitalLock: 'untilSettlement', steps: 0, feeBps: 0 };
const CONVERT: Exit = { kind: 'convert', capitalLock: 'none', steps: 1, feeBps: 0 };

/** The exit of a basket of BASKET_KIND_* whose legs are of `metas`; a market that is not known holds it. */
export function exitOf(kind: number, metas: readonly (MarketMeta | undefined)[]): Exit {
  if (kind !== L.BASKET_KIND_NEG_RISK_NO && kind !== L.BASKET_KIND_AT_MOST_ONE) return HOLD;
  const first = metas[0];
  const convertible = metas.every(
    (meta) =>
      meta?.venue === 'polymarket' && meta.negRisk === true && meta.event !== undefined && meta.event === first?.event,
  );
  return convertible ? CONVERT : HOLD;
}

/** What the NO side earns when NO is bought of k outcomes only, they are converted, and what comes of it is sold. */
export interface ConversionWay {
  readonly boughtNo: number;
  /** YES of the outcomes that are not bought; sold at their bids. */
  readonly soldYes: number;
  readonly edgeE4: number;
  /** Paid before anything comes back. */
  readonly outlayE4: number;
}

/**
 * The ways to take the NO side of an event whose best bids are `bidsE4`, for every k from 1 on, the first k bought.
 * `feeE4(priceE4)`: of one share; a schedule of p(1-p) charges a YES sold at p and a NO bought at 1-p alike.
 */
export function conversionWays(bidsE4: readonly number[], feeE4: (priceE4: number) => number): ConversionWay[] {
  return bidsE4.map((_, last) => {
    const boughtNo = last + 1;
    let [edgeE4, outlayE4] = [last * PRICE_ONE_E4, 0];
    for (const [place, bidE4] of bidsE4.entries()) {
      if (place <= last) {
        const costE4 = PRICE_ONE_E4 - bidE4 + feeE4(PRICE_ONE_E4 - bidE4);
        edgeE4 -= costE4;
        outlayE4 += costE4;
      } else edgeE4 += bidE4 - feeE4(bidE4);
    }
    return { boughtNo, soldYes: bidsE4.length - boughtNo, edgeE4, outlayE4 };
  });
}
