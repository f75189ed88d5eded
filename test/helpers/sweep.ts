// Generated baskets and book states for the sweep, and its slow reference: every sum as a BigInt from the fee formula.
import { type Basket, compileBaskets } from '../../engine/basket/compile.ts';
import type { Random } from '../../engine/core/random.ts';
import type { FeeSchedule } from '../../engine/venue/contract.ts';
import { feeNanosPerShareRoundedUp } from '../../engine/venue/fees.ts';
import * as L from '../../wasm/layout.ts';

/** State and top of a market as the test made them; a missing top is 0 or 10,000. */
export interface MarketTop {
  readonly tradable: boolean;
  readonly bidE4: number;
  readonly askE4: number;
  readonly fee: FeeSchedule | undefined;
}

export const FREE: FeeSchedule = { rateE6: 0, exponent: 1, roundMicros: 1 };
/** Fee schedules a market may have: free, Polymarket's, Kalshi's, flat, one whose price + fee falls, and unknown. */
export const FEES: readonly (FeeSchedule | undefined)[] = [
  FREE,
  { rateE6: 70_000, exponent: 1, roundMicros: 10 },
  { rateE6: 70_000, exponent: 1, roundMicros: 10_000 },
  { rateE6: 250_000, exponent: 2, roundMicros: 10 },
  { rateE6: 30_000, exponent: 0, roundMicros: 10 },
  { rateE6: 9_000_000, exponent: 1, roundMicros: 10 },
  undefined,
];
const FALLING = 5;

/** A basket of `legs` drawn from `markets`, paying 1 to its number of legs. */
export function drawBasket(random: Random, ids: readonly string[], legCount: number, index: number): Basket {
  const free = [...ids];
  const legs = Array.from({ length: legCount }, () => {
    const marketId = free.splice(random.integer(0, free.length - 1), 1)[0]!;
    return { marketId, action: random.chance(0.5) ? L.ACTION_BUY_YES : L.ACTION_BUY_NO, ratio: 1 };
  });
  const payoutE4 = 10_000 * random.integer(1, legCount);
  return { id: `drawn:${index}`, kind: L.BASKET_KIND_SAME, legs, payoutE4, certificate, exit };
}

const { certificate, exit } = compileBaskets([{ kind: 'implies', markets: ['m:a', 'm:b'] }])[0]!;

/** What one share of a leg costs at least, nano-dollars; undefined when its market is not tradable or lacks the price. */
function costNanos(action: number, top: MarketTop): bigint | undefined {
  if (!top.tradable) return undefined;
  const missing = action === L.ACTION_BUY_YES ? top.askE4 === L.NO_ASK_E4 : top.bidE4 === L.NO_BID_E4;
  if (missing) return undefined;
  const priceE4 = action === L.ACTION_BUY_YES ? top.askE4 : 10_000 - top.bidE4;
  const bounds = top.fee !== undefined && top.fee !== FEES[FALLING];
  const feeNanos = bounds ? feeNanosPerShareRoundedUp(top.fee, priceE4) : 0;
  return BigInt(priceE4) * 100_000n + BigInt(feeNanos);
}

/** True when the basket has slack beyond `marginE4`, each leg's cost rounded down to E4 and at most one dollar. */
export function hasSlack(basket: Basket, tops: ReadonlyMap<string, MarketTop>, marginE4: number): boolean {
  let slackE4 = BigInt(basket.payoutE4);
  for (const { marketId, action } of basket.legs) {
    const nanos = costNanos(action, tops.get(marketId)!);
    if (nanos === undefined) return false;
    const costE4 = nanos / 100_000n;
    slackE4 -= costE4 > 10_000n ? 10_000n : costE4;
  }
  return slackE4 > BigInt(marginE4);
}

/** Baskets that a byte per group says have slack. */
export function basketsOfHits(
  arena: { u32: Uint32Array; bytes: Uint8Array },
  groupsAt: number,
  hitsAt: number,
): number[] {
  const found: number[] = [];
  for (let group = 0; ; group += 1) {
    const at = groupsAt + group * L.GROUP_BYTES;
    if (arena.u32[(at + L.GROUP_ROWS) >> 2] === 0) return found.sort((a, b) => a - b);
    for (let lane = 0; lane < L.GROUP_BASKETS_MAX; lane += 1) {
      if (((arena.bytes[hitsAt + group]! >> lane) & 1) === 0) continue;
      found.push(arena.u32[((at + L.GROUP_BASKETS) >> 2) + lane]!);
    }
  }
}
